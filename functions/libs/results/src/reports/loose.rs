//! Values in JSON that may be of another kind than the format has there. One of them never costs the whole report.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{self, MapAccessDeserializer};
use serde::de::{Deserialize, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::numbers;

/// What a text says that is a list or an object.
const LIST: &str = "[…]";
const OBJECT: &str = "{…}";

/// A text. A number or a truth value is what it reads as; a list or an object stands for itself.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Text)
}

/// A number, or a text that reads as one. Anything else is not a number (`NaN`), which JSON itself cannot say.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let text = text(deserializer)?;
    Ok(text.map(|text| numbers::signed(&text).unwrap_or(f64::NAN)))
}

/// A place in a list, or a text that reads as one. Anything else is less than the -1 with which formats say that there
/// is none.
pub(super) fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = text(deserializer)?;
    Ok(text.map(|text| text.trim().parse().unwrap_or(i64::MIN)))
}

/// True or false, also as a text; none for anything else.
pub(super) fn truth<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = text(deserializer)?;
    Ok(text.and_then(|text| text.trim().parse().ok()))
}

/// An object; none where there is none, or something else.
pub(super) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let told: Told<T> = Told::deserialize(deserializer)?;
    Ok(if let Told::Some(value) = told { Some(value) } else { None })
}

/// The same where it matters whether there is something else: that is an object of which nothing is known.
pub(super) fn object_or_else<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let told: Told<T> = Told::deserialize(deserializer)?;
    Ok(match told {
        Told::Nothing => None,
        Told::Other => Some(None),
        Told::Some(value) => Some(Some(value)),
    })
}

/// A list. Where there is something else it has one entry of which nothing is known.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<List<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(Entries { strict: false, of: PhantomData })
}

/// A list that may be left out or `null`, which many writers put for an empty one. Entries of a kind that does not
/// belong there are left out, and it is known which they were.
#[derive(Hash)]
pub(super) struct List<T> {
    entries: Vec<T>,
    /// Seldom there, and small where it is not.
    #[expect(clippy::box_collection, reason = "a list without strange entries takes eight bytes more than a vector")]
    strange: Option<Box<Vec<usize>>>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), strange: None }
    }
}

impl<T> List<T> {
    pub(super) fn push(&mut self, entry: T) {
        self.entries.push(entry);
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.entries.last_mut()
    }

    pub(super) fn entries(&self) -> &[T] {
        &self.entries
    }

    /// The entries, each with its place in the report.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (usize, &T)> {
        let all = 0..self.entries.len() + self.strange().len();
        all.filter(|at| self.strange().binary_search(at).is_err()).zip(&self.entries)
    }

    /// The entry at a place in the report, where it is one that belongs there.
    pub(super) fn at(&self, place: Option<i64>) -> Option<&T> {
        let place = usize::try_from(place?).ok()?;
        let before = self.strange().binary_search(&place).err()?;
        self.entries.get(place - before)
    }

    /// Whether the entry at a place in the report does not belong there.
    pub(super) fn is_strange(&self, place: i64) -> bool {
        usize::try_from(place).is_ok_and(|place| self.strange().binary_search(&place).is_ok())
    }

    /// Places of the entries that do not belong there.
    pub(super) fn strange(&self) -> &[usize] {
        self.strange.as_deref().map_or(&[], Vec::as_slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.strange().is_empty()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Entries { strict: true, of: PhantomData })
    }
}

/// A value of its kind, nothing at all, or something else.
enum Told<T> {
    Some(T),
    Nothing,
    Other,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Kind(PhantomData))
    }
}

struct Kind<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Kind<T> {
    type Value = Told<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Told::Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        rest(list).map(|()| Told::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let value = T::deserialize(IntoDeserializer::<value::Error>::into_deserializer(text));
        Ok(value.map_or(Told::Other, Told::Some))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Told::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Told::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Told::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Told::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Told::Nothing)
    }
}

/// Reads a list. A strict one refuses anything else, for what should be in it is not known then.
struct Entries<T> {
    strict: bool,
    of: PhantomData<T>,
}

impl<T> Entries<T> {
    fn other<E: serde::de::Error>(&self, kind: serde::de::Unexpected<'_>) -> Result<List<T>, E> {
        if self.strict {
            return Err(E::invalid_type(kind, &"a list"));
        }
        Ok(List { entries: Vec::new(), strange: Some(Box::new(vec![0])) })
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut read = List::default();
        let mut at = 0;
        while let Some(entry) = list.next_element()? {
            match entry {
                Told::Some(entry) => read.entries.push(entry),
                Told::Nothing | Told::Other => read.strange.get_or_insert_default().push(at),
            }
            at += 1;
        }
        Ok(read)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(List::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.other(serde::de::Unexpected::Map)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.other(serde::de::Unexpected::Str(text))
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        self.other(serde::de::Unexpected::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.other(serde::de::Unexpected::Signed(number))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.other(serde::de::Unexpected::Unsigned(number))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
        self.other(serde::de::Unexpected::Float(number))
    }
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        rest(list).map(|()| Some(LIST.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(OBJECT.to_owned()))
    }
}

fn rest<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}
