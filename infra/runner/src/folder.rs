//! The folder of an attempt, which is also the mark that it was started.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use domain::base::ids::{Attempt, RunId};

/// `<work>/<run>/<shard>-<attempt>`, made by whoever starts the attempt first. It stays, empty, when the attempt is over.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder, or refuses when it is there already: SendCommand has no client token, so a command may come twice.
    pub fn claim(work: &Path, run: &RunId, attempt: &Attempt) -> Result<Self, Error> {
        check_id(run)?;
        check_id(&attempt.shard)?;
        let parent = work.join(run.as_str());
        let path = parent.join(attempt.to_string());
        let made = std::fs::create_dir_all(&parent).and_then(|()| std::fs::create_dir(&path));
        match made {
            Ok(()) => Ok(Self { path }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Error::AlreadyStarted(path)),
            Err(source) => Err(Error::Work { path, source }),
        }
    }

    /// Its path, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes everything in it, as far as the system lets us; the folder itself stays.
    pub fn empty(&self) {
        let Ok(entries) = std::fs::read_dir(&self.path) else { return };
        for entry in entries.flatten() {
            let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let removed =
                if folder { std::fs::remove_dir_all(entry.path()) } else { std::fs::remove_file(entry.path()) };
            if let Err(error) = removed {
                eprintln!("qaops-runner: {} stays: {error}", entry.path().display());
            }
        }
    }
}

fn check_id(id: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || !id.chars().all(plain) { Err(Error::BadId(id.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(number: u32) -> Attempt {
        Attempt { shard: "0001".into(), number }
    }

    #[test]
    fn an_attempt_is_claimed_once_even_after_it_is_over() {
        let work = tempfile::tempdir().unwrap();
        let folder = Folder::claim(work.path(), &"run".into(), &attempt(1)).unwrap();
        std::fs::create_dir(folder.path().join("out")).unwrap();
        folder.empty();
        assert!(!folder.path().join("out").exists());
        let error = Folder::claim(work.path(), &"run".into(), &attempt(1)).unwrap_err();
        assert_eq!(error.code(), 75);
        Folder::claim(work.path(), &"run".into(), &attempt(2)).unwrap();
    }

    #[test]
    fn an_id_that_leaves_the_work_folder_is_refused() {
        let work = tempfile::tempdir().unwrap();
        for bad in ["..", "a/b", "", "a\\b"] {
            assert!(matches!(Folder::claim(work.path(), &bad.into(), &attempt(1)), Err(Error::BadId(_))), "{bad}");
        }
    }
}
