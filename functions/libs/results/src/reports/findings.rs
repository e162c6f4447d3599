//! What the readers of scanners' reports have in common.

use domain::quality::reports::{Finding, Report, Risk, Unknown, joined};
use purl::{GenericPurl, Purl};

use super::loose::List;
use super::notes::{Book, is_not};

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

/// What a scanner's word for a severity means; unknown where it says nothing. None for a word that no scanner is known to
/// use: to take it for unknown would let it through gates on critical findings.
pub(super) fn severity(word: Option<&str>) -> Option<Risk> {
    Risk::of_word(word.unwrap_or_default())
}

/// A finding on its way into a report, and the values in it that cannot be read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) finding: Finding,
    /// Labels that are not known because of a value, each with what is wrong.
    unread: Vec<(&'static str, String)>,
}

impl Draft {
    pub(super) fn of(finding: Finding) -> Self {
        Draft { finding, unread: Vec::new() }
    }

    /// A label is not known because of a value.
    pub(super) fn unread(&mut self, label: &'static str, what: String) {
        self.unread.push((label, what));
    }

    /// Its severity is not known because of a value.
    pub(super) fn unrated(&mut self, name: &str, value: &str) {
        self.unread("severity", is_not(name, value, "a severity that is known"));
    }

    /// The id and the package that it must have.
    pub(super) fn demand_id(&mut self) {
        if self.finding.id.is_empty() {
            self.unread("id", "a finding without its id".to_owned());
        }
    }

    pub(super) fn demand_package(&mut self) {
        if self.finding.package.is_empty() {
            self.unread("package", "a finding without its package".to_owned());
        }
    }

    /// Notes what cannot be read. A finding without its id or package is told from others by the place of its entry; none
    /// where there are so many that they are not kept, so that nobody knows how many findings there are.
    pub(super) fn finish(mut self, path: &str, book: &mut Book) -> Option<Finding> {
        let is_nameless = self.unread.iter().any(|(label, _)| matches!(*label, "id" | "package"));
        if is_nameless && book.is_full() {
            book.bad(path, "a finding without its id or package", Unknown::Findings);
            return None;
        }
        if is_nameless {
            self.finding.place = format!("{}{path}", self.finding.place);
        }
        for (label, what) in self.unread {
            book.bad(path, &what, Unknown::Label(label.to_owned()));
            self.finding.unread.push(label.to_owned());
        }
        Some(self.finding)
    }
}

/// An EPSS as it may be: a probability.
pub(super) fn probability(value: f64) -> Option<f64> {
    (0.0..=1.0).contains(&value).then_some(value)
}

/// A name without white space around it; empty where there is none.
pub(super) fn name(value: Option<&str>) -> String {
    value.map(str::trim).unwrap_or_default().to_owned()
}

/// Notes the entries of a list that are not what it is a list of: nobody knows how many findings there are.
pub(super) fn note_strange<T>(list: &List<T>, path: &str, book: &mut Book) {
    for at in list.strange() {
        book.bad(&format!("{path}[{at}]"), "an entry that is not an object", Unknown::Findings);
    }
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
