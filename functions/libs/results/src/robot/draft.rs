//! Builds the tree of suites from what a file tells bit by bit, with the rules that Robot Framework
//! applies when it reads its own results.

use domain::results::outcome::{Status, Suite, Test};

use super::budget::Budget;
use super::error::{Limits, Refusal};
use super::fixture::Fixture;
use super::names;
use super::pictures;
use super::place::{Place, Side, Span, TestPlace};
use super::teardown::{self, Teardown};
use super::times::Timing;

/// A suite that may still grow.
#[derive(Debug)]
pub(super) struct SuiteDraft {
    pub(super) suite: Suite,
    pub(super) times: Timing,
    pub(super) setup: Option<Fixture>,
    pub(super) teardown: Option<Fixture>,
    /// Pictures that the setup showed.
    pictures: Vec<String>,
    pub(super) place: Place,
}

impl SuiteDraft {
    fn new(name: String, source: Option<String>) -> Self {
        let suite = Suite {
            name,
            source,
            doc: String::new(),
            metadata: Vec::new(),
            message: String::new(),
            start: None,
            seconds: 0.0,
            suites: Vec::new(),
            tests: Vec::new(),
        };
        SuiteDraft {
            suite,
            times: Timing::default(),
            setup: None,
            teardown: None,
            pictures: Vec::new(),
            place: Place::default(),
        }
    }

    pub(super) fn fixture(&mut self, side: Side) -> &mut Option<Fixture> {
        match side {
            Side::Setup => &mut self.setup,
            Side::Teardown => &mut self.teardown,
        }
    }

    /// Where keywords belong that stand in a suite without being its setup or teardown.
    pub(super) fn implicit_side(&self) -> Side {
        let begun = !self.suite.tests.is_empty() || !self.suite.suites.is_empty();
        if begun { Side::Teardown } else { Side::Setup }
    }

    /// Settles what depends on the whole suite: its name, its times and its metadata. Gives its
    /// duration in microseconds.
    fn settle(&mut self) -> i64 {
        let mut times = self.times.clone();
        for fixture in [&self.setup, &self.teardown].into_iter().flatten() {
            times.add_child(fixture.times.micros());
        }
        self.suite.seconds = times.seconds();
        self.suite.start = times.start();
        self.suite.metadata = names::metadata(std::mem::take(&mut self.suite.metadata));
        if self.suite.name.is_empty() {
            self.suite.name = names::of_suite(self.suite.source.as_deref(), &self.suite.suites);
        }
        self.place.setup_failed = self.setup.as_ref().is_some_and(Fixture::failed);
        self.place.teardown_failed = self.teardown.as_ref().is_some_and(Fixture::failed);
        times.micros()
    }
}

/// A test that may still grow.
#[derive(Debug)]
pub(super) struct TestDraft {
    pub(super) test: Test,
    pub(super) times: Timing,
    pub(super) place: TestPlace,
}

/// The tree as far as it is known.
pub(super) struct Draft {
    /// Suites that are open, outermost first.
    pub(super) open: Vec<SuiteDraft>,
    root: Option<SuiteDraft>,
    pub(super) test: Option<TestDraft>,
    pub(super) budget: Budget,
    teardowns: Vec<Teardown>,
    deepest: usize,
}

impl Draft {
    pub(super) fn new(limits: &Limits) -> Self {
        Draft {
            open: Vec::new(),
            root: None,
            test: None,
            budget: Budget::new(limits),
            teardowns: Vec::new(),
            deepest: limits.suites,
        }
    }

    /// Opens a suite in the innermost open one. A second root is one with the first.
    pub(super) fn start_suite(&mut self, name: String, source: Option<String>) -> Result<(), Refusal> {
        if self.open.len() >= self.deepest {
            return Err(Refusal::Limit(format!("more than {} suites in one another", self.deepest)));
        }
        self.budget.take(name.len() + source.as_ref().map_or(0, String::len))?;
        let again = if self.open.is_empty() { self.root.take() } else { None };
        let draft = match again {
            None => SuiteDraft::new(name, source),
            Some(root) => SuiteDraft { suite: Suite { name, source, ..root.suite }, ..root },
        };
        self.open.push(draft);
        Ok(())
    }

    /// Closes the innermost suite.
    pub(super) fn end_suite(&mut self) {
        let path = self.path();
        let Some(mut draft) = self.open.pop() else { return };
        let micros = draft.settle();
        match self.open.last_mut() {
            None => self.root = Some(draft),
            Some(parent) => {
                self.teardowns.extend(Teardown::new(path, draft.teardown));
                parent.times.add_child(micros);
                parent.suite.suites.push(draft.suite);
                parent.place.suites.push(draft.place);
            }
        }
    }

    /// Position of the innermost suite, as indexes from the root down.
    fn path(&self) -> Vec<usize> {
        let above = self.open.iter().rev().skip(1).rev();
        above.map(|parent| parent.suite.suites.len()).collect()
    }

    pub(super) fn start_test(&mut self, name: String, line: Option<u32>, place: TestPlace) -> Result<(), Refusal> {
        self.budget.take(name.len())?;
        let test = Test {
            name,
            status: Status::Failed,
            message: String::new(),
            tags: Vec::new(),
            start: None,
            seconds: 0.0,
            line,
            written: None,
            body: None,
            pictures: Vec::new(),
        };
        self.test = Some(TestDraft { test, times: Timing::default(), place });
        Ok(())
    }

    /// Keeps the pictures that a message of the open test shows, or of the setup of the innermost suite.
    pub(super) fn show(&mut self, html: &str) {
        let test = self.test.as_mut().map(|draft| &mut draft.test.pictures);
        let kept = test.or(self.open.last_mut().map(|draft| &mut draft.pictures));
        kept.into_iter().for_each(|kept| pictures::keep(kept, html));
    }

    /// What failed setups of open suites have shown, once: tests that fail with them run no keyword of their own.
    fn of_failed_setups(&mut self) -> Vec<String> {
        let open = self.open.iter_mut().filter(|suite| suite.setup.as_ref().is_some_and(Fixture::failed));
        open.flat_map(|suite| std::mem::take(&mut suite.pictures)).collect()
    }

    /// Closes the open test, whose element ends at `end`.
    pub(super) fn end_test(&mut self, end: Span) -> Result<(), Refusal> {
        let Some(mut draft) = self.test.take() else { return Ok(()) };
        match draft.test.status {
            Status::Failed => draft.test.pictures.splice(..0, self.of_failed_setups()).for_each(drop),
            _ => draft.test.pictures = Vec::new(),
        }
        let Some(suite) = self.open.last_mut() else { return Ok(()) };
        draft.test.pictures.iter().try_for_each(|path| self.budget.take(path.len()))?;
        draft.test.seconds = draft.times.seconds();
        draft.test.start = draft.times.start();
        draft.test.tags = names::tags(std::mem::take(&mut draft.test.tags));
        draft.place.end = end;
        suite.times.add_child(draft.times.micros());
        suite.suite.tests.push(draft.test);
        suite.place.tests.push(draft.place);
        Ok(())
    }

    /// Long name of the open test.
    pub(super) fn running(&self) -> Option<String> {
        let test = &self.test.as_ref()?.test.name;
        let suites = self.open.iter().map(|suite| suite.suite.name.as_str());
        Some(suites.chain([test.as_str()]).collect::<Vec<_>>().join("."))
    }

    /// The whole tree. Suites still open are closed with what they have, an open test is dropped,
    /// and failures of suite teardowns reach the tests if `Robot` itself wrote the file.
    pub(super) fn finish(mut self, by_robot: bool) -> Result<(Suite, Place), Refusal> {
        while !self.open.is_empty() {
            self.end_suite();
        }
        let mut root = self.root.take().unwrap_or_else(|| SuiteDraft::new(String::new(), None));
        self.teardowns.extend(Teardown::new(Vec::new(), root.teardown.take()));
        if by_robot {
            teardown::apply(&mut root.suite, &self.teardowns, &mut self.budget)?;
        }
        Ok((root.suite, root.place))
    }
}
