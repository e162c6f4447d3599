//! Trends of the last runs: a line for a gate's figure, columns for the failures of a run.

use super::numbers::figure;
use super::{Gate, PastRun, Report, TREND, class_of};

/// Width and height of a gate's line, in pixels.
const LINE: (f64, f64) = (132.0, 32.0);
/// Room around the line for its last point.
const MARGIN: f64 = 4.0;
/// Height of the highest column, and width of one with the gap behind it, in pixels.
const COLUMN: (f64, f64) = (40.0, 10.0);

/// The line of a gate's figure.
pub(super) struct Spark {
    /// Points from the oldest run to this one, for `polyline`.
    pub(super) points: String,
    /// The last point.
    pub(super) last: (String, String),
    /// Height of the threshold, where it is near enough to be seen.
    pub(super) limit: Option<String>,
    /// The same in words.
    pub(super) words: String,
}

impl Spark {
    /// None without an earlier run or without a figure.
    pub(super) fn new(gate: &Gate) -> Option<Self> {
        let mut values: Vec<f64> = last(&gate.trend).iter().map(|(_, value)| *value).collect();
        let runs = values.len();
        values.push(gate.value_number?);
        if runs == 0 || !values.iter().all(|value| value.is_finite()) {
            return None;
        }
        let (low, high) = range(&values);
        let limit = gate.limit_number.filter(|limit| (low - (high - low)..=high + (high - low)).contains(limit));
        let (low, high) = (limit.map_or(low, |limit| low.min(limit)), limit.map_or(high, |limit| high.max(limit)));
        let x = |at: usize| MARGIN + (LINE.0 - 2.0 * MARGIN) * at as f64 / runs as f64;
        let y = |value: f64| match high - low {
            0.0 => LINE.1 / 2.0,
            span => LINE.1 - MARGIN - (LINE.1 - 2.0 * MARGIN) * (value - low) / span,
        };
        let point = |(at, value): (usize, &f64)| format!("{:.1},{:.1}", x(at), y(*value));
        let (first, now) = (figure(values[0], &gate.unit), figure(values[runs], &gate.unit));
        let plural = if runs == 1 { "" } else { "s" };
        Some(Spark {
            points: values.iter().enumerate().map(point).collect::<Vec<_>>().join(" "),
            last: (format!("{:.1}", x(runs)), format!("{:.1}", y(values[runs]))),
            limit: limit.map(|limit| format!("{:.1}", y(limit))),
            words: format!("Over {runs} earlier run{plural}: from {first} to {now}"),
        })
    }
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// The newest runs that are shown.
fn last<T>(runs: &[T]) -> &[T] {
    &runs[runs.len().saturating_sub(TREND)..]
}

/// Columns of the last runs, this one at the right.
pub(super) struct Chart<'a> {
    /// From the oldest.
    pub(super) columns: Vec<Column>,
    /// The earlier runs, newest first.
    pub(super) runs: Vec<&'a PastRun>,
    /// Width in pixels.
    pub(super) width: f64,
    /// The same in words.
    pub(super) words: String,
}

/// One run: its failures as a column above a mark in the colour of its verdict.
pub(super) struct Column {
    pub(super) x: f64,
    pub(super) height: String,
    pub(super) y: String,
    pub(super) class: &'static str,
    pub(super) words: String,
}

impl<'a> Chart<'a> {
    /// None without an earlier run.
    pub(super) fn new(report: &'a Report) -> Option<Self> {
        let runs = last(&report.history);
        if runs.is_empty() {
            return None;
        }
        let most = runs.iter().map(|run| run.failed).chain([report.failed]).max().unwrap_or(0);
        let earlier = runs.iter().map(|run| (run.run.as_str(), run.verdict.as_str(), run.failed));
        let all = earlier.chain([(report.run.as_str(), report.verdict.as_str(), report.failed)]);
        let columns: Vec<Column> = all.enumerate().map(|(at, run)| Column::new(at, run, most)).collect();
        let passed = runs.iter().filter(|run| run.verdict == "passed").count();
        Some(Chart {
            width: columns.len() as f64 * COLUMN.1,
            columns,
            words: format!("{passed} of the last {} runs passed", runs.len()),
            runs: runs.iter().rev().collect(),
        })
    }
}

impl Column {
    fn new(at: usize, (run, verdict, failed): (&str, &str, u64), most: u64) -> Self {
        // Few failures beside many must still be seen.
        let height = if failed == 0 { 0.0 } else { (COLUMN.0 * failed as f64 / most as f64).max(2.0) };
        Column {
            x: at as f64 * COLUMN.1,
            height: format!("{height:.1}"),
            y: format!("{:.1}", COLUMN.0 - height),
            class: class_of(verdict),
            words: format!("{run}: {verdict}, {failed} failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(trend: &[f64], value: f64, limit: f64) -> Gate {
        let run = |(at, value): (usize, &f64)| (format!("r{at}"), *value);
        let trend = trend.iter().enumerate().map(run).collect();
        Gate { trend, value_number: Some(value), limit_number: Some(limit), unit: "%".into(), ..Gate::default() }
    }

    #[test]
    fn a_line_goes_from_the_oldest_of_thirty_runs_to_this_one() {
        let spark = Spark::new(&gate(&[80.0, 90.0], 85.0, 84.0)).unwrap();
        assert_eq!(spark.points, "4.0,28.0 66.0,4.0 128.0,16.0");
        assert_eq!((spark.last.0.as_str(), spark.last.1.as_str()), ("128.0", "16.0"));
        assert_eq!(spark.limit.as_deref(), Some("18.4"));
        assert_eq!(spark.words, "Over 2 earlier runs: from 80% to 85%");
        let long = Spark::new(&gate(&[50.0; 40], 50.0, 10.0)).unwrap();
        assert_eq!(long.points.split(' ').count(), TREND + 1);
        assert_eq!(long.limit, None, "a limit far away would flatten the line");
    }

    #[test]
    fn there_is_no_line_without_an_earlier_run() {
        assert!(Spark::new(&gate(&[], 1.0, 1.0)).is_none());
        assert!(Spark::new(&gate(&[f64::NAN], 1.0, 1.0)).is_none());
    }

    #[test]
    fn few_failures_are_seen_beside_many() {
        let run = |failed| PastRun { verdict: "failed".into(), failed, ..PastRun::default() };
        let history = vec![run(1000), run(1), PastRun { verdict: "passed".into(), ..run(0) }];
        let report = Report { history, verdict: "passed".into(), ..Report::default() };
        let chart = Chart::new(&report).unwrap();
        let heights: Vec<_> = chart.columns.iter().map(|column| column.height.as_str()).collect();
        assert_eq!(heights, ["40.0", "2.0", "0.0", "0.0"]);
        assert_eq!(chart.words, "1 of the last 3 runs passed");
        assert!(Chart::new(&Report::default()).is_none());
    }
}
