//! The order for one attempt at a shard, from `dispatch` to the runner: `runs/<run>/orders/<shard>-<attempt>.json`.

use serde::{Deserialize, Serialize};

use crate::base::ids::{RunId, ShardId};
use crate::base::time::Time;
use crate::results::halt::Halt;

/// The tests of one file that an attempt runs: `runs/<run>/shards/<shard>-tests.json` holds those of a shard of reruns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Suite file below the package's root.
    pub file: String,
    /// The tests, in the order of the attempt in which they failed.
    pub tests: Vec<Selected>,
    /// How many tests the file had when all of them ran. Places count only in a file that still has so many.
    pub of: usize,
}

/// A test to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// Name as the result has it: with the values of its variables, and without the names of its suites.
    pub name: String,
    /// Name with its variables, as [`crate::results::outcome::Test::written`] has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// What it does, as [`crate::results::outcome::Test::body`] has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How many tests stood before it in its file; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
}

/// What one attempt at a shard shall run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Run's id.
    pub run: RunId,
    /// Shard's id: four digits, then `r1`, `r2`, … for a shard of reruns.
    pub shard: ShardId,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Suite files below the package's root, with `/` between folders.
    pub files: Vec<String>,
    /// The only tests to run, by file; empty means every test of the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<Selection>,
    /// Why every test is to fail without being run; none where they are to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
    /// Time by which the attempt must be over, its upload included.
    pub deadline: Time,
}
