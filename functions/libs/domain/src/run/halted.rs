//! Robot Framework's ways to run no further test: `Fatal Error`, `--exitonfailure`, `--exitonerror`.
//!
//! They mean for a run what they mean for one `robot` call. A shard that has not begun and has only later files still
//! starts Robot Framework, which fails each of its tests without running it. So all tests are reported by name. A
//! shard with an earlier file runs, because one call would have run that file before. Tests that ran at the same time
//! in another environment, and that one call would have run later, count as not run too. So the result does not
//! depend on the number of environments.

use serde::{Deserialize, Serialize};

use crate::results::halt::Halt;
use crate::results::interrupted::NOT_RUN;
use crate::results::outcome::Status;
use crate::results::records::TestRecord;
use crate::results::summary::Summary;

/// The end of the tests that one `robot` call would have run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Why it is there.
    pub halt: Halt,
    /// Suite file after which nothing runs; none where suites run in any order, so that no file is later than another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl End {
    /// The end in one attempt; none where Robot Framework came to the end of all its tests. `in_order` is false where
    /// suites run in any order.
    pub fn of_attempt(summary: &Summary, in_order: bool) -> Option<Self> {
        let at = || summary.halted_at.clone().or_else(|| last_file(summary));
        let file = if in_order { Some(at()?) } else { None };
        Some(Self { halt: summary.halt?, file })
    }

    /// The first end in the order of one `robot` call; none where no planned shard was halted, or where suites run in
    /// any order.
    pub fn of(summaries: &[Summary], in_order: bool) -> Option<Self> {
        let ends = summaries.iter().filter_map(|summary| Self::of_attempt(summary, in_order));
        ends.filter(|end| end.file.is_some()).min_by(|a, b| a.place().cmp(&b.place()))
    }

    /// Whether it comes before another one, which it then replaces.
    pub fn is_earlier_than(&self, other: &Self) -> bool {
        self.file.is_some() && self.place() < other.place()
    }

    fn place(&self) -> Option<Vec<String>> {
        self.file.as_deref().map(order)
    }

    /// Whether one `robot` call would not have come to the suite file `file`.
    pub fn is_before(&self, file: &str) -> bool {
        !file.is_empty() && self.file.as_ref().is_none_or(|last| order(file) > order(last))
    }

    /// Whether no test of a shard with these files runs any more. What one `robot` call would have run before still runs.
    pub fn halts(&self, files: &[String]) -> bool {
        files.iter().all(|file| self.is_before(file))
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
    use crate::package::plan::RobotOptions;

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
        End::of(&summaries, RobotOptions { arguments, ..RobotOptions::default() }.in_order())
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

    #[test]
    fn shards_with_files_that_robot_would_have_run_before_still_run() {
        let end = end(&[]).unwrap();
        let halts = |files: &[&str]| end.halts(&files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>());
        assert_eq!((halts(&["c.robot", "z.robot"]), halts(&["a.robot", "z.robot"])), (true, false));
        let anywhere = End::of_attempt(&summary(Some(Halt::Failure), &[("x.robot", true)]), false).unwrap();
        assert!(anywhere.halts(&["a.robot".into()]));
        let later = End { file: Some("z.robot".into()), ..end.clone() };
        assert!(end.is_earlier_than(&later) && !later.is_earlier_than(&end) && !end.is_earlier_than(&end));
        assert!(!anywhere.is_earlier_than(&end) && !end.is_earlier_than(&anywhere));
    }

    #[test]
    fn the_runner_knows_where_a_shard_was_halted() {
        let mut halted = summary(Some(Halt::FatalError), &[("B/two.robot", true), ("c/x.robot", false)]);
        assert_eq!(last_file(&halted).as_deref(), Some("B/two.robot"));
        halted.halted_at = Some("c/x.robot".into());
        let end = End::of_attempt(&halted, true).unwrap();
        assert!(!end.is_before("b2.robot") && !end.is_before("c/x.robot") && end.is_before("D.robot"));
        halted.halted_at = Some(String::new());
        let end = End::of_attempt(&halted, true).unwrap();
        assert!(end.is_before("a.robot") && end.halts(&["a.robot".into()]), "nothing ran before");
    }
}
