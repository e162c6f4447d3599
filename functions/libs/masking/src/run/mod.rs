//! A run over the tables of one data set.

mod figures;
mod hashes;
mod part;
mod plan;
mod table;

use std::collections::BTreeMap;

use domain::base::problem::did_you_mean;

pub use self::figures::{ColumnFigures, Figures, ReferenceFigures, TableFigures};
pub(crate) use self::plan::{Plan, Source};
pub use self::table::TableRun;
use crate::detect::Watch;
use crate::error::{Refusal, Why};
use crate::key::Key;
use crate::policy::Policy;
use crate::subset::Selection;

/// Masks the files of a data set, table by table, and counts what must stay unique and whole.
#[derive(Debug)]
pub struct Run<'p> {
    policy: &'p Policy,
    key: &'p Key,
    watch: bool,
    selection: Option<Selection>,
    tables: BTreeMap<String, TableRun<'p>>,
}

impl<'p> Run<'p> {
    /// A run of a policy under a key.
    pub fn new(policy: &'p Policy, key: &'p Key) -> Self {
        Self { policy, key, watch: false, selection: None, tables: BTreeMap::new() }
    }

    /// The same run, which remembers hashes of masked values, so that a detector can look for them. It takes 8 bytes for each
    /// value of a column that is not kept.
    pub fn watching(self) -> Self {
        Self { watch: true, ..self }
    }

    /// The same run for a part of the rows. The files of each table must come in the order in which the subset saw them.
    pub fn selecting(self, selection: Selection) -> Self {
        Self { selection: Some(selection), ..self }
    }

    /// The table of a name, for the functions that mask a file.
    pub fn table(&mut self, name: &str) -> Result<&mut TableRun<'p>, Refusal> {
        let Some((known, spec)) = self.policy.tables.get_key_value(name) else {
            let help = did_you_mean(name, self.policy.tables.keys().map(String::as_str));
            let problem = domain::base::problem::Problem::new(&self.policy.file, format!("no table {name}"), help);
            return Err(Refusal::from(problem));
        };
        let wanted = self.selection.as_ref().map(|selection| selection.rows(name));
        let new = || TableRun::new(self.policy, self.key, known, spec, self.watch).selecting(wanted);
        Ok(self.tables.entry(name.to_owned()).or_insert_with(new))
    }

    /// The table that a file belongs to.
    pub fn table_of(&mut self, file: &str) -> Result<&mut TableRun<'p>, Refusal> {
        match self.policy.table_of(file) {
            Some((name, _)) => self.table(name),
            None => Err(Refusal::file(
                file,
                Why::Format("no table of the policy has this file, add one with files = \"…\""),
            )),
        }
    }

    /// What masked values the detector looks for.
    pub fn watched(&mut self) -> Watch {
        let hashes = self.tables.values_mut().map(TableRun::take_watched);
        Watch::new(hashes.collect())
    }

    /// Refuses values that should be unique and are not, and a table without a file; gives the figures for checks.
    pub fn finish(mut self) -> Result<Figures, Refusal> {
        let missing = self.policy.tables.iter().find(|(name, _)| !self.tables.contains_key(*name));
        if let Some((_, table)) = missing {
            return Err(Refusal::file(
                &table.files,
                Why::Format("the extract has no such file for a table of the policy"),
            ));
        }
        for table in self.tables.values_mut() {
            table.check_unique()?;
        }
        let references = self.policy.references.iter().enumerate().map(|(at, _)| self.broken(at)).collect();
        let tables = self.tables.iter().map(|(name, table)| (name.clone(), table.figures())).collect();
        let warnings = self.tables.values().flat_map(TableRun::warnings).collect();
        Ok(Figures { tables, references, suspected: BTreeMap::new(), source_age: None, warnings })
    }

    fn broken(&self, at: usize) -> ReferenceFigures {
        let reference = self.policy.references.get(at);
        let name = reference
            .map(|reference| format!("{}({})", reference.from.0, reference.from.1.join(",")))
            .unwrap_or_default();
        let end = |name: &str, to: bool| self.tables.get(name).and_then(|table| table.end(at, to));
        let broken = reference.and_then(|reference| {
            let (from, to) = (end(&reference.from.0, false)?, end(&reference.to.0, true)?);
            Some(from.missing_from(to))
        });
        ReferenceFigures { name, broken: broken.unwrap_or(0) }
    }
}
