//! Samples of a load test, one by one, and the figures of their series.

use std::collections::BTreeMap;

use domain::quality::reports::{Report, Series, Unknown};

use super::limits::Budget;
use super::notes::{Notes, is_not};
use crate::input::Refusal;

/// The series of all samples. A label of that name is told only as a part of it.
pub(super) const TOTAL: &str = "total";

/// Figures that are not known where the time of a sample is not: the last to end may be this one.
const OF_TIMES: [&str; 7] = ["p50", "p90", "p95", "p99", "avg", "max", "rate"];

/// One request or transaction.
pub(super) struct Sample<'a> {
    pub(super) label: &'a str,
    /// Milliseconds that it took; none where they cannot be read.
    pub(super) elapsed: Option<u32>,
    /// Whether it failed; none where the report does not say or cannot be read.
    pub(super) failed: Option<bool>,
    /// When it began, in milliseconds since any moment; none where nobody can tell.
    pub(super) start: Option<i64>,
    /// Whether it is a transaction: not a request, but the sum of some.
    pub(super) transaction: bool,
}

/// Notes that values of a sample cannot be read.
pub(super) struct Unread<'s, 'n, 'b> {
    pub(super) label: &'s str,
    pub(super) transaction: bool,
    pub(super) notes: &'n mut Notes<'b>,
}

impl Unread<'_, '_, '_> {
    pub(super) fn elapsed(&mut self, name: &str, text: &str) {
        self.figures(&is_not(name, text, "a duration in milliseconds"), &OF_TIMES);
    }

    pub(super) fn success(&mut self, name: &str, text: &str) {
        self.figures(&is_not(name, text, "true or false"), &["error_rate"]);
    }

    pub(super) fn start(&mut self, name: &str, text: &str) {
        self.figures(&is_not(name, text, "a time"), &["rate"]);
    }

    fn figures(&mut self, what: &str, figures: &[&str]) {
        let total = (!self.transaction).then(|| TOTAL.to_owned());
        let names = std::iter::once(self.label.to_owned()).chain(total).collect();
        let figures = figures.iter().map(|figure| (*figure).to_owned()).collect();
        self.notes.bad(what, Unknown::Series { names, figures });
    }
}

/// The samples so far, by their labels: those of requests, and those of transactions.
pub(super) struct Samples {
    by_name: BTreeMap<String, [Taken; 2]>,
    budget: Budget,
}

#[derive(Default)]
struct Taken {
    elapsed: Vec<u32>,
    /// Samples whose times cannot be read.
    untimed: u64,
    failed: u64,
    /// Samples of which the report says whether they failed.
    told: u64,
    span: Span,
}

/// From the start of the first sample to the end of the last.
#[derive(Clone, Copy, Default)]
enum Span {
    #[default]
    Empty,
    Known(i64, i64),
    /// A sample has no time.
    Unknown,
}

impl Samples {
    pub(super) fn new(budget: Budget) -> Self {
        Samples { by_name: BTreeMap::new(), budget }
    }

    pub(super) fn add(&mut self, sample: &Sample<'_>) -> Result<(), Refusal> {
        self.budget.entry(1)?;
        self.series(sample.label)?[usize::from(sample.transaction)].add(sample);
        Ok(())
    }

    /// A transaction without any request: there is such a series, and it has not one sample more.
    pub(super) fn add_empty(&mut self, label: &str) -> Result<(), Refusal> {
        self.series(label).map(drop)
    }

    fn series(&mut self, label: &str) -> Result<&mut [Taken; 2], Refusal> {
        if !self.by_name.contains_key(label) {
            self.budget.entry(16)?;
            self.budget.text(label)?;
        }
        Ok(self.by_name.entry(label.to_owned()).or_default())
    }

    pub(super) fn finish(self) -> Report {
        let mut all = BTreeMap::new();
        let mut total = Taken::default();
        for (name, [mut requests, transactions]) in self.by_name {
            total.join(&requests);
            requests.join(&transactions);
            all.insert(name, requests.series());
        }
        all.insert(TOTAL.to_owned(), total.series());
        Report::Performance(all)
    }
}

impl Span {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Empty, span) | (span, Self::Empty) => span,
            (Self::Known(a, b), Self::Known(c, d)) => Self::Known(a.min(c), b.max(d)),
            _ => Self::Unknown,
        }
    }

    fn seconds(self) -> Option<f64> {
        match self {
            Self::Known(start, end) if end > start => Some(end.abs_diff(start) as f64 / 1000.0),
            _ => None,
        }
    }
}

impl Taken {
    fn add(&mut self, sample: &Sample<'_>) {
        match sample.elapsed {
            Some(elapsed) => self.elapsed.push(elapsed),
            None => self.untimed += 1,
        }
        self.told += u64::from(sample.failed.is_some());
        self.failed += u64::from(sample.failed == Some(true));
        let span =
            sample.start.zip(sample.elapsed).map(|(start, elapsed)| (start, start.saturating_add(elapsed.into())));
        self.span = self.span.with(span.map_or(Span::Unknown, |(start, end)| Span::Known(start, end)));
    }

    fn join(&mut self, other: &Self) {
        self.elapsed.extend(&other.elapsed);
        self.untimed += other.untimed;
        self.failed += other.failed;
        self.told += other.told;
        self.span = self.span.with(other.span);
    }

    /// Percentiles are the least sample that so many are not above (nearest rank), as in JMeter's aggregate report;
    /// its dashboard interpolates between two samples, so it tells times that no sample took. With the time of one
    /// sample unknown they all are.
    fn series(mut self) -> Series {
        self.elapsed.sort_unstable();
        let timed = if self.untimed == 0 { self.elapsed.as_slice() } else { &[] };
        let count = self.elapsed.len() as u64 + self.untimed;
        if count == 0 {
            return Series { count: Some(0.0), ..Series::default() };
        }
        let seconds = |ms: u32| f64::from(ms) / 1000.0;
        let rank = |percent: usize| (timed.len() * percent).div_ceil(100).max(1) - 1;
        let percentile = |percent: usize| timed.get(rank(percent)).copied().map(seconds);
        let sum: u64 = timed.iter().copied().map(u64::from).sum();
        Series {
            p50: percentile(50),
            p90: percentile(90),
            p95: percentile(95),
            p99: percentile(99),
            avg: (!timed.is_empty()).then(|| sum as f64 / timed.len() as f64 / 1000.0),
            max: timed.last().copied().map(seconds),
            rate: self.span.seconds().map(|seconds| count as f64 / seconds),
            // A share of some samples only would be that of others.
            error_rate: (self.told == count).then(|| self.failed as f64 * 100.0 / count as f64),
            count: Some(count as f64),
            ..Series::default()
        }
    }
}
