//! Rules on time limits, retries, catches and the names of errors.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Contract;
use crate::machine::{Handler, State, scopes, states};

/// What AWS advises to retry whenever a state calls a Lambda function.
const LAMBDA: [&str; 5] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
];
/// Services whose errors are not ours to name.
const SERVICES: [&str; 4] = ["Lambda", "Sandbox", "Runtime", "States"];
/// Reasons that may be gone at the next try. Every other one is the same again.
const PASSING: [&str; 2] = ["Unavailable", "Contended"];
/// States without a Catch: where they fail, the rule on failed executions and the sweep take over.
const LAST_RESORT: [&str; 2] = ["TerminateRun", "TerminateEnvironment"];
/// Where the states of a run go when something goes wrong.
const CLEAN_UP: [&str; 1] = ["TerminateRun"];
/// Where the states of an environment go when something goes wrong.
const CLEAN_UP_IN_MAP: [&str; 2] = ["Collect", "TerminateEnvironment"];
/// The states that fail an execution, with their errors.
const ENDS: [(&str, &str); 3] =
    [("Failed", "{% $error.error %}"), ("GateFailed", "QAOps.GateFailed"), ("Inconclusive", "QAOps.Inconclusive")];

/// Every task, and the whole run, ends by itself.
pub(crate) fn everything_has_a_time_limit(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    let limited = |limit: Option<&Value>| {
        let as_text = |text: &str| text.starts_with("{%");
        limit.is_some_and(|limit| limit.as_u64().is_some_and(|limit| limit > 0) || limit.as_str().is_some_and(as_text))
    };
    for state in states(&contract.machine) {
        if state.is("Task") && !limited(state.body.get("TimeoutSeconds")) {
            problems.push(format!("{} has no TimeoutSeconds", state.name));
        }
    }
    if !limited(contract.machine.get("TimeoutSeconds")) {
        problems.push("the run has no TimeoutSeconds".to_owned());
    }
    problems
}

/// Every task retries what AWS advises, and apart from that what may pass of our own.
pub(crate) fn every_task_retries(contract: &Contract) -> Vec<String> {
    let tasks = states(&contract.machine).into_iter().filter(|state| state.is("Task"));
    tasks.flat_map(|state| retry_problems(contract, &state)).collect()
}

fn retry_problems(contract: &Contract, state: &State) -> Vec<String> {
    let mut problems = Vec::new();
    let retriers = state.handlers("Retry");
    for retrier in &retriers {
        let ours = retrier.errors.iter().filter(|name| is_ours(name)).count();
        if ours > 0 && ours < retrier.errors.len() {
            problems.push(format!("{} retries our own names together with those of services", state.name));
        }
        for name in &retrier.errors {
            let reason = name.split_once('.').map_or("", |(_, reason)| reason);
            if is_ours(name) && !PASSING.contains(&reason) {
                problems.push(format!("{} retries {name}, which would be the same again", state.name));
            }
        }
    }
    let retried: BTreeSet<&str> = retriers.iter().flat_map(|retrier| retrier.errors.iter().copied()).collect();
    let passing = produced(contract, state)
        .into_iter()
        .filter(|name| PASSING.iter().any(|passing| name.ends_with(&format!(".{passing}"))));
    let wanted = LAMBDA.iter().map(|name| (*name).to_owned()).chain(passing);
    let missing = wanted.filter(|name| !retried.contains(name.as_str()));
    problems.extend(missing.map(|name| format!("{} does not retry {name}", state.name)));
    problems
}

/// Whatever goes wrong, nothing is left running: every Catch leads to where it is ended.
pub(crate) fn every_catch_cleans_up(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        let targets: &[&str] = if scope.is_top { &CLEAN_UP } else { &CLEAN_UP_IN_MAP };
        for state in scope.states.iter().filter(|state| state.is("Task") || state.is("Map")) {
            let catchers = state.handlers("Catch");
            if LAST_RESORT.contains(&state.name) {
                problems.extend(catchers.first().map(|_| format!("{} is the last resort and has a Catch", state.name)));
                continue;
            }
            if catchers.last().is_none_or(|last| last.errors != ["States.ALL"]) {
                problems.push(format!("{} does not catch States.ALL", state.name));
            }
            let astray = catchers.iter().filter(|catcher| !catcher.next.is_some_and(|next| targets.contains(&next)));
            problems.extend(astray.map(|catcher| {
                format!("{} catches {:?} and goes to {}", state.name, catcher.errors, catcher.next.unwrap_or("nowhere"))
            }));
        }
    }
    problems
}

/// An environment that fails costs its shard, and never the run: its map tolerates all of them.
pub(crate) fn a_lost_environment_does_not_end_the_run(contract: &Contract) -> Vec<String> {
    let maps = states(&contract.machine).into_iter().filter(|state| state.is("Map"));
    let intolerant = maps.filter(|map| {
        let processor = map.body.get("ItemProcessor").map(|processor| &processor["ProcessorConfig"]);
        let tolerated = map.body.get("ToleratedFailurePercentage").and_then(Value::as_u64);
        tolerated != Some(100)
            || processor.is_none_or(|config| config["Mode"] != "DISTRIBUTED" || config["ExecutionType"] != "STANDARD")
    });
    intolerant.map(|map| format!("{} has to be a distributed, standard map that tolerates 100 %", map.name)).collect()
}

/// The execution's end is the verdict, by the names that pipelines look at.
pub(crate) fn the_ends_are_named(contract: &Contract) -> Vec<String> {
    let fails = states(&contract.machine).into_iter().filter(|state| state.is("Fail"));
    let found: BTreeSet<(&str, &str)> = fails.map(|state| (state.name, state.text("Error"))).collect();
    let wanted = BTreeSet::from(ENDS);
    let missing = wanted.difference(&found).map(|(name, error)| format!("no Fail state {name} has the error {error}"));
    let strange = found.difference(&wanted).map(|(name, error)| format!("the Fail state {name} has the error {error}"));
    missing.chain(strange).collect()
}

/// A name of ours that is matched is one that Rust produces.
pub(crate) fn matched_names_exist(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for state in states(&contract.machine) {
        let produced = produced(contract, &state);
        let handlers = state.handlers("Retry").into_iter().chain(state.handlers("Catch"));
        for name in handlers.flat_map(|handler| handler.errors).filter(|name| is_ours(name)) {
            if !produced.contains(name) {
                problems.push(format!("{} matches {name}, which its step never answers", state.name));
            }
        }
    }
    problems
}

/// A name that Rust produces is handled by every state that calls the step.
pub(crate) fn produced_names_are_handled(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for state in states(&contract.machine).iter().filter(|state| !LAST_RESORT.contains(&state.name)) {
        let catchers = state.handlers("Catch");
        let handles = |name: &str| catchers.iter().any(|catcher: &Handler| takes(catcher, name));
        let unhandled = produced(contract, state).into_iter().filter(|name| !handles(name));
        problems.extend(unhandled.map(|name| format!("{} does not handle {name}", state.name)));
    }
    problems
}

/// A step's list of reasons is what its errors answer.
pub(crate) fn reasons_are_listed(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for step in contract.rust.steps.values() {
        let missing = step.answered.difference(&step.reasons);
        problems.extend(missing.map(|reason| format!("{} answers {reason} and does not list it", step.name)));
        let vain = step.reasons.difference(&step.answered);
        problems.extend(vain.map(|reason| format!("{} lists {reason} and never answers it", step.name)));
    }
    problems
}

/// A step is served under its own name, which is what makes the names of its errors.
pub(crate) fn steps_are_served_by_their_names(contract: &Contract) -> Vec<String> {
    let steps = contract.rust.steps.values();
    let other =
        steps.filter(|step| step.served.to_lowercase() != step.name || !step.served.starts_with(char::is_uppercase));
    other.map(|step| format!("{} is served as {}", step.name, step.served)).collect()
}

/// The names of all errors that a state's step can answer.
fn produced(contract: &Contract, state: &State) -> BTreeSet<String> {
    let step = state.step().and_then(|name| contract.rust.steps.get(name));
    step.into_iter()
        .flat_map(|step| {
            let reasons = step.reasons.iter().chain(std::iter::once(&contract.rust.bad_input));
            reasons.map(|reason| format!("{}.{reason}", step.served))
        })
        .collect()
}

fn takes(handler: &Handler, name: &str) -> bool {
    handler.errors.iter().any(|error| *error == name || *error == "States.ALL" || *error == "States.TaskFailed")
}

fn is_ours(name: &str) -> bool {
    name.split_once('.').is_none_or(|(first, _)| !SERVICES.contains(&first))
}
