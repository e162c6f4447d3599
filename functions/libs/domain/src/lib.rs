//! What a QAOps run is, and every decision in it.
//!
//! Nothing here reads a clock, the environment, a file or the network: times and identifiers come as
//! arguments, so each decision is a total function from data to data and can be tested as one.
//!
//! The modules are layers, in the order of a run's stages. Each uses only the layers that follow it in this list:
//! `notify`, `evaluation`, `package`, `quality`, `run`, `results`, `base`. A test over the sources checks this order.

pub mod base;
pub mod evaluation;
pub mod notify;
pub mod package;
pub mod quality;
pub mod results;
pub mod run;
