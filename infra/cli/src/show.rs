//! The end of a run: for a person in a terminal, for a machine as JSON, and as an exit status.

mod failures;
mod gates;
mod json;
pub(crate) mod style;

use std::error::Error;
use std::io::{stderr, stdout};
use std::path::{Path, PathBuf};

use anstyle::Style;
use domain::base::duration;
use domain::base::ids::RunId;
use domain::base::text::with_causes;
use domain::evaluation::evaluate::{Evaluation, TestCounts};
use domain::quality::gates::Verdict;
use domain::run::status::Failure;

pub use self::json::{json, json_of_error, json_of_interruption};
use self::style::{BAD, BOLD, DIM, DOUBT, GOOD, columns, count, fit_for, paint, plain};
use crate::args::BAD_INPUT;

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// With a verdict.
    Evaluation {
        /// The verdict and what it rests on.
        evaluation: Box<Evaluation>,
        /// Folder of the results.
        out: PathBuf,
    },
    /// By an error of the input or of ours.
    Error {
        /// Run's id.
        run: RunId,
        /// What happened.
        failure: Failure,
        /// Folder of the results, as far as there are any.
        out: PathBuf,
    },
}

/// Exit status: 0 passed, 1 failed, 2 inconclusive, 3 an error of the input or of ours.
pub fn status(end: &End) -> u8 {
    match end {
        End::Evaluation { evaluation, .. } => status_of(evaluation.verdict),
        End::Error { .. } => BAD_INPUT,
    }
}

/// Exit status of a verdict.
pub fn status_of(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Passed => 0,
        Verdict::Failed => 1,
        Verdict::Inconclusive => 2,
    }
}

/// The end of a run for a person, fit for standard output.
pub fn text(end: &End) -> String {
    let text = match end {
        End::Evaluation { evaluation, out } => of_judged(evaluation, out, columns()),
        End::Error { run, failure, out } => of_failure(run, failure, out),
    };
    fit_for(&stdout(), text)
}

/// An error with its causes, fit for standard error.
pub fn error(error: &dyn Error) -> String {
    fit_for(&stderr(), format!("{} {}", paint(BAD.bold(), "error:"), with_causes(error)))
}

/// The verdict of a run in one line, such as `PASSED shop: 52 tests in 41s`.
pub fn verdict_line(evaluation: &Evaluation) -> String {
    let (style, word) = verdict(evaluation.verdict);
    let word = paint(style.bold(), word);
    let seconds = short(evaluation.seconds);
    format!("{word} {}: {} in {seconds}", paint(BOLD, &evaluation.suite), tests(&evaluation.tests))
}

fn verdict(verdict: Verdict) -> (Style, &'static str) {
    match verdict {
        Verdict::Passed => (GOOD, "PASSED"),
        Verdict::Failed => (BAD, "FAILED"),
        Verdict::Inconclusive => (DOUBT, "INCONCLUSIVE"),
    }
}

fn of_judged(evaluation: &Evaluation, out: &Path, columns: usize) -> String {
    let sections = [
        failures::errors(&evaluation.errors, columns),
        failures::failed(&evaluation.failed, columns),
        failures::flaky(&evaluation.flaky, columns),
        failures::lost(evaluation, columns),
        failures::remarks(&evaluation.remarks, columns),
        gates::gates(&evaluation.gates, columns),
        facts(evaluation, out),
        verdict_line(evaluation),
    ];
    let told: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    format!("\n{}", told.join("\n\n"))
}

fn facts(evaluation: &Evaluation, out: &Path) -> String {
    let shards = evaluation.shards;
    let mut rows = vec![
        ("Environments", evaluation.environments.to_string()),
        ("Shards", format!("{} of {} done", shards.done, shards.planned)),
        ("Time", short(evaluation.seconds)),
    ];
    rows.extend(evaluation.labels.iter().map(|(key, value)| ("Label", format!("{} {}", plain(key), plain(value)))));
    rows.extend(places(out));
    table(&rows)
}

/// Where the report and the rest lie.
fn places(out: &Path) -> Vec<(&'static str, String)> {
    let report = out.join("report.html");
    let mut rows = Vec::new();
    if report.exists() {
        rows.push(("Report", report.display().to_string()));
    }
    rows.push(("Results", out.display().to_string()));
    rows
}

fn table(rows: &[(&str, String)]) -> String {
    let line = |(key, value): &(&str, String)| format!("  {} {value}", paint(DIM, format!("{key:<13}")));
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn of_failure(run: &RunId, failure: &Failure, out: &Path) -> String {
    let word = paint(BAD.bold(), "ERROR");
    let cause = failure.cause.trim_end().lines().map(plain).collect::<Vec<_>>().join("\n");
    let rows = [vec![("Run", run.to_string())], places(out)].concat();
    format!("\n{}\n\n{word} {}: {cause}", table(&rows), paint(BOLD, plain(&failure.error)))
}

/// `77 tests, 2 failed, 1 skipped, 3 flaky`
fn tests(tests: &TestCounts) -> String {
    let rest = [(tests.failed, "failed", BAD), (tests.skipped, "skipped", DOUBT), (tests.flaky, "flaky", DOUBT)];
    let rest = rest.iter().filter(|(number, ..)| *number > 0);
    let rest = rest.map(|(number, word, style)| format!(", {}", paint(*style, format!("{number} {word}"))));
    count(tests.total as usize, "test") + &rest.collect::<String>()
}

/// A duration with no more figures than a person wants.
fn short(seconds: f64) -> String {
    let figures = if seconds < 10.0 { 10.0 } else { 1.0 };
    duration::show((seconds * figures).round() / figures)
}

#[cfg(test)]
mod tests;
