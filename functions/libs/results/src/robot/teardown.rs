//! A suite's teardown runs after its tests were written, so its failure reaches them when the file is read.

use domain::results::outcome::{Status, Suite, Test};

use super::budget::Budget;
use super::error::Refusal;
use super::fixture::Fixture;

/// A teardown that did not pass.
#[derive(Debug)]
pub(super) struct Teardown {
    /// Indexes from the root down to the suite.
    path: Vec<usize>,
    skipped: bool,
    message: String,
}

impl Teardown {
    /// None if there was none or it passed.
    pub(super) fn new(path: Vec<usize>, fixture: Option<Fixture>) -> Option<Self> {
        let fixture = fixture?;
        let skipped = fixture.status == Status::Skipped;
        (fixture.status != Status::Passed).then_some(Teardown { path, skipped, message: fixture.message })
    }

    fn reach(&self, test: &mut Test) {
        let message = &self.message;
        let old = std::mem::take(&mut test.message);
        test.message = match (self.skipped, old.is_empty()) {
            (false, true) => format!("Parent suite teardown failed:\n{message}"),
            (false, false) => format!("{old}\n\nAlso parent suite teardown failed:\n{message}"),
            (true, true) => format!("Skipped in parent suite teardown:\n{message}"),
            (true, false) => format!("Skipped in parent suite teardown:\n{message}\n\nEarlier message:\n{old}"),
        };
        if self.skipped {
            test.status = Status::Skipped;
        } else if test.status != Status::Skipped {
            test.status = Status::Failed;
        }
    }
}

/// Applies the teardowns in the order in which they ended: inner suites first.
pub(super) fn apply(root: &mut Suite, teardowns: &[Teardown], budget: &mut Budget) -> Result<(), Refusal> {
    for teardown in teardowns {
        let suite = teardown.path.iter().try_fold(&mut *root, |suite, &at| suite.suites.get_mut(at));
        if let Some(suite) = suite {
            reach_all(suite, teardown, budget)?;
        }
    }
    Ok(())
}

fn reach_all(suite: &mut Suite, teardown: &Teardown, budget: &mut Budget) -> Result<(), Refusal> {
    for child in &mut suite.suites {
        reach_all(child, teardown, budget)?;
    }
    for test in &mut suite.tests {
        budget.take(teardown.message.len())?;
        teardown.reach(test);
    }
    Ok(())
}
