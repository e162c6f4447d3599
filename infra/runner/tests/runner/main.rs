//! The runner with the real Robot Framework: its core on local files, and the program as the instance starts it.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod account;
mod bench;
mod desktop;
mod faults;
mod health;
mod layer;
mod locks;
mod packages;
mod recording;
mod selection;
mod services;
mod shard;
mod start;
mod upload;
mod variables;
