//! A run from its package to the results on this machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws::{Artifacts, Error, Execution, ExecutionStatus};
use domain::base::ids::RunId;
use domain::evaluation::evaluate::Evaluation;
use domain::evaluation::evidence::Evidence;
use domain::run::keys;
use domain::run::shard::{Shard, State};
use domain::run::status::Run;
use jiff::Timestamp;
use serde_json::Value;

use crate::progress::{Progress, Shards};
use local::cloud::LocalCloud;

/// How often the run is looked at.
const LOOK: Duration = Duration::from_millis(150);
/// Longest part of a run's id that comes from its suite: an id has at most 80 characters.
const LONGEST_SUITE: usize = 50;
/// Endings of the files that logs and the report show as pictures.
const PICTURES: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];

/// A run that was started.
#[derive(Clone, Debug)]
pub struct Started {
    /// Run's id.
    pub id: RunId,
    /// ARN of its execution.
    pub arn: String,
}

/// Stores secrets, by the names of their parameters.
pub async fn store(cloud: &LocalCloud, secrets: &BTreeMap<String, String>) -> Result<(), Error> {
    for (parameter, value) in secrets {
        cloud.aws.parameters().store(parameter, value).await?;
    }
    Ok(())
}

/// Uploads the package of `suite` and starts the run `id`, with `request` as the execution's input.
pub async fn start(cloud: &LocalCloud, id: &str, suite: &str, zip: &Path, request: &Value) -> Result<Started, Error> {
    artifacts(cloud).write_file(&keys::package(suite), zip).await?;
    let arn = cloud.aws.executions().start(&cloud.deployment.machine, id, &request.to_string()).await?;
    Ok(Started { id: id.into(), arn })
}

/// A new run's id: the suite and the time, so that a list of runs is in order.
pub fn run_id(suite: &str) -> RunId {
    let now = Timestamp::now();
    let suite: String = suite.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let suite: String = suite.chars().take(LONGEST_SUITE).collect();
    format!("{suite}-{}-{:05}", now.strftime("%Y%m%d-%H%M%S"), now.subsec_nanosecond() / 10_000).into()
}

/// Follows a run to its end, showing what its history and the ledger tell.
pub async fn follow(cloud: &LocalCloud, started: &Started, progress: &mut Progress) -> Result<Execution, Error> {
    let executions = cloud.aws.executions();
    let ledger = cloud.aws.ledger(cloud.deployment.table.clone());
    let (mut seen, mut begin) = (0, None);
    loop {
        let execution = executions.describe(&started.arn).await?;
        for state in executions.states(&started.arn, seen).await? {
            seen = state.id;
            let begin = *begin.get_or_insert(state.seconds);
            progress.state(&state.name, state.seconds - begin);
        }
        if let Some(run) = ledger.run(&started.id).await? {
            progress.shards(shards(&run, &ledger.shards(&started.id).await?));
        }
        match execution {
            Some(execution) if execution.status != ExecutionStatus::Running => return Ok(execution),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

fn shards(run: &Run, shards: &[Shard]) -> Shards {
    let open = shards.iter().filter(|shard| !shard.ended());
    let running = shards.iter().filter(|shard| shard.state == State::Running).count().max(1);
    let left: f64 = open.map(|shard| shard.expected_seconds).sum();
    Shards {
        done: run.done,
        planned: shards.len() as u64,
        lost: shards.iter().filter(|shard| shard.state == State::GivenUp).count() as u64,
        passed: run.counts.passed,
        failed: run.counts.failed,
        skipped: run.counts.skipped,
        expected_left_seconds: (run.done > 0).then_some(left / running as f64),
    }
}

/// Files of a run's results, beside the folders of what it was judged by.
const RESULTS: [&str; 5] = ["verdict.json", "junit.xml", "output.xml", "report.html", "evidence.json"];

/// Files that stand in every folder with results, written before all others.
const SIGNS: [&str; 2] = ["verdict.json", "evidence.json"];

/// A file in `out` that a run's result would overwrite and that is of no run.
pub fn foreign_file(out: &Path) -> Option<&'static str> {
    if let Some(folder) = RESULTS.iter().find(|name| out.join(name).is_dir()) {
        return Some(folder);
    }
    let is_there = |name: &&&str| out.join(name).exists();
    if SIGNS.iter().any(|name| is_there(&name)) {
        return None;
    }
    RESULTS.iter().find(is_there).copied()
}

/// Removes what an earlier run left in `out`, so that nobody takes its verdict or its logs for those of a new one.
pub fn remove_results(out: &Path) -> std::io::Result<()> {
    if let Ok(entries) = std::fs::read_dir(out.join("environments")) {
        // `<role>:<instance>`: no other program has such folders.
        let of_runs = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().contains(":i-"));
        of_runs.map(|entry| entry.path()).try_for_each(std::fs::remove_dir_all)?;
    }
    for name in RESULTS {
        match std::fs::remove_file(out.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Brings the results of a run into `out`; the verdict, if there is one.
pub async fn fetch(cloud: &LocalCloud, run: &RunId, out: &Path) -> Result<Option<Evaluation>, Error> {
    let artifacts = artifacts(cloud);
    let fetch = async |name: &str| artifacts.fetch(&keys::result(run, name), &out.join(name)).await;
    let [verdict, junit, output, report, evidence] = RESULTS;
    tokio::try_join!(fetch(verdict), fetch(evidence))?;
    tokio::try_join!(
        fetch(junit),
        fetch(output),
        fetch(report),
        fetch_inputs(&artifacts, run, out),
        fetch_logs(&artifacts, run, out),
    )?;
    artifacts.read_json(&keys::verdict(run)).await
}

/// What the run was judged by, so that anyone can judge it again.
async fn fetch_inputs(artifacts: &Artifacts, run: &RunId, out: &Path) -> Result<(), Error> {
    let evidence: Option<Evidence> = artifacts.read_json(&keys::evidence(run)).await?;
    for path in evidence.into_iter().flat_map(|evidence| evidence.inputs.into_keys()) {
        artifacts.fetch(&keys::result(run, &path), &out.join(path)).await?;
    }
    Ok(())
}

/// Logs and consoles of every attempt with the pictures that logs show, for those of a lost one are what a person wants
/// to look at. They lie below `out` as they lie below the run's prefix, so that the report's links lead to them.
async fn fetch_logs(artifacts: &Artifacts, run: &RunId, out: &Path) -> Result<(), Error> {
    let below = keys::result(run, "");
    for object in artifacts.list(&keys::result(run, "environments/")).await? {
        if let Some(path) = object.key.strip_prefix(&below).filter(|path| is_looked_at(path)) {
            artifacts.fetch(&object.key, &out.join(path)).await?;
        }
    }
    Ok(())
}

/// Whether a log, a console, a list of what was left out, or a picture is what lies at `path`.
fn is_looked_at(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    matches!(name, "log.html" | "console.txt" | "left-out.txt") || PICTURES.contains(&ending.as_str())
}

fn artifacts(cloud: &LocalCloud) -> Artifacts {
    cloud.aws.artifacts(cloud.deployment.bucket.clone())
}
