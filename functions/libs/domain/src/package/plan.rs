//! The plan of a run, fixed once and for all attempts: `runs/<run>/plan.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::ids::RunId;
use crate::base::time::Time;
use crate::base::validate::S3Url;
use crate::package::environment::Health;
use crate::package::prices::Prices;
use crate::quality::baseline::PinnedBaseline;
use crate::quality::gates::Gate;
use crate::quality::quarantine::Quarantine;

/// Seconds without a verdict after which a scheduled suite is reported, where nothing else is said: a day and two hours.
pub const STALE_AFTER_SECONDS: u64 = 26 * 3600;

/// Where the suite package lies, pinned so that a run can be repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackageVersion {
    /// S3 bucket.
    pub bucket: String,
    /// S3 key.
    pub key: String,
    /// Version in a versioned bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Size in bytes.
    pub size: u64,
    /// S3's entity tag of the object.
    pub etag: String,
}

impl PackageVersion {
    /// One text for one content: a package that is uploaded again without a change has the same.
    pub fn content(&self) -> String {
        [self.etag.as_str(), &self.size.to_string()].join("\n")
    }

    /// One text for one version of one object.
    pub fn text(&self) -> String {
        let version = self.version.as_deref().unwrap_or_default();
        [&self.bucket, &self.key, version, &self.etag, &self.size.to_string()].join("\n")
    }
}

/// Python packages that the suite asks for by its `requirements.txt`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layers {
    /// Sum of the files of requirements, and of the package where they install from it: SHA-256 in hexadecimal digits.
    pub requirements: String,
    /// Layers that an earlier run of the suite built of them, by the sum of the Python that they lie over.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub built: BTreeMap<String, PackageVersion>,
}

/// What each `robot` command of the run is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RobotOptions {
    /// Tag patterns of the tests to run.
    pub include: Vec<String>,
    /// Tag patterns of the tests to leave out.
    pub exclude: Vec<String>,
    /// Variables by name.
    pub variables: BTreeMap<String, String>,
    /// Names of SSM parameters by the variable that gets their value. Never a value.
    pub secrets: BTreeMap<String, String>,
    /// Folder of the package in which `robot` starts and whose suites it runs; empty for the package's root.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// Further arguments, each one line of an argument file: the long name of an option, then its value.
    pub arguments: Vec<String>,
}

impl RobotOptions {
    /// Whether suites run in Robot Framework's own order.
    pub fn in_order(&self) -> bool {
        !self.randomized().suites
    }

    /// Whether suites and tests run in another order each time: the last `--randomize` counts.
    pub fn randomized(&self) -> Randomized {
        let mut values = Vec::new();
        for (at, word) in self.arguments.iter().enumerate() {
            match word.strip_prefix("--randomize") {
                Some("") => values.extend(self.arguments.get(at + 1).map(String::as_str)),
                Some(rest) => values.extend(rest.strip_prefix('=')),
                None => {}
            }
        }
        let value = values.last().map(|value| value.to_lowercase()).unwrap_or_default();
        let what = value.split(':').next().unwrap_or_default();
        Randomized { suites: matches!(what, "suites" | "all"), tests: matches!(what, "tests" | "all") }
    }
}

/// What runs in another order each time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Randomized {
    /// Suites.
    pub suites: bool,
    /// Tests within their suite.
    pub tests: bool,
}

/// Commands around `robot`, run by the platform's shell in the package's root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hooks {
    /// Before `robot`; its background processes live as long as the shard.
    pub before: Option<String>,
    /// After `robot`, whatever its result.
    pub after: Option<String>,
}

/// The desktop that a suite's tests need, checked before the first of them: `desktop = { width = 1920, height = 1080 }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    /// Width in pixels.
    pub width: u16,
    /// Height in pixels.
    pub height: u16,
    /// Whether a video of each attempt is kept.
    #[serde(default, skip_serializing_if = "Video::is_never")]
    pub video: Video,
    /// Whether a screenshot is kept of each failure.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub screenshots: bool,
}

/// Of which attempts a video is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Video {
    /// Of none.
    #[default]
    Never,
    /// Of those in which not every test passed.
    Failed,
    /// Of all.
    Always,
}

impl Desktop {
    /// A desktop of so many pixels, of which nothing is kept.
    pub const fn new(width: u16, height: u16) -> Self {
        Self { width, height, video: Video::Never, screenshots: false }
    }
}

impl Video {
    fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

/// What the runner needs to know of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Suite's name; the package is unpacked into a folder of this name, so that Robot Framework's long
    /// names are the same everywhere.
    pub suite: String,
    /// The suite package.
    pub package: PackageVersion,
    /// Options of `robot`.
    pub robot: RobotOptions,
    /// Commands around `robot`.
    pub hooks: Hooks,
    /// System packages that must be installed before `hooks.before`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// Python packages; none where the suite asks for none, or for some that cannot be shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Layers>,
    /// What must hold after `hooks.before`, before the first test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Reports by kind (`coverage`, `vulnerabilities`, `performance`, …): paths below the package's root that a
    /// shard may leave behind.
    #[serde(default)]
    pub reports: BTreeMap<String, String>,
    /// The desktop that the tests need; none where they need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<Desktop>,
    /// Seconds that one attempt at a shard may take.
    pub attempt_seconds: u64,
}

/// `runs/<run>/plan.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Run's id.
    pub run: RunId,
    /// When the run started.
    pub started: Time,
    /// Time after which nothing is launched or handed out.
    pub deadline: Time,
    /// Platform of the environments: `linux`, `windows` or `android`.
    pub platform: String,
    /// Instance types that the suite asks for, the preferred first; none means the deployment's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// GiB that the suite asks of the root volume; none means the deployment's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume: Option<u32>,
    /// Environments to run in at the same time.
    pub environments: usize,
    /// How often failed tests run again.
    pub rerun_failed: u32,
    /// What the runner needs to know.
    pub work: Work,
    /// Shards, the longest first.
    pub shards: Vec<crate::run::shards::PlannedShard>,
    /// Gates, written as their texts; a gate that a reader does not understand is an error, and is never dropped.
    pub gates: Vec<Gate>,
    /// Reports from elsewhere by kind, such as that of an earlier stage of a pipeline.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given_reports: BTreeMap<String, S3Url>,
    /// The accepted run that this one is compared with; none where there is none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<PinnedBaseline>,
    /// Tests that may fail for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<Quarantine>,
    /// Labels of the run, such as `branch` and `commit`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// What things cost in this deployment; none where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// Seconds without a verdict after which the suite, if a schedule runs it, is stale.
    #[serde(default = "stale_after_seconds", alias = "silence_seconds")]
    pub stale_after_seconds: u64,
}

fn stale_after_seconds() -> u64 {
    STALE_AFTER_SECONDS
}
