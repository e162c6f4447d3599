//! What became of an attempt, as data that one process can give back to another.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::results::halt::Halt;
use domain::results::manifest::{Exit, HookEffects, SelectedTest, Upload, Written};
use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// What became of an attempt.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// How `robot` ended.
    pub exit: Exit,
    /// Folder of the package.
    pub root: PathBuf,
    /// Ordered files in which no test was selected.
    pub unselected: Vec<String>,
    /// How many tests were selected in each ordered file.
    #[serde(default)]
    pub selected: BTreeMap<String, usize>,
    /// What tells those tests apart.
    #[serde(default)]
    pub selected_tests: BTreeMap<String, BTreeSet<SelectedTest>>,
    /// The tests that started, by ordered file.
    #[serde(default)]
    pub written: BTreeMap<String, Written>,
    /// Why Robot Framework ran no further test, if it did not run all.
    #[serde(default)]
    pub halt: Option<Halt>,
    /// File in which it was halted.
    #[serde(default)]
    pub halted_at: Option<String>,
    /// What the hooks did that the report tells.
    #[serde(default)]
    pub hooks: HookEffects,
    /// Sum of the Python of a layer that is among the outputs.
    #[serde(default)]
    pub layer: Option<String>,
    /// Seconds of `robot` itself.
    pub robot_seconds: f64,
    /// Files to upload, without secrets.
    pub outputs: Outputs,
}

impl Outcome {
    /// What became of an attempt that nothing is known of.
    pub fn not_started(failure: &Failure) -> Self {
        let (root, outputs) = (PathBuf::new(), Outputs::default());
        Self {
            exit: failure.exit(),
            root,
            unselected: Vec::new(),
            selected: BTreeMap::new(),
            selected_tests: BTreeMap::new(),
            written: BTreeMap::new(),
            halt: None,
            halted_at: None,
            hooks: HookEffects::default(),
            layer: None,
            robot_seconds: 0.0,
            outputs,
        }
    }
}

/// Files to upload by their path below the attempt's prefix.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outputs {
    /// The files.
    pub files: BTreeMap<String, Output>,
    /// What is not uploaded, and why.
    pub left_out: Vec<String>,
}

/// A file to upload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Output {
    /// Where it lies.
    pub path: PathBuf,
    /// Size and sum.
    pub about: Upload,
}
