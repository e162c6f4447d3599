//! What a QAOps run is, and every decision in it.
//!
//! Nothing here reads a clock, the environment, a file or the network: times and identifiers come as
//! arguments, so each decision is a total function from data to data and can be tested as one.

pub mod baseline;
pub mod classes;
pub mod completeness;
pub mod config;
pub mod cost;
pub mod duration;
pub mod environment;
pub mod evidence;
pub mod fleet;
pub mod gates;
pub mod halt;
pub mod history;
pub mod interrupted;
pub mod judged;
pub mod keys;
pub mod message;
pub mod metrics;
pub mod names;
pub mod order;
pub mod outcome;
pub mod package;
mod pattern;
pub mod plan;
pub mod problem;
pub mod quarantine;
pub mod queue;
pub mod records;
pub mod reports;
pub mod request;
pub mod rerun;
pub mod run;
pub mod shard;
pub mod shards;
pub mod signal;
pub mod silence;
pub mod steadiness;
pub mod summary;
pub mod tidy;
mod tree;
pub mod trend;
pub mod upload;
