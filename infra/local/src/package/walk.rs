//! What of a folder belongs into its package.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use domain::base::problem::Problem;
use domain::package::contents::{Entry, Kind, MOST_ENTRIES, inspect, problem};
use domain::package::manifest::FILE as CONFIG;
use walkdir::{DirEntry, WalkDir};

use super::PackageError;

/// Files that Robot Framework leaves behind where it runs.
const RESULTS: [&str; 3] = ["output.xml", "log.html", "report.html"];

/// A file or folder of a package.
#[derive(Debug)]
pub(super) struct Found {
    /// Where it lies.
    pub(super) from: PathBuf,
    /// Path below the package's root, kind and size.
    pub(super) about: Entry,
    /// Permissions of its owner, its group and everyone.
    pub(super) mode: u32,
}

/// Everything below `folder` that belongs into its package, in the order of names. Links within the folder count as
/// what they lead to; one that leaves it is refused, because the file is on this machine only.
pub(super) fn walk(folder: &Path) -> Result<Vec<Found>, PackageError> {
    let root = folder.canonicalize().map_err(|source| super::unreadable(folder, source))?;
    let walk = WalkDir::new(&root).min_depth(1).follow_links(true).sort_by_file_name().into_iter();
    let mut found = Vec::new();
    for entry in walk.filter_entry(|entry| !is_left_out(entry)) {
        match entry {
            Ok(entry) => found.extend(look_at(&root, &entry)?),
            Err(error) if error.path().is_some_and(is_hidden) => {}
            Err(error) => return Err(unwalkable(&root, error)),
        }
        // A folder that is far too large, such as somebody's home, is not walked to its end.
        if found.len() > MOST_ENTRIES {
            break;
        }
    }
    let entries: Vec<Entry> = found.iter().map(|found| found.about.clone()).collect();
    inspect(&entries).and_then(|()| one_config(folder, &entries)).map_err(PackageError::Refused)?;
    Ok(found)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Hidden files, caches, results of earlier runs and virtual environments, which are bound to this machine.
fn is_left_out(entry: &DirEntry) -> bool {
    let has = |name: &str| entry.path().join(name).exists();
    let name = entry.file_name();
    match entry.file_type().is_dir() {
        true => {
            let left_behind = has("verdict.json") && has(RESULTS[0]);
            is_hidden(entry.path()) || name == "__pycache__" || has("pyvenv.cfg") || left_behind
        }
        false => is_hidden(entry.path()) || (entry.depth() == 1 && RESULTS.iter().any(|result| name == *result)),
    }
}

/// The entry, or none for what is neither file nor folder, such as a socket.
fn look_at(root: &Path, entry: &DirEntry) -> Result<Option<Found>, PackageError> {
    let path = below(root, entry.path())?;
    if entry.path_is_symlink() && !entry.path().canonicalize().is_ok_and(|target| target.starts_with(root)) {
        let what = "is a link that leads out of the folder";
        return Err(PackageError::Refused(problem(&path, what, "put the file itself into the folder")));
    }
    let kind = match entry.file_type() {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_file() => Kind::File,
        _ => return Ok(None),
    };
    let about = fs::metadata(entry.path()).map_err(|source| super::unreadable(entry.path(), source))?;
    let size = if kind == Kind::File { about.len() } else { 0 };
    let mode = about.permissions().mode() & 0o777;
    let about = Entry { path, kind, size, compressed: size };
    Ok(Some(Found { from: entry.path().to_owned(), about, mode }))
}

/// The path below the root, as a package writes it.
fn below(root: &Path, path: &Path) -> Result<String, PackageError> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    match relative.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => {
            let what = "has a name that is not UTF-8";
            Err(PackageError::Refused(problem(&relative.to_string_lossy(), what, "rename it")))
        }
    }
}

fn unwalkable(root: &Path, error: walkdir::Error) -> PackageError {
    let path = error.path().unwrap_or(root).to_owned();
    let is_link = path.is_symlink();
    let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
    let refused = |what: &str, mend: &str| PackageError::Refused(problem(&shown, what, mend));
    if error.loop_ancestor().is_some() {
        return refused("is a link to a folder that it lies in", "take it out");
    }
    if is_link && !path.exists() {
        return refused("is a link that leads nowhere", "take it out, or put the file itself into the folder");
    }
    let why = error.into_io_error().unwrap_or_else(|| io::Error::other("it cannot be walked through"));
    super::unreadable(&path, why)
}

/// Refuses a folder above a package: with an empty `qaops.toml` for the whole, the gates of the one below would
/// silently not count.
fn one_config(folder: &Path, entries: &[Entry]) -> Result<(), Problem> {
    let is_config = |entry: &&Entry| entry.path == CONFIG || entry.path.ends_with(&format!("/{CONFIG}"));
    let configs: Vec<&Entry> = entries.iter().filter(is_config).collect();
    match configs.first() {
        Some(below) if configs.iter().all(|entry| entry.path != CONFIG) => {
            let what = format!("there is no {CONFIG} in it, but one in \"{}\"", below.path);
            let mend = format!("name the folder of that one, or add a {CONFIG} for the whole");
            Err(Problem::new(folder.display().to_string(), what, mend))
        }
        _ => Ok(()),
    }
}
