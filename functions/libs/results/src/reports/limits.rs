//! How much of a report is read and held.

use crate::input::{Bounds, Refusal};

/// What a report may take. A report beyond that is refused, whatever its format.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a report that is streamed (XML, CSV, LCOV), after decompression.
    pub streamed: u64,
    /// Bytes of a JSON report, which is held while it is read.
    pub held: u64,
    /// Objects and lists in a JSON report: three bytes of text at least, but some hundred in memory. Reports of scanners
    /// have one in a hundred bytes and more.
    pub objects: usize,
    /// Bytes of one tag, one text or one line.
    pub event: usize,
    /// Elements, objects or lists in one another; `serde_json` itself goes no deeper.
    pub depth: usize,
    /// Entries that are kept, by what they take: a line of code or a sample is one, a test case is eight, a file or
    /// a series is sixteen.
    pub entries: usize,
    /// Bytes of all names and messages that are kept.
    pub texts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            streamed: 256 << 20,
            held: 64 << 20,
            objects: 500_000,
            event: 16 << 20,
            depth: 127,
            entries: 5_000_000,
            texts: 64 << 20,
        }
    }
}

impl Limits {
    pub(super) fn streamed(&self) -> Bounds {
        Bounds { event: self.event, total: self.streamed }
    }

    pub(super) fn budget(&self) -> Budget {
        Budget { entries: self.entries, texts: self.texts }
    }
}

/// What is left of the entries and texts that a report may have.
pub(super) struct Budget {
    entries: usize,
    texts: usize,
}

impl Budget {
    /// Takes an entry that is as large as `lines` lines of code.
    pub(super) fn entry(&mut self, lines: usize) -> Result<(), Refusal> {
        let left = self.entries.checked_sub(lines);
        self.entries = left.ok_or_else(|| Refusal::Limit("the report has too many entries".to_owned()))?;
        Ok(())
    }

    /// Takes the bytes of a text.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Refusal> {
        let left = self.texts.checked_sub(text.len());
        self.texts =
            left.ok_or_else(|| Refusal::Limit("the names and messages of the report are too long".to_owned()))?;
        Ok(())
    }
}
