//! The local cloud, and the `qaops` command that runs suites on it.

pub mod args;
mod check;
pub mod cloud;
mod commands;
pub mod emulator;
pub mod metrics;
pub mod package;
pub mod programs;
pub mod progress;
pub mod python;
mod roles;
pub mod run;
pub mod show;
mod up;

pub use commands::command;
