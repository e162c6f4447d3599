//! What an accepted run leaves for later runs of its suite and branch to be compared with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::ids::RunId;

/// Figures and countable things of the last accepted run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BaselineFigures {
    /// Run's id.
    pub run: RunId,
    /// Figures by their metric as it is displayed, `tests{tag=critical}.pass_rate`: those without labels, and
    /// those that a gate read.
    pub metrics: BTreeMap<String, f64>,
    /// Samples behind the shares, averages and percentiles among them, where they are known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<String, u64>,
    /// Names of the tests that failed, each with its file, those in quarantine among them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub failed: BTreeSet<String>,
    /// Names of the tests that passed only in a rerun, each with its file, those in quarantine among them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub flaky: BTreeSet<String>,
    /// Those of the two that were in quarantine.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub quarantined: BTreeSet<String>,
    /// What was found, by identifier and package, and how many of it; none where no report told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<BTreeMap<String, u64>>,
    /// Unit tests that failed; none where no report told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_cases: Option<BTreeSet<String>>,
    /// Unit tests that failed before they passed; none where no report told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaky_cases: Option<BTreeSet<String>>,
}
