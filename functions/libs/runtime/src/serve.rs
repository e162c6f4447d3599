//! The shell around a step.

use std::time::Instant;

use domain::base::text::with_causes;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

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
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Payload>| async move {
        let started = Instant::now();
        let payload = event.payload.value();
        let run = payload.as_ref().map_or_else(|_| "-".to_owned(), run_id);
        let answer = match payload {
            Ok(payload) => answer(step, handle, payload).await,
            Err(why) => Err(unreadable(step, &why)),
        };
        let seconds = started.elapsed().as_secs_f64();
        match &answer {
            Ok(_) => tracing::info!(step, run, seconds, "done"),
            Err(error) => tracing::error!(step, run, seconds, error = error.error_type, cause = error.error_message),
        }
        answer
    }))
    .await
}

/// What a step was called with, as it came.
///
/// The runtime itself reads this type, and what it cannot read ends in an error whose name is the runtime's own, which no
/// state can match. So everything is taken here, and read by [`Payload::value`].
enum Payload {
    Text(Box<RawValue>),
    Unreadable(String),
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(input);
        Ok(text.map_or_else(|error| Self::Unreadable(error.to_string()), Self::Text))
    }
}

impl Payload {
    /// The value, or why there is none: it is nested too deep, a number is too large, or it is not JSON.
    fn value(&self) -> Result<Value, String> {
        match self {
            Self::Text(text) => serde_json::from_str(text.get()).map_err(|error| error.to_string()),
            Self::Unreadable(why) => Err(why.clone()),
        }
    }
}

fn unreadable(step: &str, why: &str) -> Diagnostic {
    let error_message = format!("failed to read the input: {why}; write plain JSON, nested at most 100 deep");
    Diagnostic { error_type: format!("{step}.{BAD_INPUT}"), error_message }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        // As the runtime does: from bytes, and no matter what follows.
        let mut input = serde_json::Deserializer::from_slice(text.as_bytes());
        Payload::deserialize(&mut input).unwrap_or(Payload::Unreadable("the runtime refused it".to_owned())).value()
    }

    #[test]
    fn an_input_that_cannot_be_read_gets_an_error_of_our_own() {
        let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
        for bad in [deep.as_str(), "{\"a\": 1e400}", "{\"a\": Infinity}", "", "{"] {
            let why = value(bad).unwrap_err();
            assert!(!why.contains("the runtime refused it"), "{bad}");
            assert_eq!(unreadable("Plan", &why).error_type, "Plan.BadInput");
        }
        assert_eq!(value("{\"a\": [1]}"), Ok(serde_json::json!({"a": [1]})));
    }
}
