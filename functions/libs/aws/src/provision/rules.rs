//! The rules by which EventBridge calls functions.

use aws_sdk_eventbridge::types::Target;
use serde_json::{Value, json};

use super::Maker;
use crate::Error;
use crate::error::failed;

impl Maker<'_> {
    /// Makes the rules for `resume`, `terminate` and `sweep`.
    pub(super) async fn rules(&self, machine: &str) -> Result<(), Error> {
        if !self.blueprint.events {
            return self.schedule("sweep", "sweep").await;
        }
        let command = command_ended(&self.named("run-shard"));
        let (instance, spot, run) = (instance_ending(), spot_notice(), run_ended(machine));
        tokio::try_join!(
            self.rule("command-ended", "resume", &command),
            self.rule("instance-ending", "resume", &instance),
            self.rule("spot-notice", "resume", &spot),
            self.rule("run-ended", "terminate", &run),
            self.schedule("sweep", "sweep"),
        )?;
        Ok(())
    }

    async fn rule(&self, name: &str, step: &str, pattern: &Value) -> Result<(), Error> {
        let request = self.events.put_rule().name(self.named(name)).event_pattern(pattern.to_string());
        request.send().await.map_err(failed(format!("make the rule {name}")))?;
        self.target(name, step, None).await
    }

    async fn schedule(&self, name: &str, step: &str) -> Result<(), Error> {
        let request = self.events.put_rule().name(self.named(name)).schedule_expression(&self.blueprint.sweep);
        request.send().await.map_err(failed(format!("make the schedule {name}")))?;
        self.target(name, step, Some("{}")).await
    }

    async fn target(&self, rule: &str, step: &str, input: Option<&str>) -> Result<(), Error> {
        let what = format!("let the rule {rule} call {step}");
        let function = self.arn("lambda", "function:", step);
        let target = Target::builder().id(step).arn(&function).set_input(input.map(str::to_owned)).build();
        let target = target.map_err(|error| Error::unexpected(what.clone(), error))?;
        let permission = self
            .lambda
            .add_permission()
            .function_name(self.named(step))
            .statement_id(rule)
            .action("lambda:InvokeFunction")
            .principal("events.amazonaws.com");
        permission.source_arn(self.arn("events", "rule/", rule)).send().await.map_err(failed(what.clone()))?;
        self.events.put_targets().rule(self.named(rule)).targets(target).send().await.map(drop).map_err(failed(what))
    }
}

/// Other documents' commands of the account do not call `resume`.
fn command_ended(document: &str) -> Value {
    json!({
        "source": ["aws.ssm"],
        "detail-type": ["EC2 Command Invocation Status-change Notification"],
        "detail": {
            "document-name": [document],
            "status": [{"anything-but": ["Pending", "InProgress", "Delayed", "Cancelling"]}],
        },
    })
}

fn instance_ending() -> Value {
    json!({
        "source": ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"state": ["shutting-down", "terminated", "stopping", "stopped"]},
    })
}

fn spot_notice() -> Value {
    json!({"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]})
}

fn run_ended(machine: &str) -> Value {
    json!({
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [machine], "status": ["ABORTED", "TIMED_OUT", "FAILED"]},
    })
}
