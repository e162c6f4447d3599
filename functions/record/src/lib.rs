//! `record`: the run and its tests into history.

mod figures;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::{Artifacts, Ledger, Summaries};
use domain::base::ids::{RunId, RunRef};
use domain::base::time::Time;
use domain::evaluation::evaluate::Evaluation;
use domain::notify::staleness::{SCHEDULE, TRIGGER, is_verdict};
use domain::package::plan::Plan;
use domain::quality::baseline::{self, COMMIT};
use domain::quality::gates::Verdict;
use domain::quality::history::{FileOfRun, FileRun, PastRun, files_of_run, kept_metrics};
use domain::results::outcome::Counts;
use domain::run::keys;
use domain::run::status::{Environment, Failure, Run, Status};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::task::{JoinError, JoinSet};

/// The step's connections.
#[derive(Debug)]
pub struct Record {
    /// The verdict.
    pub artifacts: Artifacts,
    /// The summaries.
    pub summaries: Summaries,
    /// The run and its suite's history.
    pub ledger: Ledger,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: RunId,
    /// Start of the execution.
    pub started: Timestamp,
    /// The execution's input.
    pub request: Value,
    /// The error that ended the run, where one did.
    #[serde(default)]
    pub error: Option<Failure>,
}

/// What the state machine goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// How the run ended.
    pub status: Status,
}

/// Why a run could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another writer changed a file's history again and again.
    #[error("the history of {0} is being written by others all the time")]
    Contended(String),
    /// A write was broken off.
    #[error("failed to write the history of a file")]
    Broken(#[source] JoinError),
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["Contended", "Broken", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::Contended(_) => "Contended",
            Self::Broken(_) => "Broken",
            Self::Aws(error) => error.reason(),
        }
    }
}

/// Histories that are written at the same time.
const WRITES_AT_ONCE: usize = 16;

impl Record {
    /// Records a run; twice is once. The run's end is written last, so a run that has ended is recorded.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let evaluation: Option<Evaluation> = match input.error {
            None => self.artifacts.read_json(&keys::verdict(&input.run)).await?,
            Some(_) => None,
        };
        let status = evaluation.as_ref().map_or(Status::Error, |evaluation| status(evaluation.verdict));
        let environments = self.ledger.environments(&input.run).await?;
        if let Some(evaluation) = &evaluation {
            self.record_files(evaluation, &environments, input.started.into(), now).await?;
        }
        let past = past_run(&input, evaluation.as_ref(), status, now);
        if !past.suite.is_empty() {
            self.ledger.add_past_run(&past).await?;
        }
        self.record_baseline(&past, now).await?;
        self.record_schedule(&past).await?;
        if self.end(&input, &past, now).await? {
            publish(&past, &environments, now);
        }
        tracing::info!(run = %input.run, ?status, "recorded");
        Ok(Output { status })
    }

    /// Tells whether this call ended the run.
    async fn end(&self, input: &Input, past: &PastRun, now: Time) -> Result<bool, Error> {
        self.ledger.enter_failed(&never_planned(input, past)).await?;
        Ok(self.ledger.end_run(&input.run, past.status, input.error.as_ref(), now).await?)
    }

    /// Remembers the verdict of a scheduled run, so that the sweep notices when none follows.
    async fn record_schedule(&self, past: &PastRun) -> Result<(), Error> {
        if past.suite.is_empty() || past.labels.get(TRIGGER).map(String::as_str) != Some(SCHEDULE) {
            return Ok(());
        }
        let plan: Option<Plan> = self.artifacts.read_json(&keys::plan(&past.id)).await?;
        let stale_after = plan.map(|plan| plan.stale_after_seconds);
        if !is_verdict(past.status) {
            return Ok(self.ledger.watch(&past.suite, past.started, stale_after).await?);
        }
        let (run, at) = (RunRef::from(past), past.started + past.seconds);
        let stale_after = stale_after.unwrap_or(domain::package::plan::STALE_AFTER_SECONDS);
        Ok(self.ledger.heard_of(&past.suite, &run, past.status, at, stale_after).await?)
    }

    /// Makes an accepted run the baseline of its branch.
    async fn record_baseline(&self, past: &PastRun, now: Time) -> Result<(), Error> {
        if past.status != Status::Passed {
            return Ok(());
        }
        self.ledger.accept(&past.suite, baseline::branch_of(&past.labels), &RunRef::from(past), now).await?;
        Ok(())
    }

    /// Writes the files' items side by side, for each is one of its own.
    async fn record_files(
        &self,
        evaluation: &Evaluation,
        environments: &[Environment],
        started: Time,
        now: Time,
    ) -> Result<(), Error> {
        let mut writing = JoinSet::new();
        for file in self.files(evaluation, environments, started).await? {
            if writing.len() >= WRITES_AT_ONCE {
                finish(writing.join_next().await)?;
            }
            writing.spawn(record_file(self.ledger.clone(), evaluation.suite.clone(), file, now));
        }
        while let Some(written) = writing.join_next().await {
            finish(Some(written))?;
        }
        Ok(())
    }

    async fn files(
        &self,
        evaluation: &Evaluation,
        environments: &[Environment],
        started: Time,
    ) -> Result<Vec<FileOfRun>, Error> {
        let shards = self.ledger.shards(&evaluation.run).await?;
        let done = self.summaries.done(&evaluation.run, &shards).await?;
        let (firsts, reruns) = (done.firsts.iter().map(Arc::as_ref), done.reruns.iter().map(Arc::as_ref));
        let commit = evaluation.labels.get(COMMIT).cloned();
        let run = FileRun { run: evaluation.run.clone(), started, commit, ..FileRun::default() };
        Ok(files_of_run(&run, firsts, reruns, environments))
    }
}

async fn record_file(ledger: Ledger, suite: String, file: FileOfRun, now: Time) -> Result<(), Error> {
    match ledger.add_file_run(&suite, &file.path, &file.run, &file.outcomes, now).await? {
        true => Ok(()),
        false => Err(Error::Contended(file.path)),
    }
}

/// Hands a run's figures to CloudWatch. Only the call that ended the run does, because CloudWatch adds up what it is
/// given twice; a function that dies before leaves the run out of the figures, and nothing else.
fn publish(past: &PastRun, environments: &[Environment], now: Time) {
    if past.suite.is_empty() {
        return;
    }
    if let Err(error) = figures::figures(past, environments, now).print() {
        tracing::warn!(run = %past.id, %error, "the figures of the run cannot be printed");
    }
}

/// A task that was broken off is an error like any other.
fn finish(written: Option<Result<Result<(), Error>, JoinError>>) -> Result<(), Error> {
    written.transpose().map_err(Error::Broken)?.unwrap_or(Ok(()))
}

fn status(verdict: Verdict) -> Status {
    match verdict {
        Verdict::Passed => Status::Passed,
        Verdict::Failed => Status::Failed,
        Verdict::Inconclusive => Status::Inconclusive,
    }
}

fn past_run(input: &Input, evaluation: Option<&Evaluation>, status: Status, now: Time) -> PastRun {
    let asked = input.request.get("suite").and_then(Value::as_str).unwrap_or_default();
    let started = Time::from(input.started);
    let tests = evaluation.map(|evaluation| evaluation.tests).unwrap_or_default();
    PastRun {
        id: input.run.clone(),
        suite: evaluation.map_or(asked, |evaluation| &evaluation.suite).to_owned(),
        status,
        started,
        seconds: evaluation.map_or(now - started, |evaluation| evaluation.seconds as i64),
        cost: evaluation.and_then(|evaluation| evaluation.left.metrics.get(domain::evaluation::cost::METRIC).copied()),
        counts: Counts { passed: tests.passed, failed: tests.failed, skipped: tests.skipped },
        flaky: tests.flaky,
        metrics: evaluation.map(metrics).unwrap_or_default(),
        labels: evaluation.map_or_else(|| labels(&input.request), |evaluation| evaluation.labels.clone()),
    }
}

fn metrics(evaluation: &Evaluation) -> BTreeMap<String, f64> {
    let gates = evaluation.gates.iter();
    let read = gates.filter_map(|gate| Some((gate.metric.as_str(), gate.value.as_ref()?.raw)));
    kept_metrics(read, &evaluation.left.metrics)
}

/// Labels of a request that may not be a good one: a scheduled run that fails is still one that started.
fn labels(request: &Value) -> BTreeMap<String, String> {
    let labels = request.get("labels").and_then(Value::as_object).into_iter().flatten();
    labels.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// The run as it is entered when it ended before it was planned.
fn never_planned(input: &Input, past: &PastRun) -> Run {
    Run {
        id: past.id.clone(),
        suite: past.suite.clone(),
        status: Status::Running,
        started: past.started,
        deadline: past.started,
        closed: true,
        halted: None,
        counts: Counts::default(),
        done: 0,
        shards: 0,
        ended: None,
        error: input.error.clone(),
    }
}
