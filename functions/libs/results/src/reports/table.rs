//! CSV row by row.

use std::io::Read;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, Terminator};

use super::error::Error;
use super::limits::Limits;
use crate::input::{Bounds, Guard, Refusal};

/// Bytes of a row. Each cell takes more than the comma that it is written with.
const LONGEST_ROW: usize = 1 << 20;

/// Rows, read one at a time.
pub(super) struct Table<R> {
    rows: Reader<Guard<R>>,
    row: ByteRecord,
}

impl<R: Read> Table<R> {
    pub(super) fn new(input: R, delimiter: u8, limits: &Limits) -> Self {
        let bounds = Bounds { event: limits.event.min(LONGEST_ROW), ..limits.streamed() };
        let guard = Guard::new(input, bounds, false);
        Table { rows: layout(delimiter).from_reader(guard), row: ByteRecord::new() }
    }

    /// The next row; none at the end. Blank lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Error> {
        loop {
            self.rows.get_mut().mark();
            match self.rows.read_byte_record(&mut self.row) {
                Ok(true) if is_blank(&self.row) => {}
                Ok(true) => return Ok(Some(Row(&self.row))),
                Ok(false) => return Ok(None),
                Err(error) => return Err(self.refused(error)),
            }
        }
    }

    fn refused(&self, error: csv::Error) -> Error {
        let (line, byte) = (self.rows.position().line(), self.rows.position().byte());
        match error.into_kind() {
            ErrorKind::Io(error) => Error::of_io(error, line, byte),
            other => Error::at_line(line, byte, Refusal::malformed(format!("{other:?}"))),
        }
    }
}

/// Lines may end with a carriage return: it stays with the last cell, whose white space nobody wants.
fn layout(delimiter: u8) -> ReaderBuilder {
    let mut layout = ReaderBuilder::new();
    layout.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
    layout
}

fn is_blank(row: &ByteRecord) -> bool {
    row.len() == 1 && row.iter().all(|cell| cell.trim_ascii().is_empty())
}

/// One row.
pub(super) struct Row<'a>(&'a ByteRecord);

impl Row<'_> {
    /// The text of a cell, without white space around it.
    pub(super) fn cell(&self, at: Option<usize>) -> Option<String> {
        let bytes = self.0.get(at?)?;
        Some(String::from_utf8_lossy(bytes).trim().to_owned())
    }

    /// The same where the row must have it.
    pub(super) fn wanted(&self, at: usize, name: &'static str) -> Result<String, Refusal> {
        self.cell(Some(at)).ok_or(Refusal::Missing(name))
    }

    /// All cells.
    pub(super) fn cells(&self) -> Vec<String> {
        (0..self.0.len()).filter_map(|at| self.cell(Some(at))).collect()
    }

    /// The line that it begins at.
    pub(super) fn line(&self) -> u64 {
        self.0.position().map_or(1, csv::Position::line)
    }

    /// About this row, or the blank lines before it.
    pub(super) fn wrong(&self, reason: Refusal) -> Error {
        let place = self.0.position().map_or((1, 0), |place| (place.line(), place.byte()));
        Error::at_line(place.0, place.1, reason)
    }
}

/// The cells of a line that stands alone.
pub(super) fn cells(line: &str, delimiter: u8) -> Vec<String> {
    let mut rows = layout(delimiter).from_reader(line.as_bytes());
    let mut row = ByteRecord::new();
    match rows.read_byte_record(&mut row) {
        Ok(true) => Row(&row).cells(),
        _ => Vec::new(),
    }
}
