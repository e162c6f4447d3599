//! The report of a run: one HTML file for people, complete in itself.
//!
//! It loads nothing but pictures that lie beside it and were too much for it, and works from a disk or an attachment. Its one script is
//! part of it and allowed by its digest, so that nothing else can run, whatever a test's message says; without the
//! script everything can be read but the rest of a long list of tests. What comes from outside is shown as text.

use std::borrow::Borrow;
use std::io::{self, Write};

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::results::outcome::Status;
use sha2::{Digest, Sha256};

mod failures;
mod island;
mod meter;
mod model;
mod numbers;
mod picture;
mod reports;
mod text;
mod timeline;
mod trend;

use failures::Group;
use meter::Meter;
pub use model::{
    Coverage, Environment, FailedTest, Finding, FlakyTest, Gate, Lost, LostAttempt, Outcome, PastRun, QuarantinedTest,
    Report, Series, Shard, Test,
};
use numbers::{count, dollars, duration, percent};
use text::{link, plain, split};
use timeline::Timeline;
use trend::{Chart, Spark};

/// Runs that trends show, this one not counted.
const TREND: usize = 30;
/// Tests that the page itself lists; the script takes the others from the island.
const LISTED: usize = 100;
/// Slowest tests that are shown.
const SLOWEST: usize = 10;
/// The page's own script.
const SCRIPT: &str = include_str!("../templates/report/page.js");

/// Writes the report.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    Page { r: report }.write_into(&mut out)?;
    out.flush()
}

#[derive(Template)]
#[template(path = "report/page.html")]
struct Page<'a> {
    r: &'a Report,
}

impl Page<'_> {
    /// The digest by which browsers let the script run.
    fn digest(&self) -> String {
        BASE64_STANDARD.encode(Sha256::digest(SCRIPT))
    }

    fn script(&self) -> &'static str {
        SCRIPT
    }

    fn island(&self) -> Result<String, askama::Error> {
        island::json(self.r).map_err(askama::Error::custom)
    }

    fn total(&self) -> u64 {
        self.r.passed + self.r.failed + self.r.skipped
    }

    /// The parts of the bar that are not empty: colour and count.
    fn parts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let parts = [("good", self.r.passed), ("bad", self.r.failed), ("skipped", self.r.skipped)];
        parts.into_iter().filter(|(_, count)| *count > 0)
    }

    /// Passed tests among those that were not skipped, as a word.
    fn rate(&self) -> String {
        let run = self.r.passed + self.r.failed;
        if run == 0 {
            return "no test ran".into();
        }
        // A rate is rounded down, so that 100 % means that all of them passed.
        format!("{}% passed", (self.r.passed as f64 * 1000.0 / run as f64).floor() / 10.0)
    }

    /// Where a picture is shown from: the page itself, if it has it.
    fn source(&self, path: &str) -> String {
        let within = self.r.pictures.get(path).and_then(|bytes| picture::within(bytes));
        within.unwrap_or_else(|| link(path).to_owned())
    }

    fn verdict_class(&self) -> &'static str {
        class_of(&self.r.verdict)
    }

    /// What a run without any reason says of itself.
    fn summary(&self) -> String {
        let r = self.r;
        let tests = match (self.total(), r.skipped) {
            (0, _) => return "No test ran.".into(),
            (1, 0) if r.passed == 1 => "The only test passed".to_owned(),
            (total, 0) if r.passed == total => format!("All {} tests passed", count(total)),
            (total, skipped) => {
                let skipped = if skipped > 0 { format!(", {} skipped", count(skipped)) } else { String::new() };
                format!("{} of {} tests passed{skipped}", count(r.passed), count(total))
            }
        };
        let held = !r.gates.is_empty() && r.gates.iter().all(|gate| gate.ok == Some(true));
        if held { format!("{tests}, and every gate holds.") } else { format!("{tests}.") }
    }

    fn broken(&self) -> usize {
        self.r.gates.iter().filter(|gate| gate.ok != Some(true)).count()
    }

    fn groups(&self) -> Vec<Group<'_>> {
        failures::groups(&self.r.failures)
    }

    fn timeline(&self) -> Timeline<'_> {
        Timeline::new(self.r)
    }

    fn chart(&self) -> Option<Chart<'_>> {
        Chart::new(self.r)
    }

    /// What the page lists without its script.
    fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        self.r.tests.iter().take(LISTED).map(|test| Listed { test, log: self.log(test) })
    }

    fn unlisted(&self) -> u64 {
        self.r.tests.len().saturating_sub(LISTED) as u64
    }

    fn slowest(&self) -> Vec<Slow<'_>> {
        let mut tests: Vec<&Test> = self.r.tests.iter().filter(|test| test.seconds > 0.0).collect();
        tests.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        let longest = tests.first().map_or(1.0, |test| test.seconds);
        let slow = |test| {
            let Listed { test, log } = Listed { test, log: self.log(test) };
            Slow { test, log, share: percent(test.seconds, longest) }
        };
        tests.into_iter().take(SLOWEST).map(slow).collect()
    }

    /// Where the log of a test is, if its shard has one.
    fn log(&self, test: &Test) -> Option<String> {
        let log = self.r.shards.iter().find(|shard| shard.name == test.shard)?.log.as_deref()?;
        Some(if test.id.is_empty() { log.to_owned() } else { format!("{log}#{}", test.id) })
    }
}

/// A test in the list.
struct Listed<'a> {
    test: &'a Test,
    log: Option<String>,
}

/// One of the slowest tests; its share of the longest one in percent.
struct Slow<'a> {
    test: &'a Test,
    log: Option<String>,
    share: String,
}

/// The colour of a verdict or of what became of a shard.
fn class_of(verdict: &str) -> &'static str {
    match verdict {
        "passed" => "good",
        "failed" => "bad",
        _ => "unsure",
    }
}

/// The colour, sign and word of a test's outcome; `flaky` says that it passed in a rerun only.
fn outcome(status: &Status, flaky: impl Borrow<bool>) -> (&'static str, &'static str, &'static str) {
    match status {
        Status::Passed if *flaky.borrow() => ("unsure", "↻", "flaky"),
        Status::Passed => ("good", "✓", "passed"),
        Status::Failed => ("bad", "✕", "failed"),
        Status::Skipped => ("quiet", "–", "skipped"),
    }
}

/// The colour and word of a test's outcome in an earlier run.
fn earlier(outcome: &Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Passed => ("good", "passed"),
        Outcome::Flaky => ("unsure", "flaky"),
        Outcome::Failed => ("bad", "failed"),
        Outcome::Skipped => ("quiet", "skipped"),
        Outcome::NotRun => ("none", "not run"),
    }
}
