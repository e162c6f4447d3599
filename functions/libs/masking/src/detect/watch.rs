//! Hashes of masked values of the source.

use std::hash::{DefaultHasher, Hasher};

use crate::patterns::digits;

/// Hashes that are kept at most of a table, 16 MB of them.
const MOST: usize = if cfg!(test) { 1 << 14 } else { 2 << 20 };

/// Least characters of a value that is worth a suspicion, and least digits of one without letters.
const LEAST: usize = 6;

/// The hash of a value as all its spellings have it; none for one that is too short.
pub(crate) fn hash_of(text: &str) -> Option<u64> {
    let text = text.trim();
    if text.len() < LEAST || (digits(text).len() < LEAST && !text.chars().any(char::is_alphabetic)) {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    text.chars().flat_map(char::to_lowercase).for_each(|c| hasher.write_u32(c.into()));
    Some(hasher.finish())
}

/// Hashes of values. When there are too many, half of them are forgotten: those with another last bit. So a column that
/// leaks is still found, and of single values only a share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sample {
    hashes: Vec<u64>,
    ones: u64,
}

impl Sample {
    pub(crate) fn add(&mut self, hash: u64) {
        if hash & self.ones == 0 {
            self.hashes.push(hash);
        }
        if self.hashes.len() >= MOST {
            self.shrink();
        }
    }

    /// Adds those of another file of the table.
    pub(crate) fn join(&mut self, other: Self) {
        self.ones |= other.ones;
        let ones = self.ones;
        self.hashes.retain(|hash| hash & ones == 0);
        other.hashes.into_iter().for_each(|hash| self.add(hash));
    }

    fn shrink(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if self.hashes.len() > MOST / 2 {
            self.ones = self.ones << 1 | 1;
            let ones = self.ones;
            self.hashes.retain(|hash| hash & ones == 0);
        }
    }
}

/// What a detector knows of the source.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    hashes: Vec<u64>,
    ones: u64,
}

impl Watch {
    pub(crate) fn new(samples: Vec<Sample>) -> Self {
        let ones = samples.iter().map(|sample| sample.ones).max().unwrap_or(0);
        let all = samples.into_iter().flat_map(|sample| sample.hashes);
        let mut hashes: Vec<u64> = all.filter(|hash| hash & ones == 0).collect();
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes, ones }
    }

    /// Values that are known.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// True if no value is known.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// One in how many values of the source is known.
    pub fn one_in(&self) -> u64 {
        self.ones + 1
    }

    /// True if a text, a word of it, or two or three words that follow each other, are a value that is known.
    pub(crate) fn knows(&self, text: &str) -> bool {
        !self.is_empty() && (self.has(text) || self.has_words(text))
    }

    fn has(&self, text: &str) -> bool {
        hash_of(text).is_some_and(|hash| hash & self.ones == 0 && self.hashes.binary_search(&hash).is_ok())
    }

    fn has_words(&self, text: &str) -> bool {
        let inner = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '\'');
        let places: Vec<(usize, &str)> = words(text, inner).collect();
        (0..places.len()).any(|from| {
            (1..=3).any(|count| {
                let (Some((start, _)), Some((last, word))) = (places.get(from), places.get(from + count - 1)) else {
                    return false;
                };
                let whole = text.get(*start..last + word.len()).unwrap_or("");
                whole.len() < text.len() && (self.has(whole) || self.has(whole.trim_matches(['.', '-', '\''])))
            })
        })
    }
}

fn words(text: &str, inner: impl Fn(char) -> bool + Copy) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split(move |c| !inner(c))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - start, word))
}
