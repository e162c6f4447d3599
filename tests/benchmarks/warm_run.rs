//! What a warm `cargo run -- run tests/suites/calculator` costs beyond its environments' own boot and Robot time.
//!
//! ```text
//! cargo run --example warm_run [RUNS]
//! ```
//!
//! Prints one line a run with the parts in seconds: the whole command, the start of the local cloud, the run itself,
//! the boot of an instance (a setting of the emulator), Robot's time in the slowest environment, and the rest.

use std::collections::BTreeMap;
use std::time::Instant;

use domain::base::ids::{Attempt, InstanceId, RunId};
use domain::results::summary::Summary;
use domain::run::keys;
use local::cloud::LocalCloud;
use qaops::package::Package;
use qaops::run::{fetch, run_id, start};
use serde_json::json;

/// Seconds that the local cloud lets an instance boot unless it is told otherwise: pending, then without an agent.
const BOOT: f64 = 2.0;

type Failed = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let runs = std::env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    println!("{:>7} {:>7} {:>7} {:>7} {:>7} {:>7}", "whole", "cloud", "run", "boot", "robot", "rest");
    let mut rests = Vec::new();
    for _ in 0..runs {
        let parts = measure().await?;
        let rest = parts.whole - BOOT - parts.robot;
        let Parts { whole, cloud, run, robot } = parts;
        println!("{whole:7.2} {cloud:7.2} {run:7.2} {BOOT:7.2} {robot:7.2} {rest:7.2}");
        rests.push(rest);
    }
    rests.sort_by(f64::total_cmp);
    println!("median of the rest: {:.2} s", rests[rests.len() / 2]);
    Ok(())
}

struct Parts {
    whole: f64,
    cloud: f64,
    run: f64,
    robot: f64,
}

async fn measure() -> Result<Parts, Failed> {
    let begin = Instant::now();
    let project = tests::project();
    let scratch = tempfile::tempdir()?;
    let package = Package::open(&project.join("tests/suites/calculator"), scratch.path())?;
    let cloud = LocalCloud::start(&project, |_| {}).await?;
    let up = begin.elapsed().as_secs_f64();
    let request = json!({"suite": package.suite, "environments": 3});
    let started = start(&cloud, &run_id(&package.suite), &package.suite, package.path(), &request).await?;
    tests::ended(&cloud, &started).await;
    fetch(&cloud, &started.id, scratch.path()).await?;
    let run = begin.elapsed().as_secs_f64() - up;
    let robot = slowest(&cloud, &started.id).await?;
    cloud.stop().await?;
    Ok(Parts { whole: begin.elapsed().as_secs_f64(), cloud: up, run, robot })
}

/// Seconds of Robot in the environment that had most of them.
async fn slowest(cloud: &LocalCloud, run: &RunId) -> Result<f64, Failed> {
    let artifacts = cloud.aws.artifacts(cloud.deployment.bucket.clone());
    let mut seconds: BTreeMap<InstanceId, f64> = BTreeMap::new();
    for shard in tests::ledger(cloud).shards(run).await? {
        let Some(number) = shard.result else { continue };
        let key = keys::summary(run, &Attempt { shard: shard.id, number });
        if let Some(summary) = artifacts.read_json::<Summary>(&key).await? {
            *seconds.entry(summary.environment).or_default() += summary.robot_seconds;
        }
    }
    Ok(seconds.values().copied().fold(0.0, f64::max))
}
