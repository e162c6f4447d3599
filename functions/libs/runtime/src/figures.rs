//! Figures for CloudWatch in its embedded metric format: one line of JSON in the function's log, and no call.
//!
//! CloudWatch reads a line of a Lambda function's log as metrics where all of it is one JSON object with `_aws`; so it
//! is written past the log's own format. The format: AWS's "Specification: Embedded metric format".

use std::io::Write;

use domain::base::time::Time;
use serde_json::{Map, Value, json};

/// Most metrics that one directive may define.
const METRICS_A_DIRECTIVE: usize = 100;
/// Most dimensions that a set may have.
const MOST_DIMENSIONS: usize = 30;
/// Longest value of a dimension that is kept; CloudWatch takes 1,024 ASCII characters.
const LONGEST_VALUE: usize = 255;

/// What a figure counts, in CloudWatch's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many.
    Count,
    /// Seconds.
    Seconds,
    /// Hundredths.
    Percent,
    /// Something that CloudWatch has no word for, such as dollars.
    None,
}

/// Figures with one time and the same dimensions.
#[derive(Clone, Debug)]
pub struct Figures {
    namespace: &'static str,
    at: Time,
    dimensions: Vec<&'static str>,
    metrics: Vec<Value>,
    members: Map<String, Value>,
}

impl Figures {
    /// No figures yet, of the time `at`.
    pub fn new(namespace: &'static str, at: Time) -> Self {
        Self { namespace, at, dimensions: Vec::new(), metrics: Vec::new(), members: Map::new() }
    }

    /// Tells the figures apart by `value`. Each value makes metrics of its own, and each metric costs by the month: so
    /// nothing that is new in every run, and no branch.
    #[must_use]
    pub fn by(mut self, name: &'static str, value: &str) -> Self {
        // A dimension takes ASCII only, and something of it must be visible.
        let mut value: String = value.chars().filter(|c| (' '..='~').contains(c)).take(LONGEST_VALUE).collect();
        if value.trim().is_empty() {
            value = "-".to_owned();
        }
        if self.dimensions.len() < MOST_DIMENSIONS {
            self.dimensions.push(name);
            self.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds a figure. One that is no number, or infinite, is left out: CloudWatch would drop the whole line.
    #[must_use]
    pub fn figure(mut self, name: &'static str, unit: Unit, value: f64) -> Self {
        if value.is_finite() && !self.members.contains_key(name) {
            self.metrics.push(json!({"Name": name, "Unit": format!("{unit:?}")}));
            self.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds what is no figure and stands in the log only, where a query finds it.
    #[must_use]
    pub fn property(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members.entry(name).or_insert_with(|| value.into());
        self
    }

    /// The line, without its end.
    pub fn line(&self) -> String {
        let directive = |metrics: &[Value]| json!({"Namespace": self.namespace, "Dimensions": [self.dimensions], "Metrics": metrics});
        let directives: Vec<Value> = self.metrics.chunks(METRICS_A_DIRECTIVE).map(directive).collect();
        let mut root = self.members.clone();
        root.insert("_aws".to_owned(), json!({"Timestamp": self.at.seconds() * 1000, "CloudWatchMetrics": directives}));
        Value::Object(root).to_string()
    }

    /// Writes the line into the function's log.
    pub fn print(&self) -> std::io::Result<()> {
        let line = self.line() + "\n";
        std::io::stdout().lock().write_all(line.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What AWS's schema and specification ask of a line, as far as it is not said by types; empty where it is kept.
    fn faults(line: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut hold = |holds: bool, what: &str| {
            if !holds {
                faults.push(what.to_owned());
            }
        };
        hold(line.len() <= 1024 * 1024 && !line.contains('\n'), "a line of at most 1 MB");
        let root: Value = serde_json::from_str(line).unwrap_or_default();
        let named = |value: &Value| value.as_str().is_some_and(|name| (1..=255).contains(&name.len()));
        hold(root["_aws"]["Timestamp"].is_u64(), "a time in whole milliseconds");
        let directives = root["_aws"]["CloudWatchMetrics"].as_array().cloned().unwrap_or_default();
        hold(!directives.is_empty(), "at least one directive");
        for directive in &directives {
            hold(named(&directive["Namespace"]), "a namespace");
            let sets = directive["Dimensions"].as_array().cloned().unwrap_or_default();
            hold(!sets.is_empty(), "at least one set of dimensions");
            for set in sets.iter().map(|set| set.as_array().cloned().unwrap_or_default()) {
                hold(set.len() <= 30 && set.iter().all(named), "at most 30 dimensions in a set, with names");
                let values =
                    set.iter().map(|name| root[name.as_str().unwrap_or_default()].as_str().unwrap_or_default());
                let good = |value: &str| (1..=1024).contains(&value.trim().len()) && value.is_ascii();
                hold(values.into_iter().all(good), "a text for each dimension");
            }
            let metrics = directive["Metrics"].as_array().cloned().unwrap_or_default();
            hold((1..=100).contains(&metrics.len()), "1 to 100 metrics");
            for metric in metrics {
                let units = ["Count", "Seconds", "Percent", "None"];
                hold(named(&metric["Name"]), "a name for each metric");
                hold(units.iter().any(|unit| metric["Unit"] == *unit), "a unit of CloudWatch");
                hold(root[metric["Name"].as_str().unwrap_or_default()].is_number(), "a number for each metric");
            }
        }
        faults
    }

    fn nothing() -> Figures {
        Figures::new("QAOps", 1_790_000_000.into())
    }

    #[test]
    fn a_line_keeps_the_format() {
        let figures = nothing().by("Suite", "shop").figure("Tests", Unit::Count, 3.0).property("Run", "r1");
        assert_eq!(faults(&figures.line()), Vec::<String>::new());
        let root: Value = serde_json::from_str(&figures.line()).unwrap();
        let metrics = json!([{"Name": "Tests", "Unit": "Count"}]);
        let directive = json!({"Namespace": "QAOps", "Dimensions": [["Suite"]], "Metrics": metrics});
        let aws = json!({"Timestamp": 1_790_000_000_000_u64, "CloudWatchMetrics": [directive]});
        assert_eq!(root, json!({"_aws": aws, "Suite": "shop", "Tests": 3.0, "Run": "r1"}));
    }

    #[test]
    fn what_cloudwatch_would_refuse_is_not_written() {
        let odd = ["", " ", "käse", "a\nb", &"x".repeat(5000), "\u{1f600}"];
        for suite in odd {
            let figures = nothing().by("Suite", suite).figure("Tests", Unit::Count, 1.0);
            assert_eq!(faults(&figures.line()), Vec::<String>::new(), "{suite}");
        }
        let figures = nothing().by("Suite", "a").figure("A", Unit::Percent, f64::NAN);
        let figures = figures.figure("B", Unit::Seconds, f64::INFINITY).figure("C", Unit::None, 0.5);
        assert_eq!(faults(&figures.line()), Vec::<String>::new());
        assert!(!figures.line().contains("\"A\"") && figures.line().contains("\"C\""));
        let taken = nothing().by("Suite", "a").figure("Suite", Unit::Count, 1.0).property("Suite", 1);
        assert!(taken.figure("Tests", Unit::Count, 1.0).line().contains(r#""Suite":"a""#));
    }

    #[test]
    fn more_than_a_hundred_metrics_stand_in_several_directives() {
        let names: Vec<&'static str> = (0..250).map(|n| &*Box::leak(format!("m{n}").into_boxed_str())).collect();
        let figures = names.iter().fold(nothing().by("Suite", "a"), |all, name| all.figure(name, Unit::Count, 1.0));
        assert_eq!(faults(&figures.line()), Vec::<String>::new());
    }

    #[test]
    fn planted_faults_are_reported() {
        for line in ["", "{}", r#"{"_aws": {"Timestamp": 1.5, "CloudWatchMetrics": []}}"#] {
            assert!(!faults(line).is_empty(), "{line}");
        }
        let line = nothing().by("Suite", "a").figure("Tests", Unit::Count, 1.0).line();
        for (from, to) in [("\"Count\"", "\"Pieces\""), ("1.0", "null"), ("\"a\"", "\"\""), ("[[\"Suite\"]]", "[]")] {
            assert!(!faults(&line.replace(from, to)).is_empty(), "{from}");
        }
    }
}
