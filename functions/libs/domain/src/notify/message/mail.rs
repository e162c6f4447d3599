//! The mail: plain text of 76 columns that tells the news first, then why, then the figures, then where to look.

use std::fmt::Write as _;

use super::text::{count, line, moment, paragraph, verbatim};
use super::{Ending, Story, heading};
use crate::base::duration;
use crate::evaluation::evaluate::{Evaluation, FailedTest};
use crate::quality::baseline::BRANCH;
use crate::results::classes::Class;
use crate::run::status::Failure;

/// So many entries of each list stand in a mail.
const ENTRIES: usize = 10;
/// So many errors of Robot Framework do.
const ERRORS: usize = 5;
/// So many names of flaky tests do.
const FLAKY: usize = 5;
/// So many lines of an error's cause do.
const CAUSE: usize = 15;
/// Longest sentence or name, in characters.
const LONGEST: usize = 200;
/// Longest message of a failed test, in characters: two lines.
const MESSAGE: usize = 140;

/// The mail of a run.
pub(super) fn text(story: &Story<'_>) -> String {
    let mut mail = paragraph(&heading::headline(story), "", "");
    if let Some(since) = heading::since(story) {
        mail.push('\n');
        mail.push_str(&paragraph(&since, "", ""));
    }
    match &story.facts.ending {
        Ending::Evaluation(evaluation) => mail.push_str(&judged_part(story, evaluation)),
        Ending::Error(failure) => mail.push_str(&error_part(failure)),
    }
    mail.push_str(&links(story));
    let _ = write!(mail, "\nRun {}, started {}\n", story.facts.run.run, moment(story.facts.run.started));
    mail
}

fn judged_part(story: &Story<'_>, evaluation: &Evaluation) -> String {
    let title = if evaluation.verdict == crate::quality::gates::Verdict::Failed {
        "Why it failed"
    } else {
        "Why it is inconclusive"
    };
    let reasons = evaluation.reasons.iter().map(|reason| item(reason));
    let warnings = story.facts.ending.warnings();
    let warnings = warnings.iter().map(|gate| item(&gate.why));
    let errors = evaluation.errors.iter().map(|group| {
        let others = group.others().map(|others| format!(" ({others})")).unwrap_or_default();
        item(&format!("{}{others}", group.error))
    });
    let failed = evaluation.failed.iter().map(|test| failed_test(story, test));
    let flaky = evaluation.flaky.iter().map(|test| item(&test.label()));
    let remarks = evaluation.remarks.iter().map(|remark| item(remark));
    [
        list(title, evaluation.reasons.len(), reasons, ENTRIES),
        list("Errors of Robot Framework", evaluation.errors.len(), errors, ERRORS),
        list("Failed tests", evaluation.failed.len(), failed, ENTRIES),
        list("Warnings", warnings.len(), warnings, ENTRIES),
        list("Flaky tests: they fail and pass on the same build", evaluation.flaky.len(), flaky, FLAKY),
        list("Remarks", evaluation.remarks.len(), remarks, ENTRIES),
        section("Figures", &figures(story, evaluation)),
    ]
    .concat()
}

fn error_part(failure: &Failure) -> String {
    let mut what = paragraph(&line(&failure.error, LONGEST), "  ", "  ");
    what.push_str(&verbatim(&failure.cause, CAUSE));
    section("What went wrong", &what)
}

fn section(title: &str, body: &str) -> String {
    format!("\n{title}\n{body}")
}

/// A section of at most `most` entries; none where there is no entry.
fn list(title: &str, all: usize, entries: impl Iterator<Item = String>, most: usize) -> String {
    if all == 0 {
        return String::new();
    }
    let mut body: String = entries.take(most).collect();
    if all > most {
        let _ = writeln!(body, "  and {} more", all - most);
    }
    section(title, &body)
}

fn item(text: &str) -> String {
    paragraph(&line(text, LONGEST), "  - ", "    ")
}

fn failed_test(story: &Story<'_>, test: &FailedTest) -> String {
    let more = |text: &str| paragraph(text, "      ", "      ");
    let mut told = item(&test.id.label());
    let message = line(test.message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default(), MESSAGE);
    if !message.is_empty() {
        told.push_str(&more(&message));
    }
    let class = match test.class {
        Class::Product => None,
        Class::Test => Some("the test itself failed, not what it tests"),
        Class::Environment => Some("its environment failed"),
    };
    told.extend(class.map(more));
    if test.quarantined {
        told.push_str(&more("in quarantine"));
    }
    if let Some(since) = test.since.as_ref().filter(|since| since.run != story.facts.run.run) {
        told.push_str(&more(&format!("failing since {}", heading::at(since))));
    }
    told
}

fn figures(story: &Story<'_>, evaluation: &Evaluation) -> String {
    let tests = &evaluation.tests;
    let total = count(tests.total.try_into().unwrap_or(usize::MAX), "test");
    let mut counts = vec![format!("{} passed", tests.passed), format!("{} failed", tests.failed)];
    let others = [(tests.skipped, "skipped"), (tests.flaky, "flaky")].into_iter().filter(|(number, _)| *number > 0);
    counts.extend(others.map(|(number, word)| format!("{number} {word}")));
    let mut figures = paragraph(&format!("{total}: {}", counts.join(", ")), "  ", "  ");
    let environments = count(evaluation.environments, "environment");
    let time = format!("{} in {environments}", duration::show(evaluation.seconds.round()));
    figures.push_str(&paragraph(&time, "  ", "  "));
    let labels = story.facts.labels.iter().filter(|(name, _)| *name != BRANCH);
    let labels: Vec<String> = labels.take(ENTRIES).map(|(name, value)| line(&format!("{name}: {value}"), 60)).collect();
    if !labels.is_empty() {
        figures.push_str(&paragraph(&labels.join(", "), "  ", "  "));
    }
    figures
}

/// Each address on a line of its own, whole, so that mail programs make a link of it.
fn links(story: &Story<'_>) -> String {
    let links = story.facts.links;
    let mut text = String::new();
    if let Some(report) = &links.report {
        let ends = report.seconds.map_or_else(String::new, |seconds| {
            format!(" (this address works for at most {})", duration::show(seconds as f64))
        });
        let _ = write!(text, "\nReport{ends}\n{}\n", report.address);
    }
    let is_error = matches!(story.facts.ending, Ending::Error(_));
    if let Some(execution) = links.execution.as_ref().filter(|_| is_error) {
        let _ = write!(text, "\nThe run, for those who can sign in to AWS\n{execution}\n");
    }
    match &links.console {
        Some(console) => {
            let _ = write!(text, "\nAll results, for those who can sign in to AWS\n{console}\n");
        }
        None => {
            let _ = write!(text, "\nAll results\n{}\n", links.results);
        }
    }
    text
}
