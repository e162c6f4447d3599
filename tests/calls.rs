//! Calls of the local cloud that no part of the product makes: a function by itself, its log, items as they are stored.

use std::collections::BTreeMap;

use local::cloud::LocalCloud;
use serde_json::{Value, json};
use ureq::http::Request;

use crate::signed_client::Service;

/// Calls the function of `step` and waits for its answer; one that ended by an error has the key `errorType`.
pub fn invoke(cloud: &LocalCloud, step: &str, payload: &Value) -> Value {
    let path = format!("/2015-03-31/functions/qaops-{step}/invocations");
    ask(&Service::of(cloud, "lambda"), &path, "", payload)
}

/// Puts an object into a bucket that is not the deployment's, and that is made if it is not there.
pub fn put_elsewhere(cloud: &LocalCloud, bucket: &str, key: &str, content: &[u8]) {
    let service = Service::of(cloud, "s3");
    for (path, body) in [(format!("/{bucket}"), Vec::new()), (format!("/{bucket}/{key}"), content.to_vec())] {
        let answer = service.send(Request::put(path).body(body).expect("a request is one"));
        assert!(answer.status().is_success() || answer.status() == 409, "{bucket}/{key}: {answer:?}");
    }
}

/// The settings of a step's function by name.
pub fn settings(cloud: &LocalCloud, step: &str) -> BTreeMap<String, String> {
    let request = Request::get(format!("/2015-03-31/functions/qaops-{step}/configuration")).body(Vec::new());
    let about = read(&Service::of(cloud, "lambda"), request.expect("a request is one"));
    serde_json::from_value(about["Environment"]["Variables"].clone()).expect("settings are texts")
}

/// Lines of the log of a step's function that hold `part`.
pub fn log_lines(cloud: &LocalCloud, step: &str, part: &str) -> Vec<String> {
    let mut request = json!({"logGroupName": format!("/aws/lambda/qaops-{step}")});
    let mut lines = Vec::new();
    loop {
        let answer = ask(&Service::of(cloud, "logs"), "/", "Logs_20140328.FilterLogEvents", &request);
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
        let answer = ask(&Service::of(cloud, "dynamodb"), "/", "DynamoDB_20120810.Query", &request);
        items.extend(answer["Items"].as_array().unwrap_or_else(|| panic!("no items: {answer}")).clone());
        if answer["LastEvaluatedKey"].is_null() {
            return items;
        }
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"].clone();
    }
}

/// Puts a secret into a parameter.
pub fn put_secret(cloud: &LocalCloud, name: &str, value: &str) {
    let request = json!({"Name": name, "Value": value, "Type": "SecureString"});
    let answer = ask(&Service::of(cloud, "ssm"), "/", "AmazonSSM.PutParameter", &request);
    assert_eq!(answer["Version"], 1, "{answer}");
}

/// Puts a text into a parameter, in place of an earlier one.
pub fn put_text(cloud: &LocalCloud, name: &str, value: &str) {
    let request = json!({"Name": name, "Value": value, "Type": "String", "Overwrite": true});
    let answer = ask(&Service::of(cloud, "ssm"), "/", "AmazonSSM.PutParameter", &request);
    assert!(answer["Version"].is_number(), "{answer}");
}

/// Makes a role of AWS's own, which a service needs.
pub fn make_service_role(cloud: &LocalCloud, service: &str) {
    Service::of(cloud, "iam").form(&[("Action", "CreateServiceLinkedRole"), ("AWSServiceName", service)]);
}

/// Takes a role of AWS's own away.
pub fn delete_service_role(cloud: &LocalCloud, role: &str) {
    Service::of(cloud, "iam").form(&[("Action", "DeleteServiceLinkedRole"), ("RoleName", role)]);
}

/// Subscribes an address that has yet to confirm it.
pub fn subscribe(cloud: &LocalCloud, topic: &str, address: &str) {
    let fields = [("Action", "Subscribe"), ("TopicArn", topic), ("Protocol", "email"), ("Endpoint", address)];
    Service::of(cloud, "sns").form(&fields);
}

/// Makes a group of schedules with one schedule in it.
pub fn make_schedule(cloud: &LocalCloud, group: &str, is_on: bool) {
    let service = Service::of(cloud, "scheduler");
    ask(&service, &format!("/schedule-groups/{group}"), "", &json!({}));
    let target = json!({"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "RoleArn": "arn:aws:iam::000000000000:role/r"});
    let schedule = json!({
        "GroupName": group, "ScheduleExpression": "rate(1 day)", "State": if is_on { "ENABLED" } else { "DISABLED" },
        "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target,
    });
    let answer = ask(&service, "/schedules/nightly", "", &schedule);
    assert!(answer["ScheduleArn"].is_string(), "{answer}");
}

/// Changes what the account tells of itself: `quotas` by code, and the `organization`'s policy.
pub fn change_account(cloud: &LocalCloud, told: &Value) {
    let answer = ureq::post(format!("{}/_qaops/account", cloud.endpoint())).send(told.to_string());
    answer.unwrap_or_else(|error| panic!("{told}: {error}"));
}

/// Starts a command of nobody's attempt on an instance.
pub fn start_on(cloud: &LocalCloud, instance: &str, command: &str) {
    let request = json!({
        "DocumentName": "AWS-RunShellScript", "InstanceIds": [instance], "Parameters": {"commands": [command]},
    });
    let answer = ask(&Service::of(cloud, "ssm"), "/", "AmazonSSM.SendCommand", &request);
    assert!(answer["Command"]["CommandId"].is_string(), "{answer}");
}

/// Asks a service whose requests are JSON; `target` names the operation where the path does not.
fn ask(service: &Service, path: &str, target: &str, body: &Value) -> Value {
    let mut request = Request::post(path).header("content-type", "application/x-amz-json-1.1");
    if !target.is_empty() {
        request = request.header("x-amz-target", target);
    }
    read(service, request.body(body.to_string().into_bytes()).expect("a request is one"))
}

fn read(service: &Service, request: Request<Vec<u8>>) -> Value {
    let mut answer = service.send(request);
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string().expect("an answer is text");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
