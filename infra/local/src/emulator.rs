//! The emulator's process: started on a free port, ended with everything that it started.

use std::collections::BTreeMap;
use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::python::Python;

/// How long it may take until the emulator serves.
const START: Duration = Duration::from_secs(60);
/// How long it may take to end what it started.
const STOP: Duration = Duration::from_secs(15);

/// Why there is no emulator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file, port or process could not be had.
    #[error("failed to start the local cloud")]
    Io(#[from] io::Error),
    /// It ended, or did not serve in time.
    #[error("the local cloud did not start:\n{0}")]
    Silent(String),
}

/// How the emulator behaves.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// Further settings of the emulator by name.
    pub settings: BTreeMap<String, String>,
}

/// A local cloud's emulator.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Emulator {
    /// Starts it, and removes first what dead ones left behind.
    pub async fn start(project: &Path, python: &Python, behaviour: &Behaviour) -> Result<Self, Error> {
        let home = in_cache("clouds");
        own(&home)?;
        clean_dead(project, python, &home).await;
        // The emulator gets the socket itself: a port that is only free now may be taken before it serves.
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let folder = home.join(format!("{}-{port}", std::process::id()));
        let mut child = command(project, python)
            .arg("-m")
            .arg("emulator")
            .env("QAOPS_LOCAL_DIR", &folder)
            .env("QAOPS_LOCAL_PARENT", std::process::id().to_string())
            .env("QAOPS_LOCAL_PATH", path_of_instances(python))
            .envs(&behaviour.settings)
            .stdin(OwnedFd::from(listener))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        match timeout(START, until_ready(&mut child)).await {
            Ok(Ok(())) => Ok(Self { child, port, folder }),
            Ok(Err(said)) => Err(Error::Silent(said)),
            Err(_) => Err(Error::Silent(format!("it did not serve within {} s", START.as_secs()))),
        }
    }

    /// The address of every service.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its instances have their folders.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends it and everything that it started.
    pub async fn stop(mut self) -> Result<(), Error> {
        let Some(id) = self.child.id() else { return Ok(()) };
        if let Some(id) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(id, rustix::process::Signal::TERM).map_err(io::Error::from)?;
        }
        if timeout(STOP, self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

/// A folder of QAOps in this user's cache, where no other user can take the place first.
pub(crate) fn in_cache(name: &str) -> PathBuf {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")));
    let temporary = format!("qaops-{}-{name}", rustix::process::getuid().as_raw());
    cache.map_or_else(|| std::env::temp_dir().join(temporary), |cache| cache.join("qaops").join(name))
}

/// Makes a folder that only this user may look into; an error where it is another one's.
pub(crate) fn own(folder: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let owner = std::fs::metadata(folder)?.uid();
    if owner != rustix::process::geteuid().as_raw() {
        let told = format!("{} belongs to another user: set XDG_CACHE_HOME to a folder of your own", folder.display());
        return Err(io::Error::other(told));
    }
    Ok(())
}

/// Instances find the programs of the environment first, and then those of this machine, for browsers are there.
fn path_of_instances(python: &Python) -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    format!("{}:{path}", python.bin().display())
}

fn command(project: &Path, python: &Python) -> Command {
    let mut command = Command::new(python.program("python"));
    command.env_clear().env("PYTHONPATH", project.join("infra/local")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Waits for the line that says that it serves; what it said instead otherwise.
async fn until_ready(child: &mut Child) -> Result<(), String> {
    let Some(out) = child.stdout.take() else { return Err("it has no output".to_owned()) };
    let mut lines = BufReader::new(out).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.starts_with("ready ") {
            keep_reading(child, lines);
            return Ok(());
        }
    }
    let mut said = String::new();
    if let Some(mut errors) = child.stderr.take() {
        let _ = errors.read_to_string(&mut said).await;
    }
    Err(said)
}

/// A pipe that nobody reads would block the emulator one day.
fn keep_reading(child: &mut Child, mut out: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>) {
    tokio::spawn(async move { while let Ok(Some(_)) = out.next_line().await {} });
    if let Some(errors) = child.stderr.take() {
        let mut lines = BufReader::new(errors).lines();
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    }
}

/// Ends what local clouds left behind that were killed; living ones hold a lock and are left alone.
async fn clean_dead(project: &Path, python: &Python, home: &Path) {
    let Ok(entries) = std::fs::read_dir(home) else { return };
    for folder in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let _ = command(project, python).args(["-m", "emulator", "--clean"]).arg(folder).output().await;
    }
}
