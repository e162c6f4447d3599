//! NDJSON: a JSON object a line. Only masked values change; spaces, digits and the order of attributes stay.

use std::io::{Read, Write};

use crate::error::{Refusal, Why};
use crate::json::{Collector, Tree};
use crate::rules::Row;
use crate::run::{Plan, TableRun};
use crate::source::{Buffer, LONGEST_ROW};

/// Masks one NDJSON file of a table, and gives its number of rows. Columns of the policy are paths, such as `user.tags[]`. Empty
/// lines stay and are no rows. What was written counts only if this returns without an error.
pub fn mask(table: &mut TableRun<'_>, file: &str, reader: impl Read, writer: &mut impl Write) -> Result<u64, Refusal> {
    let mut lines = Buffer::new(reader);
    let mut masked = Masked::new(table, file)?;
    let (mut rows, mut out) = (0, String::new());
    while let Some(line) = next_line(&mut lines).map_err(|why| Refusal::row(file, rows + 1, why))? {
        let (text, ending) = line.split_at(line.trim_end_matches(['\n', '\r']).len());
        if !text.trim().is_empty() {
            rows += 1;
            if !table.wants_next() {
                continue;
            }
            masked.row(table, text, &mut out).map_err(|refusal| refusal.at(file, rows))?;
        }
        out.push_str(ending);
        writer.write_all(out.as_bytes()).map_err(|error| Refusal::file(file, Why::Write(error)))?;
        out.clear();
    }
    masked.plan.finish(table);
    Ok(rows)
}

/// The next line with its end; none at the end of the stream.
pub(crate) fn next_line<R: Read>(buffer: &mut Buffer<R>) -> Result<Option<&str>, Why> {
    let length = loop {
        match memchr::memchr(b'\n', buffer.bytes()) {
            Some(at) => break at + 1,
            None if buffer.bytes().len() > LONGEST_ROW => return Err(Why::LongRow(LONGEST_ROW)),
            None if !buffer.fill()? => break buffer.bytes().len(),
            None => {}
        }
    };
    let line = std::str::from_utf8(buffer.take(length)).map_err(|_| Why::Encoding)?;
    Ok(Some(line).filter(|line| !line.is_empty()))
}

struct Masked {
    plan: Plan,
    tree: Tree,
    /// Values that rules look at.
    peers: Collector,
    /// All columns, of which values before and after are compared and counted.
    columns: Collector,
}

impl Masked {
    fn new(table: &TableRun<'_>, file: &str) -> Result<Self, Refusal> {
        let plan = table.loose_plan(file)?;
        let names = |names: &mut dyn Iterator<Item = &String>| Collector::new(&names.cloned().collect::<Vec<_>>());
        let peers = names(&mut plan.peers.iter().map(|peer| &peer.name));
        let columns = names(&mut plan.columns.iter().map(|column| &column.name));
        let tree = plan.tree();
        Ok(Self { plan, tree, peers, columns })
    }

    fn row(&mut self, table: &mut TableRun<'_>, text: &str, out: &mut String) -> Result<(), Refusal> {
        let here = |why| Refusal::file("", why);
        if !text.trim_start().starts_with('{') {
            return Err(here(Why::NotA("JSON object")));
        }
        self.plan.begin_with(self.peers.values(text).map_err(here)?);
        let row: Vec<Option<&str>> = self.plan.peers.iter().map(|peer| peer.value.as_deref()).collect();
        let row: &Row<'_> = &row;
        self.tree.rewrite_kept(text, row, &self.plan.kept, out).map_err(|why| table.refusal(why))?;
        let (old, new) = (self.columns.values(text).map_err(here)?, self.columns.values(out).map_err(here)?);
        self.plan.seen(&old, &new)?;
        self.plan.count(table);
        Ok(())
    }
}
