//! Every attempt at every test, and where in which log it stands.

use std::collections::HashMap;

use domain::evaluation::input::EvaluationInput;
use domain::results::outcome::{Found, Status, Suite, Test, TestId};
use domain::results::summary::Summary;
use results::report;

/// An attempt at a test.
#[derive(Clone, Debug)]
pub(super) struct AttemptAt<'a> {
    pub(super) test: &'a Test,
    pub(super) summary: &'a Summary,
    /// Its id in the log of its shard.
    pub(super) id: String,
}

/// Attempts by test, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Attempts<'a>(HashMap<TestId, Vec<AttemptAt<'a>>>);

impl<'a> Attempts<'a> {
    pub(super) fn of(input: &'a EvaluationInput) -> Self {
        Self::among(input.summaries(), input.attempts())
    }

    fn among(
        summaries: impl Iterator<Item = &'a Summary>,
        of: impl IntoIterator<Item = (TestId, &'a Summary, Found<'a>)>,
    ) -> Self {
        let mut ids = Vec::new();
        summaries.for_each(|summary| log_ids(&summary.root, "s1", &mut ids));
        let mut attempts = Attempts::default();
        for ((test, summary, found), id) in of.into_iter().zip(ids) {
            attempts.0.entry(test).or_default().push(AttemptAt { test: found.test, summary, id });
        }
        attempts
    }

    /// All attempts at a test.
    pub(super) fn all(&self, test: &TestId) -> &[AttemptAt<'a>] {
        self.0.get(test).map_or(&[], Vec::as_slice)
    }

    /// The last attempt at a test that was not skipped, else the last one.
    pub(super) fn last(&self, test: &TestId) -> Option<&AttemptAt<'a>> {
        let all = self.all(test);
        all.iter().rev().find(|of| of.test.status != Status::Skipped).or(all.last())
    }

    /// The last attempt at a test that failed.
    pub(super) fn failed(&self, test: &TestId) -> Option<&AttemptAt<'a>> {
        self.all(test).iter().rev().find(|of| of.test.status == Status::Failed)
    }

    /// Every test in its final state.
    pub(super) fn listed(&self, input: &EvaluationInput) -> Vec<report::Test> {
        let records = input.records().into_iter();
        let listed = records.map(|record| {
            let id = record.id();
            let last = self.last(&id);
            report::Test {
                status: record.status,
                flaky: record.flaky,
                seconds: record.seconds,
                shard: last.map(|of| of.summary.shard.to_string()).unwrap_or_default(),
                id: last.map(|of| of.id.clone()).unwrap_or_default(),
                name: id.label(),
            }
        });
        listed.collect()
    }
}

/// Ids of the tests in the log of their attempt, in the order of [`Suite::found`].
fn log_ids(suite: &Suite, id: &str, ids: &mut Vec<String>) {
    for (number, inner) in suite.suites.iter().enumerate() {
        log_ids(inner, &format!("{id}-s{}", number + 1), ids);
    }
    ids.extend((1..=suite.tests.len()).map(|number| format!("{id}-t{number}")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples::{summary, test};

    #[test]
    fn the_last_attempt_that_was_not_skipped_tells_where_a_test_stands() {
        let first = summary("1", vec![test("x", Status::Passed), test("y", Status::Failed)]);
        let rerun = summary("1r1", vec![test("y", Status::Failed)]);
        let skipped = summary("1r2", vec![test("y", Status::Skipped)]);
        let summaries = [&first, &rerun, &skipped];
        let of = summaries
            .iter()
            .flat_map(|summary| summary.root.found().into_iter().map(|found| (found.id.clone(), *summary, found)));
        let attempts = Attempts::among(summaries.into_iter(), of);
        let named = |name: &str| TestId { name: format!("S.B.{name}"), ..TestId::default() };
        let last = attempts.last(&named("y")).unwrap();
        assert_eq!((last.summary.shard.as_str(), last.id.as_str()), ("1r1", "s1-s2-t1"));
        assert_eq!(attempts.failed(&named("y")).unwrap().id, "s1-s2-t1");
        assert_eq!(attempts.all(&named("x"))[0].id, "s1-s2-t1");
        assert_eq!(attempts.all(&named("y")).len(), 3);
        assert!(attempts.failed(&named("x")).is_none() && attempts.last(&named("z")).is_none());
    }
}
