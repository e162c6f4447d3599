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
    /// What is shared with other runs of the suite; none where nothing is.
    #[serde(default)]
    pub shared: Option<SharedLayer>,
}

/// The layer of a suite's requirements over this image, which other runs use, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedLayer {
    /// Sum of the requirements, as `plan` knows them.
    pub requirements: String,
    /// Sum of the Python that it lies over.
    pub base: String,
    /// The layer as an earlier run built it; none where none did.
    pub archive: Option<PathBuf>,
    /// Whether this attempt gives the layer that it builds to later runs.
    pub is_given: bool,
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    /// A shard of the suite `shop` with these reports.
    pub(crate) fn shard(reports: serde_json::Value) -> Shard {
        let package = json!({ "bucket": "b", "key": "k", "size": 0, "etag": "e" });
        let work = json!({
            "suite": "shop", "package": package, "robot": {}, "hooks": {}, "reports": reports, "attempt_seconds": 60
        });
        let order = json!({ "run": "run", "shard": "0001", "attempt": 1, "files": [], "deadline": 0 });
        Shard {
            work: serde_json::from_value(work).unwrap(),
            order: serde_json::from_value(order).unwrap(),
            secrets: BTreeMap::new(),
            robot: "robot".into(),
            layers: Layers::default(),
            account: None,
            installs_packages: false,
            most_bytes: 1 << 30,
        }
    }
}
