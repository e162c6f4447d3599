//! The life of a shard: queued, running, and ended exactly once.

use serde::{Deserialize, Serialize};

use crate::base::ids::{Attempt, InstanceId, ShardId};
use crate::base::time::Time;

/// After so many lost attempts a shard is given up.
pub const MOST_ATTEMPTS: u32 = 3;

/// Where a shard stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits in the queue.
    Queued,
    /// An attempt was dispatched.
    Running,
    /// An attempt reported all of its files.
    Done,
    /// Three attempts were lost.
    GivenUp,
}

/// How the command of an attempt came to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// The command ended; what it left in the artifacts tells the rest.
    Ended {
        /// Status of the command in SSM's words.
        status: String,
        /// The end of what it wrote as errors; empty where it wrote none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        said: String,
    },
    /// The instance is gone or going.
    InstanceLost {
        /// What was seen.
        reason: String,
    },
}

/// A shard in the ledger: `RUN#<run>` / `SHARD#<id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shard {
    /// Shard's id.
    pub id: ShardId,
    /// Suite files below the package's root.
    pub files: Vec<String>,
    /// Seconds that `robot` is expected to need.
    pub expected_seconds: f64,
    /// Where it stands.
    pub state: State,
    /// Attempt that was dispatched last; 0 before the first.
    #[serde(default)]
    pub attempt: u32,
    /// Instance of that attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<InstanceId>,
    /// Task token that waits for that attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// SSM command of that attempt, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// When it was dispatched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatched: Option<Time>,
    /// How the attempt's command ended: the first answer, which stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether the task token was given that answer.
    #[serde(default)]
    pub answered: bool,
    /// Attempt whose output holds the shard's result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<u32>,
    /// Every attempt that was lost, in order, with the reason.
    #[serde(default)]
    pub losses: Vec<Loss>,
}

/// A lost attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Its number.
    pub attempt: u32,
    /// Instance, where one had taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<InstanceId>,
    /// Why, as a whole sentence.
    pub reason: String,
    /// When it was dispatched, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Time>,
    /// When the loss was noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noticed: Option<Time>,
}

impl Shard {
    /// A shard that waits for its first attempt.
    pub fn queued(id: ShardId, files: Vec<String>, expected_seconds: f64) -> Self {
        Self {
            id,
            files,
            expected_seconds,
            state: State::Queued,
            attempt: 0,
            environment: None,
            token: None,
            command: None,
            dispatched: None,
            outcome: None,
            answered: false,
            result: None,
            losses: Vec::new(),
        }
    }

    /// The loss of one of its attempts, noticed at `now`.
    pub fn lost(&self, attempt: u32, environment: Option<InstanceId>, reason: String, now: Time) -> Loss {
        let began = self.dispatched.filter(|_| self.attempt == attempt);
        Loss { attempt, environment, reason, began, noticed: Some(now) }
    }

    /// Whether nothing more will happen to it.
    pub fn ended(&self) -> bool {
        matches!(self.state, State::Done | State::GivenUp)
    }

    /// Whether it holds tests that failed before.
    pub fn is_rerun(&self) -> bool {
        is_rerun(&self.id)
    }
}

/// What follows a lost attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterLoss {
    /// Back into the queue as this attempt.
    Again(Attempt),
    /// No more attempts.
    GiveUp,
}

/// Decides what follows the loss of `attempt` of `shard`. A `hopeless` loss is one that another attempt would meet again.
pub fn after_loss(shard: &ShardId, attempt: u32, hopeless: bool) -> AfterLoss {
    if hopeless || attempt >= MOST_ATTEMPTS {
        return AfterLoss::GiveUp;
    }
    AfterLoss::Again(Attempt { shard: shard.to_owned(), number: attempt + 1 })
}

/// Whether `shard` is the id of a shard of reruns, as [`rerun_id`] makes it.
pub fn is_rerun(shard: &ShardId) -> bool {
    shard.contains('r')
}

/// The planned shard that a shard of reruns goes back to; a planned shard's is itself.
pub fn origin(shard: &ShardId) -> &str {
    shard.split_once('r').map_or(shard.as_str(), |(origin, _)| origin)
}

/// Id of the shard that runs the failed tests of `shard` once more, or none when `reruns` of them were made.
///
/// The id follows from the failed shard's own, so that collecting one shard twice queues one rerun.
pub fn rerun_id(shard: &ShardId, reruns: u32) -> Option<ShardId> {
    let (origin, made) = match shard.split_once('r') {
        Some((origin, made)) => (origin, made.parse::<u32>().ok()?),
        None => (shard.as_str(), 0),
    };
    (made < reruns).then(|| ShardId::from(format!("{origin}r{}", made + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_given_up_after_three_losses() {
        assert_eq!(after_loss(&"0001".into(), 1, false), AfterLoss::Again(Attempt { shard: "0001".into(), number: 2 }));
        assert_eq!(after_loss(&"0001".into(), 2, false), AfterLoss::Again(Attempt { shard: "0001".into(), number: 3 }));
        assert_eq!(after_loss(&"0001".into(), 3, false), AfterLoss::GiveUp);
        assert_eq!(after_loss(&"0001".into(), 1, true), AfterLoss::GiveUp);
    }

    #[test]
    fn a_loss_tells_when_its_own_attempt_began() {
        let files = vec!["a.robot".to_owned()];
        let shard = Shard { attempt: 2, dispatched: Some(70.into()), ..Shard::queued("0001".into(), files, 1.0) };
        let began = |attempt| shard.lost(attempt, None, "It is gone.".into(), 90.into()).began;
        assert_eq!((began(1), began(2)), (None, Some(70.into())));
        assert_eq!(shard.lost(2, None, String::new(), 90.into()).noticed, Some(90.into()));
    }

    #[test]
    fn failed_tests_rerun_as_often_as_asked() {
        assert_eq!(rerun_id(&"0007".into(), 0), None);
        assert_eq!(rerun_id(&"0007".into(), 2).as_deref(), Some("0007r1"));
        assert_eq!(rerun_id(&"0007r1".into(), 2).as_deref(), Some("0007r2"));
        assert_eq!(rerun_id(&"0007r2".into(), 2), None);
    }
}
