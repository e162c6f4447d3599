//! JUnit XML in the dialects of Surefire, Gradle, Ant, pytest, Jest, PHPUnit, GoogleTest, CTest, nextest, Robot
//! Framework and others.
//!
//! Counts are those of the cases, since roots and suites of several tools count otherwise or not at all; `tests="573"`
//! over three cases is three. Two cases of one name are two cases, as junitparser and Jenkins have it. A case that has
//! `flakyFailure` or `flakyError` passed after it had failed; one with `failure` and `rerunFailure` failed every time.
//! A failure that stands in a suite and in no case is a case `<init>` of that suite, as in Jenkins.

use domain::quality::reports::Report;

use super::cases::{Cases, Draft, joined};
use super::limits::Budget;
use super::numbers;
use super::xml::Elements;
use crate::input::{Attributes, Refusal};

/// What has been read so far.
pub(super) struct Junit {
    cases: Cases,
    /// Names of the suites that are open, outermost first.
    suites: Vec<String>,
    open: Option<Draft>,
    /// Message of the failure that is open, where its tag has one.
    message: String,
}

impl Junit {
    pub(super) fn new(budget: Budget) -> Self {
        Junit { cases: Cases::new(budget), suites: Vec::new(), open: None, message: String::new() }
    }

    fn start_case(&mut self, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        if self.open.is_some() {
            return Err(Refusal::child("testcase", "testcase"));
        }
        let suite = self.suites.last().map_or("", String::as_str);
        let class = attributes.get("classname").or_else(|| attributes.get("class")).unwrap_or(suite);
        let name = attributes.get("name").unwrap_or_default();
        let not_run = |value: Option<&str>| matches!(value, Some("notrun" | "disabled" | "skipped" | "suppressed"));
        self.open = Some(Draft {
            name: joined(&[class, name]),
            seconds: numbers::seconds(attributes.get("time"))?,
            skipped: not_run(attributes.get("status")) || not_run(attributes.get("result")),
            ..Draft::default()
        });
        Ok(())
    }

    fn failure(&mut self, text: &str) -> Result<(), Refusal> {
        let message = std::mem::take(&mut self.message);
        let message = if message.trim().is_empty() { text } else { &message };
        if let Some(case) = &mut self.open {
            case.fail(message);
            return Ok(());
        }
        let mut draft =
            Draft { name: joined(&[self.suites.last().map_or("", String::as_str), "<init>"]), ..Draft::default() };
        draft.fail(message);
        self.cases.push(draft)
    }
}

impl Elements for Junit {
    fn start(&mut self, name: &str, _depth: usize, attributes: &Attributes<'_>) -> Result<bool, Refusal> {
        match (name, &mut self.open) {
            ("testsuite", _) => self.suites.push(attributes.owned("name").unwrap_or_default()),
            ("testcase", _) => self.start_case(attributes)?,
            ("failure" | "error", _) => {
                self.message = attributes.owned("message").unwrap_or_default();
                return Ok(self.message.trim().is_empty());
            }
            ("skipped" | "disabled", Some(case)) => case.skipped = true,
            ("flakyFailure" | "flakyError", Some(case)) => case.stumbled = true,
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, _depth: usize, text: &str) -> Result<(), Refusal> {
        match name {
            "testsuite" => drop(self.suites.pop()),
            "testcase" => return self.open.take().map_or(Ok(()), |case| self.cases.push(case)),
            "failure" | "error" => return self.failure(text),
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Report, Refusal> {
        Ok(Report::Tests(self.cases.all))
    }
}
