//! The `qaops` command.

pub mod args;
mod check;
mod commands;
pub mod doctor;
pub mod metrics;
pub mod package;
pub mod progress;
pub mod run;
pub mod secrets;
pub mod show;
mod up;

pub use commands::command;
