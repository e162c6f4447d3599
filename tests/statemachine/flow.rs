//! Rules on the way through the states.

use std::collections::BTreeSet;

use crate::Contract;
use crate::machine::{Scope, scopes, states};

/// Step Functions takes names up to this length.
const LONGEST_NAME: usize = 80;
/// Step Functions takes definitions up to this size in bytes.
const LARGEST: usize = 1_048_576;

/// Every way leads to a state of its own scope.
pub(crate) fn every_way_leads_to_a_state(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        if scope.state(scope.start).is_none() {
            problems.push(format!("it starts at {}, which is not there", scope.start));
        }
        for state in &scope.states {
            for way in state.ways().iter().filter(|way| scope.state(way.to).is_none()) {
                problems.push(format!("{} goes to {}, which is not there", state.name, way.to));
            }
        }
    }
    problems
}

/// Every state is reached.
pub(crate) fn every_state_is_reached(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        let reached = reached_from(&scope, scope.start);
        let lost = scope.states.iter().filter(|state| !reached.contains(state.name));
        problems.extend(lost.map(|state| format!("{} is never reached", state.name)));
    }
    problems
}

/// Every state reaches an end, and says where it goes.
pub(crate) fn every_state_reaches_an_end(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        for state in &scope.states {
            let is_end = state.is("Succeed") || state.is("Fail") || state.body.contains_key("End");
            let goes_on = state.body.contains_key(if state.is("Choice") { "Default" } else { "Next" });
            if is_end == goes_on {
                problems.push(format!("{} has to have either one way on or an end", state.name));
            }
            let reached = reached_from(&scope, state.name);
            let ends = |name: &&str| scope.state(name).is_some_and(|state| state.ways().is_empty());
            if !reached.iter().any(ends) {
                problems.push(format!("{} reaches no end", state.name));
            }
        }
    }
    problems
}

/// Every state says what it is for, has a name of its own, and the whole fits into Step Functions.
pub(crate) fn every_state_is_described(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    let mut names = BTreeSet::new();
    for state in states(&contract.machine) {
        if state.text("Comment").trim().is_empty() {
            problems.push(format!("{} has no Comment", state.name));
        }
        if state.name.chars().count() > LONGEST_NAME {
            problems.push(format!("the name {} is too long", state.name));
        }
        if !names.insert(state.name) {
            problems.push(format!("the name {} is there twice", state.name));
        }
    }
    if contract.machine["Comment"].as_str().is_none_or(|comment| comment.trim().is_empty()) {
        problems.push("the state machine has no Comment".to_owned());
    }
    if contract.machine.to_string().len() > LARGEST {
        problems.push(format!("the state machine has more than {LARGEST} bytes"));
    }
    problems
}

fn reached_from<'a>(scope: &Scope<'a>, start: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut left = vec![start];
    while let Some(name) = left.pop() {
        if let Some(state) = scope.state(name)
            && reached.insert(state.name)
        {
            left.extend(state.ways().iter().map(|way| way.to));
        }
    }
    reached
}
