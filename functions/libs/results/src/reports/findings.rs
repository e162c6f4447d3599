//! What the readers of scanners' reports have in common.

use domain::quality::reports::{Finding, Report, Risk, joined};
use purl::{GenericPurl, Purl};
use serde::Deserialize;

use super::error::Error;
use crate::input::Refusal;

/// Characters of a title that are kept.
const LONGEST_TITLE: usize = 200;

/// Each finding once, as the report of its file.
pub(super) fn report(findings: impl IntoIterator<Item = Finding>) -> Report {
    Report::Vulnerabilities(joined(findings))
}

/// The first line of a text, which may be long.
pub(super) fn title(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    line.trim_end().chars().take(LONGEST_TITLE).collect()
}

/// What a scanner's word for a severity means; unknown where it says nothing.
///
/// A word that no scanner is known to use is an error: to take it for unknown would let it through gates on critical
/// findings.
pub(super) fn severity(word: Option<&str>) -> Result<Risk, Refusal> {
    let word = word.unwrap_or_default();
    Risk::of_word(word).ok_or_else(|| Refusal::value("severity", word))
}

/// An EPSS as it may be: a probability.
pub(super) fn probability(value: f64) -> Option<f64> {
    (0.0..=1.0).contains(&value).then_some(value)
}

/// A value that has to be there, and not be empty.
pub(super) fn demanded<'a>(value: Option<&'a str>, what: &'static str) -> Result<&'a str, Refusal> {
    value.map(str::trim).filter(|value| !value.is_empty()).ok_or(Refusal::Missing(what))
}

/// Name and version that a package URL tells, each as the package's ecosystem writes it; empty where it tells none.
///
/// Scanners disagree on names (`log4j-core` or `org.apache.logging.log4j:log4j-core`) and agree on package URLs.
pub(super) fn package_of(url: &str) -> Option<(String, String)> {
    let url = url.trim();
    if let Ok(known) = url.parse::<Purl>() {
        return Some((known.combined_name().into_owned(), known.version().unwrap_or_default().to_owned()));
    }
    let other: GenericPurl<String> = url.parse().ok()?;
    Some((other.name().to_owned(), other.version().unwrap_or_default().to_owned()))
}

/// The name of a package by its URL, else the one that the scanner gives it.
pub(super) fn package_name(url: Option<&str>, name: &str) -> String {
    url.and_then(package_of).map_or_else(|| name.trim().to_owned(), |(name, _)| name)
}

/// A list that may be left out or `null`, which many writers put for an empty one.
#[derive(Deserialize, Hash)]
#[serde(transparent)]
pub(super) struct List<T>(Option<Vec<T>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> List<T> {
    pub(super) fn push(&mut self, entry: T) {
        self.0.get_or_insert_default().push(entry);
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.0.as_mut()?.last_mut()
    }

    pub(super) fn entries(&self) -> &[T] {
        self.0.as_deref().unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The findings of each entry; an error says in which entry it is.
    pub(super) fn findings<I: IntoIterator<Item = Finding>>(
        &self,
        path: &str,
        read: impl Fn(&T) -> Result<I, Refusal>,
    ) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        for (at, entry) in self.entries().iter().enumerate() {
            findings.extend(read(entry).map_err(|reason| Error::at_key(format!("{path}[{at}]"), reason))?);
        }
        Ok(findings)
    }
}
