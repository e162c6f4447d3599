//! What the commands of an attempt write to their standard output and error, in one file of bounded size.

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::account::Account;

/// Bytes that the file may have; what comes after them is read and forgotten, so that no command blocks.
const MOST_BYTES: u64 = 16 << 20;

/// Bytes of a tail.
const TAIL: u64 = 2 << 10;

/// The file and the pipe that fills it.
#[derive(Debug)]
pub struct Console {
    path: PathBuf,
    writer: PipeWriter,
    done: oneshot::Receiver<()>,
}

impl Console {
    /// A new file.
    pub fn create(path: PathBuf) -> io::Result<Self> {
        let file = File::create(&path)?;
        let (reader, writer) = io::pipe()?;
        let (send, done) = oneshot::channel();
        // A thread of its own, because a process that escapes with the pipe must not keep the runner from ending.
        std::thread::spawn(move || {
            let _ = pump(reader, file);
            let _ = send.send(());
        });
        Ok(Self { path, writer, done })
    }

    /// Lets an account open `/dev/stdout`, which leads to the pipe.
    #[cfg(unix)]
    pub fn give(&self, account: &Account) -> io::Result<()> {
        std::os::unix::fs::fchown(&self.writer, Some(account.user), Some(account.group))
    }

    /// Windows has no such path.
    #[cfg(not(unix))]
    pub fn give(&self, _: &Account) -> io::Result<()> {
        Ok(())
    }

    /// An end of the pipe for a command.
    pub fn output(&self) -> io::Result<Stdio> {
        Ok(self.writer.try_clone()?.into())
    }

    /// Adds a line of the runner's own.
    pub fn say(&mut self, line: &str) {
        let _ = writeln!(self.writer, "[qaops] {line}");
    }

    /// The end of what was written so far, by a command that is over.
    pub async fn tail(&self) -> String {
        // The pipe may still hold the last words.
        tokio::time::sleep(Duration::from_millis(100)).await;
        read_tail(&self.path).unwrap_or_default()
    }

    /// Waits until everything that was written is in the file, for as long as a process that nobody could end may take.
    pub async fn close(self) -> PathBuf {
        drop(self.writer);
        let _ = tokio::time::timeout(Duration::from_secs(2), self.done).await;
        self.path
    }
}

fn pump(mut reader: PipeReader, mut file: File) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut left = MOST_BYTES;
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        if left == 0 {
            continue;
        }
        let part = &buffer[..read.min(usize::try_from(left).unwrap_or(read))];
        left -= part.len() as u64;
        // A full disk takes no more words, but whoever writes them must go on.
        let mut kept = file.write_all(part);
        if kept.is_ok() && left == 0 {
            kept = writeln!(file, "\n[qaops] the rest is left out: only {MOST_BYTES} bytes are kept");
        }
        drop(kept);
    }
}

fn read_tail(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}
