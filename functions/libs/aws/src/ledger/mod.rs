//! The ledger: one DynamoDB table with every run's live state, and history.
//!
//! Keys are `pk` and `sk`. Every write is conditional or idempotent, because a Lambda may run twice and an event may
//! come late, twice or never. Items of a run expire by TTL after 90 days, those of a suite after 400.

mod environments;
mod history;
mod item;
mod queue;
mod runs;
mod shards;
mod staleness;
mod transaction;

use aws_sdk_dynamodb::Client;

pub use queue::Pulled;

/// The table.
#[derive(Clone, Debug)]
pub struct Ledger {
    client: Client,
    table: String,
}

impl Ledger {
    pub(crate) fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }
}
