//! What a failure is a failure of.

use serde::{Deserialize, Serialize};

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The product, or nothing says otherwise.
    Product,
    /// The test: its setup, its own timeout, its code.
    Test,
    /// What it ran on: the instance, its disk, its browser.
    Environment,
}
