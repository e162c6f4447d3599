//! Snapshot exports of RDS and Aurora: which tables they hold, which files, and the types that the database had.
//!
//! RDS leaves out tables without a word: those whose column names hold a space or one of `,;{}()=`, and those with rows of almost
//! 2 GB. So a table of the policy that an export does not name is refused.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::error::{Refusal, Why};
use crate::policy::Policy;

const COMPLETE: &str = "COMPLETE";
const SUCCESS: &str = "_SUCCESS";

/// An export, as its `export_info_*.json` and `export_tables_info_*.json` describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name, which is the folder of its files.
    pub name: String,
    /// Types of the columns in the source, by `<database>.<schema>.<table>`.
    pub tables: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    export_task_identifier: String,
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tables {
    per_table_status: Vec<TableStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TableStatus {
    target: Option<String>,
    status: Option<String>,
    warning_message: Option<String>,
    schema_metadata: Option<Schema>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    #[serde(default)]
    original_type_mappings: Vec<Mapping>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mapping {
    column_name: String,
    original_type: String,
}

fn wrong(file: &str, what: impl Into<String>) -> Refusal {
    Refusal::file(file, Why::Manifest(what.into()))
}

impl Export {
    /// Reads the descriptions, each with its file name. An export or table that is not complete is refused by name.
    pub fn read(info: (&str, &[u8]), tables: &[(&str, &[u8])]) -> Result<Self, Refusal> {
        let head: Info = serde_json::from_slice(info.1).map_err(|_| wrong(info.0, "it describes no export"))?;
        if head.status != COMPLETE {
            return Err(wrong(info.0, format!("the export's status is {}, not {COMPLETE}", head.status)));
        }
        let mut export = Self { name: head.export_task_identifier, tables: BTreeMap::new() };
        for (file, text) in tables {
            let tables: Tables = serde_json::from_slice(text).map_err(|_| wrong(file, "it describes no tables"))?;
            tables.per_table_status.into_iter().try_for_each(|table| export.add(file, table))?;
        }
        if export.tables.is_empty() {
            return Err(wrong(info.0, "no export_tables_info_*.json names a table"));
        }
        Ok(export)
    }

    fn add(&mut self, file: &str, table: TableStatus) -> Result<(), Refusal> {
        let Some(target) = table.target else {
            let warning = table.warning_message.map_or("an entry without a table", |_| "an entry holds only a warning");
            return Err(wrong(file, format!("{warning}: a table may be left out")));
        };
        let status = table.status.unwrap_or_default();
        if status != COMPLETE {
            return Err(wrong(file, format!("the status of {target} is {status}, not {COMPLETE}")));
        }
        let mappings = table.schema_metadata.map(|schema| schema.original_type_mappings).unwrap_or_default();
        let types = mappings.into_iter().map(|mapping| (mapping.column_name, mapping.original_type)).collect();
        match self.tables.insert(target.clone(), types) {
            Some(_) => Err(wrong(file, format!("{target} is named twice"))),
            None => Ok(()),
        }
    }

    /// The folder of a table, as keys in S3 have it, without what stands before the export's name.
    fn folder(&self, target: &str) -> String {
        let (database, table) = target.split_once('.').unwrap_or(("", target));
        format!("{}/{database}/{table}/", self.name)
    }

    /// The export's name of a policy's table: the one whose files fit its `files`. None of them is a refusal.
    pub fn target(&self, policy: &Policy, table: &str) -> Result<&str, Refusal> {
        let fits = |target: &&String| {
            let file = self.folder(target) + "1/part-00000.gz.parquet";
            policy.table_of(&file).is_some_and(|(name, _)| name == table)
        };
        let mut fitting = self.tables.keys().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(target), None) => Ok(target),
            (None, _) => {
                Err(wrong(&policy.file, format!("the export has no table for {table}: RDS may have left it out")))
            }
            (Some(one), Some(other)) => {
                Err(wrong(&policy.file, format!("both {one} and {other} are files of {table}")))
            }
        }
    }

    /// The Parquet files of a table among the keys of the export. Each folder of them needs its `_SUCCESS`; another file there is
    /// refused. An empty table has none.
    pub fn files<'k>(&self, target: &str, keys: &[&'k str]) -> Result<Vec<&'k str>, Refusal> {
        let folder = self.folder(target);
        let below = |key: &&&'k str| key.starts_with(&folder) || key.contains(&format!("/{folder}"));
        let keys: Vec<&'k str> = keys.iter().filter(below).copied().collect();
        let parts = |key: &'k str| key.rsplit_once('/').unwrap_or(("", key));
        let done: BTreeSet<&str> =
            keys.iter().map(|key| parts(key)).filter(|(_, name)| *name == SUCCESS).map(|(folder, _)| folder).collect();
        let mut files = Vec::new();
        for key in keys.into_iter().filter(|key| parts(key).1 != SUCCESS) {
            if !key.ends_with(".parquet") {
                return Err(wrong(key, "a file that no export of RDS has"));
            }
            if !done.contains(parts(key).0) {
                return Err(wrong(key, "its folder has no _SUCCESS: the export is not whole"));
            }
            files.push(key);
        }
        files.sort_unstable();
        Ok(files)
    }
}
