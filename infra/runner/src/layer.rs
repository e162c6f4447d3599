//! Python packages that a suite asks for by a `requirements.txt` at its package's root, in a layer over the image's own.
//!
//! A layer is kept for later attempts on the instance under the sum of the file, so the file alone must say what is in
//! it: lines that bring in other files, other indexes or addresses are refused.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Failure;
use crate::console::Console;
use crate::hash::hexadecimal;
use crate::processes::Processes;
use crate::robot::Places;
use crate::shard::Shard;

/// Name of the file at the package's root.
pub const FILE: &str = "requirements.txt";

/// What makes a layer, by the Python of `robot`.
const SCRIPT: &str = include_str!("layer.py");

/// Options of pip that may stand in the file: none of them leads elsewhere.
const OPTIONS: [&str; 6] = ["--hash", "--require-hashes", "--only-binary", "--no-binary", "--prefer-binary", "--pre"];

/// Where layers lie and where their packages come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Folder of layers, one below it for every sum of a file.
    pub folder: PathBuf,
    /// Address of a package index, or a folder of wheels; without one, pip's own configuration on the image holds.
    pub index: Option<String>,
}

/// Makes the package's layer unless it is there, and lets all further processes of the attempt see it.
pub async fn install(
    shard: &Shard,
    places: &Places,
    processes: &mut Processes,
    console: &mut Console,
) -> Result<(), Failure> {
    let file = places.file(FILE);
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(refused(1, "is not UTF-8")),
        Err(error) => return Err(Failure::disk(FILE)(error)),
    };
    check(&text)?;
    let layer = shard.layers.folder.join(hexadecimal(&Sha256::digest(&text)));
    let (packages, programs) = match parts(&layer) {
        Some(parts) => parts,
        None => {
            make(shard, &layer, places, processes, console).await?;
            parts(&layer).ok_or_else(|| Failure::disk(FILE)(io::Error::other("the layer is incomplete")))?
        }
    };
    // The layer's packages come before the image's, its programs after them: `python` and `robot` stay the image's own.
    processes.variable("PYTHONPATH", joined([Some(packages), std::env::var_os("PYTHONPATH").map(Into::into)]));
    processes.variable("PATH", joined([std::env::var_os("PATH").map(Into::into), Some(programs)]));
    Ok(())
}

/// Where packages and programs of a complete layer lie.
fn parts(layer: &Path) -> Option<(PathBuf, PathBuf)> {
    let text = std::fs::read(layer.join("layer.json")).ok()?;
    let about: Value = serde_json::from_slice(&text).ok()?;
    Some((about["packages"].as_str()?.into(), about["programs"].as_str()?.into()))
}

async fn make(
    shard: &Shard,
    layer: &Path,
    places: &Places,
    processes: &mut Processes,
    console: &mut Console,
) -> Result<(), Failure> {
    let script = places.control.join("layer.py");
    std::fs::write(&script, SCRIPT).map_err(Failure::disk("layer.py"))?;
    std::fs::create_dir_all(&shard.layers.folder).map_err(Failure::disk("the folder of layers"))?;
    let python = python(&shard.robot);
    console.say(&format!("{FILE} is installed"));
    let started = processes.start(python.as_os_str(), &places.root, console, |command| {
        command.arg("-I").arg(script).arg(layer).arg(FILE);
        match shard.layers.index.as_deref() {
            Some(index) if index.contains("://") => command.env("PIP_INDEX_URL", index),
            Some(folder) => command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", folder),
            None => command,
        };
    });
    let failed = |source| Failure::Command { command: python.display().to_string(), source };
    let status = started.map_err(failed)?.exit().await.map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::RequirementsFailed { status: status.to_string(), tail: console.tail().await })
}

/// The Python beside the `robot` command, whose libraries are the image's.
fn python(robot: &Path) -> PathBuf {
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
fn joined(paths: [Option<PathBuf>; 2]) -> std::ffi::OsString {
    let paths: Vec<PathBuf> = paths.into_iter().flatten().flat_map(|path| split(&path)).collect();
    std::env::join_paths(paths).unwrap_or_default()
}

fn split(paths: &Path) -> Vec<PathBuf> {
    std::env::split_paths(paths).collect()
}

fn check(text: &str) -> Result<(), Failure> {
    for (number, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        let option = line.split([' ', '=']).next().unwrap_or_default();
        if line.starts_with('-') && !OPTIONS.contains(&option) {
            return Err(refused(
                number + 1,
                &format!("has the option {option}, which leads to what the file does not hold"),
            ));
        }
        if !line.starts_with('#') && (line.contains("://") || line.starts_with(['.', '/'])) {
            return Err(refused(number + 1, "names an address or a path: packages come from the deployment's index"));
        }
    }
    Ok(())
}

fn refused(line: usize, why: &str) -> Failure {
    Failure::RequirementsRefused { line, why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_file_alone_decides_is_taken() {
        let text = "# see https://example.com\n--require-hashes\nrequests==2.31.0 \\\n    --hash=sha256:00 # pinned\n\n\
                    --only-binary :all:\nsix ; python_version < \"4\"\n";
        check(text).unwrap();
    }

    #[test]
    fn what_leads_elsewhere_is_refused_with_its_line() {
        let bad = [
            "-r more.txt",
            "-c limits.txt",
            "-e .",
            "--index-url https://example.com/simple",
            "--find-links=wheels",
            "./wheels/a.whl",
            "a @ https://example.com/a.whl",
            "git+https://example.com/a",
        ];
        for line in bad {
            let error = check(&format!("six\n{line}\n")).unwrap_err();
            assert_eq!(error.name(), "Runner.RequirementsRefused", "{line}");
            assert!(error.to_string().contains("line 2"), "{error}");
        }
    }
}
