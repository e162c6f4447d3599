//! `terminate`: one environment, or all of a run, from the run's id alone.

use aws::{Fleet, Ledger};
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use domain::base::ids::{InstanceId, RunId};
use domain::base::time::Time;
use domain::run::fleet::InstanceState;
use domain::run::status::{Failure, Status};
use serde::{Deserialize, Serialize};

/// The step's connections.
#[derive(Debug)]
pub struct Terminate {
    /// Instances.
    pub fleet: Fleet,
    /// The run, its queue and its environments.
    pub ledger: Ledger,
}

/// Who calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Input {
    /// EventBridge, when an execution was stopped, ran out of time or failed.
    Event(EventBridgeEvent<Ended>),
    /// The state machine.
    Request(Request),
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Request {
    /// Run's id.
    pub run: RunId,
    /// Instance's id; none ends all of the run's environments.
    #[serde(default)]
    pub environment: Option<InstanceId>,
}

/// Detail of Step Functions' event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ended {
    /// Execution's name, which is the run's id.
    pub name: RunId,
    /// `ABORTED`, `TIMED_OUT` or `FAILED`.
    pub status: String,
}

/// What the state machine goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Instances that this call ended.
    pub terminated: Vec<InstanceId>,
}

/// Why instances may be left.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// AWS did not do what was asked. What remains is unknown; the sweep finds it by its tags.
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

impl Terminate {
    /// Ends environments; twice is once.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let terminated = match input {
            Input::Request(Request { run, environment: Some(environment) }) => {
                self.ledger.close_environment(&run, &environment, "it was terminated").await?;
                self.end(&run, vec![environment], now).await?
            }
            Input::Request(Request { run, environment: None }) => self.end_all(&run, now).await?,
            Input::Event(event) => self.end_stopped(&event.detail, now).await?,
        };
        Ok(Output { terminated })
    }

    /// Closes the run first. `launch` checks after its launch whether the run is closed. `terminate` looks for
    /// instances after the run is closed. So one of the two sees each instance.
    async fn end_all(&self, run: &RunId, now: Time) -> Result<Vec<InstanceId>, Error> {
        self.ledger.close_run(run).await?;
        let alive = self.fleet.of_run(run).await?.into_iter().filter(|found| found.state != InstanceState::Ending);
        self.end(run, alive.map(|instance| instance.id).collect(), now).await
    }

    async fn end_stopped(&self, ended: &Ended, now: Time) -> Result<Vec<InstanceId>, Error> {
        let terminated = self.end_all(&ended.name, now).await?;
        let (status, cause) = match ended.status.as_str() {
            "ABORTED" => (Status::Aborted, "The execution was stopped."),
            "TIMED_OUT" => (Status::Aborted, "The execution ran out of time."),
            _ => (Status::Error, "The execution failed before it was recorded."),
        };
        let failure = Failure { error: format!("Run.{}", ended.status), cause: cause.to_owned() };
        self.ledger.end_run(&ended.name, status, Some(&failure), now).await?;
        Ok(terminated)
    }

    async fn end(&self, run: &RunId, ids: Vec<InstanceId>, now: Time) -> Result<Vec<InstanceId>, Error> {
        self.fleet.terminate(&ids).await?;
        for id in &ids {
            self.ledger.environment_ended(run, id, now).await?;
        }
        Ok(ids)
    }
}
