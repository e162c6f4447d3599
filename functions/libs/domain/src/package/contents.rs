//! Suite packages: what may be in one, and which of its files are suites.
//!
//! A package comes from whoever may start a run, so nothing in it is trusted: a name that would leave the folder
//! it is unpacked into, a link, or a file that unpacks to more than a disk holds is refused before anything is written.

mod suites;
mod windows;

use std::collections::HashMap;

use crate::base::paths;
use crate::base::problem::{Problem, quoted};
use crate::base::text::breaks_a_line;
use crate::package::manifest::{self, Config};
use crate::package::platform::Platform;

pub use self::suites::suite_files;

/// Entries that a package may have.
pub const MOST_ENTRIES: usize = 100_000;

/// Bytes that a package may have once it is unpacked: 2 GiB.
pub const MOST_BYTES: u64 = 2 << 30;

/// Bytes that a `qaops.toml` may have.
pub const MOST_CONFIG_BYTES: u64 = 256 << 10;

/// The highest compression ratio of a file. Only a file that is made to fill disks has a higher one.
const MOST_RATIO: u64 = 200;

/// Bytes below which a file's ratio says nothing.
const RATIO_FROM: u64 = 16 << 20;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A device, a pipe or a socket.
    Special,
}

/// An entry of a package, from a zip's directory or from a walk through a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path below the root with `/` between folders, as it is written: unchecked, for a folder without the slash at its end.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Bytes of its content.
    pub size: u64,
    /// Bytes that it takes in the package.
    pub compressed: u64,
}

/// Folders that a suite file may lie in: each is a suite around the next, and results nest two levels for each.
const MOST_FOLDERS: usize = 50;

/// A package that can be run.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Its `qaops.toml`.
    pub config: Config,
    /// Paths of its suite files in the order in which Robot Framework runs them.
    pub suite_files: Vec<String>,
}

/// The one check of a package, for `plan` and for `qaops check` alike: its entries, its `qaops.toml` (none if it has
/// none), and that there is something to run.
pub fn check(entries: &[Entry], config: Option<&str>) -> Result<Checked, Problem> {
    inspect(entries)?;
    let Some(text) = config else { return Err(no_config(entries)) };
    let config = Config::parse(text)?;
    if config.platform == Some(Platform::Windows) {
        windows::check_for_windows(entries)?;
    }
    let files = entries.iter().filter(|entry| entry.kind == Kind::File);
    let files: Vec<&str> = files.map(|entry| entry.path.as_str()).collect();
    config.check_files(&files)?;
    let suite_files = suite_files(files, &config.robot.folder);
    if suite_files.is_empty() {
        return Err(no_suites(entries, &config.robot.folder));
    }
    if let Some(deep) = suite_files.iter().find(|path| path.matches('/').count() > MOST_FOLDERS) {
        return Err(problem(deep, format!("lies in more than {MOST_FOLDERS} folders"), "move it up"));
    }
    Ok(Checked { config, suite_files })
}

/// Refuses entries that could do harm when they are unpacked. The problem names the entry and how to fix it.
pub fn inspect(entries: &[Entry]) -> Result<(), Problem> {
    if entries.len() > MOST_ENTRIES {
        let what = format!("it has {} entries, but may have {MOST_ENTRIES}", entries.len());
        return Err(Problem::new("package", what, "leave out what no test needs"));
    }
    let mut total: u64 = 0;
    for entry in entries {
        check_entry(entry)?;
        total = total.saturating_add(entry.size);
        if total > MOST_BYTES {
            let what = "it unpacks to more than 2 GiB";
            return Err(Problem::new("package", what, "leave out what no test needs, or fetch it in hooks.before"));
        }
    }
    check_tree(entries)
}

/// The problem of an entry: `package: "<path>": …`.
pub fn problem(path: &str, what: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem::new(format!("package: {}", quoted(path)), what, help)
}

/// What to do about a path that is refused.
fn how_to_fix(path: &str) -> &'static str {
    match path.contains('\\') {
        true => "zip the folder again with \"tar -a -c -f package.zip *\", which Windows has, too, or with 7-Zip",
        false if path.chars().any(breaks_a_line) => "rename it",
        false => "zip the folder's own content with plain relative names",
    }
}

fn check_entry(entry: &Entry) -> Result<(), Problem> {
    let path = &entry.path;
    paths::check_path(path).map_err(|why| problem(path, why, how_to_fix(path)))?;
    match entry.kind {
        Kind::Link => return Err(problem(path, "is a symbolic link", "put the file itself into the package")),
        Kind::Special => return Err(problem(path, "is a device, pipe or socket", "leave it out")),
        Kind::File | Kind::Folder => {}
    }
    if entry.size > RATIO_FROM && entry.size / MOST_RATIO > entry.compressed {
        let what = format!("unpacks to {} bytes from {}", entry.size, entry.compressed);
        return Err(problem(path, what, "such files fill disks; make it in hooks.before if a test needs it"));
    }
    Ok(())
}

/// Refuses a name that comes twice, and a file that is also the folder of another entry.
fn check_tree(entries: &[Entry]) -> Result<(), Problem> {
    let mut kinds: HashMap<&str, Kind> = HashMap::with_capacity(entries.len());
    for entry in entries {
        if kinds.insert(&entry.path, entry.kind).is_some() {
            return Err(problem(&entry.path, "is in the package twice", "keep one of them"));
        }
    }
    for entry in entries {
        for (at, _) in entry.path.match_indices('/') {
            let parent = &entry.path[..at];
            if kinds.get(parent).is_some_and(|kind| *kind != Kind::Folder) {
                return Err(problem(
                    parent,
                    format!("is a file and the folder of {}", quoted(&entry.path)),
                    "rename one",
                ));
            }
        }
    }
    Ok(())
}

/// A zip of a folder, as a repository's download is, has everything one level too deep.
fn no_config(entries: &[Entry]) -> Problem {
    let deep = |entry: &&Entry| {
        let mut parts = entry.path.split('/');
        entry.kind == Kind::File && parts.nth(1) == Some(manifest::FILE) && parts.next().is_none()
    };
    let what = format!("there is no {} at its root", manifest::FILE);
    let help = match entries.iter().find(deep) {
        Some(entry) => format!(
            "it is in {} one folder down: zip that folder's content, not the folder itself",
            quoted(&entry.path)
        ),
        None => format!("add one, in the simplest case with the line suite = \"<name>\" in {}", manifest::FILE),
    };
    Problem::new("package", what, help)
}

fn no_suites(entries: &[Entry], folder: &str) -> Problem {
    if !folder.is_empty() {
        let help = "add a .robot file with tests, or correct robot.folder";
        return Problem::new("package", format!("there is no suite file in its folder {}", quoted(folder)), help);
    }
    let ignored = |entry: &&Entry| entry.kind == Kind::File && entry.path.to_lowercase().ends_with(".robot");
    let help = match entries.iter().find(ignored) {
        Some(entry) => format!(
            "Robot Framework ignores {}, because it or a folder of it begins with \"_\" or \".\"",
            quoted(&entry.path)
        ),
        None => "add a .robot file with tests".to_owned(),
    };
    Problem::new("package", "there is no suite file in it", help)
}

#[cfg(test)]
mod tests;
