//! Rules made ready: what each does to a value under the key.

mod calendar;
mod format;
mod identity;
mod kinds;
mod numbers;
mod numeral;
mod phone;
mod redact;
mod words;

pub(crate) use self::identity::{is_no_bank, is_test_card, luhn};
pub(crate) use self::kinds::is_reserved;
pub(crate) use self::kinds::longest;
pub use self::kinds::{Kind, Range, Words};
pub(crate) use self::phone::is_free;
pub(crate) use self::redact::pattern as redact_pattern;
pub use self::words::LISTS_VERSION;

use self::format::Shape;
use self::kinds::Pseudonym;
use self::redact::Redactor;
use crate::error::Why;
use crate::json::Tree;
use crate::key::{Function, Key};
use crate::normal::Normal;
use crate::policy::{Action, Calendar, Rule};

/// What a rule did to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It stays as it is.
    Same,
    /// It becomes NULL.
    Null,
    /// It becomes the text that was written.
    Text,
}

/// Values of other columns of a row that a rule looks at, in the order of [`Peers`].
pub(crate) type Row<'a> = [Option<&'a str>];

/// The columns that rules look at besides their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peers {
    pub(crate) names: Vec<String>,
}

impl Peers {
    /// The place of a column among them; it is added if it is new.
    pub(crate) fn place(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }
}

/// A rule under a key.
#[derive(Debug)]
pub(crate) struct Masker {
    pub(crate) name: &'static str,
    normal: Normal,
    except: Vec<String>,
    act: Act,
}

#[derive(Debug)]
enum Act {
    Keep,
    Drop,
    Null,
    Constant { text: String, json: String },
    Hash(Function, usize),
    Pseudonym(Box<Pseudonym>),
    Format(Box<Shape>),
    Shift { function: Function, days: u32, by: Option<usize> },
    Noise(Function, u32),
    Bucket(u64),
    Round(Calendar),
    Redact(Box<Redactor>),
    Json(Box<Tree>),
}

impl Masker {
    /// The rule under a key; columns that it looks at are added to the peers.
    pub(crate) fn new(rule: &Rule, key: &Key, peers: &mut Peers) -> Result<Self, Why> {
        let label = |kind: &str| if rule.scope.is_empty() { kind.to_owned() } else { format!("{kind}/{}", rule.scope) };
        let act = match &rule.action {
            Action::Keep => Act::Keep,
            Action::Drop => Act::Drop,
            Action::Null => Act::Null,
            Action::Constant(text, json) => Act::Constant { text: text.clone(), json: json.clone() },
            Action::Hash(digits) => Act::Hash(key.function(&label("hash")), *digits),
            Action::Pseudonym(words) => {
                Act::Pseudonym(Box::new(Pseudonym::new(words, key.function(&label(words.kind.name())))))
            }
            Action::Format(number) => Act::Format(Box::new(Shape::new(&key.function(&label("format")), *number)?)),
            Action::Shift { days, by } => Act::Shift {
                function: key.function(&label("shift")),
                days: *days,
                by: (!by.is_empty()).then(|| peers.place(by)),
            },
            Action::Noise(percent) => Act::Noise(key.function(&label("noise")), *percent),
            Action::Bucket(size) => Act::Bucket(*size),
            Action::Round(to) => Act::Round(*to),
            Action::Redact { patterns, also } => Act::Redact(Box::new(Redactor::new(patterns, also, peers))),
            Action::Json(paths) => Act::Json(Box::new(Tree::of_paths(paths, key, peers)?)),
        };
        Ok(Self { name: rule.name(), normal: rule.normal, except: rule.except.clone(), act })
    }

    pub(crate) fn is_drop(&self) -> bool {
        matches!(self.act, Act::Drop)
    }

    pub(crate) fn is_keep(&self) -> bool {
        matches!(self.act, Act::Keep)
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.act, Act::Null)
    }

    /// True if it takes a whole JSON object or list as well as a plain value.
    pub(crate) fn takes_containers(&self) -> bool {
        matches!(self.act, Act::Keep | Act::Drop | Act::Null | Act::Constant { .. })
    }

    /// The constant's form in JSON.
    pub(crate) fn json_constant(&self) -> Option<&str> {
        if let Act::Constant { json, .. } = &self.act { Some(json) } else { None }
    }

    /// Masks a value that is not NULL; a new text is appended to `out`. The empty text stays empty.
    pub(crate) fn mask(&self, text: &str, row: &Row<'_>, out: &mut String) -> Result<Effect, Why> {
        if matches!(self.act, Act::Null | Act::Drop) {
            return Ok(Effect::Null);
        }
        if matches!(self.act, Act::Keep) || text.is_empty() || self.except.iter().any(|value| value == text) {
            return Ok(Effect::Same);
        }
        let (before, after) = self.normal.around(text);
        let normal = self.normal.apply(text);
        out.push_str(before);
        self.write(&normal, text, row, out)?;
        out.push_str(after);
        Ok(Effect::Text)
    }

    fn write(&self, normal: &str, text: &str, row: &Row<'_>, out: &mut String) -> Result<(), Why> {
        match &self.act {
            Act::Keep | Act::Drop | Act::Null => {}
            Act::Constant { text, .. } => out.push_str(text),
            Act::Hash(function, digits) => {
                let mut hex = [0; 64];
                // 32 bytes give 64 digits, so this does not fail.
                let _ = hex::encode_to_slice(function.bytes(normal.as_bytes()), &mut hex);
                out.push_str(std::str::from_utf8(&hex).ok().and_then(|hex| hex.get(..*digits)).unwrap_or(""));
            }
            Act::Pseudonym(pseudonym) => pseudonym.write(normal, text, out)?,
            Act::Format(shape) => shape.write(normal, out)?,
            Act::Shift { function, days, by } => {
                let person = by.and_then(|at| row.get(at).copied().flatten()).unwrap_or("");
                calendar::shift(normal, calendar::days(function, person, *days), out)?;
            }
            Act::Noise(function, percent) => numbers::noise(normal, function, *percent, out)?,
            Act::Bucket(size) => numbers::bucket(normal, *size, out)?,
            Act::Round(to) => calendar::round(normal, *to, out)?,
            Act::Redact(redactor) => redactor.write(normal, row, out),
            Act::Json(tree) => tree.rewrite(normal, row, out)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
