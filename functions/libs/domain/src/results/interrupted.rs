//! What an attempt still says that was stopped before Robot Framework was done.
//!
//! Robot Framework closes its result when it gets a signal: the test that ran fails by the signal, and so do those that
//! had not begun, and a suite teardown that is cut short fails the tests above it. None of these failures is one of the
//! product. What had ended before counts as it did.

use crate::results::outcome::{Suite, Test};

/// Tag that Robot Framework gives to tests that it did not run (user guide, "Stopping test execution gracefully").
pub const NOT_RUN: &str = "robot:exit";

/// How Robot Framework 7.5 fails what a signal stops (`running/signalhandler.py`).
const STOPPED: &str = "Execution terminated by signal";

/// How it fails tests whose suite's teardown failed, which for those that had passed is all that is said.
const BY_TEARDOWN: &str = "Parent suite teardown failed:";

/// Leaves out the tests that did not end by themselves; long name of the one that ran when the attempt was stopped.
///
/// That is the first that a signal failed. A keyword may swallow the signal, and then each later test fails by it, too.
pub fn leave_out_unended(root: &mut Suite) -> Option<String> {
    let running = root.found().into_iter().find(|found| was_stopped(found.test)).map(|found| found.id.name);
    retain(root);
    running
}

fn was_stopped(test: &Test) -> bool {
    test.message.contains(STOPPED) && !was_not_run(test) && !test.message.starts_with(BY_TEARDOWN)
}

fn was_not_run(test: &Test) -> bool {
    test.tags.iter().any(|tag| tag == NOT_RUN)
}

fn retain(suite: &mut Suite) {
    let ended = |test: &Test| !was_stopped(test) && !was_not_run(test) && !test.message.starts_with(BY_TEARDOWN);
    suite.tests.retain(ended);
    suite.suites.iter_mut().for_each(retain);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tests_that_ended_by_themselves_are_left() {
        let test = |name: &str, message: &str, tags: &[&str]| {
            let test =
                serde_json::json!({"name": name, "status": "failed", "message": message, "tags": tags, "seconds": 1.0});
            serde_json::from_value::<Test>(test).unwrap()
        };
        let tests = vec![
            test("Fails", "early", &[]),
            test("Hangs", "Execution terminated by signal", &[]),
            test("Hangs in its setup", "Setup failed:\nExecution terminated by signal", &[]),
            test("Never starts", "Test execution stopped due to a fatal error.", &["robot:exit"]),
            test("Passed", "Parent suite teardown failed:\nExecution terminated by signal", &[]),
            test("Failed", "early\n\nAlso parent suite teardown failed:\nno server", &[]),
        ];
        let mut root = Suite { name: "S".into(), tests, ..Suite::default() };
        assert_eq!(leave_out_unended(&mut root).as_deref(), Some("S.Hangs"));
        assert_eq!(root.tests.iter().map(|test| test.name.as_str()).collect::<Vec<_>>(), ["Fails", "Failed"]);
    }
}
