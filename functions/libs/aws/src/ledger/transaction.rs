//! Transactions: all of their writes are made or none, and what it means that none was.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};

use super::Ledger;
use super::item::Item;
use crate::Error;
use crate::error::failed;
use crate::patience::through_conflicts;

/// Most writes and bytes of one transaction (DynamoDB's quotas: 100 actions, 4 MB), with room for what is not counted here.
const MOST_WRITES: usize = 100;
const MOST_BYTES: usize = 3_500_000;

/// What a cancelled transaction says of one of its writes (API reference, "TransactWriteItems", cancellation reasons).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// `None`: nothing stood against it.
    Possible,
    /// `ConditionalCheckFailed`: its condition does not hold.
    Condition,
    /// `TransactionConflict`, `ThrottlingError`, `ProvisionedThroughputExceeded`: another try may succeed.
    Busy(String),
    /// `ValidationError`, `ItemCollectionSizeLimitExceeded` and whatever else there may be: it can never be made.
    Refused(String),
}

impl Reason {
    fn of(reason: &CancellationReason) -> Self {
        let text = |code: &str| match reason.message() {
            Some(message) => format!("{code}: {message}"),
            None => code.to_owned(),
        };
        match reason.code() {
            None | Some("None") => Self::Possible,
            Some("ConditionalCheckFailed") => Self::Condition,
            Some(code @ ("TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")) => {
                Self::Busy(text(code))
            }
            Some(code) => Self::Refused(text(code)),
        }
    }
}

/// How a transaction ended that was not made: for each of its writes, whether its own condition stood against it.
pub(super) type Unmet = Vec<bool>;

impl Ledger {
    /// Makes all of the writes, or tells whose conditions do not hold. `what` is a fragment after "failed to".
    pub(super) async fn transact(&self, what: &str, writes: &[TransactWriteItem]) -> Result<Result<(), Unmet>, Error> {
        through_conflicts(|| self.transact_once(what, writes)).await
    }

    async fn transact_once(&self, what: &str, writes: &[TransactWriteItem]) -> Result<Result<(), Unmet>, Error> {
        let sent = self.client.transact_write_items().set_transact_items(Some(writes.to_vec())).send().await;
        let Err(error) = sent else { return Ok(Ok(())) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                unmet(what, cancelled.cancellation_reasons()).map(Err)
            }
            _ => Err(failed(what)(error)),
        }
    }

    /// Writes items unless they are there, in as few transactions as may be. Killed in between, the next call writes the
    /// rest.
    pub(super) async fn put_all_once(&self, items: Vec<Item>) -> Result<(), Error> {
        for chunk in chunks(items) {
            let mut left = chunk;
            while !left.is_empty() {
                left = self.put_missing(left).await?;
            }
        }
        Ok(())
    }

    /// Writes items together; those that are still to be written because others were there already.
    async fn put_missing(&self, items: Vec<Item>) -> Result<Vec<Item>, Error> {
        let puts = items.iter().map(|item| Ok(TransactWriteItem::builder().put(self.put(item.clone())?).build()));
        let what = format!("enter {} into the ledger", named(&items));
        match self.transact(&what, &puts.collect::<Result<Vec<_>, Error>>()?).await? {
            Ok(()) => Ok(Vec::new()),
            Err(there) => Ok(items.into_iter().zip(there).filter(|(_, there)| !there).map(|(item, _)| item).collect()),
        }
    }
}

/// Which conditions do not hold. Only a condition says that an item is there already: every other reason, and an answer
/// without reasons, is an error.
fn unmet(what: &str, reasons: &[CancellationReason]) -> Result<Unmet, Error> {
    let reasons: Vec<Reason> = reasons.iter().map(Reason::of).collect();
    let refused = reasons.iter().find_map(|reason| match reason {
        Reason::Refused(why) => Some(Error::unexpected(what, format!("DynamoDB refuses it: {why}"))),
        _ => None,
    });
    let busy = reasons.iter().find_map(|reason| match reason {
        Reason::Busy(why) => Some(cancelled(what, why)),
        _ => None,
    });
    match refused.or(busy) {
        Some(error) => Err(error),
        None if reasons.contains(&Reason::Condition) => {
            Ok(reasons.iter().map(|reason| *reason == Reason::Condition).collect())
        }
        None => Err(cancelled(what, "the transaction was cancelled, and no reason was given")),
    }
}

/// A cancelled transaction that may succeed when it is tried again.
fn cancelled(what: &str, why: &str) -> Error {
    Error::busy(what, why).with_code("TransactionCanceledException")
}

/// Items in parts that one transaction takes.
fn chunks(items: Vec<Item>) -> Vec<Vec<Item>> {
    let mut chunks: Vec<Vec<Item>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let size = size(&item);
        match chunks.last_mut().filter(|chunk| chunk.len() < MOST_WRITES && bytes + size <= MOST_BYTES) {
            Some(chunk) => chunk.push(item),
            None => {
                chunks.push(vec![item]);
                bytes = 0;
            }
        }
        bytes += size;
    }
    chunks
}

/// Bytes of an item, near enough (developer guide of DynamoDB, "Item sizes and formats").
fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + size(map) + map.len(),
        _ => 1,
    }
}

/// The first of some items, by its keys, and how many there are.
fn named(items: &[Item]) -> String {
    let text = |item: &Item, key| item.get(key).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let first = items.first().map(|item| format!("{} {}", text(item, "pk"), text(item, "sk"))).unwrap_or_default();
    if items.len() < 2 { first } else { format!("{first} and {} more items", items.len() - 1) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::Kind;

    fn reason(code: &str) -> CancellationReason {
        CancellationReason::builder().code(code).build()
    }

    fn of(codes: &[&str]) -> Result<Unmet, Error> {
        unmet("write", &codes.iter().map(|code| reason(code)).collect::<Vec<_>>())
    }

    #[test]
    fn only_a_condition_says_that_an_item_is_there_already() {
        assert_eq!(of(&["None", "ConditionalCheckFailed"]).unwrap(), [false, true]);
        for busy in ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"] {
            let error = of(&["ConditionalCheckFailed", busy]).unwrap_err();
            assert_eq!(
                (error.kind, error.has_code(&["TransactionCanceledException"])),
                (Kind::Unavailable, true),
                "{busy}"
            );
        }
        for refused in ["ValidationError", "ItemCollectionSizeLimitExceeded", "SomethingNew"] {
            assert_eq!(of(&["ConditionalCheckFailed", refused]).unwrap_err().kind, Kind::Refused, "{refused}");
        }
        assert_eq!(of(&[]).unwrap_err().kind, Kind::Unavailable);
        assert_eq!(of(&["None", "None"]).unwrap_err().kind, Kind::Unavailable);
    }

    #[test]
    fn what_dynamodb_refuses_is_told_in_its_words() {
        let large = CancellationReason::builder().code("ValidationError").message("Item size is too large").build();
        let error = unmet("enter RUN#1 SHARD#0001 into the ledger", &[large]).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(error.to_string(), "failed to enter RUN#1 SHARD#0001 into the ledger");
        assert_eq!(source, "DynamoDB refuses it: ValidationError: Item size is too large");
    }

    #[test]
    fn a_transaction_has_neither_too_many_writes_nor_too_many_bytes() {
        let item = |bytes: usize| HashMap::from([("a".to_owned(), AttributeValue::S("x".repeat(bytes - 1)))]);
        let lengths = |items: Vec<Item>| chunks(items).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(lengths(vec![item(10); 250]), [100, 100, 50]);
        assert_eq!(lengths(vec![item(350_000); 21]), [10, 10, 1]);
        assert_eq!(lengths(vec![item(4_000_000), item(5), item(5)]), [1, 2]);
        assert!(chunks(Vec::new()).is_empty());
    }
}
