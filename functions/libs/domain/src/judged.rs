//! `runs/<run>/verdict.json`: what a run was judged by, and what came of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::gates::{GateOutcome, Judgement, Verdict, evaluate, judge};
use crate::metrics::{Metrics, RunFacts, TestRecord};
use crate::outcome::{Counts, Status};
use crate::plan::Plan;
use crate::records;
use crate::shard::{Shard, State};
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
    /// Figures without labels.
    pub metrics: BTreeMap<String, f64>,
    /// Tests that failed in their last attempt, with their messages.
    pub failed: Vec<FailedTest>,
    /// Long names of tests that failed first and passed then.
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
}

/// Judges a run.
pub fn judged(material: &Material<'_>) -> Judged {
    let (plan, evidence) = (material.plan, material.evidence);
    let tests = records::records(material.firsts, material.reruns);
    let shards = shard_counts(&evidence.shards);
    let seconds = (evidence.at - plan.started).max(0) as f64;
    let facts = RunFacts {
        seconds: Some(seconds),
        environments: u32::try_from(evidence.environments.len()).unwrap_or(u32::MAX),
        lost_shards: u32::try_from(shards.lost).unwrap_or(u32::MAX),
        cost: None,
    };
    let metrics = Metrics::from_run(&tests, facts);
    let gates = evaluate(&plan.gates, &metrics, None);
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
        metrics: metrics.figures(),
        failed: failed(&tests, material),
        flaky,
        inputs: evidence.inputs.clone(),
        labels: plan.labels.clone(),
    }
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
    let mut messages = std::collections::HashMap::new();
    for summary in material.firsts.iter().chain(material.reruns) {
        summary.root.each_test(&mut |name, _, test| {
            if test.status == Status::Failed {
                messages.insert(name.to_owned(), test.message.clone());
            }
        });
    }
    let failed = tests.iter().filter(|test| test.status == Status::Failed);
    failed
        .map(|test| FailedTest {
            name: test.long_name.clone(),
            message: messages.get(&test.long_name).cloned().unwrap_or_default(),
        })
        .collect()
}
