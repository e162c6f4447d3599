//! Holds the tree to the design: who may use whom, where things lie, and how long they may be.
//!
//! The rules are functions from what is there to what is wrong with it; each has a planted mistake that it reports.

mod circles;
mod crates;
mod floors;
mod libraries;
mod profile;
mod sources;
mod tree;

use std::path::{Path, PathBuf};

/// What a test of this file ends with.
type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// The steps of a run: each one word for its folder, crate, binary, function and placeholder.
const STEPS: [&str; 12] = [
    "assign",
    "collect",
    "dispatch",
    "evaluate",
    "launch",
    "notify",
    "plan",
    "ready",
    "record",
    "resume",
    "sweep",
    "terminate",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Fails with every problem that was found.
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Fails unless a problem has `part` in it.
fn reported(problems: &[String], part: &str) {
    assert!(problems.iter().any(|problem| problem.contains(part)), "wanted {part}, got {problems:?}");
}
