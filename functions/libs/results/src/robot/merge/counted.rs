//! Which tests of the parts count, and for what.

use domain::results::outcome::{Suite, Test};
use domain::results::records::{Decided, decide};

use super::part::{Part, below, slashes};

/// Attempts as a verdict counts them, in the order of the inputs.
#[derive(Clone, Debug)]
pub struct Attempts<'a> {
    /// The tree of each attempt. It may lack tests of its input: those do not count.
    pub roots: Vec<&'a Suite>,
    /// What was decided for the tests of these trees.
    pub decided: &'a Decided,
    /// Message of tests that count as failed although they passed somewhere, because they were not to run.
    pub not_run: Option<&'static str>,
}

/// What was decided for each test of each input.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) decided: Decided,
    pub(super) not_run: Option<&'static str>,
}

impl Counted {
    /// Decides by the parts alone: the first is no rerun.
    pub(super) fn of(parts: &[Part]) -> Self {
        let mut outlines = vec![Suite::default(); parts.iter().map(|part| part.input + 1).max().unwrap_or_default()];
        for part in parts {
            let top = part.root.source.as_deref().map(slashes);
            outlines[part.input] = outline(&part.root, top.as_deref());
        }
        let (firsts, reruns) = outlines.split_at(outlines.len().min(1));
        Self { decided: decide(firsts, reruns), not_run: None }
    }

    /// Takes over what was decided; the inputs that are not those that were counted.
    pub(super) fn take(attempts: &Attempts<'_>, parts: &[Part]) -> (Self, Vec<usize>) {
        let mut decided = Decided { records: attempts.decided.records.clone(), of: Vec::new() };
        decided.of.resize(attempts.roots.len(), Vec::new());
        let mut others = Vec::new();
        for part in parts {
            let (root, of) = (attempts.roots[part.input], &attempts.decided.of[part.input]);
            let mut places = Places { of: of.iter(), found: Vec::new(), same: true };
            places.suite(&part.root, root);
            match places.same {
                true => decided.of[part.input] = places.found,
                false => others.push(part.input),
            }
        }
        (Self { decided, not_run: attempts.not_run }, others)
    }
}

/// A tree with paths below its root, without what no test is told by.
fn outline(suite: &Suite, top: Option<&str>) -> Suite {
    let test = |test: &Test| Test { message: String::new(), tags: Vec::new(), pictures: Vec::new(), ..test.clone() };
    Suite {
        name: suite.name.clone(),
        source: below(top, suite.source.as_deref()),
        suites: suite.suites.iter().map(|suite| outline(suite, top)).collect(),
        tests: suite.tests.iter().map(test).collect(),
        ..Suite::default()
    }
}

/// Finds the tests of a counted tree in the tree of an input, which has the same suites and may have more tests.
struct Places<'a> {
    of: std::slice::Iter<'a, Option<usize>>,
    found: Vec<Option<usize>>,
    same: bool,
}

impl Places<'_> {
    fn suite(&mut self, input: &Suite, counted: &Suite) {
        let nothing = Suite::default();
        self.same &= counted.suites.len() <= input.suites.len();
        for (at, suite) in input.suites.iter().enumerate() {
            self.suite(suite, counted.suites.get(at).unwrap_or(&nothing));
        }
        let mut tests = counted.tests.iter().peekable();
        for test in &input.tests {
            let counts = tests.next_if(|counted| is_same(test, counted)).is_some();
            self.found.push(if counts { self.of.next().copied().flatten() } else { None });
        }
        self.same &= tests.next().is_none();
    }
}

fn is_same(one: &Test, other: &Test) -> bool {
    let what = |test: &Test| (test.name.clone(), test.line, test.status, test.start);
    what(one) == what(other)
}
