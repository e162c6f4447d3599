//! The stages of one attempt, on local files: from the package's file to the files that are uploaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use domain::base::text::with_causes;
use domain::results::manifest::{Exit, Written};

use crate::attempt::Attempt;
use crate::desktop::recording::Recording;
use crate::error::{Error, Failure};
use crate::mask::{Masker, SHORTEST};
use crate::outcome::Outcome;
use crate::shard::Shard;
use crate::stop::Limits;
use crate::{health, hooks, layer, outputs, package, packages, robot, words};

/// How the stages ended.
struct Ran {
    exit: Result<Exit, Failure>,
    /// Seconds of `robot` itself.
    robot_seconds: f64,
}

impl From<Result<Exit, Failure>> for Ran {
    fn from(exit: Result<Exit, Failure>) -> Self {
        Self { exit, robot_seconds: 0.0 }
    }
}

/// Runs an attempt in `folder`. `package` is what came of fetching the package and the secrets: where that failed,
/// the outcome tells it.
pub async fn run(
    shard: &Shard,
    package: Result<PathBuf, Failure>,
    folder: &Path,
    limits: &mut Limits,
) -> Result<Outcome, Error> {
    let work = |source| Error::Work { path: folder.to_owned(), source };
    let mut attempt = Attempt::begin(shard, folder).map_err(work)?;
    let ran = match package {
        Ok(package) => all(&mut attempt, &package, limits).await.unwrap_or_else(|failure| Err(failure).into()),
        Err(failure) => Err(failure).into(),
    };
    finish(attempt, ran).await
}

/// Everything from the package to the hook after `robot`.
async fn all(attempt: &mut Attempt<'_>, package: &Path, limits: &mut Limits) -> Result<Ran, Failure> {
    check_secrets(&attempt.shard.secrets)?;
    unpack(attempt, package).await?;
    outputs::mark_reports(attempt.shard, &attempt.places).map_err(Failure::disk("the reports of the package"))?;
    robot::prepare(attempt)?;
    let given = attempt.give(&attempt.places.root).and_then(|()| attempt.give(&attempt.places.control));
    given.map_err(Failure::disk("the package"))?;
    let recording = tokio::select! {
        done = ready(attempt) => done?,
        stop = limits.stop() => return Ok(Ok(stop.exit()).into()),
    };
    if let Some(stop) = limits.stopped().await {
        return Ok(Ok(stop.exit()).into());
    }
    let ran = test(attempt, limits).await;
    recording.end(ran.exit.as_ref().ok(), &mut attempt.console).await;
    if let Some(hook) = &attempt.shard.work.hooks.after {
        attempt.hooks.after = hooks::after(hook, attempt, limits.last()).await;
    }
    Ok(ran)
}

fn check_secrets(secrets: &BTreeMap<String, String>) -> Result<(), Failure> {
    match secrets.iter().find(|(_, value)| value.trim().len() < SHORTEST) {
        Some((variable, _)) => Err(Failure::SecretRefused {
            variable: variable.clone(),
            why: format!("has less than {SHORTEST} bytes, so it cannot be masked in logs: take a longer one"),
        }),
        None => Ok(()),
    }
}

async fn unpack(attempt: &Attempt<'_>, package: &Path) -> Result<(), Failure> {
    let (from, into) = (package.to_owned(), attempt.places.root.clone());
    if let Some(parent) = into.parent() {
        std::fs::create_dir_all(parent).map_err(Failure::disk("the package's folder"))?;
    }
    let unpacked = tokio::task::spawn_blocking(move || package::unpack(&from, &into)).await;
    unpacked.map_err(|error| Failure::disk("the package")(std::io::Error::other(error)))?
}

/// Everything that the tests find around them, beyond the image.
async fn ready(attempt: &mut Attempt<'_>) -> Result<Recording, Failure> {
    packages::install(attempt).await?;
    layer::install(attempt).await?;
    if let Some(hook) = &attempt.shard.work.hooks.before {
        let (planned, ordered) = (hooks::suite_files(attempt), hooks::ordered_files(attempt));
        hooks::before(hook, attempt).await?;
        attempt.hooks.made = hooks::suite_files(attempt).difference(&planned).cloned().collect();
        attempt.hooks.changed =
            ordered.difference(&hooks::ordered_files(attempt)).map(|(file, _)| file.clone()).collect();
    }
    if let Some(health) = &attempt.shard.work.health {
        health::wait(health, attempt).await?;
    }
    Recording::begin(attempt).await
}

/// Runs `robot`.
async fn test(attempt: &mut Attempt<'_>, limits: &mut Limits) -> Ran {
    let started = Instant::now();
    let mut exit = robot::run(attempt, limits).await;
    if let Ok(Exit::BadData { why } | Exit::Internal { why }) = &mut exit {
        *why = words::of_robot(&attempt.console.tail().await);
    }
    Ran { exit, robot_seconds: started.elapsed().as_secs_f64() }
}

/// Ends what the attempt started, and collects what it left behind.
async fn finish(mut attempt: Attempt<'_>, ran: Ran) -> Result<Outcome, Error> {
    let exit = ran.exit.unwrap_or_else(|failure| {
        attempt.console.say(&with_causes(&failure));
        failure.exit()
    });
    // What was running for the tests, a server of a hook for example, must not write into what is uploaded.
    attempt.processes.end().await;
    robot::forget_variables(&attempt.places);
    let started = !matches!(exit, Exit::NotStarted { .. });
    let exit = if started && outputs::cut_short(&attempt.places) { Exit::DiskFull } else { exit };
    let masker = Masker::new(attempt.shard.secrets.values().map(String::as_str));
    let masked = outputs::masked(&mut attempt, &masker).await;
    let console = attempt.console.close().await;
    let (shard, places) = (attempt.shard, attempt.places);
    let selected = robot::selected(shard, &places);
    let selected = selected.map(|selected| robot::without_left_out(selected, shard, &places));
    let unselected = robot::unselected(shard, &places, selected.as_ref());
    let (selected, selected_tests) = robot::counted(selected.unwrap_or_default());
    Ok(Outcome {
        exit: masked_exit(exit, &masker),
        unselected,
        selected,
        selected_tests,
        written: masked_names(robot::written(shard, &places), &masker),
        halt: robot::halt(&places),
        halted_at: robot::halted_at(shard, &places),
        hooks: attempt.hooks,
        layer: attempt.layer.as_ref().and(shard.layers.shared.as_ref()).map(|shared| shared.base.clone()),
        robot_seconds: ran.robot_seconds,
        outputs: masked.map_err(Error::Outputs)?.with_layer(attempt.layer).with_console(
            &console,
            &places.folder,
            &masker,
        ),
        root: places.root,
    })
}

/// Names as the result has them hold the values of their variables.
fn masked_names(mut written: BTreeMap<String, Written>, masker: &Masker) -> BTreeMap<String, Written> {
    let started = written.values_mut().flat_map(|of| &mut of.started);
    started.for_each(|name| *name = masker.text(name));
    written
}

fn masked_exit(exit: Exit, masker: &Masker) -> Exit {
    match exit {
        Exit::NotStarted { error, cause } => Exit::NotStarted { error, cause: masker.text(&cause) },
        Exit::BadData { why } => Exit::BadData { why: masker.text(&why) },
        Exit::Internal { why } => Exit::Internal { why: masker.text(&why) },
        exit => exit,
    }
}
