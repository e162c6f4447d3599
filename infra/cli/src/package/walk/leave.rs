//! What of a folder is left out of its package.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use domain::base::problem::Problem;
use domain::package::manifest::FILE as CONFIG;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::DirEntry;

use super::super::PackageError;

/// Name of the file at the folder's root that says what is left out, with the syntax of `.gitignore`.
const FILE: &str = ".qaopsignore";

/// What version control, the system and tools keep for themselves. `node_modules` is not here: tests may run from it.
const NAMES: [&str; 9] =
    [".git", ".hg", ".svn", ".qaops", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".DS_Store"];

/// Files that Robot Framework leaves behind where it runs, each with what is in the first bytes of its own.
const RESULTS: [(&str, &[&str]); 3] = [
    ("output.xml", &["<robot generator=\"Robot ", "<robot generator=\"Rebot "]),
    ("log.html", &["content=\"Robot Framework"]),
    ("report.html", &["content=\"Robot Framework"]),
];

/// Bytes in which a result of Robot Framework says what it is.
const BEGIN: u64 = 4 << 10;

/// By what something is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Rule {
    /// It is never a part of tests.
    Default,
    /// `.qaopsignore`.
    Ignored,
}

/// What is left out of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct LeftOut {
    /// Path below the root, a folder with `/` at its end.
    pub(in super::super) path: String,
    /// Why.
    pub(in super::super) rule: Rule,
}

/// Rules of a folder.
pub(super) struct Rules {
    ignored: Gitignore,
}

impl Rules {
    /// The rules of the folder `root`. What cannot be read in `.qaopsignore` is a problem of its line.
    pub(super) fn of(root: &Path) -> Result<Self, PackageError> {
        let refused = |number: usize, what: String, help: &str| {
            PackageError::Refused(Problem::new(format!("{FILE}: line {number}"), what, help))
        };
        let mut builder = GitignoreBuilder::new(root);
        let file = root.join(FILE);
        let bytes = if file.is_file() { std::fs::read(&file) } else { Ok(Vec::new()) };
        let bytes = bytes.map_err(|source| super::super::unreadable(&file, source))?;
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let line = std::str::from_utf8(line)
                .map_err(|_| refused(number, "is not UTF-8".to_owned(), "save the file as UTF-8"))?;
            // Editors of Windows begin a file with this mark.
            let line = if number == 1 { line.trim_start_matches('\u{feff}') } else { line };
            builder
                .add_line(None, line.trim_end_matches('\r'))
                .map_err(|error| refused(number, format!("is not a pattern: {}", reason(&error)), "correct it"))?;
        }
        let built = builder.build();
        Ok(Self { ignored: built.map_err(|error| refused(0, error.to_string(), "write fewer patterns"))? })
    }

    /// Whether an entry belongs into the package; what does not is added to `left_out`. A `!` in `.qaopsignore` takes
    /// back what is left out by default.
    pub(super) fn keep(&self, entry: &DirEntry, left_out: &mut Vec<LeftOut>) -> bool {
        let is_folder = entry.file_type().is_dir();
        // Without this file its gates would silently not count.
        if entry.depth() == 1 && entry.file_name() == CONFIG {
            return true;
        }
        let rule = match self.ignored.matched(entry.path(), is_folder) {
            Match::Ignore(_) => Rule::Ignored,
            Match::None if is_left_out(entry) => Rule::Default,
            _ => return true,
        };
        let below = entry.path().strip_prefix(self.ignored.path()).unwrap_or(entry.path());
        let path = format!("{}{}", below.display(), if is_folder { "/" } else { "" });
        left_out.push(LeftOut { path, rule });
        false
    }
}

/// The reason alone: its place is told beside it.
fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithPath { err, .. } => reason(err),
        other => other.to_string(),
    }
}

/// Whether something is left out by default: by its name, as a virtual environment, which is bound to this machine, or as
/// the result of an earlier run.
fn is_left_out(entry: &DirEntry) -> bool {
    let has = |name: &str| entry.path().join(name).exists();
    let named = NAMES.iter().any(|name| entry.file_name() == *name);
    match entry.file_type().is_dir() {
        true => named || has("pyvenv.cfg") || has("verdict.json") && has("output.xml"),
        false => named || entry.depth() == 1 && is_result(entry),
    }
}

/// Whether a file is a result of Robot Framework by name and content: another program's `report.html` may be test data.
fn is_result(entry: &DirEntry) -> bool {
    let Some((_, signs)) = RESULTS.iter().find(|(name, _)| entry.file_name() == *name) else { return false };
    let Ok(file) = File::open(entry.path()) else { return false };
    let mut begin = Vec::new();
    let read = file.take(BEGIN).read_to_end(&mut begin);
    let begin = String::from_utf8_lossy(&begin);
    read.is_ok() && signs.iter().any(|sign| begin.contains(sign))
}
