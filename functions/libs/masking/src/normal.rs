//! Spellings of one value that count as the same.

use std::borrow::Cow;
use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How values are made the same before they are masked. It decides which joins hold, so the manifest shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normal {
    /// Upper and lower case count as the same.
    pub fold: bool,
    /// Composed and decomposed letters count as the same.
    pub nfc: bool,
    /// What becomes of spaces around the value.
    pub space: Space,
}

/// What becomes of spaces around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// They do not count, and are left out.
    Trim,
    /// They do not count, and stay.
    Keep,
    /// They are a part of the value.
    Exact,
}

impl Normal {
    /// Every byte counts.
    pub const EXACT: Self = Self { fold: false, nfc: false, space: Space::Exact };
    /// Case, composition and spaces around do not count.
    pub const LOOSE: Self = Self { fold: true, nfc: true, space: Space::Trim };

    /// The normal spelling.
    pub fn apply<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let text = if self.space == Space::Exact { text } else { text.trim() };
        let plain = |b: u8| b.is_ascii() && !(self.fold && b.is_ascii_uppercase());
        if text.bytes().all(plain) {
            return Cow::Borrowed(text);
        }
        let text = if self.fold { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) };
        match self.nfc && is_nfc_quick(text.chars()) != IsNormalized::Yes {
            true => Cow::Owned(text.nfc().collect()),
            false => text,
        }
    }

    /// Spaces before and after the value that its pseudonym gets too.
    pub(crate) fn around<'a>(&self, text: &'a str) -> (&'a str, &'a str) {
        if self.space != Space::Keep {
            return ("", "");
        }
        let inner = text.trim();
        let before = text.len() - text.trim_start().len();
        match inner.is_empty() {
            true => ("", ""),
            false => (text.get(..before).unwrap_or(""), text.get(before + inner.len()..).unwrap_or("")),
        }
    }
}

impl fmt::Display for Normal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.fold, "casefold"), (self.nfc, "nfc"), (self.space != Space::Exact, "trim")];
        let words: Vec<&str> = words.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        f.write_str(if words.is_empty() { "exact" } else { "" })?;
        f.write_str(&words.join("+"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_one() {
        assert_eq!(Normal::LOOSE.apply(" Zoe\u{308} Muster"), Normal::LOOSE.apply("ZOË muster "));
        assert_eq!(Normal::EXACT.apply(" A "), " A ");
        assert_eq!(Normal::LOOSE.to_string(), "casefold+nfc+trim");
    }

    #[test]
    fn kept_spaces_stand_around_the_pseudonym() {
        let keep = Normal { space: Space::Keep, ..Normal::LOOSE };
        assert_eq!((keep.around(" a  "), keep.around("  ")), ((" ", "  "), ("", "")));
    }
}
