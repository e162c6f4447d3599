//! The end of a run as one JSON object.

use std::error::Error;

use domain::base::ids::RunId;
use domain::base::text::with_causes;
use domain::evaluation::evaluate::{ShardCounts, TestCounts};
use domain::quality::gates::{GateOutcome, Severity, Verdict};
use domain::run::status::Failure;
use serde::Serialize;

use super::End;

/// Error's name where there was no run that could name it.
const NO_RUN: &str = "Input.Refused";

/// Error's name of a run that a person stopped by Ctrl-C.
const INTERRUPTED: &str = "Run.Interrupted";

#[derive(Serialize)]
struct Judgement<'a> {
    run: &'a RunId,
    verdict: Verdict,
    tests: TestCounts,
    gates: Vec<Gate<'a>>,
    shards: ShardCounts,
    environments: usize,
    seconds: f64,
    out: String,
}

#[derive(Serialize)]
struct Gate<'a> {
    gate: &'a str,
    severity: Severity,
    value: Option<f64>,
    ok: Option<bool>,
}

#[derive(Serialize)]
struct Refusal<'a> {
    run: Option<&'a str>,
    verdict: &'static str,
    error: &'a Failure,
    out: Option<String>,
}

/// The end of a run in one line: `{"run","verdict","tests","gates","shards","environments","seconds","out"}`, or
/// `{"run","verdict":"error","error":{"error","cause"},"out"}`.
pub fn json(end: &End) -> String {
    let object = match end {
        End::Evaluation { evaluation, out } => serde_json::to_string(&Judgement {
            run: &evaluation.run,
            verdict: evaluation.verdict,
            tests: evaluation.tests,
            gates: evaluation.gates.iter().map(gate).collect(),
            shards: evaluation.shards,
            environments: evaluation.environments,
            seconds: evaluation.seconds,
            out: out.display().to_string(),
        }),
        End::Error { run, failure, out } => {
            let out = Some(out.display().to_string());
            serde_json::to_string(&Refusal { run: Some(run), verdict: "error", error: failure, out })
        }
    };
    object.unwrap_or_else(|error| json_of_error(&error))
}

/// What is printed where an error came before any run: `{"run":null,"verdict":"error",…}`.
pub fn json_of_error(error: &dyn Error) -> String {
    without_result(NO_RUN, with_causes(error))
}

/// What is printed of a run that was stopped by Ctrl-C: `{"run":null,"verdict":"error",…}`.
pub fn json_of_interruption() -> String {
    without_result(INTERRUPTED, "The run was stopped by Ctrl-C or another signal, so there is no verdict.".to_owned())
}

fn without_result(error: &str, cause: String) -> String {
    let failure = Failure { error: error.to_owned(), cause };
    // Texts and nothing else always become JSON.
    serde_json::to_string(&Refusal { run: None, verdict: "error", error: &failure, out: None }).unwrap_or_default()
}

fn gate(outcome: &GateOutcome) -> Gate<'_> {
    Gate {
        gate: &outcome.gate,
        severity: outcome.severity,
        value: outcome.value.as_ref().map(|value| value.raw),
        ok: outcome.ok(),
    }
}
