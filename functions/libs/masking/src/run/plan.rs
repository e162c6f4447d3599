//! The rules of one file's columns, made ready.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use super::table::TableRun;
use crate::detect::{Sample, hash_of};
use crate::error::{Refusal, Why};
use crate::json::Tree;
use crate::policy::Condition;
use crate::rules::{Effect, Masker};

/// A column as the extract describes it.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    /// The type that the source declares.
    pub(crate) kind: Option<&'a str>,
}

impl<'a> Source<'a> {
    pub(crate) fn named(name: &'a str) -> Self {
        Self { name, kind: None }
    }
}

/// What is done with the rows of one file.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) columns: Vec<Planned>,
    /// Columns that rules look at, by place in the file, and their values in the row.
    pub(crate) peers: Vec<Peer>,
    pub(crate) when: Vec<(Condition, Vec<usize>)>,
    pub(crate) kept: Vec<bool>,
    /// Places of the columns that are counted together.
    pub(crate) sets: Vec<Vec<usize>>,
    pub(crate) watched: Sample,
}

#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    pub(crate) column: Option<usize>,
    pub(crate) value: Option<String>,
}

/// A column with its rule and what was counted of it.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(crate) masker: Arc<Masker>,
    pub(crate) normal: String,
    pub(crate) length: Option<u32>,
    pub(crate) required: bool,
    /// Whether a hash of each value is needed.
    pub(crate) tracked: bool,
    pub(crate) watched: bool,
    pub(crate) hash: Option<u64>,
    pub(crate) values: u64,
    pub(crate) nulls: u64,
    pub(crate) changed: u64,
}

impl Plan {
    /// Takes the values of the row that rules look at; none for NULL.
    pub(crate) fn begin<'a>(&mut self, value: impl Fn(usize) -> Option<Cow<'a, str>>) {
        for peer in &mut self.peers {
            peer.value = peer.column.and_then(&value).map(Cow::into_owned);
        }
        self.judge_row();
    }

    /// As [`Plan::begin`], with the values in the order of the peers.
    pub(crate) fn begin_with(&mut self, values: Vec<Option<String>>) {
        for (peer, value) in self.peers.iter_mut().zip(values) {
            peer.value = value;
        }
        self.judge_row();
    }

    fn judge_row(&mut self) {
        if self.when.is_empty() {
            return;
        }
        self.kept.fill(false);
        let peers = &self.peers;
        let value = |name: &str| peers.iter().find(|peer| peer.name == name).and_then(|peer| peer.value.as_deref());
        for (rows, columns) in &self.when {
            if rows.holds(value) {
                columns.iter().for_each(|at| self.kept.iter_mut().skip(*at).take(1).for_each(|kept| *kept = true));
            }
        }
    }

    /// Masks a value of the row that has begun, none for NULL. A new text is in `out`.
    pub(crate) fn value(&mut self, at: usize, text: Option<&str>, out: &mut String) -> Result<Effect, Refusal> {
        out.clear();
        let kept = self.kept.get(at).copied().unwrap_or(false);
        let row: Vec<Option<&str>> = self.peers.iter().map(|peer| peer.value.as_deref()).collect();
        let Some(column) = self.columns.get_mut(at) else { return Ok(Effect::Null) };
        let effect = match text {
            Some(text) if !kept => column.masker.mask(text, &row, out).map_err(|why| column.refusal(why))?,
            _ => Effect::Same,
        };
        if let (Some(text), true) = (text, column.watched && !kept && effect != Effect::Same) {
            hash_of(text).into_iter().for_each(|hash| self.watched.add(hash));
        }
        let new = match effect {
            Effect::Same => text,
            Effect::Text => Some(out.as_str()),
            Effect::Null => None,
        };
        column.count(text, new)?;
        Ok(effect)
    }

    /// Counts a value that stays as it is, or a NULL.
    pub(crate) fn kept_value(&mut self, at: usize, is_value: bool) -> Result<(), Refusal> {
        let text = is_value.then_some("");
        self.columns.get_mut(at).map_or(Ok(()), |column| column.count(text, text))
    }

    /// The rules as those of the paths of a JSON object.
    pub(crate) fn tree(&self) -> Tree {
        Tree::new(self.columns.iter().map(|column| (column.name.clone(), Arc::clone(&column.masker))).collect())
    }

    /// Counts values before and after, for rows that were masked by [`Plan::tree`].
    pub(crate) fn seen(&mut self, old: &[Option<String>], new: &[Option<String>]) -> Result<(), Refusal> {
        for (column, (old, new)) in self.columns.iter_mut().zip(old.iter().zip(new)) {
            if column.watched && old != new {
                old.as_deref().and_then(hash_of).into_iter().for_each(|hash| self.watched.add(hash));
            }
            column.count(old.as_deref(), new.as_deref())?;
        }
        Ok(())
    }

    /// Adds the row that was masked to the table's collections.
    pub(crate) fn count(&mut self, table: &mut TableRun<'_>) {
        table.add_row(&self.columns, &self.sets);
    }

    /// Adds the counts of the file to the table's.
    pub(crate) fn finish(self, table: &mut TableRun<'_>) {
        table.add_file(self);
    }
}

impl Planned {
    fn refusal(&self, why: Why) -> Refusal {
        Refusal::file("", why).column(&self.name).rule(self.masker.name)
    }

    fn count(&mut self, old: Option<&str>, new: Option<&str>) -> Result<(), Refusal> {
        self.changed += u64::from(old != new);
        let Some(new) = new else {
            self.nulls += 1;
            self.hash = None;
            return if self.required { Err(self.refusal(Why::Missing)) } else { Ok(()) };
        };
        self.values += 1;
        if let Some(most) =
            self.length.filter(|most| new.len() > *most as usize && new.chars().count() > *most as usize)
        {
            return Err(self.refusal(Why::TooLong(most)));
        }
        if self.tracked {
            let mut hasher = DefaultHasher::new();
            hasher.write(new.as_bytes());
            self.hash = Some(hasher.finish());
        }
        Ok(())
    }
}
