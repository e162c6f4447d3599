//! `collect`: an attempt's `output.xml` becomes the shard's summary.
//!
//! Everything is read from what the runner uploaded; the answer of the task token decides nothing. An attempt without
//! a complete result is lost, and its shard goes back into the queue.

mod output;

use std::sync::Arc;

use aws::{Artifacts, Fleet, Ledger, Summaries};
use domain::base::ids::{Attempt, InstanceId, RunId, ShardId};
use domain::base::text::with_causes;
use domain::base::time::Time;
use domain::package::plan::Plan;
use domain::quality::gates::{Severity, first_stop};
use domain::quality::metrics::{Metrics, RunFacts};
use domain::quality::quarantine;
use domain::results::finality::final_reason;
use domain::results::manifest::{Exit, LAYER, Manifest};
use domain::results::records;
use domain::results::summary::Summary;
use domain::run::fleet::InstanceState;
use domain::run::halted::End;
use domain::run::keys;
use domain::run::order::Selection;
use domain::run::rerun::{settled, wanted};
use domain::run::shard::{AfterLoss, Loss, Outcome, Shard, State, after_loss, is_rerun};
use domain::run::status::{Run, Status};
use serde::{Deserialize, Serialize};

use self::output::Summarized;

/// The step's connections and settings.
#[derive(Debug)]
pub struct Collect {
    /// Uploads, the plan and the summaries.
    pub artifacts: Artifacts,
    /// Summaries for stop gates, which look at all of them.
    pub summaries: Summaries,
    /// Instances.
    pub fleet: Fleet,
    /// Shards and the queue.
    pub ledger: Ledger,
    /// Unique id of the instances' role: part of the uploads' keys.
    pub role: String,
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
}

/// What the state machine goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Whether the environment may take another shard.
    pub usable: bool,
}

/// Why a shard could not be collected.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger or the artifacts do not have the run or the shard.
    #[error("the run {0} or its shard was never planned")]
    UnknownRun(RunId),
    /// Reading an output was broken off.
    #[error("failed to read {key}")]
    Broken {
        /// Key of the output.
        key: String,
        /// Why.
        source: tokio::task::JoinError,
    },
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["UnknownRun", "Broken", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::UnknownRun(_) => "UnknownRun",
            Self::Broken { .. } => "Broken",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Collect {
    /// Collects an attempt; twice is once.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let attempt = Attempt { shard: input.shard.clone(), number: input.attempt };
        let unknown = || Error::UnknownRun(input.run.clone());
        let run = self.ledger.run(&input.run).await?.ok_or_else(unknown)?;
        let shard = self.ledger.shard(&input.run, &input.shard).await?.ok_or_else(unknown)?;
        if run.status != Status::Running {
            return Ok(Output { usable: false });
        }
        let plan: Plan = self.artifacts.read_json(&keys::plan(&input.run)).await?.ok_or_else(unknown)?;
        let collected = self.read(&input, &shard, &attempt).await?;
        let usable = match collected {
            Ok(collected) => {
                self.keep(&plan, &run, &shard, &attempt, &collected).await?;
                self.share_layer(&plan, &input, &attempt, collected.layer.as_deref()).await;
                self.stop_early(&plan, now).await?;
                true
            }
            Err(Lost { reason, again }) => {
                let loss = shard.lost(attempt.number, Some(input.environment.clone()), reason, now);
                self.lose(&input, loss, again).await?;
                again == Again::NotThisShard
            }
        };
        Ok(Output { usable: usable && self.alive(&input.environment).await? })
    }

    /// The complete summary of an attempt, or why there is none. An incomplete one is kept for the record.
    async fn read(&self, input: &Input, shard: &Shard, attempt: &Attempt) -> Result<Result<Collected, Lost>, Error> {
        let prefix = keys::uploads(&input.run, &self.role, &input.environment, attempt);
        let manifest: Option<Manifest> = self.artifacts.read_json(&format!("{prefix}manifest.json")).await?;
        let Some(manifest) = manifest else { return Ok(Err(Lost::again(no_manifest(shard)))) };
        if let Some(why) = not_of(&manifest, input) {
            return Ok(Err(Lost::again(why)));
        }
        let again = Again::after(&manifest.exit);
        if let Exit::NotStarted { error, cause } = &manifest.exit {
            return Ok(Err(Lost { reason: format!("{error}: {cause}"), again }));
        }
        let selection = self.selection(&input.run, shard).await?;
        let Summarized { summary, by_package } =
            output::summarize(&self.artifacts, &prefix, shard, &selection, &manifest).await?;
        let again = if by_package { Again::NotThisShard } else { again };
        self.artifacts.write_json(&keys::summary(&input.run, attempt), &summary).await?;
        Ok(match summary.problem.clone() {
            Some(reason) => Err(Lost { reason, again }),
            None => Ok(Collected { summary, selection, layer: manifest.layer }),
        })
    }

    /// The tests of a shard of reruns; empty for a planned one, which runs whole files.
    async fn selection(&self, run: &RunId, shard: &Shard) -> Result<Vec<Selection>, Error> {
        if !shard.is_rerun() {
            return Ok(Vec::new());
        }
        Ok(self.artifacts.read_json(&keys::selection(run, &shard.id)).await?.unwrap_or_default())
    }

    /// Queues what failed for a rerun, then ends the shard. Killed between the two, the next call does both again.
    ///
    /// Where Robot Framework was halted no later test of the run is run any more, and none again.
    async fn keep(
        &self,
        plan: &Plan,
        run: &Run,
        shard: &Shard,
        attempt: &Attempt,
        collected: &Collected,
    ) -> Result<(), Error> {
        let Collected { summary, selection, .. } = collected;
        let end = End::of_attempt(summary, plan.work.robot.in_order()).filter(|_| !shard.is_rerun());
        if let Some(end) = &end {
            self.ledger.halt_run(&plan.run, end).await?;
        }
        let wanted = wanted(&shard.id, summary, selection, plan.rerun_failed);
        if let Some(wanted) = wanted.filter(|_| end.is_none() && run.halted.is_none()) {
            let rerun = Shard::queued(wanted.shard.clone(), wanted.files(), summary.robot_seconds);
            self.artifacts.write_json(&keys::selection(&plan.run, &rerun.id), &wanted.tests).await?;
            self.ledger.add_rerun(&plan.run, &rerun, &summary.environment, plan.started).await?;
        }
        let counts = summary.root.counts();
        let first = self.ledger.finish_shard(&plan.run, attempt, counts).await?;
        tracing::info!(run = %plan.run, shard = %shard.id, attempt = attempt.number, first, ?counts, "collected");
        Ok(())
    }

    /// Puts the layer that an attempt built where later runs of its suite find it. They do without one that is not there.
    async fn share_layer(&self, plan: &Plan, input: &Input, attempt: &Attempt, base: Option<&str>) {
        let (Some(base), Some(layers)) = (base.filter(|base| keys::is_sum(base)), &plan.work.layers) else { return };
        let from = keys::uploads(&input.run, &self.role, &input.environment, attempt) + LAYER;
        let to = keys::layer(&plan.work.suite, &layers.requirements, base);
        if let Err(error) = self.artifacts.copy(&from, &to).await {
            tracing::warn!(run = %plan.run, error = with_causes(&error), "the layer is not shared");
        }
    }

    /// Ends the run early where a stop gate's condition is met by what is there.
    async fn stop_early(&self, plan: &Plan, now: Time) -> Result<(), Error> {
        if plan.gates.iter().all(|gate| gate.severity != Severity::Stop) {
            return Ok(());
        }
        let shards = self.ledger.shards(&plan.run).await?;
        let done = self.summaries.done(&plan.run, &shards).await?;
        let mut tests = records::records(done.firsts.iter().map(Arc::as_ref), done.reruns.iter().map(Arc::as_ref));
        quarantine::apply(&mut tests, &plan.quarantine, now);
        let tests = settled(tests, &shards);
        let metrics = Metrics::from_run(&tests, RunFacts::default());
        if let Some(gate) = first_stop(&plan.gates, &metrics) {
            tracing::info!(run = %plan.run, gate = gate.gate, "stopped early");
            self.ledger.stop_queue(&plan.run, &gate.why).await?;
        }
        Ok(())
    }

    /// Keeps the loss and queues the next attempt. Where every instance would meet the same, the run gives out nothing
    /// more: one `robot` for the whole package would not have started either.
    async fn lose(&self, input: &Input, loss: Loss, again: Again) -> Result<(), Error> {
        tracing::warn!(run = %input.run, shard = %input.shard, attempt = loss.attempt, reason = loss.reason, "lost");
        if again == Again::Nowhere && !is_rerun(&input.shard) {
            self.ledger.stop_queue(&input.run, &loss.reason).await?;
        }
        let after = after_loss(&input.shard, loss.attempt, again != Again::Elsewhere);
        let state = if after == AfterLoss::GiveUp { State::GivenUp } else { State::Queued };
        self.ledger.lose_attempt(&input.run, &input.shard, &loss, state).await?;
        if let AfterLoss::Again(next) = after {
            self.requeue(&input.run, next).await?;
        }
        Ok(())
    }

    /// Queues the next attempt unless the shard ended, which it may have when this call is a late repetition.
    async fn requeue(&self, run: &RunId, next: Attempt) -> Result<(), Error> {
        let shard = self.ledger.shard(run, &next.shard).await?;
        if shard.is_some_and(|shard| shard.state == State::Queued && shard.attempt + 1 == next.number) {
            self.ledger.requeue(run, &next).await?;
        }
        Ok(())
    }

    async fn alive(&self, environment: &InstanceId) -> Result<bool, Error> {
        let instance = self.fleet.instance(environment).await?;
        Ok(instance.is_some_and(|instance| instance.state != InstanceState::Ending))
    }
}

/// Why an attempt has no result.
struct Lost {
    /// In whole sentences.
    reason: String,
    /// Where it is tried again.
    again: Again,
}

impl Lost {
    fn again(reason: String) -> Self {
        Self { reason, again: Again::Elsewhere }
    }
}

/// Where a lost shard can be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    /// On another instance.
    Elsewhere,
    /// No time is left for it.
    TooLate,
    /// No instance can run it, but this instance can run other shards.
    NotThisShard,
    /// No instance can run it, nor any other shard of the package.
    Nowhere,
}

impl Again {
    fn after(exit: &Exit) -> Self {
        match exit {
            Exit::DeadlinePassed => Self::TooLate,
            exit if final_reason(exit).is_some() => Self::Nowhere,
            _ => Self::Elsewhere,
        }
    }
}

fn no_manifest(shard: &Shard) -> String {
    match &shard.outcome {
        Some(Outcome::InstanceLost { reason }) => reason.clone(),
        Some(Outcome::Ended { status, said }) if said.is_empty() => {
            format!("The command ended with the status {status} and left no result.")
        }
        Some(Outcome::Ended { status, said }) => {
            format!("The command ended with the status {status} and left no result. It wrote: {said}")
        }
        None => "The command never answered and left no result.".to_owned(),
    }
}

/// What a complete attempt reported, and what it was told to run.
struct Collected {
    summary: Summary,
    selection: Vec<Selection>,
    /// Sum of the Python of a layer that it built.
    layer: Option<String>,
}

/// Why a manifest is not that of the attempt. Whoever may write below an instance's prefix may write anything there.
fn not_of(manifest: &Manifest, input: &Input) -> Option<String> {
    let Manifest { run, shard, attempt, environment, .. } = manifest;
    let told = (run.as_str(), shard.as_str(), *attempt, environment.as_str());
    let known = (input.run.as_str(), input.shard.as_str(), input.attempt, input.environment.as_str());
    (told != known).then(|| {
        format!(
            "Its manifest is that of attempt {attempt} at shard {shard} of the run {run} on the instance {environment}."
        )
    })
}
