//! The queue that environments pull shards from.
//!
//! The queue is one item of the ledger. A first attempt is taken by one conditional write that raises `next` and
//! stores the ticket under the environment's name; DynamoDB orders writes to one item, so environments never
//! wait for or repeat one another, and the condition fails only when there is nothing to take or when the same
//! turn is asked for again. What to do then is decided here, from the item that the failed write returns.
//! Reruns stand in a list of their own, because they should go to another environment than the one that failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::ids::{Attempt, InstanceId, ShardId};

/// Tests that failed, waiting to run once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rerun {
    /// The first attempt at the shard of reruns.
    pub attempt: Attempt,
    /// Environment where the tests failed.
    pub origin: InstanceId,
    /// Who took it: `<environment>#<turn>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

/// The queue of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Attempts in the order in which they are pulled.
    pub entries: Vec<Attempt>,
    /// Index of the next entry to pull.
    pub next: usize,
    /// Reruns in the order of their failures.
    #[serde(default)]
    pub reruns: Vec<Rerun>,
    /// Index of the entry that an environment pulled last, by instance id.
    #[serde(default)]
    pub tickets: BTreeMap<InstanceId, usize>,
    /// Turn in which an environment last got something, by instance id; turns count from 1.
    #[serde(default)]
    pub turns: BTreeMap<InstanceId, u64>,
    /// Why an environment gets nothing any more (nothing was left, a Spot notice came, it is gone), by instance id.
    #[serde(default)]
    pub closed: BTreeMap<InstanceId, String>,
    /// Why nothing is handed out any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// What an environment gets when the queue itself had nothing for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The same as at the same turn before.
    Again(Attempt),
    /// The rerun at this index, to be taken by a conditional write.
    Rerun(usize),
    /// Nothing yet: a rerun waits for another environment that is still at work.
    Wait,
    /// Nothing any more.
    Nothing,
}

/// So often an environment waits for another one to take a rerun before it takes the rerun itself.
pub const MOST_WAITS: u32 = 12;

impl Queue {
    /// A queue with the first attempts of `shards`.
    pub fn new(shards: impl IntoIterator<Item = ShardId>) -> Self {
        let entries = shards.into_iter().map(|shard| Attempt { shard, number: 1 }).collect();
        Self { entries, ..Self::default() }
    }

    /// Decides for `environment` in `turn` when the write that takes the next entry was refused.
    pub fn grant(&self, environment: &InstanceId, turn: u64, waits: u32) -> Grant {
        if let Some(attempt) = self.granted(environment, turn) {
            return Grant::Again(attempt);
        }
        if self.stopped.is_some() || self.closed.contains_key(environment) {
            return Grant::Nothing;
        }
        let mut open = self.reruns.iter().enumerate().filter(|(_, rerun)| rerun.holder.is_none()).peekable();
        if open.peek().is_none() {
            return Grant::Nothing;
        }
        let alone = waits >= MOST_WAITS || !self.others_at_work(environment);
        match open.find(|(_, rerun)| alone || rerun.origin != *environment) {
            Some((index, _)) => Grant::Rerun(index),
            None => Grant::Wait,
        }
    }

    /// What `environment` got in `turn` already.
    fn granted(&self, environment: &InstanceId, turn: u64) -> Option<Attempt> {
        if self.turns.get(environment) != Some(&turn) {
            return None;
        }
        let holder = holder(environment, turn);
        let rerun = self.reruns.iter().find(|rerun| rerun.holder.as_ref() == Some(&holder));
        match rerun {
            Some(rerun) => Some(rerun.attempt.clone()),
            None => self.entries.get(*self.tickets.get(environment)?).cloned(),
        }
    }

    fn others_at_work(&self, environment: &InstanceId) -> bool {
        self.turns.keys().any(|other| other != environment && !self.closed.contains_key(other))
    }

    /// Number of the newest attempt at `shard` that was ever queued; 0 when there is none.
    pub fn newest_attempt(&self, shard: &ShardId) -> u32 {
        let reruns = self.reruns.iter().map(|rerun| &rerun.attempt);
        let attempts = self.entries.iter().chain(reruns).filter(|attempt| attempt.shard == *shard);
        attempts.map(|attempt| attempt.number).max().unwrap_or(0)
    }

    /// Whether an attempt at `shard` still waits to be pulled.
    pub fn waits_for(&self, shard: &ShardId) -> bool {
        let queued = self.entries.iter().skip(self.next).any(|attempt| attempt.shard == *shard);
        queued || self.reruns.iter().any(|rerun| rerun.attempt.shard == *shard && rerun.holder.is_none())
    }
}

/// The name under which `environment` takes a rerun in `turn`.
pub fn holder(environment: &InstanceId, turn: u64) -> String {
    format!("{environment}#{turn}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(text: &str) -> Attempt {
        Attempt::try_from(text.to_owned()).unwrap()
    }

    fn with_rerun() -> Queue {
        let mut queue = Queue::new(["0001".into(), "0002".into()]);
        queue.next = 2;
        queue.turns = BTreeMap::from([("i-a".into(), 1), ("i-b".into(), 1)]);
        queue.tickets = BTreeMap::from([("i-a".into(), 0), ("i-b".into(), 1)]);
        queue.reruns.push(Rerun { attempt: attempt("0001r1-1"), origin: "i-a".into(), holder: None });
        queue
    }

    #[test]
    fn the_same_turn_gets_the_same_attempt() {
        assert_eq!(with_rerun().grant(&"i-b".into(), 1, 0), Grant::Again(attempt("0002-1")));
    }

    #[test]
    fn a_rerun_goes_to_another_environment_where_there_is_one() {
        assert_eq!(with_rerun().grant(&"i-a".into(), 2, 0), Grant::Wait);
        assert_eq!(with_rerun().grant(&"i-b".into(), 2, 0), Grant::Rerun(0));
    }

    #[test]
    fn a_rerun_stays_when_every_other_environment_is_gone_or_slow() {
        let mut queue = with_rerun();
        assert_eq!(queue.grant(&"i-a".into(), 2, MOST_WAITS), Grant::Rerun(0));
        queue.closed.insert("i-b".into(), "terminated".into());
        assert_eq!(queue.grant(&"i-a".into(), 2, 0), Grant::Rerun(0));
    }

    #[test]
    fn a_rerun_that_was_taken_is_given_again_in_the_same_turn_only() {
        let mut queue = with_rerun();
        queue.reruns[0].holder = Some(holder(&"i-b".into(), 2));
        queue.turns.insert("i-b".into(), 2);
        assert_eq!(queue.grant(&"i-b".into(), 2, 0), Grant::Again(attempt("0001r1-1")));
        assert_eq!(queue.grant(&"i-b".into(), 3, 0), Grant::Nothing);
        assert_eq!(queue.grant(&"i-a".into(), 2, 0), Grant::Nothing);
    }

    #[test]
    fn a_stopped_queue_gives_nothing_new() {
        let mut queue = with_rerun();
        queue.stopped = Some("a stop gate is broken".into());
        assert_eq!(queue.grant(&"i-b".into(), 2, 0), Grant::Nothing);
        assert_eq!(queue.grant(&"i-b".into(), 1, 0), Grant::Again(attempt("0002-1")));
    }

    #[test]
    fn an_attempt_is_read_as_it_is_written() {
        assert_eq!(attempt("0012r1-3"), Attempt { shard: "0012r1".into(), number: 3 });
        for bad in ["0012", "0012-", "0012-0", "-x"] {
            assert!(Attempt::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
