//! What a run over a part of the files counted, to be joined with that of the other parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::figures::ColumnFigures;
use super::{Run, TableRun};
use crate::error::{Refusal, Why};

/// First bytes of a part, with the version of its form.
const MAGIC: &[u8] = b"masking part 1\n";

#[derive(Serialize, Deserialize)]
struct Head {
    /// Digest of the policy: parts of other policies are not joined.
    policy: String,
    tables: BTreeMap<String, TableHead>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TableHead {
    pub(super) rows: u64,
    pub(super) columns: BTreeMap<String, ColumnFigures>,
    /// How many hashes follow for each of the table's collections.
    pub(super) hashes: Vec<usize>,
}

impl Run<'_> {
    /// The counts as bytes: figures as a line of JSON, then 8 bytes for each hash of a unique or referring value. The hashes are of
    /// masked values. Values that a detector looks for are not among them.
    pub fn into_part(self) -> Vec<u8> {
        let policy = self.policy.digest.clone();
        let (mut tables, mut hashes) = (BTreeMap::new(), Vec::new());
        for (name, mut table) in self.tables {
            tables.insert(name, table.take_part(&mut hashes));
        }
        let head = serde_json::to_vec(&Head { policy, tables }).unwrap_or_default();
        let mut bytes = [MAGIC, &head, b"\n"].concat();
        hashes.iter().for_each(|hash: &u64| bytes.extend_from_slice(&hash.to_le_bytes()));
        bytes
    }

    /// Adds the counts of a part that was masked elsewhere under the same policy; `file` is its name in errors.
    pub fn absorb(&mut self, file: &str, part: &[u8]) -> Result<(), Refusal> {
        let wrong =
            || Refusal::file(file, Why::Manifest("it is no part of a run, or one of another version".to_owned()));
        let rest = part.strip_prefix(MAGIC).ok_or_else(wrong)?;
        let end = memchr::memchr(b'\n', rest).ok_or_else(wrong)?;
        let (head, hashes) = rest.split_at(end);
        let head: Head = serde_json::from_slice(head).map_err(|_| wrong())?;
        if head.policy != self.policy.digest {
            return Err(Refusal::file(file, Why::Manifest("the part was masked by another policy".to_owned())));
        }
        let (words, rest) = hashes.get(1..).unwrap_or(&[]).as_chunks::<8>();
        let mut words = words.iter().map(|word| u64::from_le_bytes(*word));
        let expected: usize = head.tables.values().flat_map(|table| &table.hashes).sum();
        if expected != words.len() || !rest.is_empty() {
            return Err(wrong());
        }
        for (name, table) in head.tables {
            self.table(&name)?.add_part(table, &mut words).ok_or_else(wrong)?;
        }
        Ok(())
    }
}

impl TableRun<'_> {
    fn take_part(&mut self, out: &mut Vec<u64>) -> TableHead {
        let mut counts = Vec::new();
        for collection in self.collections_mut() {
            let before = out.len();
            collection.drain_into(out);
            counts.push(out.len() - before);
        }
        TableHead { hashes: counts, ..self.head() }
    }

    fn add_part(&mut self, head: TableHead, words: &mut impl Iterator<Item = u64>) -> Option<()> {
        let collections: Vec<_> = self.collections_mut().collect();
        if collections.len() != head.hashes.len() {
            return None;
        }
        for (collection, count) in collections.into_iter().zip(&head.hashes) {
            words.by_ref().take(*count).for_each(|hash| collection.add(hash));
        }
        self.add_figures(head.rows, head.columns);
        Some(())
    }
}
