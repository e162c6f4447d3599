//! Parquet: every value is read, masked and written anew by the column API, with levels as they are.
//!
//! The new file has nothing of the old one but names, types, compression and row groups: statistics, dictionaries, page indexes
//! and offsets are made from masked values, and there are no bloom filters and no key-value metadata.

mod cell;
mod column;
mod form;
mod schema;

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

use self::column::Group;
use crate::error::{Refusal, Why};
use crate::run::{Plan, TableRun};

/// What is wrong with a file that the Parquet library refuses. Its own words may hold values.
const WRONG: Why = Why::Syntax("the Parquet data is torn, or of a kind that is not supported");

/// Masks one Parquet file of a table, and gives its number of rows. `types` are the types of the columns in the source database, as
/// an RDS export tells them. What was written counts only if this returns without an error.
pub fn mask<R: ChunkReader + 'static>(
    table: &mut TableRun<'_>,
    file: &str,
    types: &BTreeMap<String, String>,
    reader: R,
    writer: impl Write + Send,
) -> Result<u64, Refusal> {
    // The library panics on some broken files. Table and writer are of no use after a refusal, so their state does not matter.
    let masked = std::panic::catch_unwind(AssertUnwindSafe(|| masked(table, file, types, reader, writer)));
    masked.unwrap_or_else(|_| Err(Refusal::file(file, WRONG)))
}

fn masked<R: ChunkReader + 'static>(
    table: &mut TableRun<'_>,
    file: &str,
    types: &BTreeMap<String, String>,
    reader: R,
    writer: impl Write + Send,
) -> Result<u64, Refusal> {
    let refused = |why| Refusal::file(file, why);
    if table.is_part() {
        return Err(refused(Why::Format("a subset of Parquet is not supported, leave [subset] out")));
    }
    let reader = SerializedFileReader::new(reader).map_err(|_| refused(WRONG))?;
    let metadata = reader.metadata();
    let (old, mut plan) = schema::plan(table, file, types, metadata)?;
    let properties = schema::properties(metadata, &plan).map_err(refused)?;
    let new = schema::without_dropped(&old, &plan).map_err(refused)?;
    let mut writer = SerializedFileWriter::new(writer, new, Arc::new(properties)).map_err(|_| refused(WRONG))?;
    let mut rows = 0;
    for at in 0..metadata.num_row_groups() {
        let group = reader.get_row_group(at).map_err(|_| refused(WRONG))?;
        let mut out = writer.next_row_group().map_err(|_| refused(WRONG))?;
        rows += row_group(table, &mut plan, group.as_ref(), &mut out).map_err(|refusal| refusal.after(file, rows))?;
        out.close().map_err(|_| refused(WRONG))?;
    }
    writer.close().map_err(|error| refused(Why::Write(std::io::Error::other(error))))?;
    plan.finish(table);
    Ok(rows)
}

fn row_group<W: Write + Send>(
    table: &mut TableRun<'_>,
    plan: &mut Plan,
    group: &dyn RowGroupReader,
    out: &mut SerializedRowGroupWriter<'_, W>,
) -> Result<u64, Refusal> {
    let mut columns = Group::new(plan, group)?;
    for at in 0..group.num_columns() {
        columns.column(plan, group, at, out)?;
    }
    columns.count(plan, table)
}
