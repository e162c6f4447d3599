//! Looks through masked values for what looks like data of people, and for values of the source.
//!
//! A finding names table, column, what is suspected and how often, never a value. What a pseudonym looks like is no finding:
//! mail at reserved domains, phone numbers kept for films, cards for tests, IBANs without a bank.

mod files;
mod watch;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::percent_decode_str;

pub use self::watch::Watch;
pub(crate) use self::watch::{Sample, hash_of};
use crate::patterns::{Finder, digits};
use crate::policy::Allowed;
use crate::rules::{is_free, is_no_bank, is_reserved, is_test_card};

/// How deep an encoding may lie in another.
const DEEPEST: usize = 4;

/// The finding of a value that the source had in a masked column.
const OF_SOURCE: &str = "source";

/// Collects what is suspected.
#[derive(Debug)]
pub struct Detector {
    watch: Watch,
    found: BTreeMap<(String, String, &'static str), u64>,
}

impl Detector {
    /// A detector that knows masked values of the source; of none of them with `Watch::default()`.
    pub fn new(watch: Watch) -> Self {
        Self { watch, found: BTreeMap::new() }
    }

    /// Looks at a value of the output.
    pub fn look(&mut self, table: &str, column: &str, text: &str) {
        let mut kinds = Vec::new();
        self.scan(text, 0, &mut kinds);
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            *self.found.entry((table.to_owned(), column.to_owned(), kind)).or_default() += 1;
        }
    }

    /// Counts by `table.column: finding`, without what the policy allows. More than is allowed counts in full.
    pub fn suspected(&self, allowed: &[Allowed]) -> BTreeMap<String, u64> {
        let fits = |(table, column, kind): &(String, String, &str), count: u64| {
            let same = |rule: &&Allowed| (&rule.table, &rule.column, rule.finding.as_str()) == (table, column, *kind);
            allowed.iter().find(same).is_some_and(|rule| count <= rule.most)
        };
        let left = self.found.iter().filter(|(place, count)| !fits(place, **count));
        left.map(|((table, column, kind), count)| (format!("{table}.{column}: {kind}"), *count)).collect()
    }

    fn scan(&self, text: &str, depth: usize, kinds: &mut Vec<&'static str>) {
        if text.len() < 5 || depth > DEEPEST {
            return;
        }
        for finder in [Finder::Email, Finder::Phone, Finder::Card, Finder::Iban] {
            let found = finder.find(text);
            if found.into_iter().filter_map(|range| text.get(range)).any(|found| is_suspicious(&finder, found)) {
                kinds.push(finder.name());
            }
        }
        if self.watch.knows(text) {
            kinds.push(OF_SOURCE);
        }
        inner(text, |inner| self.scan(inner, depth + 1, kinds));
    }
}

fn is_suspicious(finder: &Finder, found: &str) -> bool {
    match finder {
        Finder::Email => !found.rsplit('@').next().is_some_and(is_reserved),
        Finder::Phone => !is_free(&digits(found)),
        Finder::Card => !is_test_card(&digits(found)),
        Finder::Iban => !is_no_bank(found),
        Finder::Custom(_) => true,
    }
}

/// Calls `each` with the texts that a text holds in another encoding.
fn inner(text: &str, mut each: impl FnMut(&str)) {
    if text.contains('%') {
        let decoded = percent_decode_str(text).decode_utf8_lossy();
        if decoded != text {
            each(&decoded);
        }
    }
    if text.contains('\\') {
        texts_of_json(text, &mut each);
    }
    let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
    for word in text.split(|c| !is_code(c)).filter(|word| word.len() >= 8) {
        let decoded = STANDARD_NO_PAD.decode(word).or_else(|_| URL_SAFE_NO_PAD.decode(word)).ok();
        if let Some(decoded) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
            each(&decoded);
        }
    }
}

/// Texts of a JSON value, or the text itself, without escapes.
fn texts_of_json(text: &str, each: &mut impl FnMut(&str)) {
    match serde_json::from_str(text) {
        Ok(value) => texts_of(&value, each),
        Err(_) => {
            if let Ok(plain) = serde_json::from_str::<String>(&format!("\"{}\"", text.replace('"', "\\\""))) {
                each(&plain);
            }
        }
    }
}

fn texts_of(value: &serde_json::Value, each: &mut impl FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => each(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| texts_of(item, each)),
        serde_json::Value::Object(members) => members.iter().for_each(|(key, value)| {
            each(key);
            texts_of(value, each);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
