//! Free text: what looks like data of a person is replaced.

use regex::Regex;

use super::{Peers, Row};
use crate::patterns::{self, Finder};

/// Least bytes of another column's value that is looked for in a text.
const LEAST: usize = 3;

/// A pattern of a policy: one of ours by name, or a regular expression. None if it is neither.
pub(crate) fn pattern(name: &str) -> Option<Finder> {
    patterns::finder(name).or_else(|| {
        let is_word = name.bytes().all(|b| b.is_ascii_alphanumeric());
        let regex = if is_word { None } else { Regex::new(name).ok() };
        regex.map(Finder::Custom)
    })
}

#[derive(Debug)]
pub(super) struct Redactor {
    finders: Vec<Finder>,
    also: Vec<(usize, String)>,
}

impl Redactor {
    pub(super) fn new(patterns: &[String], also: &[String], peers: &mut Peers) -> Self {
        Self {
            finders: patterns.iter().filter_map(|name| pattern(name)).collect(),
            also: also.iter().map(|name| (peers.place(name), name.clone())).collect(),
        }
    }

    /// Writes the text with `[email]` and the like where something was found.
    pub(super) fn write(&self, text: &str, row: &Row<'_>, out: &mut String) {
        let mut text = text.to_owned();
        for (at, column) in &self.also {
            let value = row.get(*at).copied().flatten().unwrap_or("").trim();
            if value.len() >= LEAST {
                text = replaced(&text, value, column);
            }
        }
        for finder in &self.finders {
            text = without(&text, finder);
        }
        out.push_str(&text);
    }
}

/// The text without a value, whatever its case.
fn replaced(text: &str, value: &str, column: &str) -> String {
    let value: Vec<char> = value.chars().flat_map(char::to_lowercase).collect();
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        let length = starts_with(rest, &value);
        match length {
            Some(_) => out.extend(["[", column, "]"]),
            None => out.push(first),
        }
        rest = rest.get(length.unwrap_or(first.len_utf8())..).unwrap_or("");
    }
    out
}

/// Bytes at the start of a text that are a value in any case.
fn starts_with(text: &str, value: &[char]) -> Option<usize> {
    let mut wanted = value.iter();
    for (at, c) in text.char_indices() {
        if wanted.as_slice().is_empty() {
            return Some(at);
        }
        if !c.to_lowercase().all(|c| wanted.next() == Some(&c)) {
            return None;
        }
    }
    wanted.as_slice().is_empty().then_some(text.len())
}

fn without(text: &str, finder: &Finder) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for found in finder.find(text) {
        out.push_str(text.get(from..found.start).unwrap_or(""));
        out.extend(["[", finder.name(), "]"]);
        from = found.end;
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}
