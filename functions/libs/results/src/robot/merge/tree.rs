//! Suites with what they are made of, while they are merged.

use std::collections::HashMap;

use domain::results::outcome::{Suite, Test, nth_of_name};

use super::message;
use crate::robot::names;
use crate::robot::place::{Place, TestPlace};
use crate::robot::status::word;

/// A suite of the merged result.
#[derive(Debug)]
pub(super) struct Node {
    /// The suite without its children.
    pub(super) suite: Suite,
    pub(super) suites: Vec<Node>,
    pub(super) tests: Vec<Leaf>,
    /// The inputs that have it, each with the place of its own keywords there.
    pub(super) parts: Vec<(usize, Place)>,
    /// Path below the root, with slashes. None if the files do not tell.
    path: Option<String>,
    /// Whether other parts have added to it or changed it.
    united: bool,
}

/// A test of the merged result.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) test: Test,
    /// The input whose outcome stands.
    pub(super) input: usize,
    /// Where it stands there.
    pub(super) place: TestPlace,
}

impl Node {
    /// The root of an input.
    pub(super) fn new(root: Suite, place: Option<Place>, input: usize) -> Self {
        let top = root.source.as_deref().map(slashes);
        Node::below(root, place.unwrap_or_default(), input, top.as_deref())
    }

    fn below(mut suite: Suite, mut place: Place, input: usize, top: Option<&str>) -> Self {
        let children = std::mem::take(&mut suite.suites).into_iter();
        let tests = std::mem::take(&mut suite.tests).into_iter();
        let mut places = std::mem::take(&mut place.suites).into_iter();
        let mut test_places = std::mem::take(&mut place.tests).into_iter();
        let mut inner = |suite| Node::below(suite, places.next().unwrap_or_default(), input, top);
        let mut leaf = |test| Leaf { test, input, place: test_places.next().unwrap_or_default() };
        Node {
            suites: children.map(&mut inner).collect(),
            tests: tests.map(&mut leaf).collect(),
            parts: vec![(input, place)],
            path: below(top, suite.source.as_deref()),
            united: false,
            suite,
        }
    }

    fn is(&self, other: &Node) -> bool {
        let apart = self.path.is_some() && other.path.is_some() && self.path != other.path;
        self.suite.name == other.suite.name && !apart
    }

    /// Takes in another part of the same suite.
    fn unite(&mut self, new: Node, rpa: bool) {
        self.united = true;
        self.take_fields(new.suite);
        self.parts.extend(new.parts);
        let mut added = false;
        for suite in new.suites {
            match self.suites.iter().position(|old| old.is(&suite)) {
                Some(at) => self.suites[at].unite(suite, rpa),
                None => {
                    self.suites.push(suite);
                    added = true;
                }
            }
        }
        if added {
            self.sort();
        }
        self.unite_tests(new.tests, rpa);
    }

    fn take_fields(&mut self, new: Suite) {
        let old = &mut self.suite;
        let longest = |old: &mut String, new: String| {
            if old.is_empty() {
                *old = new;
            }
        };
        longest(&mut old.doc, new.doc);
        longest(&mut old.message, new.message);
        old.metadata = names::metadata(std::mem::take(&mut old.metadata).into_iter().chain(new.metadata).collect());
        old.start = match (old.start, new.start) {
            (Some(old), Some(new)) => Some(old.min(new)),
            (old, new) => old.or(new),
        };
    }

    fn unite_tests(&mut self, new: Vec<Leaf>, rpa: bool) {
        let nth = |leaves: &[Leaf]| nth_of_name(leaves.iter().map(|leaf| &leaf.test));
        let names = self.tests.iter().map(|leaf| leaf.test.name.clone()).zip(nth(&self.tests));
        let known: HashMap<(String, u32), usize> = names.zip(0..).collect();
        let numbers = nth(&new);
        for (leaf, nth) in new.into_iter().zip(numbers) {
            match known.get(&(leaf.test.name.clone(), nth)) {
                Some(&at) => self.tests[at].rerun(leaf, rpa),
                None => self.tests.push(leaf),
            }
        }
    }

    /// Puts the suites in the order of one plain run, which is that of the names of files and folders.
    /// Without their paths they stay as they came.
    fn sort(&mut self) {
        let known = self.suites.iter().all(|suite| suite.path.is_some());
        if known {
            self.suites.sort_by_cached_key(|suite| {
                let path = suite.path.as_deref().unwrap_or_default();
                path.rsplit('/').next().unwrap_or_default().to_lowercase()
            });
        }
    }

    /// Sums up the durations of suites that several parts have.
    fn settle(&mut self) {
        self.suites.iter_mut().for_each(Node::settle);
        if self.united {
            let suites = self.suites.iter().map(|suite| suite.suite.seconds);
            let tests = self.tests.iter().map(|leaf| leaf.test.seconds);
            let micros: f64 = suites.chain(tests).map(|seconds| (seconds * 1e6).round()).sum();
            self.suite.seconds = micros / 1e6;
        }
    }

    /// `FAIL` if a test failed, else `PASS` if one passed, else `SKIP`.
    pub(super) fn status_word(&self) -> &'static str {
        let inner = self.suites.iter().map(Node::status_word);
        let words: Vec<_> = inner.chain(self.tests.iter().map(|leaf| word(leaf.test.status))).collect();
        ["FAIL", "PASS"].into_iter().find(|word| words.contains(word)).unwrap_or("SKIP")
    }

    /// The plain tree.
    pub(super) fn into_suite(self) -> Suite {
        Suite {
            suites: self.suites.into_iter().map(Node::into_suite).collect(),
            tests: self.tests.into_iter().map(|leaf| leaf.test).collect(),
            ..self.suite
        }
    }
}

impl Leaf {
    /// Takes in a later outcome of the same test.
    fn rerun(&mut self, mut new: Leaf, rpa: bool) {
        if new.test.status == domain::results::outcome::Status::Skipped {
            self.test.message = message::skipped(&new.test, &self.test, rpa);
        } else {
            new.test.message = message::rerun(&new.test, &self.test, rpa);
            *self = new;
        }
    }
}

fn slashes(path: &str) -> String {
    path.replace('\\', "/").trim_end_matches('/').to_owned()
}

/// What is left of a path below the root's own.
fn below(top: Option<&str>, source: Option<&str>) -> Option<String> {
    let source = slashes(source?);
    let rest = source.strip_prefix(top?)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
}

/// Merges the roots of the parts, in order.
pub(super) fn merge(parts: Vec<Node>, rpa: bool) -> Node {
    let mut roots: Vec<Node> = Vec::new();
    for part in parts {
        match roots.iter().position(|root| root.suite.name == part.suite.name) {
            Some(at) => roots[at].unite(part, rpa),
            None => roots.push(part),
        }
    }
    let mut root = if roots.len() == 1 { roots.remove(0) } else { side_by_side(roots) };
    root.settle();
    root
}

fn side_by_side(roots: Vec<Node>) -> Node {
    let name = roots.iter().map(|root| root.suite.name.as_str()).collect::<Vec<_>>().join(" & ");
    let suite = Suite { name, ..Suite::default() };
    Node { suite, suites: roots, tests: Vec::new(), parts: Vec::new(), path: None, united: true }
}
