//! A part of a data set that is whole: roots, the rows that refer to them, and all rows that any of these refer to.
//!
//! Roots are rows that meet the policy's condition, of which a share is drawn by their keys. Rows that refer to a root come along,
//! and rows that refer to those. What any of these refer to comes along too, but not what else refers to that: one tenant's orders
//! bring their lines and customers, and not the orders of another tenant that share a customer. Cycles end, and a reference with a
//! NULL refers to nothing.
//!
//! The rows' keys are kept as hashes in memory, 16 bytes for each end of a reference and row.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::io::Read;

use crate::csv::{Splitter, header};
use crate::error::{Refusal, Why};
use crate::json::Collector;
use crate::key::{Function, Key};
use crate::ndjson::next_line;
use crate::policy::{Policy, Subset as Wanted};
use crate::source::Buffer;

/// Collects the rows of all tables, and then finds the part.
#[derive(Debug)]
pub struct Subset<'p> {
    policy: &'p Policy,
    wanted: &'p Wanted,
    draw: Function,
    tables: BTreeMap<&'p str, Rows>,
}

/// Rows of a table: hashes of their keys by reference, and which are roots.
#[derive(Debug, Default)]
struct Rows {
    count: usize,
    roots: Vec<usize>,
    /// For each reference that this table has, hash and row.
    from: BTreeMap<usize, Vec<(u64, usize)>>,
    /// For each reference to this table, hash and row.
    to: BTreeMap<usize, Vec<(u64, usize)>>,
}

/// The rows that are wanted, by table and place among all rows of its files.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    tables: BTreeMap<String, Vec<bool>>,
}

impl Selection {
    /// How many rows of a table are wanted.
    pub fn count(&self, table: &str) -> usize {
        self.tables.get(table).map_or(0, |rows| rows.iter().filter(|wanted| **wanted).count())
    }

    pub(crate) fn rows(&self, table: &str) -> Vec<bool> {
        self.tables.get(table).cloned().unwrap_or_default()
    }
}

impl<'p> Subset<'p> {
    /// The subset of a policy; none if it wants all rows.
    pub fn new(policy: &'p Policy, key: &Key) -> Option<Self> {
        let wanted = policy.subset.as_ref()?;
        Some(Self { policy, wanted, draw: key.function("subset"), tables: BTreeMap::new() })
    }

    /// Adds the rows of a CSV file. The files of a table must be masked in the order in which they are added.
    pub fn csv(&mut self, table: &str, file: &str, reader: impl Read) -> Result<(), Refusal> {
        let spec = self.spec(table)?;
        let mut splitter = Splitter::new(reader, spec.delimiter);
        splitter.mark().map_err(|why| Refusal::file(file, why))?;
        let names = match spec.header.is_empty() {
            true => header(&mut splitter).map_err(|why| Refusal::file(file, why))?.names,
            false => spec.header.clone(),
        };
        let place = |column: &str| names.iter().position(|name| name == column);
        let columns: BTreeMap<&str, usize> =
            names.iter().filter_map(|name| Some((name.as_str(), place(name)?))).collect();
        let mut rows = 0;
        while let Some(row) = splitter.next().map_err(|why| Refusal::row(file, rows + 1, why))? {
            rows += 1;
            let value = |column: &str| row.value(*columns.get(column)?, &spec.null).map(|text| text.into_owned());
            self.add(table, value);
        }
        Ok(())
    }

    /// Adds the rows of an NDJSON file.
    pub fn ndjson(&mut self, table: &str, file: &str, reader: impl Read) -> Result<(), Refusal> {
        self.spec(table)?;
        let names = self.names(table);
        let collector = Collector::new(&names);
        let mut lines = Buffer::new(reader);
        let mut rows = 0;
        while let Some(line) = next_line(&mut lines).map_err(|why| Refusal::row(file, rows + 1, why))? {
            if line.trim().is_empty() {
                continue;
            }
            rows += 1;
            let values = collector.values(line).map_err(|why| Refusal::row(file, rows, why))?;
            let place = |column: &str| names.iter().position(|name| name == column);
            self.add(table, |column| values.get(place(column)?).cloned().flatten());
        }
        Ok(())
    }

    fn spec(&self, table: &str) -> Result<&'p crate::policy::Table, Refusal> {
        let missing = || Refusal::file(&self.policy.file, Why::Format("no such table in the policy"));
        self.policy.tables.get(table).ok_or_else(missing)
    }

    /// All columns of a table that the subset looks at.
    fn names(&self, table: &str) -> Vec<String> {
        let ends = self.policy.references.iter().flat_map(|reference| [&reference.from, &reference.to]);
        let keys = ends.filter(|end| end.0 == table).flat_map(|end| end.1.iter().cloned());
        let rows = self.wanted.rows.iter().flat_map(|rows| rows.columns()).map(str::to_owned);
        let key = self.policy.tables.get(table).into_iter().flat_map(|spec| spec.key.iter().cloned());
        let mut names: Vec<String> = keys.chain(rows).chain(key).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn add(&mut self, table: &str, value: impl Fn(&str) -> Option<String>) {
        let Some((name, spec)) = self.policy.tables.get_key_value(table) else { return };
        let is_root = self.wanted.table == table && self.is_root(&spec.key, &value);
        let rows = self.tables.entry(name).or_default();
        let row = rows.count;
        rows.count += 1;
        if is_root {
            rows.roots.push(row);
        }
        for (at, reference) in self.policy.references.iter().enumerate() {
            for (end, hashes) in [(&reference.from, &mut rows.from), (&reference.to, &mut rows.to)] {
                if end.0 == table
                    && let Some(hash) = together(&end.1, &value)
                {
                    hashes.entry(at).or_default().push((hash, row));
                }
            }
        }
    }

    fn is_root(&self, key: &[String], value: &impl Fn(&str) -> Option<String>) -> bool {
        let columns: Vec<&str> = self.wanted.rows.iter().flat_map(|rows| rows.columns()).collect();
        let values: Vec<Option<String>> = columns.iter().map(|column| value(column)).collect();
        let of = |name: &str| values.get(columns.iter().position(|column| *column == name)?)?.as_deref();
        let meets = self.wanted.rows.as_ref().is_none_or(|rows| rows.holds(of));
        let key: Vec<String> = key.iter().map(|column| value(column).unwrap_or_default()).collect();
        meets && self.draw.draw(key.join("\0").as_bytes()).below(1_000_000) < self.wanted.per_million
    }

    /// Finds the part. Without a root nothing is wanted, which is refused.
    pub fn select(mut self) -> Result<Selection, Refusal> {
        for rows in self.tables.values_mut() {
            rows.from.values_mut().chain(rows.to.values_mut()).for_each(|hashes| hashes.sort_unstable());
        }
        let roots: Vec<(&str, usize)> =
            self.tables.iter().flat_map(|(name, rows)| rows.roots.iter().map(|row| (*name, *row))).collect();
        if roots.is_empty() {
            let what = Why::Format("the subset has no root, correct its condition or raise its share");
            return Err(Refusal::file(&self.policy.file, what));
        }
        let down = self.reached(&roots, true);
        let all: Vec<(&str, usize)> = down.iter().flat_map(|(name, rows)| places(name, rows)).collect();
        let all = self.reached(&all, false);
        Ok(Selection { tables: all.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect() })
    }

    /// Rows that are reached from some: by references to them, or by their references.
    fn reached(&self, from: &[(&'p str, usize)], down: bool) -> BTreeMap<&'p str, Vec<bool>> {
        let mut reached: BTreeMap<&str, Vec<bool>> =
            self.tables.iter().map(|(name, rows)| (*name, vec![false; rows.count])).collect();
        let mut waiting = from.to_vec();
        let keys = self.keys(down);
        while let Some((table, row)) = waiting.pop() {
            let Some(seen) = reached.get_mut(table).and_then(|rows| rows.get_mut(row)) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            for (at, hash) in keys.get(table).and_then(|rows| rows.get(row)).into_iter().flatten() {
                waiting.extend(self.at_other_end(*at, *hash, down));
            }
        }
        reached
    }

    /// The keys of each row at its own end of a reference.
    fn keys(&self, down: bool) -> BTreeMap<&'p str, Vec<Vec<(usize, u64)>>> {
        let keys = |rows: &Rows| {
            let mut keys = vec![Vec::new(); rows.count];
            for (at, hashes) in if down { &rows.to } else { &rows.from } {
                hashes.iter().for_each(|(hash, row)| {
                    keys.iter_mut().skip(*row).take(1).for_each(|keys| keys.push((*at, *hash)))
                });
            }
            keys
        };
        self.tables.iter().map(|(name, rows)| (*name, keys(rows))).collect()
    }

    fn at_other_end(&self, at: usize, hash: u64, down: bool) -> Vec<(&'p str, usize)> {
        let Some(reference) = self.policy.references.get(at) else { return Vec::new() };
        let table = if down { &reference.from.0 } else { &reference.to.0 };
        let Some((name, rows)) = self.tables.get_key_value(table.as_str()) else { return Vec::new() };
        let Some(hashes) = (if down { &rows.from } else { &rows.to }).get(&at) else { return Vec::new() };
        let first = hashes.partition_point(|(known, _)| *known < hash);
        hashes.iter().skip(first).take_while(|(known, _)| *known == hash).map(|(_, row)| (*name, *row)).collect()
    }
}

fn places<'n>(name: &'n str, rows: &[bool]) -> Vec<(&'n str, usize)> {
    rows.iter().enumerate().filter(|(_, wanted)| **wanted).map(|(row, _)| (name, row)).collect()
}

/// One hash for some columns of a row; none if one of them is NULL.
fn together(columns: &[String], value: &impl Fn(&str) -> Option<String>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    for column in columns {
        let text = value(column)?;
        hasher.write_usize(text.len());
        hasher.write(text.as_bytes());
    }
    Some(hasher.finish())
}
