//! What an accepted run leaves for later runs of its suite and branch to be compared with.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::ids::RunId;
use crate::quality::gates::{Gate, read_by};
use crate::quality::metrics::{JUNIT, Metric, Metrics, SOURCE};

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

impl BaselineFigures {
    /// What the run `run` with these gates and figures leaves.
    pub fn of(run: &RunId, gates: &[Gate], metrics: &Metrics<'_>) -> Self {
        let strict = metrics.counting_quarantined();
        let plain = |name: &str| strict.names(&Metric::plain(name));
        let junit = |name: &str| strict.names(&Metric::plain(name).with_label(SOURCE, JUNIT));
        let set = |names: BTreeMap<String, u64>| names.into_keys().collect::<BTreeSet<String>>();
        let told = metrics.told().into_iter().map(|metric| (metric.to_string(), metrics.samples(&metric)));
        let read = gates.iter().map(|gate| (gate.key(), gate.figures(metrics).samples(&gate.metric)));
        Self {
            run: run.to_owned(),
            metrics: metrics.figures().into_iter().chain(read_by(gates, metrics)).collect(),
            samples: told.chain(read).filter_map(|(key, samples)| Some((key, samples?))).collect(),
            failed: plain("tests.failed").map(set).unwrap_or_default(),
            flaky: plain("tests.flaky").map(set).unwrap_or_default(),
            quarantined: metrics.excused(),
            findings: plain("vulnerabilities"),
            failed_cases: junit("tests.failed").map(set),
            flaky_cases: junit("tests.flaky").map(set),
        }
    }

    /// Names of the things that a countable metric counted, with how many there were; none where it is not known.
    /// A test that was in quarantine counts as one that did not fail, so that its failure is new when the
    /// quarantine is over, unless `strict` has the quarantine count for nothing.
    pub(crate) fn names(&self, metric: &Metric, strict: bool) -> Option<BTreeMap<String, u64>> {
        let one = |name: &String| (name.clone(), 1);
        let tests = |names: &BTreeSet<String>| {
            names.iter().filter(|name| strict || !self.quarantined.contains(*name)).map(one).collect()
        };
        match (metric.name.as_str(), metric.is_junit()) {
            ("tests.failed", false) => Some(tests(&self.failed)),
            ("tests.flaky", false) => Some(tests(&self.flaky)),
            ("tests.failed", true) => Some(self.failed_cases.as_ref()?.iter().map(one).collect()),
            ("tests.flaky", true) => Some(self.flaky_cases.as_ref()?.iter().map(one).collect()),
            ("vulnerabilities", _) => self.findings.clone(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
