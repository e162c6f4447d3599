//! `runs/<run>/evidence.json`: what a run is judged by, written once before it is judged.
//!
//! Whoever judges the run again, `evaluate` or a person with the run's folder, reads the same evidence and the same
//! inputs, whose digests stand here, and comes to the same verdict, byte for byte.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::Environment;
use crate::shard::Shard;
use crate::summary::Summary;

/// What a run is judged by. Paths are below the run's prefix in the artifacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Run's id.
    pub run: String,
    /// Unix time of the evaluation in seconds.
    pub at: i64,
    /// Shards as the ledger had them, without the secrets of callbacks.
    pub shards: Vec<Shard>,
    /// Environments that were launched.
    pub environments: Vec<Environment>,
    /// Summaries of the shards that are done, without those of reruns.
    pub firsts: Vec<String>,
    /// Summaries of the shards of reruns that are done.
    pub reruns: Vec<String>,
    /// Reports of other tools.
    pub reports: Vec<ReportFile>,
    /// SHA-256 of every file that is read, by path, in lower case hexadecimal digits.
    pub inputs: BTreeMap<String, String>,
}

/// A report of another tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFile {
    /// Kind under which the package or the input names it: `coverage`, `vulnerabilities`, `performance` or `tests`.
    pub kind: String,
    /// Attempt that left it, or the place in S3 that the input names.
    pub origin: String,
    /// Where it lies; none where nobody delivered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Evidence {
    /// The reports that `summaries` left, and for each kind in `expected` that nobody left an entry without a path.
    pub fn reports_of(summaries: &[&Summary], expected: &BTreeMap<String, String>) -> Vec<ReportFile> {
        let left = summaries.iter().flat_map(|summary| {
            let origin = format!("{}-{}", summary.shard, summary.attempt);
            summary.reports.iter().map(move |(kind, path)| ReportFile {
                kind: kind.clone(),
                origin: origin.clone(),
                path: Some(path.clone()),
            })
        });
        let mut reports: Vec<ReportFile> = left.collect();
        for (kind, path) in expected {
            if reports.iter().all(|report| report.kind != *kind) {
                reports.push(ReportFile { kind: kind.clone(), origin: path.clone(), path: None });
            }
        }
        reports
    }
}
