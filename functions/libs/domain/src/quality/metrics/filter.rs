//! Which things a metric's labels narrow it to.

use super::{JUNIT, Metric, SOURCE, TestRecord};
use crate::base::pattern::Pattern;
use crate::base::validate::normal_tag;
use crate::quality::reports::Finding;

/// The labels of a metric, made ready for comparing.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    junit: bool,
    wanted: Vec<Wanted>,
}

#[derive(Clone, Debug)]
struct Wanted {
    key: String,
    equal: bool,
    pattern: Pattern,
}

impl Wanted {
    /// Whether the label matches a thing that has these texts for it.
    fn lets_pass<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) -> bool {
        texts.into_iter().any(|text| self.pattern.is_of(text.as_ref())) == self.equal
    }
}

impl Filter {
    pub(super) fn of(metric: &Metric) -> Self {
        let robot = metric.name.starts_with("tests.") && !metric.is_junit();
        let pattern = if robot { Pattern::robot } else { Pattern::plain };
        let labels = metric.labels.iter().filter(|label| label.key != SOURCE);
        let wanted =
            labels.map(|label| Wanted { key: label.key.clone(), equal: label.equal, pattern: pattern(&label.value) });
        Self { junit: metric.source() == Some(JUNIT), wanted: wanted.collect() }
    }

    /// True if it is about unit tests.
    pub(super) fn junit(&self) -> bool {
        self.junit
    }

    /// True if it lets everything pass.
    pub(super) fn is_open(&self) -> bool {
        self.wanted.is_empty()
    }

    pub(super) fn is_of_test(&self, test: &TestRecord) -> bool {
        let long_name = if self.is_open() { String::new() } else { normal_tag(&test.long_name) };
        self.wanted.iter().all(|wanted| match wanted.key.as_str() {
            "tag" => wanted.lets_pass(test.tags.iter().map(|tag| normal_tag(tag))),
            "suite" => wanted.lets_pass(suites(&long_name)),
            _ => wanted.lets_pass(names(&long_name)),
        })
    }

    /// `name` is that of a unit test.
    pub(super) fn is_of_case(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.wanted.iter().all(|wanted| match wanted.key.as_str() {
            "suite" => wanted.lets_pass(suites(&name)),
            _ => wanted.lets_pass(names(&name)),
        })
    }

    pub(super) fn is_of_file(&self, package: &str, file: &str) -> bool {
        self.wanted.iter().all(|wanted| match wanted.key.as_str() {
            "package" => wanted.lets_pass([package.to_lowercase()]),
            _ => wanted.lets_pass([file.to_lowercase()]),
        })
    }

    /// Whether a finding is known to be one that the labels let pass.
    pub(super) fn is_of_finding(&self, finding: &Finding) -> bool {
        self.wanted.iter().all(|wanted| !is_unread(wanted, finding) && is_of(wanted, finding))
    }

    /// Whether a finding may be one or not, because the report has no readable value for a label.
    pub(super) fn is_unsure_of(&self, finding: &Finding) -> bool {
        let (unread, read): (Vec<_>, Vec<_>) = self.wanted.iter().partition(|wanted| is_unread(wanted, finding));
        !unread.is_empty() && read.iter().all(|wanted| is_of(wanted, finding))
    }
}

fn is_unread(wanted: &Wanted, finding: &Finding) -> bool {
    finding.unread.contains(&wanted.key)
}

fn is_of(wanted: &Wanted, finding: &Finding) -> bool {
    match wanted.key.as_str() {
        "severity" => wanted.lets_pass([finding.severity.word()]),
        "package" => wanted.lets_pass([finding.package.to_lowercase()]),
        "id" => wanted.lets_pass([finding.id.to_lowercase()]),
        "fixable" => wanted.lets_pass([word(finding.fixable)]),
        _ => wanted.lets_pass([word(finding.kev)]),
    }
}

fn word(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// The long names of the suites that a test is in, from the top.
fn suites(long_name: &str) -> impl Iterator<Item = &str> {
    long_name.match_indices('.').filter_map(|(at, _)| long_name.get(..at))
}

/// The long name, and what follows each of its dots: the test's own name is one of these, dots in it or not.
fn names(long_name: &str) -> impl Iterator<Item = &str> {
    let ends = long_name.match_indices('.').filter_map(|(at, _)| long_name.get(at + 1..));
    std::iter::once(long_name).chain(ends)
}
