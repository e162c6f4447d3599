//! Summaries of k6: what `--summary-export` writes (figures beside the name) and what `handleSummary` gets (figures
//! in `values`).
//!
//! k6 measures times in milliseconds. Those that it measures itself are told by their names; those of the test by
//! `"contains": "time"`, which only the second form has. Figures of other trends are kept as they are, since nobody
//! says what they are.

use std::collections::BTreeMap;

use domain::quality::reports::{Report, Series, Share};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::Error;
use super::json::{Document, Keys, Top};
use crate::input::Refusal;

/// A summary has a few figures for each metric; one that is larger is none.
const LARGEST: usize = 8 << 20;

/// The figures of a trend, and the ones that gates have for them.
type Figure = (&'static str, fn(&mut Series) -> &mut Option<f64>);
const TREND: [Figure; 7] = [
    ("p(50)", |series| &mut series.p50),
    ("med", |series| &mut series.p50),
    ("p(90)", |series| &mut series.p90),
    ("p(95)", |series| &mut series.p95),
    ("p(99)", |series| &mut series.p99),
    ("avg", |series| &mut series.avg),
    ("max", |series| &mut series.max),
];

#[derive(Deserialize)]
struct Summary {
    metrics: BTreeMap<String, Map<String, Value>>,
}

pub(super) fn looks_like(top: &Top) -> bool {
    let tools_own = |key: &str| ["metrics", "options", "state", "setup_data"].contains(&key);
    let looks = |keys: &Keys| keys.is_object("metrics") && (keys.is_object("root_group") || keys.all(tools_own));
    top.object().is_some_and(looks)
}

pub(super) fn read(document: &Document) -> Result<Report, Error> {
    if document.len() > LARGEST {
        let told = format!("a summary of k6 with more than {LARGEST} bytes");
        return Err(Error::at_key("the whole report", Refusal::Limit(told)));
    }
    let summary: Summary = document.parsed()?;
    let mut all = BTreeMap::new();
    for (name, metric) in &summary.metrics {
        all.insert(name.clone(), of_metric(name, metric)?);
    }
    Ok(Report::Performance(all))
}

/// The figures of one metric, wherever they stand.
struct Figures<'a> {
    path: String,
    values: &'a Map<String, Value>,
}

impl Figures<'_> {
    fn number(&self, key: &str) -> Result<Option<f64>, Error> {
        let value = match self.values.get(key) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value,
        };
        let number = value.as_f64().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| self.wrong(key, value))
    }

    /// A figure that is never below zero.
    fn measured(&self, key: &str) -> Result<Option<f64>, Error> {
        match self.number(key)? {
            Some(number) if number < 0.0 => Err(self.wrong(key, &number.into())),
            number => Ok(number),
        }
    }

    fn wrong(&self, key: &str, value: &Value) -> Error {
        Error::at_key(format!("{}.{key}", self.path), Refusal::value("number", &value.to_string()))
    }
}

fn of_metric(name: &str, metric: &Map<String, Value>) -> Result<Series, Error> {
    let figures = match metric.get("values") {
        None => Figures { path: format!("metrics.{name}"), values: metric },
        Some(Value::Object(values)) => Figures { path: format!("metrics.{name}.values"), values },
        Some(_) => return Err(Error::at_key(format!("metrics.{name}.values"), Refusal::Shape("no object".into()))),
    };
    let mut series = Series { thresholds: thresholds(name, metric)?, ..Series::default() };
    if figures.values.contains_key("passes") {
        rate(name, &figures, &mut series)?;
    } else if figures.values.contains_key("avg") || figures.values.contains_key("med") {
        trend(is_time(name, metric), &figures, &mut series)?;
    } else {
        series.max = figures.number("max")?;
        series.rate = figures.measured("rate")?;
    }
    if series.count.is_none() {
        series.count = figures.measured("count")?;
    }
    Ok(series)
}

fn trend(time: bool, figures: &Figures<'_>, series: &mut Series) -> Result<(), Error> {
    for (key, figure) in TREND {
        let value = if time { figures.measured(key)?.map(|ms| ms / 1000.0) } else { figures.number(key)? };
        let figure = figure(series);
        *figure = value.or(*figure);
    }
    Ok(())
}

/// A share of samples that were true: `passes` of them, and `fails` that were not. Only of two metrics k6 itself
/// says what that means: a true `http_req_failed` is a failure, a true check is none. Others have a count alone.
fn rate(name: &str, figures: &Figures<'_>, series: &mut Series) -> Result<(), Error> {
    let passes = figures.measured("passes")?.unwrap_or_default();
    let all = passes + figures.measured("fails")?.unwrap_or_default();
    series.count = Some(all);
    if all > 0.0 {
        let share = passes * 100.0 / all;
        match base(name) {
            "http_req_failed" => series.error_rate = Some(share),
            "checks" => series.error_rate = Some((all - passes) * 100.0 / all),
            _ => {}
        }
    }
    Ok(())
}

/// Thresholds by their expressions. In `--summary-export` true says that one was crossed (grafana/k6#1498); in the
/// other form `ok` says that it was not.
fn thresholds(name: &str, metric: &Map<String, Value>) -> Result<Option<Share>, Error> {
    let Some(thresholds) = metric.get("thresholds").and_then(Value::as_object) else { return Ok(None) };
    let mut share = Share::default();
    for (expression, told) in thresholds {
        let crossed = told.as_bool().or_else(|| told.get("ok")?.as_bool().map(|ok| !ok));
        let path = || format!("metrics.{name}.thresholds.{expression}");
        let crossed = crossed.ok_or_else(|| Error::at_key(path(), Refusal::value("threshold", &told.to_string())))?;
        share.covered += u64::from(crossed);
        share.all += 1;
    }
    Ok(Some(share))
}

/// The metric of a submetric such as `http_req_duration{scenario:checkout}`.
fn base(name: &str) -> &str {
    name.split('{').next().unwrap_or(name)
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
