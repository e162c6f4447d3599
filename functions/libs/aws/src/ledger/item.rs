//! Reading and writing items: the words of DynamoDB that the rest of the ledger need not say.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Ledger;
use crate::Error;
use crate::error::failed;
use crate::patience::through_conflicts;
use domain::base::ids::{RunId, ShardId};
use domain::base::time::Time;

/// Attributes of an item by name.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Seconds after which the items of a run expire.
pub(super) const RUN_LIFE: i64 = 90 * 24 * 3600;
/// Seconds after which the items of a suite expire.
pub(super) const SUITE_LIFE: i64 = 400 * 24 * 3600;

/// The two keys of an item.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    pub(super) fn of_run(run: &RunId, sk: impl Into<String>) -> Self {
        Self { pk: format!("RUN#{run}"), sk: sk.into() }
    }

    pub(super) fn of_suite(suite: &str, sk: impl Into<String>) -> Self {
        Self { pk: format!("SUITE#{suite}"), sk: sk.into() }
    }

    pub(super) fn open(run: &RunId) -> Self {
        Self { pk: "OPEN".to_owned(), sk: format!("RUN#{run}") }
    }

    pub(super) fn scheduled(suite: &str) -> Self {
        Self { pk: "SCHEDULED".to_owned(), sk: format!("SUITE#{suite}") }
    }

    pub(super) fn shard(run: &RunId, shard: &ShardId) -> Self {
        Self::of_run(run, format!("SHARD#{shard}"))
    }

    pub(super) fn attributes(&self) -> Item {
        let text = |text: &String| AttributeValue::S(text.clone());
        HashMap::from([("pk".to_owned(), text(&self.pk)), ("sk".to_owned(), text(&self.sk))])
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.pk, self.sk)
    }
}

/// A conditional update of one item.
pub(super) struct Update {
    pub(super) key: Key,
    pub(super) expression: String,
    pub(super) condition: Option<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Update {
    pub(super) fn new(key: Key, expression: impl Into<String>) -> Self {
        let expression = expression.into();
        Self { key, expression, condition: None, names: HashMap::new(), values: HashMap::new() }
    }

    pub(super) fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    pub(super) fn name(mut self, alias: &str, name: impl Into<String>) -> Self {
        self.names.insert(alias.to_owned(), name.into());
        self
    }

    pub(super) fn value<T: Serialize>(mut self, alias: &str, value: T) -> Result<Self, Error> {
        self.values.insert(alias.to_owned(), to_value(value)?);
        Ok(self)
    }

    pub(super) fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone()).filter(|names| !names.is_empty())
    }

    pub(super) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        Some(self.values.clone()).filter(|values| !values.is_empty())
    }
}

/// What became of a conditional update.
pub(super) enum Updated {
    /// It was made; the item as it is now.
    Made(Item),
    /// Its condition did not hold; the item as it is, or none.
    Refused(Option<Item>),
}

impl Updated {
    pub(super) fn made(&self) -> bool {
        matches!(self, Self::Made(_))
    }
}

impl Ledger {
    pub(super) async fn update(&self, update: Update) -> Result<Updated, Error> {
        through_conflicts(|| self.update_once(&update)).await
    }

    async fn update_once(&self, update: &Update) -> Result<Updated, Error> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(update.key.attributes()))
            .update_expression(&update.expression)
            .set_condition_expression(update.condition.clone())
            .set_expression_attribute_names(update.names())
            .set_expression_attribute_values(update.values())
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match request.send().await {
            Ok(answer) => Ok(Updated::Made(answer.attributes.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(e)) => {
                    Ok(Updated::Refused(e.item.clone().filter(|item| !item.is_empty())))
                }
                _ => Err(failed(format!("update {}", update.key))(error)),
            },
        }
    }

    /// Writes an item unless it is there; tells whether it was written.
    pub(super) async fn put_once<T: Serialize>(&self, key: &Key, value: &T, expires: Time) -> Result<bool, Error> {
        let item = item(key, value, expires)?;
        through_conflicts(|| self.put_item_once(key, item.clone())).await
    }

    async fn put_item_once(&self, key: &Key, item: Item) -> Result<bool, Error> {
        let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        match request.condition_expression("attribute_not_exists(pk)").send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
            Err(error) => Err(failed(format!("write {key}"))(error)),
        }
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<(), Error> {
        through_conflicts(|| async {
            let request = self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
            request.send().await.map(drop).map_err(failed(format!("delete {key}")))
        })
        .await
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Error> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let answer = request.consistent_read(true).send().await.map_err(failed(format!("read {key}")))?;
        answer.item.map(from_item).transpose()
    }

    /// Items of one `pk` whose `sk` starts with `prefix`, in order.
    pub(super) async fn query<T: DeserializeOwned>(&self, key: &Key, newest: Option<i32>) -> Result<Vec<T>, Error> {
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", AttributeValue::S(key.pk.clone()))
            .expression_attribute_values(":sk", AttributeValue::S(key.sk.clone()))
            .consistent_read(true);
        if newest.is_some() {
            request = request.scan_index_forward(false).set_limit(newest);
        }
        let mut found = Vec::new();
        let most = newest.map_or(usize::MAX, |n| n.unsigned_abs() as usize);
        let mut pages = request.into_paginator().items().send();
        while let Some(item) = pages.next().await {
            found.push(from_item(item.map_err(failed(format!("read {key}")))?)?);
            if found.len() >= most {
                break;
            }
        }
        Ok(found)
    }

    pub(super) fn put(&self, item: Item) -> Result<Put, Error> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = put.condition_expression("attribute_not_exists(pk)").build();
        put.map_err(|error| Error::unexpected("write to the ledger", error))
    }
}

/// An item with its keys and its time to live.
pub(super) fn item<T: Serialize>(key: &Key, value: &T, expires: Time) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(value)
        .map_err(|error| Error::unexpected(format!("write {key}"), error))?;
    item.extend(key.attributes());
    item.insert("expires".to_owned(), AttributeValue::N(expires.seconds().to_string()));
    Ok(item)
}

pub(super) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|error| Error::unexpected("understand an item of the ledger", error))
}

pub(super) fn to_value<T: Serialize>(value: T) -> Result<AttributeValue, Error> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value)
        .map_err(|error| Error::unexpected("write to the ledger", error))
}
