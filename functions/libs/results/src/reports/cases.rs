//! Unit tests on their way into a report.

use domain::quality::reports::Case;
use domain::results::outcome::Status;

use super::limits::Budget;
use crate::input::Refusal;

/// Characters of a message that are kept.
const LONGEST_MESSAGE: usize = 4096;

/// The cases so far.
pub(super) struct Cases {
    pub(super) all: Vec<Case>,
    budget: Budget,
}

/// A case that has begun.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) seconds: f64,
    pub(super) failed: bool,
    pub(super) skipped: bool,
    /// An attempt failed, whatever came of it in the end.
    pub(super) stumbled: bool,
    pub(super) message: String,
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
        Cases { all: Vec::new(), budget }
    }

    /// Ends a case. A failure outweighs the mark that it was skipped.
    pub(super) fn push(&mut self, draft: Draft) -> Result<(), Refusal> {
        let status = match (draft.failed, draft.skipped) {
            (true, _) => Status::Failed,
            (_, true) => Status::Skipped,
            _ => Status::Passed,
        };
        self.budget.entry(8)?;
        self.budget.text(&draft.name)?;
        self.budget.text(&draft.message)?;
        let flaky = draft.stumbled && status == Status::Passed;
        let Draft { name, seconds, message, .. } = draft;
        self.all.push(Case { name, status, seconds, message, flaky });
        Ok(())
    }
}

/// Names that are not empty, joined by dots.
pub(super) fn joined(names: &[&str]) -> String {
    names.iter().copied().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(".")
}
