//! CSV as RFC 4180 and PostgreSQL's `COPY … CSV` write it. Fields that stay are written byte for byte as they were read.

mod copy;
mod cuts;
mod fields;
mod split;

use std::io::{Read, Write};

pub use self::copy::mask as mask_copy;
pub use self::cuts::cuts;
use self::fields::{Line, Masked};
pub(crate) use self::split::Splitter;
use crate::error::{Refusal, Why};
use crate::run::{Source, TableRun};

/// Bytes that are written at once.
pub(crate) const CHUNK: usize = 128 << 10;

/// Masks one CSV file of a table, and gives its number of rows. `file` is its name in errors. What was written counts only if
/// this returns without an error.
pub fn mask(table: &mut TableRun<'_>, file: &str, reader: impl Read, writer: &mut impl Write) -> Result<u64, Refusal> {
    let spec = table.spec();
    let mut splitter = Splitter::new(reader, spec.delimiter);
    let refused = |why| Refusal::file(file, why);
    let mut out = splitter.mark().map_err(refused)?.as_bytes().to_vec();
    let header = if spec.header.is_empty() { Some(header(&mut splitter).map_err(refused)?) } else { None };
    let names: Vec<&str> = match &header {
        Some(header) => header.names.iter().map(String::as_str).collect(),
        None => spec.header.iter().map(String::as_str).collect(),
    };
    let plan = table.plan(file, &names.iter().map(|name| Source::named(name)).collect::<Vec<_>>())?;
    let mut masked = Masked::new(plan, spec);
    if let Some(header) = &header {
        masked.header(&header.line.as_row(), &mut out);
    }
    let mut rows = 0;
    while let Some(row) = splitter.next().map_err(|why| Refusal::row(file, rows + 1, why))? {
        rows += 1;
        if !table.wants_next() {
            continue;
        }
        masked.row(&row, &mut out).map_err(|refusal| refusal.at(file, rows))?;
        masked.plan.count(table);
        if out.len() >= CHUNK {
            writer.write_all(&out).map_err(|error| refused(Why::Write(error)))?;
            out.clear();
        }
    }
    writer.write_all(&out).map_err(|error| refused(Why::Write(error)))?;
    masked.plan.finish(table);
    Ok(rows)
}

/// A header: names of columns, and the line as it was read.
pub(crate) struct Header {
    pub(crate) names: Vec<String>,
    line: Line,
}

pub(crate) fn header<R: Read>(splitter: &mut Splitter<R>) -> Result<Header, Why> {
    let row = splitter.next()?.ok_or(Why::Format("the file is empty, without a header"))?;
    let names = row.fields.iter().map(|field| row.content(*field).into_owned()).collect();
    Ok(Header { names, line: Line::of(&row) })
}
