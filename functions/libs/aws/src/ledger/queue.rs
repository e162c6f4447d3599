//! The queue of a run: `RUN#<run>` / `QUEUE`. Its design stands in `domain::run::queue`.

use domain::base::ids::{Attempt, InstanceId, RunId};
use domain::base::time::Time;
use domain::run::queue::{Queue, Rerun, holder};
use domain::run::shard::Shard;

use super::Ledger;
use super::item::{Item, Key, RUN_LIFE, Update, Updated, from_item, to_value};
use crate::Error;

/// What the write that takes the next attempt brought.
#[derive(Clone, Debug, PartialEq)]
pub enum Pulled {
    /// This attempt is the environment's.
    Taken(Attempt),
    /// There was nothing to take, or the turn was asked for before: `domain` decides from the queue.
    Refused(Queue),
}

impl Ledger {
    /// The queue of a run.
    pub async fn queue(&self, run: &RunId) -> Result<Queue, Error> {
        Ok(self.get(&key(run)).await?.unwrap_or_default())
    }

    /// Takes the next attempt for `environment` in `turn`, by one conditional write.
    pub async fn pull(&self, run: &RunId, environment: &InstanceId, turn: u64) -> Result<Pulled, Error> {
        let update = Update::new(key(run), "SET tickets.#env = #next, turns.#env = :turn, #next = #next + :one")
            .when(
                "#next < size(entries) AND attribute_not_exists(stopped) AND attribute_not_exists(closed.#env) \
                 AND (attribute_not_exists(turns.#env) OR turns.#env < :turn)",
            )
            .name("#env", environment.as_str())
            .name("#next", "next")
            .value(":turn", turn)?
            .value(":one", 1)?;
        match self.update(update).await? {
            Updated::Made(item) => taken(item, environment).map(Pulled::Taken),
            Updated::Refused(item) => Ok(Pulled::Refused(item.map(from_item).transpose()?.unwrap_or_default())),
        }
    }

    /// Takes the rerun at `index`; tells whether it was still to be had.
    pub async fn take_rerun(
        &self,
        run: &RunId,
        index: usize,
        environment: &InstanceId,
        turn: u64,
    ) -> Result<bool, Error> {
        let update = Update::new(key(run), format!("SET reruns[{index}].holder = :holder, turns.#env = :turn"))
            .when(format!("attribute_not_exists(reruns[{index}].holder) AND attribute_exists(reruns[{index}])"))
            .name("#env", environment.as_str())
            .value(":holder", holder(environment, turn))?
            .value(":turn", turn)?;
        Ok(self.update(update).await?.made())
    }

    /// Puts an attempt at the end of the queue, once.
    pub async fn requeue(&self, run: &RunId, attempt: &Attempt) -> Result<(), Error> {
        let update = Update::new(key(run), "SET entries = list_append(entries, :entries)")
            .when("attribute_exists(pk) AND NOT contains(entries, :entry)")
            .value(":entries", [attempt])?
            .value(":entry", attempt)?;
        self.update(update).await.map(drop)
    }

    /// Makes a shard of tests that failed in `origin` and queues it, once.
    pub async fn add_rerun(&self, run: &RunId, shard: &Shard, origin: &str, now: Time) -> Result<(), Error> {
        self.put_once(&Key::shard(run, &shard.id), shard, now + RUN_LIFE).await?;
        let attempt = Attempt { shard: shard.id.clone(), number: 1 };
        let rerun = Rerun { attempt: attempt.clone(), origin: origin.into(), holder: None };
        let update = Update::new(key(run), "SET reruns = list_append(reruns, :reruns), rerun_ids.#id = :true")
            .when("attribute_exists(pk) AND attribute_not_exists(rerun_ids.#id)")
            .name("#id", shard.id.as_str())
            .value(":reruns", [rerun])?
            .value(":true", true)?;
        self.update(update).await.map(drop)
    }

    /// Gives `environment` nothing any more. The first reason stays.
    pub async fn close_environment(&self, run: &RunId, environment: &InstanceId, reason: &str) -> Result<(), Error> {
        let update = Update::new(key(run), "SET closed.#env = if_not_exists(closed.#env, :reason)")
            .when("attribute_exists(pk)")
            .name("#env", environment.as_str())
            .value(":reason", reason)?;
        self.update(update).await.map(drop)
    }

    /// Gives nobody anything any more. The first reason stays.
    pub async fn stop_queue(&self, run: &RunId, reason: &str) -> Result<(), Error> {
        let update = Update::new(key(run), "SET stopped = if_not_exists(stopped, :reason)")
            .when("attribute_exists(pk)")
            .value(":reason", reason)?;
        self.update(update).await.map(drop)
    }
}

pub(super) fn key(run: &RunId) -> Key {
    Key::of_run(run, "QUEUE")
}

/// The item of a new queue. Maps that are written into by path must be there, even when they are empty.
pub(super) fn new_item(run: &RunId, queue: &Queue, expires: Time) -> Result<Item, Error> {
    let mut item = super::item::item(&key(run), queue, expires)?;
    for map in ["tickets", "turns", "closed", "rerun_ids"] {
        item.entry(map.to_owned()).or_insert(to_value(std::collections::BTreeMap::<String, bool>::new())?);
    }
    Ok(item)
}

fn taken(item: Item, environment: &InstanceId) -> Result<Attempt, Error> {
    let queue: Queue = from_item(item)?;
    let ticket = queue.tickets.get(environment).and_then(|ticket| queue.entries.get(*ticket));
    ticket.cloned().ok_or_else(|| Error::unexpected("read the ticket that was taken", "the queue has no such entry"))
}
