//! Figures of tests, Robot Framework's and unit tests alike.

use super::TestRecord;
use crate::quality::reports::Case;
use crate::results::outcome::{Counts, Status};

/// Counts of tests. Tests in quarantine count in all figures but those that they may not spoil.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    all: Counts,
    /// Those that are not in quarantine.
    evaluation: Counts,
    flaky: u64,
    quarantined: u64,
    seconds: f64,
    /// Tests that nobody knows the end of.
    unended: u64,
}

impl Tally {
    /// Adds a test of Robot Framework; `strict` has its quarantine count for nothing.
    pub(super) fn add_test(&mut self, test: &TestRecord, strict: bool) {
        self.quarantined += u64::from(test.quarantined);
        self.add(test.status, test.flaky, test.seconds, test.quarantined && !strict);
    }

    /// Adds a unit test.
    pub(super) fn add_case(&mut self, case: &Case) {
        self.add(case.status, case.flaky, case.seconds, false);
    }

    /// Adds a unit test that nobody knows the end of.
    pub(super) fn add_unended(&mut self, seconds: f64) {
        self.unended += 1;
        self.seconds += seconds.max(0.0);
    }

    fn add(&mut self, status: Status, flaky: bool, seconds: f64, excused: bool) {
        self.all.add(status);
        self.seconds += seconds.max(0.0);
        if !excused {
            self.evaluation.add(status);
            self.flaky += u64::from(flaky);
        }
    }

    /// Tests that say something of the product: those that passed or failed.
    pub(super) fn ran(&self) -> u64 {
        self.evaluation.passed + self.evaluation.failed
    }

    pub(super) fn total(&self) -> u64 {
        self.all.total() + self.unended
    }

    pub(super) fn figure(&self, figure: &str) -> Option<f64> {
        match figure {
            "total" => Some(self.total() as f64),
            "passed" => Some(self.all.passed as f64),
            "failed" => Some(self.evaluation.failed as f64),
            "skipped" => Some(self.all.skipped as f64),
            "flaky" => Some(self.flaky as f64),
            "quarantined" => Some(self.quarantined as f64),
            "duration" => Some(self.seconds),
            // Skipped tests say nothing of the product; a share of nothing is no figure.
            "pass_rate" => match self.ran() {
                0 => None,
                ran => Some(self.evaluation.passed as f64 * 100.0 / ran as f64),
            },
            _ => None,
        }
    }
}
