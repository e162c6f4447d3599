//! The shell around a step.

use std::fmt::Write as _;
use std::time::Instant;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// An error of a step, with the part of its name after the step's.
///
/// The state machine matches `<Step>.<Reason>`; a test holds [`Named::REASONS`] and the state machine equal.
pub trait Named: std::error::Error {
    /// Every reason that [`Named::reason`] can give.
    const REASONS: &'static [&'static str];

    /// The reason of this error.
    fn reason(&self) -> &'static str;
}

/// Reason of an input that is not what the step takes.
const BAD_INPUT: &str = "BadInput";

/// Serves `step` until the Lambda service ends the process.
///
/// `step` is its name as the state machine writes it, such as `Plan`.
pub async fn serve<I, O, E, F, W>(step: &'static str, handle: F) -> Result<(), lambda_runtime::Error>
where
    I: DeserializeOwned,
    O: Serialize,
    E: Named,
    F: Fn(I) -> W,
    W: Future<Output = Result<O, E>>,
{
    lambda_runtime::tracing::init_default_subscriber();
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let started = Instant::now();
        let run = run_id(&event.payload);
        let answer = answer(step, handle, event.payload).await;
        let seconds = started.elapsed().as_secs_f64();
        match &answer {
            Ok(_) => tracing::info!(step, run, seconds, "done"),
            Err(error) => tracing::error!(step, run, seconds, error = error.error_type, cause = error.error_message),
        }
        answer
    }))
    .await
}

async fn answer<I, O, E, F, W>(step: &str, handle: &F, payload: Value) -> Result<Value, Diagnostic>
where
    I: DeserializeOwned,
    O: Serialize,
    E: Named,
    F: Fn(I) -> W,
    W: Future<Output = Result<O, E>>,
{
    let input = serde_json::from_value(payload).map_err(|error| diagnostic(step, BAD_INPUT, &error))?;
    // A step's future holds those of the SDK in many layers; on the heap it is not part of this one's layout.
    let output = Box::pin(handle(input)).await.map_err(|error| diagnostic(step, error.reason(), &error))?;
    serde_json::to_value(output).map_err(|error| diagnostic(step, BAD_INPUT, &error))
}

fn run_id(payload: &Value) -> String {
    let run = payload.get("run").or_else(|| payload.get("detail")?.get("name"));
    run.and_then(Value::as_str).unwrap_or("-").to_owned()
}

fn diagnostic(step: &str, reason: &str, error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic { error_type: format!("{step}.{reason}"), error_message: with_causes(error) }
}

/// An error and its causes in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
