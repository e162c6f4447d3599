//! Extracts of the kinds that made masking fail elsewhere. The text beside each says what is right, and from which reports it comes.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod dynamodb;
mod gzip;
mod keys;
mod rds;
mod spellings;
mod text;

use std::path::{Path, PathBuf};

use masking::{Figures, Key, Policy, Refusal, Run};

/// The folder of a case.
fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name)
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(case(path)).unwrap()
}

fn policy_of(name: &str) -> Policy {
    policy(&String::from_utf8(read(&format!("{name}/dataset.toml"))).unwrap())
}

fn policy(text: &str) -> Policy {
    Policy::parse("dataset.toml", text).unwrap_or_else(|problem| panic!("{problem}"))
}

fn refused(text: &str) -> String {
    Policy::parse("dataset.toml", text).expect_err("a refusal").to_string()
}

fn key() -> Key {
    Key::new(&[7; 32]).unwrap()
}

/// Masks one CSV text of a policy with a single file.
fn csv(policy: &Policy, table: &str, text: &[u8]) -> Result<(String, Figures), Refusal> {
    let key = key();
    let mut run = Run::new(policy, &key);
    let mut out = Vec::new();
    masking::csv::mask(run.table(table)?, &format!("{table}.csv"), text, &mut out)?;
    Ok((String::from_utf8(out).unwrap(), run.finish()?))
}

/// Masks one NDJSON text.
fn ndjson(policy: &Policy, table: &str, text: &str) -> Result<String, Refusal> {
    let key = key();
    let mut run = Run::new(policy, &key);
    let mut out = Vec::new();
    masking::ndjson::mask(run.table(table)?, &format!("{table}.ndjson"), text.as_bytes(), &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// The fields of a line of plain CSV.
fn fields(text: &str, line: usize) -> Vec<&str> {
    text.lines().nth(line).unwrap().split(',').collect()
}
