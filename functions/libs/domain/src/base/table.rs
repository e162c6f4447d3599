//! What a table of keys may hold. The parser takes its known keys from here, and the reference and the JSON Schemas
//! are written from here. So every key that the parser reads is in the reference.

/// A table whose keys are known.
#[derive(Debug)]
pub struct Table {
    /// Keys, in the order of the reference.
    pub keys: &'static [Key],
    /// Keys of which only one may be given.
    pub apart: &'static [&'static str],
    /// True if one of those must be given.
    pub needs_one: bool,
    /// Keys that people write here by mistake, and where each belongs.
    pub elsewhere: &'static [(&'static str, &'static str)],
}

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub takes: Takes,
    /// What holds without it.
    pub without: Without,
    /// A value as TOML writes it, other than the default.
    pub example: &'static str,
    /// What it is for: whole sentences.
    pub about: &'static str,
}

/// What holds where a key is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// A value as TOML writes it.
    Value(&'static str),
    /// What a sentence says.
    Words(&'static str),
    /// The key must be given.
    Required,
}

/// What a value may be.
#[derive(Debug)]
pub enum Takes {
    /// Text of a form.
    Text(&'static Form),
    /// Text of a form, or a whole number that stands for its text.
    TextOrWhole(&'static Form),
    /// A whole number in a range.
    Whole(u32, u32),
    /// A duration in a range of seconds.
    Duration(u64, u64),
    /// True or false.
    Truth,
    /// A day.
    Day,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts of a form.
    List(&'static Form),
    /// A table whose keys are known.
    Table(&'static Table),
    /// A table with keys of the user's choice: the form of the keys, and what each value may be.
    Map(&'static Form, &'static Takes),
}

/// A form of text. What a pattern cannot say, the parser checks besides.
#[derive(Debug)]
pub struct Form {
    /// What it is, as a phrase: "a tag or a pattern of tags".
    pub is: &'static str,
    /// A regular expression (ECMA-262) that every text of the form fits. Others may fit too.
    pub pattern: &'static str,
}

impl Table {
    /// A table without keys, for the fields that most tables do not set.
    pub(crate) const EMPTY: Self = Self { keys: &[], apart: &[], needs_one: false, elsewhere: &[] };

    /// The names of its keys.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.keys.iter().map(|key| key.name)
    }
}
