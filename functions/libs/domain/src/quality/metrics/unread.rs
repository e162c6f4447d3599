//! Which figures are not known because of a value in a report that cannot be read.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::known::series_name;
use super::{Filter, Metric, Standing};
use crate::quality::reports::{Finding, Kind, Part, Remark, Unknown};

/// Figures that say how unit tests ended.
const OUTCOMES: [&str; 5] = ["tests.passed", "tests.failed", "tests.skipped", "tests.flaky", "tests.pass_rate"];

/// The values in the reports of a run that cannot be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread {
    /// Those that may be about several metrics.
    values: Vec<Value>,
    /// Those of the figures of series, of which there may be very many, by their metrics.
    of_series: BTreeMap<String, Vec<Value>>,
}

#[derive(Clone, Debug)]
struct Value {
    kind: Kind,
    report: String,
    told: String,
    unknown: Unknown,
}

impl Unread {
    /// Adds what is unknown of a report.
    pub(super) fn add(&mut self, kind: Kind, report: &str, remarks: &[Remark]) {
        for Remark { told, unknown } in remarks {
            let Some(unknown) = unknown.clone() else { continue };
            let value = Value { kind, report: report.to_owned(), told: told.clone(), unknown };
            match &value.unknown {
                Unknown::Series { names, figures } => {
                    for metric in metrics(names, figures) {
                        self.of_series.entry(metric).or_default().push(value.clone());
                    }
                }
                _ => self.values.push(value),
            }
        }
    }

    /// Seconds of each unit test that nobody knows the end of.
    pub(super) fn ended(&self, filter: &Filter) -> impl Iterator<Item = f64> {
        let of_tests = self.values.iter().filter(|value| value.kind == Kind::Junit);
        of_tests.filter_map(|value| match &value.unknown {
            Unknown::Outcome { name, seconds } if filter.is_of_case(name) => Some(*seconds),
            _ => None,
        })
    }

    /// Names of the metrics of series that have figures which cannot be read.
    pub(super) fn series_figures(&self) -> impl Iterator<Item = &String> {
        self.of_series.keys()
    }

    /// Why the metric's figure is not known, where values that it needs cannot be read: the first of them.
    pub(super) fn hides(&self, kind: Kind, metric: &Metric, findings: &[Finding]) -> Option<Standing> {
        let filter = Filter::of(metric);
        // There may be many findings, so they are asked once for all values.
        let unsure = LazyCell::new(|| findings.iter().any(|finding| filter.is_unsure_of(finding)));
        let is_narrowed = |key: &str| metric.labels.iter().any(|label| label.key == *key) && *unsure;
        let of_series = self.of_series.get(&metric.name).into_iter().flatten();
        let others = self.values.iter().filter(|value| value.kind == kind);
        let others = others.filter(|value| match &value.unknown {
            Unknown::Label(key) => is_narrowed(key),
            unknown => is_about(unknown, &metric.name, &filter),
        });
        let mut hiding = of_series.chain(others);
        let first = hiding.next()?;
        let more = hiding.count();
        let told = if more == 0 { first.told.clone() } else { format!("{} (and {more} more)", first.told) };
        Some(Standing::Unread(kind, first.report.clone(), told))
    }
}

/// Whether a value leaves a metric unknown. What is of series and of labels is asked elsewhere.
fn is_about(unknown: &Unknown, metric: &str, filter: &Filter) -> bool {
    match unknown {
        Unknown::Time(test) => metric == "tests.duration" && test.as_ref().is_none_or(|test| filter.is_of_case(test)),
        Unknown::Outcome { name, .. } => OUTCOMES.contains(&metric) && filter.is_of_case(name),
        Unknown::Outcomes => OUTCOMES.contains(&metric),
        Unknown::Unshown => metric != "tests.failed",
        Unknown::Lines(part) => metric == "coverage.line" && is_of(part, filter),
        Unknown::Branches(part) => metric == "coverage.branch" && is_of(part, filter),
        Unknown::Series { .. } | Unknown::Label(_) => false,
        Unknown::Tests | Unknown::AllSeries | Unknown::Findings => true,
    }
}

fn is_of(part: &Part, filter: &Filter) -> bool {
    match part {
        // What a report states for all says nothing about a part.
        Part::Stated => filter.is_open(),
        Part::File { package, file } => filter.is_of_file(package, file),
        Part::Any => true,
    }
}

/// The metrics of these figures of these series.
fn metrics(names: &[String], figures: &[String]) -> impl Iterator<Item = String> {
    let of = |name: &String| {
        let name = series_name(name);
        figures.iter().map(move |figure| format!("performance.{name}.{figure}"))
    };
    names.iter().flat_map(of)
}
