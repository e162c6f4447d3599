//! Calls of the local cloud that no part of the product makes: a function by itself, its log, items as they are stored.

use std::collections::BTreeMap;

use qaops::cloud::LocalCloud;
use serde_json::{Value, json};

/// Calls the function of `step` and waits for its answer; one that ended by an error has the key `errorType`.
pub fn invoke(cloud: &LocalCloud, step: &str, payload: &Value) -> Value {
    let address = format!("{}/2015-03-31/functions/qaops-{step}/invocations", cloud.endpoint());
    post(&address, &[], payload)
}

/// The settings of a step's function by name.
pub fn settings(cloud: &LocalCloud, step: &str) -> BTreeMap<String, String> {
    let address = format!("{}/2015-03-31/functions/qaops-{step}/configuration", cloud.endpoint());
    let mut answer = ureq::get(&address).call().expect("the local cloud answers");
    let text = answer.body_mut().read_to_string().expect("an answer is text");
    let about: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    serde_json::from_value(about["Environment"]["Variables"].clone()).expect("settings are texts")
}

/// Lines of the log of a step's function that hold `part`.
pub fn log_lines(cloud: &LocalCloud, step: &str, part: &str) -> Vec<String> {
    let mut request = json!({"logGroupName": format!("/aws/lambda/qaops-{step}")});
    let mut lines = Vec::new();
    loop {
        let answer = post(&cloud.endpoint(), &[("x-amz-target", "Logs_20140328.FilterLogEvents")], &request);
        let events = answer["events"].as_array().unwrap_or_else(|| panic!("no log: {answer}"));
        let messages = events.iter().filter_map(|event| event["message"].as_str());
        lines.extend(messages.filter(|line| line.contains(part)).map(str::to_owned));
        match answer["nextToken"].as_str() {
            Some(token) => request["nextToken"] = token.into(),
            None => return lines,
        }
    }
}

/// Items of the ledger with this `pk` whose `sk` starts with `prefix`, each as DynamoDB's own JSON.
pub fn items(cloud: &LocalCloud, pk: &str, prefix: &str) -> Vec<Value> {
    let mut request = json!({
        "TableName": cloud.deployment.table,
        "KeyConditionExpression": "pk = :pk AND begins_with(sk, :sk)",
        "ExpressionAttributeValues": {":pk": {"S": pk}, ":sk": {"S": prefix}},
    });
    let mut items = Vec::new();
    loop {
        let answer = post(&cloud.endpoint(), &[("x-amz-target", "DynamoDB_20120810.Query")], &request);
        items.extend(answer["Items"].as_array().unwrap_or_else(|| panic!("no items: {answer}")).clone());
        if answer["LastEvaluatedKey"].is_null() {
            return items;
        }
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"].clone();
    }
}

fn post(address: &str, headers: &[(&str, &str)], body: &Value) -> Value {
    let mut request = ureq::post(address).config().http_status_as_error(false).build();
    request = request.header("content-type", "application/x-amz-json-1.1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.send(body.to_string()).expect("the local cloud answers");
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().expect("an answer is text");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
