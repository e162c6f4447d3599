//! Waiting for what passes by itself, where the SDK does not.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};

use crate::{Error, Kind};

/// Codes of conflicts between writers. The SDK does not try these again, for they are no throttling: DynamoDB refuses a
/// write while a transaction has the item (API reference of DynamoDB, "TransactionConflictException"), and S3 one that
/// meets another conditional write of the same key (S3 user guide, "Conditional writes": 409, retry). Nothing is written.
const CONFLICTS: [&str; 3] =
    ["ConditionalRequestConflict", "TransactionCanceledException", "TransactionConflictException"];

/// Makes a call again while it meets conflicts with other writers, for some three seconds.
pub(crate) async fn through_conflicts<T, F: Future<Output = Result<T, Error>>>(
    call: impl FnMut() -> F,
) -> Result<T, Error> {
    // In a box, for what calls it is nested deeply enough.
    Box::pin(call.retry(pauses().with_max_times(7)).when(is_conflict)).await
}

/// Makes a read again whose body broke off. The SDK tries a request again, but not the reading of its answer's body.
pub(crate) async fn through_broken_bodies<T, F: Future<Output = Result<T, Error>>>(
    read: impl FnMut() -> F,
) -> Result<T, Error> {
    Box::pin(read.retry(pauses().with_max_times(3)).when(|error: &Error| error.body_broke_off)).await
}

fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_secs(1))
        .with_jitter()
}

fn is_conflict(error: &Error) -> bool {
    error.kind == Kind::Unavailable && error.has_code(&CONFLICTS)
}
