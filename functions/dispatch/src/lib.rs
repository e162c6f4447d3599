//! `dispatch`: the SSM Run Command for a shard, with the task token that waits for it.

use aws::{Answers, Artifacts, CommandOrder, Commands, Ledger};
use domain::base::ids::{Attempt, InstanceId, RunId, ShardId};
use domain::base::time::Time;
use domain::run::keys;
use domain::run::order::{Order, Selection};
use domain::run::shard::Shard;
use domain::run::status::{Run, Status};
use serde::{Deserialize, Serialize};

/// Seconds that SSM leaves the runner beyond its deadline, so that the runner ends by itself.
const MARGIN_SECONDS: u64 = 60;

/// The step's connections.
#[derive(Debug)]
pub struct Dispatch {
    /// The token's answer, where the attempt ended before.
    pub answers: Answers,
    /// The order for the runner.
    pub artifacts: Artifacts,
    /// Run Command.
    pub commands: Commands,
    /// The run and its shards.
    pub ledger: Ledger,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: RunId,
    /// Instance's id.
    pub environment: InstanceId,
    /// Shard's id.
    pub shard: ShardId,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Token of the waiting task.
    pub token: String,
}

/// Nothing: the token's answer comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Output {}

/// Why a shard could not be dispatched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The run is over or was never planned.
    #[error("the run {0} is over")]
    RunOver(RunId),
    /// Another attempt has taken the place of this one.
    #[error("the attempt {0} is over")]
    AttemptOver(Attempt),
    /// SSM cannot reach the instance.
    #[error("the instance {0} is gone")]
    InstanceGone(InstanceId),
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["RunOver", "AttemptOver", "InstanceGone", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::RunOver(_) => "RunOver",
            Self::AttemptOver(_) => "AttemptOver",
            Self::InstanceGone(_) => "InstanceGone",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Dispatch {
    /// Notes who waits for the attempt, then sends it.
    ///
    /// Killed after the note, the next call replaces the token. Killed after the sending, the next call may send
    /// the command once more; the runner refuses the second start of an attempt.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let run = self.ledger.run(&input.run).await?.filter(|run| run.status == Status::Running && !run.closed);
        let run = run.ok_or_else(|| Error::RunOver(input.run.clone()))?;
        let attempt = Attempt { shard: input.shard, number: input.attempt };
        let dispatched = self.ledger.dispatch(&input.run, &attempt, &input.environment, &input.token, now).await?;
        let shard = dispatched.ok_or_else(|| Error::AttemptOver(attempt.clone()))?;
        if shard.outcome.is_some() {
            self.answers.send(&input.run, &shard).await?;
        } else if shard.command.is_none() {
            self.send(&run, &shard, &attempt, &input.environment, now).await?;
        }
        Ok(Output {})
    }

    /// The tests of a shard of reruns; empty for a planned one, which runs whole files.
    async fn selection(&self, run: &Run, shard: &Shard) -> Result<Vec<Selection>, Error> {
        if !shard.is_rerun() {
            return Ok(Vec::new());
        }
        Ok(self.artifacts.read_json(&keys::selection(&run.id, &shard.id)).await?.unwrap_or_default())
    }

    async fn send(
        &self,
        run: &Run,
        shard: &Shard,
        attempt: &Attempt,
        environment: &InstanceId,
        now: Time,
    ) -> Result<(), Error> {
        let halted = run.halted.as_ref().filter(|end| !shard.is_rerun() && end.halts(&shard.files));
        let order = Order {
            run: run.id.clone(),
            shard: shard.id.clone(),
            attempt: attempt.number,
            files: shard.files.clone(),
            selection: self.selection(run, shard).await?,
            halt: halted.map(|end| end.halt),
            deadline: run.deadline,
        };
        self.artifacts.write_json(&keys::order(&run.id, attempt), &order).await?;
        let left = u64::try_from(run.deadline - now).unwrap_or(0);
        let command = CommandOrder {
            instance: environment.to_owned(),
            run: run.id.clone(),
            attempt: attempt.clone(),
            seconds: left + MARGIN_SECONDS,
        };
        let sent = self.commands.send(&command).await.map_err(|error| {
            let gone = error.has_code(&["InvalidInstanceId"]);
            if gone { Error::InstanceGone(environment.to_owned()) } else { error.into() }
        })?;
        Ok(self.ledger.dispatched(&run.id, attempt, &sent).await?)
    }
}
