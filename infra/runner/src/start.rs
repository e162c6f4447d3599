//! From the command line to the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use aws::{Artifacts, Cloud};
use domain::base::ids::{Attempt, RunId, ShardId};
use domain::base::time::Time;
use domain::package::plan::Plan;
use domain::results::manifest::Manifest;
use domain::run::keys;
use domain::run::order::Order;

use crate::account::{Account, set_sudo};
use crate::desktop::client;
use crate::error::{Error, Failure};
use crate::folder::Folder;
use crate::outcome::Outcome;
use crate::processes::keep_memory_private;
use crate::settings::{SESSION, Settings};
use crate::shard::{Layers, Shard};
use crate::stop::Limits;
use crate::{layer, notice, package, stages, upload};

/// Where `sudo` reads its rules.
const SUDOERS: &str = "/etc/sudoers.d";

/// The command line: without a command it is that of `shard`.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "qaops-runner", about = "Runs one attempt at one shard of a QAOps run")]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub struct Line {
    /// Which part of the runner.
    #[command(subcommand)]
    pub part: Option<Part>,
    /// Which attempt to run.
    #[command(flatten)]
    pub args: Option<Args>,
}

/// The parts of the runner.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Part {
    /// Runs an attempt; on a desktop, where its tests need one, through the server there
    Shard(Args),
    /// Serves in a session that has a desktop, for as long as the session lives
    Desktop {
        /// Folder between client and server.
        #[arg(long)]
        folder: Option<PathBuf>,
    },
}

/// Which attempt to run.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Run's id; it may begin with a dash.
    #[arg(long, allow_hyphen_values = true)]
    pub run: RunId,
    /// Shard's id.
    #[arg(long)]
    pub shard: ShardId,
    /// Attempt, from 1.
    #[arg(long)]
    pub attempt: u32,
}

/// Runs an attempt and uploads its result; a manifest is uploaded whatever happened, or it is an error.
pub async fn start(args: Args, settings: Settings) -> Result<(), Error> {
    let started = Instant::now();
    let attempt = Attempt { shard: args.shard.clone(), number: args.attempt };
    let folder = Folder::claim(&settings.work, &args.run, &attempt)?;
    let cloud = Cloud::connect().await;
    let artifacts = cloud.artifacts(settings.bucket.clone());
    let ran = run(&args, &attempt, &settings, &cloud, &artifacts, &folder).await;
    let result = match ran {
        Ok((outcome, end)) => {
            let prefix = keys::uploads(&args.run, &settings.role, &settings.environment, &attempt);
            let manifest = manifest(&args, &settings, &outcome);
            upload::all(&artifacts, &prefix, outcome.outputs, manifest, started, end).await
        }
        Err(error) => Err(error),
    };
    // What could not be uploaded stays for whoever looks at the instance, as long as it is there.
    if !matches!(result, Err(Error::Upload(_))) {
        folder.empty();
    }
    result
}

async fn run(
    args: &Args,
    attempt: &Attempt,
    settings: &Settings,
    cloud: &Cloud,
    artifacts: &Artifacts,
    folder: &Folder,
) -> Result<(Outcome, tokio::time::Instant), Error> {
    let input = match inputs(args, attempt, artifacts).await {
        Ok((plan, order)) => {
            seconds(order.deadline, plan.work.attempt_seconds, SystemTime::now()).map(|seconds| (plan, order, seconds))
        }
        Err(failure) => Err(failure),
    };
    let (plan, order, seconds) = match input {
        Ok(input) => input,
        Err(failure) => return Ok((Outcome::not_started(&failure), tokio::time::Instant::now())),
    };
    if let Err(failure) = separate(settings) {
        return Ok((Outcome::not_started(&failure), tokio::time::Instant::now()));
    }
    let mut limits = Limits::new(seconds, notice::watch(settings.metadata));
    let secrets = secrets(cloud, &plan.work.robot.secrets).await;
    let package = package::fetch(artifacts, &plan.work.package, &settings.work).await;
    let (secrets, package) = match (secrets, package) {
        (Ok(secrets), package) => (secrets, package),
        (Err(failure), _) => (BTreeMap::new(), Err(failure)),
    };
    let shared = layer::shared::shared(artifacts, &plan, &order, settings).await;
    let shard = Shard {
        work: plan.work,
        order,
        secrets,
        robot: settings.robot.clone(),
        layers: Layers { shared, ..settings.layers() },
        account: settings.account.clone(),
        installs_packages: settings.installs_packages,
        most_bytes: settings.most_bytes,
    };
    let outcome = match (shard.work.desktop, package) {
        (Some(asked), Ok(package)) => {
            let session = settings.work.join(SESSION);
            client::run(&shard, asked, package, folder.path(), session, &mut limits).await?
        }
        (_, package) => stages::run(&shard, package, folder.path(), &mut limits).await?,
    };
    Ok((outcome, limits.end()))
}

/// Separates the tests from the runner, if they have an account of their own.
fn separate(settings: &Settings) -> Result<(), Failure> {
    let Some(name) = &settings.account else { return Ok(()) };
    keep_memory_private();
    set_sudo(&Account::named(name)?, settings.may_sudo, Path::new(SUDOERS)).map_err(Failure::disk(SUDOERS))
}

/// Plan and order of the attempt.
async fn inputs(args: &Args, attempt: &Attempt, artifacts: &Artifacts) -> Result<(Plan, Order), Failure> {
    let (plan, order) = (keys::plan(&args.run), keys::order(&args.run, attempt));
    let found_plan = artifacts.read_json(&plan).await.map_err(Failure::Input)?;
    let found_order = artifacts.read_json(&order).await.map_err(Failure::Input)?;
    Ok((found_plan.ok_or(Failure::InputMissing(plan))?, found_order.ok_or(Failure::InputMissing(order))?))
}

/// Values of secrets by variable; `parameters` has the parameters' names by variable.
async fn secrets(cloud: &Cloud, parameters: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Failure> {
    if parameters.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: BTreeSet<String> = parameters.values().cloned().collect();
    let names: Vec<String> = names.into_iter().collect();
    let values = cloud.parameters().values(&names).await.map_err(Failure::Secrets)?;
    let value = |(variable, parameter): (&String, &String)| match values.get(parameter) {
        Some(value) => Ok((variable.clone(), value.clone())),
        None => Err(Failure::SecretMissing { parameter: parameter.clone(), variable: variable.clone() }),
    };
    parameters.iter().map(value).collect()
}

/// Seconds that an attempt has: until its deadline, and never more than any attempt of the run, for the clock may be
/// behind. The clock is not read again, so a later jump of the clock has no effect.
fn seconds(deadline: Time, most: u64, now: SystemTime) -> Result<f64, Failure> {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let left = deadline.seconds() as f64 - now.as_secs_f64();
    if left <= 0.0 { Err(Failure::TooLate { late: (-left) as u64 }) } else { Ok(left.min(most as f64)) }
}

fn manifest(args: &Args, settings: &Settings, outcome: &Outcome) -> Manifest {
    Manifest {
        run: args.run.clone(),
        shard: args.shard.clone(),
        attempt: args.attempt,
        environment: settings.environment.clone(),
        exit: outcome.exit.clone(),
        selected: outcome.selected.clone(),
        selected_tests: outcome.selected_tests.clone(),
        written: outcome.written.clone(),
        halt: outcome.halt,
        halted_at: outcome.halted_at.clone(),
        root: outcome.root.to_string_lossy().into_owned(),
        unselected: outcome.unselected.clone(),
        robot_seconds: outcome.robot_seconds,
        seconds: 0.0,
        objects: BTreeMap::new(),
        left_out: Vec::new(),
        hooks: outcome.hooks.clone(),
        layer: outcome.layer.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_that_is_behind_gives_no_more_time_than_an_attempt_has() {
        let clock = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(seconds(10_000.into(), 600, clock(9_900)).unwrap(), 100.0);
        assert_eq!(seconds(10_000.into(), 600, clock(6_400)).unwrap(), 600.0);
        assert_eq!(seconds(10_000.into(), 600, clock(0)).unwrap(), 600.0);
    }

    #[test]
    fn a_clock_that_is_ahead_is_named_before_anything_is_run() {
        let error = seconds(10_000.into(), 600, SystemTime::UNIX_EPOCH + Duration::from_secs(13_600)).unwrap_err();
        assert_eq!(error.name(), "Runner.TooLate");
        assert!(error.to_string().contains("3600 s"), "{error}");
    }
}
