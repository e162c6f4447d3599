//! Keys of the artifacts of a run.

use crate::base::ids::{Attempt, InstanceId, RunId, ShardId};

/// The newest package of a suite.
pub fn package(suite: &str) -> String {
    format!("suites/{suite}.zip")
}

/// Layers of Python packages that runs of a suite built of files of requirements with this sum lie below this.
///
/// They lie apart by suites: what an instance of one suite built is installed for no other.
pub fn layers(suite: &str, requirements: &str) -> String {
    format!("layers/{suite}/{requirements}/")
}

/// A layer over the Python with the sum `base`.
pub fn layer(suite: &str, requirements: &str, base: &str) -> String {
    format!("{}{base}.tar.gz", layers(suite, requirements))
}

/// Sum of the Python that the layer with this key lies over.
pub fn base_of_layer(key: &str) -> Option<&str> {
    key.rsplit('/').next()?.strip_suffix(".tar.gz").filter(|base| is_sum(base))
}

/// Whether a text is a SHA-256 in hexadecimal digits, as it may stand in a key.
pub fn is_sum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The plan.
pub fn plan(run: &RunId) -> String {
    format!("runs/{run}/plan.json")
}

/// The order for an attempt.
pub fn order(run: &RunId, attempt: &Attempt) -> String {
    format!("runs/{run}/orders/{attempt}.json")
}

/// What an attempt's instance uploads lies below this, and by the instance role's policy nowhere else.
///
/// `role` is the unique id of the instance role: with the instance's id it makes IAM's `${aws:userid}`.
pub fn uploads(run: &RunId, role: &str, environment: &InstanceId, attempt: &Attempt) -> String {
    format!("runs/{run}/environments/{role}:{environment}/{attempt}/")
}

/// The tests of a shard of reruns. It lies here and not in the ledger, whose items hold 400 KB: a shard of many thousand
/// tests can fail as a whole.
pub fn selection(run: &RunId, shard: &ShardId) -> String {
    format!("runs/{run}/shards/{shard}-tests.json")
}

/// The summary of an attempt.
pub fn summary(run: &RunId, attempt: &Attempt) -> String {
    format!("runs/{run}/shards/{attempt}.json")
}

/// What the run is judged by.
pub fn evidence(run: &RunId) -> String {
    format!("runs/{run}/evidence.json")
}

/// A report of kind `kind` from elsewhere, kept with the run.
pub fn given_report(run: &RunId, kind: &str) -> String {
    format!("runs/{run}/reports/{kind}")
}

/// Path of `key` below the prefix of `run`; none where it lies elsewhere.
pub fn below<'a>(run: &RunId, key: &'a str) -> Option<&'a str> {
    key.strip_prefix("runs/")?.strip_prefix(run.as_str())?.strip_prefix('/')
}

/// The verdict.
pub fn verdict(run: &RunId) -> String {
    format!("runs/{run}/verdict.json")
}

/// A result of the whole run: `output.xml`, `junit.xml`, `report.html`.
pub fn result(run: &RunId, name: &str) -> String {
    format!("runs/{run}/{name}")
}
