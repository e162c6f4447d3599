//! `resume`: events of commands and instances become the answers of task tokens.

use std::time::Duration;

use aws::{Answers, CommandState, Commands, Fleet, Ledger};
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use domain::base::ids::{Attempt, InstanceId};
use domain::base::time::Time;
use domain::results::manifest::ALREADY_STARTED;
use domain::run::events::{self, Signal};
use domain::run::shard::{Outcome, State};
use serde::Serialize;
use serde_json::Value;

/// The step's connections.
#[derive(Debug)]
pub struct Resume {
    /// Where the tokens are answered.
    pub answers: Answers,
    /// Run Command.
    pub commands: Commands,
    /// Instances.
    pub fleet: Fleet,
    /// Shards and the queue.
    pub ledger: Ledger,
}

/// Nothing: nobody waits for what `resume` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Output {}

/// Why an event could not be told to the state machine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        let Self::Aws(error) = self;
        error.reason()
    }
}

/// How often, and how far apart, SSM is asked for a command that an event told of.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(250);

impl Resume {
    /// Answers the tokens that an event settles. The same event twice changes nothing.
    pub async fn run(&self, event: EventBridgeEvent<Value>, _now: Time) -> Result<Output, Error> {
        match events::read(&event.source, &event.detail) {
            Some(Signal::CommandEnded { command, instance, status }) => {
                self.command_ended(&command, &instance, status).await?;
            }
            Some(Signal::InstanceEnding { instance, state }) => self.instance_ending(&instance, &state).await?,
            Some(Signal::SpotNotice { instance }) => self.spot_notice(&instance).await?,
            None => {}
        }
        Ok(Output {})
    }

    async fn command_ended(&self, id: &str, instance: &InstanceId, status: String) -> Result<(), Error> {
        let Some(command) = self.commands.describe(id).await? else { return Ok(()) };
        match self.end(id, instance).await? {
            // A command that was sent a second time: the first one is still the one to wait for.
            Some((ALREADY_STARTED, _)) => Ok(()),
            Some((_, errors)) => {
                let outcome = events::outcome(status, &errors);
                Ok(self.answers.settle(&command.run, &command.attempt, &outcome).await?)
            }
            // The sweep asks again.
            None => Ok(()),
        }
    }

    /// The exit code and the errors of a command whose end an event told. The event may be ahead of what SSM answers, above all when
    /// a command ends as soon as it was sent; none if it stays so.
    async fn end(&self, id: &str, instance: &InstanceId) -> Result<Option<(i32, String)>, Error> {
        for _ in 0..LOOKS {
            if let CommandState::Ended { code, errors, .. } = self.commands.state(id, instance).await? {
                return Ok(Some((code, errors)));
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(None)
    }

    async fn instance_ending(&self, instance: &InstanceId, state: &str) -> Result<(), Error> {
        let Some(found) = self.fleet.instance(instance).await? else { return Ok(()) };
        self.ledger.close_environment(&found.run, instance, state).await?;
        let outcome = Outcome::InstanceLost { reason: format!("The instance {instance} was {state}.") };
        for shard in self.ledger.shards(&found.run).await? {
            if shard.state == State::Running && shard.environment.as_ref() == Some(instance) {
                let attempt = Attempt { shard: shard.id, number: shard.attempt };
                self.answers.settle(&found.run, &attempt, &outcome).await?;
            }
        }
        Ok(())
    }

    async fn spot_notice(&self, instance: &InstanceId) -> Result<(), Error> {
        let Some(found) = self.fleet.instance(instance).await? else { return Ok(()) };
        Ok(self.ledger.close_environment(&found.run, instance, "a Spot notice came").await?)
    }
}
