//! Rules on what the state machine and the steps say of each other: placeholders, payloads, answers.

use std::collections::{BTreeMap, BTreeSet};

use crate::Contract;
use crate::jsonata;
use crate::machine::{State, scopes, states};

/// Settings that a deployment fills in, in seconds.
pub(crate) const SETTINGS: [&str; 3] = ["ready_seconds", "capacity_seconds", "rerun_seconds"];
/// Steps that events and schedules call, and no state does.
pub(crate) const BY_EVENT: [&str; 2] = ["resume", "sweep"];
/// Ends the name of a resource that waits for its task's token.
const WITH_TOKEN: &str = ".waitForTaskToken";
/// How a state gets its task's token.
const TOKEN: &str = "$states.context.Task.Token";

/// The placeholders are the steps that states call, and the settings.
pub(crate) fn placeholders_are_known(contract: &Contract) -> Vec<String> {
    let text = contract.machine.to_string();
    let found: BTreeSet<&str> = text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    let steps = contract.rust.steps.keys().map(String::as_str).filter(|step| !BY_EVENT.contains(step));
    let wanted: BTreeSet<&str> = steps.chain(SETTINGS).collect();
    let missing = wanted.difference(&found).map(|name| format!("the placeholder {name} is missing"));
    let strange = found.difference(&wanted).map(|name| format!("the placeholder {name} is not known"));
    missing.chain(strange).collect()
}

/// Every task invokes a step, and waits for the token's answer exactly where it passes the token.
pub(crate) fn tasks_invoke_steps(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for task in states(&contract.machine).iter().filter(|state| state.is("Task")) {
        let resource = task.text("Resource");
        if resource.strip_suffix(WITH_TOKEN).unwrap_or(resource) != "arn:aws:states:::lambda:invoke" {
            problems.push(format!("{} has the resource {resource}", task.name));
        }
        if task.step().is_none_or(|step| !contract.rust.steps.contains_key(step)) {
            problems.push(format!("{} calls no step", task.name));
        }
        if resource.ends_with(WITH_TOKEN) != task.expressions().contains(&TOKEN) {
            problems.push(format!("{} has to pass the token if and only if it waits for it", task.name));
        }
    }
    problems
}

/// What a state passes is what its step reads: no field too many, and none missing that has to be there.
pub(crate) fn payloads_fit_the_inputs(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    let mut passed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for state in states(&contract.machine) {
        let (Some(name), Some(payload)) = (state.step(), state.payload()) else { continue };
        let Some(step) = contract.rust.steps.get(name) else { continue };
        let keys: BTreeSet<&str> = payload.keys().map(String::as_str).collect();
        let strange = keys.iter().filter(|key| !step.input.contains_key(**key));
        problems.extend(strange.map(|key| format!("{} passes {key}, which {name} does not read", state.name)));
        let missing = step.input.iter().filter(|(key, required)| **required && !keys.contains(key.as_str()));
        problems.extend(missing.map(|(key, _)| format!("{} does not pass {key}, which {name} needs", state.name)));
        passed.entry(name).or_default().extend(keys);
    }
    for (name, keys) in passed {
        let unused = contract.rust.steps[name].input.keys().filter(|key| !keys.contains(key.as_str()));
        problems.extend(unused.map(|key| format!("no state passes {key}, which {name} reads")));
    }
    problems
}

/// What a state reads of an answer is there, and what it compares it with is a value that it can have.
pub(crate) fn answers_are_understood(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        let known = Answers::of(contract, &scope.states);
        for state in &scope.states {
            problems.extend(known.unread(contract, state));
            for expression in state.expressions() {
                problems.extend(known.misread(contract, state.name, expression));
            }
        }
    }
    problems
}

/// Which variables hold an answer, and which hold a field of one.
#[derive(Default)]
struct Answers<'a> {
    whole: BTreeMap<&'a str, &'a str>,
    fields: BTreeMap<&'a str, (&'a str, &'a str)>,
}

/// How a state gets at its step's answer.
const ANSWER: &str = "$states.result.Payload";

impl<'a> Answers<'a> {
    fn of(contract: &'a Contract, states: &[State<'a>]) -> Self {
        let mut answers = Self::default();
        for state in states {
            let Some(step) = state.step().filter(|step| contract.rust.steps.contains_key(*step)) else { continue };
            for (variable, value) in
                state.body.get("Assign").and_then(|assign| assign.as_object()).into_iter().flatten()
            {
                let text = value.as_str().unwrap_or_default();
                let expression = text.trim_start_matches("{%").trim_end_matches("%}").trim();
                match expression.strip_prefix(ANSWER) {
                    Some("") => drop(answers.whole.insert(variable, step)),
                    Some(field) => drop(answers.fields.insert(variable, (step, field.trim_start_matches('.')))),
                    None => {}
                }
            }
        }
        answers
    }

    /// Fields that a state reads of its own step's answer and that are not in it.
    fn unread(&self, contract: &Contract, state: &State) -> Vec<String> {
        let Some(step) = state.step().and_then(|name| contract.rust.steps.get(name)) else { return Vec::new() };
        let prefix = format!("{ANSWER}.");
        let read = state.expressions().into_iter().flat_map(|expression| jsonata::fields_after(expression, &prefix));
        let missing = read.filter(|field| !step.output.contains_key(*field));
        missing.map(|field| format!("{} reads {field}, which {} does not answer", state.name, step.name)).collect()
    }

    /// Fields and values that an expression expects of a variable with an answer in it.
    fn misread(&self, contract: &Contract, state: &str, expression: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for (variable, step) in &self.whole {
            let output = &contract.rust.steps[*step].output;
            for field in jsonata::fields_after(expression, &format!("${variable}.")) {
                let Some(values) = output.get(field) else {
                    problems.push(format!("{state} reads {field}, which {step} does not answer"));
                    continue;
                };
                let compared = jsonata::compared_with(expression, &format!("${variable}.{field}"));
                problems.extend(strange_values(state, step, values, &compared));
            }
        }
        for (variable, (step, field)) in &self.fields {
            let values = contract.rust.steps[*step].output.get(*field).cloned().unwrap_or_default();
            let compared = jsonata::compared_with(expression, &format!("${variable}"));
            problems.extend(strange_values(state, step, &values, &compared));
        }
        problems
    }
}

fn strange_values(state: &str, step: &str, values: &BTreeSet<String>, compared: &[&str]) -> Vec<String> {
    let strange = compared.iter().filter(|value| !values.contains(**value));
    strange.map(|value| format!("{state} waits for '{value}', which {step} never answers")).collect()
}
