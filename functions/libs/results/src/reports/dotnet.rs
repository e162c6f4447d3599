//! Unit tests as xUnit.net 2 (`assemblies`) and NUnit 3 (`test-run`) write them, which is not JUnit's form.
//!
//! What is neither passed nor failed (`Skip`, `NotRun`, `Inconclusive`, `Ignored`) counts as skipped; a warning does
//! not fail a test, as in NUnit. An error of a whole assembly in xUnit.net is a failed case of its own.

use domain::quality::reports::Report;

use super::cases::{Cases, Draft};
use super::limits::Budget;
use super::numbers;
use super::xml::Elements;
use crate::input::{Attributes, Refusal};

/// What has been read so far.
pub(super) struct DotNet {
    cases: Cases,
    open: Option<Draft>,
    /// Depth of the open `failure`.
    failure: Option<usize>,
}

impl DotNet {
    pub(super) fn new(budget: Budget) -> Self {
        DotNet { cases: Cases::new(budget), open: None, failure: None }
    }

    fn open(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        if self.open.is_some() {
            return Err(Refusal::child(name, "test"));
        }
        let title = attributes.get("fullname").or_else(|| attributes.get("name")).unwrap_or_default();
        let mut draft = Draft { name: title.to_owned(), ..Draft::default() };
        if name == "error" {
            draft.failed = true;
        } else {
            let time = attributes.get("time").or_else(|| attributes.get("duration"));
            draft.seconds = numbers::seconds(time)?;
            match attributes.get("result").ok_or(Refusal::Missing("the result of a test"))? {
                "Pass" | "Passed" | "Success" | "Warning" => {}
                "Fail" | "Failed" | "Failure" | "Error" => draft.failed = true,
                "Skip" | "Skipped" | "NotRun" | "Ignored" | "Inconclusive" => draft.skipped = true,
                other => return Err(Refusal::value("result", other)),
            }
        }
        self.open = Some(draft);
        Ok(())
    }
}

impl Elements for DotNet {
    fn start(&mut self, name: &str, depth: usize, attributes: &Attributes<'_>) -> Result<bool, Refusal> {
        match name {
            "test" | "test-case" | "error" => self.open(name, attributes)?,
            "failure" if self.failure.is_none() => self.failure = Some(depth),
            "message" => return Ok(self.failure.is_some()),
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, depth: usize, text: &str) -> Result<(), Refusal> {
        self.failure = self.failure.filter(|open| *open != depth);
        match (name, &mut self.open) {
            ("message", Some(case)) if self.failure.is_some() && case.failed => case.fail(text),
            ("test" | "test-case" | "error", open) => return open.take().map_or(Ok(()), |case| self.cases.push(case)),
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Report, Refusal> {
        Ok(Report::Tests(self.cases.all))
    }
}
