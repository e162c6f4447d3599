//! The program on an instance that runs one attempt at one shard.
//!
//! The SSM document starts it with run, shard and attempt. It takes plan and order from the bucket of artifacts, unpacks
//! the package, runs the hooks and `robot` ([`stages`], on local files only), and uploads what there is with a manifest
//! as the last object. Tests that need a desktop run through a server in a session that has one ([`desktop`]). Whatever fails before `robot`
//! is told in that manifest; without a manifest an attempt has no result.

pub mod account;
pub mod arguments;
pub mod attempt;
pub mod console;
pub mod desktop;
pub mod error;
pub mod folder;
pub mod hash;
pub mod health;
pub mod hooks;
pub mod layer;
pub mod mask;
pub mod notice;
pub mod outcome;
pub mod outputs;
pub mod package;
pub mod packages;
pub mod processes;
pub mod robot;
pub mod settings;
pub mod shard;
pub mod stages;
pub mod start;
pub mod stop;
pub mod upload;
pub mod words;

pub use error::{Error, Failure};
pub use settings::Settings;
pub use start::{Args, Line, Part, start};
