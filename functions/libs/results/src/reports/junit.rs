//! JUnit XML in the dialects of Surefire, Gradle, Ant, pytest, Jest, PHPUnit, GoogleTest, CTest, nextest, Robot
//! Framework and others.
//!
//! Counts are those of the cases, since roots and suites of several tools count otherwise or not at all; `tests="573"`
//! over three cases is three. Where a suite states failures and shows none, the outcomes are unknown ([`Claim::check`]).
//! Two cases of one name are two cases, as junitparser and Jenkins have it. A case that has
//! `flakyFailure` or `flakyError` passed after it had failed; one with `failure` and `rerunFailure` failed every time; one with `rerunFailure` alone has an unknown end.
//! A failure that stands in a suite and in no case is a case `<init>` of that suite, as in Jenkins. A case whose `status`
//! says that it failed, as CTest's does beside its `failure`, failed. One whose `status` is a word that no known tool
//! writes has an unknown end.
//!
//! Times are those of [`super::times`]. What is not a duration, as `NaN` of mocha (issue 894) and of jasmine-reporters
//! (issue 193), leaves the duration unknown, and so does a case that ran and has no time.

use domain::quality::reports::Report;

use super::Format;
use super::cases::{Cases, Claim, Draft, joined};
use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// What has been read so far.
pub(super) struct Junit {
    cases: Cases,
    /// The suites that are open, outermost first.
    suites: Vec<Suite>,
    open: Option<Draft>,
    /// Message of the failure that is open, where its tag has one.
    message: String,
    /// Failures so far, those of attempts among them.
    failures: u64,
}

/// What the `status` or `result` of a case says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Passed,
    Skipped,
    Failed,
    /// A word that no known tool writes.
    Unknown,
}

impl Said {
    /// The words of GoogleTest (`run`, `completed`, `suppressed`), CTest, Katalon, Playwright and others, in any case.
    fn of(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "" | "run" | "completed" | "pass" | "passed" | "success" | "successful" | "ok" | "expected" => Self::Passed,
            "notrun" | "not run" | "disabled" | "skip" | "skipped" | "suppressed" | "ignored" | "pending" | "todo" => {
                Self::Skipped
            }
            "fail" | "failed" | "failure" | "error" | "errored" | "broken" | "timeout" | "timedout" | "timed out"
            | "aborted" | "interrupted" | "crashed" | "unexpected" => Self::Failed,
            _ => Self::Unknown,
        }
    }
}

/// A suite, or the root around several.
struct Suite {
    name: String,
    claim: Claim,
}

impl Junit {
    pub(super) fn new(budget: Budget) -> Self {
        Junit { cases: Cases::new(budget), suites: Vec::new(), open: None, message: String::new(), failures: 0 }
    }

    fn begin_suite(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) {
        let _ = tag.get("time").map(|time| self.cases.learn(time));
        let failed = [tag.get("failures"), tag.get("errors")];
        let claim = Claim::of(tag.get("tests"), &failed, self.shown(), notes.line());
        // The root around suites is not one of them, so its name is not a test's.
        let name = tag.owned("name").filter(|_| tag.name == "testsuite");
        self.suites.push(Suite { name: name.unwrap_or_default(), claim });
    }

    /// Tests and failures so far.
    fn shown(&self) -> (u64, u64) {
        (self.cases.tests, self.failures)
    }

    /// The name of the innermost suite.
    fn suite(&self) -> &str {
        self.suites.last().map_or("", |suite| &suite.name)
    }

    fn begin_case(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) -> Result<(), Refusal> {
        if self.open.is_some() {
            return Err(Refusal::child("testcase", "testcase"));
        }
        let class = tag.get("classname").or_else(|| tag.get("class")).unwrap_or(self.suite());
        let name = joined(&[class, tag.get("name").unwrap_or_default()]);
        let told = ["status", "result"].iter().filter_map(|name| Some((*name, tag.get(name)?)));
        let told: Vec<_> = told.map(|(name, word)| (name, word, Said::of(word))).collect();
        let says = |said: Said| told.iter().any(|(.., told)| *told == said);
        let unknown = told.iter().find(|(.., said)| *said == Said::Unknown);
        self.open = Some(Draft {
            name,
            time: self.cases.time("time", tag.get("time"), notes),
            failed: says(Said::Failed),
            skipped: says(Said::Skipped),
            unread: unknown.map(|(name, word, _)| (notes.line(), is_not(name, word, "a status"))),
            ..Draft::default()
        });
        Ok(())
    }

    fn failure(&mut self, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let message = std::mem::take(&mut self.message);
        let message = if message.trim().is_empty() { text } else { &message };
        if let Some(case) = &mut self.open {
            case.fail(message);
            return Ok(());
        }
        let mut draft = Draft { name: joined(&[self.suite(), "<init>"]), ..Draft::default() };
        draft.fail(message);
        self.cases.push(draft, notes)
    }
}

impl Elements for Junit {
    fn format(&self) -> Format {
        Format::Junit
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        let is_failure =
            matches!(tag.name, "failure" | "error" | "flakyFailure" | "flakyError" | "rerunFailure" | "rerunError");
        self.failures += u64::from(is_failure);
        match (tag.name, &mut self.open) {
            ("testsuite" | "testsuites", _) => self.begin_suite(tag, notes),
            ("testcase", _) => self.begin_case(tag, notes)?,
            ("failure" | "error", _) => {
                self.message = tag.owned("message").unwrap_or_default();
                return Ok(self.message.trim().is_empty());
            }
            ("skipped" | "disabled", Some(case)) => (case.skipped, case.unread) = (true, None),
            ("flakyFailure" | "flakyError", Some(case)) => case.stumbled = true,
            ("rerunFailure" | "rerunError", Some(case)) if case.unread.is_none() => {
                let what = format!("{} says that a rerun failed, but the test has no failure", tag.name);
                case.unread = Some((notes.line(), what));
            }
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, _depth: usize, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        match name {
            "testsuite" | "testsuites" => {
                let shown = self.shown();
                self.suites.pop().into_iter().for_each(|suite| suite.claim.check(shown, notes));
            }
            "testcase" => return self.open.take().map_or(Ok(()), |case| self.cases.push(case, notes)),
            "failure" | "error" => return self.failure(text, notes),
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        Ok(self.cases.finish(notes))
    }
}
