//! Holds the state machine to the design, and to the steps that it calls.
//!
//! The rules are functions from a [`Contract`] to what is wrong with it; `mistakes` shows of each that it finds
//! something. What the steps take, answer and name is read from their sources.

mod document;
mod drift;
mod errors;
mod flow;
mod jsonata;
mod machine;
mod mistakes;
mod rust;
mod serde_names;
mod syntax;
mod validator;
mod variables;

use std::path::{Path, PathBuf};

use rust::Rust;
use serde_json::Value;

/// What a test of this file ends with.
type Fallible<T> = Result<T, Box<dyn std::error::Error>>;
/// What is wrong, a sentence each.
type Rule = fn(&Contract) -> Vec<String>;

/// The state machine and what Rust says of it.
#[derive(Clone)]
struct Contract {
    machine: Value,
    document: String,
    errors: String,
    rust: Rust,
}

impl Contract {
    fn read() -> Fallible<Self> {
        let folder = root().join("statemachine");
        let machine = serde_json::from_str(&std::fs::read_to_string(folder.join("qa-run.asl.json"))?)?;
        let page = |name: &str| std::fs::read_to_string(folder.join(name));
        Ok(Self { machine, document: page("README.md")?, errors: page("ERRORS.md")?, rust: Rust::read(&root())? })
    }
}

/// Every rule, by the sentence that it holds.
const RULES: [(&str, Rule); 23] = [
    ("every way leads to a state", flow::every_way_leads_to_a_state),
    ("every state is reached", flow::every_state_is_reached),
    ("every state reaches an end", flow::every_state_reaches_an_end),
    ("every state is described", flow::every_state_is_described),
    ("everything has a time limit", errors::everything_has_a_time_limit),
    ("every task retries", errors::every_task_retries),
    ("every catch cleans up", errors::every_catch_cleans_up),
    ("a lost environment does not end the run", errors::a_lost_environment_does_not_end_the_run),
    ("the ends are named", errors::the_ends_are_named),
    ("matched names exist", errors::matched_names_exist),
    ("produced names are handled", errors::produced_names_are_handled),
    ("reasons are listed", errors::reasons_are_listed),
    ("steps are served by their names", errors::steps_are_served_by_their_names),
    ("placeholders are known", drift::placeholders_are_known),
    ("tasks invoke steps", drift::tasks_invoke_steps),
    ("payloads fit the inputs", drift::payloads_fit_the_inputs),
    ("answers are understood", drift::answers_are_understood),
    ("expressions are closed", variables::expressions_are_closed),
    ("scopes share no variable", variables::scopes_share_no_variable),
    ("variables are assigned before", variables::variables_are_assigned_before),
    ("variables are read", variables::variables_are_read),
    ("the document is complete", document::the_document_is_complete),
    ("every error is explained", document::every_error_is_explained),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_state_machine_keeps_every_rule() -> Fallible<()> {
    let contract = Contract::read()?;
    let mut problems = Vec::new();
    for (sentence, rule) in RULES {
        problems.extend(rule(&contract).into_iter().map(|problem| format!("{sentence}: {problem}")));
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    Ok(())
}
