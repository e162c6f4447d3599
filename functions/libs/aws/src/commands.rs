//! SSM Run Command: how a shard comes to an instance.

use std::collections::HashMap;

use aws_sdk_ssm::Client;
use aws_sdk_ssm::operation::get_command_invocation::GetCommandInvocationOutput;
use aws_sdk_ssm::types::CommandInvocationStatus;

use crate::Error;
use crate::error::failed;
use domain::base::ids::{Attempt, InstanceId, RunId};

/// Seconds within which SSM must deliver a command to the agent.
const DELIVERY_SECONDS: i32 = 60;
/// Steps of the document, one for each platform. The one for another platform is skipped: it succeeds with code 0.
pub(crate) const STEPS: [&str; 2] = ["shard", "shardOnWindows"];

/// What to run where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandOrder {
    /// Instance's id.
    pub instance: InstanceId,
    /// Run's id.
    pub run: RunId,
    /// The attempt at a shard.
    pub attempt: Attempt,
    /// Seconds after which SSM ends the command.
    pub seconds: u64,
}

/// A command as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Run's id.
    pub run: RunId,
    /// The attempt at a shard.
    pub attempt: Attempt,
}

/// Where a command on one instance stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandState {
    /// Not known yet, waiting or running.
    Open,
    /// Ended, with SSM's status and the exit code of the script.
    Ended {
        /// SSM's status, such as `Success`, `Failed`, `TimedOut`, `Cancelled`.
        status: String,
        /// Exit code; -1 when there is none.
        code: i32,
        /// The first 8,000 characters that the script wrote as errors.
        errors: String,
    },
}

/// Run Command with one document.
#[derive(Clone, Debug)]
pub struct Commands {
    client: Client,
    document: String,
}

impl Commands {
    pub(crate) fn new(client: Client, document: String) -> Self {
        Self { client, document }
    }

    /// Sends a command and returns its id. SSM has no client token: sending twice makes two commands.
    pub async fn send(&self, order: &CommandOrder) -> Result<String, Error> {
        let what = format!("send shard {} to {}", order.attempt, order.instance);
        let one = |value: String| vec![value];
        let parameters = HashMap::from([
            ("run".to_owned(), one(order.run.to_string())),
            ("shard".to_owned(), one(order.attempt.shard.to_string())),
            ("attempt".to_owned(), one(order.attempt.number.to_string())),
            ("seconds".to_owned(), one(order.seconds.to_string())),
        ]);
        let sent = self
            .client
            .send_command()
            .document_name(&self.document)
            .instance_ids(&order.instance)
            .set_parameters(Some(parameters))
            .timeout_seconds(DELIVERY_SECONDS)
            .comment(format!("shard {}", order.attempt))
            .send()
            .await
            .map_err(failed(what.clone()))?;
        let id = sent.command.and_then(|command| command.command_id);
        id.ok_or_else(|| Error::unexpected(what, "the answer has no command id"))
    }

    /// What a command was sent for; none when it is not one of ours.
    pub async fn describe(&self, command: &str) -> Result<Option<Command>, Error> {
        let what = format!("look up the command {command}");
        let answer = self.client.list_commands().command_id(command).send().await.map_err(failed(what))?;
        let Some(found) = answer.commands.unwrap_or_default().into_iter().next() else { return Ok(None) };
        if found.document_name.as_deref() != Some(&self.document) {
            return Ok(None);
        }
        let parameters = found.parameters.unwrap_or_default();
        let one = |name: &str| parameters.get(name).and_then(|values| values.first()).cloned();
        Ok((|| {
            let attempt = Attempt { shard: one("shard")?.into(), number: one("attempt")?.parse().ok()? };
            Some(Command { run: one("run")?.into(), attempt })
        })())
    }

    /// Where a command on `instance` stands.
    pub async fn state(&self, command: &str, instance: &InstanceId) -> Result<CommandState, Error> {
        use CommandInvocationStatus::{Cancelling, Delayed, InProgress, Pending};
        let whole = self.invocation(command, instance, None).await?;
        Ok(match whole.and_then(|whole| whole.status) {
            None | Some(Pending | InProgress | Delayed | Cancelling) => CommandState::Open,
            Some(status) => {
                let (code, errors) = self.end(command, instance).await?;
                CommandState::Ended { status: status.as_str().to_owned(), code, errors }
            }
        })
    }

    /// Exit code and errors of the step that ran. Of a document with several steps SSM tells them only where the step is named
    /// (`PluginName` of GetCommandInvocation).
    async fn end(&self, command: &str, instance: &InstanceId) -> Result<(i32, String), Error> {
        for step in STEPS {
            match self.invocation(command, instance, Some(step)).await? {
                Some(found) if found.response_code != 0 => {
                    return Ok((found.response_code, found.standard_error_content.unwrap_or_default()));
                }
                _ => {}
            }
        }
        Ok((0, String::new()))
    }

    /// A command on an instance, or one step of it; none when SSM does not know it.
    async fn invocation(
        &self,
        command: &str,
        instance: &InstanceId,
        step: Option<&str>,
    ) -> Result<Option<GetCommandInvocationOutput>, Error> {
        let request = self.client.get_command_invocation().command_id(command).instance_id(instance);
        match request.set_plugin_name(step.map(str::to_owned)).send().await {
            Ok(answer) => Ok(Some(answer)),
            // Right after it was sent, and long after it ended, SSM does not know a command.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_invocation_does_not_exist() || e.is_invalid_plugin_name()) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed(format!("look up the command {command} on {instance}"))(error)),
        }
    }
}
