//! Names of entries that Windows can create, each as a file of its own.

use std::collections::HashMap;

use super::{Entry, problem};
use crate::base::problem::{Problem, quoted};

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
