//! `sweep`: overdue instances, lost answers, stuck runs.
//!
//! Events are best effort; whatever they left undone is found here from EC2, SSM, Step Functions and the ledger.

use std::collections::BTreeMap;

use aws::{Answers, CommandState, Commands, ExecutionStatus, Executions, Fleet, Ledger, Topic};
use domain::base::ids::{Attempt, InstanceId, RunId};
use domain::base::time::Time;
use domain::notify::message;
use domain::notify::staleness::{News, Scheduled};
use domain::results::manifest::ALREADY_STARTED;
use domain::run::events;
use domain::run::fleet::{Instance, InstanceState};
use domain::run::reaper::{self, ends_instance, stops_execution};
use domain::run::shard::{Outcome, Shard, State};
use domain::run::status::{Failure, Status};
use serde::{Deserialize, Serialize};

/// The step's connections and settings.
#[derive(Debug)]
pub struct Sweep {
    /// Where the tokens are answered.
    pub answers: Answers,
    /// Run Command.
    pub commands: Commands,
    /// Step Functions.
    pub executions: Executions,
    /// Instances.
    pub fleet: Fleet,
    /// Open runs and their shards.
    pub ledger: Ledger,
    /// Who is told of scheduled suites that became stale.
    pub topic: Topic,
    /// ARN of the state machine.
    pub machine: String,
    /// Name of the deployment, whose instances alone are looked at.
    pub deployment: String,
}

/// Nothing is passed that matters.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Input {}

/// What the sweep did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Instances that it ended.
    pub terminated: Vec<InstanceId>,
    /// Attempts that it answered.
    pub answered: Vec<String>,
    /// Runs that it ended in the ledger.
    pub ended: Vec<RunId>,
    /// Scheduled suites that became stale, told of now.
    pub stale: Vec<String>,
    /// Suites that have a verdict again after they were stale, told of now.
    pub back: Vec<String>,
}

/// Why the sweep could not look everywhere.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        let Self::Aws(error) = self;
        error.reason()
    }
}

impl Sweep {
    /// Looks once; what it finds is made good by the same conditional writes that events use.
    ///
    /// Instances come first, for they cost money. An error of one run or suite does not stop the other checks. After
    /// all checks, the sweep ends with the first such error.
    pub async fn run(&self, _input: Input, now: Time) -> Result<Output, Error> {
        let (mut output, mut errors) = (Output::default(), Errors::default());
        let instances = errors.take("instances", self.fleet.of_deployment(&self.deployment).await.map_err(Error::from));
        let instances = instances.unwrap_or_default();
        self.end_instances(&instances, now, &mut output, &mut errors).await;
        let open = errors.take("open runs", self.ledger.open_runs().await.map_err(Error::from));
        for run in open.unwrap_or_default() {
            errors.take(&run, self.look_after(&run, &instances, now, &mut output).await);
        }
        let suites = errors.take("scheduled suites", self.ledger.all_scheduled().await.map_err(Error::from));
        for suite in suites.unwrap_or_default() {
            errors.take(&suite.suite, self.tell_staleness(&suite, now, &mut output).await);
        }
        let (terminated, answered, ended) = (output.terminated.len(), output.answered.len(), output.ended.len());
        tracing::info!(terminated, answered, ended, ?output, "swept");
        errors.first.map_or(Ok(output), Err)
    }

    async fn look_after(
        &self,
        run: &RunId,
        instances: &[Instance],
        now: Time,
        output: &mut Output,
    ) -> Result<(), Error> {
        if self.execution(run).await? != reaper::Execution::Live {
            return self.end_run(run, now, output).await;
        }
        // Shards of a run that is stuck may not be readable, and it has to end all the same.
        let stopped = self.stop_stuck(run, now).await;
        self.answer_run(run, instances, output).await?;
        stopped
    }

    async fn execution(&self, run: &RunId) -> Result<reaper::Execution, Error> {
        Ok(match self.executions.describe(&self.arn(run)).await? {
            None => reaper::Execution::Unknown,
            Some(found) if found.status == ExecutionStatus::Running => reaper::Execution::Live,
            Some(_) => reaper::Execution::Over,
        })
    }

    /// ARN of the execution of a run.
    fn arn(&self, run: &RunId) -> String {
        format!("{}:{run}", self.machine.replacen(":stateMachine:", ":execution:", 1))
    }

    /// Answers the tokens whose events did not come.
    async fn answer_run(&self, run: &RunId, instances: &[Instance], output: &mut Output) -> Result<(), Error> {
        for shard in self.ledger.shards(run).await? {
            if shard.state != State::Running || shard.answered {
                continue;
            }
            let attempt = Attempt { shard: shard.id.clone(), number: shard.attempt };
            if let Some(outcome) = self.outcome(&shard, instances).await? {
                self.answers.settle(run, &attempt, &outcome).await?;
                output.answered.push(attempt.to_string());
            }
        }
        Ok(())
    }

    /// How an attempt ended, as SSM and EC2 tell it; none while it goes on.
    async fn outcome(&self, shard: &Shard, instances: &[Instance]) -> Result<Option<Outcome>, Error> {
        if let Some(outcome) = &shard.outcome {
            return Ok(Some(outcome.clone()));
        }
        let Some(environment) = &shard.environment else { return Ok(None) };
        if let Some(command) = &shard.command
            && let CommandState::Ended { status, code, errors } = self.commands.state(command, environment).await?
            && code != ALREADY_STARTED
        {
            return Ok(Some(events::outcome(status, &errors)));
        }
        let gone = instances.iter().find(|found| &found.id == environment && found.state == InstanceState::Ending);
        Ok(gone.map(|_| Outcome::InstanceLost { reason: format!("The instance {environment} is gone.") }))
    }

    async fn stop_stuck(&self, run: &RunId, now: Time) -> Result<(), Error> {
        let stuck = self.ledger.run(run).await?.is_some_and(|run| stops_execution(run.deadline, now));
        if stuck {
            self.executions.stop(&self.arn(run)).await?;
        }
        Ok(())
    }

    /// A run whose execution is over and that nobody recorded.
    async fn end_run(&self, run: &RunId, now: Time, output: &mut Output) -> Result<(), Error> {
        let cause = "The execution ended without recording the run.".to_owned();
        let failure = Failure { error: "Run.Unrecorded".to_owned(), cause };
        if self.ledger.end_run(run, Status::Aborted, Some(&failure), now).await? {
            output.ended.push(run.to_owned());
        }
        Ok(())
    }

    /// Tells once of a scheduled suite that became stale, and once of its return.
    ///
    /// A sweep claims the telling before it publishes and notes it after. When one dies in between, another tells as
    /// soon as the claim is over, maybe for the second time: rather two messages than none. Both have the same `id`.
    async fn tell_staleness(&self, suite: &Scheduled, now: Time, output: &mut Output) -> Result<(), Error> {
        let Some(news) = suite.news(now) else { return Ok(()) };
        if !self.ledger.claim_news(suite, now).await? {
            return Ok(());
        }
        self.topic.publish(&message::staleness(suite, news)).await?;
        self.ledger.news_told(suite, news).await?;
        match news {
            News::Stale(_) => output.stale.push(suite.suite.clone()),
            News::Back => output.back.push(suite.suite.clone()),
        }
        Ok(())
    }

    async fn end_instances(&self, instances: &[Instance], now: Time, output: &mut Output, errors: &mut Errors) {
        let mut executions = BTreeMap::new();
        let mut overdue = Vec::new();
        for instance in instances.iter().filter(|instance| instance.state != InstanceState::Ending) {
            let execution = match executions.get(&instance.run) {
                Some(execution) => *execution,
                // Its own deadline counts all the same.
                None => {
                    errors.take(&instance.run, self.execution(&instance.run).await).unwrap_or(reaper::Execution::Live)
                }
            };
            executions.insert(instance.run.clone(), execution);
            if ends_instance(instance, execution, now) {
                overdue.push(instance.id.clone());
            }
        }
        let ended = self.fleet.terminate(&overdue).await.map_err(Error::from);
        if errors.take("overdue instances", ended).is_some() {
            output.terminated = overdue;
        }
    }
}

/// What failed so far.
#[derive(Debug, Default)]
struct Errors {
    first: Option<Error>,
}

impl Errors {
    /// The value, or none after an error, which is logged with what it is about.
    fn take<T>(&mut self, about: &str, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                tracing::error!(about, error = &error as &dyn std::error::Error, "the sweep goes on without it");
                self.first.get_or_insert(error);
                None
            }
        }
    }
}
