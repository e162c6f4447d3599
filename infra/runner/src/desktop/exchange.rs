//! The folder between client and server.
//!
//! | file | from | holds |
//! | --- | --- | --- |
//! | `lease.json` | desktop | who serves here, and a count that goes on as long as it does |
//! | `<attempt>.task` | shard | what to run; whoever renames it first has it |
//! | `<attempt>.stop` | shard | nothing: the attempt shall come to its end |
//! | `<attempt>.answer` | desktop | what became of the attempt |
//!
//! Every file is written under another name and renamed, so that a reader sees all of it or nothing.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::account::create_own;
use crate::outcome::Outcome;
use crate::shard::Shard;

/// An attempt that is handed over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Task {
    /// What to run.
    pub shard: Shard,
    /// The package's file.
    pub package: PathBuf,
    /// The attempt's folder.
    pub folder: PathBuf,
}

/// What the desktop server gives back.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// What became of the attempt.
    Done(Box<Outcome>),
    /// Why nothing is known of it.
    Broken(String),
}

/// That a desktop server serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its process.
    pub process: u32,
    /// Goes up as long as it serves. A count needs no clock that both agree on.
    pub beat: u64,
}

/// The folder between client and server.
#[derive(Clone, Debug)]
pub struct Exchange {
    folder: PathBuf,
}

impl Exchange {
    /// The exchange in a folder, which need not be there yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folder.
    pub fn create(&self) -> io::Result<()> {
        create_own(&self.folder)
    }

    /// Hands an attempt over.
    pub fn hand_over(&self, attempt: &str, task: &Task) -> io::Result<()> {
        self.create()?;
        self.write(&format!("{attempt}.task"), task)
    }

    /// Takes an attempt that was handed over, if there is one. Its file is gone afterwards: secrets may be in it.
    pub fn take(&self) -> io::Result<Option<(String, Task)>> {
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let (Some(attempt), true) = (path.file_stem(), path.extension().is_some_and(|end| end == "task")) else {
                continue;
            };
            let taken = path.with_extension("taken");
            // Another server may have been faster, or the client has taken it back.
            if std::fs::rename(&path, &taken).is_err() {
                continue;
            }
            let bytes = std::fs::read(&taken)?;
            std::fs::remove_file(&taken)?;
            let task = serde_json::from_slice(&bytes)?;
            return Ok(Some((attempt.to_string_lossy().into_owned(), task)));
        }
        Ok(None)
    }

    /// Takes back what was handed over; false when a desktop server has it already.
    pub fn withdraw(&self, attempt: &str) -> bool {
        let withdrawn = self.path(attempt, "withdrawn");
        let back = std::fs::rename(self.path(attempt, "task"), &withdrawn).is_ok();
        back && std::fs::remove_file(withdrawn).is_ok()
    }

    /// Asks that an attempt comes to its end.
    pub fn stop(&self, attempt: &str) -> io::Result<()> {
        std::fs::write(self.path(attempt, "stop"), "")
    }

    /// Whether an attempt shall come to its end.
    pub fn is_stopped(&self, attempt: &str) -> bool {
        self.path(attempt, "stop").exists()
    }

    /// Gives an attempt back.
    pub fn give_back(&self, attempt: &str, answer: &Answer) -> io::Result<()> {
        self.write(&format!("{attempt}.answer"), answer)
    }

    /// What was given back; none as long as nothing was.
    pub fn given_back(&self, attempt: &str) -> io::Result<Option<Answer>> {
        read(&self.path(attempt, "answer"))
    }

    /// Removes what is left of an attempt.
    pub fn forget(&self, attempt: &str) {
        for ending in ["task", "stop", "answer"] {
            let _ = std::fs::remove_file(self.path(attempt, ending));
        }
    }

    /// Renews the lease.
    pub fn renew(&self, lease: Lease) -> io::Result<()> {
        self.write("lease.json", &lease)
    }

    /// The lease; none where no desktop server ever served, or it cannot be read.
    pub fn lease(&self) -> Option<Lease> {
        read(&self.folder.join("lease.json")).ok().flatten()
    }

    fn path(&self, attempt: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{attempt}.{ending}"))
    }

    fn write(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        let partial = self.folder.join(format!("{name}.{}", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // Nobody else on the instance reads what may be a secret.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&partial)?.write_all(&serde_json::to_vec(value)?)?;
        std::fs::rename(partial, self.folder.join(name))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Watches whether a lease is renewed, by this process's own clock.
#[derive(Debug)]
pub struct Watch {
    last: Option<Lease>,
    seen: Instant,
    most: Duration,
}

impl Watch {
    /// From now on, a lease may stay as it is for `most`.
    pub fn new(last: Option<Lease>, most: Duration) -> Self {
        Self { last, seen: Instant::now(), most }
    }

    /// Whether the lease belongs to a server that runs; takes a look at it.
    pub fn holds(&mut self, lease: Option<Lease>) -> bool {
        self.renewed(lease) || self.seen.elapsed() < self.most
    }

    /// Whether the lease is another one than at the last look.
    pub fn renewed(&mut self, lease: Option<Lease>) -> bool {
        let renewed = lease.is_some() && lease != self.last;
        if renewed {
            self.last = lease;
            self.seen = Instant::now();
        }
        renewed
    }
}

#[cfg(test)]
mod tests;
