//! Rules on variables and expressions.

use std::collections::{BTreeMap, BTreeSet};

use crate::Contract;
use crate::jsonata;
use crate::machine::{Scope, State, scopes, states};

/// Every expression is closed; `asl-validator` parses them, where it is installed.
pub(crate) fn expressions_are_closed(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for state in states(&contract.machine) {
        let open = state.expressions().into_iter().filter(|expression| !jsonata::is_closed(expression));
        problems.extend(open.map(|expression| format!("{}: {expression}", state.name)));
    }
    problems
}

/// Scopes share no name of a variable: Step Functions refuses a name that an outer scope assigns too.
pub(crate) fn scopes_share_no_variable(contract: &Contract) -> Vec<String> {
    let scopes = scopes(&contract.machine);
    let mut problems = Vec::new();
    for (at, outer) in scopes.iter().enumerate() {
        for inner in &scopes[at + 1..] {
            let (outer, inner) = (assigned(outer), assigned(inner));
            problems.extend(outer.intersection(&inner).map(|name| format!("${name} is assigned in two scopes")));
        }
    }
    problems
}

/// A variable that a state reads was assigned on every way to it.
///
/// An unknown variable is an error of the whole state. The states of a distributed map see none from outside.
pub(crate) fn variables_are_assigned_before(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        let known = known_on_entry(&scope);
        for state in &scope.states {
            let Some(known) = known.get(state.name) else { continue };
            let read = read(state);
            problems.extend(read.difference(known).map(|name| format!("{} reads ${name} too early", state.name)));
        }
    }
    problems
}

/// A variable that is assigned is read somewhere.
pub(crate) fn variables_are_read(contract: &Contract) -> Vec<String> {
    let mut problems = Vec::new();
    for scope in scopes(&contract.machine) {
        let read: BTreeSet<&str> = scope.states.iter().flat_map(read).collect();
        let assigned = assigned(&scope);
        problems.extend(assigned.difference(&read).map(|name| format!("nothing reads ${name}")));
    }
    problems
}

/// What is assigned on every way to a state, for each state that is reached.
fn known_on_entry<'a>(scope: &Scope<'a>) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut known = BTreeMap::from([(scope.start, BTreeSet::new())]);
    let mut left = vec![scope.start];
    while let Some(name) = left.pop() {
        let (Some(state), Some(before)) = (scope.state(name), known.get(name).cloned()) else { continue };
        for way in state.ways() {
            let after: BTreeSet<&str> = before.union(&way.assigned).copied().collect();
            let met = known.get(way.to).map(|there| there.intersection(&after).copied().collect());
            let met = met.unwrap_or(after);
            if known.get(way.to) != Some(&met) {
                known.insert(way.to, met);
                left.push(way.to);
            }
        }
    }
    known
}

fn assigned<'a>(scope: &Scope<'a>) -> BTreeSet<&'a str> {
    scope.states.iter().flat_map(State::ways).flat_map(|way| way.assigned).collect()
}

fn read<'a>(state: &State<'a>) -> BTreeSet<&'a str> {
    state.expressions().into_iter().flat_map(jsonata::variables).collect()
}
