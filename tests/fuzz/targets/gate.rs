#![no_main]

use domain::quality::gates::{Gate, Severity};
use fuzz::fuzz_target;

// A gate that was read can be stored and read again; one that was not has a problem with a caret below it.
fuzz_target!(|text: &str| {
    match Gate::parse(text, Severity::Error) {
        Ok(gate) => {
            let stored = serde_json::to_string(&gate).expect("a gate is JSON");
            let again: Gate = serde_json::from_str(&stored).expect("a stored gate is one");
            assert_eq!(serde_json::to_string(&again).ok(), Some(stored));
        }
        Err(refusal) => assert!(!refusal.at("gates").to_string().is_empty()),
    }
});
