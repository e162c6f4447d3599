//! Unit tests on their way into a report.

use std::collections::HashMap;

use domain::quality::reports::{Case, Report, Unknown};
use domain::results::outcome::Status;

use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::numbers;
use super::times::{Mark, Time};
use crate::input::Refusal;

/// Characters of a message that are kept.
const LONGEST_MESSAGE: usize = 4096;

/// The cases so far.
pub(super) struct Cases {
    all: Vec<Case>,
    budget: Budget,
    /// Tests so far, those that nobody knows the end of among them, and how many failed.
    pub(super) tests: u64,
    pub(super) failed: u64,
    /// Times whose comma may be either mark.
    unsure: Vec<Unsure>,
    /// Whether a time of the report has a decimal comma, and whether one has a decimal point.
    comma: bool,
    point: bool,
}

struct Unsure {
    case: usize,
    line: u64,
    text: String,
    decimal: f64,
    grouped: f64,
}

/// A case that has begun.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) time: Taken,
    pub(super) failed: bool,
    pub(super) skipped: bool,
    /// An attempt failed, whatever came of it in the end.
    pub(super) stumbled: bool,
    /// The line where its end cannot be read, and why.
    pub(super) unread: Option<(u64, String)>,
    pub(super) message: String,
}

/// How long a case took.
#[derive(Debug)]
pub(super) enum Taken {
    Known(f64),
    /// At this line its comma may be either mark: the text, and both readings.
    Unsure(u64, String, f64, f64),
    /// At this line it cannot be read, for this reason.
    Bad(u64, String),
    /// At this line nobody says. A test that was skipped took no time.
    Untold(u64),
}

impl Default for Taken {
    fn default() -> Self {
        Self::Known(0.0)
    }
}

impl Draft {
    /// A failure with its message, of which the first counts.
    pub(super) fn fail(&mut self, message: &str) {
        self.failed = true;
        if self.message.is_empty() {
            self.message = message.trim().chars().take(LONGEST_MESSAGE).collect();
        }
    }
}

impl Cases {
    pub(super) fn new(budget: Budget) -> Self {
        let (comma, point) = (false, false);
        Cases { all: Vec::new(), budget, tests: 0, failed: 0, unsure: Vec::new(), comma, point }
    }

    /// A time that shows the report's decimal mark, whatever it is of.
    pub(super) fn learn(&mut self, text: &str) -> Time {
        let time = Time::of(text);
        if let Time::Known(_, Some(mark)) = time {
            self.comma |= mark == Mark::Comma;
            self.point |= mark == Mark::Point;
        }
        time
    }

    /// The time of a test by the attribute `name`.
    pub(super) fn time(&mut self, name: &str, text: Option<&str>, notes: &Notes<'_>) -> Taken {
        let Some(text) = text else { return Taken::Untold(notes.line()) };
        match self.learn(text) {
            Time::Known(seconds, _) => Taken::Known(seconds),
            Time::Unsure { decimal, grouped } => {
                let what =
                    format!("{name}=\"{text}\" is {decimal} or {grouped} seconds, and no other time tells which");
                Taken::Unsure(notes.line(), what, decimal, grouped)
            }
            Time::Bad => Taken::Bad(notes.line(), is_not(name, text, "a duration")),
        }
    }

    /// Ends a case. A failure outweighs the mark that it was skipped, and an end that cannot be read.
    pub(super) fn push(&mut self, draft: Draft, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.budget.entry(8)?;
        self.budget.text(&draft.name)?;
        self.budget.text(&draft.message)?;
        let Draft { name, time, failed, skipped, stumbled, unread, message } = draft;
        self.tests += 1;
        self.failed += u64::from(failed);
        let seconds = self.seconds(time, &name, skipped, notes);
        if let Some((line, what)) = unread.filter(|_| !failed) {
            notes.bad_at(line, &what, Unknown::Outcome { name, seconds });
            return Ok(());
        }
        let status = match (failed, skipped) {
            (true, _) => Status::Failed,
            (_, true) => Status::Skipped,
            _ => Status::Passed,
        };
        let flaky = stumbled && status == Status::Passed;
        self.all.push(Case { name, status, seconds, message, flaky });
        Ok(())
    }

    fn seconds(&mut self, time: Taken, name: &str, skipped: bool, notes: &mut Notes<'_>) -> f64 {
        let unknown = || Unknown::Time(Some(name.to_owned()));
        match time {
            Taken::Known(seconds) => return seconds,
            Taken::Unsure(line, text, decimal, grouped) => {
                self.unsure.push(Unsure { case: self.all.len(), line, text, decimal, grouped });
            }
            Taken::Bad(line, what) => notes.bad_at(line, &what, unknown()),
            Taken::Untold(line) if !skipped => notes.bad_at(line, "a test without its time", unknown()),
            Taken::Untold(_) => {}
        }
        0.0
    }

    /// Marks for each of these names one case that passed as flaky, where there is one that is not yet.
    pub(super) fn stumbled(&mut self, names: &[String]) {
        let mut passed: HashMap<String, Vec<usize>> = names.iter().map(|name| (name.clone(), Vec::new())).collect();
        for (at, case) in self.all.iter().enumerate().filter(|(_, case)| case.status == Status::Passed && !case.flaky) {
            passed.get_mut(&case.name).into_iter().for_each(|places| places.push(at));
        }
        for name in names {
            let place = passed.get_mut(name).and_then(Vec::pop);
            place.into_iter().for_each(|at| self.all[at].flaky = true);
        }
    }

    /// All cases. A comma that may be either is what the other times of the report have.
    pub(super) fn finish(mut self, notes: &mut Notes<'_>) -> Report {
        for Unsure { case, line, text, decimal, grouped } in self.unsure {
            let Some(case) = self.all.get_mut(case) else { continue };
            match (self.comma, self.point) {
                (true, false) => case.seconds = decimal,
                (false, true) => case.seconds = grouped,
                _ => notes.bad_at(line, &text, Unknown::Time(Some(case.name.clone()))),
            }
        }
        Report::Tests(self.all)
    }
}

/// What a suite or a report says of how many tests it has and how many of them failed.
pub(super) struct Claim {
    line: u64,
    /// Tests, and failures with errors; none where it does not say or cannot be read.
    tests: Option<u64>,
    failed: Option<u64>,
    /// Tests and failures that were there before.
    before: (u64, u64),
}

impl Claim {
    /// Of the attributes `tests`, and the sum of those for failures of which at least one is there.
    pub(super) fn of(tests: Option<&str>, failed: &[Option<&str>], before: (u64, u64), line: u64) -> Self {
        let counts = || failed.iter().flatten().filter_map(|text| numbers::count(text));
        let failed = counts().next().map(|_| counts().fold(0, u64::saturating_add));
        Claim { line, tests: tests.and_then(numbers::count), failed, before }
    }

    /// Compares it with the tests and failures that are there now.
    ///
    /// The cases count where the two differ, as in Jenkins and junitparser: Catch2 states assertions (issue 529), others
    /// count a test twice. But where a suite states failures and shows none (vhdl-style-guide issue 167), or states tests
    /// and has none, nobody knows what became of them.
    pub(super) fn check(&self, (tests, failures): (u64, u64), notes: &mut Notes<'_>) {
        let (shown, failed) = (tests - self.before.0, failures - self.before.1);
        match (self.failed, self.tests) {
            (Some(stated), _) if stated > 0 && failed == 0 => {
                let what = format!("{} stated, and none of its tests failed", counted(stated, "failure"));
                notes.bad_at(self.line, &what, if shown > 0 { Unknown::Outcomes } else { Unknown::Tests });
            }
            (stated, Some(tests)) if tests > 0 && shown == 0 && failed == 0 => {
                let what = format!("{} stated, and there are none in it", counted(tests, "test"));
                notes.bad_at(self.line, &what, if stated == Some(0) { Unknown::Unshown } else { Unknown::Tests });
            }
            _ => {}
        }
    }
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what} is") } else { format!("{count} {what}s are") }
}

/// Names that are not empty, joined by dots.
pub(super) fn joined(names: &[&str]) -> String {
    names.iter().copied().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(".")
}
