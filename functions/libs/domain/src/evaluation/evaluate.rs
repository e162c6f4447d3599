//! `runs/<run>/verdict.json`: what a run was judged by, and what came of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::base::ids::{RunId, RunRef};
use crate::evaluation::completeness::{Lost, lost, sentences, unexplained};
use crate::evaluation::cost;
use crate::evaluation::evidence::PastTest;
use crate::evaluation::hindrances::hindrances;
use crate::evaluation::input::EvaluationInput;
use crate::quality::baseline::{BaselineFigures, COMMIT, PinnedBaseline};
use crate::quality::flakiness::{Flakiness, Ground, flakiness};
use crate::quality::gates::{self, GateOutcome, Judgement, Verdict, baseline_of, judge};
use crate::quality::metrics::{Metrics, RunFacts};
use crate::quality::quarantine::{self, Quarantine};
use crate::results::classes::{Class, classify};
use crate::results::errors::{GroupedError, grouped};
use crate::results::interrupted::NOT_RUN;
use crate::results::outcome::{Counts, Found, Status, TestId};
use crate::results::records;
use crate::results::records::TestRecord;
use crate::results::summary::Summary;
use crate::run::shard::State;

/// The verdict of a run and everything that it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Run's id.
    pub run: RunId,
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
    /// What Robot Framework reports as an error beside the tests, such as an import that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<GroupedError>,
    /// Tests that failed in their last attempt, with their messages.
    pub failed: Vec<FailedTest>,
    /// Tests in quarantine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<QuarantinedTest>,
    /// Tests that failed and passed on the same commit and image, in this run or in one before it.
    pub flaky: Vec<TestId>,
    /// SHA-256 of every file that the verdict rests on, by path below the run's prefix.
    #[serde(default)]
    pub inputs: BTreeMap<String, String>,
    /// Labels of the run.
    pub labels: BTreeMap<String, String>,
}

impl Evaluation {
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
    /// Which test.
    #[serde(flatten)]
    pub id: TestId,
    /// Robot Framework's message.
    pub message: String,
    /// What it is a failure of.
    pub class: Class,
    /// Attempts at it in this run.
    pub attempts: u32,
    /// The run in which it failed first, if it has failed ever since; none where it did not fail before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<RunRef>,
    /// Whether it is in quarantine.
    pub quarantined: bool,
}

/// A test in quarantine, whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedTest {
    /// Which test.
    #[serde(flatten)]
    pub id: TestId,
    /// How it ended.
    pub status: Status,
    /// Who is on it, why, and until when.
    pub entry: Quarantine,
}

/// Comes to the verdict of a run.
pub fn evaluate(input: &EvaluationInput) -> Evaluation {
    let (plan, evidence) = (&input.plan, &input.evidence);
    let (tests, mut remarks) = tests(input);
    remarks.extend(not_run(input));
    remarks.extend(lost_reruns(input));
    remarks.extend(halted(input));
    remarks.extend(by_hooks(input));
    let (cost, unpriced) = cost::of_run(input);
    remarks.extend(unpriced);
    let lost = lost(input);
    let shards = shard_counts(plan.shards.len(), &lost);
    let seconds = (evidence.at - plan.started).max(0) as f64;
    let facts = RunFacts {
        seconds: Some(seconds),
        environments: u32::try_from(evidence.environments.len()).unwrap_or(u32::MAX),
        lost_shards: u32::try_from(shards.lost).unwrap_or(u32::MAX),
        cost,
    };
    let metrics = Metrics::from_run(&tests, facts).with_reports(&input.reports);
    let mut gates = gates::evaluate(&plan.gates, &metrics, evidence.baseline.as_ref());
    let mut lost_work = lost_work(&lost, input);
    match lost.is_empty() {
        true => remarks.extend(hindrances(input)),
        false => lost_work.extend(hindrances(input)),
    }
    let Judgement { verdict, reasons } = tested(judge(&gates, &lost_work), &tests);
    if !lost_work.is_empty() {
        gates::undecide(&plan.gates, &mut gates);
    }
    let flaky: Vec<TestId> = tests.iter().filter(|test| test.flaky).map(TestRecord::id).collect();
    Evaluation {
        run: plan.run.clone(),
        suite: plan.work.suite.clone(),
        verdict,
        reasons,
        tests: test_counts(&tests, flaky.len()),
        gates,
        shards,
        environments: evidence.environments.len(),
        seconds,
        left: baseline_of(&plan.run, &plan.gates, &metrics),
        remarks,
        baseline: plan.baseline.clone(),
        errors: grouped(input.summaries().flat_map(|summary| &summary.errors)),
        failed: failed(&tests, input),
        quarantined: quarantined(&tests, input),
        flaky,
        inputs: evidence.inputs.clone(),
        labels: plan.labels.clone(),
    }
}

/// The run's tests, those that are flaky or in quarantine marked, and what there is to say of quarantines.
fn tests(input: &EvaluationInput) -> (Vec<TestRecord>, Vec<String>) {
    let mut tests = input.records();
    let image = input.evidence.environments.iter().find_map(|environment| environment.image.as_deref());
    let ground = Ground { commit: input.plan.labels.get(COMMIT).map(String::as_str), image };
    for test in &mut tests {
        let earlier = input.evidence.past.get(&test.id().to_string()).map(PastTest::earlier).unwrap_or_default();
        test.flaky = flakiness(test, ground, &earlier) == Flakiness::Flaky;
    }
    let remarks = quarantine::apply(&mut tests, &input.plan.quarantine, input.evidence.at);
    (tests, remarks)
}

/// Most tests that a remark names.
const NAMED: usize = 10;

/// The first [`NAMED`] names, and how many more there are.
fn first_of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named = names.take(NAMED).collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{named}; and {more} more") } else { named }
}

/// Failed tests that should have run again and were not found, so that their first outcome stands.
fn not_run(input: &EvaluationInput) -> impl Iterator<Item = String> {
    let reruns = input.reruns.iter().filter(|summary| !summary.not_run.is_empty());
    reruns.map(|summary| {
        let names = first_of(summary.not_run.iter().map(String::as_str));
        format!("Failed tests were not found in the rerun, or their steps or arguments were others there, so their first outcome stands: {names}.")
    })
}

/// Reruns without a result, so that the first outcomes stand.
fn lost_reruns(input: &EvaluationInput) -> impl Iterator<Item = String> {
    let lost = input.evidence.shards.iter().filter(|shard| shard.is_rerun() && shard.state == State::GivenUp);
    lost.map(|shard| {
        let why = shard.losses.last().map_or("It was not started.", |loss| loss.reason.as_str());
        format!("The rerun {} left no result, so the first outcomes of its tests stand. {why}", shard.id)
    })
}

/// What hooks did. The plan divides the files that the package has, and no shard has further ones; of the tests in a file
/// it knows nothing.
fn by_hooks(input: &EvaluationInput) -> impl Iterator<Item = String> {
    let told = |what: &str, files: &BTreeSet<&str>, then: &str| {
        (!files.is_empty()).then(|| format!("The hook before {what}: {}. {then}", first_of(files.iter().copied())))
    };
    let of = |files: fn(&Summary) -> &Vec<String>| input.firsts.iter().flat_map(files).map(String::as_str).collect();
    let made = "made suite files that no shard has, so their tests did not run";
    let changed = "changed suite files";
    [
        told(made, &of(|summary| &summary.hooks.made), "Put them into the package."),
        told(changed, &of(|summary| &summary.hooks.changed), "The tests that ran are those that it left there."),
    ]
    .into_iter()
    .flatten()
    .chain(after_hooks(input))
}

/// How hooks after the tests failed, each way once with the attempts that it came to.
fn after_hooks(input: &EvaluationInput) -> impl Iterator<Item = String> {
    let mut failed: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for summary in input.summaries() {
        if let Some(how) = &summary.hooks.after {
            failed.entry(how).or_default().push(format!("{}-{}", summary.shard, summary.attempt));
        }
    }
    failed.into_iter().map(|(how, attempts)| {
        let attempts = first_of(attempts.iter().map(String::as_str));
        format!("The hook after {how}; the results stand. It was so in {attempts}: see console.txt there.")
    })
}

/// The sentence that no failed test ran again after Robot Framework was halted, if the package asks for reruns.
fn halted(input: &EvaluationInput) -> Option<String> {
    let halt = input.firsts.iter().find_map(|summary| summary.halt).filter(|_| input.plan.rerun_failed > 0)?;
    Some(format!("No failed test ran again after this: {}", halt.message()))
}

fn shard_counts(planned: usize, lost: &[Lost]) -> ShardCounts {
    ShardCounts { planned, done: planned - lost.len(), lost: lost.len() }
}

/// Planned work without a result, and results that nobody planned, in whole sentences.
fn lost_work(lost: &[Lost], input: &EvaluationInput) -> Vec<String> {
    sentences(lost).into_iter().chain(unexplained(input)).collect()
}

/// Gates may ask nothing of the number of tests, but a run without a test has shown nothing.
fn tested(judgement: Judgement, tests: &[TestRecord]) -> Judgement {
    match (judgement.verdict, tests.is_empty()) {
        (Verdict::Passed, true) => {
            Judgement { verdict: Verdict::Inconclusive, reasons: vec!["No test was run.".to_owned()] }
        }
        _ => judgement,
    }
}

fn test_counts(tests: &[TestRecord], flaky: usize) -> TestCounts {
    let Counts { passed, failed, skipped } = records::counts(tests);
    TestCounts { total: passed + failed + skipped, passed, failed, skipped, flaky: flaky as u64 }
}

fn failed(tests: &[TestRecord], input: &EvaluationInput) -> Vec<FailedTest> {
    let mut attempts: HashMap<TestId, (u32, String)> = HashMap::new();
    for (id, _, Found { test, .. }) in input.attempts() {
        let (count, message) = attempts.entry(id).or_default();
        *count += 1;
        let was_run = !test.tags.iter().any(|tag| tag == NOT_RUN);
        if test.status == Status::Failed && (was_run || message.is_empty()) {
            message.clone_from(&test.message);
        }
    }
    let failed = tests.iter().filter(|test| test.status == Status::Failed);
    let end = input.end();
    failed
        .map(|test| {
            let id = test.id();
            let (attempts, mut message) = attempts.get(&id).cloned().unwrap_or_default();
            if let (true, Some(end)) = (message.is_empty(), &end) {
                end.halt.message().clone_into(&mut message);
            }
            let past = input.evidence.past.get(&id.to_string());
            FailedTest {
                id,
                class: classify(&message),
                message,
                attempts,
                since: past.and_then(|past| past.first_failed.clone()),
                quarantined: test.quarantined,
            }
        })
        .collect()
}

fn quarantined(tests: &[TestRecord], input: &EvaluationInput) -> Vec<QuarantinedTest> {
    let of = |test: &TestRecord| {
        let entry = quarantine::entry_of(test, &input.plan.quarantine)?.clone();
        Some(QuarantinedTest { id: test.id(), status: test.status, entry })
    };
    tests.iter().filter(|test| test.quarantined).filter_map(of).collect()
}

#[cfg(test)]
mod tests;
