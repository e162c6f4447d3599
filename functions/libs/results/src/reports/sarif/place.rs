//! Where a result is, and what tells it from another of the same rule.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::quality::reports::Finding;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::log::{Artifact, Fingerprint, Region, Run, SarifResult};

/// The file of the first location, else the code that it names, else what was scanned.
pub(super) fn file(run: &Run, result: &SarifResult) -> String {
    let first = result.locations.entries().first();
    let artifact = first.and_then(|location| location.physical.as_ref()?.artifact.as_ref());
    let logical = || {
        let logical = first?.logical.entries().first()?;
        logical.fully_qualified_name.as_deref().or(logical.name.as_deref())
    };
    let target = || result.target.as_ref().and_then(|target| uri(run, target));
    artifact.and_then(|artifact| uri(run, artifact)).or_else(logical).or_else(target).unwrap_or_default().to_owned()
}

fn uri<'a>(run: &'a Run, artifact: &'a Artifact) -> Option<&'a str> {
    let listed = || run.artifacts.at(artifact.index)?.location.as_ref()?.uri.as_deref();
    artifact.uri.as_deref().or_else(listed)
}

/// The place in the file: the fingerprint of the line, else line and column, else an offset.
pub(super) fn within(result: &SarifResult) -> String {
    let hash = |name: &str| result.fingerprints.as_ref()?.get(name)?.0.as_deref();
    if let Some(line) = hash("primaryLocationLineHash") {
        let column = hash("primaryLocationStartColumnFingerprint").map(|column| format!("@{column}"));
        return format!("{line}{}", column.unwrap_or_default());
    }
    let first = result.locations.entries().first();
    let region = first.and_then(|location| location.physical.as_ref()?.region.as_ref());
    region.map(|region| of_region(region)).unwrap_or_default()
}

fn of_region(region: &Region) -> String {
    let offset = region.char_offset.or(region.byte_offset).filter(|offset| *offset >= 0);
    let [line, column] = [region.start_line, region.start_column].map(|number| number.filter(|number| *number > 0));
    match (line, column, offset) {
        (Some(line), Some(column), _) => format!("{line}:{column}"),
        (Some(line), None, _) => line.to_string(),
        (None, _, Some(offset)) => format!("+{offset}"),
        _ => String::new(),
    }
}

/// The messages at each place of a file, and the findings so far.
#[derive(Default)]
pub(super) struct Places {
    messages: HashMap<u64, Vec<u64>>,
    known: HashSet<u64>,
}

impl Places {
    /// Gives a further message at the same place a number of its own. None for a finding that was there before and is
    /// no worse now, of which some linters write thousands.
    pub(super) fn told_apart(&mut self, mut finding: Finding, result: &SarifResult) -> Option<Finding> {
        // Nothing tells packages apart but what they are.
        let number = if finding.version.is_empty() { self.number(&finding, result) } else { 0 };
        if number > 0 {
            finding.place = format!("{}#{}", finding.place, number + 1);
        }
        let is_new = self.known.insert(hash(&(finding.identity(), finding.severity, finding.fixable)));
        is_new.then_some(finding)
    }

    fn number(&mut self, finding: &Finding, result: &SarifResult) -> usize {
        let messages = self.messages.entry(hash(&finding.identity())).or_default();
        let message = hash(&result.message);
        messages.iter().position(|known| *known == message).unwrap_or_else(|| {
            messages.push(message);
            messages.len() - 1
        })
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrElse).map(Self)
    }
}

struct TextOrElse;

impl<'de> Visitor<'de> for TextOrElse {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
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

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
}
