//! Where things lie, and what no file names.

use std::collections::BTreeSet;

use ignore::WalkBuilder;

use crate::{Fallible, STEPS, none, reported, root};

/// What a visitor sees at the top.
const VISIBLE: [&str; 9] =
    ["CHANGELOG.md", "Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "functions", "infra", "statemachine", "tests"];
/// First folders of paths that are good on one machine only.
const MACHINE: [&str; 4] = ["root", "home", "work", "Users"];
/// First folder of files that a test may make up.
const SCRATCH: &str = "tmp";

/// A file of the project.
pub(crate) struct ProjectFile {
    /// Path below the root.
    pub(crate) path: String,
    /// Its text; empty for one that is not text.
    pub(crate) text: String,
}

/// Files below which it is not the whole project that was found.
const FEWEST: usize = 300;

/// Every file of the project but those that a `.gitignore` names, in a clone of git or an unpacked archive alike.
pub(crate) fn project_files() -> Fallible<Vec<ProjectFile>> {
    let mut walk = WalkBuilder::new(root());
    walk.hidden(false).parents(false).require_git(false).filter_entry(|entry| entry.file_name() != ".git");
    let mut files = Vec::new();
    for entry in walk.build() {
        let entry = entry?;
        let path = entry.path().strip_prefix(root())?.to_string_lossy().into_owned();
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            let text = String::from_utf8(std::fs::read(entry.path())?).unwrap_or_default();
            files.push(ProjectFile { path, text });
        }
    }
    assert!(files.len() >= FEWEST, "only {} files are there", files.len());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Visible names at the top that the design does not have.
fn strangers(files: &[ProjectFile]) -> Vec<String> {
    let top = files.iter().filter_map(|file| file.path.split('/').next());
    let strange: BTreeSet<&str> = top.filter(|name| !name.starts_with('.') && !VISIBLE.contains(name)).collect();
    strange.into_iter().map(|name| format!("{name} lies at the top")).collect()
}

/// Folders of functions that are no step, and steps without a folder.
fn strange_functions(files: &[ProjectFile]) -> Vec<String> {
    let below = files.iter().filter_map(|file| file.path.strip_prefix("functions/")?.split('/').next());
    let found: BTreeSet<&str> = below.filter(|name| *name != "libs").collect();
    let wanted = BTreeSet::from(STEPS);
    let strange = found.difference(&wanted).map(|name| format!("functions/{name} is no step"));
    strange.chain(wanted.difference(&found).map(|name| format!("functions/{name} is missing"))).collect()
}

/// Lines that name a path of one machine.
fn machine_paths(files: &[ProjectFile], own: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            let named = own.iter().any(|own| line.contains(own.as_str()));
            if named || names_machine_path(line, is_test(&file.path)) {
                problems.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    problems
}

/// Whether an absolute path of a user's or a machine's folder stands in a line.
fn names_machine_path(line: &str, is_test: bool) -> bool {
    line.match_indices('/').any(|(at, _)| {
        let starts = line[..at].chars().next_back().is_none_or(|before| !is_of_path(before));
        let mut parts = line[at + 1..].splitn(3, '/');
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return false };
        let goes_on = second.starts_with(|letter: char| letter.is_ascii_alphanumeric());
        starts && goes_on && (MACHINE.contains(&first) || (first == SCRATCH && !is_test))
    })
}

fn is_of_path(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.-$}~>)*".contains(letter)
}

fn is_test(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.any(|part| part == "tests" || part == "tests.rs" || part.starts_with("test_"))
}

/// This machine's own names for the root and the user's folder, where they are long enough to mean something.
fn own_paths() -> Fallible<Vec<String>> {
    let root = root().canonicalize()?.to_string_lossy().into_owned();
    let home = std::env::var("HOME").unwrap_or_default();
    Ok([root, home].into_iter().filter(|path| path.matches('/').count() > 1).map(|path| path + "/").collect())
}

#[test]
fn only_what_the_design_names_lies_at_the_top() -> Fallible<()> {
    none(&strangers(&project_files()?));
    Ok(())
}

#[test]
fn the_folders_of_functions_are_the_steps() -> Fallible<()> {
    none(&strange_functions(&project_files()?));
    Ok(())
}

#[test]
fn no_file_names_a_path_of_one_machine() -> Fallible<()> {
    none(&machine_paths(&project_files()?, &own_paths()?));
    Ok(())
}

fn planted(path: &str, text: &str) -> Vec<ProjectFile> {
    vec![ProjectFile { path: path.to_owned(), text: text.to_owned() }]
}

#[test]
fn planted_strangers_are_reported() {
    reported(&strangers(&planted("scripts/build.sh", "")), "scripts lies at the top");
    none(&strangers(&planted(".ci/run", "")));
    let problems = strange_functions(&planted("functions/helper/src/lib.rs", ""));
    reported(&problems, "functions/helper is no step");
    reported(&problems, "functions/plan is missing");
}

#[test]
fn planted_paths_of_a_machine_are_reported() {
    for first in MACHINE {
        let files = planted("infra/local/src/main.rs", &format!("\n  let path = \"/{first}/somebody/x\";"));
        reported(&machine_paths(&files, &[]), "infra/local/src/main.rs:2:");
    }
    let scratch = format!("/{SCRATCH}/x.log");
    reported(&machine_paths(&planted("README.md", &scratch), &[]), "README.md:1:");
    none(&machine_paths(&planted("tests/lib.rs", &scratch), &[]));
    reported(
        &machine_paths(&planted("README.md", "see /opt/checkout/x"), &["/opt/checkout/".to_owned()]),
        "README.md:1:",
    );
    let neutral = format!("$HOME/{0}/x ./{0}/x some/{0}/x https://example.org/{0}/x <a href=\"/{0}\">", MACHINE[2]);
    none(&machine_paths(&planted("README.md", &neutral), &[]));
}
