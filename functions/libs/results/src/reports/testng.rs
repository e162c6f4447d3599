//! Unit tests of TestNG: `testng-results.xml`.
//!
//! # What counts
//! Each `test-method` is a test, but those of the configuration (`is-config`): they count only where they failed, as
//! in TestNG's exit status (`ExitCode` of TestNG 7). `SUCCESS_PERCENTAGE_FAILURE` counts as skipped, as in
//! TestNG's own JUnit report (`JUnitReportReporter`). An attempt that was retried (`retried`) is not a test of its own, as
//! in TestNG's totals (`AbstractXmlReporter`); the test that passed after it is flaky.
//!
//! # Times
//! `duration-ms` is the end less the start in milliseconds. A skipped test that never began has no end, so that the
//! difference is far below zero: it took no time.
//!
//! A report that TestNG has split into several files (`file-fragmentation-level`) names them by `url` and is refused.

use std::collections::BTreeSet;

use domain::quality::reports::Report;

use super::Format;
use super::cases::{Cases, Claim, Draft, Taken, joined};
use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::numbers;
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// What has been read so far.
pub(super) struct TestNg {
    cases: Cases,
    budget: Budget,
    class: String,
    open: Option<Open>,
    claim: Option<Claim>,
    /// Attempts that were retried, each with the name of its test, until the test ends.
    retried: BTreeSet<(String, String)>,
}

/// A method that has begun.
struct Open {
    draft: Draft,
    config: bool,
    retried: bool,
    /// What tells calls of one method apart: its signature and the values of its parameters.
    call: String,
}

impl TestNg {
    pub(super) fn new(cases: Budget, budget: Budget) -> Self {
        let (class, retried) = (String::new(), BTreeSet::new());
        TestNg { cases: Cases::new(cases), budget, class, open: None, claim: None, retried }
    }

    fn begin(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) -> Result<(), Refusal> {
        if self.open.is_some() {
            return Err(Refusal::child("test-method", "test-method"));
        }
        let name = joined(&[&self.class, tag.get("name").unwrap_or_default()]);
        let mut draft = Draft { name, ..Draft::default() };
        match tag.get("status") {
            Some("PASS") => {}
            Some("FAIL") => draft.failed = true,
            Some("SKIP" | "SUCCESS_PERCENTAGE_FAILURE") => draft.skipped = true,
            Some(other) => draft.unread = Some((notes.line(), is_not("status", other, "a status"))),
            None => draft.unread = Some((notes.line(), "a test without its status".to_owned())),
        }
        draft.time = time(tag, draft.skipped, notes);
        let is = |name: &str| tag.get(name) == Some("true");
        let call = tag.owned("signature").unwrap_or_default();
        self.open = Some(Open { draft, config: is("is-config"), retried: is("retried"), call });
        Ok(())
    }

    fn end_method(&mut self, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let Some(Open { mut draft, config, retried, call }) = self.open.take() else { return Ok(()) };
        let key = (draft.name.clone(), call);
        if retried {
            self.budget.entry(4)?;
            self.budget.text(&key.0)?;
            self.budget.text(&key.1)?;
            self.retried.insert(key);
            return Ok(());
        }
        draft.stumbled = self.retried.remove(&key);
        // One that passed or was skipped is not a test; of one that cannot be read nobody knows that it did.
        if config && !draft.failed && draft.unread.is_none() {
            return Ok(());
        }
        self.cases.push(draft, notes)
    }
}

fn time(tag: Tag<'_, '_>, skipped: bool, notes: &Notes<'_>) -> Taken {
    let Some(text) = tag.get("duration-ms") else { return Taken::Untold(notes.line()) };
    match numbers::figure(text) {
        Some(ms) => Taken::Known(ms / 1000.0),
        None if skipped && text.starts_with('-') => Taken::Known(0.0),
        None => Taken::Bad(notes.line(), is_not("duration-ms", text, "a duration")),
    }
}

impl Elements for TestNg {
    fn format(&self) -> Format {
        Format::Junit
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        match tag.name {
            "testng-results" => {
                let ran = ["passed", "failed", "skipped"].map(|name| tag.get(name).and_then(numbers::count));
                let ran = ran.into_iter().flatten().fold(0, u64::saturating_add).to_string();
                self.claim = Some(Claim::of(Some(&ran), &[tag.get("failed")], (0, 0), notes.line()));
            }
            "suite" | "test" if tag.get("url").is_some() => {
                return Err(Refusal::Unsupported("a report of TestNG in several files"));
            }
            "class" => self.class = tag.owned("name").unwrap_or_default(),
            "test-method" => self.begin(tag, notes)?,
            "message" | "value" => return Ok(self.open.is_some()),
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, _depth: usize, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        match (name, &mut self.open) {
            ("message", Some(open)) if open.draft.failed => open.draft.fail(text),
            ("value", Some(open)) => {
                self.budget.text(text)?;
                open.call = format!("{}\n{text}", open.call);
            }
            ("test-method", _) => return self.end_method(notes),
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        // Parameters may read differently in each attempt, as objects without a name of their own do.
        let names: Vec<String> = std::mem::take(&mut self.retried).into_iter().map(|(name, _)| name).collect();
        self.cases.stumbled(&names);
        let shown = (self.cases.tests, self.cases.failed);
        self.claim.into_iter().for_each(|claim| claim.check(shown, notes));
        Ok(self.cases.finish(notes))
    }
}
