//! `asl-validator`, the field's own checker, where it is installed.

use std::process::Command;

use crate::{Fallible, root};

/// Names the program; a set one that does not run is an error.
const PROGRAM: &str = "QAOPS_ASL_VALIDATOR";

#[test]
fn the_filled_in_state_machine_is_valid_for_asl_validator() -> Fallible<()> {
    let Some(mut validator) = validator()? else {
        eprintln!("skipped: asl-validator is not installed (npm install --global asl-validator)");
        return Ok(());
    };
    let definition = std::fs::read_to_string(root().join("statemachine/qa-run.asl.json"))?;
    let output = validator.arg("--json-definition").arg(filled(&definition)).output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    Ok(())
}

#[test]
fn asl_validator_finds_a_broken_expression() -> Fallible<()> {
    let Some(mut validator) = validator()? else {
        eprintln!("skipped: asl-validator is not installed (npm install --global asl-validator)");
        return Ok(());
    };
    let definition = std::fs::read_to_string(root().join("statemachine/qa-run.asl.json"))?;
    let broken = filled(&definition).replacen("{% $run %}", "{% $run( %}", 1);
    assert!(!validator.arg("--json-definition").arg(broken).output()?.status.success());
    Ok(())
}

#[test]
fn placeholders_are_filled_by_what_they_stand_for() {
    let text = r#"{"FunctionName": "${plan}", "Seconds": "{% ${ready_seconds} %}"}"#;
    let arn = "arn:aws:lambda:eu-central-1:123456789012:function:qaops-plan:live";
    assert_eq!(filled(text), format!(r#"{{"FunctionName": "{arn}", "Seconds": "{{% 5 %}}"}}"#));
}

/// The program, from its setting, from the path, or from npm's folders; none where it is nowhere.
fn validator() -> Fallible<Option<Command>> {
    if let Some(program) = std::env::var_os(PROGRAM) {
        let runs = Command::new(&program).arg("--version").output();
        runs.map_err(|error| format!("failed to run {PROGRAM}: {error}"))?;
        return Ok(Some(Command::new(program)));
    }
    if Command::new("asl-validator").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Ok(Some(Command::new("asl-validator")));
    }
    let local = Command::new("npx").args(["--no-install", "asl-validator", "--version"]).output();
    if local.is_ok_and(|output| output.status.success()) {
        let mut npx = Command::new("npx");
        npx.args(["--no-install", "asl-validator"]);
        return Ok(Some(npx));
    }
    Ok(None)
}

/// The definition with a function's ARN, or a number of seconds, in each placeholder.
fn filled(definition: &str) -> String {
    let mut parts = definition.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        if name.ends_with("_seconds") {
            text.push('5');
        } else {
            text.push_str(&format!("arn:aws:lambda:eu-central-1:123456789012:function:qaops-{name}:live"));
        }
        text.push_str(rest);
    }
    text
}
