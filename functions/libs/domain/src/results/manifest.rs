//! What an attempt leaves in the artifacts: objects, and `manifest.json` as the last of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::ids::{InstanceId, RunId, ShardId};
use crate::results::halt::Halt;

/// How `robot` ended, from its exit code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "exit")]
pub enum Exit {
    /// 0: every test passed or was skipped.
    Passed,
    /// 1-250: so many tests failed; 250 means 250 or more.
    Failed {
        /// Failed tests, at most 250.
        tests: u32,
    },
    /// 251: `robot` printed its help or version and ran nothing.
    Help,
    /// 252: test data or an argument was refused.
    BadData {
        /// Robot Framework's own sentence; empty in a manifest of an older runner.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// 253: stopped by a signal or by the user.
    Interrupted,
    /// 255: an error of Robot Framework itself.
    Internal {
        /// Robot Framework's own sentence; empty in a manifest of an older runner.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// Any other code, or the signal that ended the process.
    Crashed {
        /// Exit code, or the negative number of the signal.
        code: i32,
    },
    /// The deadline passed and QAOps stopped `robot`.
    DeadlinePassed,
    /// A Spot notice came and QAOps stopped `robot`: the shard is lost with the instance, no test failed by it.
    InstanceReclaimed,
    /// The instance's disk was full before `robot` closed its output.
    DiskFull,
    /// No result of `robot` counts: it was not started, because the package, a secret, a hook or the desktop failed,
    /// or its desktop was lost under it.
    NotStarted {
        /// Error's name, such as `Runner.HookFailed`.
        error: String,
        /// What happened and how to fix it.
        cause: String,
    },
}

impl Exit {
    /// Meaning of an exit code of `robot` (Robot Framework's user guide, "Return codes").
    pub fn from_code(code: i32) -> Self {
        match code {
            0 => Self::Passed,
            1..=250 => Self::Failed { tests: code.unsigned_abs() },
            251 => Self::Help,
            252 => Self::BadData { why: String::new() },
            253 => Self::Interrupted,
            255 => Self::Internal { why: String::new() },
            code => Self::Crashed { code },
        }
    }

    /// Whether what Robot Framework reported may be cut short by whatever stopped it.
    pub fn was_stopped(&self) -> bool {
        !matches!(self, Self::Passed | Self::Failed { .. })
    }
}

/// One uploaded object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 in lower case hexadecimal digits.
    pub sha256: String,
}

/// Tests of a file as Robot Framework had them before their variables got values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Tests of the file that started.
    pub of: usize,
    /// Names that have variables, by how many tests started before.
    pub names: BTreeMap<usize, String>,
    /// Names of the tests that started, as the result has them, where some of them are equal: a listener that starts a
    /// failed test again takes its first result out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub started: Vec<String>,
    /// For each test that started, a digest of what it does: its keywords and their arguments. Empty
    /// where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bodies: Vec<String>,
}

/// A test that Robot Framework selected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SelectedTest {
    /// Its line in the file. Tests that a data driver makes have the line of their template.
    Line(u32),
    /// Its name, in a file without lines.
    Name(String),
}

/// `manifest.json`: what was uploaded before it. Without it an attempt has no result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Run's id.
    pub run: RunId,
    /// Shard's id.
    pub shard: ShardId,
    /// Attempt, from 1.
    pub attempt: u32,
    /// Instance's id.
    pub environment: InstanceId,
    /// How `robot` ended.
    #[serde(flatten)]
    pub exit: Exit,
    /// Why Robot Framework ran no further test, where it did not run all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt: Option<Halt>,
    /// File in which it was halted: nothing after it runs. Empty where that was before any test of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted_at: Option<String>,
    /// Folder on the instance that the package was unpacked into: prefix of the sources in `output.xml`.
    pub root: String,
    /// Ordered files in which Robot Framework selects no test (nothing in them, or their tags are left out).
    #[serde(default)]
    pub unselected: Vec<String>,
    /// How many tests Robot Framework selected in each ordered file, before listeners could change that. Tests that
    /// their own tags left out at their turn are not counted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selected: BTreeMap<String, usize>,
    /// What tells those tests apart, by file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selected_tests: BTreeMap<String, BTreeSet<SelectedTest>>,
    /// The tests that started, as their files have them, by file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<String, Written>,
    /// Seconds of `robot` itself.
    pub robot_seconds: f64,
    /// Seconds of everything: download, hooks, `robot`, upload.
    pub seconds: f64,
    /// Objects by their path below the attempt's prefix: `output.xml`, `log.html`, `screenshots/…`, `reports/<kind>`.
    pub objects: BTreeMap<String, Upload>,
    /// What is not among them, and why: `<path>: <why>`, the first [`MOST_LEFT_OUT`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// What the hooks did that the report tells.
    #[serde(default, skip_serializing_if = "HookEffects::is_empty")]
    pub hooks: HookEffects,
    /// Sum of the Python that the layer of the object [`LAYER`] lies over; none where the attempt built none to share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
}

/// The object of a layer that the attempt built and that later runs of the suite may use.
pub const LAYER: &str = "layer.tar.gz";

/// What the hooks of an attempt did that the plan knows nothing of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookEffects {
    /// Suite files that the hook `before` made, which no shard has: paths below the package's root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<String>,
    /// Ordered files that the hook `before` changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// How the hook `after` failed, as the end of a sentence that begins with its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl HookEffects {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Files that a manifest names as left out; `left-out.txt` has all of them.
pub const MOST_LEFT_OUT: usize = 100;

/// Exit code of the runner that refuses a second start of an attempt (`EX_TEMPFAIL` of `sysexits.h`).
pub const ALREADY_STARTED: i32 = 75;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_of_an_older_runner_is_read() {
        let old: Exit = serde_json::from_str(r#"{"exit": "bad_data"}"#).unwrap();
        assert_eq!(old, Exit::from_code(252));
        let told = Exit::BadData { why: "Conflicting execution modes.".to_owned() };
        let text = serde_json::to_string(&told).unwrap();
        assert_eq!(text, r#"{"exit":"bad_data","why":"Conflicting execution modes."}"#);
        assert_eq!(serde_json::from_str::<Exit>(&text).unwrap(), told);
    }
}
