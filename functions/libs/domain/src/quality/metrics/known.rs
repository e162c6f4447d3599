//! The metrics that gates may name, with their units and labels.

use super::Metric;
use crate::base::problem::did_you_mean;
use crate::quality::reports::{Kind, Series};

/// The label that says whose tests are meant.
pub(crate) const SOURCE: &str = "source";
/// Its value for unit tests.
pub(crate) const JUNIT: &str = "junit";
/// Its value for the tests of Robot Framework, which are meant without the label.
pub(crate) const ROBOT: &str = "robot";

/// What a figure is measured in. Shares are kept in percent, durations in seconds, money in dollars, data in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    Share,
    Seconds,
    Dollars,
    Bytes,
    PerSecond,
    BytesPerSecond,
}

impl Unit {
    /// A figure as a gate writes it.
    pub(crate) fn written(self, figure: f64) -> String {
        match self {
            Self::Count | Self::PerSecond => figure.to_string(),
            Self::Share => format!("{figure}%"),
            Self::Seconds => format!("{figure}s"),
            Self::Dollars => format!("${figure}"),
            Self::Bytes => format!("{figure}B"),
            Self::BytesPerSecond => format!("{figure}B/s"),
        }
    }
}

/// What is known of a metric before any run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) unit: Unit,
    /// True if more results can only make the figure larger.
    pub(crate) grows: bool,
    /// True if the figure is an estimate from samples, so that few of them say little.
    pub(crate) sampled: bool,
}

const fn growing(unit: Unit) -> Known {
    Known { unit, grows: true, sampled: false }
}

const fn sampled(unit: Unit) -> Known {
    Known { unit, grows: false, sampled: true }
}

/// Metrics with one name.
pub(super) const FIXED: [(&str, Known); 15] = [
    ("tests.total", growing(Unit::Count)),
    ("tests.passed", growing(Unit::Count)),
    ("tests.failed", growing(Unit::Count)),
    ("tests.skipped", growing(Unit::Count)),
    ("tests.pass_rate", sampled(Unit::Share)),
    ("tests.flaky", growing(Unit::Count)),
    ("tests.quarantined", growing(Unit::Count)),
    ("tests.duration", growing(Unit::Seconds)),
    ("run.duration", growing(Unit::Seconds)),
    ("run.environments", growing(Unit::Count)),
    ("run.lost_shards", growing(Unit::Count)),
    ("run.cost", growing(Unit::Dollars)),
    ("coverage.line", sampled(Unit::Share)),
    ("coverage.branch", sampled(Unit::Share)),
    ("vulnerabilities", growing(Unit::Count)),
];

/// Figures of `performance.<name>.<figure>`; the name is that of the load test's own series.
pub(super) const PERFORMANCE: [(&str, Known); 10] = [
    ("p50", sampled(Unit::Seconds)),
    ("p90", sampled(Unit::Seconds)),
    ("p95", sampled(Unit::Seconds)),
    ("p99", sampled(Unit::Seconds)),
    ("avg", sampled(Unit::Seconds)),
    ("max", growing(Unit::Seconds)),
    ("rate", sampled(Unit::PerSecond)),
    ("error_rate", sampled(Unit::Share)),
    ("count", growing(Unit::Count)),
    ("thresholds_failed", growing(Unit::Count)),
];

/// Reads a figure of a series.
type Figure = fn(&Series) -> Option<f64>;

/// Where a series has each of them.
pub(super) const FIGURES: [(&str, Figure); 10] = [
    ("p50", |series| series.p50),
    ("p90", |series| series.p90),
    ("p95", |series| series.p95),
    ("p99", |series| series.p99),
    ("avg", |series| series.avg),
    ("max", |series| series.max),
    ("rate", |series| series.rate),
    ("error_rate", |series| series.error_rate),
    ("count", |series| series.count),
    ("thresholds_failed", |series| series.thresholds.map(|crossed| crossed.covered as f64)),
];

/// Series whose samples are bytes: k6's counters of data.
const OF_BYTES: [&str; 2] = ["data_received", "data_sent"];

/// Metrics that count things with names, so that those can be told that the baseline did not have.
const COUNTABLE: [&str; 3] = ["tests.failed", "tests.flaky", "vulnerabilities"];

/// A label that a metric may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownLabel {
    pub(crate) key: &'static str,
    /// The only values that it can have; empty where there may be any, and patterns of them.
    pub(crate) values: &'static [&'static str],
}

const fn free(key: &'static str) -> KnownLabel {
    KnownLabel { key, values: &[] }
}

const fn one_of(key: &'static str, values: &'static [&'static str]) -> KnownLabel {
    KnownLabel { key, values }
}

const SOURCES: KnownLabel = one_of(SOURCE, &[ROBOT, JUNIT]);
const ROBOT_TESTS: [KnownLabel; 4] = [free("tag"), free("suite"), free("name"), SOURCES];
const UNIT_TESTS: [KnownLabel; 3] = [free("suite"), free("name"), SOURCES];
const COVERAGE: [KnownLabel; 2] = [free("package"), free("file")];
const VULNERABILITIES: [KnownLabel; 5] = [
    one_of("severity", &["critical", "high", "medium", "low", "unknown"]),
    free("package"),
    free("id"),
    one_of("fixable", &["true", "false"]),
    one_of("kev", &["true", "false"]),
];

/// What is known of a metric of this name.
pub(crate) fn lookup(name: &str) -> Option<Known> {
    let find = |list: &[(&str, Known)], name: &str| list.iter().find(|(known, _)| *known == name).map(|(_, k)| *k);
    let Some(rest) = name.strip_prefix("performance.") else { return find(&FIXED, name) };
    let (series, figure) = rest.rsplit_once('.').filter(|(series, _)| !series.is_empty())?;
    let known = find(&PERFORMANCE, figure)?;
    let unit = match (OF_BYTES.contains(&series), known.unit) {
        (true, Unit::Count) if figure == "count" => Unit::Bytes,
        (true, Unit::PerSecond) => Unit::BytesPerSecond,
        (_, unit) => unit,
    };
    Some(Known { unit, ..known })
}

/// True if a metric counts things with names.
pub(crate) fn countable(name: &str) -> bool {
    COUNTABLE.contains(&name)
}

/// The metrics that count things with names, as a sentence has them.
pub(crate) fn countables() -> String {
    COUNTABLE.map(|name| format!("{name}.new")).join(", ")
}

/// The labels that a metric may carry.
pub(crate) fn labels_of(name: &str, junit: bool) -> &'static [KnownLabel] {
    match name.split('.').next() {
        Some("tests") if junit => &UNIT_TESTS,
        Some("tests") => &ROBOT_TESTS,
        Some("coverage") => &COVERAGE,
        Some("vulnerabilities") => &VULNERABILITIES,
        _ => &[],
    }
}

/// The kind of report that a metric comes from, if it comes from one.
pub(crate) fn kind_of(metric: &Metric) -> Option<Kind> {
    match metric.name.split('.').next() {
        Some("coverage") => Some(Kind::Coverage),
        Some("performance") => Some(Kind::Performance),
        Some("vulnerabilities") => Some(Kind::Vulnerabilities),
        Some("tests") if metric.is_junit() => Some(Kind::Junit),
        _ => None,
    }
}

/// A figure as a gate writes it, with the unit of its metric and at most three decimals.
pub fn written(metric: &str, figure: f64) -> String {
    let behind = |labels: &str| labels.split_once('}').map_or(String::new(), |(_, rest)| rest.to_owned());
    let name = metric.split_once('{').map_or(metric.to_owned(), |(family, labels)| family.to_owned() + &behind(labels));
    let figure = (figure * 1e3).round() / 1e3;
    lookup(&name).map_or_else(|| figure.to_string(), |known| known.unit.written(figure))
}

/// The name that gates have for a series of a load test: what they cannot write becomes `_`.
pub(crate) fn series_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' }).collect()
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

/// All metrics as the README's table has them: name, unit, labels and whether they take a least count.
#[cfg(test)]
pub(crate) fn table() -> Vec<String> {
    let performance = PERFORMANCE.iter().map(|(figure, known)| (format!("performance.<name>.{figure}"), known));
    let all = FIXED.iter().map(|(name, known)| ((*name).to_owned(), known)).chain(performance);
    let row = |(name, known): (String, &Known)| {
        let unit = match known.unit {
            Unit::Count => "count",
            Unit::Share => "share",
            Unit::Seconds => "duration",
            Unit::Dollars => "money",
            Unit::PerSecond => "per second",
            Unit::Bytes | Unit::BytesPerSecond => "data",
        };
        let labels: Vec<&str> = labels_of(&name, false).iter().map(|label| label.key).collect();
        format!("`{name}` | {unit} | {} | {}", labels.join(", "), if known.sampled { "yes" } else { "" })
    };
    all.map(row).collect()
}
