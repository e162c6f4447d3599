//! The first line of every shape: what happened to which suite, and whether it is news.

use super::{Ending, Story, text};
use crate::base::ids::RunRef;
use crate::evaluation::evaluate::Evaluation;
use crate::notify::trend::Trend;
use crate::quality::gates::Verdict;
use crate::run::status::Status;

/// What stands before every subject, so that mail filters find it.
const PREFIX: &str = "QAOps: ";

/// A subject of a mail from a headline.
pub(super) fn subject(headline: &str) -> String {
    text::subject(&format!("{PREFIX}{headline}"))
}

/// `checkout still fails on main, run 4 in a row: 2 of 120 tests failed`.
pub(super) fn headline(story: &Story<'_>) -> String {
    format!("{}: {}", title(story), detail(&story.facts.ending))
}

/// The headline without its figures.
pub(super) fn title(story: &Story<'_>) -> String {
    let suite = &story.suite;
    let on = on_branch(story);
    match (&story.trend, &story.facts.ending) {
        (_, Ending::Error(_)) => format!("{suite} ended by an error{on}"),
        (Trend::Untold { .. }, _) => format!("{suite} is inconclusive{on}"),
        (Trend::FirstFailure { passed: Some(_) }, _) => format!("{suite} broke{on}"),
        (Trend::FirstFailure { passed: None }, _) => format!("{suite} failed{on}"),
        (Trend::StillFailing { runs, or_longer, .. }, _) => {
            format!("{suite} still fails{on}, run {runs}{} in a row", if *or_longer { " or more" } else { "" })
        }
        (Trend::Fixed { .. }, _) => format!("{suite} is fixed{on}{}", with_warnings(story)),
        (Trend::Steady, _) => format!("{suite} passed{on}{}", with_warnings(story)),
    }
}

fn on_branch(story: &Story<'_>) -> String {
    story.branch.as_ref().map_or_else(String::new, |branch| format!(" on {branch}"))
}

fn with_warnings(story: &Story<'_>) -> String {
    match story.facts.ending.warnings().len() {
        0 => String::new(),
        warnings => format!(" with {}", text::count(warnings, "warning")),
    }
}

fn detail(ending: &Ending<'_>) -> String {
    let evaluation = match ending {
        Ending::Error(failure) => return text::line(&failure.error, 60),
        Ending::Evaluation(evaluation) => evaluation,
    };
    let failed = evaluation.failed.iter().filter(|test| !test.quarantined).count();
    match evaluation.verdict {
        Verdict::Passed => passed(evaluation),
        Verdict::Failed if failed > 0 => format!("{failed} of {} failed", tests(evaluation)),
        Verdict::Inconclusive if evaluation.shards.lost > 0 => {
            format!("{} of {} lost", evaluation.shards.lost, text::count(evaluation.shards.planned, "shard"))
        }
        _ => evaluation.reasons.first().map_or_else(|| passed(evaluation), |reason| first_reason(reason)),
    }
}

fn first_reason(reason: &str) -> String {
    text::line(reason, 100).trim_end_matches('.').to_owned()
}

fn passed(evaluation: &Evaluation) -> String {
    if evaluation.tests.passed == evaluation.tests.total {
        return format!("{} passed", tests(evaluation));
    }
    format!("{} of {} passed", evaluation.tests.passed, tests(evaluation))
}

fn tests(evaluation: &Evaluation) -> String {
    text::count(evaluation.tests.total.try_into().unwrap_or(usize::MAX), "test")
}

/// What broke since when, in one or two sentences; none where there is no news in it.
pub(super) fn since(story: &Story<'_>) -> Option<String> {
    let longer = |or_longer: bool| if or_longer { " or longer" } else { "" };
    let on = story.branch.as_ref().map_or_else(String::new, |branch| format!(" on {branch}"));
    Some(match &story.trend {
        Trend::Steady => return None,
        Trend::FirstFailure { passed: Some(passed) } => {
            format!("This is the first failure: the run before passed, {}.", at(passed))
        }
        Trend::FirstFailure { passed: None } => format!("This is the first run{on} that passed or failed."),
        Trend::StillFailing { since, runs, or_longer } => {
            let row =
                if *runs == 2 { "both runs since then".to_owned() } else { format!("all {runs} runs since then") };
            format!("It has been failing since {}{}: {row} failed.", at(since), longer(*or_longer))
        }
        Trend::Fixed { since, runs: 1, .. } => format!("The run before failed, {}.", at(since)),
        Trend::Fixed { since, runs, or_longer } => {
            format!("Before, {runs} runs in a row failed, since {}{}.", at(since), longer(*or_longer))
        }
        Trend::Untold { runs, last, status } => untold(*runs, last.as_ref(), *status),
    })
}

fn untold(runs: usize, last: Option<&RunRef>, status: Option<Status>) -> String {
    let verb = if status == Some(Status::Failed) { "failed" } else { "passed" };
    let row = if runs > 1 { format!("{runs} runs in a row had no clear result. ") } else { String::new() };
    match last {
        Some(last) => format!("{row}The last run with a clear result {verb}, {}.", at(last)),
        None => format!("{row}No earlier run had a clear result."),
    }
}

/// `Fri 2025-11-21 02:00 UTC (run nightly-1121)`.
pub(super) fn at(run: &RunRef) -> String {
    format!("{} (run {})", text::moment(run.started), run.run)
}
