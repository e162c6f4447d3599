//! What Robot Framework reported: a tree of suites and tests.

use std::collections::HashMap;

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
    /// Line of the test in its file, if the result tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Name as the file has it, if it has variables. It is the same at each start, whatever values the variables have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Digest of what the test does, its arguments included. Two tests of one name and of different digests are two tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
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

/// Which test of a run.
///
/// Neither a test's name nor the names of its suites need to be unique: Robot Framework runs two tests of one name with
/// a warning, and the files `01__shop.robot` and `02__shop.robot` are both the suite `Shop`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct TestId {
    /// Suite file as the result names it, below the package's root in a summary; empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// How many tests of the same long name stand before it in its file.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub nth: u32,
}

fn is_zero(nth: &u32) -> bool {
    *nth == 0
}

/// A test as files name it; those of version 0.1 have the long name alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Name(String),
    Whole {
        #[serde(default)]
        file: String,
        name: String,
        #[serde(default)]
        nth: u32,
    },
}

impl From<Written> for TestId {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(name) => Self { name, ..Self::default() },
            Written::Whole { file, name, nth } => Self { file, name, nth },
        }
    }
}

impl std::fmt::Display for TestId {
    /// With the file: `basket.robot: Shop.Pay (2)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", self.file)?;
        }
        f.write_str(&self.label())
    }
}

impl TestId {
    /// The long name, with its number where it is not the first of that name in its file: `Shop.Pay (2)`.
    pub fn label(&self) -> String {
        match self.nth {
            0 => self.name.clone(),
            nth => format!("{} ({})", self.name, nth + 1),
        }
    }
}

/// For each test of a suite, how many tests of the same name stand before it in the file.
///
/// Lines of the file decide where the result tells them, because `--randomize` runs tests in another order in each
/// attempt. Tests of one line, such as those that a data driver makes, count in the order in which they ran.
pub fn nth_of_name<'a>(tests: impl IntoIterator<Item = &'a Test>) -> Vec<u32> {
    nth_of(tests, |test| &test.name)
}

/// As [`nth_of_name`], by what a file calls its tests.
fn nth_written<'a>(tests: impl IntoIterator<Item = &'a Test>) -> Vec<u32> {
    nth_of(tests, |test| test.written.as_deref().unwrap_or_default())
}

fn nth_of<'a>(tests: impl IntoIterator<Item = &'a Test>, name: impl Fn(&'a Test) -> &'a str) -> Vec<u32> {
    let tests: Vec<&Test> = tests.into_iter().collect();
    let mut order: Vec<usize> = (0..tests.len()).collect();
    // Names with variables may be others next time, so they change no other test's number.
    order.sort_by_key(|&at| (tests[at].written.is_some(), tests[at].line));
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut nth = vec![0; tests.len()];
    for at in order {
        let count = seen.entry(name(tests[at])).or_default();
        nth[at] = *count;
        *count += 1;
    }
    nth
}

/// A test of a tree, with the suite that it stands in.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Which test it is.
    pub id: TestId,
    /// Its suite.
    pub suite: &'a Suite,
    /// The test.
    pub test: &'a Test,
    /// How many tests stand before it in its suite.
    pub place: usize,
    /// How many tests that the file calls the same stand before it in its suite.
    pub nth_written: u32,
}

/// Whether two digests of what tests do are known and differ.
pub fn is_other(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

impl<'a> Found<'a> {
    /// Digest of what it does, where that is known.
    pub fn body(&self) -> Option<&'a str> {
        self.test.body.as_deref()
    }

    /// File, name with variables, and how many tests of that name stand before it; none of a test without variables in its
    /// name, or of an unknown file.
    pub fn written(&self) -> Option<(&str, &str, u32)> {
        let name = self.test.written.as_deref().filter(|_| !self.id.file.is_empty())?;
        Some((&self.id.file, name, self.nth_written))
    }
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

    /// Every test at or below this suite in the order of [`Suite::each_test`], each with what tells it from all others.
    pub fn found(&self) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        self.find("", &mut HashMap::new(), &mut found);
        found
    }

    /// `before` counts the tests by name of suites of one file and one long name, which are as good as one suite.
    fn find<'a>(
        &'a self,
        above: &str,
        before: &mut HashMap<(&'a str, String), HashMap<&'a str, u32>>,
        found: &mut Vec<Found<'a>>,
    ) {
        let long_name = if above.is_empty() { self.name.clone() } else { format!("{above}.{}", self.name) };
        for suite in &self.suites {
            suite.find(&long_name, before, found);
        }
        let file = self.source.as_deref().unwrap_or_default();
        let before = before.entry((file, long_name.clone())).or_default();
        let nths = nth_of_name(&self.tests).into_iter().zip(nth_written(&self.tests));
        for (place, (test, (nth, nth_written))) in self.tests.iter().zip(nths).enumerate() {
            let nth = nth + before.get(test.name.as_str()).copied().unwrap_or_default();
            let id = TestId { file: file.to_owned(), name: format!("{long_name}.{}", test.name), nth };
            found.push(Found { id, suite: self, test, place, nth_written });
        }
        self.tests.iter().for_each(|test| *before.entry(&test.name).or_default() += 1);
    }

    /// Counts of the tests at and below this suite.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.each_test(&mut |_, _, test| counts.add(test.status));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, line: Option<u32>) -> Test {
        let (message, tags, pictures) = (String::new(), Vec::new(), Vec::new());
        Test {
            name: name.into(),
            status: Status::Passed,
            message,
            tags,
            start: None,
            seconds: 0.0,
            line,
            written: None,
            body: None,
            pictures,
        }
    }

    fn suite(name: &str, source: &str, tests: Vec<Test>) -> Suite {
        Suite { name: name.into(), source: Some(source.into()), tests, ..Suite::default() }
    }

    fn ids(root: &Suite) -> Vec<(String, String)> {
        root.found().into_iter().map(|found| (found.id.file.clone(), found.id.label())).collect()
    }

    #[test]
    fn tests_of_one_name_are_told_apart_by_file_and_order() {
        let basket =
            suite("Shop", "01__shop.robot", vec![test("Pay", Some(2)), test("Look", Some(5)), test("Pay", Some(8))]);
        let other = suite("Shop", "02__shop.robot", vec![test("Pay", Some(2))]);
        let root = Suite { name: "All".into(), suites: vec![basket, other], ..Suite::default() };
        let expected = [
            ("01__shop.robot", "All.Shop.Pay"),
            ("01__shop.robot", "All.Shop.Look"),
            ("01__shop.robot", "All.Shop.Pay (2)"),
            ("02__shop.robot", "All.Shop.Pay"),
        ];
        assert_eq!(ids(&root), expected.map(|(file, name)| (file.to_owned(), name.to_owned())));
    }

    #[test]
    fn the_order_in_the_file_counts_not_that_in_which_tests_ran() {
        let root = suite("Shop", "shop.robot", vec![test("Pay", Some(8)), test("Pay", Some(2))]);
        assert_eq!(root.found().iter().map(|found| found.id.nth).collect::<Vec<_>>(), [1, 0]);
        assert_eq!(root.found().iter().map(|found| found.place).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn two_suites_of_one_file_and_name_have_no_test_in_common() {
        let once = || Suite { source: None, ..suite("Shop", "", vec![test("Pay", None)]) };
        let root = Suite { name: "All".into(), suites: vec![once(), once()], ..Suite::default() };
        assert_eq!(root.found().iter().map(|found| found.id.nth).collect::<Vec<_>>(), [0, 1]);
    }
}
