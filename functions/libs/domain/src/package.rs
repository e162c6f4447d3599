//! What a run is made from: the package, its settings, the input, and the plan that follows from them.

pub mod contents;
pub mod environment;
pub mod input;
pub mod manifest;
pub mod modes;
pub mod plan;
pub mod platform;
pub mod prices;
pub mod settings;
