//! What one attempt at a shard runs, as data that one process can hand to another.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::package::plan::Work;
use domain::run::order::Order;
use serde::{Deserialize, Serialize};

/// What one attempt runs, and where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Shard {
    /// What every attempt of the run is given.
    pub work: Work,
    /// What this attempt is given.
    pub order: Order,
    /// Values of secrets by the variable that gets them.
    pub secrets: BTreeMap<String, String>,
    /// The `robot` command.
    pub robot: PathBuf,
    /// Where Python packages that the suite asks for lie and come from.
    pub layers: Layers,
    /// Account that hooks and tests run as; none for that of the runner.
    pub account: Option<String>,
    /// Whether system packages that the suite asks for may be installed.
    pub installs_packages: bool,
    /// Bytes that files beyond output, log, console and reports may have in all.
    pub most_bytes: u64,
}

/// Where layers lie and where their packages come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Folder of layers, one below it for every sum of a file.
    pub folder: PathBuf,
    /// Address of a package index, or a folder of wheels; without one, pip's own configuration on the image holds.
    pub index: Option<String>,
}
