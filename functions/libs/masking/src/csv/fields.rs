//! Masks the fields of a row.

use std::borrow::Cow;

use super::split::{Field, Row};
use crate::error::{Refusal, Why};
use crate::policy::Table;
use crate::rules::Effect;
use crate::run::Plan;

/// A row that outlives the splitter's buffer.
pub(super) struct Line {
    text: String,
    fields: Vec<Field>,
    ending: String,
}

impl Line {
    pub(super) fn of(row: &Row<'_>) -> Self {
        Self { text: row.text.to_owned(), fields: row.fields.to_vec(), ending: row.ending.to_owned() }
    }

    pub(super) fn as_row(&self) -> Row<'_> {
        Row { text: &self.text, fields: &self.fields, ending: &self.ending }
    }
}

impl<'a> Row<'a> {
    /// A field as it was written, with its quotes.
    fn raw(&self, field: Field) -> &'a str {
        self.text.get(field.raw()).unwrap_or("")
    }

    /// A field's value.
    pub(crate) fn content(&self, field: Field) -> Cow<'a, str> {
        let text = self.text.get(field.start..field.end).unwrap_or("");
        if field.doubled { Cow::Owned(text.replace("\"\"", "\"")) } else { Cow::Borrowed(text) }
    }

    /// A field's value; none for NULL.
    pub(crate) fn value(&self, at: usize, null: &str) -> Option<Cow<'a, str>> {
        let field = *self.fields.get(at)?;
        let content = self.content(field);
        (field.quoted || content != null).then_some(content)
    }
}

/// The plan of a file and how its fields are written.
pub(super) struct Masked<'s> {
    pub(super) plan: Plan,
    delimiter: u8,
    null: &'s str,
    new: String,
}

impl<'s> Masked<'s> {
    pub(super) fn new(plan: Plan, spec: &'s Table) -> Self {
        Self { plan, delimiter: spec.delimiter, null: &spec.null, new: String::new() }
    }

    /// Writes the header without the columns that are left out.
    pub(super) fn header(&self, row: &Row<'_>, out: &mut Vec<u8>) {
        let columns = self.plan.columns.iter().zip(row.fields).filter(|(column, _)| !column.masker.is_drop());
        for (at, (_, field)) in columns.enumerate() {
            if at > 0 {
                out.push(self.delimiter);
            }
            out.extend_from_slice(row.raw(*field).as_bytes());
        }
        out.extend_from_slice(row.ending.as_bytes());
    }

    pub(super) fn row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let (expected, found) = (self.plan.columns.len(), row.fields.len());
        if expected != found {
            return Err(Refusal::file("", Why::Width { expected, found }));
        }
        let null = self.null;
        self.plan.begin(|at| row.value(at, null));
        let mut first = true;
        for at in 0..found {
            let is_drop = self.plan.columns.get(at).is_some_and(|column| column.masker.is_drop());
            if !is_drop && !std::mem::take(&mut first) {
                out.push(self.delimiter);
            }
            self.field(row, at, is_drop, out)?;
        }
        out.extend_from_slice(row.ending.as_bytes());
        Ok(())
    }

    fn field(&mut self, row: &Row<'_>, at: usize, is_drop: bool, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some(field) = row.fields.get(at).copied() else { return Ok(()) };
        let effect = self.plan.value(at, row.value(at, self.null).as_deref(), &mut self.new)?;
        match effect {
            _ if is_drop => {}
            Effect::Same => out.extend_from_slice(row.raw(field).as_bytes()),
            Effect::Null => out.extend_from_slice(self.null.as_bytes()),
            Effect::Text if field.quoted || self.needs_quotes() => self.quoted(out),
            Effect::Text => out.extend_from_slice(self.new.as_bytes()),
        }
        Ok(())
    }

    fn needs_quotes(&self) -> bool {
        let special = |b: u8| b == self.delimiter || matches!(b, b'"' | b'\n' | b'\r');
        self.new == self.null || self.new.bytes().any(special)
    }

    fn quoted(&self, out: &mut Vec<u8>) {
        out.push(b'"');
        for (at, part) in self.new.split('"').enumerate() {
            if at > 0 {
                out.extend_from_slice(b"\"\"");
            }
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b'"');
    }
}
