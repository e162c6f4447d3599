//! The tests of a run from the summaries of its shards, reruns counted in.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::results::interrupted::NOT_RUN;
use crate::results::outcome::{Counts, Found, Status, Suite, Test, TestId, is_other};
use crate::results::summary::Summary;

/// One test of a run, after its reruns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Names of all suites and the test, joined by dots.
    pub long_name: String,
    /// Suite file below the package's root.
    pub suite_file: String,
    /// How many tests of the same long name stand before it in its file.
    #[serde(default, skip_serializing_if = "is_first")]
    pub nth: u32,
    /// How it ended in its last attempt that counts.
    pub status: Status,
    /// Tags in the spelling of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Duration in seconds.
    pub seconds: f64,
    /// True if it failed first and passed when it was run again.
    #[serde(default)]
    pub flaky: bool,
    /// True if it is in quarantine, so that its failure fails no gate but a mandatory one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quarantined: bool,
}

fn is_first(nth: &u32) -> bool {
    *nth == 0
}

impl TestRecord {
    /// The record of a test that ran once.
    pub fn of(id: TestId, test: &Test) -> Self {
        Self {
            long_name: id.name,
            suite_file: id.file,
            nth: id.nth,
            status: test.status,
            tags: test.tags.clone(),
            seconds: test.seconds,
            flaky: false,
            quarantined: false,
        }
    }

    /// Which test it is.
    pub fn id(&self) -> TestId {
        TestId { file: self.suite_file.clone(), name: self.long_name.clone(), nth: self.nth }
    }
}

/// The tests of a run, and what each attempt has to do with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// Every test after its reruns.
    pub records: Vec<TestRecord>,
    /// For each attempt, for each of its tests in the order of [`Suite::found`], the index of the record that it is an
    /// outcome of; none where it says nothing of any test.
    pub of: Vec<Vec<Option<usize>>>,
}

/// Tests of `firsts`, each with what `reruns` made of it.
pub fn records<'a>(
    firsts: impl IntoIterator<Item = &'a Summary>,
    reruns: impl IntoIterator<Item = &'a Summary>,
) -> Vec<TestRecord> {
    let root = |summary: &'a Summary| &summary.root;
    decide(firsts.into_iter().map(root), reruns.into_iter().map(root)).records
}

/// Decides for each test of `firsts`, and of `reruns` in the order of their attempts, what it is an outcome of.
///
/// The last attempt that was not skipped counts, as in Robot Framework's own merge; a test that failed first and
/// passed then is flaky. A test whose name is another one at each start is known by the name that its file has, with the
/// variables ([`Test::written`]). A rerun that finds no such test adds it, so nothing that ran is lost: neither line nor
/// place tells one test that is made at run time from another.
///
/// Tests of one long name are compared one by one in the order of their file: all of them are in a rerun if one of them
/// is. A rerun that has fewer of them than the attempts before does not say which they are, so it changes none. Nor does a
/// test of the same name that does something else ([`Test::body`]), such as a row of a data driver that changed its place.
pub fn decide<'a>(firsts: impl IntoIterator<Item = &'a Suite>, reruns: impl IntoIterator<Item = &'a Suite>) -> Decided {
    let mut deciding = Deciding::default();
    firsts.into_iter().for_each(|root| deciding.first(root));
    reruns.into_iter().for_each(|root| deciding.rerun(root));
    deciding.decided
}

#[derive(Default)]
struct Deciding {
    decided: Decided,
    places: HashMap<TestId, usize>,
    /// How many tests have each name, by file and name, in the first attempts that have any.
    known: Namesakes,
    /// Tests by file, name with variables, and how many of that name stand before.
    written: HashMap<(String, String, u32), usize>,
    /// What the test of each record does.
    bodies: Vec<Option<String>>,
}

type Namesakes = HashMap<(String, String), usize>;

impl Deciding {
    /// Tests of two planned shards are never one.
    fn first(&mut self, root: &Suite) {
        let found = root.found();
        namesakes(&found).into_iter().for_each(|(name, count)| *self.known.entry(name).or_default() += count);
        let of = found.iter().map(|found| Some(self.first_of(found))).collect();
        self.decided.of.push(of);
    }

    fn first_of(&mut self, found: &Found<'_>) -> usize {
        let place = self.add(found);
        if let Some((file, name, nth)) = found.written() {
            self.written.entry((file.to_owned(), name.to_owned(), nth)).or_insert(place);
        }
        place
    }

    fn rerun(&mut self, root: &Suite) {
        let found = root.found();
        let ran = namesakes(&found);
        let written = self.same_written(&found);
        let mut of = Vec::with_capacity(found.len());
        for found in &found {
            let name = name(&found.id);
            let fewer = self.known.get(&name).is_some_and(|known| ran.get(&name).is_none_or(|ran| ran < known));
            let by_written = found.written().and_then(|of| written.get(&of)).copied();
            of.push(match (by_written, self.places.get(&found.id)) {
                (Some(_), _) | (_, Some(_)) if was_not_run(found.test) => None,
                (Some(place), _) => place.and_then(|place| self.merge(place, found)),
                _ if fewer => None,
                (None, Some(&place)) => self.merge(place, found),
                (None, None) => Some(self.add(found)),
            });
        }
        ran.into_iter().for_each(|(name, count)| _ = self.known.entry(name).or_insert(count));
        self.decided.of.push(of);
    }

    /// For each test whose name has variables, the record that it is an outcome of. Tests are matched one by one in
    /// their order if as many ran again as the file has of that name. If fewer ran, nobody knows which, so they
    /// change no record. If more ran, nothing is decided here.
    fn same_written<'a>(&self, found: &'a [Found<'_>]) -> HashMap<(&'a str, &'a str, u32), Option<usize>> {
        let mut counts: HashMap<(&str, &str), u32> = HashMap::new();
        let written = || found.iter().filter_map(Found::written);
        written().for_each(|(file, name, _)| *counts.entry((file, name)).or_default() += 1);
        let known = |file: &str, name: &str, nth| self.written.get(&(file.to_owned(), name.to_owned(), nth)).copied();
        let of = |(file, name, nth): (&'a str, &'a str, u32)| {
            let ran = counts[&(file, name)];
            known(file, name, 0)?;
            match (known(file, name, ran - 1), known(file, name, ran)) {
                (Some(_), None) => Some(((file, name, nth), known(file, name, nth))),
                (Some(_), Some(_)) => Some(((file, name, nth), None)),
                (None, _) => None,
            }
        };
        written().filter_map(of).collect()
    }

    fn add(&mut self, found: &Found<'_>) -> usize {
        let place = self.decided.records.len();
        self.places.entry(found.id.clone()).or_insert(place);
        self.decided.records.push(TestRecord::of(found.id.clone(), found.test));
        self.bodies.push(found.test.body.clone());
        place
    }

    fn merge(&mut self, place: usize, found: &Found<'_>) -> Option<usize> {
        // A failure is never left out.
        if is_other(self.bodies[place].as_deref(), found.body()) && found.test.status != Status::Failed {
            return None;
        }
        let record = &mut self.decided.records[place];
        let rerun = TestRecord::of(found.id.clone(), found.test);
        if rerun.status != Status::Skipped {
            let flaky = record.flaky || (record.status == Status::Failed && rerun.status == Status::Passed);
            *record = TestRecord { flaky, ..rerun };
        }
        Some(place)
    }
}

/// Whether Robot Framework was halted before the test: that says nothing of it.
fn was_not_run(test: &Test) -> bool {
    test.tags.iter().any(|tag| tag == NOT_RUN)
}

fn namesakes(found: &[Found<'_>]) -> Namesakes {
    let mut count = Namesakes::new();
    let plain = found.iter().filter(|found| found.test.written.is_none());
    plain.for_each(|found| *count.entry(name(&found.id)).or_default() += 1);
    count
}

fn name(id: &TestId) -> (String, String) {
    (id.file.clone(), id.name.clone())
}

/// Counts of `records` by status.
pub fn counts(records: &[TestRecord]) -> Counts {
    let mut counts = Counts::default();
    for record in records {
        counts.add(record.status);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::manifest::{Exit, HookEffects};

    fn summary(tests: &[(&str, Status)]) -> Summary {
        let test = |&(name, status): &(&str, Status)| Test {
            name: name.into(),
            status,
            message: String::new(),
            tags: Vec::new(),
            start: None,
            seconds: 1.0,
            line: None,
            written: None,
            body: None,
            pictures: Vec::new(),
        };
        let root = Suite {
            name: "S".into(),
            source: Some("s.robot".into()),
            doc: String::new(),
            metadata: Vec::new(),
            message: String::new(),
            start: None,
            seconds: 1.0,
            suites: Vec::new(),
            tests: tests.iter().map(test).collect(),
        };
        Summary {
            shard: "0001".into(),
            attempt: 1,
            environment: "i-1".into(),
            exit: Exit::Passed,
            complete: true,
            problem: None,
            output: String::new(),
            reported: Vec::new(),
            robot_seconds: 1.0,
            uploaded: 0,
            reports: std::collections::BTreeMap::new(),
            halt: None,
            halted_at: None,
            not_run: Vec::new(),
            errors: Vec::new(),
            rpa: false,
            left_out: Vec::new(),
            hooks: HookEffects::default(),
            root,
        }
    }

    #[test]
    fn a_test_that_passes_in_a_rerun_is_passed_and_flaky() {
        let first = summary(&[("A", Status::Failed), ("B", Status::Failed), ("C", Status::Passed)]);
        let rerun = summary(&[("A", Status::Passed), ("B", Status::Failed)]);
        let records = records(&[first], &[rerun]);
        let seen: Vec<_> = records.iter().map(|r| (r.long_name.as_str(), r.status, r.flaky)).collect();
        let expected = [("S.A", Status::Passed, true), ("S.B", Status::Failed, false), ("S.C", Status::Passed, false)];
        assert_eq!(seen, expected);
        assert_eq!(counts(&records), Counts { passed: 2, failed: 1, skipped: 0 });
    }

    #[test]
    fn tests_of_one_name_are_compared_one_by_one() {
        let first = summary(&[("Pay", Status::Failed), ("Look", Status::Passed), ("Pay", Status::Passed)]);
        let seen = |rerun: [Status; 2]| {
            let rerun = summary(&[("Pay", rerun[0]), ("Pay", rerun[1])]);
            let records = records(std::slice::from_ref(&first), &[rerun]);
            records.iter().map(|record| (record.id().label(), record.status, record.flaky)).collect::<Vec<_>>()
        };
        let (passed, failed) = (Status::Passed, Status::Failed);
        let of = |one, flaky, two| [("S.Pay", one, flaky), ("S.Look", passed, false), ("S.Pay (2)", two, false)];
        let named = |expected: [(&str, Status, bool); 3]| {
            expected.map(|(name, status, flaky)| (name.to_owned(), status, flaky))
        };
        assert_eq!(seen([failed, passed]), named(of(failed, false, passed)));
        assert_eq!(seen([passed, passed]), named(of(passed, true, passed)));
        assert_eq!(seen([passed, failed]), named(of(passed, true, failed)));
    }

    #[test]
    fn a_rerun_with_fewer_tests_of_a_name_hides_no_failure() {
        let first = summary(&[("Pay", Status::Passed), ("Pay", Status::Failed), ("Look", Status::Failed)]);
        let rerun = summary(&[("Pay", Status::Passed), ("Look", Status::Passed)]);
        let records = records(&[first], &[rerun]);
        assert_eq!(
            records.iter().map(|record| record.status).collect::<Vec<_>>(),
            [Status::Passed, Status::Failed, Status::Passed]
        );
        let first = summary(&[("Pay", Status::Failed), ("Pay", Status::Passed)]);
        let merged = super::records(&[first], &[summary(&[("Pay", Status::Passed)])]);
        assert_eq!(counts(&merged), Counts { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn a_test_of_another_name_is_another_test() {
        let first = summary(&[("Order 17", Status::Failed)]);
        let merged = records(&[first], &[summary(&[("Order 18", Status::Passed)])]);
        let seen: Vec<_> = merged.iter().map(|r| (r.long_name.as_str(), r.status, r.flaky)).collect();
        assert_eq!(seen, [("S.Order 17", Status::Failed, false), ("S.Order 18", Status::Passed, false)]);
    }

    #[test]
    fn a_test_whose_name_differs_each_time_is_one_by_the_name_in_its_file() {
        let of = |tests: &[(&str, Status, Option<&str>)]| {
            let mut summary = summary(&tests.iter().map(|test| (test.0, test.1)).collect::<Vec<_>>());
            for (test, (_, _, written)) in summary.root.tests.iter_mut().zip(tests) {
                test.written = written.map(str::to_owned);
            }
            summary
        };
        let (passed, failed, order) = (Status::Passed, Status::Failed, Some("Order ${time}"));
        let first = of(&[("Order 17", failed, order), ("Order 18", failed, None)]);
        let seen = |first: &Summary, reruns: &[Summary]| {
            let records = records([first], reruns);
            records.iter().map(|r| (r.long_name.clone(), r.status, r.flaky)).collect::<Vec<_>>()
        };
        let named = |expected: &[(&str, Status, bool)]| {
            expected.iter().map(|(name, status, flaky)| ((*name).to_owned(), *status, *flaky)).collect::<Vec<_>>()
        };
        let reruns = [of(&[("Order 18", failed, order)]), of(&[("Order 19", passed, order)])];
        assert_eq!(seen(&first, &reruns), named(&[("S.Order 19", passed, true), ("S.Order 18", failed, false)]));
        // Two tests of one name in the file are compared one by one.
        let two = of(&[("Order 17", failed, order), ("Order 18", passed, order)]);
        let both = [of(&[("Order 19", passed, order), ("Order 20", failed, order)])];
        assert_eq!(seen(&two, &both), named(&[("S.Order 19", passed, true), ("S.Order 20", failed, false)]));
        // Of one alone nobody knows which of them it is, and a third one is a further test.
        let first = [("S.Order 17", failed, false), ("S.Order 18", passed, false)];
        assert_eq!(seen(&two, &[of(&[("Order 19", passed, order)])]), named(&first));
        let three = [of(&[("Order 19", passed, order), ("Order 20", passed, order), ("Order 21", failed, order)])];
        assert_eq!(seen(&two, &three).len(), 5);
    }

    #[test]
    fn a_test_that_does_something_else_is_another_test() {
        let of = |rows: &[(&str, Status, &str)]| {
            let mut summary = summary(&rows.iter().map(|row| (row.0, row.1)).collect::<Vec<_>>());
            for (test, row) in summary.root.tests.iter_mut().zip(rows) {
                test.body = Some(row.2.into());
            }
            summary
        };
        let (passed, failed) = (Status::Passed, Status::Failed);
        let first = of(&[("Case 0", failed, "good: no"), ("Case 1", passed, "good: yes")]);
        let merged = records([&first], &[of(&[("Case 0", passed, "good: yes")])]);
        assert_eq!((counts(&merged), merged[0].flaky), (Counts { passed: 1, failed: 1, skipped: 0 }, false));
        let merged = records([&first], &[of(&[("Case 1", failed, "good: other")])]);
        assert_eq!(counts(&merged), Counts { passed: 0, failed: 2, skipped: 0 }, "a failure is never left out");
        let merged = records([&first], &[of(&[("Case 0", passed, "good: no")])]);
        assert_eq!((counts(&merged), merged[0].flaky), (Counts { passed: 2, failed: 0, skipped: 0 }, true));
    }

    #[test]
    fn a_rerun_that_was_halted_before_a_test_changes_nothing() {
        let mut halted = summary(&[("A", Status::Failed)]);
        halted.root.tests[0].tags = vec![NOT_RUN.into()];
        let mut first = summary(&[("A", Status::Failed)]);
        first.root.tests[0].tags = vec!["own".into()];
        assert_eq!(records(&[first], &[halted])[0].tags, ["own"]);
    }

    #[test]
    fn a_name_with_variables_changes_the_number_of_no_other_test() {
        let of = |user: &str, plain: Status| {
            let mut summary = summary(&[(user, Status::Passed), ("Login ann", plain)]);
            summary.root.tests[0].written = Some("Login ${USER}".into());
            summary
        };
        let merged = records(&[of("Login bob", Status::Failed)], &[of("Login ann", Status::Failed)]);
        assert_eq!(counts(&merged), Counts { passed: 1, failed: 1, skipped: 0 });
        let merged = records(&[of("Login ann", Status::Failed)], &[of("Login bob", Status::Passed)]);
        assert_eq!(counts(&merged), Counts { passed: 2, failed: 0, skipped: 0 });
    }

    #[test]
    fn a_rerun_that_was_skipped_changes_nothing() {
        let merged = records(&[summary(&[("A", Status::Failed)])], &[summary(&[("A", Status::Skipped)])]);
        assert_eq!((merged[0].status, merged[0].flaky), (Status::Failed, false));
    }
}
