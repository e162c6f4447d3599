//! Every attempt at every test, and where in which log it stands.

use std::collections::HashMap;

use domain::judged::Material;
use domain::outcome::{Status, Suite, Test};
use domain::records;
use domain::summary::Summary;
use results::report;

/// An attempt at a test.
#[derive(Clone, Debug)]
pub(super) struct Try<'a> {
    pub(super) test: &'a Test,
    pub(super) summary: &'a Summary,
    /// Its id in the log of its shard.
    pub(super) id: String,
}

/// Attempts by the tests' long names, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Tries<'a>(HashMap<String, Vec<Try<'a>>>);

impl<'a> Tries<'a> {
    pub(super) fn of(material: &Material<'a>) -> Self {
        let mut tries = Tries::default();
        for summary in material.firsts.iter().chain(material.reruns) {
            tries.walk(summary, &summary.root, "", "s1");
        }
        tries
    }

    fn walk(&mut self, summary: &'a Summary, suite: &'a Suite, above: &str, id: &str) {
        let name = if above.is_empty() { suite.name.clone() } else { format!("{above}.{}", suite.name) };
        for (number, inner) in suite.suites.iter().enumerate() {
            self.walk(summary, inner, &name, &format!("{id}-s{}", number + 1));
        }
        for (number, test) in suite.tests.iter().enumerate() {
            let of = Try { test, summary, id: format!("{id}-t{}", number + 1) };
            self.0.entry(format!("{name}.{}", test.name)).or_default().push(of);
        }
    }

    /// All attempts at a test.
    pub(super) fn all(&self, name: &str) -> &[Try<'a>] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The last attempt at a test that was not skipped, else the last one.
    pub(super) fn last(&self, name: &str) -> Option<&Try<'a>> {
        let all = self.all(name);
        all.iter().rev().find(|of| of.test.status != Status::Skipped).or(all.last())
    }

    /// The last attempt at a test that failed.
    pub(super) fn failed(&self, name: &str) -> Option<&Try<'a>> {
        self.all(name).iter().rev().find(|of| of.test.status == Status::Failed)
    }

    /// Every test in its final state.
    pub(super) fn listed(&self, material: &Material<'_>) -> Vec<report::Test> {
        let records = records::records(material.firsts, material.reruns).into_iter();
        let listed = records.map(|record| {
            let last = self.last(&record.long_name);
            report::Test {
                status: record.status,
                flaky: record.flaky,
                seconds: record.seconds,
                shard: last.map(|of| of.summary.shard.clone()).unwrap_or_default(),
                id: last.map(|of| of.id.clone()).unwrap_or_default(),
                name: record.long_name,
            }
        });
        listed.collect()
    }
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
        let mut tries = Tries::default();
        for summary in [&first, &rerun, &skipped] {
            tries.walk(summary, &summary.root, "", "s1");
        }
        let last = tries.last("S.B.y").unwrap();
        assert_eq!((last.summary.shard.as_str(), last.id.as_str()), ("1r1", "s1-s2-t1"));
        assert_eq!(tries.failed("S.B.y").unwrap().id, "s1-s2-t1");
        assert_eq!(tries.all("S.B.x")[0].id, "s1-s2-t1");
        assert_eq!(tries.all("S.B.y").len(), 3);
        assert!(tries.failed("S.B.x").is_none() && tries.last("S.B.z").is_none());
    }
}
