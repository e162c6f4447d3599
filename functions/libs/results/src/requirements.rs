//! Reads a package's `requirements.txt` as pip reads it, and refuses what an instance could not install.
//!
//! One implementation for `plan`, `qaops check` and the runner. It has no input or output of its own: the caller feeds
//! each file that [`Reader::wants`] names. The rules of the format are those of pip's `req_file.py`, `encoding.py` and
//! `constructors.py`. What leads out of the package or to another index is refused with file and line, because only the
//! package and the deployment's index are there on an instance.

mod line;
mod lines;
mod options;
mod robot;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use domain::base::problem::Problem;
use domain::package::contents::Kind;
use sha2::{Digest, Sha256};

use self::line::{Judge, Meaning};
use self::lines::Line;

/// Name of the file at the package's root.
pub const FILE: &str = "requirements.txt";

/// Bytes that a file of requirements may have.
pub const MOST_BYTES: u64 = 1 << 20;

/// Files that may be included in all.
const MOST_FILES: usize = 64;

/// What the files ask for, as far as QAOps has to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Content of every file that was read, by its path below the package's root.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What they install from the package itself.
    pub own: Own,
}

impl Requirements {
    /// Sum of all that decides what is installed, beside Python itself; none where there is nothing to install, or where
    /// it stays in the package's own folder.
    ///
    /// `package` is one name for one version of the package.
    pub fn sum(&self, package: &str) -> Option<String> {
        if self.files.is_empty() || self.own == Own::InPlace {
            return None;
        }
        let mut sum = Sha256::new();
        for (path, content) in &self.files {
            sum.update(format!("{path}\n{}\n", content.len()));
            sum.update(content);
        }
        if self.own == Own::Copied {
            sum.update(package);
        }
        Some(hex::encode(sum.finalize()))
    }
}

/// What is installed from the package itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Own {
    /// Nothing.
    #[default]
    Nothing,
    /// A folder or an archive, which is built and copied.
    Copied,
    /// A folder that stays where it is (`-e`).
    InPlace,
}

/// Reads `requirements.txt` and the files that it includes.
pub struct Reader<K> {
    /// Kind of a path below the package's root; none where nothing is there.
    kind: K,
    /// Files to read, the next one last.
    open: Vec<Include>,
    /// Which file includes which, each with the line.
    includes: Vec<(String, usize, String)>,
    seen: BTreeSet<Include>,
    found: Requirements,
    hashes: Option<(String, usize)>,
    folders: Vec<(String, usize)>,
}

/// A file to read, and whether its lines only limit versions (`-c`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Include {
    path: String,
    constraint: bool,
}

impl<K: Fn(&str) -> Option<Kind>> Reader<K> {
    /// A reader of the package whose paths `kind` knows. A package without the file needs nothing.
    pub fn new(kind: K) -> Self {
        let first = Include { path: FILE.to_owned(), constraint: false };
        let open: Vec<Include> = (kind(FILE) == Some(Kind::File)).then_some(first).into_iter().collect();
        let seen = open.iter().cloned().collect();
        let (found, includes, folders) = (Requirements::default(), Vec::new(), Vec::new());
        Self { kind, open, includes, seen, found, hashes: None, folders }
    }

    /// Path below the package's root of the file that [`Self::feed`] needs next; none when everything was read.
    pub fn wants(&self) -> Option<&str> {
        self.open.last().map(|include| include.path.as_str())
    }

    /// Takes the content of the file that was asked for.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let Some(Include { path, constraint }) = self.open.pop() else { return Ok(()) };
        if bytes.len() as u64 > MOST_BYTES {
            let what = format!("has {} bytes, but may have {MOST_BYTES}", bytes.len());
            return Err(Problem::new(path, what, "shorten it"));
        }
        let text = text::decode(&path, bytes)?;
        self.found.files.insert(path.clone(), bytes.to_vec());
        for line in lines::lines(&text) {
            self.take(&path, constraint, &line)?;
        }
        Ok(())
    }

    fn take(&mut self, path: &str, constraint: bool, line: &Line) -> Result<(), Problem> {
        let judge = Judge { kind: &self.kind, file: path, number: line.number, constraint };
        for meaning in judge.meanings(&line.text)? {
            match meaning {
                Meaning::Index => {}
                Meaning::Hashed => drop(self.hashes.get_or_insert((path.to_owned(), line.number))),
                Meaning::Wheels => self.found.own = self.found.own.max(Own::Copied),
                Meaning::Own { own, is_folder } => {
                    self.found.own = self.found.own.max(own);
                    self.folders.extend(is_folder.then(|| (path.to_owned(), line.number)));
                }
                Meaning::Include { path: included, constraint } => {
                    self.includes.push((path.to_owned(), line.number, included.clone()));
                    self.include(path, line.number, Include { path: included, constraint })?;
                }
            }
        }
        Ok(())
    }

    fn include(&mut self, path: &str, line: usize, include: Include) -> Result<(), Problem> {
        if !self.seen.insert(include.clone()) {
            return Ok(());
        }
        if self.seen.len() > MOST_FILES {
            let what = format!("more than {MOST_FILES} files are included");
            return Err(at(path, line, what, "put their lines into fewer files"));
        }
        self.open.push(include);
        Ok(())
    }

    /// What was read, once nothing is wanted any more.
    pub fn finish(self) -> Result<Requirements, Problem> {
        if let Some((path, line, included)) = self.includes.iter().find(|(path, _, next)| self.leads(next, path)) {
            let what = format!("{included} includes this file again, and pip would never come to an end");
            return Err(at(path, *line, what, "take one of the two lines out"));
        }
        if let (Some((file, hash)), Some((path, line))) = (&self.hashes, self.folders.first()) {
            let what = format!("a folder has no hash, but with line {hash} of {file} pip wants one of everything");
            return Err(at(
                path,
                *line,
                what,
                "take the hashes out, or put a wheel into the package and write its hash",
            ));
        }
        Ok(self.found)
    }

    /// Whether one file includes another, over others too.
    fn leads(&self, from: &str, to: &str) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(path) = open.pop() {
            if path == to {
                return true;
            }
            if seen.insert(path) {
                open.extend(self.includes.iter().filter(|(by, ..)| by == path).map(|(.., next)| next.as_str()));
            }
        }
        false
    }
}

/// The problem of a line.
fn at(path: &str, line: usize, what: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem::new(format!("{path}: line {line}"), what, help)
}

#[cfg(test)]
mod tests;
