//! What earlier runs of a suite leave for later ones.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::outcome::Counts;
use crate::run::Status;
use crate::shards::median;

/// So many runs of a file are remembered.
pub const REMEMBERED: usize = 20;

/// What is known of one suite file: `SUITE#<name>` / `FILE#<path>`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileHistory {
    /// Path below the package's root.
    pub path: String,
    /// Raised by each write, so that two writers do not lose each other's.
    #[serde(default)]
    pub version: u64,
    /// Newest runs last.
    pub runs: Vec<FileRun>,
}

/// One run of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileRun {
    /// Run's id.
    pub run: String,
    /// Unix time of the run's start in seconds.
    pub started: i64,
    /// Seconds of the file in that run.
    pub seconds: f64,
}

impl FileHistory {
    /// Adds a run unless it is there already; keeps the newest ones, by start. None when nothing changes.
    pub fn with(&self, run: FileRun) -> Option<Self> {
        if self.runs.iter().any(|known| known.run == run.run) {
            return None;
        }
        let mut next = self.clone();
        next.runs.push(run);
        next.runs.sort_by(|a, b| a.started.cmp(&b.started).then_with(|| a.run.cmp(&b.run)));
        next.runs.drain(..next.runs.len().saturating_sub(REMEMBERED));
        (next.runs != self.runs).then_some(next)
    }

    /// Median seconds of its runs; none when there is none.
    pub fn seconds(&self) -> Option<f64> {
        median(&self.runs.iter().map(|run| run.seconds).collect::<Vec<_>>())
    }
}

/// A run in its suite's history: `SUITE#<name>` / `RUN#<time>#<id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastRun {
    /// Run's id.
    pub id: String,
    /// Suite's name.
    pub suite: String,
    /// How it ended.
    pub status: Status,
    /// Unix time of its start in seconds.
    pub started: i64,
    /// Seconds from start to record.
    pub seconds: i64,
    /// Tests by their final status.
    pub counts: Counts,
    /// Tests that passed only in a rerun.
    #[serde(default)]
    pub flaky: u64,
    /// Labels of the run, such as `branch` and `commit`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(n: usize) -> FileRun {
        FileRun { run: format!("r{n}"), started: n as i64, seconds: n as f64 }
    }

    #[test]
    fn a_run_is_remembered_once_and_the_oldest_is_forgotten() {
        let mut history = FileHistory::default();
        for n in 1..=25 {
            history = history.with(run(n)).unwrap();
        }
        assert_eq!(history.runs.len(), REMEMBERED);
        assert_eq!(history.runs[0].run, "r6");
        assert_eq!(history.with(run(25)), None);
        assert_eq!(history.with(run(1)), None, "a late run never replaces a newer one");
        assert_eq!(history.seconds(), Some(15.5));
    }
}
