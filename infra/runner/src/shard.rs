//! One attempt at a shard, on local files: from the package's file to the files that are uploaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use domain::package::plan::Work;
use domain::results::halt::Halt;
use domain::results::manifest::Exit;
use domain::run::order::Order;
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::desktop::recording::Recording;
use crate::layer::{self, Layers};
use crate::mask::{Masker, SHORTEST};
use crate::outputs::{self, Outputs};
use crate::processes::Processes;
use crate::robot::{self, Places};
use crate::stop::Limits;
use crate::{Error, Failure, health, package, packages, words};

/// What one attempt runs, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shard {
    /// What every attempt of the run is given.
    pub work: Work,
    /// What this attempt is given.
    pub order: Order,
    /// Values of secrets by the variable that gets them.
    pub secrets: BTreeMap<String, String>,
    /// The `robot` command.
    pub robot: PathBuf,
    /// Where Python packages that the suite asks for lie and come from.
    pub layers: Layers,
    /// Whether system packages that the suite asks for may be installed.
    pub installs_packages: bool,
    /// Bytes that files beyond output, log, console and reports may have in all.
    pub most_bytes: u64,
}

/// What became of an attempt.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// How `robot` ended.
    pub exit: Exit,
    /// Folder of the package.
    pub root: PathBuf,
    /// Ordered files in which no test was selected.
    pub unselected: Vec<String>,
    /// How many tests were selected in each ordered file.
    #[serde(default)]
    pub selected: BTreeMap<String, usize>,
    /// Why Robot Framework ran no further test, if it did not run all.
    #[serde(default)]
    pub halt: Option<Halt>,
    /// Seconds of `robot` itself.
    pub robot_seconds: f64,
    /// Files to upload, without secrets.
    pub outputs: Outputs,
}

impl Outcome {
    /// What became of an attempt that nothing is known of.
    pub fn not_started(failure: &Failure) -> Self {
        let (root, outputs) = (PathBuf::new(), Outputs::default());
        Self {
            exit: failure.exit(),
            root,
            unselected: Vec::new(),
            selected: BTreeMap::new(),
            halt: None,
            robot_seconds: 0.0,
            outputs,
        }
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
    let places = Places::new(folder, &shard.work.suite);
    std::fs::create_dir_all(&places.out).map_err(work)?;
    std::fs::create_dir_all(&places.control).map_err(work)?;
    let mut console = Console::create(folder.join("console.txt")).map_err(work)?;
    let mut processes = Processes::new(folder);
    let masker = Masker::new(shard.secrets.values().map(String::as_str));
    let mut robot_seconds = 0.0;
    let done = match package {
        Ok(package) => steps(shard, &package, &places, &mut processes, &mut console, limits, &mut robot_seconds).await,
        Err(failure) => Err(failure),
    };
    let exit = done.unwrap_or_else(|failure| {
        console.say(&crate::error::chain(&failure));
        failure.exit()
    });
    // What was running for the tests, a server of a hook for example, must not write into what is uploaded.
    processes.end().await;
    let _ = std::fs::remove_file(places.control.join("variables.json"));
    let started = !matches!(exit, Exit::NotStarted { .. });
    let exit = if started && outputs::cut_short(&places, folder) { Exit::DiskFull } else { exit };
    let masked = outputs::masked(shard, &places, folder, &masker, &mut processes, &mut console).await;
    let console = console.close().await;
    let outputs = masked.map_err(Error::Outputs)?.with_console(&console, folder, &masker);
    let selected = robot::selected(shard, &places);
    let unselected = robot::unselected(shard, &places, selected.as_ref());
    let (exit, halt) = (masked_exit(exit, &masker), robot::halt(&places));
    let selected = selected.unwrap_or_default();
    Ok(Outcome { exit, root: places.root, unselected, selected, halt, robot_seconds, outputs })
}

/// Everything from the package to the hook after `robot`.
async fn steps(
    shard: &Shard,
    package: &Path,
    places: &Places,
    processes: &mut Processes,
    console: &mut Console,
    limits: &mut Limits,
    robot_seconds: &mut f64,
) -> Result<Exit, Failure> {
    check_secrets(&shard.secrets)?;
    if let Some(parent) = places.root.parent() {
        std::fs::create_dir_all(parent).map_err(Failure::disk("the package's folder"))?;
    }
    let (from, into) = (package.to_owned(), places.root.clone());
    let unpacked = tokio::task::spawn_blocking(move || package::unpack(&from, &into)).await;
    unpacked.map_err(|error| Failure::disk("the package")(std::io::Error::other(error)))??;
    robot::prepare(shard, places)?;
    let recording = tokio::select! {
        done = ready(shard, places, processes, console) => done?,
        stop = limits.stop() => return Ok(stop.exit()),
    };
    if let Some(stop) = limits.stopped().await {
        return Ok(stop.exit());
    }
    let started = Instant::now();
    let mut exit = robot::run(shard, places, processes, console, limits).await;
    if let Ok(Exit::BadData { why }) = &mut exit {
        *why = words::of_robot(&console.tail().await);
    }
    *robot_seconds = started.elapsed().as_secs_f64();
    recording.end(exit.as_ref().ok(), console).await;
    if let Some(hook) = &shard.work.hooks.after {
        after(hook, &places.root, processes, console, limits.last()).await;
    }
    exit
}

/// Everything that the tests find around them, beyond the image.
async fn ready(
    shard: &Shard,
    places: &Places,
    processes: &mut Processes,
    console: &mut Console,
) -> Result<Recording, Failure> {
    packages::install(shard, places, processes, console).await?;
    layer::install(shard, places, processes, console).await?;
    if let Some(hook) = &shard.work.hooks.before {
        before(hook, &places.root, processes, console).await?;
    }
    if let Some(health) = &shard.work.health {
        health::wait(health, &places.root, processes, console).await?;
    }
    Recording::begin(shard, places, processes, console).await
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

/// A shell of the platform with a command.
pub(crate) fn start_hook<'a>(
    hook: &str,
    root: &Path,
    processes: &'a mut Processes,
    console: &Console,
) -> std::io::Result<&'a mut crate::processes::Group> {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    processes.start(shell.as_ref(), root, console, |command| {
        command.arg(option).arg(hook);
    })
}

async fn before(hook: &str, root: &Path, processes: &mut Processes, console: &mut Console) -> Result<(), Failure> {
    let failed = |source| Failure::Command { command: "the hook `before`".to_owned(), source };
    let status = start_hook(hook, root, processes, console).map_err(failed)?.exit().await.map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::HookFailed { status: status.to_string(), tail: console.tail().await })
}

/// Runs the hook after `robot`; the result stands already, so a failure is told and changes nothing.
async fn after(hook: &str, root: &Path, processes: &mut Processes, console: &mut Console, most: Duration) {
    let group = match start_hook(hook, root, processes, console) {
        Ok(group) => group,
        Err(error) => return console.say(&format!("the hook `after` cannot be started: {error}")),
    };
    let ended = tokio::time::timeout(most, group.exit()).await;
    match ended {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => console.say(&format!("the hook `after` ended with {status}")),
        Ok(Err(error)) => console.say(&format!("the hook `after` failed: {error}")),
        Err(_) => console.say("the hook `after` took too long and is killed"),
    }
}

fn masked_exit(exit: Exit, masker: &Masker) -> Exit {
    match exit {
        Exit::NotStarted { error, cause } => Exit::NotStarted { error, cause: masker.text(&cause) },
        Exit::BadData { why } => Exit::BadData { why: masker.text(&why) },
        exit => exit,
    }
}
