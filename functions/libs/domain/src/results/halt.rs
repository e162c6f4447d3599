//! Why Robot Framework runs no further test.

use serde::{Deserialize, Serialize};

/// Why Robot Framework ran no further test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halt {
    /// The keyword `Fatal Error`, another error of its kind, or the tag `robot:exit-on-failure`.
    FatalError,
    /// A failure with `--exitonfailure`.
    Failure,
    /// An error with `--exitonerror`.
    Error,
}

impl Halt {
    /// Message that Robot Framework 7.5 gives to tests that it does not run (`running/status.py`).
    pub fn message(self) -> &'static str {
        match self {
            Self::FatalError => "Test execution stopped due to a fatal error.",
            Self::Failure => "Failure occurred and exit-on-failure mode is in use.",
            Self::Error => "Error occurred and exit-on-error mode is in use.",
        }
    }
}
