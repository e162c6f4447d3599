//! Samples of a load test, one by one, and the figures of their series.

use std::collections::BTreeMap;

use domain::quality::reports::{Report, Series};

use super::limits::Budget;
use crate::input::Refusal;

/// The series of all samples. A label of that name is told only as a part of it.
pub(super) const TOTAL: &str = "total";

/// One request or transaction.
pub(super) struct Sample<'a> {
    pub(super) label: &'a str,
    /// Milliseconds that it took.
    pub(super) elapsed: u32,
    /// Whether it failed; none where the report does not say.
    pub(super) failed: Option<bool>,
    /// When it began, in milliseconds since any moment; none where nobody can tell.
    pub(super) start: Option<i64>,
}

/// The samples so far, by their labels.
pub(super) struct Samples {
    by_name: BTreeMap<String, Taken>,
    budget: Budget,
}

#[derive(Default)]
struct Taken {
    elapsed: Vec<u32>,
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
        if !self.by_name.contains_key(sample.label) {
            self.budget.entry(16)?;
            self.budget.text(sample.label)?;
        }
        let taken = self.by_name.entry(sample.label.to_owned()).or_default();
        taken.elapsed.push(sample.elapsed);
        taken.told += u64::from(sample.failed.is_some());
        taken.failed += u64::from(sample.failed == Some(true));
        let end = sample.start.map(|start| (start, start.saturating_add(sample.elapsed.into())));
        taken.span = taken.span.with(end.map_or(Span::Unknown, |(start, end)| Span::Known(start, end)));
        Ok(())
    }

    pub(super) fn finish(self) -> Report {
        let mut all = BTreeMap::new();
        let mut total = Taken::default();
        for (name, taken) in self.by_name {
            total.elapsed.extend(&taken.elapsed);
            total.failed += taken.failed;
            total.told += taken.told;
            total.span = total.span.with(taken.span);
            all.insert(name, taken.series());
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
    /// Percentiles are the least sample that so many are not above (nearest rank), as in JMeter's aggregate report;
    /// its dashboard interpolates between two samples, so it tells times that no sample took.
    fn series(mut self) -> Series {
        self.elapsed.sort_unstable();
        let count = self.elapsed.len();
        if count == 0 {
            return Series { count: Some(0.0), ..Series::default() };
        }
        let seconds = |ms: u32| f64::from(ms) / 1000.0;
        let rank = |percent: usize| (count * percent).div_ceil(100).max(1) - 1;
        let percentile = |percent: usize| self.elapsed.get(rank(percent)).copied().map(seconds);
        let sum: u64 = self.elapsed.iter().copied().map(u64::from).sum();
        Series {
            p50: percentile(50),
            p90: percentile(90),
            p95: percentile(95),
            p99: percentile(99),
            avg: Some(sum as f64 / count as f64 / 1000.0),
            max: self.elapsed.last().copied().map(seconds),
            rate: self.span.seconds().map(|seconds| count as f64 / seconds),
            // A share of some samples only would be that of others.
            error_rate: (self.told == count as u64).then(|| self.failed as f64 * 100.0 / count as f64),
            count: Some(count as f64),
            ..Series::default()
        }
    }
}
