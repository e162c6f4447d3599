//! Unit tests of Visual Studio, `dotnet test --logger trx` and the Microsoft Testing Platform: `TestRun`, called TRX.
//!
//! # Tests
//! A result with `InnerResults` is a container, as of a data-driven or an ordered test: its inner results are the tests, as
//! in the counters of vstest 17.13 and later (`TrxLogger.TestResultHandler`). A container that failed while none
//! of them did is a failed test itself. The name is that of the class in `TestDefinitions` and the test's own.
//!
//! # Outcomes
//! vstest leaves out a value that is the default (`XmlPersistence.SaveSimpleField`): a result without an outcome is
//! an `Error`, and one without a duration took no time. `Failed`, `Error`, `Timeout`, `Aborted`, `Disconnected` and
//! `NotRunnable` failed; `Inconclusive`, `NotExecuted`, `Completed`, `InProgress` and `Pending` say nothing of the test.
//! A run whose own outcome is one that failed while no test did is a failed case `<run>` with the text of its
//! `RunInfo`: so vstest writes that the process with the tests crashed (dorny/test-reporter issue 401).

use std::collections::HashMap;

use domain::quality::reports::Report;

use super::Format;
use super::cases::{Cases, Claim, Draft, Taken, joined};
use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// What has been read so far.
pub(super) struct Trx {
    cases: Cases,
    budget: Budget,
    /// Names of the elements that are open, outermost first.
    around: Vec<Box<str>>,
    /// The results that are open, outermost first.
    open: Vec<Open>,
    /// Results with the ids of their tests, whose classes may stand behind them.
    results: Vec<(Draft, String)>,
    /// Id of the open test definition, and the class of each.
    definition: String,
    classes: HashMap<String, String>,
    claim: Option<Claim>,
    /// Outcome of the run where it is one that failed, and why.
    run: Option<String>,
    why: String,
}

/// A result that has begun.
struct Open {
    draft: Draft,
    test: String,
    /// Results in it so far, and whether one of them failed.
    inner: u64,
    failed: bool,
}

/// What an outcome says of a test; none where it is not a word of the format.
fn outcome(text: Option<&str>, draft: &mut Draft) -> Option<()> {
    match text.unwrap_or("Error") {
        "Passed" | "PassedButRunAborted" | "Warning" => {}
        "Failed" | "Error" | "Timeout" | "Aborted" | "Disconnected" | "NotRunnable" => draft.failed = true,
        "Inconclusive" | "NotExecuted" | "Completed" | "InProgress" | "Pending" => draft.skipped = true,
        _ => return None,
    }
    Some(())
}

impl Trx {
    pub(super) fn new(cases: Budget, budget: Budget) -> Self {
        Trx {
            cases: Cases::new(cases),
            budget,
            around: Vec::new(),
            open: Vec::new(),
            results: Vec::new(),
            definition: String::new(),
            classes: HashMap::new(),
            claim: None,
            run: None,
            why: String::new(),
        }
    }

    /// The name of the element so many levels around the open one.
    fn is_in(&self, levels: usize, name: &str) -> bool {
        self.around.iter().rev().nth(levels).is_some_and(|around| **around == *name)
    }

    fn begin_result(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) -> Result<(), Refusal> {
        let (name, test) = (tag.owned("testName").unwrap_or_default(), tag.owned("testId").unwrap_or_default());
        self.budget.entry(8)?;
        self.budget.text(&name)?;
        self.budget.text(&test)?;
        let mut draft = Draft { name, ..Draft::default() };
        draft.time = match tag.get("duration") {
            None => Taken::Known(0.0),
            duration => self.cases.time("duration", duration, notes),
        };
        if outcome(tag.get("outcome"), &mut draft).is_none() {
            let text = tag.get("outcome").unwrap_or_default();
            draft.unread = Some((notes.line(), is_not("outcome", text, "an outcome")));
        }
        self.open.push(Open { draft, test, inner: 0, failed: false });
        Ok(())
    }

    fn end_result(&mut self) {
        let Some(Open { draft, test, inner, failed }) = self.open.pop() else { return };
        if let Some(around) = self.open.last_mut() {
            around.inner += 1;
            around.failed |= draft.failed || failed;
        }
        if inner == 0 || (draft.failed && !failed) {
            self.results.push((draft, test));
        }
    }

    fn begin_other(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) -> Result<(), Refusal> {
        match tag.name {
            "UnitTest" => self.definition = tag.owned("id").unwrap_or_default(),
            "TestMethod" => {
                let class = tag.get("className").unwrap_or_default().split(',').next().unwrap_or_default().trim();
                self.budget.entry(2)?;
                self.budget.text(class)?;
                self.classes.insert(self.definition.clone(), class.to_owned());
            }
            "Counters" => {
                let failed = ["failed", "error", "timeout", "aborted", "disconnected", "notRunnable"];
                let failed = failed.map(|name| tag.get(name));
                self.claim = Some(Claim::of(tag.get("total"), &failed, (0, 0), notes.line()));
            }
            "ResultSummary" => {
                let text = tag.get("outcome").unwrap_or_default();
                let ended = ["Failed", "Error", "Timeout", "Aborted", "Disconnected", "InProgress", "Pending"];
                self.run = ended.contains(&text).then(|| format!("the run's outcome is {text}"));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Elements for Trx {
    fn format(&self) -> Format {
        Format::Junit
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        let is_result = self.is_in(0, "Results") || self.is_in(0, "InnerResults");
        self.around.push(tag.name.into());
        if is_result {
            self.begin_result(tag, notes)?;
        } else {
            self.begin_other(tag, notes)?;
        }
        let message = tag.name == "Message" && self.is_in(1, "ErrorInfo");
        Ok(message || (tag.name == "Text" && self.is_in(1, "RunInfo")))
    }

    fn end(&mut self, name: &str, _depth: usize, text: &str, _notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.around.pop();
        if self.is_in(0, "Results") || self.is_in(0, "InnerResults") {
            self.end_result();
            return Ok(());
        }
        match (name, self.open.last_mut()) {
            ("Message", Some(open)) if open.draft.failed => open.draft.fail(text),
            ("Text", None) if self.why.is_empty() => self.why = text.trim().chars().take(1000).collect(),
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        for (mut draft, test) in self.results {
            let class = self.classes.get(&test).map_or("", String::as_str);
            if !draft.name.starts_with(class) {
                draft.name = joined(&[class, &draft.name]);
            }
            self.cases.push(draft, notes)?;
        }
        if let Some(outcome) = self.run.filter(|_| self.cases.failed == 0) {
            let mut draft = Draft { name: "<run>".to_owned(), ..Draft::default() };
            draft.fail(if self.why.is_empty() { &outcome } else { &self.why });
            self.cases.push(draft, notes)?;
        }
        let shown = (self.cases.tests, self.cases.failed);
        self.claim.into_iter().for_each(|claim| claim.check(shown, notes));
        Ok(self.cases.finish(notes))
    }
}
