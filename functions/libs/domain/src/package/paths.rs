//! Names of entries that are safe to create below a folder.

use std::collections::HashMap;

use super::{Entry, problem};
use crate::problem::{Problem, quoted};

/// Longest path and longest part of one that every system can create, in bytes.
const LONGEST_PATH: usize = 1024;
const LONGEST_PART: usize = 255;

/// Refuses a path that is empty, absolute, leaves its root, or reads differently on another system; the error is
/// the reason as a fragment after the path.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    let bytes = path.as_bytes();
    if path.is_empty() {
        return Err("is an empty name");
    }
    if path.contains('\\') {
        return Err("has a backslash");
    }
    if path.chars().any(char::is_control) {
        return Err("has a control character");
    }
    if path.starts_with('/') {
        return Err("is an absolute path");
    }
    if bytes.len() > 1 && bytes[1] == b':' && bytes[0].is_ascii_alphabetic() {
        return Err("begins with a drive letter");
    }
    if path.len() > LONGEST_PATH || path.split('/').any(|part| part.len() > LONGEST_PART) {
        return Err("is longer than file systems take");
    }
    match path.split('/').find(|part| matches!(*part, "" | "." | "..")) {
        Some("..") => Err("leads out of its folder"),
        Some(_) => Err("has an empty part"),
        None => Ok(()),
    }
}

/// Refuses what Windows cannot create, or would create as one file.
pub(super) fn check_for_windows(entries: &[Entry]) -> Result<(), Problem> {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(entries.len());
    for entry in entries {
        if let Some(part) = entry.path.split('/').find(|part| !windows_takes(part)) {
            let what = format!("has the part {}, which Windows cannot create", quoted(part));
            return Err(problem(&entry.path, what, "rename it"));
        }
        if let Some(other) = seen.insert(entry.path.to_lowercase(), &entry.path) {
            let what = format!("is one file with {} for Windows, where case does not count", quoted(other));
            return Err(problem(&entry.path, what, "rename one of them"));
        }
    }
    Ok(())
}

fn windows_takes(part: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_lowercase();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let device = DEVICES.contains(&stem.as_str()) || numbered.is_some_and(|n| matches!(n.as_bytes(), [b'0'..=b'9']));
    !device && !part.ends_with(['.', ' ']) && !part.contains(['<', '>', ':', '"', '|', '?', '*'])
}
