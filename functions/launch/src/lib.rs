//! `launch`: what is left of a run becomes one fleet request for this round.

use std::collections::BTreeMap;

use aws::{Artifacts, Fleet, LaunchOrder, Ledger};
use domain::base::ids::{InstanceId, RunId};
use domain::base::time::Time;
use domain::package::plan::Plan;
use domain::run::fleet::{Market, Next, Platform, after_launch, boot_seconds, client_token, wanted};
use domain::run::halted::End;
use domain::run::keys;
use domain::run::obstacles::{Obstacle, cure};
use domain::run::queue::Queue;
use domain::run::shard::{AfterLoss, Shard, State, after_loss};
use domain::run::status::{Environment, LaunchObstacle, Run, Status};
use serde::{Deserialize, Serialize};

/// The step's connections and settings.
#[derive(Debug)]
pub struct Launch {
    /// The plan.
    pub artifacts: Artifacts,
    /// Instances.
    pub fleet: Fleet,
    /// The run, its shards and its queue.
    pub ledger: Ledger,
    /// How instances of each platform are launched.
    pub platforms: BTreeMap<String, Platform>,
    /// Seconds from the launch after which an instance of a platform is given up, where the deployment says it.
    pub boot_seconds: BTreeMap<String, i64>,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: RunId,
    /// Round, from 1.
    pub round: u32,
}

/// What the state machine goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// What to do next.
    pub next: Next,
    /// Instances that were started.
    pub instances: Vec<InstanceId>,
    /// Shards that are left.
    pub left: usize,
    /// When it was launched.
    pub launched: Time,
}

/// Why nothing could be launched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger or the artifacts do not have the run.
    #[error("the run {0} was never planned")]
    UnknownRun(RunId),
    /// The deployment cannot launch this platform.
    #[error(
        "this deployment has no environments of platform `{platform}`, only {known}: set `platform` in qaops.toml, or deploy an image for it"
    )]
    UnknownPlatform {
        /// Platform asked for.
        platform: String,
        /// Platforms there are.
        known: String,
    },
    /// The deployment launches none of the types that the suite asks for.
    #[error(
        "this deployment launches none of the types {asked}, only {known}: choose among these in [environment] of qaops.toml, or deploy others"
    )]
    UnknownType {
        /// Types asked for.
        asked: String,
        /// Types there are.
        known: String,
    },
    /// The suite asks for a larger volume than the deployment gives.
    #[error(
        "this deployment gives no volume of {asked} GiB, {most} at most: ask for less in [environment] of qaops.toml, or deploy another most_volume_gib"
    )]
    UnknownVolume {
        /// GiB asked for.
        asked: u32,
        /// GiB at most.
        most: u32,
    },
    /// The account may not have more instances.
    #[error(
        "a quota of the account leaves no room for an instance ({0}): raise the quota or ask for fewer environments"
    )]
    QuotaExceeded(String),
    /// A role may not launch.
    #[error("launching was denied ({0}): look at the policies of the role of `launch` and at the key of the image")]
    Denied(String),
    /// EC2 refuses the launch for what another try would meet again.
    #[error("EC2 refuses the launch ({0})")]
    Mistaken(String),
    /// AWS did not do what was asked. Instances may have been started; whoever cleans up finds them by their tags.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &[
        "UnknownRun",
        "UnknownPlatform",
        "UnknownType",
        "UnknownVolume",
        "QuotaExceeded",
        "Denied",
        "Unavailable",
        "Refused",
    ];

    fn reason(&self) -> &'static str {
        match self {
            Self::UnknownRun(_) => "UnknownRun",
            Self::UnknownPlatform { .. } => "UnknownPlatform",
            Self::UnknownType { .. } => "UnknownType",
            Self::UnknownVolume { .. } => "UnknownVolume",
            Self::QuotaExceeded(_) => "QuotaExceeded",
            Self::Denied(_) => "Denied",
            Self::Mistaken(_) => "Refused",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Launch {
    /// Puts lost shards back into the queue and launches environments for what is left; twice is once.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let unknown = || Error::UnknownRun(input.run.clone());
        let run = self.ledger.run(&input.run).await?.ok_or_else(unknown)?;
        if !open(&run, now) {
            return Ok(Output { next: Next::Done, instances: Vec::new(), left: 0, launched: now });
        }
        let plan: Plan = self.artifacts.read_json(&keys::plan(&input.run)).await?.ok_or_else(unknown)?;
        let left = self.requeue_lost(&input.run, run.halted.as_ref(), now).await?;
        let count = wanted(plan.environments, left, input.round, run.deadline - now);
        let instances = if count == 0 { Vec::new() } else { self.launch(&plan, &input, count, now).await? };
        if !self.ledger.run(&input.run).await?.is_some_and(|run| open(&run, now)) {
            // The run was stopped while its instances came up, and whoever stopped it may not have seen them.
            self.fleet.terminate(&instances).await?;
            return Ok(Output { next: Next::Done, instances: Vec::new(), left, launched: now });
        }
        let next = after_launch(input.round, instances.len(), left);
        tracing::info!(run = %input.run, round = input.round, left, launched = instances.len(), ?next, "round");
        Ok(Output { next, instances, left, launched: now })
    }

    /// Puts shards whose attempt went with its environment back into the queue; how many shards are left.
    async fn requeue_lost(&self, run: &RunId, end: Option<&End>, now: Time) -> Result<usize, Error> {
        let queue = self.ledger.queue(run).await?;
        if queue.stopped.is_some() {
            return Ok(0);
        }
        let mut left = 0;
        // No environment is launched for tests that Robot Framework has halted.
        let halted = |shard: &Shard| end.is_some_and(|end| shard.is_rerun() || end.halts(&shard.files));
        for shard in self.ledger.shards(run).await?.into_iter().filter(|shard| !shard.ended() && !halted(shard)) {
            if queue.waits_for(&shard.id) || self.requeue(run, &queue, &shard, now).await? {
                left += 1;
            }
        }
        Ok(left)
    }

    /// Whether the shard has an attempt left.
    async fn requeue(&self, run: &RunId, queue: &Queue, shard: &Shard, now: Time) -> Result<bool, Error> {
        let number = queue.newest_attempt(&shard.id);
        let reason = "The environment ended before the shard was collected.".to_owned();
        let loss = shard.lost(number, shard.environment.clone(), reason, now);
        match after_loss(&shard.id, number, false) {
            AfterLoss::Again(attempt) => {
                self.ledger.lose_attempt(run, &shard.id, &loss, State::Queued).await?;
                self.ledger.requeue(run, &attempt).await?;
                Ok(true)
            }
            AfterLoss::GiveUp => {
                self.ledger.lose_attempt(run, &shard.id, &loss, State::GivenUp).await?;
                Ok(false)
            }
        }
    }

    /// Climbs the ladder of markets until there are enough instances.
    async fn launch(&self, plan: &Plan, input: &Input, count: usize, now: Time) -> Result<Vec<InstanceId>, Error> {
        let platform = self.platforms.get(&plan.platform).ok_or_else(|| self.unknown_platform(&plan.platform))?;
        let unknown = || Error::UnknownType { asked: plan.types.join(", "), known: platform.types.join(", ") };
        let platform = &platform.with_types(&plan.types).ok_or_else(unknown)?;
        let refused = |most| Error::UnknownVolume { asked: plan.volume.unwrap_or_default(), most };
        let volume = platform.larger_volume(plan.volume).map_err(refused)?;
        let mut instances = Vec::new();
        let mut obstacles = Vec::new();
        let entry = self.entry(plan, input, now);
        for &market in platform.markets() {
            let missing = count - instances.len();
            if missing == 0 {
                break;
            }
            let token = client_token(&input.run, input.round, market, missing);
            let order = LaunchOrder { volume, ..order(plan, platform, market, missing, &token) };
            let launched = self.fleet.launch(&order).await?;
            for (id, kind) in launched.instances {
                let environment = Environment { id: id.clone(), instance_type: kind, market, ..entry.clone() };
                self.ledger.add_environment(&input.run, &environment).await?;
                instances.push(id);
            }
            obstacles.extend(launched.obstacles);
        }
        self.tell(input, &obstacles, now).await?;
        if instances.is_empty() {
            refuse(&obstacles)?
        }
        Ok(instances)
    }

    /// Logs what EC2 did not give, and enters it for the run's reasons.
    async fn tell(&self, input: &Input, obstacles: &[(Obstacle, String)], now: Time) -> Result<(), Error> {
        for (kind, told) in obstacles {
            tracing::warn!(run = %input.run, round = input.round, ?kind, told, "obstacle");
            let obstacle = LaunchObstacle { round: input.round, told: told.clone(), at: now };
            self.ledger.add_obstacle(&input.run, &obstacle).await?;
        }
        Ok(())
    }

    /// What is entered of each environment of this round.
    fn entry(&self, plan: &Plan, input: &Input, now: Time) -> Environment {
        let limit = self.boot_seconds.get(&plan.platform).copied();
        Environment {
            id: InstanceId::default(),
            instance_type: String::new(),
            market: Market::OnDemand,
            image: None,
            round: input.round,
            launched: now,
            boot_seconds: limit.unwrap_or_else(|| boot_seconds(&plan.platform)),
            ready: None,
            ended: None,
            lost: None,
        }
    }

    fn unknown_platform(&self, platform: &str) -> Error {
        let known = self.platforms.keys().cloned().collect::<Vec<_>>().join(", ");
        Error::UnknownPlatform { platform: platform.to_owned(), known }
    }
}

fn open(run: &Run, now: Time) -> bool {
    run.status == Status::Running && !run.closed && now < run.deadline
}

fn order<'a>(plan: &'a Plan, platform: &'a Platform, market: Market, count: usize, token: &'a str) -> LaunchOrder<'a> {
    let tags = BTreeMap::from([
        ("Name".to_owned(), format!("qaops {}", plan.work.suite)),
        ("qaops:suite".to_owned(), plan.work.suite.clone()),
    ]);
    LaunchOrder { run: &plan.run, platform, volume: None, market, count, token, tags, deadline: plan.deadline }
}

/// What only a person can change ends the run; missing capacity is left for the next round.
fn refuse(obstacles: &[(Obstacle, String)]) -> Result<(), Error> {
    let first = |wanted: Obstacle| obstacles.iter().find(|(kind, _)| *kind == wanted).map(|(_, text)| text.clone());
    if let Some(text) = first(Obstacle::Permission) {
        return Err(Error::Denied(cured(text)));
    }
    if let Some(text) = first(Obstacle::Quota) {
        return Err(Error::QuotaExceeded(text));
    }
    // Another slot may have better luck in a later round.
    let later = first(Obstacle::Capacity).or_else(|| first(Obstacle::Other));
    match (later, first(Obstacle::Mistake)) {
        (None, Some(text)) => Err(Error::Mistaken(cured(text))),
        _ => Ok(()),
    }
}

fn cured(text: String) -> String {
    cure(&text).map_or_else(|| text.clone(), |cure| format!("{text}; {cure}"))
}
