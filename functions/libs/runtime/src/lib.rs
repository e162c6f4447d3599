//! Serves a step of a QAOps run as a Lambda function: settings, input, names of errors, one log line an invocation,
//! figures for CloudWatch.

use domain::base::time::Time;

mod figures;
mod serve;
mod settings;

pub use figures::{Figures, Unit};
pub use serve::{Named, serve};
pub use settings::{Settings, SettingsError};

/// What ends a function's process: a missing setting, or an error of the Lambda runtime.
pub type Fatal = lambda_runtime::Error;

/// The time. Steps get it as an argument; only `main.rs` reads the clock.
pub fn now() -> Time {
    jiff::Timestamp::now().into()
}
