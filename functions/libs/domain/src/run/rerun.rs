//! Which failed tests run once more.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::ids::ShardId;
use crate::results::classes::{Class, classify};
use crate::results::outcome::{Found, Status, Suite, TestId, is_other};
use crate::results::records::TestRecord;
use crate::results::summary::Summary;
use crate::run::order::{Selected, Selection};
use crate::run::shard::{Shard, rerun_id};

/// So often tests run again that failed by their environment, whether the package asks for reruns or not.
const OF_OUR_OWN: u32 = 1;

/// Tests that run once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Id of the shard that runs them.
    pub shard: ShardId,
    /// The tests, by file.
    pub tests: Vec<Selection>,
}

impl Wanted {
    /// Suite files of the tests.
    pub fn files(&self) -> Vec<String> {
        self.tests.iter().map(|selection| selection.file.clone()).collect()
    }
}

/// The tests of `shard` that run once more: as long as the package's `rerun_failed` reaches every one that failed,
/// and else those that failed by their environment, for that says nothing of the product. None where there is none.
///
/// `ran` is what the attempt itself was told to run, where it was one of reruns: places in a file are those of the
/// first attempt, which ran the whole file. Tests of one name in one file run again together, be it with or without
/// variables, because neither Robot Framework nor a reader of its results can tell them apart.
pub fn wanted(shard: &ShardId, summary: &Summary, ran: &[Selection], rerun_failed: u32) -> Option<Wanted> {
    let asked = rerun_id(shard, rerun_failed);
    let every = asked.is_some();
    let shard = asked.or_else(|| rerun_id(shard, OF_OUR_OWN))?;
    // Of a test whose file is not known, such as one that a modifier made, nobody could run a file again.
    let failed = |test: &&Found<'_>| {
        !test.id.file.is_empty()
            && test.test.status == Status::Failed
            && (every || classify(&test.test.message) == Class::Environment)
    };
    let found = summary.root.found();
    let failed: Vec<&Found<'_>> = found.iter().filter(failed).collect();
    let names: BTreeSet<(&str, &str)> = failed.iter().map(|test| name(&test.id)).collect();
    let written: BTreeSet<(&str, &str)> = failed.iter().filter_map(|test| written(test)).collect();
    let again = |test: &&Found<'_>| {
        names.contains(&name(&test.id)) || self::written(test).is_some_and(|name| written.contains(&name))
    };
    let mut tests: BTreeMap<&str, Selection> = BTreeMap::new();
    for test in found.iter().filter(again) {
        let selection = tests.entry(&test.id.file).or_insert_with(|| of_file(test.suite, &test.id.file, ran));
        selection.tests.push(selected(test, ran));
    }
    let tests: Vec<Selection> = tests.into_values().collect();
    (!tests.is_empty()).then_some(Wanted { shard, tests })
}

fn name(id: &TestId) -> (&str, &str) {
    (&id.file, &id.name)
}

/// File and name with variables.
fn written<'a>(test: &'a Found<'_>) -> Option<(&'a str, &'a str)> {
    test.written().map(|(file, name, _)| (file, name))
}

/// A selection of nothing yet, with the number of tests that the whole file has.
fn of_file(suite: &Suite, file: &str, ran: &[Selection]) -> Selection {
    let known = ran.iter().find(|selection| selection.file == file);
    let of = match known {
        Some(selection) => selection.of,
        None if ran.is_empty() => suite.tests.len(),
        None => 0,
    };
    Selection { file: file.to_owned(), tests: Vec::new(), of }
}

fn selected(test: &Found<'_>, ran: &[Selection]) -> Selected {
    let (name, written) = (test.test.name.clone(), test.test.written.clone());
    let known = ran.iter().filter(|selection| selection.file == test.id.file).flat_map(|selection| &selection.tests);
    let same = |selected: &&Selected| match &written {
        Some(_) => selected.written == written,
        None => selected.name == name,
    };
    let nth = if written.is_some() { test.nth_written } else { test.id.nth };
    let place = match known.filter(same).nth(nth as usize) {
        Some(selected) => selected.place,
        None => ran.is_empty().then_some(test.place),
    };
    Selected { name, written, body: test.test.body.clone(), place }
}

/// Tests of a selection that an attempt at it did not report, each as `<file>: <name>`. A test of the same name that does
/// something else is another test.
pub fn not_run(selection: &[Selection], root: &Suite) -> Vec<String> {
    type Bodies<'a> = BTreeMap<(String, String), Vec<Option<&'a str>>>;
    let (mut seen, mut written) = (Bodies::new(), Bodies::new());
    for test in root.found() {
        let (name, body) = (test.written().map(|(file, name, _)| (file.to_owned(), name.to_owned())), test.body());
        name.into_iter().for_each(|name| written.entry(name).or_default().push(body));
        seen.entry((test.id.file, test.test.name.clone())).or_default().push(body);
    }
    let mut missing = Vec::new();
    for (file, test) in
        selection.iter().flat_map(|selection| selection.tests.iter().map(|test| (&selection.file, test)))
    {
        let bodies = match &test.written {
            Some(name) => written.get_mut(&(file.clone(), name.clone())),
            None => seen.get_mut(&(file.clone(), test.name.clone())),
        };
        let same = |body: &Option<&str>| !is_other(*body, test.body.as_deref());
        match bodies.and_then(|bodies| Some(bodies.swap_remove(bodies.iter().position(same)?))) {
            Some(_) => (),
            None => missing.push(format!("{file}: {}", test.name)),
        }
    }
    missing
}

/// Tests whose outcome stands, while a run goes on: a failure in a file that waits for a rerun may still pass.
pub fn settled(mut tests: Vec<TestRecord>, shards: &[Shard]) -> Vec<TestRecord> {
    let waiting = shards.iter().filter(|shard| shard.is_rerun() && !shard.ended());
    let files: BTreeSet<&str> = waiting.flat_map(|shard| &shard.files).map(String::as_str).collect();
    tests.retain(|test| test.status != Status::Failed || !files.contains(test.suite_file.as_str()));
    tests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::records;
    use crate::run::shard::State;

    #[test]
    fn a_failure_stands_once_its_rerun_has_ended() {
        let first = summary(&[("Passes", ""), ("Fails", "no")]);
        let tests = |shards: &[Shard]| settled(records::records([&first], &[]), shards).len();
        let planned = Shard::queued("0001".into(), vec!["s.robot".into()], 1.0);
        let waiting = Shard::queued("0001r1".into(), vec!["s.robot".into()], 1.0);
        let other = Shard::queued("0002r1".into(), vec!["t.robot".into()], 1.0);
        let given_up = Shard { state: State::GivenUp, ..waiting.clone() };
        assert_eq!(tests(&[planned.clone(), waiting]), 1);
        assert_eq!((tests(&[planned.clone(), other]), tests(&[planned, given_up])), (2, 2));
    }

    fn summary(tests: &[(&str, &str)]) -> Summary {
        let test = |(name, message): &(&str, &str)| {
            let status = if message.is_empty() { "passed" } else { "failed" };
            serde_json::json!({"name": name, "status": status, "message": message, "seconds": 1.0})
        };
        let tests: Vec<_> = tests.iter().map(test).collect();
        serde_json::from_value(serde_json::json!({
            "shard": "0001", "attempt": 1, "environment": "i-1", "exit": {"exit": "failed", "tests": 2},
            "complete": true, "output": "", "reported": [], "robot_seconds": 1.0,
            "root": {"name": "S", "source": "s.robot", "seconds": 1.0, "suites": [], "tests": tests},
        }))
        .unwrap()
    }

    fn of(tests: &[(&str, Option<usize>)], of: usize) -> Vec<Selection> {
        let tests = tests
            .iter()
            .map(|(name, place)| Selected { name: (*name).into(), written: None, body: None, place: *place })
            .collect();
        vec![Selection { file: "s.robot".into(), tests, of }]
    }

    const TWO_FAILURES: [(&str, &str); 3] =
        [("Product", "1 != 2"), ("Fine", ""), ("Disk", "OSError: [Errno 28] No space left on device: 'a.png'")];

    #[test]
    fn every_failed_test_runs_again_as_often_as_the_package_asks() {
        let both = of(&[("Product", Some(0)), ("Disk", Some(2))], 3);
        let first = wanted(&"0001".into(), &summary(&TWO_FAILURES), &[], 2).unwrap();
        assert_eq!(first, Wanted { shard: "0001r1".into(), tests: both.clone() });
        let again = summary(&[("Product", "1 != 2"), ("Disk", "1 != 3")]);
        assert_eq!(
            wanted(&"0001r1".into(), &again, &both, 2),
            Some(Wanted { shard: "0001r2".into(), tests: both.clone() })
        );
        assert_eq!(wanted(&"0001r2".into(), &again, &both, 2), None);
    }

    #[test]
    fn a_test_that_its_environment_failed_runs_again_once_unasked() {
        let disk = of(&[("Disk", Some(2))], 3);
        let summary = summary(&TWO_FAILURES);
        assert_eq!(
            wanted(&"0001".into(), &summary, &[], 0),
            Some(Wanted { shard: "0001r1".into(), tests: disk.clone() })
        );
        assert_eq!(wanted(&"0001r1".into(), &summary, &disk, 0), None);
        assert_eq!(wanted(&"0001r1".into(), &summary, &disk, 1), None);
    }

    #[test]
    fn tests_of_one_name_run_again_together() {
        let pays = summary(&[("Pay", "card refused"), ("Look", ""), ("Pay", "")]);
        let both = of(&[("Pay", Some(0)), ("Pay", Some(2))], 3);
        assert_eq!(wanted(&"0001".into(), &pays, &[], 1).unwrap().tests, both);
        let again = summary(&[("Pay", ""), ("Pay", "card refused")]);
        assert_eq!(wanted(&"0001r1".into(), &again, &both, 2).unwrap().tests, both);
    }

    #[test]
    fn a_test_that_a_rerun_met_by_chance_has_no_place() {
        let ran = of(&[("Pay", Some(4))], 9);
        let again = summary(&[("Pay", "no"), ("Order at 10:07", "no")]);
        let tests = of(&[("Pay", Some(4)), ("Order at 10:07", None)], 9);
        assert_eq!(wanted(&"0001r1".into(), &again, &ran, 2).unwrap().tests, tests);
    }

    #[test]
    fn what_a_rerun_did_not_find_is_known() {
        let wanted = of(&[("Pay", Some(0)), ("Pay", Some(2)), ("Order at 10:07", Some(3))], 4);
        let ran = summary(&[("Pay", ""), ("Order at 10:09", "")]);
        assert_eq!(not_run(&wanted, &ran.root), ["s.robot: Pay", "s.robot: Order at 10:07"]);
    }

    #[test]
    fn a_test_that_does_something_else_is_not_the_one_that_was_to_run() {
        let does = |body: &str| {
            let mut summary = summary(&[("Case 0", "no")]);
            summary.root.tests[0].body = Some(body.into());
            summary
        };
        let first = wanted(&"0001".into(), &does("a"), &[], 1).unwrap().tests;
        assert_eq!(not_run(&first, &does("b").root), ["s.robot: Case 0"]);
        assert!(not_run(&first, &does("a").root).is_empty());
        assert!(not_run(&first, &summary(&[("Case 0", "")]).root).is_empty(), "nobody knows what it does");
    }

    #[test]
    fn a_test_whose_name_differs_each_time_is_known_by_the_name_in_its_file() {
        let differs = |name: &str| {
            let mut summary = summary(&[("Fine", ""), (name, "no")]);
            summary.root.tests[1].written = Some("Order ${time}".into());
            summary
        };
        let first = wanted(&"0001".into(), &differs("Order 17"), &[], 2).unwrap().tests;
        let order = |name: &str| Selected {
            name: name.into(),
            written: Some("Order ${time}".into()),
            body: None,
            place: Some(1),
        };
        assert_eq!(first, [Selection { file: "s.robot".into(), tests: vec![order("Order 17")], of: 2 }]);
        assert!(not_run(&first, &differs("Order 18").root).is_empty());
        let second = wanted(&"0001r1".into(), &differs("Order 18"), &first, 2).unwrap().tests;
        assert_eq!(second[0].tests, [order("Order 18")]);
    }
}
