//! Conditions on the figures of a masked data set, written like a suite's gates.
//!
//! ```text
//! check    = metric [ "{" label { "," label } "}" ] operator limit
//! metric   = "rows" | "null_rate" | "unique" | "freshness" | "references.broken" | "pii.suspected"
//! label    = ( "table" | "column" ) "=" name
//! operator = "==" | "!=" | "<" | "<=" | ">" | ">="
//! limit    = number [ "%" | "s" | "m" | "h" | "d" ]
//! ```
//!
//! A check without a table is about every table that has what it asks for, and all of them must hold. One that no table fits
//! does not hold.

use domain::base::problem::{Problem, did_you_mean};
use domain::quality::gates::Operator;
use serde::Serialize;
use winnow::ascii::{float, space0};
use winnow::combinator::{alt, delimited, opt, separated, terminated};
use winnow::prelude::*;
use winnow::token::take_while;

use crate::policy::tree::Node;
use crate::run::{ColumnFigures, Figures};

/// One check.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// As the policy says it.
    pub text: String,
    metric: Metric,
    table: Option<String>,
    column: Option<String>,
    operator: Operator,
    limit: f64,
}

/// What came of a check for one table, column or data set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The check.
    pub check: String,
    /// What the figure is of, such as `people.email`.
    pub subject: String,
    /// The figure, if there is one.
    pub value: Option<f64>,
    /// Whether the check holds.
    pub held: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Metric {
    Rows,
    NullRate,
    Unique,
    Freshness,
    Broken,
    Suspected,
}

const METRICS: &[(&str, Metric)] = &[
    ("rows", Metric::Rows),
    ("null_rate", Metric::NullRate),
    ("unique", Metric::Unique),
    ("freshness", Metric::Freshness),
    ("references.broken", Metric::Broken),
    ("pii.suspected", Metric::Suspected),
];

const UNITS: &[(&str, f64)] = &[("%", 1.0), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

struct Written<'a> {
    metric: &'a str,
    labels: Vec<(&'a str, &'a str)>,
    operator: Operator,
    number: f64,
    unit: &'a str,
}

impl Check {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, Problem> {
        Self::parse(node.text()?).map_err(|(what, help)| node.problem(what, help))
    }

    /// Reads a check; the error says what is wrong and how to fix it.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let help = || "write it like null_rate{column=email} <= 1%".to_owned();
        let written = check.parse(text.trim()).map_err(|_| (format!("\"{text}\" is no check"), help()))?;
        let metric = METRICS.iter().find(|(name, _)| *name == written.metric).map(|(_, metric)| *metric);
        let names = METRICS.iter().map(|(name, _)| *name);
        let unknown =
            || (format!("unknown metric \"{}\"", written.metric), did_you_mean(written.metric, names.clone()));
        let metric = metric.ok_or_else(unknown)?;
        if !metric.takes(written.unit) {
            return Err((
                format!("{} is not measured in \"{}\"", written.metric, written.unit),
                metric.unit_help().to_owned(),
            ));
        }
        let (table, column) = labels(&written, metric)?;
        let unit = UNITS.iter().find(|(unit, _)| *unit == written.unit).map_or(1.0, |(_, seconds)| *seconds);
        Ok(Self {
            text: text.trim().to_owned(),
            metric,
            table,
            column,
            operator: written.operator,
            limit: written.number * unit,
        })
    }

    /// The column of a table whose different values it needs.
    pub(crate) fn unique_column(&self, table: &str) -> Option<&str> {
        let is_asked = self.metric == Metric::Unique && self.table.as_deref().is_none_or(|name| name == table);
        self.column.as_deref().filter(|_| is_asked)
    }

    /// Compares it with the figures.
    pub fn evaluate(&self, figures: &Figures) -> Vec<Outcome> {
        let values = self.values(figures);
        if values.is_empty() {
            return vec![self.outcome("nothing".to_owned(), None)];
        }
        values.into_iter().map(|(subject, value)| self.outcome(subject, value)).collect()
    }

    fn outcome(&self, subject: String, value: Option<f64>) -> Outcome {
        let held = value.is_some_and(|value| self.operator.holds(value, self.limit));
        Outcome { check: self.text.clone(), subject, value, held }
    }

    fn values(&self, figures: &Figures) -> Vec<(String, Option<f64>)> {
        let tables = figures.tables.iter().filter(|(name, _)| self.table.as_ref().is_none_or(|wanted| wanted == *name));
        match self.metric {
            Metric::Rows => tables.map(|(name, table)| (name.clone(), Some(table.rows as f64))).collect(),
            Metric::NullRate => self.columns(figures, |column| share(column.nulls, column.nulls + column.values, 0.0)),
            Metric::Unique => self.columns(figures, |column| share(column.distinct?, column.values, 100.0)),
            Metric::Freshness => vec![("the source".to_owned(), figures.source_age)],
            Metric::Broken => {
                let broken = figures.references.iter().map(|reference| reference.broken).sum::<u64>();
                vec![("all references".to_owned(), Some(broken as f64))]
            }
            Metric::Suspected => {
                let count = figures.suspected.values().sum::<u64>();
                vec![("all values".to_owned(), Some(count as f64))]
            }
        }
    }

    fn columns(&self, figures: &Figures, value: impl Fn(&ColumnFigures) -> Option<f64>) -> Vec<(String, Option<f64>)> {
        let Some(column) = &self.column else { return Vec::new() };
        let tables = figures.tables.iter().filter(|(name, _)| self.table.as_ref().is_none_or(|wanted| wanted == *name));
        let found = tables.filter_map(|(name, table)| table.columns.get(column).map(|figures| (name, figures)));
        found.map(|(name, figures)| (format!("{name}.{column}"), value(figures))).collect()
    }
}

fn share(part: u64, whole: u64, of_nothing: f64) -> Option<f64> {
    Some(if whole == 0 { of_nothing } else { part as f64 * 100.0 / whole as f64 })
}

impl Metric {
    fn takes(self, unit: &str) -> bool {
        match self {
            Self::NullRate | Self::Unique => unit == "%",
            Self::Freshness => matches!(unit, "s" | "m" | "h" | "d"),
            Self::Rows | Self::Broken | Self::Suspected => unit.is_empty(),
        }
    }

    fn unit_help(self) -> &'static str {
        match self {
            Self::NullRate | Self::Unique => "write a share such as 1%",
            Self::Freshness => "write a time such as 26h",
            Self::Rows | Self::Broken | Self::Suspected => "write a bare number",
        }
    }
}

/// Table and column that a check names.
type Labels = (Option<String>, Option<String>);

fn labels(written: &Written<'_>, metric: Metric) -> Result<Labels, (String, String)> {
    let (mut table, mut column) = (None, None);
    for (key, value) in &written.labels {
        match (*key, metric) {
            ("table", Metric::Rows | Metric::NullRate | Metric::Unique) => table = Some((*value).to_owned()),
            ("column", Metric::NullRate | Metric::Unique) => column = Some((*value).to_owned()),
            _ => return Err((format!("{} has no label \"{key}\"", written.metric), "take it out".to_owned())),
        }
    }
    match (metric, &column) {
        (Metric::NullRate | Metric::Unique, None) => {
            Err((format!("{} of which column", written.metric), format!("write {}{{column=email}}", written.metric)))
        }
        _ => Ok((table, column)),
    }
}

fn check<'a>(input: &mut &'a str) -> ModalResult<Written<'a>> {
    let metric = take_while(1.., |c: char| c.is_ascii_lowercase() || matches!(c, '_' | '.')).parse_next(input)?;
    let labels = opt(delimited('{', separated(1.., label, ','), '}')).parse_next(input)?.unwrap_or_default();
    let operator = delimited(space0, operator, space0).parse_next(input)?;
    let number = terminated(float, space0).parse_next(input)?;
    let unit = take_while(0.., |c: char| c.is_ascii_alphabetic() || c == '%').parse_next(input)?;
    Ok(Written { metric, labels, operator, number, unit })
}

fn label<'a>(input: &mut &'a str) -> ModalResult<(&'a str, &'a str)> {
    let key = delimited(space0, take_while(1.., |c: char| c.is_ascii_lowercase()), (space0, '=', space0))
        .parse_next(input)?;
    let value = take_while(1.., |c: char| !matches!(c, ',' | '}')).parse_next(input)?;
    Ok((key, value.trim()))
}

fn operator(input: &mut &str) -> ModalResult<Operator> {
    alt((
        "==".value(Operator::Equal),
        "!=".value(Operator::Unequal),
        "<=".value(Operator::AtMost),
        ">=".value(Operator::AtLeast),
        "<".value(Operator::Below),
        ">".value(Operator::Above),
    ))
    .parse_next(input)
}
