//! One table of a run: its rules by file, and what is counted over all its files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::figures::{ColumnFigures, TableFigures};
use super::hashes::Hashes;
use super::part::TableHead;
use super::plan::{Peer, Plan, Planned, Source};
use crate::detect::Sample;
use crate::error::{Refusal, Why};
use crate::key::Key;
use crate::policy::{Column, Policy, Table};
use crate::rules::{Masker, Peers};
use crate::shape::shown_name;

/// A table while its files are masked.
#[derive(Debug)]
pub struct TableRun<'p> {
    policy: &'p Policy,
    key: &'p Key,
    name: &'p str,
    spec: &'p Table,
    watch: bool,
    /// Which rows are wanted; none for all.
    wanted: Option<std::vec::IntoIter<bool>>,
    rows: u64,
    columns: BTreeMap<String, ColumnFigures>,
    collections: Vec<Collection>,
    watched: Sample,
}

/// Hashes of the values that some columns have together.
#[derive(Debug)]
struct Collection {
    columns: Vec<String>,
    role: Role,
    hashes: Hashes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Unique,
    From(usize),
    /// Referred to, and not known to be unique.
    To,
    /// A check asks for it.
    Asked,
}

impl<'p> TableRun<'p> {
    pub(super) fn new(policy: &'p Policy, key: &'p Key, name: &'p str, spec: &'p Table, watch: bool) -> Self {
        let (columns, watched) = (BTreeMap::new(), Sample::default());
        let collections = collections(policy, name, spec);
        Self { policy, key, name, spec, watch, wanted: None, rows: 0, columns, collections, watched }
    }

    pub(super) fn selecting(self, wanted: Option<Vec<bool>>) -> Self {
        Self { wanted: wanted.map(Vec::into_iter), ..self }
    }

    /// Whether the next row that is read is wanted.
    pub(crate) fn wants_next(&mut self) -> bool {
        self.wanted.as_mut().is_none_or(|rows| rows.next().unwrap_or(false))
    }

    /// True if only a part of the rows is wanted.
    pub(crate) fn is_part(&self) -> bool {
        self.wanted.is_some()
    }

    /// The table's part of the policy.
    pub fn spec(&self) -> &'p Table {
        self.spec
    }

    /// The table's name.
    pub fn name(&self) -> &'p str {
        self.name
    }

    /// Rules for the columns of a file. A column without a rule, or a rule for a column that is not there, refuses.
    pub(crate) fn plan(&self, file: &str, sources: &[Source<'_>]) -> Result<Plan, Refusal> {
        twice(file, sources)?;
        self.check_dead(file, sources)?;
        let mut peers = Peers::default();
        let (mut columns, mut unknown) = (Vec::new(), Vec::new());
        for source in sources {
            match self.policy.column(self.name, source.name, source.kind)? {
                Some(column) => {
                    check_type(file, source, column)?;
                    columns.push(self.planned(file, source.name, column, &mut peers)?);
                }
                None => unknown.push(source.name),
            }
        }
        if let Some(first) = unknown.first() {
            let lines = self.lines(&unknown);
            return Err(Refusal::file(file, Why::NoRule { lines }).column(*first));
        }
        let when = self.when(file, sources, &mut peers)?;
        let place = |name: &str| sources.iter().position(|source| source.name == name);
        let peer = |name: String| Peer { column: place(&name), name, value: None };
        let peers: Vec<Peer> = peers.names.into_iter().map(peer).collect();
        if let Some(peer) = peers.iter().find(|peer| peer.column.is_none()) {
            return Err(Refusal::file(file, Why::DeadRule).column(&peer.name));
        }
        let kept = if when.is_empty() { Vec::new() } else { vec![false; columns.len()] };
        let sets = self.sets(&columns);
        Ok(Plan { columns, peers, when, kept, sets, watched: Sample::default() })
    }

    /// Rules for attributes that may be missing in a row: of all columns and paths that the policy names.
    pub(crate) fn loose_plan(&self, file: &str) -> Result<Plan, Refusal> {
        let columns = self.spec.columns.named.iter().chain(&self.policy.everywhere.named);
        let referring = self.policy.references.iter().filter(|reference| reference.from.0 == self.name);
        let names = columns.map(|(name, _)| name.as_str());
        let mut names: Vec<&str> =
            names.chain(referring.flat_map(|reference| reference.from.1.iter().map(String::as_str))).collect();
        names.sort_unstable();
        names.dedup();
        let mut peers = Peers::default();
        let mut planned = Vec::new();
        for name in names {
            if let Some(column) = self.policy.column(self.name, name, None)? {
                planned.push(self.planned(file, name, column, &mut peers)?);
            }
        }
        let sources: Vec<Source<'_>> = planned.iter().map(|column| Source::named(&column.name)).collect();
        let when = self.when(file, &sources, &mut peers)?;
        let kept = vec![false; planned.len()];
        let peers = peers.names.into_iter().map(|name| Peer { column: None, name, value: None }).collect();
        let sets = self.sets(&planned);
        Ok(Plan { columns: planned, peers, when, kept, sets, watched: Sample::default() })
    }

    /// Places of the columns of each collection; a place beyond all columns for one that is not there.
    fn sets(&self, columns: &[Planned]) -> Vec<Vec<usize>> {
        let place = |name: &String| columns.iter().position(|column| column.name == *name).unwrap_or(usize::MAX);
        self.collections.iter().map(|collection| collection.columns.iter().map(place).collect()).collect()
    }

    fn planned(&self, file: &str, name: &str, column: &Column, peers: &mut Peers) -> Result<Planned, Refusal> {
        let refused = |why| Refusal::file(file, why).column(name).rule(column.rule.name());
        let masker = Masker::new(&column.rule, self.key, peers).map_err(refused)?;
        let has = |columns: &[String]| columns.iter().any(|column| column == name);
        Ok(Planned {
            name: name.to_owned(),
            normal: column.rule.normal.to_string(),
            length: column.length,
            required: has(&self.spec.required) || has(&self.spec.key),
            tracked: self.collections.iter().any(|collection| has(&collection.columns)),
            watched: self.watch && !matches!(masker.name, "keep" | "shift" | "noise" | "bucket"),
            masker: Arc::new(masker),
            hash: None,
            values: 0,
            nulls: 0,
            changed: 0,
        })
    }

    fn when(
        &self,
        file: &str,
        sources: &[Source<'_>],
        peers: &mut Peers,
    ) -> Result<Vec<(crate::policy::Condition, Vec<usize>)>, Refusal> {
        let place = |name: &String| {
            let found = sources.iter().position(|source| source.name == name);
            found.ok_or_else(|| Refusal::file(file, Why::DeadRule).column(name))
        };
        let mut all = Vec::new();
        for when in &self.spec.when {
            when.rows.columns().for_each(|name| _ = peers.place(name));
            all.push((when.rows.clone(), when.keep.iter().map(place).collect::<Result<_, _>>()?));
        }
        Ok(all)
    }

    fn check_dead(&self, file: &str, sources: &[Source<'_>]) -> Result<(), Refusal> {
        let needed = self.collections.iter().filter(|collection| collection.role != Role::Asked);
        let named = |name: &String| sources.iter().any(|source| source.name == name);
        let columns = self.spec.columns.named.keys().chain(needed.flat_map(|collection| &collection.columns));
        let mut dead = columns.chain(&self.spec.required).filter(|name| !named(name));
        dead.next().map_or(Ok(()), |name| Err(Refusal::file(file, Why::DeadRule).column(name)))
    }

    /// Lines of the policy that are missing.
    pub(crate) fn lines(&self, columns: &[&str]) -> String {
        let head = format!("  [tables.{}.columns]", self.name);
        let quoted = |name: &&str| {
            let name = shown_name(name);
            let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            let name = if plain { name } else { format!("{name:?}") };
            format!("\n  {name} = {{ rule = \"drop\" }}")
        };
        head + &columns.iter().map(quoted).collect::<String>()
    }

    /// The refusal of a path.
    pub(crate) fn refusal(&self, why: Why) -> Refusal {
        match why {
            Why::UnknownPath { path } => Refusal::file("", Why::NoRule { lines: self.lines(&[&path]) }).column(path),
            Why::Inside { path, rule, why } => Refusal::file("", *why).column(path).rule(rule),
            why => Refusal::file("", why),
        }
    }

    /// Adds a row; `sets` are the places of each collection's columns.
    pub(super) fn add_row(&mut self, columns: &[Planned], sets: &[Vec<usize>]) {
        self.rows += 1;
        for (collection, places) in self.collections.iter_mut().zip(sets) {
            if let Some(hash) = together(places, columns) {
                collection.hashes.add(hash);
            }
        }
    }

    pub(super) fn add_file(&mut self, plan: Plan) {
        self.watched.join(plan.watched);
        for column in plan.columns.iter().filter(|column| !column.masker.is_drop()) {
            let figures = self.columns.entry(column.name.clone()).or_default();
            figures.rule = column.masker.name.to_owned();
            figures.normal.clone_from(&column.normal);
            figures.values += column.values;
            figures.nulls += column.nulls;
            figures.changed += column.changed;
        }
    }

    pub(super) fn collections_mut(&mut self) -> impl Iterator<Item = &mut Hashes> {
        self.collections.iter_mut().map(|collection| &mut collection.hashes)
    }

    /// What a part tells besides hashes.
    pub(super) fn head(&self) -> TableHead {
        TableHead { rows: self.rows, columns: self.columns.clone(), hashes: Vec::new() }
    }

    pub(super) fn add_figures(&mut self, rows: u64, columns: BTreeMap<String, ColumnFigures>) {
        self.rows += rows;
        for (name, more) in columns {
            let figures = self.columns.entry(name).or_default();
            figures.values += more.values;
            figures.nulls += more.nulls;
            figures.changed += more.changed;
            (figures.rule, figures.normal) = (more.rule, more.normal);
        }
    }

    pub(super) fn take_watched(&mut self) -> Sample {
        std::mem::take(&mut self.watched)
    }

    pub(super) fn check_unique(&mut self) -> Result<(), Refusal> {
        for collection in &mut self.collections {
            collection.hashes.sort();
            let repeated = collection.hashes.repeated();
            if collection.role == Role::Unique && repeated > 0 {
                let names: Vec<String> = collection.columns.iter().map(|name| shown_name(name)).collect();
                let refusal = Refusal::file(&self.spec.files, Why::NotUnique(repeated));
                return Err(Refusal { column: Some(names.join("+")), ..refusal });
            }
        }
        Ok(())
    }

    /// The hashes of an end of a reference.
    pub(super) fn end(&self, at: usize, to: bool) -> Option<&Hashes> {
        let reference = self.policy.references.get(at)?;
        let fits = |collection: &&Collection| match to {
            true => collection.columns == reference.to.1 && matches!(collection.role, Role::Unique | Role::To),
            false => collection.role == Role::From(at),
        };
        self.collections.iter().find(fits).map(|collection| &collection.hashes)
    }

    pub(super) fn figures(&self) -> TableFigures {
        let mut columns = self.columns.clone();
        for collection in &self.collections {
            let counted = matches!(collection.role, Role::Unique | Role::Asked);
            if let ([name], true) = (collection.columns.as_slice(), counted)
                && let Some(column) = columns.get_mut(name)
            {
                column.distinct = Some(collection.hashes.len() - collection.hashes.repeated());
            }
        }
        TableFigures { rows: self.rows, columns }
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let idle = |(name, figures): (&String, &ColumnFigures)| {
            let kept = figures.rule == "keep" || figures.values == 0 || figures.changed > 0;
            (!kept).then(|| format!("{}.{}: the rule {} changed no value", self.name, shown_name(name), figures.rule))
        };
        let names = self.spec.columns.named.keys().filter(|name| self.rows > 0 && !self.columns.contains_key(*name));
        let absent =
            names.filter(|name| self.spec.columns.named.get(*name).is_some_and(|column| column.rule.name() != "drop"));
        let absent = absent.map(|name| format!("{}.{name}: no row has it", self.name));
        let unused = self.spec.columns.patterns.keys().filter(|pattern| {
            let pattern = wildmatch::WildMatch::new(pattern);
            self.rows > 0 && !self.columns.keys().any(|name| pattern.matches(name))
        });
        let unused = unused.map(|pattern| format!("{}.{pattern}: no column fits the pattern", self.name));
        self.columns.iter().filter_map(idle).chain(absent).chain(unused).collect()
    }
}

fn check_type(file: &str, source: &Source<'_>, column: &Column) -> Result<(), Refusal> {
    match (&column.kind, source.kind) {
        (Some(expected), Some(found)) if expected != found => {
            let (expected, found) = (expected.clone(), found.to_owned());
            Err(Refusal::file(file, Why::OtherType { expected, found }).column(source.name))
        }
        _ => Ok(()),
    }
}

fn twice(file: &str, sources: &[Source<'_>]) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    let second = sources.iter().find(|source| !seen.insert(source.name));
    second.map_or(Ok(()), |source| Err(Refusal::file(file, Why::TwoColumns).column(source.name)))
}

/// One hash for the values of some columns in a row; none if one of them is NULL.
fn together(places: &[usize], columns: &[Planned]) -> Option<u64> {
    places.iter().try_fold(0_u64, |sum, at| {
        let hash = columns.get(*at)?.hash?;
        Some((sum.rotate_left(5) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    })
}

fn collections(policy: &Policy, name: &str, spec: &Table) -> Vec<Collection> {
    let new = |columns: &[String], role, hashes| Collection { columns: columns.to_vec(), role, hashes };
    let mut all: Vec<Collection> =
        spec.unique.iter().map(|columns| new(columns, Role::Unique, Hashes::counting())).collect();
    for (at, reference) in policy.references.iter().enumerate() {
        if reference.from.0 == name {
            all.push(new(&reference.from.1, Role::From(at), Hashes::once()));
        }
        let known =
            |collection: &Collection| collection.columns == reference.to.1 && !matches!(collection.role, Role::From(_));
        if reference.to.0 == name && !all.iter().any(known) {
            all.push(new(&reference.to.1, Role::To, Hashes::once()));
        }
    }
    let asked = policy.checks.iter().filter_map(|check| check.unique_column(name));
    for column in asked {
        if !all.iter().any(|collection| collection.role == Role::Unique && collection.columns == [column]) {
            all.push(new(&[column.to_owned()], Role::Asked, Hashes::counting()));
        }
    }
    all
}
