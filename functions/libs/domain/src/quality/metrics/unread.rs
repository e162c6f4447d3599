//! Which figures are not known because of a value in a report that cannot be read.

use super::known::series_name;
use super::reported::Reported;
use super::{Filter, Metric, Standing};
use crate::quality::reports::{Kind, Part, Unknown};

/// Figures that say how unit tests ended.
const OUTCOMES: [&str; 5] = ["tests.passed", "tests.failed", "tests.skipped", "tests.flaky", "tests.pass_rate"];

/// A value that cannot be read, and the report that it is in.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    pub(super) kind: Kind,
    pub(super) report: String,
    pub(super) told: String,
    pub(super) unknown: Unknown,
}

impl Reported {
    /// Why the metric's figure is not known, where values that it needs cannot be read: the first of them.
    pub(super) fn unread(&self, kind: Kind, metric: &Metric) -> Option<Standing> {
        let filter = Filter::of(metric);
        let mut hiding = self.unread.iter().filter(|unread| unread.kind == kind);
        let first = hiding.find(|unread| self.hides(&unread.unknown, metric, &filter))?;
        let more = hiding.filter(|unread| self.hides(&unread.unknown, metric, &filter)).count();
        let told = if more == 0 { first.told.clone() } else { format!("{} (and {more} more)", first.told) };
        Some(Standing::Unread(kind, first.report.clone(), told))
    }

    fn hides(&self, unknown: &Unknown, metric: &Metric, filter: &Filter) -> bool {
        let name = metric.name.as_str();
        match unknown {
            Unknown::Time(test) => name == "tests.duration" && test.as_ref().is_none_or(|test| filter.is_of_case(test)),
            Unknown::Outcome { name: test, .. } => OUTCOMES.contains(&name) && filter.is_of_case(test),
            Unknown::Outcomes => OUTCOMES.contains(&name),
            Unknown::Unshown => name != "tests.failed",
            Unknown::Lines(part) => name == "coverage.line" && is_of(part, filter),
            Unknown::Branches(part) => name == "coverage.branch" && is_of(part, filter),
            Unknown::Series { names, figures } => is_figure(name, names, figures),
            Unknown::Label(key) => {
                let narrowed = metric.labels.iter().any(|label| label.key == *key);
                narrowed && self.findings.iter().any(|finding| filter.is_unsure_of(finding))
            }
            Unknown::Tests | Unknown::AllSeries | Unknown::Findings => true,
        }
    }

    /// Seconds of each unit test that nobody knows the end of.
    pub(super) fn unended(&self, filter: &Filter) -> impl Iterator<Item = f64> {
        self.unread.iter().filter_map(|unread| match &unread.unknown {
            Unknown::Outcome { name, seconds } if filter.is_of_case(name) => Some(*seconds),
            _ => None,
        })
    }

    /// Names of the metrics of series that have figures which cannot be read.
    pub(super) fn unread_series(&self) -> impl Iterator<Item = String> {
        let unread = self.unread.iter().filter_map(|unread| match &unread.unknown {
            Unknown::Series { names, figures } => Some((names, figures)),
            _ => None,
        });
        unread.flat_map(|(names, figures)| {
            let of = |name: &String| figures.iter().map(|figure| metric_of(name, figure)).collect::<Vec<_>>();
            names.iter().flat_map(of).collect::<Vec<_>>()
        })
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

fn is_figure(metric: &str, names: &[String], figures: &[String]) -> bool {
    let told = metric.strip_prefix("performance.").and_then(|rest| rest.rsplit_once('.'));
    told.is_some_and(|(series, figure)| {
        figures.iter().any(|known| known == figure) && names.iter().any(|name| series_name(name) == series)
    })
}

fn metric_of(series: &str, figure: &str) -> String {
    format!("performance.{}.{figure}", series_name(series))
}
