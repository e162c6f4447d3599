//! What of a folder belongs into its package: everything that a zip of it would hold, hidden files too, but for a short
//! list of what is never a part of the tests, and for what `.qaopsignore` names.

mod leave;

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use domain::base::problem::Problem;
use domain::package::contents::{Entry, Kind, MOST_ENTRIES, inspect, problem};
use domain::package::manifest::FILE as CONFIG;
use walkdir::WalkDir;

pub(super) use self::leave::{LeftOut, Rule};
use super::PackageError;

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

/// Everything below `folder` that belongs into its package, in the order of names, and what does not. Links within the
/// folder count as what they lead to; one that leaves it is refused, because the file is on this machine only.
pub(super) fn walk(folder: &Path) -> Result<(Vec<Found>, Vec<LeftOut>), PackageError> {
    let root = folder.canonicalize().map_err(|source| super::unreadable(folder, source))?;
    let rules = leave::Rules::of(&root)?;
    let walk = WalkDir::new(&root).min_depth(1).follow_links(true).sort_by_file_name().into_iter();
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for entry in walk.filter_entry(|entry| rules.keep(entry, &mut left_out)) {
        match entry {
            Ok(entry) => found.extend(look_at(&root, &entry)?),
            Err(error) if error.path().is_some_and(is_lock) => {}
            Err(error) => return Err(unwalkable(&root, error)),
        }
        // A folder that is far too large, such as somebody's home, is not walked to its end.
        if found.len() > MOST_ENTRIES {
            break;
        }
    }
    let entries: Vec<Entry> = found.iter().map(|found| found.about.clone()).collect();
    inspect(&entries).and_then(|()| one_config(folder, &entries)).map_err(PackageError::Refused)?;
    Ok((found, left_out))
}

/// Whether a path is a link with which Emacs locks a file: it leads nowhere.
fn is_lock(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".#"))
}

/// The entry, or none for what is neither file nor folder, such as a socket.
fn look_at(root: &Path, entry: &walkdir::DirEntry) -> Result<Option<Found>, PackageError> {
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
    let refused = |what: &str, help: &str| PackageError::Refused(problem(&shown, what, help));
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
            let help = format!("name the folder of that one, or add a {CONFIG} for the whole");
            Err(Problem::new(folder.display().to_string(), what, help))
        }
        _ => Ok(()),
    }
}
