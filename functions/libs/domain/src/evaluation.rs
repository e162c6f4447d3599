//! From the plan and the results to the verdict.

pub mod completeness;
pub mod cost;
pub mod evaluate;
pub mod evidence;
mod hindrances;
pub mod input;
