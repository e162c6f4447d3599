//! What all other modules use: problems of inputs, values and their forms, patterns, durations.

pub mod duration;
pub(crate) mod forms;
pub mod ids;
pub mod paths;
pub(crate) mod pattern;
pub mod problem;
pub mod table;
pub mod text;
pub mod time;
pub(crate) mod tree;
pub mod validate;
