//! Splits CSV into rows and fields, and remembers what each field looked like: a quoted field is not the same as a plain one.

use std::io::Read;

use crate::error::Why;
use crate::source::{Buffer, LONGEST_ROW};

/// A field of a row, by places in the row's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// First byte of its content, behind a quote.
    pub(crate) start: usize,
    /// End of its content, before a quote.
    pub(crate) end: usize,
    /// Whether it is in quotes.
    pub(crate) quoted: bool,
    /// Whether it has doubled quotes inside.
    pub(crate) doubled: bool,
}

impl Field {
    /// Places of the field with its quotes.
    pub(crate) fn raw(self) -> std::ops::Range<usize> {
        self.start - usize::from(self.quoted)..self.end + usize::from(self.quoted)
    }
}

/// Reads rows from a stream with bounded memory.
pub(crate) struct Splitter<R> {
    buffer: Buffer<R>,
    delimiter: u8,
    fields: Vec<Field>,
    /// End of the last field of the row, before its line end.
    content: usize,
}

/// A row: its text, its fields, and its line end.
pub(crate) struct Row<'a> {
    pub(crate) text: &'a str,
    pub(crate) fields: &'a [Field],
    pub(crate) ending: &'a str,
}

/// What a look at the bytes of the buffer gave.
enum Look {
    /// A row of so many bytes with its line end.
    Row(usize),
    /// The row goes on behind the buffer's end.
    More,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(reader: R, delimiter: u8) -> Self {
        Self { buffer: Buffer::new(reader), delimiter, fields: Vec::new(), content: 0 }
    }

    /// Passes over a byte order mark, and gives it; one of UTF-16 is refused.
    pub(crate) fn mark(&mut self) -> Result<&'static str, Why> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        self.buffer.fill()?;
        let bytes = self.buffer.bytes();
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Why::Encoding);
        }
        if !bytes.starts_with(MARK) {
            return Ok("");
        }
        self.buffer.consume(MARK.len());
        Ok("\u{feff}")
    }

    /// The next row, or none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, Why> {
        let length = loop {
            if self.buffer.bytes().is_empty() && !self.buffer.fill()? {
                return Ok(None);
            }
            match self.look()? {
                Look::Row(length) => break length,
                Look::More if self.buffer.bytes().len() >= LONGEST_ROW => return Err(Why::LongRow(LONGEST_ROW)),
                Look::More => _ = self.buffer.fill()?,
            }
        };
        let row = std::str::from_utf8(self.buffer.take(length)).map_err(|_| Why::Encoding)?;
        let (text, ending) = row.split_at_checked(self.content).unwrap_or((row, ""));
        Ok(Some(Row { text, fields: &self.fields, ending }))
    }

    fn look(&mut self) -> Result<Look, Why> {
        self.fields.clear();
        let (bytes, is_last) = (self.buffer.bytes(), self.buffer.is_last());
        let mut at = 0;
        loop {
            let quoted = bytes.get(at) == Some(&b'"');
            let field =
                if quoted { in_quotes(bytes, at, is_last)? } else { plain(bytes, at, self.delimiter, is_last)? };
            let Some(field) = field else { return Ok(Look::More) };
            self.fields.push(field);
            let end = field.raw().end;
            match bytes.get(end..).unwrap_or(&[]) {
                [byte, ..] if *byte == self.delimiter => at = end + 1,
                [b'\n', ..] => return Ok(self.row(end, 1)),
                [b'\r', b'\n', ..] => return Ok(self.row(end, 2)),
                [b'\r'] | [] if !is_last => return Ok(Look::More),
                [] => return Ok(self.row(end, 0)),
                [b'\r', ..] => {
                    return Err(Why::Syntax("a carriage return without a line feed, put the field in quotes"));
                }
                _ => return Err(Why::Syntax("text follows a closing quote")),
            }
        }
    }

    fn row(&mut self, content: usize, ending: usize) -> Look {
        self.content = content;
        Look::Row(content + ending)
    }
}

/// A field in quotes that begins at a quote; none if its end is not known yet.
fn in_quotes(bytes: &[u8], at: usize, is_last: bool) -> Result<Option<Field>, Why> {
    let (start, mut end, mut doubled) = (at + 1, at + 1, false);
    loop {
        let Some(length) = memchr::memchr(b'"', bytes.get(end..).unwrap_or(&[])) else {
            return if is_last { Err(Why::Syntax("a quote is not closed")) } else { Ok(None) };
        };
        end += length;
        match bytes.get(end + 1) {
            Some(b'"') => (end, doubled) = (end + 2, true),
            None if !is_last => return Ok(None),
            _ => return Ok(Some(Field { start, end, quoted: true, doubled })),
        }
    }
}

/// A field without quotes; none if its end is not known yet.
fn plain(bytes: &[u8], at: usize, delimiter: u8, is_last: bool) -> Result<Option<Field>, Why> {
    let rest = bytes.get(at..).unwrap_or(&[]);
    let length = match memchr::memchr3(delimiter, b'\n', b'"', rest) {
        Some(length) if rest.get(length) == Some(&b'"') => {
            return Err(Why::Syntax("a quote inside of a field without quotes"));
        }
        Some(length) => length,
        None if is_last => rest.len(),
        None => return Ok(None),
    };
    let content = rest.get(..length).unwrap_or(rest);
    let content = match content.strip_suffix(b"\r") {
        Some(before) if rest.get(length) == Some(&b'\n') => before,
        _ => content,
    };
    if memchr::memchr(b'\r', content).is_some() {
        return Err(Why::Syntax("a carriage return without a line feed, put the field in quotes"));
    }
    Ok(Some(Field { start: at, end: at + content.len(), quoted: false, doubled: false }))
}
