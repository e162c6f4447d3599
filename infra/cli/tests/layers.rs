//! Python packages that a suite asks for are installed once, and later runs have them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A package that asks for what this machine's Python has, so that no index is needed.
fn package(requirements: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let test = "*** Test Cases ***\nT\n    No Operation\n";
    let files = [
        ("qaops.toml", "suite = \"layers\"\n"),
        ("requirements.txt", requirements),
        ("a.robot", test),
        ("b.robot", test),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What the environments of a run say of the requirements, in the order of the words.
fn said(package: &Path, cache: &Path) -> Vec<String> {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_qaops"))
        .args(["run", "--environments", "2", "--out", out.path().to_str().unwrap()])
        .arg(package)
        .env("XDG_CACHE_HOME", cache)
        .env("QAOPS_LOCAL_FAULTS", "[]")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let texts = consoles(out.path());
    let lines = texts.iter().flat_map(|text| text.lines()).filter(|line| line.contains("requirements.txt"));
    let mut lines: Vec<String> = lines.filter_map(|line| Some(line.strip_prefix("[qaops] ")?.to_owned())).collect();
    lines.sort();
    lines
}

/// The texts of all `console.txt` below a folder.
fn consoles(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let of = |path: std::path::PathBuf| match path.is_dir() {
        true => consoles(&path),
        false if path.ends_with("console.txt") => vec![std::fs::read_to_string(path).unwrap()],
        false => Vec::new(),
    };
    entries.flat_map(of).collect()
}

#[test]
fn requirements_are_installed_once_for_all_later_runs() {
    let cache = tempfile::tempdir().unwrap();
    let (by_pip, as_built) =
        ("requirements.txt is installed", "requirements.txt is installed as an earlier run built it");
    let first = package("robotframework>=6\n");
    assert_eq!(said(first.path(), cache.path()), [by_pip, by_pip]);
    assert_eq!(said(first.path(), cache.path()), [as_built, as_built]);
    let other = package("robotframework>=6.1\n");
    assert_eq!(said(other.path(), cache.path()), [by_pip, by_pip]);
}
