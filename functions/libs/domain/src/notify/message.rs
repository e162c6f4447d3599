//! The messages that tell everyone: one of each run, and of suites that became stale.
//!
//! A message has a shape for each reader. SNS sends one form to each protocol: `email` is a text for people, `sms` its
//! subject, `https` the form of chats (Amazon Q Developer, once AWS Chatbot, subscribes by https and drops anything
//! else without a word), and `default` JSON for machines, which reach it by SQS, Lambda, Firehose, http and e-mail as
//! JSON. The last two keep the schemas in this crate's folder `schemas`.

mod chat;
mod data;
mod heading;
mod links;
mod mail;
mod staleness;
mod text;

use std::collections::BTreeMap;

use serde_json::Value;

pub use self::links::{Links, Report};
pub use self::staleness::staleness;
use crate::base::ids::RunRef;
use crate::evaluation::evaluate::Evaluation;
use crate::notify::trend::{Past, Trend};
use crate::quality::baseline::{BRANCH, branch_of};
use crate::quality::gates::{GateOutcome, Severity, State, Verdict};
use crate::quality::history::PastRun;
use crate::run::status::{Failure, Status};

/// Most bytes of the forms of a message together: SNS takes 256 KiB with attributes, and quoting is counted in.
const LARGEST: usize = 250_000;
/// Entries of each list in the form for machines; the next smaller number is taken where a message is too large.
const ENTRIES: [usize; 3] = [50, 10, 0];

/// A message in the shapes of its readers.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Subject of a mail: printable ASCII, shorter than 100 characters.
    pub subject: String,
    /// Body of a mail.
    pub text: String,
    /// For machines: `message.schema.json`.
    pub data: Value,
    /// For chats: `chat.schema.json`.
    pub chat: Value,
    /// What subscriptions filter by: `kind`, `suite`, `verdict`, `severity`, `changed`, and `branch` where the run has
    /// one. Each is a key of [`Message::data`] too.
    pub attributes: BTreeMap<String, String>,
}

impl Message {
    /// The forms by the protocol that SNS sends each to.
    pub fn forms(&self) -> BTreeMap<String, String> {
        let forms = [
            ("default", self.data.to_string()),
            ("email", self.text.clone()),
            ("https", self.chat.to_string()),
            ("sms", self.subject.clone()),
        ];
        forms.into_iter().map(|(protocol, form)| (protocol.to_owned(), form)).collect()
    }

    /// Bytes of all forms as they are sent: one JSON text that holds the others quoted.
    fn size(&self) -> usize {
        serde_json::to_string(&self.forms()).map_or(usize::MAX, |text| text.len())
    }
}

/// How a run ended: judged, or by an error.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// With a verdict.
    Evaluation(&'a Evaluation),
    /// By an error of the input or of ours.
    Error(&'a Failure),
}

impl Ending<'_> {
    /// The verdict's word, or `error`.
    fn word(&self) -> &'static str {
        match self.status() {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::Inconclusive => "inconclusive",
            _ => "error",
        }
    }

    /// How the run stands in history.
    fn status(&self) -> Status {
        match self {
            Self::Evaluation(Evaluation { verdict: Verdict::Passed, .. }) => Status::Passed,
            Self::Evaluation(Evaluation { verdict: Verdict::Failed, .. }) => Status::Failed,
            Self::Evaluation(Evaluation { verdict: Verdict::Inconclusive, .. }) => Status::Inconclusive,
            Self::Error(_) => Status::Error,
        }
    }

    /// `error` if the build must not go on, `warn` if only warnings speak against it, else `none`.
    fn severity(&self) -> &'static str {
        match (self.status(), self.warnings().is_empty()) {
            (Status::Passed, true) => "none",
            (Status::Passed, false) => "warn",
            _ => "error",
        }
    }

    fn evaluation(&self) -> Option<&Evaluation> {
        match self {
            Self::Evaluation(evaluation) => Some(evaluation),
            Self::Error(_) => None,
        }
    }

    /// Gates that do not hold or that nobody can judge.
    fn open_gates(&self) -> Vec<&GateOutcome> {
        let gates = self.evaluation().into_iter().flat_map(|evaluation| &evaluation.gates);
        gates.filter(|gate| matches!(gate.state, State::Broken | State::NoValue)).collect()
    }

    fn warnings(&self) -> Vec<&GateOutcome> {
        self.open_gates().into_iter().filter(|gate| gate.severity == Severity::Warn).collect()
    }
}

/// What a message is made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The run.
    pub run: &'a RunRef,
    /// Suite's name as it was asked for; it may be anything where the input was bad.
    pub suite: &'a str,
    /// Labels of the run.
    pub labels: &'a BTreeMap<String, String>,
    /// How it ended.
    pub ending: Ending<'a>,
    /// Runs of the suite, in any order; the run itself may be among them.
    pub past: &'a [PastRun],
    /// Where to look further.
    pub links: &'a Links,
}

/// What all shapes of a message tell.
struct Story<'a> {
    facts: &'a Facts<'a>,
    suite: String,
    branch: Option<String>,
    trend: Trend,
    changed: bool,
}

impl<'a> Story<'a> {
    fn new(facts: &'a Facts<'a>) -> Self {
        let suite = text::line(facts.suite, 64);
        let branch = facts.labels.get(BRANCH).map(|branch| text::line(branch, 100));
        let past = Past::before(facts.run, branch_of(facts.labels), facts.past);
        Self {
            facts,
            suite: if suite.is_empty() { "unknown".to_owned() } else { suite },
            branch: branch.filter(|branch| !branch.is_empty()),
            trend: past.trend(facts.ending.status()),
            changed: past.changed(facts.ending.status()),
        }
    }

    fn attributes(&self) -> BTreeMap<String, String> {
        let changed = self.changed.to_string();
        let ending = &self.facts.ending;
        let mut attributes = attributes("run", &self.suite, ending.word(), ending.severity(), &changed);
        attributes.extend(self.branch.clone().map(|branch| (BRANCH.to_owned(), branch)));
        attributes
    }
}

fn attributes(kind: &str, suite: &str, verdict: &str, severity: &str, changed: &str) -> BTreeMap<String, String> {
    let pairs = [("kind", kind), ("suite", suite), ("verdict", verdict), ("severity", severity), ("changed", changed)];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The message of a run. Whatever its tests, gates and labels hold, it is one that SNS takes.
pub fn compose(facts: &Facts<'_>) -> Message {
    let story = Story::new(facts);
    let message = |entries| Message {
        subject: heading::subject(&heading::headline(&story)),
        text: mail::text(&story),
        data: data::data(&story, entries),
        chat: chat::chat(&story),
        attributes: story.attributes(),
    };
    let fits = ENTRIES.into_iter().map(message).find(|message| message.size() <= LARGEST);
    fits.unwrap_or_else(|| message(0))
}

#[cfg(test)]
mod tests;
