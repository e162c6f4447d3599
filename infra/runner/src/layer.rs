//! Python packages that a suite asks for by a `requirements.txt` at its package's root, in a layer over the image's own.
//!
//! [`results::requirements`] says what may stand in the file, for `plan` and for the runner alike. A layer is kept for
//! later attempts on the instance under the sum of all that decides what is in it; one with a folder that is installed in
//! place (`-e`) leads into the attempt's own folder, and lives as long as the attempt.

mod refusal;
pub mod shared;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use domain::package::contents::Kind;
use results::requirements::{FILE, Reader, Requirements};
use serde_json::Value;

use crate::account::read_of_tests;
use crate::attempt::{Attempt, Places};
use crate::error::Failure;
use crate::processes::Group;

/// What makes a layer, by the Python of `robot`.
const SCRIPT: &str = include_str!("layer.py");

/// What lets Python read the `.pth` files of a layer, as it reads those of its own packages.
const STARTUP: &str = include_str!("layer_startup.py");

/// Makes the package's layer unless it is there, and lets all further processes of the attempt see it.
pub async fn install(attempt: &mut Attempt<'_>) -> Result<(), Failure> {
    let requirements = read(&attempt.places)?;
    if requirements.files.is_empty() {
        return Ok(());
    }
    let sum = requirements.sum(&attempt.shard.work.package.content());
    let layer = match &sum {
        Some(sum) => attempt.shard.layers.folder.join(sum),
        None => attempt.places.control.join("layer"),
    };
    let parts = match parts(&layer) {
        Some(parts) => parts,
        None => build(&layer, sum.as_deref(), attempt).await?,
    };
    // The layer's packages come before the image's, its programs after them: `python` and `robot` stay the image's own.
    let own = std::env::var_os("PYTHONPATH").map(Into::into);
    attempt.processes.variable("PYTHONPATH", joined([parts.startup, Some(parts.packages), own]));
    attempt.processes.variable("PATH", joined([std::env::var_os("PATH").map(Into::into), Some(parts.programs), None]));
    Ok(())
}

/// Reads the file of the unpacked package and what it includes.
fn read(places: &Places) -> Result<Requirements, Failure> {
    let refused = |problem: domain::base::problem::Problem| Failure::RequirementsRefused(problem.to_string());
    let mut reader = Reader::new(|path| kind(&places.file(path)));
    while let Some(path) = reader.wants().map(str::to_owned) {
        let bytes = std::fs::read(places.file(&path)).map_err(Failure::disk(&path))?;
        reader.feed(&bytes).map_err(refused)?;
    }
    reader.finish().map_err(refused)
}

fn kind(path: &Path) -> Option<Kind> {
    let about = std::fs::symlink_metadata(path).ok()?;
    Some(if about.is_dir() { Kind::Folder } else { Kind::File })
}

/// Where the parts of a complete layer lie.
struct Parts {
    packages: PathBuf,
    programs: PathBuf,
    /// Folder of what Python runs at its start, where the layer needs it.
    startup: Option<PathBuf>,
}

/// The parts of a layer that is complete.
fn parts(layer: &Path) -> Option<Parts> {
    let text = read_of_tests(&layer.join("layer.json")).ok()?;
    let about: Value = serde_json::from_str(&text).ok()?;
    let path = |name: &str| about[name].as_str().map(PathBuf::from);
    Some(Parts { packages: path("packages")?, programs: path("programs")?, startup: path("startup") })
}

/// Brings a layer about: as an earlier run built it, else by pip.
async fn build(layer: &Path, sum: Option<&str>, attempt: &mut Attempt<'_>) -> Result<Parts, Failure> {
    prepare(attempt)?;
    let shared = attempt.shard.layers.shared.as_ref().filter(|shared| Some(shared.requirements.as_str()) == sum);
    let archive = shared.and_then(|shared| shared.archive.as_deref());
    if let Some(archive) = archive
        && unpack(layer, archive, attempt).await
        && let Some(parts) = parts(layer)
    {
        return Ok(parts);
    }
    make(layer, attempt).await?;
    let parts = parts(layer).ok_or_else(|| Failure::disk(FILE)(io::Error::other("the layer is incomplete")))?;
    // An archive that is damaged is replaced.
    if archive.is_some() || shared.is_some_and(|shared| shared.is_given) {
        attempt.layer = pack(layer, attempt).await;
    }
    Ok(parts)
}

/// Writes the scripts, and makes the folder of layers.
fn prepare(attempt: &Attempt<'_>) -> Result<(), Failure> {
    let Attempt { shard, places, account, .. } = attempt;
    for (name, text) in [("layer.py", SCRIPT), ("layer_startup.py", STARTUP)] {
        std::fs::write(places.control.join(name), text).map_err(Failure::disk(name))?;
    }
    let folder = &shard.layers.folder;
    let made = std::fs::create_dir_all(folder);
    // A package that is built runs code of the suite, so the scripts have the account of the tests.
    let given = made.and_then(|()| account.as_ref().map_or(Ok(()), |account| account.give_one(folder)));
    given.map_err(Failure::disk("the folder of layers"))
}

/// Starts the script with a command by the Python of `robot`.
fn start<'a>(
    attempt: &'a mut Attempt<'_>,
    arguments: [&std::ffi::OsStr; 2],
    configure: impl FnOnce(&mut tokio::process::Command),
) -> Result<&'a mut Group, Failure> {
    let Attempt { shard, places, processes, console, .. } = attempt;
    let python = python(&shard.robot);
    let script = places.control.join("layer.py");
    let started = processes.start(python.as_os_str(), &places.root, console, |command| {
        // Without the last, pip reads the file by the code page of Windows.
        command.arg("-I").arg(script).args(arguments).env("PYTHONUTF8", "1");
        configure(command);
    });
    started.map_err(|source| Failure::Command { command: python.display().to_string(), source })
}

/// Makes the layer of an archive; whether that went well. Without it pip does the work.
async fn unpack(layer: &Path, archive: &Path, attempt: &mut Attempt<'_>) -> bool {
    attempt.console.say(&format!("{FILE} is installed as an earlier run built it"));
    let Ok(archive) = File::open(archive) else { return false };
    let started = start(attempt, ["unpack".as_ref(), layer.as_os_str()], |command| _ = command.stdin(archive));
    let is_there = matches!(ended(started).await, Ok(status) if status.success());
    if !is_there {
        attempt.console.say("that is not possible, so pip installs it");
    }
    is_there
}

/// Writes the layer into an archive before a test can change it; none where that is not possible.
async fn pack(layer: &Path, attempt: &mut Attempt<'_>) -> Option<PathBuf> {
    let archive = attempt.places.folder.join(domain::results::manifest::LAYER);
    let file = File::create(&archive).ok()?;
    let started = start(attempt, ["pack".as_ref(), layer.as_os_str()], |command| _ = command.stdout(Stdio::from(file)));
    let is_whole = matches!(ended(started).await, Ok(status) if status.success());
    is_whole.then_some(archive)
}

async fn ended(started: Result<&mut Group, Failure>) -> Result<std::process::ExitStatus, Failure> {
    started?.exit().await.map_err(Failure::disk("the layer"))
}

/// Makes the layer by pip.
async fn make(layer: &Path, attempt: &mut Attempt<'_>) -> Result<(), Failure> {
    attempt.console.say(&format!("{FILE} is installed"));
    let index = attempt.shard.layers.index.clone();
    let started = start(attempt, ["make".as_ref(), layer.as_os_str()], |command| {
        command.arg(FILE);
        match index.as_deref() {
            Some(index) if index.contains("://") => command.env("PIP_INDEX_URL", index),
            Some(folder) => command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", folder),
            None => command,
        };
    });
    let status = ended(started).await?;
    if status.success() {
        return Ok(());
    }
    let tail = attempt.console.tail().await;
    Err(match refusal::sentence(&tail) {
        Some(sentence) => Failure::RequirementsRefused(sentence),
        None => Failure::RequirementsFailed { status: status.to_string(), tail },
    })
}

/// The Python beside the `robot` command, whose libraries are the image's.
pub(crate) fn python(robot: &Path) -> PathBuf {
    let name = if cfg!(windows) { "python.exe" } else { "python3" };
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&paths);
    let mut places = folders.flat_map(|folder| [folder.join(robot), folder.join(robot).with_extension("exe")]);
    let found = if robot.is_absolute() { Some(robot.to_owned()) } else { places.find(|path| path.is_file()) };
    // An image has a link to `robot` on the search path; Python lies beside what it leads to.
    let real = found.and_then(|robot| std::fs::canonicalize(robot).ok());
    let beside = real.map(|robot| robot.with_file_name(name)).filter(|python| python.is_file());
    beside.unwrap_or_else(|| name.into())
}

/// Paths of a search path.
fn joined(paths: [Option<PathBuf>; 3]) -> std::ffi::OsString {
    let paths: Vec<PathBuf> = paths.into_iter().flatten().flat_map(|path| split(&path)).collect();
    std::env::join_paths(paths).unwrap_or_default()
}

fn split(paths: &Path) -> Vec<PathBuf> {
    std::env::split_paths(paths).collect()
}
