//! What Robot Framework reported: a tree of suites and tests.

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

/// How a test or suite ended, by Robot Framework's own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every keyword passed.
    Passed,
    /// A keyword, a setup or a teardown failed.
    Failed,
    /// The test was skipped, or the suite has no test that passed or failed.
    Skipped,
}

/// One test as a result file tells it, after failures of the teardowns of its suites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Name without the names of its suites.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// Why it failed or was skipped; empty for a test that passed without a word.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Tags as Robot Framework lists them: each once in its first spelling, by name without case, spaces and `_`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Start in the local time of the machine that ran it, if the file tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTime>,
    /// Duration in seconds.
    pub seconds: f64,
    /// Pictures that keywords of a failed test show in the log, the latest last: paths below the folder of the log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<String>,
}

/// A suite: a folder or a file of tests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Suite {
    /// Name without the names of its parents.
    pub name: String,
    /// Path of the file or folder as Robot Framework wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doc: String,
    /// Metadata as Robot Framework lists it: by name without case, spaces and `_`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<(String, String)>,
    /// Message of the suite itself, such as that of a failed setup.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// Start in the local time of the machine that ran it, if the file tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<DateTime>,
    /// Duration in seconds.
    pub seconds: f64,
    /// Suites below it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suites: Vec<Suite>,
    /// Its own tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
}

/// Counts of tests by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were skipped.
    pub skipped: u64,
}

impl Counts {
    /// All tests.
    pub fn total(&self) -> u64 {
        self.passed + self.failed + self.skipped
    }

    /// Counts one more test.
    pub fn add(&mut self, status: Status) {
        match status {
            Status::Passed => self.passed += 1,
            Status::Failed => self.failed += 1,
            Status::Skipped => self.skipped += 1,
        }
    }
}

impl Suite {
    /// Calls `visit` with the long name (names of all suites and the test, joined by dots), the suite
    /// and the test, for each test at or below this suite, in the order of the file.
    pub fn each_test<'a>(&'a self, visit: &mut impl FnMut(&str, &'a Suite, &'a Test)) {
        self.walk("", visit);
    }

    fn walk<'a>(&'a self, above: &str, visit: &mut impl FnMut(&str, &'a Suite, &'a Test)) {
        let name = if above.is_empty() { self.name.clone() } else { format!("{above}.{}", self.name) };
        for suite in &self.suites {
            suite.walk(&name, visit);
        }
        for test in &self.tests {
            visit(&format!("{name}.{}", test.name), self, test);
        }
    }

    /// Counts of the tests at and below this suite.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.each_test(&mut |_, _, test| counts.add(test.status));
        counts
    }
}
