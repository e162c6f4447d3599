//! PostgreSQL's text format of `COPY`: tabs between fields, `\N` for NULL, backslashes before what is special.

use std::borrow::Cow;
use std::io::{Read, Write};

use crate::error::{Refusal, Why};
use crate::ndjson::next_line;
use crate::rules::Effect;
use crate::run::{Plan, Source, TableRun};
use crate::source::Buffer;

const NULL: &str = "\\N";
const END: &str = "\\.";

/// Masks one file in PostgreSQL's text format, and gives its number of rows. The policy names its columns with `header`. What was
/// written counts only if this returns without an error.
pub fn mask(table: &mut TableRun<'_>, file: &str, reader: impl Read, writer: &mut impl Write) -> Result<u64, Refusal> {
    let spec = table.spec();
    if spec.header.is_empty() {
        return Err(Refusal::file(file, Why::Format("the file names no columns, add header = [\"…\"] to the table")));
    }
    let mut plan = table.plan(file, &spec.header.iter().map(|name| Source::named(name)).collect::<Vec<_>>())?;
    let mut lines = Buffer::new(reader);
    let (mut rows, mut out, mut new) = (0, String::new(), String::new());
    while let Some(line) = next_line(&mut lines).map_err(|why| Refusal::row(file, rows + 1, why))? {
        let (text, ending) = line.split_at(line.trim_end_matches(['\n', '\r']).len());
        if text == END {
            out.push_str(line);
        } else {
            rows += 1;
            if !table.wants_next() {
                continue;
            }
            row(&mut plan, text, &mut out, &mut new).map_err(|refusal| refusal.at(file, rows))?;
            out.push_str(ending);
            plan.count(table);
        }
        if out.len() >= super::CHUNK {
            writer.write_all(out.as_bytes()).map_err(|error| Refusal::file(file, Why::Write(error)))?;
            out.clear();
        }
    }
    writer.write_all(out.as_bytes()).map_err(|error| Refusal::file(file, Why::Write(error)))?;
    plan.finish(table);
    Ok(rows)
}

fn row(plan: &mut Plan, text: &str, out: &mut String, new: &mut String) -> Result<(), Refusal> {
    let fields: Vec<&str> = text.split('\t').collect();
    let (expected, found) = (plan.columns.len(), fields.len());
    if expected != found {
        return Err(Refusal::file("", Why::Width { expected, found }));
    }
    let value = |at: usize| fields.get(at).filter(|field| **field != NULL).map(|field| plain(field));
    plan.begin(value);
    let mut first = true;
    for (at, field) in fields.iter().enumerate() {
        let effect = plan.value(at, value(at).as_deref(), new)?;
        if plan.columns.get(at).is_some_and(|column| column.masker.is_drop()) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push('\t');
        }
        match effect {
            Effect::Same => out.push_str(field),
            Effect::Null => out.push_str(NULL),
            Effect::Text => escaped(new, out),
        }
    }
    Ok(())
}

/// A field without its backslashes.
fn plain(field: &str) -> Cow<'_, str> {
    if !field.contains('\\') {
        return Cow::Borrowed(field);
    }
    let mut text = Vec::with_capacity(field.len());
    let mut bytes = field.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, bytes.peek().copied()) {
            (b'\\', Some(next)) => {
                bytes.next();
                text.push(special(next, &mut bytes));
            }
            _ => text.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&text).into_owned())
}

fn special(byte: u8, rest: &mut std::iter::Peekable<std::str::Bytes<'_>>) -> u8 {
    let mut digits = |first: u32, radix: u32, most: usize| {
        let mut value = first;
        for _ in 0..most {
            let Some(digit) = rest.peek().and_then(|b| char::from(*b).to_digit(radix)) else { break };
            value = value * radix + digit;
            rest.next();
        }
        u8::try_from(value & 0xff).unwrap_or(0)
    };
    match byte {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'x' => digits(0, 16, 2),
        b'0'..=b'7' => digits(u32::from(byte - b'0'), 8, 2),
        other => other,
    }
}

fn escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
}
