//! A JSON report: held as bytes, looked over once, then read into what its format wants of it.

use std::collections::BTreeMap;
use std::io::Read;

use json_event_parser::{JsonEvent, SliceJsonParser};
use serde::Deserialize;

use super::error::Error;
use super::limits::Limits;
use super::tokens;
use crate::input::{Bounds, Guard, Refusal};

/// Strings longer than this tell nothing about a format.
const LONGEST_WORD: usize = 120;
/// Keys more than this in the outermost object tell nothing about a format.
const MOST_KEYS: usize = 256;

/// A report that is well-formed and within the limits.
pub(super) struct Document {
    bytes: Vec<u8>,
    top: Top,
}

/// What shows of a report without reading all of it: that is what its format is told by.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Top {
    /// `null`, as tools write it that found nothing.
    Null,
    /// A list, with the keys of its first entry; without any where that is no object.
    List(Keys),
    /// An object.
    Object(Keys),
    /// A text, a number or a truth value.
    Other,
}

/// The keys of an object, with what kind of value each has.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Keys(BTreeMap<String, Kind>);

/// The kind of a value.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Object,
    List,
    /// A short text is kept.
    Text(String),
    Null,
    Other,
}

impl Top {
    /// The keys of the outermost object; none where the report is no object.
    pub(super) fn object(&self) -> Option<&Keys> {
        if let Self::Object(keys) = self { Some(keys) } else { None }
    }
}

impl Keys {
    /// Whether there is such a key, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether the value is an object.
    pub(super) fn is_object(&self, key: &str) -> bool {
        self.0.get(key) == Some(&Kind::Object)
    }

    /// Whether the value is a list.
    pub(super) fn is_list(&self, key: &str) -> bool {
        self.0.get(key) == Some(&Kind::List)
    }

    /// The value if it is a short text.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        if let Some(Kind::Text(text)) = self.0.get(key) { Some(text) } else { None }
    }

    /// Whether all keys are such.
    pub(super) fn all(&self, such: impl Fn(&str) -> bool) -> bool {
        self.0.keys().all(|key| such(key))
    }

    /// The keys, for people.
    pub(super) fn told(&self) -> String {
        self.0.keys().take(8).map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

impl Document {
    /// Reads all of it and looks it over.
    pub(super) fn read(input: impl Read, limits: &Limits) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let bounds = Bounds { event: usize::MAX, total: limits.held };
        let mut guard = Guard::new(input, bounds, false);
        let read = guard.read_to_end(&mut bytes);
        read.map_err(|error| Error::of_io(error, guard.line(), guard.position()))?;
        let bytes = tokens::quoted(bytes);
        let top = look_over(&bytes, limits)?;
        Ok(Document { bytes, top })
    }

    /// What its format is told by.
    pub(super) fn top(&self) -> &Top {
        &self.top
    }

    /// Its bytes.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What a format wants of it. An error names line and byte.
    pub(super) fn parsed<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        serde_json::from_slice(&self.bytes).map_err(|error| self.refused(&error))
    }

    fn refused(&self, error: &serde_json::Error) -> Error {
        let (line, column) = (error.line(), error.column());
        let before = memchr::memchr_iter(b'\n', &self.bytes).nth(line.saturating_sub(2)).filter(|_| line > 1);
        let byte = before.map_or(0, |at| at + 1) + column.saturating_sub(1);
        let text = error.to_string();
        let told = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
        let told: String = told.chars().take(200).collect();
        let reason = if error.is_data() { Refusal::Shape(told) } else { Refusal::Malformed(told) };
        Error::at_line(line as u64, byte as u64, reason)
    }
}

/// What shows of a report that may break off.
pub(super) fn glance(bytes: &[u8]) -> Top {
    let mut parser = SliceJsonParser::new(bytes);
    let mut look = Look::default();
    while let Ok(event) = parser.parse_next() {
        if event == JsonEvent::Eof {
            break;
        }
        look.take(event);
    }
    look.top()
}

/// Checks form, nesting and number of objects, and gives what the format is told by.
fn look_over(bytes: &[u8], limits: &Limits) -> Result<Top, Error> {
    let mut parser = SliceJsonParser::new(bytes);
    let mut look = Look::default();
    loop {
        let event = parser.parse_next().map_err(|error| {
            let place = error.location().start;
            Error::at_line(place.line + 1, place.offset, Refusal::malformed(error.message()))
        })?;
        if event == JsonEvent::Eof {
            return Ok(look.top());
        }
        look.take(event);
        look.check(limits).map_err(|reason| Error::at_key("the whole report", reason))?;
    }
}

/// What the events have told so far.
#[derive(Default)]
struct Look {
    depth: usize,
    objects: usize,
    root: Option<Kind>,
    /// Entries of the outermost list that have begun.
    entries: usize,
    /// The key whose value comes next, where it is one to keep.
    key: Option<String>,
    keys: Keys,
}

impl Look {
    fn take(&mut self, event: JsonEvent<'_>) {
        let kind = match event {
            JsonEvent::EndObject | JsonEvent::EndArray => {
                self.depth -= 1;
                return;
            }
            JsonEvent::ObjectKey(key) => {
                self.key = (self.is_telling() && key.len() <= LONGEST_WORD).then(|| key.into_owned());
                return;
            }
            JsonEvent::StartObject => Kind::Object,
            JsonEvent::StartArray => Kind::List,
            JsonEvent::Null => Kind::Null,
            JsonEvent::String(text) if text.len() <= LONGEST_WORD => Kind::Text(text.into_owned()),
            _ => Kind::Other,
        };
        let opens = matches!(kind, Kind::Object | Kind::List);
        self.value(kind);
        self.depth += usize::from(opens);
        self.objects += usize::from(opens);
    }

    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        if self.depth > limits.depth {
            return Err(Refusal::Limit(format!("more than {} objects and lists in one another", limits.depth)));
        }
        if self.objects > limits.objects {
            return Err(Refusal::Limit(format!("more than {} objects and lists", limits.objects)));
        }
        Ok(())
    }

    /// Whether the keys of the open object are those to keep.
    fn is_telling(&self) -> bool {
        let first = self.depth == 2 && self.entries == 1 && self.root == Some(Kind::List);
        self.keys.0.len() < MOST_KEYS && (first || (self.depth == 1 && self.root == Some(Kind::Object)))
    }

    fn value(&mut self, kind: Kind) {
        if self.depth == 1 {
            self.entries += 1;
        }
        match (self.key.take(), self.depth) {
            (Some(key), _) => drop(self.keys.0.insert(key, kind)),
            (None, 0) => self.root = Some(kind),
            _ => {}
        }
    }

    fn top(self) -> Top {
        match self.root {
            Some(Kind::Object) => Top::Object(self.keys),
            Some(Kind::List) => Top::List(self.keys),
            Some(Kind::Null) => Top::Null,
            _ => Top::Other,
        }
    }
}
