//! What one line asks for, by pip's `handle_line` and `parse_req_from_line`, and whether an instance has it.

use std::str::FromStr;

use domain::base::problem::Problem;
use domain::package::contents::Kind;
use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

use super::options::{self, Given, Purpose};
use super::{Own, at, robot};

/// What a person can do about a source that no instance has.
const FROM_ELSEWHERE: &str = "put a wheel of it into the package and write its path, such as ./wheels/NAME.whl, or \
                              publish it in the deployment's index and write its name";

/// Hashes that pip takes.
const STRONG_HASHES: [&str; 3] = ["sha256", "sha384", "sha512"];

/// The package of Robot Framework.
const ROBOT: &str = "robotframework";

/// Endings of archives that pip installs from a file.
const ARCHIVES: [&str; 12] =
    [".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma"];

/// What a part of a line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A package of the index, or how one is chosen.
    Index,
    /// Hashes of what is installed.
    Hashed,
    /// Archives in a folder of the package.
    Wheels,
    /// The package's own folder or archive.
    Own { own: Own, is_folder: bool },
    /// Another file of the package.
    Include { path: String, constraint: bool },
}

/// Judges the lines of a file.
pub(super) struct Judge<'a, K> {
    /// Kind of a path below the package's root.
    pub(super) kind: &'a K,
    /// The file.
    pub(super) file: &'a str,
    /// The line, from 1.
    pub(super) number: usize,
    /// Whether the file only limits versions.
    pub(super) constraint: bool,
}

impl<K: Fn(&str) -> Option<Kind>> Judge<'_, K> {
    /// What a logical line asks for.
    pub(super) fn meanings(&self, line: &str) -> Result<Vec<Meaning>, Problem> {
        if let Some(variable) = variable(line) {
            let what = format!("has ${{{variable}}}, and no instance has a variable for it");
            return Err(self.problem(what, "write the value itself"));
        }
        let (requirement, options) = parts(line);
        let words = shlex::split(options);
        let words = words.ok_or_else(|| self.problem("has a quotation mark that is not closed", "close it"))?;
        let given = options::read(words).map_err(|what| self.problem(what, "see the documentation of pip"))?;
        let mut meanings = Vec::new();
        for option in &given {
            meanings.push(self.option(option, requirement)?);
        }
        if !requirement.is_empty() {
            meanings.push(self.requirement(requirement)?);
        }
        Ok(meanings)
    }

    fn option(&self, given: &Given, requirement: &str) -> Result<Meaning, Problem> {
        let Given { purpose, name, value } = given;
        let elsewhere = |what: &str| {
            let help = "leave it out: packages come from the deployment's index, which QAOPS_PYTHON_INDEX names";
            self.problem(format!("has the option {name}, {what}"), help)
        };
        match purpose {
            Purpose::Choice => Ok(Meaning::Index),
            Purpose::Hash => self.hash(value),
            // Beside a requirement pip ignores whatever is not about it.
            _ if !requirement.is_empty() => {
                Err(self.problem(format!("has the option {name} beside a requirement"), "give it a line of its own"))
            }
            Purpose::Index => Err(elsewhere("which leads to another index")),
            Purpose::Host => Err(elsewhere("which is about another index")),
            Purpose::Feature => {
                Err(self.problem(format!("has the option {name}, which not every pip has"), "leave it out"))
            }
            Purpose::FindLinks => self.find_links(value),
            Purpose::Editable => self.editable(value),
            Purpose::Requirement => self.included(value, false),
            Purpose::Constraint => self.included(value, true),
        }
    }

    /// `sha256:ab…`; pip takes strong hashes only (`STRONG_HASHES`). `--require-hashes` has no value.
    fn hash(&self, value: &str) -> Result<Meaning, Problem> {
        let (algorithm, digest) = value.split_once(':').unwrap_or((value, ""));
        let is_strong = STRONG_HASHES.contains(&algorithm) && !digest.is_empty();
        if value.is_empty() || is_strong {
            return Ok(Meaning::Hashed);
        }
        let what = format!("has the hash {}, which pip does not take", shown(value));
        Err(self.problem(what, "write one of sha256, sha384 or sha512, such as --hash=sha256:0123ab"))
    }

    /// Another file, relative to this one.
    fn included(&self, value: &str, constraint: bool) -> Result<Meaning, Problem> {
        if is_address(value) {
            let what = format!("includes {}, which is not a file of the package", shown(value));
            return Err(self.problem(what, "put the file into the package and write its path"));
        }
        let path = self.resolved(folder(self.file), value)?;
        match (self.kind)(&path) {
            Some(Kind::File) => Ok(Meaning::Include { path, constraint }),
            _ => {
                let what = format!("includes {}, but the package has no file {}", shown(value), shown(&path));
                Err(self.problem(what, "add the file, or correct the path: it is relative to this file"))
            }
        }
    }

    /// A folder with archives, relative to this file or, where there is none, to the root.
    fn find_links(&self, value: &str) -> Result<Meaning, Problem> {
        let beside = self.resolved(folder(self.file), value);
        let found = [beside, self.resolved("", value)].into_iter().flatten();
        let is_folder = |path: &String| path.is_empty() || (self.kind)(path) == Some(Kind::Folder);
        if !is_address(value) && found.into_iter().any(|path| is_folder(&path)) {
            return Ok(Meaning::Wheels);
        }
        let what = format!("looks for archives in {}, which is not a folder of the package", shown(value));
        Err(self.problem(what, "put the archives into a folder of the package and name that"))
    }

    fn editable(&self, value: &str) -> Result<Meaning, Problem> {
        let (path, _) = extras(value.trim());
        if self.constraint {
            return Err(self.problem("has -e in a file of constraints, which pip refuses", "write the name only"));
        }
        if is_address(value) || is_repository(value) {
            return Err(self.problem(format!("names the address {}", shown(value)), FROM_ELSEWHERE));
        }
        self.folder_to_install(path, Own::InPlace)
    }

    fn requirement(&self, text: &str) -> Result<Meaning, Problem> {
        let (name, marker) = text.split_once(';').unwrap_or((text, ""));
        let name = name.trim();
        if is_address(name) || is_repository(name) {
            return Err(self.problem(format!("names the address {}", shown(name)), FROM_ELSEWHERE));
        }
        let (path, _) = extras(name);
        let looks_like_a_path = path.starts_with('.') || path.contains('/');
        let is_own = looks_like_a_path || ARCHIVES.iter().any(|ending| path.to_lowercase().ends_with(ending));
        if is_own && !name.contains('@') {
            self.check_marker(marker)?;
            return self.own(path);
        }
        if name.ends_with(".txt") && (self.kind)(name) == Some(Kind::File) {
            return Err(
                self.problem(format!("names the file {} as if it were a package", shown(name)), "write -r before it")
            );
        }
        self.named(text)
    }

    fn own(&self, path: &str) -> Result<Meaning, Problem> {
        if self.constraint {
            let what = format!("has the path {} in a file of constraints, which pip refuses", shown(path));
            return Err(self.problem(what, "write name and version"));
        }
        let resolved = self.resolved("", path)?;
        match (self.kind)(&resolved) {
            Some(Kind::File) if ARCHIVES.iter().any(|ending| resolved.to_lowercase().ends_with(ending)) => {
                Ok(Meaning::Own { own: Own::Copied, is_folder: false })
            }
            Some(Kind::File) => {
                let help = "write -r before it if it is a list of requirements";
                Err(self.problem(
                    format!("names the file {}, which is not an archive that pip installs", shown(path)),
                    help,
                ))
            }
            _ => self.folder_to_install(path, Own::Copied),
        }
    }

    /// A folder of the package with what pip builds from, relative to the root, where pip is started.
    fn folder_to_install(&self, path: &str, own: Own) -> Result<Meaning, Problem> {
        let resolved = self.resolved("", path)?;
        let is_there = resolved.is_empty() || (self.kind)(&resolved) == Some(Kind::Folder);
        if !is_there {
            let what = format!("names {}, which the package does not have", shown(path));
            return Err(self.problem(what, "correct the path: it is relative to the package's root"));
        }
        let below = |name: &str| if resolved.is_empty() { name.to_owned() } else { format!("{resolved}/{name}") };
        let builds = ["pyproject.toml", "setup.py"].iter().any(|name| (self.kind)(&below(name)) == Some(Kind::File));
        match builds {
            true => Ok(Meaning::Own { own, is_folder: true }),
            false => {
                let what =
                    format!("installs the folder {}, which has neither pyproject.toml nor setup.py", shown(path));
                Err(self.problem(what, "add a pyproject.toml to it"))
            }
        }
    }

    /// A requirement by its name (PEP 508).
    fn named(&self, text: &str) -> Result<Meaning, Problem> {
        let found = Requirement::<VerbatimUrl>::from_str(text).map_err(|error| {
            let why = error.to_string().lines().next().unwrap_or_default().to_owned();
            self.problem(format!("is not a requirement that pip accepts ({why})"), "write it like \"name==1.2\"")
        })?;
        if let Some(VersionOrUrl::Url(_)) = found.version_or_url {
            return Err(self.problem(format!("gets {} from an address", found.name), FROM_ELSEWHERE));
        }
        if let Some(VersionOrUrl::VersionSpecifier(versions)) = &found.version_or_url
            && found.name.as_ref() == ROBOT
            && robot::is_too_old(versions)
            && robot::may_apply(&found.marker)
        {
            let what = format!("asks for {ROBOT}{versions}, but QAOps needs version {} or newer", robot::OLDEST);
            return Err(self.problem(what, format!("write {ROBOT}>={}", robot::OLDEST)));
        }
        if self.constraint && !found.extras.is_empty() {
            let what = "has extras in a file of constraints, which pip refuses";
            return Err(self.problem(what, "write the name without the part in brackets"));
        }
        Ok(Meaning::Index)
    }

    fn check_marker(&self, marker: &str) -> Result<(), Problem> {
        if marker.trim().is_empty() { Ok(()) } else { self.named(&format!("own ; {}", marker.trim())).map(|_| ()) }
    }

    /// A path below the package's root, seen from a folder of it; empty for the root itself.
    fn resolved(&self, from: &str, path: &str) -> Result<String, Problem> {
        let drive = path.as_bytes().get(1) == Some(&b':');
        if path.starts_with(['/', '~', '\\']) || drive {
            let what = format!("names {}, which lies outside of the package", shown(path));
            return Err(self.problem(what, "write a path within the package"));
        }
        let mut parts: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => {
                    let what = format!("names {}, which leads out of the package", shown(path));
                    return Err(self.problem(what, "put it into the package and write a path within the package"));
                }
                ".." => {}
                part => parts.push(part),
            }
        }
        Ok(parts.join("/"))
    }

    fn problem(&self, what: impl Into<String>, help: impl Into<String>) -> Problem {
        at(self.file, self.number, what, help)
    }
}

/// The requirement and the options of a line: the first word with a `-` before it begins the options.
fn parts(line: &str) -> (&str, &str) {
    let mut at = 0;
    for word in line.split(' ') {
        if word.starts_with('-') {
            return (line[..at].trim(), &line[at..]);
        }
        at += word.len() + 1;
    }
    (line.trim(), "")
}

/// The name in `${NAME}`, which pip would replace: capital letters, digits and `_`.
fn variable(line: &str) -> Option<&str> {
    let names = line.split("${").skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    names.into_iter().find(|name| !name.is_empty() && name.chars().all(is_name))
}

/// A path and the extras after it: `.[test]`.
fn extras(text: &str) -> (&str, &str) {
    match text.strip_suffix(']').and_then(|rest| rest.rfind('[')) {
        Some(at) if at > 0 => text.split_at(at),
        _ => (text, ""),
    }
}

/// A part of a line in quotes, cut to a length that a message can bear, without the password of an address.
fn shown(text: &str) -> String {
    const LONGEST: usize = 100;
    let mut text = text.to_owned();
    if let Some((scheme, rest)) = text.split_once("://") {
        let host = rest.split('/').next().unwrap_or_default();
        if let Some(at) = host.rfind('@') {
            text = format!("{scheme}://***{}", &rest[at..]);
        }
    }
    let short: String = text.chars().take(LONGEST).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("\"{}{dots}\"", short.escape_debug())
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a text has an address in it: one with `://`, or pip's `file:`.
fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("://") || lower.starts_with("file:") || lower.contains(" file:") || lower.contains("@file:")
}

/// Whether a text names a repository without `://`, as `git@host:path` does.
fn is_repository(text: &str) -> bool {
    let lower = text.to_lowercase();
    let before = lower.split_once(':').map_or("", |(before, _)| before);
    ["git@", "git+", "hg+", "svn+", "bzr+"].iter().any(|begin| before.starts_with(begin))
        || ["git", "hg", "svn", "bzr"].contains(&before)
}
