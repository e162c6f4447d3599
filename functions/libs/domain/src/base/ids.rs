//! Names of runs and of what belongs to them.

use serde::{Deserialize, Serialize};

/// A run, and when it started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRef {
    /// Run's id.
    pub run: String,
    /// Unix time of its start in seconds.
    pub started: i64,
}
