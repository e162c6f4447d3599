//! Step Functions: executions and the answers to their task tokens.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::config::http::HttpResponse;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::types::{ExecutionStatus as Status, HistoryEventType};
use domain::base::time::Time;
use domain::run::status::Failure;

use crate::Error;
use crate::error::failed;

/// How an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionStatus {
    /// Still going.
    Running,
    /// Ended in a Succeed state.
    Succeeded,
    /// Ended in a Fail state or by an error.
    Failed,
    /// Stopped, or out of time.
    Stopped,
}

/// An execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    /// ARN.
    pub arn: String,
    /// How it stands.
    pub status: ExecutionStatus,
    /// Status in Step Functions' own word, such as `TIMED_OUT`.
    pub word: String,
    /// Error and cause of one that failed.
    pub failure: Option<Failure>,
    /// When it started.
    pub started: Time,
}

/// A state that an execution entered.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryState {
    /// Event's id, rising.
    pub id: i64,
    /// State's name.
    pub name: String,
    /// Unix time in seconds.
    pub seconds: f64,
}

/// What became of an answer to a task token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAnswer {
    /// The state machine took it.
    Given,
    /// Nobody waits for it any more.
    TooLate,
}

/// Step Functions.
#[derive(Clone, Debug)]
pub struct Executions {
    client: Client,
}

impl Executions {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Starts an execution by its name, which is the run's id. The same start twice is one.
    pub async fn start(&self, machine: &str, name: &str, input: &str) -> Result<String, Error> {
        let request = self.client.start_execution().state_machine_arn(machine).name(name).input(input);
        Ok(request.send().await.map_err(failed(format!("start the run {name}")))?.execution_arn)
    }

    /// Stops an execution.
    pub async fn stop(&self, arn: &str) -> Result<(), Error> {
        self.client.stop_execution().execution_arn(arn).send().await.map(drop).map_err(failed(format!("stop {arn}")))
    }

    /// An execution; none when there is none of this ARN.
    pub async fn describe(&self, arn: &str) -> Result<Option<Execution>, Error> {
        let answer = match self.client.describe_execution().execution_arn(arn).send().await {
            Ok(answer) => answer,
            Err(error) if error.as_service_error().is_some_and(|e| e.is_execution_does_not_exist()) => return Ok(None),
            Err(error) => return Err(failed(format!("look up {arn}"))(error)),
        };
        Ok(Some(Execution {
            status: status(&answer.status),
            word: answer.status.as_str().to_owned(),
            failure: answer.error.map(|error| Failure { error, cause: answer.cause.unwrap_or_default() }),
            started: answer.start_date.secs().into(),
            arn: answer.execution_arn,
        }))
    }

    /// Names of the executions of `machine` that are still going.
    pub async fn running(&self, machine: &str) -> Result<Vec<String>, Error> {
        let request = self.client.list_executions().state_machine_arn(machine).status_filter(Status::Running);
        let mut pages = request.into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(item) = pages.next().await {
            names.push(item.map_err(failed("list the running executions"))?.name);
        }
        Ok(names)
    }

    /// States that an execution entered after the event `after`.
    pub async fn states(&self, arn: &str, after: i64) -> Result<Vec<HistoryState>, Error> {
        let request = self.client.get_execution_history().execution_arn(arn).include_execution_data(false);
        let mut pages = request.into_paginator().items().send();
        let mut states = Vec::new();
        while let Some(event) = pages.next().await {
            let event = event.map_err(failed(format!("read the history of {arn}")))?;
            let entered = event.state_entered_event_details.filter(|_| is_entered(&event.r#type));
            if let (true, Some(details)) = (event.id > after, entered) {
                let seconds = event.timestamp.as_secs_f64();
                states.push(HistoryState { id: event.id, name: details.name, seconds });
            }
        }
        Ok(states)
    }

    /// Tells the task of `token` that it succeeded, with `output` as JSON.
    pub async fn succeed(&self, token: &str, output: &str) -> Result<TokenAnswer, Error> {
        answered(self.client.send_task_success().task_token(token).output(output).send().await)
    }

    /// Tells the task of `token` that it failed.
    pub async fn fail(&self, token: &str, failure: &Failure) -> Result<TokenAnswer, Error> {
        let request = self.client.send_task_failure().task_token(token).error(&failure.error);
        answered(request.cause(&failure.cause).send().await)
    }
}

/// A token that nobody waits for is no error: the first answer won, or the execution is over.
fn answered<T, E>(answer: Result<T, SdkError<E, HttpResponse>>) -> Result<TokenAnswer, Error>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(TokenAnswer::Given),
        Err(error) if matches!(error.code(), Some("TaskTimedOut" | "TaskDoesNotExist" | "InvalidToken")) => {
            Ok(TokenAnswer::TooLate)
        }
        Err(error) => Err(failed("answer the task token")(error)),
    }
}

fn is_entered(kind: &HistoryEventType) -> bool {
    kind.as_str().ends_with("StateEntered")
}

fn status(status: &Status) -> ExecutionStatus {
    match status {
        Status::Succeeded => ExecutionStatus::Succeeded,
        Status::Failed => ExecutionStatus::Failed,
        Status::Aborted | Status::TimedOut => ExecutionStatus::Stopped,
        _ => ExecutionStatus::Running,
    }
}
