//! Suites with what they are made of, while they are merged.

use std::collections::HashMap;

use domain::results::interrupted::NOT_RUN;
use domain::results::outcome::{Status, Suite, Test};

use super::counted::Counted;
use super::message;
use super::part::{Part, below, slashes};
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
    /// The record that it is an outcome of.
    record: usize,
    /// Whether it counts as not run, whatever its input says.
    pub(super) not_run: bool,
}

/// Makes nodes of the parts. The first outcome of each test stands in a node, and later ones are kept beside.
struct Planting<'a> {
    counted: &'a Counted,
    /// For each test of the part, in the order of [`Suite::found`], the record that it is an outcome of.
    of: std::slice::Iter<'a, Option<usize>>,
    seen: Vec<bool>,
    later: HashMap<usize, Vec<Leaf>>,
}

impl<'a> Planting<'a> {
    fn new(counted: &'a Counted) -> Self {
        let seen = vec![false; counted.decided.records.len()];
        Self { counted, of: [].iter(), seen, later: HashMap::new() }
    }

    /// The root of a part.
    fn node(&mut self, part: Part) -> Node {
        self.of = self.counted.decided.of.get(part.input).map_or([].iter(), |of| of.iter());
        let top = part.root.source.as_deref().map(slashes);
        self.below(part.root, part.place, part.input, top.as_deref())
    }

    fn below(&mut self, mut suite: Suite, mut place: Place, input: usize, top: Option<&str>) -> Node {
        let mut places = std::mem::take(&mut place.suites).into_iter();
        let suites = std::mem::take(&mut suite.suites).into_iter();
        let suites = suites.map(|inner| self.below(inner, places.next().unwrap_or_default(), input, top)).collect();
        let mut places = std::mem::take(&mut place.tests).into_iter();
        let tests = std::mem::take(&mut suite.tests).into_iter();
        let tests = tests.filter_map(|test| self.leaf(test, places.next().unwrap_or_default(), input)).collect();
        let path = below(top, suite.source.as_deref());
        Node { suites, tests, parts: vec![(input, place)], path, united: false, suite }
    }

    /// The first outcome of its test; none of what is a later one, or counts for no test.
    fn leaf(&mut self, test: Test, place: TestPlace, input: usize) -> Option<Leaf> {
        let record = self.of.next().copied().flatten()?;
        let leaf = Leaf { test, input, place, record, not_run: false };
        if std::mem::replace(self.seen.get_mut(record)?, true) {
            self.later.entry(record).or_default().push(leaf);
            return None;
        }
        Some(leaf)
    }
}

impl Node {
    /// Gives each test what came after its first outcome.
    fn outcomes(&mut self, later: &mut HashMap<usize, Vec<Leaf>>, counted: &Counted, rpa: bool) {
        self.suites.iter_mut().for_each(|suite| suite.outcomes(later, counted, rpa));
        for leaf in &mut self.tests {
            later.remove(&leaf.record).into_iter().flatten().for_each(|new| leaf.rerun(new, rpa));
            leaf.overrule(counted);
        }
    }

    fn is(&self, other: &Node) -> bool {
        let apart = self.path.is_some() && other.path.is_some() && self.path != other.path;
        self.suite.name == other.suite.name && !apart
    }

    /// Takes in another part of the same suite.
    fn unite(&mut self, new: Node) {
        self.united = true;
        self.take_fields(new.suite);
        self.parts.extend(new.parts);
        let mut added = false;
        for suite in new.suites {
            match self.suites.iter().position(|old| old.is(&suite)) {
                Some(at) => self.suites[at].unite(suite),
                None => {
                    self.suites.push(suite);
                    added = true;
                }
            }
        }
        if added {
            self.sort();
        }
        self.tests.extend(new.tests);
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
        if new.test.status == Status::Skipped {
            self.test.message = message::skipped(&new.test, &self.test, rpa);
        } else {
            new.test.message = message::rerun(&new.test, &self.test, rpa);
            *self = new;
        }
    }

    /// What counts as failed and did not fail was never to run.
    fn overrule(&mut self, counted: &Counted) {
        let counts = counted.decided.records.get(self.record).map(|record| record.status);
        if counts == Some(Status::Failed) && self.test.status != Status::Failed {
            self.not_run = true;
            self.test.status = Status::Failed;
            self.test.message = counted.not_run.unwrap_or_default().to_owned();
            self.test.tags.push(NOT_RUN.to_owned());
        }
    }
}

/// Merges the roots of the parts, in order.
pub(super) fn merge(parts: Vec<Part>, counted: &Counted, rpa: bool) -> Node {
    let mut planting = Planting::new(counted);
    let mut roots: Vec<Node> = Vec::new();
    for part in parts {
        let part = planting.node(part);
        match roots.iter().position(|root| root.suite.name == part.suite.name) {
            Some(at) => roots[at].unite(part),
            None => roots.push(part),
        }
    }
    let mut root = if roots.len() == 1 { roots.remove(0) } else { side_by_side(roots) };
    root.outcomes(&mut planting.later, counted, rpa);
    root.settle();
    root
}

fn side_by_side(roots: Vec<Node>) -> Node {
    let name = roots.iter().map(|root| root.suite.name.as_str()).collect::<Vec<_>>().join(" & ");
    let suite = Suite { name, ..Suite::default() };
    Node { suite, suites: roots, tests: Vec::new(), parts: Vec::new(), path: None, united: true }
}
