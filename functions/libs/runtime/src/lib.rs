//! Serves a step of a QAOps run as a Lambda function: settings, input, names of errors, one log line an invocation.

mod serve;
mod settings;

pub use serve::{Named, serve};
pub use settings::{Settings, SettingsError};
