//! What an environment is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an environment is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// Linux, with browsers.
    #[default]
    Linux,
    /// Windows with a desktop.
    Windows,
    /// Linux with Android emulators.
    Android,
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Linux => "linux",
            Self::Windows => "windows",
            Self::Android => "android",
        })
    }
}
