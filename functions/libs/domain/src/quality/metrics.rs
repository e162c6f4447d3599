//! Metrics: the named figures of a run that gates are about.

mod before;
mod cases;
mod filter;
mod known;
mod name;
mod remark;
mod reported;
mod tested;
mod unread;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use self::filter::Filter;
#[cfg(test)]
pub(crate) use self::known::table;
pub use self::known::written;
pub(crate) use self::known::{
    JUNIT, Known, ROBOT, SOURCE, Unit, countable, countables, kind_of, labels_of, lookup, names_like, series_name,
};
pub use self::name::{Label, Metric};
pub use self::reported::Joined;
use self::reported::Reported;
pub(crate) use self::reported::Standing;
use self::tested::Tally;
use crate::quality::baseline::BaselineFigures;
use crate::quality::reports::{Kind, ReportState, Risk, finding_name};
use crate::results::outcome::Status;
use crate::results::records::TestRecord;

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

/// The figures of one run, computed when they are asked for. Shares are in percent, durations in seconds, money in
/// dollars, amounts of data in bytes.
#[derive(Clone, Debug)]
pub struct Metrics<'a> {
    tests: &'a [TestRecord],
    run: RunFacts,
    reported: Arc<Reported>,
    /// Whether tests in quarantine count like all others.
    strict: bool,
}

impl<'a> Metrics<'a> {
    /// Figures of the tests and facts of a run, without reports.
    pub fn from_run(tests: &'a [TestRecord], run: RunFacts) -> Self {
        Self { tests, run, reported: Arc::default(), strict: false }
    }

    /// Adds every report that the run named, those that are missing or cannot be read among them. One path that
    /// several shards may leave behind is missing only if none did.
    ///
    /// Several reports of a kind are one:
    /// - A line of the same file and package in several coverage reports is covered if one of them says so. Where they
    ///   tell only how many lines are covered, and always for branches, the largest number counts: the least that
    ///   all of them reached together.
    /// - A finding counts once, whatever reports it stands in. Where they rate it differently it counts as either.
    /// - Of a load test's series of one name the worst figure counts: the lowest rate, the highest of all others.
    ///   Counts are added, and averages and error rates are weighted by them where every report has one.
    /// - Unit tests are put one after the other; one that a rerun repeats counts once, and has failed if it ever failed.
    pub fn with_reports(mut self, reports: &[ReportState]) -> Self {
        self.reported = Arc::new(Reported::of(reports));
        self
    }

    /// The same figures with tests in quarantine counted like all others.
    pub(crate) fn counting_quarantined(&self) -> Self {
        Self { strict: true, ..self.clone() }
    }

    /// The figure, or none where nothing tells it. Of a metric of what is new this is none: that takes a baseline.
    pub fn value(&self, metric: &Metric) -> Option<f64> {
        if metric.new {
            return None;
        }
        let filter = Filter::of(metric);
        match metric.name.split_once('.') {
            Some(("tests", _)) if self.is_about_nothing(metric) => None,
            Some(("tests", figure)) => self.tally(&filter).figure(figure),
            Some(("run", figure)) => self.of_run(figure),
            Some(("coverage", figure)) => self.reported.coverage(figure, &filter),
            Some(("performance", figure)) => self.reported.performance(figure),
            _ => self.has(Kind::Vulnerabilities).then(|| self.reported.findings(&filter).len() as f64),
        }
        .filter(|value| value.is_finite())
    }

    /// Whether labels leave a figure of tests without any test, or a report has no unit test: a misspelt tag must not pass
    /// for a tag without failures. How many there are, and how many of them passed, is known all the same.
    pub(crate) fn is_about_nothing(&self, metric: &Metric) -> bool {
        let Some(("tests", figure)) = metric.name.split_once('.') else { return false };
        let filter = Filter::of(metric);
        let narrowed = filter.junit() || !filter.is_open();
        let is_empty = || self.tally(&filter).total() == 0;
        // A report may state how many tests there are and show none.
        let total = Metric { name: "tests.total".to_owned(), ..metric.clone() };
        !matches!(figure, "total" | "passed")
            && narrowed
            && is_empty()
            && !matches!(self.standing(&total), Standing::Unread(..))
    }

    /// How many samples a share, an average or a percentile stands on; none where nothing tells it.
    pub(crate) fn samples(&self, metric: &Metric) -> Option<u64> {
        let filter = Filter::of(metric);
        match metric.name.split_once('.') {
            Some(("tests", "pass_rate")) => Some(self.tally(&filter).ran()),
            Some(("coverage", figure)) => self.reported.covered(figure, &filter).map(|share| share.all),
            Some(("performance", figure)) => self.reported.performance_samples(figure),
            _ => None,
        }
    }

    /// For a metric that ends with `.new`: how many of its things the baseline did not have; none if the baseline
    /// does not tell.
    pub(crate) fn new_ones(&self, metric: &Metric, baseline: &BaselineFigures) -> Option<f64> {
        let now = self.names(metric)?;
        let then = before::names(baseline, metric, self.strict)?;
        // A baseline of version 0.1 names tests without their files.
        let old = |name: &str| then.get(name.split_once(": ").filter(|_| metric.name.starts_with("tests."))?.1);
        let known = |name: &str| then.get(name).or_else(|| old(name)).copied().unwrap_or(0);
        let more = |(name, count): (&String, &u64)| count.saturating_sub(known(name));
        Some(now.iter().map(more).sum::<u64>() as f64)
    }

    /// Names of the things that a countable metric counts, each with how many there are of it.
    pub(crate) fn names(&self, metric: &Metric) -> Option<BTreeMap<String, u64>> {
        let filter = Filter::of(metric);
        let of_tests = |wanted: fn(Status, bool) -> bool| match filter.junit() {
            true => self.has(Kind::Junit).then(|| self.reported.cases_where(&filter, wanted)),
            false => Some(self.tests_where(&filter, wanted)),
        };
        match metric.name.as_str() {
            "tests.failed" => of_tests(|status, _| status == Status::Failed),
            "tests.flaky" => of_tests(|_, flaky| flaky),
            "vulnerabilities" => {
                self.has(Kind::Vulnerabilities).then(|| finding_names(self.reported.findings(&filter)))
            }
            _ => None,
        }
    }

    fn tests_where(&self, filter: &Filter, wanted: fn(Status, bool) -> bool) -> BTreeMap<String, u64> {
        let tests = self.tests.iter().filter(|test| self.strict || !test.quarantined);
        let tests = tests.filter(|test| wanted(test.status, test.flaky) && filter.is_of_test(test));
        tests.map(|test| (test.id().to_string(), 1)).collect()
    }

    /// Names of the tests in quarantine that failed or were flaky, each with its file.
    pub(crate) fn excused(&self) -> BTreeSet<String> {
        let excused = |test: &&TestRecord| test.quarantined && (test.status == Status::Failed || test.flaky);
        self.tests.iter().filter(excused).map(|test| test.id().to_string()).collect()
    }

    /// Whether the reports that a metric is about are there.
    pub(crate) fn standing(&self, metric: &Metric) -> Standing {
        let Some(kind) = kind_of(metric) else { return Standing::Told };
        match self.reported.standing(kind) {
            Standing::Told => {
                self.reported.unread.hides(kind, metric, &self.reported.findings).unwrap_or(Standing::Told)
            }
            other => other,
        }
    }

    /// Every figure without labels that has a value, those of severities and of unit tests too: for history,
    /// baselines and dashboards.
    pub fn figures(&self) -> BTreeMap<String, f64> {
        self.told().into_iter().filter_map(|metric| Some((metric.to_string(), self.value(&metric)?))).collect()
    }

    /// The metrics of `figures`.
    pub(crate) fn told(&self) -> Vec<Metric> {
        self.all().into_iter().filter(|metric| self.standing(metric) == Standing::Told).collect()
    }

    /// Metrics like those of `figures` that have no figure because of a value in a report that cannot be read.
    pub fn unknown(&self) -> BTreeSet<String> {
        let unread = |metric: &Metric| matches!(self.standing(metric), Standing::Unread(..));
        self.all().into_iter().filter(unread).map(|metric| metric.to_string()).collect()
    }

    fn all(&self) -> Vec<Metric> {
        let fixed = || known::FIXED.iter().map(|(name, _)| Metric::plain(name));
        let junit = fixed().filter(|metric| metric.name.starts_with("tests.") && metric.name != "tests.quarantined");
        let junit = junit.map(|metric| metric.with_label(SOURCE, JUNIT));
        let severities =
            Risk::VARIANTS.iter().map(|risk| Metric::plain("vulnerabilities").with_label("severity", risk.word()));
        let mut series: BTreeSet<String> = self.reported.series_figures().into_iter().collect();
        series.extend(self.reported.unread.series_figures().cloned());
        let series = series.iter().map(|name| Metric::plain(name)).collect::<Vec<_>>();
        fixed().chain(junit).chain(severities).chain(series).collect()
    }

    fn has(&self, kind: Kind) -> bool {
        self.reported.read.contains(&kind)
    }

    fn tally(&self, filter: &Filter) -> Tally {
        let mut tally = Tally::default();
        if filter.junit() {
            self.reported.cases(filter).for_each(|case| tally.add_case(case));
            self.reported.unread.ended(filter).for_each(|seconds| tally.add_unended(seconds));
        } else {
            let tests = self.tests.iter().filter(|test| filter.is_of_test(test));
            tests.for_each(|test| tally.add_test(test, self.strict));
        }
        tally
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

/// Findings by the key that compares them with those of an earlier run, each with how many there are. A finding is
/// not new if it remains after an update of the package, or if only its line moves. It is new if the same rule is
/// broken once more in the same file.
fn finding_names(findings: BTreeSet<(&str, &str, &str, &str)>) -> BTreeMap<String, u64> {
    let mut names = BTreeMap::new();
    for (id, package, ..) in findings {
        *names.entry(finding_name(id, package)).or_insert(0) += 1;
    }
    names
}

#[cfg(test)]
mod tests;
