//! What is known of a column.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

use serde::Serialize;

use crate::patterns::Finder;
use crate::shape::{shape, shown_name};

/// Different values and shapes that are counted at most.
const MOST: usize = 100_000;

/// Kinds that values are tested for.
const KINDS: &[&str] =
    &["integer", "decimal", "date", "timestamp", "uuid", "json", "email", "phone", "card", "iban", "sentence"];

/// Parts of names, and the kind that they suggest where the values say nothing.
const NAMES: &[(&str, &str)] = &[
    ("first_name", "first_name"),
    ("firstname", "first_name"),
    ("vorname", "first_name"),
    ("last_name", "last_name"),
    ("lastname", "last_name"),
    ("surname", "last_name"),
    ("maiden", "last_name"),
    ("company", "company"),
    ("street", "address"),
    ("address", "address"),
    ("city", "city"),
    ("phone", "phone"),
    ("mobile", "phone"),
    ("mail", "email"),
    ("iban", "iban"),
    ("name", "name"),
    ("ssn", "secret"),
    ("passw", "secret"),
    ("token", "secret"),
    ("secret", "secret"),
];

/// A column as a proposal describes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Described {
    /// Its name or path.
    pub name: String,
    /// The kind that most values have, or that its name suggests.
    pub kind: String,
    /// Percent of the values that have this kind; 0 where only the name suggests it.
    pub share: u64,
    /// Values that are not NULL.
    pub values: u64,
    /// NULLs.
    pub nulls: u64,
    /// Different values, up to 100,000.
    pub distinct: u64,
    /// The commonest shapes, such as `Aaaa 999`.
    pub shapes: Vec<String>,
    /// The rule that is proposed, as the policy writes it.
    pub rule: String,
}

/// Counts of a column while rows are read.
#[derive(Debug, Default)]
pub(super) struct Seen {
    values: u64,
    nulls: u64,
    kinds: BTreeMap<&'static str, u64>,
    shapes: BTreeMap<String, u64>,
    distinct: HashSet<u64>,
    shortest: usize,
}

impl Seen {
    pub(super) fn add(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            self.nulls += 1;
            return;
        };
        self.values += 1;
        self.shortest = if self.values == 1 { text.len() } else { self.shortest.min(text.len()) };
        for kind in KINDS.iter().filter(|kind| is(kind, text.trim())) {
            *self.kinds.entry(kind).or_default() += 1;
        }
        if self.shapes.len() < MOST {
            *self.shapes.entry(shape(text)).or_default() += 1;
        }
        if self.distinct.len() < MOST {
            let mut hasher = DefaultHasher::new();
            hasher.write(text.as_bytes());
            self.distinct.insert(hasher.finish());
        }
    }

    pub(super) fn described(self, name: &str) -> Described {
        let (kind, share) = self.kind(name);
        let mut shapes: Vec<(&String, &u64)> = self.shapes.iter().collect();
        shapes.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let distinct = self.distinct.len() as u64;
        Described {
            rule: self.rule(kind, distinct),
            name: shown_name(name),
            kind: kind.to_owned(),
            share,
            values: self.values,
            nulls: self.nulls,
            distinct,
            shapes: shapes.into_iter().take(3).map(|(shape, _)| shape.clone()).collect(),
        }
    }

    /// What people's data looks like counts from a tenth of the values on; all else from nine tenths.
    fn kind(&self, name: &str) -> (&'static str, u64) {
        let share = |kind: &&str| self.kinds.get(*kind).copied().unwrap_or(0) * 100 / self.values.max(1);
        let personal =
            ["phone", "card", "iban", "email"].into_iter().max_by_key(share).filter(|kind| share(kind) >= 10);
        let lower = name.to_lowercase();
        let named = NAMES.iter().find(|(part, _)| lower.contains(part)).map(|(_, kind)| *kind);
        let plain = || KINDS.iter().copied().find(|kind| share(kind) >= 90).unwrap_or("text");
        let kind = personal.or(named).unwrap_or_else(plain);
        (kind, share(&kind))
    }

    fn rule(&self, kind: &str, distinct: u64) -> String {
        const KEEP: &str = r#"{ rule = "keep", reason = "" }"#;
        match kind {
            "email" | "phone" | "iban" | "card" | "uuid" | "name" | "first_name" | "last_name" | "company"
            | "address" | "city" => {
                format!(r#"{{ rule = "pseudonym", kind = "{kind}" }}"#)
            }
            "date" | "timestamp" => r#"{ rule = "shift", days = 30 }"#.to_owned(),
            "integer" if distinct == self.values && self.shortest >= 7 => {
                r#"{ rule = "format", number = true }"#.to_owned()
            }
            "integer" => KEEP.to_owned(),
            "decimal" => r#"{ rule = "noise", percent = 10 }"#.to_owned(),
            "sentence" => r#"{ rule = "redact" }"#.to_owned(),
            "text" if distinct <= 20 && self.values >= 10 * distinct => KEEP.to_owned(),
            "text" => r#"{ rule = "hash" }"#.to_owned(),
            _ => r#"{ rule = "drop" }"#.to_owned(),
        }
    }
}

impl Described {
    pub(super) fn comment(&self) -> String {
        let by = if self.share == 0 {
            if self.kind == "text" { "of no known kind" } else { "by its name" }.to_owned()
        } else {
            format!("{}% of {} values", self.share, self.values)
        };
        let why = if self.rule.contains("keep") { "; say why it may stay, or take another rule" } else { "" };
        let shapes: Vec<String> = self.shapes.iter().map(|shape| format!("{shape:?}")).collect();
        format!(
            "{} ({by}), {} different, {} NULL, like {}{why}",
            self.kind,
            self.distinct,
            self.nulls,
            shapes.join(", ")
        )
    }
}

fn is(kind: &str, text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let whole = |finder: Finder| finder.find(text).first().is_some_and(|found| found.len() * 2 > text.len());
    match kind {
        "integer" => digits(text.strip_prefix('-').unwrap_or(text)),
        "decimal" => text
            .strip_prefix('-')
            .unwrap_or(text)
            .split_once('.')
            .is_some_and(|(whole, part)| digits(whole) && digits(part)),
        "date" => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        "timestamp" => text.len() > 10 && text.get(..10).is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()),
        "uuid" => {
            text.len() == 36
                && text.matches('-').count() == 4
                && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        }
        "json" => text.starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
        "email" => !Finder::Email.find(text).is_empty(),
        "phone" => whole(Finder::Phone),
        "card" => whole(Finder::Card),
        "iban" => whole(Finder::Iban),
        _ => text.split_whitespace().count() >= 4,
    }
}
