//! Answering the task token of an attempt, once and for all callers alike.

use domain::base::ids::{Attempt, RunId};
use domain::run::shard::{Outcome, Shard};
use domain::run::status::Failure;

use crate::{Error, Executions, Ledger};

/// Error of a task whose instance is gone.
pub const SHARD_LOST: &str = "Shard.Lost";

/// Stores outcomes of attempts and tells the state machine.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Where the outcome is stored first.
    pub ledger: Ledger,
    /// Where the token is answered then.
    pub executions: Executions,
}

impl Answers {
    /// Settles `attempt` with `outcome` and answers its token.
    ///
    /// The outcome that is stored first stays, and every later caller sends that one, so an event that comes twice or
    /// late changes nothing, and a caller that dies before it sent the answer is made good by the next one.
    pub async fn settle(&self, run: &RunId, attempt: &Attempt, outcome: &Outcome) -> Result<(), Error> {
        match self.ledger.settle(run, attempt, outcome).await? {
            Some(shard) => self.send(run, &shard).await,
            None => Ok(()),
        }
    }

    /// Sends the stored outcome of a shard's attempt to its token, unless that was done.
    pub async fn send(&self, run: &RunId, shard: &Shard) -> Result<(), Error> {
        let (Some(outcome), Some(token), false) = (&shard.outcome, &shard.token, shard.answered) else { return Ok(()) };
        match outcome {
            Outcome::Ended { .. } => {
                let output =
                    serde_json::to_string(outcome).map_err(|error| Error::unexpected("write the answer", error))?;
                self.executions.succeed(token, &output).await?;
            }
            Outcome::InstanceLost { reason } => {
                let failure = Failure { error: SHARD_LOST.to_owned(), cause: reason.clone() };
                self.executions.fail(token, &failure).await?;
            }
        }
        let attempt = Attempt { shard: shard.id.clone(), number: shard.attempt };
        self.ledger.answered(run, &attempt, token).await
    }
}
