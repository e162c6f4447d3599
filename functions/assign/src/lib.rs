//! `assign`: the next shard for an environment, or none.
//!
//! One conditional write takes the next ticket; how, and why environments never get in each other's way, stands in
//! `domain::run::queue`.

use aws::{Ledger, Pulled};
use domain::base::ids::{Attempt, InstanceId, RunId, ShardId};
use domain::base::time::Time;
use domain::run::queue::{Grant, Queue};
use domain::run::status::{Run, Status};
use serde::{Deserialize, Serialize};

/// The step's connections.
#[derive(Debug)]
pub struct Assign {
    /// The run's queue.
    pub ledger: Ledger,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: RunId,
    /// Instance's id.
    pub environment: InstanceId,
    /// How many shards the environment has asked for, this one included.
    pub turn: u64,
    /// How often it was told to wait in this turn.
    #[serde(default)]
    pub waits: u32,
}

/// What the environment shall do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "next")]
pub enum Output {
    /// Run a shard.
    Run {
        /// Shard's id.
        shard: ShardId,
        /// Attempt, from 1.
        attempt: u32,
    },
    /// Ask again later.
    Wait,
    /// End.
    End,
}

/// Why nothing could be assigned.
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

impl Assign {
    /// Hands out the next shard; the same turn gets the same answer.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let run = self.ledger.run(&input.run).await?;
        let open = |run: &Run| run.status == Status::Running && !run.closed && now < run.deadline;
        let Some(run) = run.filter(open) else { return Ok(Output::End) };
        loop {
            let queue = match self.ledger.pull(&input.run, &input.environment, input.turn).await? {
                Pulled::Taken(attempt) => return Ok(run_of(attempt)),
                // Tests that Robot Framework halted are not run again.
                Pulled::Refused(queue) if run.halted.is_some() => Queue { reruns: Vec::new(), ..queue },
                Pulled::Refused(queue) => queue,
            };
            match queue.grant(&input.environment, input.turn, input.waits) {
                Grant::Again(attempt) => return Ok(run_of(attempt)),
                Grant::Wait => return Ok(Output::Wait),
                Grant::Nothing => {
                    self.ledger.close_environment(&input.run, &input.environment, "nothing was left for it").await?;
                    return Ok(Output::End);
                }
                Grant::Rerun(index) => {
                    let Some(rerun) = queue.reruns.get(index) else { continue };
                    if self.ledger.take_rerun(&input.run, index, &input.environment, input.turn).await? {
                        return Ok(run_of(rerun.attempt.clone()));
                    }
                }
            }
        }
    }
}

fn run_of(attempt: Attempt) -> Output {
    Output::Run { shard: attempt.shard, attempt: attempt.number }
}
