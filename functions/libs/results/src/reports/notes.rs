//! What is noted about a report while it is read: values that cannot be read, and those that are read with a warning.

use std::cell::Cell;

use domain::quality::reports::{Remark, Unknown};

/// Remarks that are kept one by one. Those after them are kept by what they leave unknown.
const MOST: usize = 1000;
/// Lines that are looked up, which takes time: as many as there may be remarks, and more.
const MOST_LINES: u32 = 10_000;
/// Characters of a value that a remark shows.
const LONGEST_VALUE: usize = 80;

/// The remarks on a report.
#[derive(Default)]
pub(super) struct Book {
    remarks: Vec<Remark>,
    lines: Cell<u32>,
}

impl Book {
    /// A value that cannot be read. `place` is a line or the path of a key.
    pub(super) fn bad(&mut self, place: &str, what: &str, unknown: Unknown) {
        self.add(format!("{place}: {what}"), Some(unknown));
    }

    /// A value that is read as the format's own tools read it, though it is strange.
    pub(super) fn warn(&mut self, place: &str, what: &str) {
        self.add(format!("{place}: {what}"), None);
    }

    /// Whether nothing is noted.
    pub(super) fn is_empty(&self) -> bool {
        self.remarks.is_empty()
    }

    /// Whether remarks are not kept one by one any more.
    pub(super) fn is_full(&self) -> bool {
        self.remarks.len() >= MOST
    }

    fn add(&mut self, told: String, unknown: Option<Unknown>) {
        if !self.is_full() {
            self.remarks.push(Remark { told, unknown });
            return;
        }
        // Whatever else there is of this kind is unknown too, so one remark stands for all of them.
        let Some(unknown) = unknown.map(Unknown::widened) else { return };
        if !self.remarks.iter().skip(MOST).any(|known| known.unknown.as_ref() == Some(&unknown)) {
            self.remarks
                .push(Remark { told: format!("{told}, and there may be more like it"), unknown: Some(unknown) });
        }
    }

    pub(super) fn remarks(self) -> Vec<Remark> {
        self.remarks
    }
}

/// The remarks on a report, at the place that is being read.
pub(super) struct Notes<'a> {
    book: &'a mut Book,
    line: &'a dyn Fn() -> u64,
}

impl<'a> Notes<'a> {
    pub(super) fn new(book: &'a mut Book, line: &'a dyn Fn() -> u64) -> Self {
        Self { book, line }
    }

    pub(super) fn book(&mut self) -> &mut Book {
        self.book
    }

    /// The line of the place; 0 where too many were looked up before.
    pub(super) fn line(&self) -> u64 {
        let before = self.book.lines.get();
        self.book.lines.set(before.saturating_add(1));
        if before < MOST_LINES { (self.line)() } else { 0 }
    }

    /// A value here that cannot be read.
    pub(super) fn bad(&mut self, what: &str, unknown: Unknown) {
        self.bad_at(self.line(), what, unknown);
    }

    /// The same at a line before.
    pub(super) fn bad_at(&mut self, line: u64, what: &str, unknown: Unknown) {
        self.book.bad(&place(line), what, unknown);
    }

    /// A strange value here that is read nevertheless.
    pub(super) fn warn(&mut self, what: &str) {
        self.book.warn(&place(self.line()), what);
    }
}

/// A line as a remark names it.
pub(super) fn place(line: u64) -> String {
    if line == 0 { "a later line".to_owned() } else { format!("line {line}") }
}

/// Says that a value is not what it should be: `time="NaN" is not a duration`.
pub(super) fn is_not(name: &str, value: &str, what: &str) -> String {
    format!("{name}=\"{}\" is not {what}", shown(value))
}

/// A value as a remark shows it, which may be long.
pub(super) fn shown(value: &str) -> String {
    value.chars().take(LONGEST_VALUE).collect()
}
