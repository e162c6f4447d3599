//! `runs/<run>/verdict.json`: what a run was judged by, and what came of it.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::baseline::{BaselineFigures, COMMIT, PinnedBaseline};
use crate::classes::{Class, classify};
use crate::cost;
use crate::evidence::{Evidence, FirstFailed, PastTest};
use crate::gates::{GateOutcome, Judgement, Verdict, evaluate, judge};
use crate::metrics::{Metrics, RunFacts, TestRecord};
use crate::outcome::{Counts, Status};
use crate::plan::Plan;
use crate::quarantine::{self, Quarantine};
use crate::records;
use crate::reports::ReportState;
use crate::shard::{Shard, State};
use crate::steadiness::{Ground, Steadiness, steadiness};
use crate::summary::Summary;

/// The verdict of a run and everything that it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Run's id.
    pub run: String,
    /// Suite's name.
    pub suite: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What led to it, in whole sentences; empty for a run that passed.
    pub reasons: Vec<String>,
    /// Tests by their final status.
    pub tests: TestCounts,
    /// Each gate and what came of it.
    pub gates: Vec<GateOutcome>,
    /// Shards of the plan.
    pub shards: ShardCounts,
    /// Environments that were launched.
    pub environments: usize,
    /// Seconds from the run's start to its evaluation.
    pub seconds: f64,
    /// What the run leaves for later ones to be compared with: every figure without labels, every figure that a gate
    /// read, and what failed.
    #[serde(default)]
    pub left: BaselineFigures,
    /// The accepted run that it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<PinnedBaseline>,
    /// What else there is to know, in whole sentences, such as quarantines that are over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Tests that failed in their last attempt, with their messages.
    pub failed: Vec<FailedTest>,
    /// Tests in quarantine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<QuarantinedTest>,
    /// Long names of tests that failed and passed on the same commit and image, in this run or in one before it.
    pub flaky: Vec<String>,
    /// SHA-256 of every file that the verdict rests on, by path below the run's prefix.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// Labels of the run.
    pub labels: BTreeMap<String, String>,
}

impl Judged {
    /// The content of `verdict.json`: the same bytes for the same verdict.
    pub fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec_pretty(self)
    }
}

/// Tests by their final status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCounts {
    /// All tests.
    pub total: u64,
    /// Tests that passed, those that passed in a rerun included.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that were skipped.
    pub skipped: u64,
    /// Tests that passed in a rerun only.
    pub flaky: u64,
}

/// Shards of the plan by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardCounts {
    /// Shards that were planned, those of reruns not counted.
    pub planned: usize,
    /// Shards with a complete result.
    pub done: usize,
    /// Shards without one.
    pub lost: usize,
}

/// A test that failed in its last attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedTest {
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// Robot Framework's message.
    pub message: String,
    /// What it is a failure of.
    pub class: Class,
    /// Attempts at it in this run.
    pub attempts: u32,
    /// The run in which it failed first, if it has failed ever since; none where it did not fail before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<FirstFailed>,
    /// Whether it is in quarantine.
    pub quarantined: bool,
}

/// A test in quarantine, whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedTest {
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// Who is on it, why, and until when.
    pub entry: Quarantine,
}

/// Everything that a verdict rests on.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What was written down before the run was judged.
    pub evidence: &'a Evidence,
    /// Summaries of the shards that are done, without those of reruns.
    pub firsts: &'a [Summary],
    /// Summaries of the shards of reruns that are done, in the order of their attempts.
    pub reruns: &'a [Summary],
    /// Reports of other tools, as they were read.
    pub reports: &'a [ReportState],
}

/// Judges a run.
pub fn judged(material: &Material<'_>) -> Judged {
    let (plan, evidence) = (material.plan, material.evidence);
    let (tests, mut remarks) = tests(material);
    let (cost, unpriced) = cost::of_run(material);
    remarks.extend(unpriced);
    let shards = shard_counts(&evidence.shards);
    let seconds = (evidence.at - plan.started).max(0) as f64;
    let facts = RunFacts {
        seconds: Some(seconds),
        environments: u32::try_from(evidence.environments.len()).unwrap_or(u32::MAX),
        lost_shards: u32::try_from(shards.lost).unwrap_or(u32::MAX),
        cost,
    };
    let metrics = Metrics::from_run(&tests, facts).with_reports(material.reports);
    let gates = evaluate(&plan.gates, &metrics, evidence.baseline.as_ref());
    let Judgement { verdict, reasons } = judge(&gates, &lost_work(material));
    let flaky: Vec<String> = tests.iter().filter(|test| test.flaky).map(|test| test.long_name.clone()).collect();
    Judged {
        run: plan.run.clone(),
        suite: plan.work.suite.clone(),
        verdict,
        reasons,
        tests: test_counts(&tests, flaky.len()),
        gates,
        shards,
        environments: evidence.environments.len(),
        seconds,
        left: BaselineFigures::of(&plan.run, &plan.gates, &metrics),
        remarks,
        baseline: plan.baseline.clone(),
        failed: failed(&tests, material),
        quarantined: quarantined(&tests, material),
        flaky,
        inputs: evidence.inputs.clone(),
        labels: plan.labels.clone(),
    }
}

/// The run's tests, those that are flaky or in quarantine marked, and what there is to say of quarantines.
fn tests(material: &Material<'_>) -> (Vec<TestRecord>, Vec<String>) {
    let mut tests = records::records(material.firsts, material.reruns);
    let image = material.evidence.environments.iter().find_map(|environment| environment.image.as_deref());
    let ground = Ground { commit: material.plan.labels.get(COMMIT).map(String::as_str), image };
    for test in &mut tests {
        let earlier = material.evidence.past.get(&test.long_name).map(PastTest::earlier).unwrap_or_default();
        test.flaky = steadiness(test, ground, &earlier) == Steadiness::Flaky;
    }
    let remarks = quarantine::apply(&mut tests, &material.plan.quarantine, material.evidence.at);
    (tests, remarks)
}

fn shard_counts(shards: &[Shard]) -> ShardCounts {
    let planned = shards.iter().filter(|shard| !shard.is_rerun());
    let (done, lost): (Vec<_>, Vec<_>) = planned.partition(|shard| shard.state == State::Done);
    ShardCounts { planned: done.len() + lost.len(), done: done.len(), lost: lost.len() }
}

/// Lost work in whole sentences: shards without a result, and planned files that no complete output reports.
fn lost_work(material: &Material<'_>) -> Vec<String> {
    let evidence = material.evidence;
    let planned = evidence.shards.iter().filter(|shard| !shard.is_rerun() && shard.state != State::Done);
    let shards = planned.map(|shard| {
        let why = shard.losses.last().map_or("Nothing took it.", |loss| loss.reason.as_str());
        format!("Shard {} with {} is lost. {why}", shard.id, files(shard.files.len()))
    });
    let complete = material.firsts.iter().filter(|summary| summary.complete);
    let reported: std::collections::HashSet<&str> =
        complete.flat_map(|summary| summary.reported.iter().map(String::as_str)).collect();
    let done = |file: &&String| {
        let owner = evidence.shards.iter().find(|shard| !shard.is_rerun() && shard.files.contains(file));
        owner.is_some_and(|shard| shard.state == State::Done)
    };
    let planned = material.plan.shards.iter().flat_map(|shard| &shard.files);
    let missing = planned.filter(|file| !reported.contains(file.as_str())).filter(done);
    shards
        .chain(missing.map(|file| format!("The file {file} was planned, and no complete output reports it.")))
        .collect()
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

fn test_counts(tests: &[TestRecord], flaky: usize) -> TestCounts {
    let Counts { passed, failed, skipped } = records::counts(tests);
    TestCounts { total: passed + failed + skipped, passed, failed, skipped, flaky: flaky as u64 }
}

fn failed(tests: &[TestRecord], material: &Material<'_>) -> Vec<FailedTest> {
    let mut attempts: HashMap<String, (u32, String)> = HashMap::new();
    for summary in material.firsts.iter().chain(material.reruns) {
        summary.root.each_test(&mut |name, _, test| {
            let (count, message) = attempts.entry(name.to_owned()).or_default();
            *count += 1;
            if test.status == Status::Failed {
                message.clone_from(&test.message);
            }
        });
    }
    let failed = tests.iter().filter(|test| test.status == Status::Failed);
    failed
        .map(|test| {
            let (attempts, message) = attempts.get(&test.long_name).cloned().unwrap_or_default();
            let past = material.evidence.past.get(&test.long_name);
            FailedTest {
                name: test.long_name.clone(),
                class: classify(&message),
                message,
                attempts,
                since: past.and_then(|past| past.first_failed.clone()),
                quarantined: test.quarantined,
            }
        })
        .collect()
}

fn quarantined(tests: &[TestRecord], material: &Material<'_>) -> Vec<QuarantinedTest> {
    let of = |test: &TestRecord| {
        let entry = quarantine::entry_of(test, &material.plan.quarantine)?.clone();
        Some(QuarantinedTest { name: test.long_name.clone(), status: test.status, entry })
    };
    tests.iter().filter(|test| test.quarantined).filter_map(of).collect()
}
