//! Summaries of k6, in three forms:
//!
//! - what `--summary-export` writes: figures beside the name of the metric;
//! - what `handleSummary` gets: figures in `values`;
//! - the machine-readable summary, which both write with `--new-machine-readable-summary` since k6 1.5: a list of
//!   metrics in `results`, by the schema 1.0.0 of k6 2 (`internal/lib/summary/machinereadable`). It has no thresholds and
//!   no rates of counters, but the seconds that the test took, by which k6 itself divides (`CounterSink.Rate`). Its checks
//!   stand beside the metrics.
//!
//! k6 measures times in milliseconds. Those that it measures itself are told by their names; those of the test by
//! `"contains": "time"`, which the first form does not have. Figures of other trends are kept as they are, since nobody
//! says what they are.
//!
//! A figure that is `null` is not told, nor are those of a duration without a sample: so `JSON.stringify` writes what is not a number. Any other figure that is not a
//! number, or a time below zero, costs itself.

use std::collections::BTreeMap;

use domain::quality::reports::{Report, Series, Share, Unknown};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::json::{Document, Keys, Top};
use super::notes::{Book, is_not};
use crate::input::Refusal;

/// A summary has a few figures for each metric; one that is larger is none.
const LARGEST: usize = 8 << 20;

/// The figures of a trend: by k6's name, by that of gates, and where a series has them.
type Figure = (&'static str, &'static str, fn(&mut Series) -> &mut Option<f64>);
const TREND: [Figure; 10] = [
    ("p(50)", "p50", |series| &mut series.p50),
    ("med", "p50", |series| &mut series.p50),
    ("p(90)", "p90", |series| &mut series.p90),
    ("p90", "p90", |series| &mut series.p90),
    ("p(95)", "p95", |series| &mut series.p95),
    ("p95", "p95", |series| &mut series.p95),
    ("p(99)", "p99", |series| &mut series.p99),
    ("p99", "p99", |series| &mut series.p99),
    ("avg", "avg", |series| &mut series.avg),
    ("max", "max", |series| &mut series.max),
];

/// Trends of what always takes some time: figures that are all zero stand on no sample.
const TAKE_TIME: [&str; 4] = ["http_req_duration", "http_req_waiting", "iteration_duration", "grpc_req_duration"];

/// All figures that a series may have.
const ALL: [&str; 10] = ["p50", "p90", "p95", "p99", "avg", "max", "rate", "error_rate", "count", "thresholds_failed"];

#[derive(Deserialize)]
struct Summary {
    metrics: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct MachineReadable {
    #[serde(default)]
    config: Value,
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    metrics: Vec<Value>,
    #[serde(default)]
    checks: Value,
}

/// What is told of k6's stream of samples.
pub(super) const STREAM: &str = "the stream of samples that k6 writes with --out json; k6 writes a summary with \
    --summary-export";

/// Whether a text begins as what k6 writes with `--out json`: objects on lines of their own, the first of which tells a
/// metric or a point.
pub(super) fn is_stream(text: &str) -> bool {
    let Some((line, _)) = text.split_once('\n') else { return false };
    let Ok(first) = serde_json::from_str::<Value>(line) else { return false };
    matches!(first["type"].as_str(), Some("Metric" | "Point"))
        && first["metric"].is_string()
        && first["data"].is_object()
}

pub(super) fn looks_like(top: &Top) -> bool {
    let tools_own = |key: &str| ["metrics", "options", "state", "setup_data"].contains(&key);
    let looks = |keys: &Keys| {
        let summary = keys.is_object("metrics") && (keys.is_object("root_group") || keys.all(tools_own));
        summary || is_machine_readable(keys)
    };
    top.object().is_some_and(looks)
}

fn is_machine_readable(keys: &Keys) -> bool {
    keys.is_object("results") && keys.is_object("metadata") && keys.has("version")
}

pub(super) fn read(document: &Document, book: &mut Book) -> Result<Report, Error> {
    if document.len() > LARGEST {
        let told = format!("a summary of k6 with more than {LARGEST} bytes");
        return Err(Error::at_key("the whole report", Refusal::Limit(told)));
    }
    let machine_readable = document.top().object().is_some_and(is_machine_readable);
    let all =
        if machine_readable { of_machine_readable(&document.parsed()?, book) } else { of_summary(document, book)? };
    Ok(Report::Performance(all))
}

fn of_summary(document: &Document, book: &mut Book) -> Result<BTreeMap<String, Series>, Error> {
    let summary: Summary = document.parsed()?;
    let read = |(name, metric): (String, Value)| {
        let series = Metric { name: &name, path: format!("metrics.{name}"), seconds: None, book }.read(&metric);
        (name, series)
    };
    Ok(summary.metrics.into_iter().map(read).collect())
}

fn of_machine_readable(summary: &MachineReadable, book: &mut Book) -> BTreeMap<String, Series> {
    let seconds = summary.config.get("duration").and_then(Value::as_f64).filter(|seconds| *seconds > 0.0);
    let mut all = BTreeMap::new();
    for (at, metric) in summary.results.metrics.iter().enumerate() {
        let path = format!("results.metrics[{at}]");
        match metric.get("name").and_then(Value::as_str) {
            Some(name) => drop(all.insert(name.to_owned(), Metric { name, path, seconds, book }.read(metric))),
            None => book.bad(&path, "a metric without its name", Unknown::AllSeries),
        }
    }
    if let Some(series) = checks(&summary.results.checks, book) {
        all.entry(CHECKS.to_owned()).or_insert(series);
    }
    all
}

/// The series of all checks, which the machine-readable summary has by their names only.
const CHECKS: &str = "checks";

/// All checks together; none where there are none.
fn checks(checks: &Value, book: &mut Book) -> Option<Series> {
    let results = checks.get("results")?.as_array().filter(|results| !results.is_empty())?;
    let count = |(at, check): (usize, &Value), key: &str, book: &mut Book| {
        let value = check.get(key).unwrap_or(&Value::Null);
        let count = value.as_u64();
        if count.is_none() {
            let what = is_not(key, &value.to_string(), "a count");
            bad(book, &format!("results.checks.results[{at}]"), &what, CHECKS, &["count", "error_rate"]);
        }
        count.map(|count| count as f64)
    };
    let (mut all, mut failed) = (0.0, 0.0);
    let mut known = true;
    for check in results.iter().enumerate() {
        let (passes, fails) = (count(check, "passes", book), count(check, "fails", book));
        known &= passes.is_some() && fails.is_some();
        all += passes.unwrap_or_default() + fails.unwrap_or_default();
        failed += fails.unwrap_or_default();
    }
    let error_rate = (known && all > 0.0).then(|| failed * 100.0 / all);
    Some(Series { count: known.then_some(all), error_rate, ..Series::default() })
}

fn bad(book: &mut Book, path: &str, what: &str, series: &str, figures: &[&str]) {
    let figures = figures.iter().map(|figure| (*figure).to_owned()).collect();
    book.bad(path, what, Unknown::Series { names: vec![series.to_owned()], figures });
}

/// One metric on its way into a series.
struct Metric<'a> {
    name: &'a str,
    path: String,
    /// How long the test took, where the figures are not told by the second.
    seconds: Option<f64>,
    book: &'a mut Book,
}

impl Metric<'_> {
    fn read(mut self, metric: &Value) -> Series {
        let (of_metric, values) = match (metric, metric.get("values")) {
            (Value::Object(metric), None) => (metric, metric),
            (Value::Object(metric), Some(Value::Object(values))) => {
                self.path.push_str(".values");
                (metric, values)
            }
            _ => {
                self.bad("it has no figures", &ALL);
                return Series::default();
            }
        };
        let mut series = Series { thresholds: self.thresholds(of_metric), ..Series::default() };
        if let Some(true_ones) = ["passes", "matches"].into_iter().find(|key| values.contains_key(*key)) {
            self.share(true_ones, values, &mut series);
        } else if ["avg", "med", "p(95)", "p95"].into_iter().any(|key| values.contains_key(key)) {
            self.trend(is_time(self.name, of_metric), values, &mut series);
        } else {
            series.max = self.number("max", "max", values);
            series.rate = self.measured("rate", "rate", values);
        }
        if series.count.is_none() {
            series.count = self.measured("count", "count", values);
        }
        if is_counter(of_metric) && series.rate.is_none() {
            series.rate = self.seconds.zip(series.count).map(|(seconds, count)| count / seconds);
        }
        series
    }

    fn bad(&mut self, what: &str, figures: &[&str]) {
        bad(self.book, &self.path, what, self.name, figures);
    }

    /// The number behind `key`, which is that of `figure`.
    fn number(&mut self, key: &str, figure: &str, values: &Map<String, Value>) -> Option<f64> {
        let value = values.get(key).filter(|value| !value.is_null())?;
        let number = value.as_f64().filter(|number| number.is_finite());
        if number.is_none() {
            self.bad(&is_not(key, &text(value), "a number"), &[figure]);
        }
        number
    }

    /// A number that is never below zero.
    fn measured(&mut self, key: &str, figure: &str, values: &Map<String, Value>) -> Option<f64> {
        let number = self.number(key, figure, values)?;
        if number < 0.0 {
            self.bad(&is_not(key, &number.to_string(), "zero or more"), &[figure]);
        }
        Some(number).filter(|number| *number >= 0.0)
    }

    fn trend(&mut self, time: bool, values: &Map<String, Value>, series: &mut Series) {
        for (key, name, figure) in TREND {
            let value = match time {
                true => self.measured(key, name, values).map(|ms| ms / 1000.0),
                false => self.number(key, name, values),
            };
            let figure = figure(series);
            *figure = value.or(*figure);
        }
        // k6 writes zeros for a trend with a threshold and without a sample (grafana/k6#3518).
        let takes_time = TAKE_TIME.contains(&base(self.name));
        if takes_time && TREND.iter().all(|(.., figure)| figure(series).is_none_or(|value| value == 0.0)) {
            TREND.iter().for_each(|(.., figure)| *figure(series) = None);
        }
    }

    /// A share of samples that were true: `passes` of them and `fails` that were not, or `matches` of `total`. Only of
    /// two metrics k6 itself says what that means: a true `http_req_failed` is a failure, a true check is none. Others
    /// have a count alone.
    fn share(&mut self, true_ones: &str, values: &Map<String, Value>, series: &mut Series) {
        let of_both = if true_ones == "passes" { "fails" } else { "total" };
        let both = ["count", "error_rate"];
        let missing = |key: &str| values.get(key).is_none_or(Value::is_null);
        if missing(true_ones) || missing(of_both) {
            let what = format!("{true_ones} stands without {of_both}");
            return self.bad(&what, &both);
        }
        let (Some(count), Some(other)) = (self.counted(true_ones, values), self.counted(of_both, values)) else {
            return;
        };
        let all = if of_both == "total" { other } else { count + other };
        if count > all {
            return self
                .bad(&is_not(true_ones, &count.to_string(), &format!("at most the {all} that there are")), &both);
        }
        series.count = Some(all);
        if all > 0.0 {
            let share = count * 100.0 / all;
            match base(self.name) {
                "http_req_failed" | "checks_failed" => series.error_rate = Some(share),
                "checks" | "checks_succeeded" => series.error_rate = Some((all - count) * 100.0 / all),
                _ => {}
            }
        }
    }

    /// A count that both figures of a share stand on.
    fn counted(&mut self, key: &str, values: &Map<String, Value>) -> Option<f64> {
        let count = values.get(key).and_then(Value::as_f64).filter(|count| count.is_finite() && *count >= 0.0);
        if count.is_none() {
            let what = is_not(key, &values.get(key).map(text).unwrap_or_default(), "a count");
            self.bad(&what, &["count", "error_rate"]);
        }
        count
    }

    /// Thresholds by their expressions. In `--summary-export` true says that one was crossed (grafana/k6#1498); in the
    /// other form `ok` says that it was not.
    fn thresholds(&mut self, metric: &Map<String, Value>) -> Option<Share> {
        let thresholds = metric.get("thresholds").filter(|thresholds| !thresholds.is_null())?;
        let Some(thresholds) = thresholds.as_object() else {
            self.bad(&is_not("thresholds", &text(thresholds), "an object"), &["thresholds_failed"]);
            return None;
        };
        let mut share = Share::default();
        for (expression, told) in thresholds {
            let crossed = told.as_bool().or_else(|| told.get("ok")?.as_bool().map(|ok| !ok));
            if crossed.is_none() {
                let what = is_not(&format!("thresholds.{expression}"), &text(told), "true or false");
                self.bad(&what, &["thresholds_failed"]);
            }
            share.covered += u64::from(crossed == Some(true));
            share.all += 1;
        }
        Some(share)
    }
}

/// A value as a remark shows it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The metric of a submetric such as `http_req_duration{scenario:checkout}`.
fn base(name: &str) -> &str {
    name.split('{').next().unwrap_or(name)
}

fn is_counter(metric: &Map<String, Value>) -> bool {
    metric.get("type").and_then(Value::as_str) == Some("counter")
}

fn is_time(name: &str, metric: &Map<String, Value>) -> bool {
    if let Some(contains) = metric.get("contains").and_then(Value::as_str) {
        return contains == "time";
    }
    const NAMES: [&str; 11] = [
        "iteration_duration",
        "group_duration",
        "grpc_req_duration",
        "ws_connecting",
        "ws_ping",
        "ws_session_duration",
        "browser_web_vital_fcp",
        "browser_web_vital_fid",
        "browser_web_vital_inp",
        "browser_web_vital_lcp",
        "browser_web_vital_ttfb",
    ];
    let name = base(name);
    name.starts_with("http_req_") || name == "browser_http_req_duration" || NAMES.contains(&name)
}
