//! Full exports of DynamoDB in DynamoDB JSON: manifests, checksums and items.
//!
//! Attributes have paths like those of JSON: `email`, `address.city` in a map, `tags[]` in a list or set. A missing attribute stays
//! missing, `{"NULL":true}` stays that, numbers keep their digits. A set with two values of one pseudonym would shrink: it refuses.

mod item;
mod manifest;

use std::io::Read;
use std::io::Write;

use md5::{Digest, Md5};

use self::item::Items;
pub use self::manifest::{DataFile, Export, manifests};
use crate::error::{Refusal, Why};
use crate::ndjson::next_line;
use crate::run::TableRun;
use crate::source::{Buffer, Compression, open};

/// Masks one data file of an export, compressed as it is, and checks its MD5 and number of items. The items are written as lines
/// without compression. What was written counts only if this returns without an error.
pub fn mask(
    table: &mut TableRun<'_>,
    file: &DataFile,
    reader: impl Read,
    writer: &mut impl Write,
) -> Result<u64, Refusal> {
    let mut digest = Md5::new();
    let items = match masked(table, file, Digested { reader, digest: &mut digest }, writer) {
        Err(refusal) if matches!(*refusal.why, Why::Format(_)) && file.items == 0 => 0,
        items => items?,
    };
    let refused = |what: &str| Err(Refusal::file(&file.key, Why::Manifest(what.to_owned())));
    if items != file.items {
        return refused(&format!("{items} items where the manifest has {}", file.items));
    }
    if digest.finalize().as_slice() != file.md5 {
        return refused("the file's MD5 is not that of the manifest");
    }
    Ok(items)
}

fn masked(
    table: &mut TableRun<'_>,
    file: &DataFile,
    reader: impl Read,
    writer: &mut impl Write,
) -> Result<u64, Refusal> {
    let key = file.key.as_str();
    if table.is_part() {
        return Err(Refusal::file(key, Why::Syntax("a subset of an export is not supported, leave [subset] out")));
    }
    let reader = open(Compression::of_name(key), reader).map_err(|why| Refusal::file(key, why))?;
    let mut lines = Buffer::new(reader);
    let mut items = Items::new(table, key)?;
    let mut rows = 0;
    while let Some(line) = next_line(&mut lines).map_err(|why| Refusal::row(key, rows + 1, why))? {
        if line.trim().is_empty() {
            continue;
        }
        rows += 1;
        let mut out = items.line(table, line).map_err(|refusal| refusal.at(key, rows))?;
        out.push('\n');
        writer.write_all(out.as_bytes()).map_err(|error| Refusal::file(key, Why::Write(error)))?;
    }
    items.finish(table);
    Ok(rows)
}

/// A reader that digests what it reads.
struct Digested<'d, R> {
    reader: R,
    digest: &'d mut Md5,
}

impl<R: Read> Read for Digested<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.digest.update(buffer.get(..length).unwrap_or(&[]));
        Ok(length)
    }
}
