//! Why there is no local cloud.

use std::path::PathBuf;

use crate::{emulator, programs, python};

/// Why there is no local cloud.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Python is not there.
    #[error(transparent)]
    Python(#[from] python::Error),
    /// The functions are not there.
    #[error(transparent)]
    Programs(#[from] programs::Error),
    /// The emulator does not run.
    #[error(transparent)]
    Emulator(#[from] emulator::Error),
    /// The deployment could not be made.
    #[error("failed to set up the local cloud")]
    Provision(#[from] aws::Error),
    /// A folder that environments shall see is none.
    #[error("QAOPS_LOCAL_SHARED has {}, which is not the absolute path of a folder", .0.display())]
    Shared(PathBuf),
    /// This process may open too few files.
    #[error(
        "this shell may open {most} files only, and the local cloud needs {wanted}: raise its limit with `ulimit -n 4096`"
    )]
    Files {
        /// How many it may open.
        most: u64,
        /// How many are needed.
        wanted: u64,
    },
    /// A file could not be read or written.
    #[error("failed to set up the local cloud from {path}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
