//! Proposes a policy for an extract that nobody has described: type, suspected kind, shares and shapes of each column, never values.

mod column;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::Read;

use serde::Serialize;
use serde_json::Value;

pub use self::column::Described;
use self::column::Seen;
use crate::csv::{Splitter, header};
use crate::error::{Refusal, Why};
use crate::json::joined;
use crate::ndjson::next_line;
use crate::source::Buffer;

/// What is known of a table after a look at its rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// Name for the table.
    pub table: String,
    /// Its file.
    pub file: String,
    /// Rows that were looked at.
    pub rows: u64,
    /// By column or path, in the order of the file.
    pub columns: Vec<Described>,
}

/// Looks at the first `most` rows of a CSV file with a header.
pub fn csv(table: &str, file: &str, reader: impl Read, most: u64) -> Result<Proposal, Refusal> {
    let mut splitter = Splitter::new(reader, b',');
    splitter.mark().map_err(|why| Refusal::file(file, why))?;
    let names = header(&mut splitter).map_err(|why| Refusal::file(file, why))?.names;
    let mut columns: Vec<Seen> = names.iter().map(|_| Seen::default()).collect();
    let mut rows = 0;
    while rows < most
        && let Some(row) = splitter.next().map_err(|why| Refusal::row(file, rows + 1, why))?
    {
        rows += 1;
        let (expected, found) = (names.len(), row.fields.len());
        if expected != found {
            return Err(Refusal::row(file, rows, Why::Width { expected, found }));
        }
        columns.iter_mut().enumerate().for_each(|(at, column)| column.add(row.value(at, "").as_deref()));
    }
    let columns = names.iter().zip(columns).map(|(name, seen)| seen.described(name)).collect();
    Ok(Proposal { table: table.to_owned(), file: file.to_owned(), rows, columns })
}

/// Looks at the first `most` rows of an NDJSON file.
pub fn ndjson(table: &str, file: &str, reader: impl Read, most: u64) -> Result<Proposal, Refusal> {
    let mut lines = Buffer::new(reader);
    let (mut paths, mut rows) = (BTreeMap::new(), 0);
    while rows < most
        && let Some(line) = next_line(&mut lines).map_err(|why| Refusal::row(file, rows + 1, why))?
    {
        if line.trim().is_empty() {
            continue;
        }
        rows += 1;
        let value: Value = serde_json::from_str(line).map_err(|_| Refusal::row(file, rows, Why::NotA("JSON value")))?;
        add(&mut paths, "", &value);
    }
    let columns = paths.into_iter().map(|(path, seen): (String, Seen)| seen.described(&path)).collect();
    Ok(Proposal { table: table.to_owned(), file: file.to_owned(), rows, columns })
}

fn add(paths: &mut BTreeMap<String, Seen>, path: &str, value: &Value) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| add(paths, &joined(path, key), value)),
        Value::Array(items) => items.iter().for_each(|item| add(paths, &format!("{path}[]"), item)),
        Value::String(text) => paths.entry(path.to_owned()).or_default().add(Some(text)),
        Value::Null => paths.entry(path.to_owned()).or_default().add(None),
        other => paths.entry(path.to_owned()).or_default().add(Some(&other.to_string())),
    }
}

impl Proposal {
    /// The table as a part of a policy, with a comment for each column. A column that may stay still needs a reason from a person.
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| Value::from(text).to_string();
        let mut text = format!(
            "[tables.{}]\nfiles = {}\n\n[tables.{}.columns]\n",
            key(&self.table),
            quoted(&self.file),
            key(&self.table)
        );
        for column in &self.columns {
            let name = key(&column.name);
            // Writing to a text does not fail.
            let _ = write!(text, "# {}\n{name} = {}\n", column.comment(), column.rule);
        }
        text
    }
}

/// A key of TOML.
fn key(name: &str) -> String {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if plain { name.to_owned() } else { Value::from(name).to_string() }
}

#[cfg(test)]
mod tests;
