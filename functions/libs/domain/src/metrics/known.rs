//! The metrics that gates may name, with their units and labels.

use crate::problem::did_you_mean;

/// What a figure is measured in. Shares are kept in percent, durations in seconds, money in dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    Share,
    Seconds,
    Dollars,
    PerSecond,
}

/// What is known of a metric before any run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) unit: Unit,
    /// True if more results can only make the figure larger.
    pub(crate) grows: bool,
}

const fn known(unit: Unit, grows: bool) -> Known {
    Known { unit, grows }
}

/// Metrics with one name.
pub(super) const FIXED: [(&str, Known); 14] = [
    ("tests.total", known(Unit::Count, true)),
    ("tests.passed", known(Unit::Count, true)),
    ("tests.failed", known(Unit::Count, true)),
    ("tests.skipped", known(Unit::Count, true)),
    ("tests.pass_rate", known(Unit::Share, false)),
    ("tests.flaky", known(Unit::Count, true)),
    ("tests.duration", known(Unit::Seconds, true)),
    ("run.duration", known(Unit::Seconds, true)),
    ("run.environments", known(Unit::Count, true)),
    ("run.lost_shards", known(Unit::Count, true)),
    ("run.cost", known(Unit::Dollars, true)),
    ("coverage.line", known(Unit::Share, false)),
    ("coverage.branch", known(Unit::Share, false)),
    ("vulnerabilities", known(Unit::Count, true)),
];

/// Figures of `performance.<name>.<figure>`; the name is that of the load test's own metric.
const PERFORMANCE: [(&str, Known); 9] = [
    ("p50", known(Unit::Seconds, false)),
    ("p90", known(Unit::Seconds, false)),
    ("p95", known(Unit::Seconds, false)),
    ("p99", known(Unit::Seconds, false)),
    ("avg", known(Unit::Seconds, false)),
    ("max", known(Unit::Seconds, true)),
    ("rate", known(Unit::PerSecond, false)),
    ("error_rate", known(Unit::Share, false)),
    ("count", known(Unit::Count, true)),
];

/// What is known of a metric of this name.
pub(crate) fn lookup(name: &str) -> Option<Known> {
    let find = |list: &[(&str, Known)], name: &str| list.iter().find(|(known, _)| *known == name).map(|(_, k)| *k);
    match name.strip_prefix("performance.") {
        Some(rest) => find(&PERFORMANCE, rest.rsplit_once('.').filter(|(middle, _)| !middle.is_empty())?.1),
        None => find(&FIXED, name),
    }
}

/// The labels that a metric may carry, each with its values where they are known.
pub(crate) fn labels_of(name: &str) -> &'static [(&'static str, &'static [&'static str])] {
    match name.split('.').next() {
        Some("tests") => &[("tag", &[]), ("suite", &[])],
        Some("vulnerabilities") => &[("severity", &["critical", "high", "medium", "low", "unknown"])],
        _ => &[],
    }
}

/// The kind of report that a family of metrics comes from.
pub(crate) fn report_of(family: &str) -> Option<&'static str> {
    ["coverage", "performance", "vulnerabilities"].into_iter().find(|kind| *kind == family)
}

/// What a person may have meant by the name of no metric.
pub(crate) fn names_like(name: &str) -> String {
    match name.split('.').next() {
        Some("performance") => {
            let figures = PERFORMANCE.map(|(figure, _)| figure).join(", ");
            format!("write performance.<name>.<figure> with one of the figures {figures}")
        }
        Some("vulnerabilities") => "write vulnerabilities or vulnerabilities{severity=critical}".to_owned(),
        Some(family) => {
            let all = || FIXED.iter().map(|(known, _)| *known).chain(["performance.<name>.p95"]);
            let siblings: Vec<&str> = all().filter(|known| known.split('.').next() == Some(family)).collect();
            // Within a family only its own figures can be meant, however far off the word is.
            if siblings.is_empty() { did_you_mean(name, all()) } else { did_you_mean(name, siblings) }
        }
        None => String::new(),
    }
}
