//! JSON as bytes: values change by the rule of their path, and all else stays as it was written, digits and spaces too.

mod collect;
mod cursor;
mod path;
mod rewrite;

use std::collections::{BTreeMap, HashMap};

pub(crate) use self::collect::Collector;
pub(crate) use self::cursor::is_number;
pub(crate) use self::path::{Step, check_path, joined, shown, steps};
use std::sync::Arc;

use crate::error::Why;
use crate::key::Key;
use crate::policy::Rule;
use crate::rules::{Masker, Peers};

/// Levels of objects and lists that a value may have.
pub(crate) const DEEPEST: usize = 128;

/// Rules by path.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    maskers: Vec<Arc<Masker>>,
}

#[derive(Debug, Default)]
struct Node {
    keys: HashMap<String, usize>,
    /// The node of every key, where a path has `*`.
    any: Option<usize>,
    /// The node of the items of a list.
    items: Option<usize>,
    masker: Option<usize>,
}

impl Tree {
    /// A tree of the rules of a JSON column.
    pub(crate) fn of_paths(paths: &BTreeMap<String, Rule>, key: &Key, peers: &mut Peers) -> Result<Self, Why> {
        let masker = |(path, rule): (&String, &Rule)| Ok((path.clone(), Arc::new(Masker::new(rule, key, peers)?)));
        Ok(Self::new(paths.iter().map(masker).collect::<Result<Vec<_>, Why>>()?))
    }

    /// A tree of rules by path.
    pub(crate) fn new(rules: Vec<(String, Arc<Masker>)>) -> Self {
        let mut tree = Self { nodes: vec![Node::default()], maskers: Vec::new() };
        for (path, masker) in rules {
            let at = steps(&path).into_iter().fold(0, |at, step| tree.step(at, step));
            tree.maskers.push(masker);
            let last = tree.maskers.len() - 1;
            if let Some(node) = tree.nodes.get_mut(at) {
                node.masker = Some(last);
            }
        }
        tree
    }

    /// The node one step below another; it is made if it is new.
    fn step(&mut self, at: usize, step: Step) -> usize {
        let new = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let next = match step {
            Step::Items => *node.items.get_or_insert(new),
            Step::Any => *node.any.get_or_insert(new),
            Step::Key(key) => *node.keys.entry(key).or_insert(new),
        };
        if next == new {
            self.nodes.push(Node::default());
        }
        next
    }

    /// The rule of a node, and its place among the rules.
    pub(crate) fn masker(&self, at: Option<usize>) -> Option<(usize, &Masker)> {
        let place = self.nodes.get(at?)?.masker?;
        self.maskers.get(place).map(|masker| (place, masker.as_ref()))
    }

    /// The node of a key of an object.
    pub(crate) fn child(&self, at: Option<usize>, key: &str) -> Option<usize> {
        let node = self.nodes.get(at?)?;
        node.keys.get(key).copied().or(node.any)
    }

    pub(crate) fn items(&self, at: Option<usize>) -> Option<usize> {
        self.nodes.get(at?)?.items
    }

    /// True if paths go on below a node.
    pub(crate) fn has_path_below(&self, at: Option<usize>) -> bool {
        let node = at.and_then(|at| self.nodes.get(at));
        node.is_some_and(|node| !node.keys.is_empty() || node.any.is_some() || node.items.is_some())
    }
}

#[cfg(test)]
mod tests;
