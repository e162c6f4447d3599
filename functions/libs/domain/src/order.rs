//! The order for one attempt at a shard, from `dispatch` to the runner: `runs/<run>/orders/<shard>-<attempt>.json`.

use serde::{Deserialize, Serialize};

/// What one attempt at a shard shall run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Run's id.
    pub run: String,
    /// Shard's id: four digits, then `r1`, `r2`, … for a shard of reruns.
    pub shard: String,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Suite files below the package's root, with `/` between folders.
    pub files: Vec<String>,
    /// Long names of the only tests to run; none means every test of the files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Vec<String>>,
    /// Unix time in seconds by which the attempt must be over, its upload included.
    pub deadline: i64,
}
