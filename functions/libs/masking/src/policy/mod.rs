//! The policy of a data set: `dataset.toml`.

mod class;
mod condition;
mod judge;
mod lookup;
mod read;
mod rule;
pub(crate) mod tree;

use std::collections::BTreeMap;

use domain::base::problem::Problem;

pub use self::class::Class;
pub use self::condition::Condition;
pub use self::rule::{Action, Calendar, Rule};
use crate::checks::Check;

/// A policy that was read and judged.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Name of its file, as problems show it.
    pub file: String,
    /// SHA-256 of its text, in hexadecimal digits.
    pub digest: String,
    /// Name of the SSM parameter that holds the key; the library never reads it.
    pub key: Option<String>,
    /// Tables by name.
    pub tables: BTreeMap<String, Table>,
    /// Rules for columns of all tables: the table `*`.
    pub everywhere: Columns,
    /// Which columns refer to which.
    pub references: Vec<Reference>,
    /// The part of the rows that is wanted; none for all.
    pub subset: Option<Subset>,
    /// Conditions that a masked data set must meet.
    pub checks: Vec<Check>,
    /// What may look suspicious to the detector, and how often.
    pub allowed: Vec<Allowed>,
    /// What is odd, and no reason to refuse the policy.
    pub warnings: Vec<Problem>,
}

/// A table of the data set.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its files in the extract: a path with `*` and `?`.
    pub files: String,
    /// How rows are written; none to tell it by the file's name.
    pub format: Option<Format>,
    /// The text that stands for NULL in a CSV file where it is not quoted.
    pub null: String,
    /// The byte between fields of a CSV file.
    pub delimiter: u8,
    /// Names of the columns of files without a header; empty for files with one.
    pub header: Vec<String>,
    /// Columns of the primary key.
    pub key: Vec<String>,
    /// Sets of columns whose values are unique together, the primary key among them.
    pub unique: Vec<Vec<String>>,
    /// Columns that must not be NULL.
    pub required: Vec<String>,
    /// Rules by column.
    pub columns: Columns,
    /// Rows that keep some of their columns.
    pub when: Vec<When>,
}

/// Rules for columns.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// By name.
    pub named: BTreeMap<String, Column>,
    /// By a pattern with `*` and `?`.
    pub patterns: BTreeMap<String, Column>,
    /// By the type that the source declares, such as `timestamp with time zone`.
    pub types: BTreeMap<String, Column>,
}

/// A column's rule and what its values must fit.
#[derive(Clone, Debug)]
pub struct Column {
    /// What happens to its values.
    pub rule: Rule,
    /// The type that the source must declare; none where nothing is said.
    pub kind: Option<String>,
    /// Most characters of a value; none where nothing is said.
    pub length: Option<u32>,
    /// Where the policy says it.
    pub place: String,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, as RFC 4180 and PostgreSQL's `COPY … CSV` write them.
    Csv,
    /// PostgreSQL's text format of `COPY`: tabs, backslashes and `\N`.
    Copy,
    /// A JSON object a line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// An export of DynamoDB, in DynamoDB JSON.
    Dynamodb,
}

/// Columns of one table that refer to columns of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Table and columns that refer.
    pub from: (String, Vec<String>),
    /// Table and columns that are referred to.
    pub to: (String, Vec<String>),
}

/// Rows that keep some columns as they are.
#[derive(Clone, Debug)]
pub struct When {
    /// Which rows.
    pub rows: Condition,
    /// The columns that stay.
    pub keep: Vec<String>,
}

/// The rows from which a subset begins.
#[derive(Clone, Debug)]
pub struct Subset {
    /// Table of the roots.
    pub table: String,
    /// Which of its rows; none for all.
    pub rows: Option<Condition>,
    /// Roots in a million that are taken, drawn by their keys.
    pub per_million: u32,
}

/// Suspicions of the detector that are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// What is suspected, such as `phone`.
    pub finding: String,
    /// So many at most.
    pub most: u64,
}

impl Policy {
    /// Reads and judges the text of a policy; `file` begins the place of each problem.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problem> {
        let mut policy = read::policy(file, text)?;
        policy.warnings = judge::judge(&policy)?;
        Ok(policy)
    }

    /// The table that a file of the extract belongs to; `file` is its path in the extract.
    pub fn table_of(&self, file: &str) -> Option<(&str, &Table)> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let fits = |pattern: &str| {
            let pattern = wildmatch::WildMatch::new(pattern);
            pattern.matches(file) || pattern.matches(name)
        };
        self.tables.iter().find(|(_, table)| fits(&table.files)).map(|(name, table)| (name.as_str(), table))
    }
}

#[cfg(test)]
mod tests;
