//! The rule on `statemachine/README.md`: it names what there is, and nothing else.

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

/// Texts between backquotes.
fn code(document: &str) -> BTreeSet<&str> {
    document.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}
