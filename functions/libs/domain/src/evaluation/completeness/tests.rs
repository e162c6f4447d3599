use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::base::ids::ShardId;
use crate::evaluation::evaluate::{Evaluation, evaluate};
use crate::evaluation::evidence::Evidence;
use crate::evaluation::input::EvaluationInput;
use crate::package::plan::Plan;
use crate::quality::gates::Verdict;
use crate::results::manifest::{Exit, HookEffects};
use crate::results::outcome::{Status, Suite, Test};

/// Two planned shards with two files each.
const FILES: [(&str, [&str; 2]); 2] = [("0001", ["a.robot", "b.robot"]), ("0002", ["c.robot", "d.robot"])];

fn plan() -> Plan {
    let shards = FILES.map(|(id, files)| json!({"id": id, "files": files, "expected_seconds": 1.0}));
    serde_json::from_value(json!({
        "run": "run", "started": 0, "deadline": 100, "platform": "linux", "environments": 1, "rerun_failed": 1,
        "work": {"suite": "shop", "package": {"bucket": "b", "key": "k", "size": 1, "etag": "e"}, "robot": {},
                 "hooks": {}, "attempt_seconds": 60},
        "shards": shards, "gates": [{"gate": "tests.failed == 0", "severity": "error"}],
    }))
    .unwrap()
}

fn entry(id: &str, state: State, result: Option<u32>) -> Shard {
    Shard { state, result, ..Shard::queued(id.into(), Vec::new(), 1.0) }
}

fn summary(shard: &ShardId, attempt: u32, complete: bool, files: &[&str], status: Status) -> Summary {
    let suite = |file: &&str| Suite {
        name: (*file).to_owned(),
        source: Some((*file).to_owned()),
        tests: vec![Test {
            name: "T".to_owned(),
            status,
            message: String::new(),
            tags: Vec::new(),
            start: None,
            seconds: 1.0,
            line: None,
            written: None,
            body: None,
            pictures: Vec::new(),
        }],
        ..Suite::default()
    };
    Summary {
        shard: shard.to_owned(),
        attempt,
        environment: "i-1".into(),
        exit: Exit::Passed,
        complete,
        problem: None,
        output: String::new(),
        reported: files.iter().map(|file| (*file).to_owned()).collect(),
        robot_seconds: 1.0,
        uploaded: 0,
        reports: BTreeMap::new(),
        halt: None,
        halted_at: None,
        not_run: Vec::new(),
        errors: Vec::new(),
        rpa: false,
        left_out: Vec::new(),
        hooks: HookEffects::default(),
        root: Suite { name: "Shop".to_owned(), suites: files.iter().map(suite).collect(), ..Suite::default() },
    }
}

fn judge(entries: Vec<Shard>, firsts: &[Summary], reruns: &[Summary]) -> Evaluation {
    evaluated(Evidence { shards: entries, ..Evidence::default() }, firsts, reruns)
}

fn evaluated(evidence: Evidence, firsts: &[Summary], reruns: &[Summary]) -> Evaluation {
    evaluate(&EvaluationInput {
        plan: plan(),
        evidence,
        firsts: firsts.to_vec(),
        reruns: reruns.to_vec(),
        partials: Vec::new(),
        reports: Vec::new(),
    })
}

fn done() -> Vec<Shard> {
    FILES.map(|(id, _)| entry(id, State::Done, Some(1))).to_vec()
}

fn whole() -> Vec<Summary> {
    FILES.map(|(id, files)| summary(&id.into(), 1, true, &files, Status::Passed)).to_vec()
}

#[test]
fn a_run_that_reports_its_whole_plan_passes() {
    let evaluation = judge(done(), &whole(), &[]);
    assert_eq!((evaluation.verdict, evaluation.reasons.len()), (Verdict::Passed, 0));
    assert_eq!((evaluation.shards.planned, evaluation.shards.done, evaluation.shards.lost), (2, 2, 0));
}

/// What is wrong, and the ledger and summaries with it.
type Accident = (&'static str, Vec<Shard>, Vec<Summary>, Vec<Summary>);

#[test]
fn whatever_the_ledger_lacks_or_has_beside_the_plan_is_told() {
    let given_up = entry("0002", State::GivenUp, None);
    let mut other = done();
    other.push(entry("0003", State::Done, Some(1)));
    let mut others = whole();
    others.push(summary(&"0003".into(), 1, true, &["x.robot"], Status::Passed));
    let twice = [whole(), whole()].concat();
    let elsewhere =
        [whole()[0].clone(), summary(&"0002".into(), 1, true, &["c.robot", "d.robot", "a.robot"], Status::Passed)];
    let rerun = summary(&"0001r1".into(), 1, true, &["c.robot"], Status::Passed);
    let cases: [Accident; 8] = [
        ("an empty ledger", Vec::new(), Vec::new(), Vec::new()),
        ("an empty ledger beside results", Vec::new(), whole(), Vec::new()),
        ("half a ledger", done()[..1].to_vec(), whole(), Vec::new()),
        ("a shard that is given up", vec![done()[0].clone(), given_up], whole()[..1].to_vec(), Vec::new()),
        ("a shard too many", other, others, Vec::new()),
        ("every summary twice", done(), twice, Vec::new()),
        ("a file that another shard reports", done(), elsewhere.to_vec(), Vec::new()),
        ("a rerun of another shard's file", done(), whole(), vec![rerun]),
    ];
    let told = cases.map(|(what, entries, firsts, reruns)| {
        let evaluation = judge(entries, &firsts, &reruns);
        assert_eq!(evaluation.verdict, Verdict::Inconclusive, "{what}");
        format!("{what}: {}", evaluation.reasons.join(" "))
    });
    insta::assert_snapshot!(told.join("\n"), @r"
    an empty ledger: Shard 0001 with 2 files is lost. The ledger does not hold it exactly once. Shard 0002 with 2 files is lost. The ledger does not hold it exactly once.
    an empty ledger beside results: Shard 0001 with 2 files is lost. The ledger does not hold it exactly once. Shard 0002 with 2 files is lost. The ledger does not hold it exactly once.
    half a ledger: Shard 0002 with 2 files is lost. The ledger does not hold it exactly once.
    a shard that is given up: Shard 0002 with 2 files is lost. No environment took it.
    a shard too many: Shard 0003 was not planned, and there are results of it.
    every summary twice: Shard 0001 with 2 files is lost. It has more than one summary. Shard 0002 with 2 files is lost. It has more than one summary.
    a file that another shard reports: Shard 0002 reports a.robot, which it was not to run.
    a rerun of another shard's file: Shard 0001r1 reports c.robot, which it was not to run.
    ");
}

/// Reasons of a run that was stopped for `reason`, with these shards.
fn stopped(reason: &str, entries: Vec<Shard>, firsts: &[Summary]) -> String {
    let evidence = Evidence { shards: entries, stopped: Some(reason.to_owned()), ..Evidence::default() };
    let evaluation = evaluated(evidence, firsts, &[]);
    assert_eq!(evaluation.verdict, Verdict::Inconclusive);
    evaluation.reasons.join(" ")
}

#[test]
fn what_a_stopped_run_did_not_begin_is_told_once_with_the_reason() {
    let queued = |id: &str| entry(id, State::Queued, None);
    let refused = "Robot Framework refused an option (252): no such language";
    let mut lost = entry("0001", State::GivenUp, None);
    lost.losses.push(lost.lost(1, None, "It was lost.".to_owned(), 5.into()));
    let told = [
        stopped(refused, vec![queued("0001"), queued("0002")], &[]),
        stopped(refused, vec![lost, queued("0002")], &[]),
        stopped(
            "tests.failed is 1, which is above 0, so the run was stopped.",
            vec![done()[0].clone(), queued("0002")],
            &whole()[..1],
        ),
        stopped(refused, vec![done()[0].clone(), entry("0002", State::GivenUp, None)], &whole()[..1]),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    2 shards with 4 files did not run, because the run was stopped: Robot Framework refused an option (252): no such language.
    Shard 0001 with 2 files is lost. It was lost. Shard 0002 with 2 files did not run, because the run was stopped: Robot Framework refused an option (252): no such language.
    Shard 0002 with 2 files did not run, because the run was stopped: tests.failed is 1, which is above 0.
    Shard 0002 with 2 files is lost. No environment took it.
    ");
}

#[test]
fn evidence_without_the_reason_of_a_stop_is_still_understood() {
    let evidence: Evidence = serde_json::from_value(json!({
        "run": "run", "at": 1, "shards": [], "environments": [], "firsts": [], "reruns": [], "reports": [], "inputs": {},
    }))
    .unwrap();
    assert_eq!(evidence.stopped, None);
    assert!(!serde_json::to_string(&evidence).unwrap().contains("stopped"));
}

#[test]
fn a_run_without_a_test_does_not_pass() {
    let nothing = FILES
        .map(|(id, files)| Summary { root: Suite::default(), ..summary(&id.into(), 1, true, &files, Status::Passed) });
    let evaluation = judge(done(), &nothing, &[]);
    assert_eq!((evaluation.verdict, evaluation.reasons), (Verdict::Inconclusive, vec!["No test was run.".to_owned()]));
}

fn any_state() -> impl Strategy<Value = State> {
    prop_oneof![Just(State::Done), Just(State::Done), Just(State::Queued), Just(State::Running), Just(State::GivenUp)]
}

fn any_id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["0001", "0002", "0002", "0001", "0003", "0001r1", "0002r1", "0003r1"])
}

prop_compose! {
    fn any_entry()(id in any_id(), state in any_state(), result in prop::option::weighted(0.9, 1u32..3)) -> Shard {
        entry(id, state, result)
    }
}

prop_compose! {
    fn any_summary()(
        id in any_id(),
        attempt in 1u32..3,
        complete in prop::bool::weighted(0.9),
        files in prop::sample::subsequence(vec!["a.robot", "b.robot", "c.robot", "d.robot", "x.robot"], 0..5),
        status in prop::sample::select(vec![Status::Passed, Status::Passed, Status::Failed, Status::Skipped]),
    ) -> Summary {
        summary(&id.into(), attempt, complete, &files, status)
    }
}

/// What is right but for some accidents: entries and summaries that are missing, changed or added.
fn nearly<T: Clone + std::fmt::Debug + 'static>(
    right: Vec<T>,
    any: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = Vec<T>> {
    let kept = prop::collection::vec(prop::bool::weighted(0.85), right.len());
    (kept, prop::collection::vec(any, 0..2)).prop_map(move |(kept, added)| {
        let kept = right.iter().zip(kept).filter(|(_, keep)| *keep).map(|(one, _)| one.clone());
        kept.chain(added).collect()
    })
}

/// Whether exactly the attempt that the ledger names reports `file`.
fn reported_once(file: &str, shard: &ShardId, entries: &[Shard], firsts: &[Summary]) -> bool {
    let reports: Vec<&Summary> =
        firsts.iter().filter(|summary| summary.reported.iter().any(|one| one == file)).collect();
    let named: Vec<&Shard> = entries.iter().filter(|entry| entry.id == *shard).collect();
    let ([summary], [entry]) = (reports.as_slice(), named.as_slice()) else { return false };
    summary.complete && summary.shard == *shard && entry.state == State::Done && entry.result == Some(summary.attempt)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn passed_means_that_each_planned_file_was_reported_by_the_attempt_that_counts(
        entries in nearly(done(), any_entry().boxed()),
        firsts in nearly(whole(), any_summary().boxed()),
        reruns in prop::collection::vec(any_summary(), 0..2),
    ) {
        let evaluation = judge(entries.clone(), &firsts, &reruns);
        if evaluation.verdict == Verdict::Passed {
            for (shard, files) in FILES {
                for file in files {
                    prop_assert!(reported_once(file, &shard.into(), &entries, &firsts), "{file}: {entries:?} {firsts:?}");
                }
            }
        }
    }

    #[test]
    fn a_planned_file_that_no_complete_output_reports_never_leads_to_a_pass(
        entries in prop::collection::vec(any_entry(), 0..5),
        firsts in prop::collection::vec(any_summary(), 0..5),
        reruns in prop::collection::vec(any_summary(), 0..3),
    ) {
        let evaluation = judge(entries, &firsts, &reruns);
        let complete = firsts.iter().filter(|summary| summary.complete);
        let reported: BTreeSet<&str> = complete.flat_map(|summary| &summary.reported).map(String::as_str).collect();
        let all = FILES.iter().flat_map(|(_, files)| files).all(|file| reported.contains(file));
        prop_assert!(all || evaluation.verdict != Verdict::Passed, "{evaluation:?}");
    }
}
