//! The name of a metric.

use std::fmt;

use super::{JUNIT, SOURCE};

/// A label that narrows a metric.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// `tag`, `severity`, …
    pub key: String,
    /// True for `=`, false for `!=`.
    pub equal: bool,
    /// A value, or a pattern with `*` and `?`.
    pub value: String,
}

/// A metric's name and the labels that narrow it, displayed as `tests{tag=critical}.failed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// Name with dots: `tests.failed`.
    pub name: String,
    /// Labels in order, so that two spellings of a metric are the same.
    pub labels: Vec<Label>,
    /// True if only what the baseline did not have counts: `tests.failed.new`.
    pub new: bool,
}

impl Metric {
    /// The metric without labels.
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), labels: Vec::new(), new: false }
    }

    /// The metric with one label more.
    pub(crate) fn with_label(mut self, key: &str, value: &str) -> Self {
        self.labels.push(Label { key: key.to_owned(), equal: true, value: value.to_owned() });
        self.labels.sort();
        self
    }

    /// The value of its label `source`, if it has one.
    pub(crate) fn source(&self) -> Option<&str> {
        self.labels.iter().find(|label| label.key == SOURCE).map(|label| label.value.as_str())
    }

    /// True if it is about unit tests.
    pub(crate) fn is_junit(&self) -> bool {
        self.source() == Some(JUNIT)
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (family, rest) = self.name.split_once('.').map_or((self.name.as_str(), None), |(a, b)| (a, Some(b)));
        f.write_str(family)?;
        if !self.labels.is_empty() {
            let labels: Vec<String> = self.labels.iter().map(ToString::to_string).collect();
            write!(f, "{{{}}}", labels.join(","))?;
        }
        rest.map_or(Ok(()), |rest| write!(f, ".{rest}"))?;
        f.write_str(if self.new { ".new" } else { "" })
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.equal { "=" } else { "!=" };
        let bare = self.value.trim() == self.value && !self.value.contains([',', '{', '}']);
        let quote = if bare { "" } else { "\"" };
        write!(f, "{}{sign}{quote}{}{quote}", self.key, self.value)
    }
}
