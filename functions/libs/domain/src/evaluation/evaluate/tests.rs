use serde_json::{Value, json};

use super::*;
use crate::evaluation::evidence::Evidence;
use crate::results::summary::Summary;
use crate::run::shard::{Shard, State};

/// One planned shard with the file `a.robot`, which asks for a rerun.
fn input(more: &Value, firsts: Vec<Summary>, reruns: Vec<Summary>) -> EvaluationInput {
    let mut plan = json!({
        "run": "run", "started": 0, "deadline": 100, "platform": "linux", "environments": 1, "rerun_failed": 1,
        "work": {"suite": "shop", "package": {"bucket": "b", "key": "k", "size": 1, "etag": "e"}, "robot": {},
                 "hooks": {}, "attempt_seconds": 60},
        "shards": [{"id": "0001", "files": ["a.robot"], "expected_seconds": 1.0}],
        "gates": [{"gate": "tests.failed == 0", "severity": "error"}],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        plan[key] = value.clone();
    }
    let state = if firsts.is_empty() { State::GivenUp } else { State::Done };
    let shard = Shard { state, result: Some(1), ..Shard::queued("0001".into(), vec!["a.robot".into()], 1.0) };
    EvaluationInput {
        plan: serde_json::from_value(plan).unwrap(),
        evidence: Evidence { shards: vec![shard], ..Evidence::default() },
        firsts,
        reruns,
        partials: Vec::new(),
        reports: Vec::new(),
    }
}

/// An attempt with these tests: name, status, message.
fn summary(shard: &str, tests: &[(&str, &str, &str)]) -> Summary {
    let test = |(name, status, message): &(&str, &str, &str)| json!({"name": name, "status": status, "message": message, "seconds": 1.0});
    let tests: Vec<Value> = tests.iter().map(test).collect();
    serde_json::from_value(json!({
        "shard": shard, "attempt": 1, "environment": "i-1", "exit": {"exit": "passed"}, "complete": true, "output": "",
        "reported": ["a.robot"], "robot_seconds": 1.0,
        "root": {"name": "A", "source": "a.robot", "seconds": 1.0, "tests": tests},
    }))
    .unwrap()
}

const MIXED: [(&str, &str, &str); 3] = [("Good", "passed", ""), ("Bad", "failed", "no"), ("Left", "skipped", "later")];

#[test]
fn the_tests_of_a_run_are_counted_and_the_failed_ones_told() {
    let found = evaluate(&input(
        &json!({}),
        vec![summary("0001", &MIXED)],
        vec![summary("0001r1", &[("Bad", "failed", "still no")])],
    ));
    let TestCounts { total, passed, failed, skipped, flaky } = found.tests;
    assert_eq!([total, passed, failed, skipped, flaky], [3, 1, 1, 1, 0]);
    let [bad] = found.failed.as_slice() else { panic!("{:?}", found.failed) };
    assert_eq!((bad.id.name.as_str(), bad.message.as_str(), bad.attempts), ("A.Bad", "still no", 2));
    assert_eq!((found.shards.planned, found.shards.done, found.shards.lost), (1, 1, 0));
    let json: Value = serde_json::from_slice(&found.to_json().unwrap()).unwrap();
    assert_eq!((&json["verdict"], &json["tests"]["total"]), (&json!("failed"), &json!(3)));
}

#[test]
fn a_test_that_fails_and_passes_in_one_run_is_flaky() {
    let found =
        evaluate(&input(&json!({}), vec![summary("0001", &MIXED)], vec![summary("0001r1", &[("Bad", "passed", "")])]));
    assert_eq!((found.verdict, found.tests.flaky, found.failed.len()), (Verdict::Passed, 1, 0));
    assert_eq!(found.flaky.iter().map(|id| id.name.as_str()).collect::<Vec<_>>(), ["A.Bad"]);
}

#[test]
fn the_message_of_a_failure_is_that_of_the_last_attempt_that_ran_and_failed() {
    let told = |status: &str, tag: &str| {
        let mut rerun = summary("0001r1", &[("Bad", status, "another")]);
        rerun.root.tests[0].tags.push(tag.to_owned());
        let found = evaluate(&input(&json!({}), vec![summary("0001", &MIXED)], vec![rerun]));
        found.failed.iter().map(|test| test.message.clone()).collect::<Vec<_>>().join("|")
    };
    assert_eq!(told("failed", "smoke"), "another");
    assert_eq!(told("failed", NOT_RUN), "no");
    assert_eq!(told("skipped", "smoke"), "no");
}

#[test]
fn lost_work_takes_back_gates_that_hold() {
    let found = evaluate(&input(&json!({}), Vec::new(), Vec::new()));
    assert_eq!((found.verdict, found.shards.done, found.shards.lost), (Verdict::Inconclusive, 0, 1));
    assert_eq!(found.gates[0].state, gates::State::Undecided);
    let whole = evaluate(&input(&json!({}), vec![summary("0001", &MIXED[..1])], Vec::new()));
    assert_eq!(whole.gates[0].state, gates::State::Held);
}

#[test]
fn failed_tests_that_did_not_run_again_are_named_up_to_ten() {
    let missed = |count: usize| {
        let mut rerun = summary("0001r1", &[]);
        rerun.not_run = (0..count).map(|at| format!("a.robot: T{at}")).collect();
        evaluate(&input(&json!({}), vec![summary("0001", &MIXED)], vec![rerun])).remarks.join(" ")
    };
    assert_eq!(missed(0), "");
    assert!(missed(10).ends_with("a.robot: T8; a.robot: T9."), "{}", missed(10));
    assert!(missed(11).ends_with("a.robot: T9; and 1 more."), "{}", missed(11));
}

#[test]
fn a_run_that_was_halted_says_that_nothing_ran_again() {
    let mut halted = summary("0001", &MIXED);
    halted.halt = Some(crate::results::halt::Halt::Failure);
    let remarks = |more: Value| evaluate(&input(&more, vec![halted.clone()], Vec::new())).remarks;
    let told = "No failed test ran again after this: Failure occurred and exit-on-failure mode is in use.";
    assert_eq!(remarks(json!({})), [told]);
    assert!(remarks(json!({"rerun_failed": 0})).is_empty());
}

#[test]
fn tests_and_tasks_in_one_run_are_refused_as_by_one_robot() {
    let mut tasks = summary("0001r1", &[("Bad", "passed", "")]);
    tasks.rpa = true;
    let found = evaluate(&input(&json!({}), vec![summary("0001", &MIXED)], vec![tasks.clone()]));
    assert_eq!(found.verdict, Verdict::Inconclusive);
    assert!(found.reasons.join(" ").contains("0001 ran tests and shard 0001r1 ran tasks"), "{:?}", found.reasons);
    tasks.rpa = false;
    assert_eq!(evaluate(&input(&json!({}), vec![summary("0001", &MIXED)], vec![tasks])).verdict, Verdict::Passed);
}

#[test]
fn a_test_without_a_file_answers_for_none() {
    let mut made = summary("0001", &MIXED[..1]);
    made.root.source = None;
    assert_eq!(evaluate(&input(&json!({}), vec![made], Vec::new())).verdict, Verdict::Passed);
}

#[test]
fn a_test_in_quarantine_is_told_apart() {
    let until = json!({"tests": "*.Bad", "owner": "a", "reason": "b", "until": "2099-01-01"});
    let found = evaluate(&input(&json!({"quarantine": [until]}), vec![summary("0001", &MIXED)], Vec::new()));
    assert_eq!((found.verdict, found.failed[0].quarantined), (Verdict::Passed, true));
    let [told] = found.quarantined.as_slice() else { panic!("{:?}", found.quarantined) };
    assert_eq!((told.id.name.as_str(), told.status, told.entry.owner.as_str()), ("A.Bad", Status::Failed, "a"));
}
