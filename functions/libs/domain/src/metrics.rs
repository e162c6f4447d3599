//! Metrics: the named figures of a run that gates are about.

mod known;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use self::known::{Known, Unit, labels_of, lookup, names_like, report_of};
use crate::names::normal_tag;
use crate::outcome::{Counts, Status};

/// A metric's name and the labels that narrow it, displayed as `tests{tag=critical}.failed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// Name with dots: `tests.failed`.
    pub name: String,
    /// Labels in the order of the gate.
    pub labels: Vec<(String, String)>,
}

impl Metric {
    /// The metric without labels.
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), labels: Vec::new() }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.labels.is_empty() {
            return f.write_str(&self.name);
        }
        let (family, rest) = self.name.split_once('.').map_or((self.name.as_str(), None), |(a, b)| (a, Some(b)));
        let labels: Vec<String> = self.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        write!(f, "{family}{{{}}}", labels.join(","))?;
        rest.map_or(Ok(()), |rest| write!(f, ".{rest}"))
    }
}

/// One test of a run, after its reruns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRecord {
    /// Names of all suites and the test, joined by dots.
    pub long_name: String,
    /// Suite file below the package's root.
    pub suite_file: String,
    /// How it ended in its last attempt that counts.
    pub status: Status,
    /// Tags in the spelling of the file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Duration in seconds.
    pub seconds: f64,
    /// True if it failed first and passed when it was run again.
    #[serde(default)]
    pub flaky: bool,
    /// True if it is in quarantine, so that its failure fails no gate but a mandatory one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quarantined: bool,
}

/// What is known of a run besides its tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Seconds since the run's start; none while nobody knows.
    pub seconds: Option<f64>,
    /// Environments that ran at least one shard.
    pub environments: u32,
    /// Shards that were given up.
    pub lost_shards: u32,
    /// Cost in dollars; none where no price is known.
    pub cost: Option<f64>,
}

/// The figures of one run, computed when they are asked for.
#[derive(Clone, Debug)]
pub struct Metrics<'a> {
    tests: &'a [TestRecord],
    run: RunFacts,
    reported: BTreeMap<String, f64>,
}

impl<'a> Metrics<'a> {
    /// Figures of the tests and facts of a run.
    pub fn from_run(tests: &'a [TestRecord], run: RunFacts) -> Self {
        Self { tests, run, reported: BTreeMap::new() }
    }

    /// Adds a figure of a report, such as `coverage.line` in percent, by the name that its metric displays.
    pub fn with(mut self, metric: impl Into<String>, value: f64) -> Self {
        self.reported.insert(metric.into(), value);
        self
    }

    /// The figure, or none where nothing tells it. Shares are in percent, durations in seconds, money in dollars.
    pub fn value(&self, metric: &Metric) -> Option<f64> {
        match metric.name.split_once('.') {
            Some(("tests", figure)) => self.of_tests(figure, &metric.labels),
            Some(("run", figure)) => self.of_run(figure),
            _ => self.reported.get(&metric.to_string()).copied(),
        }
        .filter(|value| value.is_finite())
    }

    /// Every figure without labels that has a value: for history, baselines and dashboards.
    pub fn figures(&self) -> BTreeMap<String, f64> {
        let plain = known::FIXED.iter().map(|(name, _)| Metric::plain(name));
        let fixed = plain.filter_map(|metric| Some((metric.to_string(), self.value(&metric)?)));
        fixed.chain(self.reported.clone()).collect()
    }

    /// Why a metric has no value, or why its value is about nothing: a fragment, empty where there is nothing to say.
    pub(crate) fn remark(&self, metric: &Metric) -> String {
        let family = metric.name.split('.').next().unwrap_or("");
        if family != "tests" && self.value(metric).is_some() {
            return String::new();
        }
        if let Some(report) = report_of(family) {
            return format!("no {report} report was given");
        }
        if family == "run" {
            return "it is not known of this run".to_owned();
        }
        match metric.labels.iter().find(|label| self.matching(std::slice::from_ref(*label)).next().is_none()) {
            Some((key, value)) if key == "tag" => format!("no test has the tag \"{value}\""),
            Some((_, value)) => format!("no test is in the suite \"{value}\""),
            None if self.matching(&metric.labels).next().is_none() => "there is no such test".to_owned(),
            None if metric.name == "tests.pass_rate" => "no test passed or failed".to_owned(),
            None => String::new(),
        }
    }

    fn matching<'m>(&'m self, labels: &[(String, String)]) -> impl Iterator<Item = &'a TestRecord> + use<'a> {
        let wanted: Vec<(bool, String)> = labels.iter().map(|(key, value)| (key == "tag", normal_tag(value))).collect();
        self.tests.iter().filter(move |test| {
            wanted.iter().all(|(tag, value)| if *tag { has_tag(test, value) } else { is_below(test, value) })
        })
    }

    fn of_tests(&self, figure: &str, labels: &[(String, String)]) -> Option<f64> {
        let tests = || self.matching(labels);
        let mut counts = Counts::default();
        tests().for_each(|test| counts.add(test.status));
        match figure {
            "total" => Some(counts.total() as f64),
            "passed" => Some(counts.passed as f64),
            "failed" => Some(counts.failed as f64),
            "skipped" => Some(counts.skipped as f64),
            "flaky" => Some(tests().filter(|test| test.flaky).count() as f64),
            "duration" => Some(tests().map(|test| test.seconds.max(0.0)).sum()),
            // Skipped tests say nothing of the product; a share of nothing is no figure.
            "pass_rate" => match counts.passed + counts.failed {
                0 => None,
                ran => Some(counts.passed as f64 * 100.0 / ran as f64),
            },
            _ => None,
        }
    }

    fn of_run(&self, figure: &str) -> Option<f64> {
        match figure {
            "duration" => self.run.seconds,
            "environments" => Some(self.run.environments.into()),
            "lost_shards" => Some(self.run.lost_shards.into()),
            "cost" => self.run.cost,
            _ => None,
        }
    }
}

fn has_tag(test: &TestRecord, wanted: &str) -> bool {
    test.tags.iter().any(|tag| normal_tag(tag) == wanted)
}

/// True if the long name begins with the suite's, up to a dot.
fn is_below(test: &TestRecord, suite: &str) -> bool {
    normal_tag(&test.long_name).strip_prefix(suite).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests;
