//! What an attempt still says that was stopped before Robot Framework was done.
//!
//! Robot Framework closes its result when it gets a signal: the test that ran fails by the signal, and so do those that
//! had not begun. A suite teardown that is cut short fails the tests above it. None of these failures is one of the
//! product. What had ended before counts as it did, and so does what had failed before the signal came.

use std::fmt;

use crate::results::outcome::{Found, Suite, Test, TestId};

/// Tag that Robot Framework gives to tests that it did not run (user guide, "Stopping test execution gracefully").
pub const NOT_RUN: &str = "robot:exit";

/// How Robot Framework 7.5 fails what a signal stops (`running/signalhandler.py`).
const STOPPED: &str = "Execution terminated by signal";

/// How it fails tests whose suite's teardown failed, which for those that had passed is all that is said.
const BY_TEARDOWN: &str = "Parent suite teardown failed:";

/// What both messages on a failed suite teardown have.
const TEARDOWN: &str = "arent suite teardown failed:";

/// How it fails tests whose suite's setup failed.
const BY_SETUP: &str = "Parent suite setup failed:";

/// What it adds to the message of a test that had failed before its own teardown or that of a suite failed.
const ALSO: [&str; 2] = ["\n\nAlso teardown failed:\n", "\n\nAlso parent suite teardown failed:\n"];

/// The beginning of a message that has the failures of several keywords, each after its number.
const SEVERAL: &str = "Several failures occurred:";

/// What was running when the attempt was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// A test, by its long name.
    Test(String),
    /// The setup of a suite, by its long name.
    SuiteSetup(String),
    /// The teardown of a suite, by its long name.
    SuiteTeardown(String),
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(name) => write!(f, "the test {name}"),
            Self::SuiteSetup(name) => write!(f, "the setup of the suite {name}"),
            Self::SuiteTeardown(name) => write!(f, "the teardown of the suite {name}"),
        }
    }
}

/// Leaves out the tests that did not end by themselves; what ran when the attempt was stopped, where the result tells.
pub fn leave_out_unended(root: &mut Suite) -> Option<Running> {
    let running = running(&root.found());
    retain(root);
    running
}

/// The first test that a signal failed ran: a keyword may swallow the signal, and then each later test fails by it, too.
/// A signal in a fixture of a suite fails all tests of that suite, which is the innermost that has them all.
fn running(found: &[Found<'_>]) -> Option<Running> {
    let stopped: Vec<_> = found.iter().filter(|found| is_told_of(found.test)).collect();
    if let Some(test) = stopped.iter().find(|found| !by_fixture(&found.test.message)) {
        return Some(Running::Test(test.id.name.clone()));
    }
    let by =
        |fixture| suite_of(stopped.iter().filter(|found| part_of(&found.test.message, fixture)).map(|found| &found.id));
    by(BY_SETUP).map(Running::SuiteSetup).or_else(|| by(TEARDOWN).map(Running::SuiteTeardown))
}

/// Whether a signal is told of a test that ran.
fn is_told_of(test: &Test) -> bool {
    test.message.contains(STOPPED) && !was_not_run(test)
}

/// Whether the signal is told of a suite's setup or teardown only.
fn by_fixture(message: &str) -> bool {
    let of_suite = |message: &str| message.starts_with(BY_SETUP) || message.starts_with(BY_TEARDOWN);
    of_suite(message) || message.split_once(ALSO[1]).is_some_and(|(own, _)| !own.contains(STOPPED))
}

/// Whether a message tells of a signal in this fixture of a suite.
fn part_of(message: &str, fixture: &str) -> bool {
    message.split_once(fixture).is_some_and(|(_, rest)| rest.contains(STOPPED))
}

/// Long name of the innermost suite that has all of these tests.
fn suite_of<'a>(tests: impl Iterator<Item = &'a TestId>) -> Option<String> {
    let parents = tests.filter_map(|test| Some(test.name.rsplit_once('.')?.0.split('.').collect::<Vec<_>>()));
    let same =
        |a: Vec<&'a str>, b: Vec<&'a str>| a.into_iter().zip(b).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    parents.reduce(same).map(|parts| parts.join(".")).filter(|name| !name.is_empty())
}

/// What a test said of itself before a signal stopped its teardown or that of a suite.
fn own(message: &str) -> &str {
    let cut = ALSO.iter().filter_map(|also| {
        let (own, rest) = message.split_once(also)?;
        rest.contains(STOPPED).then_some(own)
    });
    cut.min_by_key(|own| own.len()).unwrap_or(message)
}

/// Whether a test failed by the signal alone.
fn was_stopped(test: &Test) -> bool {
    let own = own(&test.message);
    let Some(several) = own.strip_prefix(SEVERAL) else { return own.contains(STOPPED) };
    several.split("\n\n").filter(|failure| !failure.is_empty()).all(|failure| failure.contains(STOPPED))
}

fn was_not_run(test: &Test) -> bool {
    test.tags.iter().any(|tag| tag == NOT_RUN)
}

fn retain(suite: &mut Suite) {
    let ended = |test: &Test| !was_stopped(test) && !was_not_run(test) && !test.message.starts_with(BY_TEARDOWN);
    suite.tests.retain(ended);
    for test in &mut suite.tests {
        test.message.truncate(own(&test.message).len());
    }
    suite.suites.iter_mut().for_each(retain);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, message: &str, tags: &[&str]) -> Test {
        let status = if message.is_empty() { "passed" } else { "failed" };
        let test =
            serde_json::json!({"name": name, "status": status, "message": message, "tags": tags, "seconds": 1.0});
        serde_json::from_value(test).unwrap()
    }

    fn suite(name: &str, tests: Vec<Test>, suites: Vec<Suite>) -> Suite {
        Suite { name: name.into(), tests, suites, ..Suite::default() }
    }

    /// What is left, as names with messages, and what ran.
    fn left(mut root: Suite) -> (Vec<String>, String) {
        let running = leave_out_unended(&mut root).map(|running| running.to_string()).unwrap_or_default();
        let found = root.found();
        (found.iter().map(|found| format!("{}: {}", found.test.name, found.test.message)).collect(), running)
    }

    #[test]
    fn only_tests_that_ended_by_themselves_are_left() {
        let tests = vec![
            test("Fails", "early", &[]),
            test("Hangs", "Execution terminated by signal", &[]),
            test("Hangs in its setup", "Setup failed:\nExecution terminated by signal", &[]),
            test("Never starts", "Test execution stopped due to a fatal error.", &["robot:exit"]),
            test("Passed", "Parent suite teardown failed:\nExecution terminated by signal", &[]),
            test("Failed", "early\n\nAlso parent suite teardown failed:\nno server", &[]),
        ];
        let (names, running) = left(suite("S", tests, vec![]));
        assert_eq!(names, ["Fails: early", "Failed: early\n\nAlso parent suite teardown failed:\nno server"]);
        assert_eq!(running, "the test S.Hangs");
    }

    #[test]
    fn what_had_failed_before_a_teardown_was_stopped_has_failed() {
        let also = "broken\n\nAlso parent suite teardown failed:\nExecution terminated by signal";
        let tests = vec![
            test("Passes", "Parent suite teardown failed:\nExecution terminated by signal", &[]),
            test("Fails", also, &[]),
        ];
        let root = suite("S", vec![], vec![suite("A", tests, vec![]), suite("B", vec![test("Done", "", &[])], vec![])]);
        assert_eq!(left(root), (vec!["Fails: broken".into(), "Done: ".into()], "the teardown of the suite S.A".into()));
        let own = "broken\n\nAlso teardown failed:\nExecution terminated by signal";
        let root = suite("S", vec![test("Fails", own, &[])], vec![]);
        assert_eq!(left(root), (vec!["Fails: broken".into()], "the test S.Fails".into()));
    }

    #[test]
    fn of_several_failures_one_that_is_not_the_signal_counts() {
        let real = "Several failures occurred:\n\n1) broken\n\n2) Execution terminated by signal";
        let none =
            "Several failures occurred:\n\n1) Execution terminated by signal\n\n2) Execution terminated by signal";
        let (names, running) = left(suite("S", vec![test("A", real, &[]), test("B", none, &[])], vec![]));
        assert_eq!((names, running), (vec![format!("A: {real}")], "the test S.A".into()));
    }

    #[test]
    fn a_suite_setup_that_was_stopped_is_named() {
        let by = "Parent suite setup failed:\nExecution terminated by signal";
        let root = suite("S", vec![], vec![suite("A", vec![test("X", by, &[]), test("Y", by, &[])], vec![])]);
        assert_eq!(left(root), (vec![], "the setup of the suite S.A".into()));
    }
}
