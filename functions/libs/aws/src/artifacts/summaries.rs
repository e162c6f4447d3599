//! The summaries of a run's attempts, each read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::base::ids::{Attempt, RunId};
use domain::results::summary::Summary;
use domain::run::keys;
use domain::run::shard::Shard;
use tokio::task::JoinSet;

use super::Artifacts;
use crate::Error;

/// Summaries that are read at once.
const READS_AT_ONCE: usize = 16;

/// Reads summaries and keeps those of one run. A result of a shard stays as it is, so a function that stays warm reads
/// each summary once, however often it looks at all of them.
#[derive(Debug)]
pub struct Summaries {
    artifacts: Artifacts,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    run: RunId,
    summaries: HashMap<Attempt, Arc<Summary>>,
}

/// Summaries of the shards that are done, in the order of the shards.
#[derive(Clone, Debug, Default)]
pub struct ShardSummaries {
    /// Those of the planned shards.
    pub firsts: Vec<Arc<Summary>>,
    /// Those of the shards of reruns.
    pub reruns: Vec<Arc<Summary>>,
}

impl Summaries {
    /// Keeps nothing yet.
    pub(crate) fn new(artifacts: Artifacts) -> Self {
        Self { artifacts, kept: Mutex::default() }
    }

    /// Summaries of the shards among `shards` that are done. One that is not in the artifacts is left out.
    pub async fn done(&self, run: &RunId, shards: &[Shard]) -> Result<ShardSummaries, Error> {
        let attempt = |shard: &Shard| Some(Attempt { shard: shard.id.clone(), number: shard.result? });
        let mut known = self.kept(run);
        let new = shards.iter().filter_map(attempt).filter(|attempt| !known.contains_key(attempt)).collect();
        known.extend(self.read(run, new).await?);
        let mut done = ShardSummaries::default();
        for shard in shards {
            let summary = attempt(shard).and_then(|attempt| known.get(&attempt)).cloned();
            if shard.is_rerun() { done.reruns.extend(summary) } else { done.firsts.extend(summary) }
        }
        self.keep(run, known);
        Ok(done)
    }

    async fn read(&self, run: &RunId, attempts: Vec<Attempt>) -> Result<Vec<(Attempt, Arc<Summary>)>, Error> {
        let (mut reading, mut read) = (JoinSet::new(), Vec::new());
        for attempt in attempts {
            if reading.len() >= READS_AT_ONCE {
                read.extend(joined(reading.join_next().await)?);
            }
            let (artifacts, key) = (self.artifacts.clone(), keys::summary(run, &attempt));
            reading.spawn(async move {
                let summary: Option<Summary> = artifacts.read_json(&key).await?;
                Ok(summary.map(|summary| (attempt, Arc::new(summary))))
            });
        }
        while let Some(summary) = reading.join_next().await {
            read.extend(joined(Some(summary))?);
        }
        Ok(read)
    }

    /// What is kept of this run.
    fn kept(&self, run: &RunId) -> HashMap<Attempt, Arc<Summary>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.run == *run { kept.summaries.clone() } else { HashMap::new() }
    }

    fn keep(&self, run: &RunId, summaries: HashMap<Attempt, Arc<Summary>>) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept { run: run.clone(), summaries };
    }
}

type Read = Result<Option<(Attempt, Arc<Summary>)>, Error>;

/// A read that was broken off is an error like any other.
fn joined(read: Option<Result<Read, tokio::task::JoinError>>) -> Read {
    match read {
        Some(Ok(read)) => read,
        Some(Err(error)) => Err(Error::unexpected("read the summaries", error)),
        None => Ok(None),
    }
}
