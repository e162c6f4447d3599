//! A run while it goes: shards, the queue that environments pull from, reruns, the fleet, events, clean-up.

pub mod deployment;
pub mod events;
pub mod fleet;
pub mod halted;
pub mod keys;
pub mod obstacles;
pub mod order;
pub mod queue;
pub mod reaper;
pub mod rerun;
pub mod shard;
pub mod shards;
pub mod status;
