//! The virtual environment with the emulator and Robot Framework, made on first use.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

/// What the emulator and the examples need, pinned with hashes.
const REQUIREMENTS: &str = include_str!("../requirements.txt");
/// Oldest Python that they run on.
const OLDEST: (u32, u32) = (3, 10);
/// Names under which a Python may be on the PATH, the plain one first.
const NAMES: [&str; 6] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python"];
/// Prints the version, and whether a virtual environment can be made.
const PROBE: &str = "import sys, importlib.util as u; \
                     print(*sys.version_info[:2], all(u.find_spec(m) for m in ('venv', 'ensurepip')))";
/// Written last: an environment without it was broken off.
const COMPLETE: &str = "complete";

/// Why there is no Python to work with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// None was found.
    #[error(
        "there is no Python on the PATH: install Python 3.10 or newer (Debian, Ubuntu: apt-get install python3 python3-venv)"
    )]
    Missing,
    /// The ones there are are too old.
    #[error("Python {0}.{1} is too old: install Python 3.10 or newer and put it on the PATH as python3")]
    Old(u32, u32),
    /// It cannot make virtual environments.
    #[error("{0} has no venv module: install it (Debian, Ubuntu: apt-get install python3-venv)")]
    NoVenv(String),
    /// A file could not be written.
    #[error("failed to make the virtual environment in {path}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A command failed.
    #[error("failed to {what}:\n{output}")]
    Command {
        /// What it was for.
        what: &'static str,
        /// What it printed.
        output: String,
    },
}

/// A virtual environment that is ready.
#[derive(Clone, Debug)]
pub struct Python {
    folder: PathBuf,
}

impl Python {
    /// The environment below `cache`, made now if it is not there, broken or of other requirements. `say` is called
    /// once before something takes long.
    pub fn ready(cache: &Path, say: impl Fn(&str)) -> Result<Self, Error> {
        let python = Self::of(cache);
        if python.is_whole() {
            return Ok(python);
        }
        fs::create_dir_all(cache).map_err(|source| Error::Io { path: cache.to_owned(), source })?;
        let lock = python.lock()?;
        if !python.is_whole() {
            say("setting up Python with the emulator and Robot Framework; the first time takes a minute");
            python.make()?;
        }
        drop(lock);
        Ok(python)
    }

    /// The environment below `cache` if it is there already.
    pub fn found(cache: &Path) -> Option<Self> {
        Some(Self::of(cache)).filter(Self::is_whole)
    }

    fn of(cache: &Path) -> Self {
        let digest = Sha256::digest(REQUIREMENTS);
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { folder: cache.join(format!("python-{digest}")) }
    }

    /// Removes the environment, so that the next call makes it anew.
    pub fn discard(&self) -> Result<(), Error> {
        match fs::remove_dir_all(&self.folder) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(self.io(source)),
            _ => Ok(()),
        }
    }

    /// A program of the environment.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin().join(name)
    }

    /// The folder of its programs.
    pub fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    /// A marker that was written last, and an interpreter that is still there: it may be a link to one that is not.
    fn is_whole(&self) -> bool {
        self.folder.join(COMPLETE).is_file() && self.program("python").exists() && self.program("robot").is_file()
    }

    /// Two commands at once make one environment.
    fn lock(&self) -> Result<File, Error> {
        let lock = File::create(self.folder.with_extension("lock")).map_err(|source| self.io(source))?;
        lock.lock().map_err(|source| self.io(source))?;
        Ok(lock)
    }

    fn make(&self) -> Result<(), Error> {
        let interpreter = find()?;
        self.discard()?;
        let mut venv = Command::new(interpreter);
        finish("make the virtual environment", venv.args(["-m", "venv"]).arg(&self.folder))?;
        let requirements = self.folder.join("requirements.txt");
        fs::write(&requirements, REQUIREMENTS).map_err(|source| self.io(source))?;
        let mut pip = Command::new(self.program("python"));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]);
        finish("install the emulator and Robot Framework", pip.args(["--require-hashes", "-r"]).arg(&requirements))?;
        fs::write(self.folder.join(COMPLETE), "").map_err(|source| self.io(source))
    }

    fn io(&self, source: std::io::Error) -> Error {
        Error::Io { path: self.folder.clone(), source }
    }
}

/// The first Python that will do, else what is wrong with the first one there is.
fn find() -> Result<&'static str, Error> {
    let mut wrong = Error::Missing;
    for name in NAMES.into_iter().rev() {
        match probe(name) {
            Some((version, _)) if version < OLDEST => wrong = Error::Old(version.0, version.1),
            Some((_, false)) => wrong = Error::NoVenv(name.to_owned()),
            _ => {}
        }
    }
    let good = |name: &&str| probe(name).is_some_and(|(version, venv)| version >= OLDEST && venv);
    NAMES.into_iter().find(good).ok_or(wrong)
}

/// Version of a Python, and whether it can make virtual environments.
fn probe(name: &str) -> Option<((u32, u32), bool)> {
    let output = Command::new(name).args(["-c", PROBE]).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let version = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((version, words.next()? == "True"))
}

fn finish(what: &'static str, command: &mut Command) -> Result<(), Error> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| Error::Command { what, output: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Err(Error::Command { what, output: text })
}
