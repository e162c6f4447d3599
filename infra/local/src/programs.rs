//! The functions and the runner, built when they are not up to date.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The steps, each a binary of its own.
pub const STEPS: [&str; 12] = [
    "plan",
    "launch",
    "ready",
    "assign",
    "dispatch",
    "resume",
    "collect",
    "evaluate",
    "record",
    "notify",
    "terminate",
    "sweep",
];

/// Why the programs are not there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The place of this program is unknown.
    #[error("failed to find the place of this program")]
    Place(#[source] std::io::Error),
    /// Cargo could not be started.
    #[error("failed to start cargo: put it on the PATH")]
    Cargo(#[source] std::io::Error),
    /// Cargo failed and said why.
    #[error("failed to build the functions; cargo says why above")]
    Build,
    /// A program is missing though it was built.
    #[error("{0} is missing: run `cargo build`")]
    Missing(PathBuf),
}

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Builds what is not up to date, beside this program and with its profile.
    pub fn build(project: &Path) -> Result<Self, Error> {
        let folder = Self::folder()?;
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["build", "--quiet", "--bins", "--manifest-path"]).arg(project.join("Cargo.toml"));
        if let Some(target) = folder.parent() {
            cargo.arg("--target-dir").arg(target);
        }
        if folder.ends_with("release") {
            cargo.arg("--release");
        }
        let status = cargo.stdin(Stdio::null()).status().map_err(Error::Cargo)?;
        if !status.success() {
            return Err(Error::Build);
        }
        let programs = Self { folder };
        match STEPS.iter().chain(&["qaops-runner"]).map(|name| programs.path(name)).find(|path| !path.is_file()) {
            Some(missing) => Err(Error::Missing(missing)),
            None => Ok(programs),
        }
    }

    /// Where they lie: beside this program.
    pub fn folder() -> Result<PathBuf, Error> {
        std::env::current_exe().map(|this| profile_folder(&this)).map_err(Error::Place)
    }

    /// A program's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}

/// The folder that cargo writes programs of this profile into. Tests and examples lie one folder deeper.
fn profile_folder(this: &Path) -> PathBuf {
    let folder = this.parent().unwrap_or(Path::new("."));
    match folder.file_name().and_then(|name| name.to_str()) {
        Some("deps" | "examples") => folder.parent().unwrap_or(folder).to_owned(),
        _ => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_lie_beside_the_command_and_one_folder_above_tests() {
        for this in ["/t/debug/qaops", "/t/debug/deps/runs-0123", "/t/debug/examples/warm_run"] {
            assert_eq!(profile_folder(Path::new(this)), Path::new("/t/debug"));
        }
    }
}
