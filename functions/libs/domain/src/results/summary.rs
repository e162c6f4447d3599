//! The summary of one attempt at a shard, from `collect` to `evaluate`: `runs/<run>/shards/<shard>-<attempt>.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::ids::{InstanceId, ShardId};
use crate::base::paths::relative;
use crate::results::errors::ExecutionError;
use crate::results::halt::Halt;
use crate::results::manifest::{Exit, HookEffects};
use crate::results::outcome::Suite;

/// What an attempt at a shard reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Shard's id.
    pub shard: ShardId,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Instance's id.
    pub environment: InstanceId,
    /// How `robot` ended.
    pub exit: Exit,
    /// Whether the output was closed and every object is as the manifest says.
    pub complete: bool,
    /// What is missing or damaged in an incomplete one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Key of `output.xml` in the artifacts.
    pub output: String,
    /// Ordered files that the output reports, and those in which Robot Framework selects no test.
    pub reported: Vec<String>,
    /// Seconds of `robot` itself.
    pub robot_seconds: f64,
    /// Bytes that the attempt uploaded.
    #[serde(default)]
    pub uploaded: u64,
    /// Reports of other tools that the attempt left: paths below the run's prefix by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<String, String>,
    /// Why Robot Framework ran no further test, where it did not run all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
    /// File in which it was halted: nothing after it runs. Empty where that was before any test of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted_at: Option<String>,
    /// Of a rerun: tests that it should have run and Robot Framework did not find, each as `<file>: <name>`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<String>,
    /// What the attempt left behind and could not be uploaded, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// What the hooks did that the report tells.
    #[serde(default, skip_serializing_if = "HookEffects::is_empty")]
    pub hooks: HookEffects,
    /// What Robot Framework reports as an error beside the tests, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ExecutionError>,
    /// Whether Robot Framework ran tasks and not tests: its `rpa`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rpa: bool,
    /// Suites and tests.
    pub root: Suite,
}

/// Suite files below the package's root that `suite` reports, with the seconds of each.
pub fn reported_files(suite: &Suite, root: &str) -> Vec<(String, f64)> {
    let mut files = Vec::new();
    let mut open = vec![suite];
    while let Some(suite) = open.pop() {
        open.extend(&suite.suites);
        let source = suite.source.as_deref().and_then(|source| relative(source, root));
        // A suite without tests says nothing of its file: what took them out may have been the suite itself.
        if let (false, Some(path)) = (suite.tests.is_empty(), source) {
            files.push((path, suite.seconds));
        }
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// Ordered files that neither the output nor the runner accounts for.
pub fn missing(ordered: &[String], reported: &[String]) -> Vec<String> {
    ordered.iter().filter(|file| !reported.contains(file)).cloned().collect()
}
