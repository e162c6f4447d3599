//! What earlier runs of a suite leave for later ones.

mod files;
mod packed;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::files::{FileOfRun, files_of_run};
pub use self::packed::{Damaged, MOST_BYTES, StoredHistory};
use crate::base::ids::{RunId, RunRef};
use crate::base::time::Time;
use crate::results::interrupted::NOT_RUN;
#[cfg(doc)]
use crate::results::outcome::TestId;
use crate::results::outcome::{Counts, Status as TestStatus};
use crate::results::records::TestRecord;
use crate::run::shards::median;
use crate::run::status::Status;

/// So many runs of a file are remembered.
pub const REMEMBERED: usize = 20;

/// How a test ended in a run of its file, after its reruns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The file ran without it: it was not selected, or not there.
    NotRun,
    /// It was skipped.
    Skipped,
    /// It passed at once.
    Passed,
    /// It failed first and passed in a rerun.
    Flaky,
    /// It failed in its last attempt.
    Failed,
}

impl Outcome {
    /// The outcome of a test, its reruns counted in.
    pub fn of(record: &TestRecord) -> Self {
        match record.status {
            _ if record.tags.iter().any(|tag| tag == NOT_RUN) => Self::NotRun,
            TestStatus::Failed => Self::Failed,
            TestStatus::Passed if record.flaky => Self::Flaky,
            TestStatus::Passed => Self::Passed,
            TestStatus::Skipped => Self::Skipped,
        }
    }

    /// How much it says: of two tests that history cannot tell apart the one that says more is remembered.
    fn weight(self) -> u8 {
        match self {
            Self::NotRun => 0,
            Self::Skipped => 1,
            Self::Passed => 2,
            Self::Flaky => 3,
            Self::Failed => 4,
        }
    }
}

/// Outcomes of the tests of a file by their long names, numbered where several have one: [`TestId::label`].
pub type Outcomes = BTreeMap<String, Outcome>;

/// What is known of one suite file: `SUITE#<name>` / `FILE#<path>`. The ledger holds it as [`StoredHistory`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileHistory {
    /// Path below the package's root.
    pub path: String,
    /// Raised by each write, so that two writers do not lose each other's.
    pub version: u64,
    /// Newest runs last.
    runs: Vec<FileRun>,
    /// Outcomes of each test, one for each of `runs` and in the same order; at least one of them is not `NotRun`.
    tests: BTreeMap<String, Vec<Outcome>>,
}

/// One run of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FileRun {
    /// Run's id.
    pub run: RunId,
    /// When the run started.
    pub started: Time,
    /// Seconds of the file in that run, to the millisecond.
    pub seconds: f64,
    /// Commit that was tested: the run's label `commit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Id of the image of the environment that ran the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl FileRun {
    fn order(&self) -> (Time, &str) {
        (self.started, &self.run)
    }
}

impl FileHistory {
    /// The history of a file that never ran.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// Runs of the file, the newest last.
    pub fn runs(&self) -> &[FileRun] {
        &self.runs
    }

    /// Adds a run with the outcomes of its tests; none when nothing changes.
    ///
    /// A run that is known stays as it is. A late one takes its place by its start, or none when it is older than the
    /// runs that are kept; so the same runs give the same history in whatever order they come.
    pub fn with(&self, run: FileRun, outcomes: &Outcomes) -> Option<Self> {
        let place = self.runs.partition_point(|known| known.order() < run.order());
        let known = self.runs.iter().any(|known| known.run == run.run);
        if known || (place == 0 && self.runs.len() >= REMEMBERED) {
            return None;
        }
        let mut next = self.clone();
        for name in outcomes.keys() {
            next.tests.entry(name.clone()).or_insert_with(|| vec![Outcome::NotRun; self.runs.len()]);
        }
        for (name, series) in &mut next.tests {
            series.insert(place, outcomes.get(name).copied().unwrap_or(Outcome::NotRun));
        }
        next.runs.insert(place, FileRun { seconds: milliseconds(run.seconds), ..run });
        next.forget(next.runs.len().saturating_sub(REMEMBERED));
        Some(next)
    }

    /// Forgets the oldest runs, and tests that none of the others ran.
    fn forget(&mut self, oldest: usize) {
        self.runs.drain(..oldest);
        self.tests.retain(|_, series| {
            series.drain(..oldest);
            series.iter().any(|outcome| *outcome != Outcome::NotRun)
        });
    }

    /// Median seconds of its runs; none when there is none.
    pub fn seconds(&self) -> Option<f64> {
        median(&self.runs.iter().map(|run| run.seconds).collect::<Vec<_>>())
    }

    /// Long names of the tests that are known, in order.
    pub fn tests(&self) -> impl Iterator<Item = &str> {
        self.tests.keys().map(String::as_str)
    }

    /// Outcomes of a test in each run of the file, the newest last; none of a test that is not known.
    pub fn outcomes_of(&self, test: &str) -> Vec<(Outcome, &FileRun)> {
        let series = self.tests.get(test).into_iter().flatten();
        series.copied().zip(&self.runs).collect()
    }

    /// The run in which the current series of failures of a test began; none where its last outcome is no failure.
    ///
    /// A run that skipped the test or ran without it neither ends a series nor belongs to one.
    pub fn first_failed(&self, test: &str) -> Option<&FileRun> {
        let outcomes = self.outcomes_of(test).into_iter().rev();
        let series = outcomes.take_while(|(outcome, _)| !matches!(outcome, Outcome::Passed | Outcome::Flaky));
        series.filter(|(outcome, _)| *outcome == Outcome::Failed).last().map(|(_, run)| run)
    }
}

/// Outcomes of a run's tests by the file that they stand in. Tests of no known file are left out.
pub fn by_file(records: &[TestRecord]) -> BTreeMap<String, Outcomes> {
    let mut files: BTreeMap<String, Outcomes> = BTreeMap::new();
    for record in records.iter().filter(|record| !record.suite_file.is_empty()) {
        let tests = files.entry(record.suite_file.clone()).or_default();
        let known = tests.entry(record.id().label()).or_insert(Outcome::NotRun);
        let new = Outcome::of(record);
        if new.weight() > known.weight() {
            *known = new;
        }
    }
    files
}

/// Milliseconds are enough to plan by, and short to write.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Most figures of a run in its suite's history; with names of usual length they make 4 KB.
const MOST_METRICS: usize = 100;

/// A run in its suite's history: `SUITE#<name>` / `RUN#<time>#<id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastRun {
    /// Run's id.
    pub id: RunId,
    /// Suite's name.
    pub suite: String,
    /// How it ended: the verdict, or why there is none.
    pub status: Status,
    /// When it started.
    pub started: Time,
    /// Seconds from start to record.
    pub seconds: i64,
    /// Cost in dollars, where prices are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Tests by their final status.
    pub counts: Counts,
    /// Tests that passed only in a rerun.
    #[serde(default)]
    pub flaky: u64,
    /// Figures that gates read and figures without labels, by metric: at most 100, those of gates first.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
    /// Labels of the run, such as `branch` and `commit`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl From<&PastRun> for RunRef {
    fn from(run: &PastRun) -> Self {
        Self { run: run.id.clone(), started: run.started }
    }
}

/// What a run's history keeps of its figures: first those that gates read, then those without labels, by name.
pub fn kept_metrics<'a>(
    read: impl IntoIterator<Item = (&'a str, f64)>,
    figures: &'a BTreeMap<String, f64>,
) -> BTreeMap<String, f64> {
    let plain = figures.iter().filter(|(name, _)| !name.contains('{'));
    let all = read.into_iter().chain(plain.map(|(name, value)| (name.as_str(), *value)));
    let mut kept = BTreeMap::new();
    for (name, value) in all.filter(|(_, value)| value.is_finite()) {
        if kept.len() < MOST_METRICS {
            kept.entry(name.to_owned()).or_insert(value);
        }
    }
    kept
}

#[cfg(test)]
mod tests;
