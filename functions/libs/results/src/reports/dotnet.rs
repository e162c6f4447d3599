//! Unit tests as xUnit.net (`assemblies`), NUnit 3 (`test-run`) and NUnit 2 (`test-results`) write them, which is not
//! JUnit's form.
//!
//! What neither passed nor failed (`Skip`, `NotRun`, `Inconclusive`, `Ignored`) counts as skipped; a warning does
//! not fail a test, as in NUnit. A test of NUnit 2 that is `NotRunnable` or `Cancelled` failed, as nunit-console has it
//! in its exit status (`ConsoleUi`, `ResultSummarizer`); NUnit before 2.5 has no result and says `success` instead.
//! An error of a whole assembly in xUnit.net is a failed case of its own. So is a suite of NUnit that failed
//! while none of its tests did, as one whose teardown failed or that NUnit could not build.

use domain::quality::reports::Report;

use super::Format;
use super::cases::{Cases, Claim, Draft, Taken, joined};
use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// What has been read so far.
pub(super) struct DotNet {
    cases: Cases,
    open: Option<Draft>,
    /// Depth of the open `failure`.
    failure: Option<usize>,
    /// The suites of NUnit that are open, outermost first.
    suites: Vec<Suite>,
    /// What the root and each assembly that is open say of their tests.
    claims: Vec<(usize, Claim)>,
}

/// A suite that is open.
struct Suite {
    depth: usize,
    name: String,
    /// Whether it says that it failed, and what it says of that.
    failed: bool,
    message: String,
    /// Tests that had failed before it.
    before: u64,
}

/// How a test ended.
enum End {
    Passed,
    Failed,
    Skipped,
}

impl DotNet {
    pub(super) fn new(budget: Budget) -> Self {
        DotNet { cases: Cases::new(budget), open: None, failure: None, suites: Vec::new(), claims: Vec::new() }
    }

    fn begin_case(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) -> Result<(), Refusal> {
        if self.open.is_some() {
            return Err(Refusal::child(tag.name, "test"));
        }
        let title = tag.get("fullname").or_else(|| tag.get("name")).unwrap_or_default();
        let mut draft = Draft { name: title.to_owned(), ..Draft::default() };
        if tag.name == "error" {
            draft.failed = true;
        } else {
            let name = if tag.get("time").is_some() { "time" } else { "duration" };
            draft.time = match (tag.get(name), tag.get("executed")) {
                (None, Some("False" | "false")) => Taken::Known(0.0),
                (time, _) => self.cases.time(name, time, notes),
            };
            match end(tag) {
                Some(End::Passed) => {}
                Some(End::Failed) => draft.failed = true,
                Some(End::Skipped) => draft.skipped = true,
                None => draft.unread = Some((notes.line(), unread(tag))),
            }
        }
        self.open = Some(draft);
        Ok(())
    }

    fn begin_suite(&mut self, tag: Tag<'_, '_>) {
        let name = tag.get("fullname").or_else(|| tag.get("name")).unwrap_or_default();
        self.suites.push(Suite {
            depth: tag.depth,
            name: name.to_owned(),
            failed: matches!(end(tag), Some(End::Failed)),
            message: String::new(),
            before: self.cases.failed,
        });
    }

    fn end_suite(&mut self, suite: Suite, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        if !suite.failed || self.cases.failed > suite.before {
            return Ok(());
        }
        let mut draft = Draft { name: joined(&[&suite.name, "<init>"]), ..Draft::default() };
        draft.fail(&suite.message);
        self.cases.push(draft, notes)
    }

    /// What the root or an assembly says of its tests.
    fn claim(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) {
        let failed = match tag.name {
            "test-results" => [tag.get("failures"), tag.get("errors"), tag.get("invalid")],
            "test-run" => [tag.get("failed"), None, None],
            "assembly" => [tag.get("failed"), tag.get("errors"), None],
            _ => return,
        };
        self.claims.push((tag.depth, Claim::of(tag.get("total"), &failed, self.shown(), notes.line())));
    }

    fn shown(&self) -> (u64, u64) {
        (self.cases.tests, self.cases.failed)
    }
}

/// How a test or a suite ended; none where nobody can tell.
fn end(tag: Tag<'_, '_>) -> Option<End> {
    Some(match tag.get("result") {
        Some("Pass" | "Passed" | "Success" | "Warning") => End::Passed,
        Some("Fail" | "Failed" | "Failure" | "Error" | "Cancelled" | "NotRunnable") => End::Failed,
        Some("Skip" | "Skipped" | "NotRun" | "Ignored" | "Inconclusive") => End::Skipped,
        Some(_) => return None,
        None => match (tag.get("executed"), tag.get("success")) {
            (_, Some("True" | "true")) => End::Passed,
            (_, Some("False" | "false")) => End::Failed,
            (Some("False" | "false"), None) => End::Skipped,
            _ => return None,
        },
    })
}

fn unread(tag: Tag<'_, '_>) -> String {
    tag.get("result").map_or_else(|| "a test without its result".to_owned(), |text| is_not("result", text, "a result"))
}

impl Elements for DotNet {
    fn format(&self) -> Format {
        Format::Junit
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        match tag.name {
            "test" | "test-case" | "error" => self.begin_case(tag, notes)?,
            "test-suite" => self.begin_suite(tag),
            "failure" if self.failure.is_none() => self.failure = Some(tag.depth),
            "message" => return Ok(self.failure.is_some()),
            _ => self.claim(tag, notes),
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, depth: usize, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.failure = self.failure.filter(|open| *open != depth);
        match (name, &mut self.open) {
            ("message", Some(case)) if self.failure.is_some() && case.failed => case.fail(text),
            ("message", None) if self.failure.is_some() => {
                self.suites.last_mut().into_iter().for_each(|suite| suite.message = text.to_owned());
            }
            ("test" | "test-case" | "error", open) => {
                return open.take().map_or(Ok(()), |case| self.cases.push(case, notes));
            }
            ("test-suite", _) => {
                let suite = self.suites.pop_if(|suite| suite.depth == depth);
                return suite.map_or(Ok(()), |suite| self.end_suite(suite, notes));
            }
            _ => {
                let claim = self.claims.pop_if(|(open, _)| *open == depth);
                claim.into_iter().for_each(|(_, claim)| claim.check(self.shown(), notes));
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        Ok(self.cases.finish(notes))
    }
}
