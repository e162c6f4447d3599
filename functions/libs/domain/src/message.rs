//! The message that tells everyone of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::gates::State;
use crate::judged::Judged;
use crate::run::Failure;

/// Longest subject that SNS takes, in characters; they must be ASCII.
const LONGEST_SUBJECT: usize = 100;
/// So many failed tests stand in a mail.
const TESTS_IN_A_MAIL: usize = 20;

/// A message in the shapes of its readers.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Subject of a mail.
    pub subject: String,
    /// Body of a mail.
    pub text: String,
    /// For machines.
    pub data: Value,
    /// What subscriptions filter by.
    pub attributes: BTreeMap<String, String>,
}

/// How a run ended: judged, or by an error.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// With a verdict.
    Judged(&'a Judged),
    /// By an error of the input or of ours.
    Error(&'a Failure),
}

/// The message of a run of `suite`, whose results lie below `place`.
pub fn compose(run: &str, suite: &str, ending: Ending<'_>, place: &str) -> Message {
    let (word, headline, body) = match ending {
        Ending::Judged(judged) => (word(judged), counts(judged), judged_body(judged)),
        Ending::Error(failure) => ("error".to_owned(), failure.error.clone(), format!("{}\n", failure.cause)),
    };
    let suite = if suite.is_empty() { "run" } else { suite };
    let subject: String =
        format!("QAOps: {suite} {word} ({headline})").chars().filter(|c| (' '..='~').contains(c)).collect();
    Message {
        subject: subject.chars().take(LONGEST_SUBJECT).collect(),
        text: format!("{suite} {word}: {headline}\n\n{body}\nRun: {run}\nResults: {place}\n"),
        data: data(run, suite, &word, ending, place),
        attributes: BTreeMap::from([("suite".to_owned(), suite.to_owned()), ("verdict".to_owned(), word)]),
    }
}

/// The message of a suite whose scheduled runs stay out for `hours`.
pub fn silence(suite: &str, hours: i64) -> Message {
    let text = format!("No scheduled run of {suite} has started for {hours} hours. Look at its schedule.");
    Message {
        subject: format!("QAOps: {suite} has stopped running"),
        data: json!({"suite": suite, "verdict": "silent", "hours": hours, "text": text}),
        text,
        attributes: BTreeMap::from([
            ("suite".to_owned(), suite.to_owned()),
            ("verdict".to_owned(), "silent".to_owned()),
        ]),
    }
}

fn word(judged: &Judged) -> String {
    format!("{:?}", judged.verdict).to_lowercase()
}

fn counts(judged: &Judged) -> String {
    let tests = &judged.tests;
    format!("{} passed, {} failed, {} skipped", tests.passed, tests.failed, tests.skipped)
}

fn judged_body(judged: &Judged) -> String {
    let mut body = String::new();
    for reason in &judged.reasons {
        let _ = writeln!(body, "{reason}");
    }
    for gate in judged.gates.iter().filter(|gate| gate.state == State::Broken) {
        let _ = writeln!(body, "Gate: {}", gate.gate);
    }
    for test in judged.failed.iter().take(TESTS_IN_A_MAIL) {
        let _ = writeln!(body, "Failed: {}\n    {}", test.name, test.message.lines().next().unwrap_or_default());
    }
    if judged.failed.len() > TESTS_IN_A_MAIL {
        let _ = writeln!(body, "and {} more", judged.failed.len() - TESTS_IN_A_MAIL);
    }
    body
}

fn data(run: &str, suite: &str, word: &str, ending: Ending<'_>, place: &str) -> Value {
    let mut data = json!({"run": run, "suite": suite, "verdict": word, "results": place});
    match ending {
        Ending::Judged(judged) => {
            data["tests"] = json!(judged.tests);
            data["reasons"] = json!(judged.reasons);
            data["labels"] = json!(judged.labels);
        }
        Ending::Error(failure) => data["error"] = json!(failure),
    }
    data
}
