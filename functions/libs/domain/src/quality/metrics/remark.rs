//! Why a metric has no value, or why its value is about nothing.

use std::collections::BTreeSet;

use super::{Filter, Metric, Metrics, Standing, kind_of};
use crate::base::problem::{did_you_mean, nearest};
use crate::quality::reports::Kind;

impl Metrics<'_> {
    /// A fragment; empty where there is nothing to say.
    pub(crate) fn remark(&self, metric: &Metric) -> String {
        match self.standing(metric) {
            Standing::Ungiven(kind) => return format!("no {kind} report was given"),
            Standing::Missing(kind, names) => {
                return format!("nobody delivered the {kind} report {}", names.join(", "));
            }
            Standing::Unavailable(kind, name, why) => {
                return format!("the {kind} report {name} could not be fetched: {why}");
            }
            Standing::Refused(kind, name, why) => return format!("the {kind} report {name} cannot be read: {why}"),
            Standing::Unread(kind, name, told) => {
                return format!("a value in the {kind} report {name} cannot be read: {told}");
            }
            Standing::Told => {}
        }
        match kind_of(metric) {
            Some(Kind::Performance) if self.value(metric).is_none() => self.about_series(&metric.name),
            Some(Kind::Coverage) if self.value(metric).is_none() => self.about_files(metric),
            Some(Kind::Performance | Kind::Coverage | Kind::Vulnerabilities) => String::new(),
            Some(Kind::Junit) | None if metric.name.starts_with("tests.") => self.about_tests(metric),
            _ if self.value(metric).is_none() => "it is not known of this run".to_owned(),
            _ => String::new(),
        }
    }

    fn about_series(&self, metric: &str) -> String {
        let (name, figure) =
            metric.strip_prefix("performance.").and_then(|rest| rest.rsplit_once('.')).unwrap_or_default();
        let series = &self.reported.series;
        if series.contains_key(name) {
            let told = self.reported.series_figures().into_iter();
            let told = told.filter_map(|known| known.strip_prefix(&format!("performance.{name}."))?.to_owned().into());
            let told: Vec<String> = told.collect();
            let others = if told.is_empty() { "anything" } else { &format!("{figure}, it tells {}", told.join(", ")) };
            return format!("the series \"{name}\" does not tell {others}");
        }
        if series.is_empty() {
            return "the performance report has no series".to_owned();
        }
        format!(
            "the performance report has no series \"{name}\", {}",
            did_you_mean(name, series.keys().map(String::as_str))
        )
    }

    fn about_files(&self, metric: &Metric) -> String {
        let what = if metric.name == "coverage.branch" { "branches" } else { "lines" };
        let dead = metric.labels.iter().find(|label| {
            let alone = Metric { labels: vec![(*label).clone()], ..metric.clone() };
            !self.reported.has_file(&Filter::of(&alone))
        });
        match dead {
            Some(label) => format!("the coverage report has no file with {label}"),
            None if metric.labels.is_empty() => format!("the coverage report has no {what}"),
            None => format!("the coverage report has no {what} there"),
        }
    }

    fn about_tests(&self, metric: &Metric) -> String {
        let total = |metric: &Metric| self.tally(&Filter::of(metric)).figure("total").unwrap_or(0.0);
        let source = |metric: &Metric| Metric {
            labels: metric.labels.iter().filter(|l| l.key == super::SOURCE).cloned().collect(),
            ..metric.clone()
        };
        let alone = |label: &&super::Label| {
            let mut one = source(metric);
            one.labels.push((*label).clone());
            total(&one) == 0.0
        };
        let kind = if metric.is_junit() { "unit test" } else { "test" };
        match metric.labels.iter().filter(|label| label.key != super::SOURCE).find(alone) {
            Some(label) if !label.equal => format!("{label} leaves out every {kind}"),
            Some(label) if label.key == "tag" => {
                format!("no {kind} has the tag \"{}\"{}", label.value, self.likely_tag(&label.value))
            }
            Some(label) if label.key == "suite" => format!("no {kind} is in the suite \"{}\"", label.value),
            Some(label) => format!("no {kind} has the name \"{}\"", label.value),
            None if total(metric) == 0.0 => format!("there is no such {kind}"),
            None if metric.name == "tests.pass_rate" && self.value(metric).is_none() => {
                format!("no {kind} passed or failed")
            }
            None => String::new(),
        }
    }

    /// A tag of the run that may have been meant; empty where none is alike.
    fn likely_tag(&self, tag: &str) -> String {
        let tags: BTreeSet<&str> = self.tests.iter().flat_map(|test| test.tags.iter().map(String::as_str)).collect();
        let near = nearest(tag, &tags.into_iter().collect::<Vec<_>>());
        near.map_or_else(String::new, |near| format!(", but some have \"{near}\""))
    }
}
