//! Robot Framework itself, where the machine has it.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A Python that can import Robot Framework 7 or later: `$QAOPS_PYTHON`, else `python3`.
pub(crate) fn python() -> Option<PathBuf> {
    let named = std::env::var_os("QAOPS_PYTHON").map(PathBuf::from);
    let found = [named, Some("python3".into())].into_iter().flatten().find(|python| has_robot(python.as_os_str()));
    if found.is_none() {
        eprintln!("skipped: no Python with Robot Framework 7");
    }
    found
}

fn has_robot(python: &OsStr) -> bool {
    let check = "import robot.version as v; raise SystemExit(int(v.VERSION.split('.')[0]) < 7)";
    let status = Command::new(python).args(["-c", check]).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The corpus of result files, if it is there.
pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus");
    let corpus = std::env::var_os("QAOPS_CORPUS").map_or(beside, PathBuf::from).join("robot");
    let found = corpus.join("index.tsv").is_file();
    if !found {
        eprintln!("skipped: no corpus");
    }
    found.then_some(corpus)
}

/// What a Python script prints.
pub(crate) fn run(python: &PathBuf, script: &str, arguments: &[&OsStr]) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/robot").join(script);
    let output = Command::new(python).arg(path).args(arguments).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the script prints UTF-8")
}
