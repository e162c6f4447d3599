//! What every floor stands on: problems of inputs, values and their forms, patterns, durations.

pub mod duration;
pub mod ids;
pub mod paths;
pub(crate) mod pattern;
pub mod problem;
pub(crate) mod tree;
pub mod validate;
