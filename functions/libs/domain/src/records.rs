//! The tests of a run from the summaries of its shards, reruns counted in.

use std::collections::HashMap;

use crate::metrics::TestRecord;
use crate::outcome::{Counts, Status};
use crate::summary::Summary;

/// Tests of `firsts`, each with what `reruns` made of it.
///
/// The last attempt that was not skipped counts, as in Robot Framework's own merge; a test that failed first and
/// passed then is flaky. A rerun that finds no such test adds it, so nothing that ran is lost.
pub fn records(firsts: &[Summary], reruns: &[Summary]) -> Vec<TestRecord> {
    let mut records: Vec<TestRecord> = firsts.iter().flat_map(tests_of).collect();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (place, record) in records.iter().enumerate() {
        places.entry(record.long_name.clone()).or_insert(place);
    }
    for rerun in reruns.iter().flat_map(tests_of) {
        match places.get(&rerun.long_name) {
            Some(&place) => merge(&mut records[place], rerun),
            None => records.push(rerun),
        }
    }
    records
}

fn tests_of(summary: &Summary) -> Vec<TestRecord> {
    let mut tests = Vec::new();
    summary.root.each_test(&mut |long_name, suite, test| {
        tests.push(TestRecord {
            long_name: long_name.to_owned(),
            suite_file: suite.source.clone().unwrap_or_default(),
            status: test.status,
            tags: test.tags.clone(),
            seconds: test.seconds,
            flaky: false,
            quarantined: false,
        });
    });
    tests
}

fn merge(record: &mut TestRecord, rerun: TestRecord) {
    if rerun.status == Status::Skipped {
        return;
    }
    let flaky = record.flaky || (record.status == Status::Failed && rerun.status == Status::Passed);
    *record = TestRecord { flaky, ..rerun };
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
    use crate::outcome::{Suite, Test};
    use crate::upload::Exit;

    fn summary(tests: &[(&str, Status)]) -> Summary {
        let test = |&(name, status): &(&str, Status)| Test {
            name: name.into(),
            status,
            message: String::new(),
            tags: Vec::new(),
            start: None,
            seconds: 1.0,
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
            left_out: Vec::new(),
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
    fn a_rerun_that_was_skipped_changes_nothing() {
        let merged = records(&[summary(&[("A", Status::Failed)])], &[summary(&[("A", Status::Skipped)])]);
        assert_eq!((merged[0].status, merged[0].flaky), (Status::Failed, false));
    }
}
