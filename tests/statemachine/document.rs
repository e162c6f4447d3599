//! The rules on `statemachine/README.md` and `statemachine/ERRORS.md`: they name what there is, and nothing else.

use std::collections::BTreeSet;

use crate::Contract;
use crate::machine::states;

/// Reasons that every step has; the document tells of them once.
const COMMON: [&str; 3] = ["BadInput", "Refused", "Unavailable"];

/// The document names every state, every error of a single step, and no error that there is not.
pub(crate) fn the_document_is_complete(contract: &Contract) -> Vec<String> {
    let named = code(&contract.document);
    let words: BTreeSet<&str> = contract.document.split(|letter: char| !letter.is_alphanumeric()).collect();
    let mut problems = Vec::new();
    for state in states(&contract.machine).iter().filter(|state| !words.contains(state.name)) {
        problems.push(format!("the document does not name the state {}", state.name));
    }
    let steps = contract.rust.steps.values();
    let errors: BTreeSet<String> = steps
        .flat_map(|step| step.reasons.iter().map(move |reason| (step, reason)))
        .filter(|(_, reason)| !COMMON.contains(&reason.as_str()))
        .map(|(step, reason)| format!("{}.{reason}", step.served))
        .collect();
    let missing = errors.iter().filter(|error| !named.contains(error.as_str()));
    problems.extend(missing.map(|error| format!("the document does not name the error {error}")));
    for name in named {
        let step = name.split_once('.').map(|(step, _)| step.to_lowercase());
        if step.is_some_and(|step| contract.rust.steps.contains_key(&step)) && !errors.contains(name) {
            problems.push(format!("the document names {name}, which is no error of a step"));
        }
    }
    problems
}

/// Every error that somebody can meet has a row in `ERRORS.md` that says what to do, and every row is of such an error.
pub(crate) fn every_error_is_explained(contract: &Contract) -> Vec<String> {
    let known = known_errors(contract);
    let mut problems = Vec::new();
    let mut explained = BTreeSet::new();
    for (names, help) in rows(&contract.errors) {
        if help.is_empty() {
            problems.push(format!("{names:?} have no advice"));
        }
        for name in names {
            if !known.contains(name) {
                problems.push(format!("{name} is explained, and nothing answers it"));
            }
            if !explained.insert(name) {
                problems.push(format!("{name} is explained twice"));
            }
        }
    }
    let missing = known.iter().filter(|name| !explained.contains(name.as_str()));
    problems.extend(missing.map(|name| format!("{name} is not explained")));
    problems
}

/// Names of the steps' errors (the common ones once, for any step), of the runner's, of those that the state machine
/// matches and of those that it ends with.
fn known_errors(contract: &Contract) -> BTreeSet<String> {
    let mut known = contract.rust.runner.clone();
    for step in contract.rust.steps.values() {
        for reason in step.reasons.iter().chain([&contract.rust.bad_input]) {
            let is_common = COMMON.contains(&reason.as_str());
            known.insert(format!("{}.{reason}", if is_common { "<Step>" } else { &step.served }));
        }
    }
    for state in states(&contract.machine) {
        let handlers = state.handlers("Retry").into_iter().chain(state.handlers("Catch"));
        let matched = handlers.flat_map(|handler| handler.errors).filter(|name| *name != "States.ALL");
        let services = matched.filter(|name| {
            let step = name.split('.').next().unwrap_or_default().to_lowercase();
            !contract.rust.steps.contains_key(&step)
        });
        known.extend(services.map(str::to_owned));
        known.extend(
            state
                .body
                .get("Error")
                .and_then(|error| error.as_str())
                .filter(|error| !error.contains("{%"))
                .map(str::to_owned),
        );
    }
    // Every state and the whole run have a time limit.
    known.insert("States.Timeout".to_owned());
    known
}

/// Names and advice of the rows of tables whose first column is `name`.
fn rows(page: &str) -> Vec<(Vec<&str>, &str)> {
    page.lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let names = cells.first()?.split('`').skip(1).step_by(2).collect();
            Some((names, cells.get(2).copied().unwrap_or_default()))
        })
        .collect()
}

/// Texts between backquotes.
fn code(document: &str) -> BTreeSet<&str> {
    document.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}
