//! Robot Framework's ways to run no further test: `Fatal Error`, `--exitonfailure`, `--exitonerror`.
//!
//! They mean for a run what they mean for one `robot` call. Shards that have not begun run in Robot Framework all the
//! same, which fails each of their tests without running it, so that all tests are reported by name. Tests that ran in
//! another environment at the same time, and that one call would have come to only later, count as not run, too: what a
//! run says does not depend on the number of its environments.

use crate::package::plan::RobotOptions;
use crate::results::halt::Halt;
use crate::results::interrupted::NOT_RUN;
use crate::results::outcome::Status;
use crate::results::records::TestRecord;
use crate::results::summary::Summary;

/// The end of the tests that one `robot` call would have run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Why it is there.
    pub halt: Halt,
    /// Suite file after which nothing runs.
    file: String,
}

impl End {
    /// The first end in the order of one `robot` call; none where no planned shard was halted, or where suites run in
    /// any order.
    pub fn of(summaries: &[Summary], robot: &RobotOptions) -> Option<Self> {
        if robot.randomized().suites {
            return None;
        }
        let ends = summaries.iter().filter_map(|summary| Some(Self { halt: summary.halt?, file: last_file(summary)? }));
        ends.min_by(|a, b| order(&a.file).cmp(&order(&b.file)))
    }

    /// Whether one `robot` call would not have come to the suite file `file`.
    pub fn is_before(&self, file: &str) -> bool {
        !file.is_empty() && order(file) > order(&self.file)
    }

    /// Fails the tests that one `robot` call would not have run.
    pub fn apply(&self, tests: &mut [TestRecord]) {
        for test in tests.iter_mut().filter(|test| test.status != Status::Failed && self.is_before(&test.suite_file)) {
            test.status = Status::Failed;
            test.flaky = false;
            test.tags.push(NOT_RUN.to_owned());
        }
    }
}

/// The file of the last test that ran; where none did, the first file.
fn last_file(summary: &Summary) -> Option<String> {
    let found = summary.root.found();
    let ran = found.iter().rev().find(|found| !found.test.tags.iter().any(|tag| tag == NOT_RUN));
    ran.or(found.first()).map(|found| found.id.file.clone())
}

/// What Robot Framework orders suite files by: the names of folders and files without case (`parsing/suitestructure.py`).
fn order(file: &str) -> Vec<String> {
    file.split('/').map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(halt: Option<Halt>, tests: &[(&str, bool)]) -> Summary {
        let suite = |(file, ran): &(&str, bool)| {
            let tags = if *ran { vec![] } else { vec![NOT_RUN] };
            let test =
                serde_json::json!({"name": "T", "status": "failed", "message": "m", "tags": tags, "seconds": 1.0});
            serde_json::json!({"name": file, "source": file, "seconds": 1.0, "tests": [test]})
        };
        serde_json::from_value(serde_json::json!({
            "shard": "0001", "attempt": 1, "environment": "i-1", "exit": {"exit": "failed", "tests": 2}, "halt": halt,
            "complete": true, "output": "", "reported": [], "robot_seconds": 1.0,
            "root": {"name": "S", "seconds": 1.0, "suites": tests.iter().map(suite).collect::<Vec<_>>()},
        }))
        .unwrap()
    }

    fn end(arguments: &[&str]) -> Option<End> {
        let summaries = [
            summary(None, &[("a.robot", true), ("z.robot", true)]),
            summary(Some(Halt::Failure), &[("x.robot", true), ("y.robot", false)]),
            summary(Some(Halt::FatalError), &[("B/two.robot", true), ("c.robot", false)]),
        ];
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        End::of(&summaries, &RobotOptions { arguments, ..RobotOptions::default() })
    }

    #[test]
    fn nothing_after_the_first_end_counts_as_run() {
        let end = end(&["--loglevel", "TRACE"]).unwrap();
        assert_eq!(end.halt, Halt::FatalError);
        let before = ["a.robot", "B/One.robot", "b/two.robot", "b.robot", "c.robot", "z.robot", ""];
        assert_eq!(before.map(|file| end.is_before(file)), [false, false, false, true, true, true, false]);
    }

    #[test]
    fn suites_in_any_order_have_no_later_ones() {
        for arguments in
            [&["--randomize", "suites"][..], &["--randomize=ALL:7"], &["--randomize", "none", "--randomize", "all"]]
        {
            assert_eq!(end(arguments), None, "{arguments:?}");
        }
        for arguments in
            [&["--randomize", "tests"][..], &["--settag", "random"], &["--randomize=all", "--randomize=none"]]
        {
            assert!(end(arguments).is_some(), "{arguments:?}");
        }
    }
}
