//! Suites: made for one test, or those that the project shows.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A suite package; one that was made for a test lies in a folder of its own, which goes with it.
#[derive(Debug)]
pub struct Suite {
    _scratch: Option<TempDir>,
    folder: PathBuf,
}

impl Suite {
    /// A package `name` with `qaops.toml` and files by path.
    pub fn new(name: &str, config: &str, files: &[(String, String)]) -> Self {
        let scratch = tempfile::tempdir().expect("a folder can be made");
        let folder = scratch.path().join(name);
        std::fs::create_dir(&folder).expect("a folder can be made");
        std::fs::write(folder.join("qaops.toml"), config).expect("a file can be written");
        let suite = Self { _scratch: Some(scratch), folder };
        for (path, text) in files {
            suite.write(path, text);
        }
        suite
    }

    /// The example `name` below `tests/suites`.
    pub fn example(name: &str) -> Self {
        Self { _scratch: None, folder: Path::new(env!("CARGO_MANIFEST_DIR")).join("suites").join(name) }
    }

    /// Writes a file of the package.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

/// `count` files of two tests each, which pass at once.
pub fn passing(count: usize) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("part{n:02}.robot"), file(&["First", "Second"], "No Operation"))).collect()
}

/// `count` files of one test each, which takes `seconds`.
pub fn sleeping(count: usize, seconds: f64) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("part{n:02}.robot"), file(&["Only"], &format!("Sleep    {seconds}s")))).collect()
}

fn file(tests: &[&str], step: &str) -> String {
    let mut text = "*** Test Cases ***\n".to_owned();
    for test in tests {
        let _ = writeln!(text, "{test}\n    {step}");
    }
    text
}
