//! What a run counted: the figures of checks and of the manifest.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Figures of a data set.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// By table.
    pub tables: BTreeMap<String, TableFigures>,
    /// By reference, in the order of the policy.
    pub references: Vec<ReferenceFigures>,
    /// What the detector suspects: count by table, column and finding, such as `people.note: email`.
    pub suspected: BTreeMap<String, u64>,
    /// Seconds since the source's time; none where the caller does not tell it.
    pub source_age: Option<f64>,
    /// What is odd: rules that changed nothing, columns that never came.
    pub warnings: Vec<String>,
}

/// Figures of a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TableFigures {
    /// Rows that were written.
    pub rows: u64,
    /// By column, without those that were left out.
    pub columns: BTreeMap<String, ColumnFigures>,
}

/// Figures of a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnFigures {
    /// Rule that was applied.
    pub rule: String,
    /// How spellings were made the same.
    pub normal: String,
    /// Values that are not NULL.
    pub values: u64,
    /// NULLs.
    pub nulls: u64,
    /// Values that are not what they were.
    pub changed: u64,
    /// Different values, where they were counted.
    pub distinct: Option<u64>,
}

/// Figures of a reference.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ReferenceFigures {
    /// The columns that refer, such as `orders(customer_id)`.
    pub name: String,
    /// Different values that refer to no row.
    pub broken: u64,
}
