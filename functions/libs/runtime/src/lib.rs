//! Serves a step of a QAOps run as a Lambda function: settings, input, names of errors, one log line an invocation,
//! figures for CloudWatch.

mod figures;
mod serve;
mod settings;

pub use figures::{Figures, Unit};
pub use serve::{Named, serve};
pub use settings::{Settings, SettingsError};

/// What ends a function's process: a missing setting, or an error of the Lambda runtime.
pub type Fatal = lambda_runtime::Error;

/// Unix time in seconds. Steps get it as an argument; only `main.rs` reads the clock.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
