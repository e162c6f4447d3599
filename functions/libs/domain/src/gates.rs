//! Gates: conditions on a run's metrics that decide its verdict.
//!
//! ```text
//! gate     = metric operator limit
//! metric   = word { "." word } with labels once, after any of the words: tests{tag=critical}.failed
//! labels   = "{" word "=" value { "," word "=" value } "}"
//! operator = "==" | "!=" | "<" | "<=" | ">" | ">="
//! limit    = quantity | "baseline" [ ("+" | "-") quantity ]
//! quantity = number | number "%" | "$" number | number ("h" | "m" | "s" | "ms") …
//! ```

mod evaluate;
mod grammar;
mod typed;
mod verdict;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::evaluate::{GateOutcome, State, Value, evaluate, first_stop};
pub use self::verdict::{Judgement, Verdict, judge};
use crate::metrics::Metric;
use crate::problem::Problem;

/// What follows when a gate does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run fails if the condition does not hold.
    Error,
    /// People are told if the condition does not hold.
    Warn,
    /// The run ends early, and fails, as soon as the condition holds.
    Stop,
}

/// How a figure is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

/// What a figure is compared with, in the metric's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// A fixed figure.
    Fixed(f64),
    /// The baseline's figure plus an offset.
    Baseline {
        /// What is added; negative to allow a loss.
        offset: f64,
    },
}

/// One gate. As JSON it is its text and severity, and it is parsed again when it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Gate {
    /// As the package says it.
    pub text: String,
    /// What follows when it does not hold.
    pub severity: Severity,
    /// The figure that it looks at.
    pub metric: Metric,
    /// How the figure is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub limit: Limit,
}

/// Why a text is no gate, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    text: String,
    column: usize,
    what: String,
    mend: String,
}

impl Refusal {
    /// The problem at a place such as `qaops.toml: gates.error[2]`, with a caret below the column.
    pub fn at(self, place: &str) -> Problem {
        Problem::new(place, self.what, self.mend).with_caret(&self.text, self.column)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, ", {}", self.mend) }
    }
}

impl std::error::Error for Refusal {}

impl Gate {
    /// Reads a gate such as `tests{tag=critical}.pass_rate == 100%`: its form, its names and its units.
    pub fn parse(text: &str, severity: Severity) -> Result<Self, Refusal> {
        let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let syntax = grammar::parse(&shown)?;
        typed::check(&shown, severity, syntax)
    }
}

/// The gates of a package that names none: no test failed, and there were tests.
pub fn defaults() -> Vec<Gate> {
    let gate = |text| Gate::parse(text, Severity::Error).ok();
    ["tests.failed == 0", "tests.total > 0"].into_iter().filter_map(gate).collect()
}

#[derive(Serialize, Deserialize)]
struct Written {
    gate: String,
    severity: Severity,
}

impl From<Gate> for Written {
    fn from(gate: Gate) -> Self {
        Self { gate: gate.text, severity: gate.severity }
    }
}

impl TryFrom<Written> for Gate {
    type Error = Refusal;

    fn try_from(written: Written) -> Result<Self, Refusal> {
        Self::parse(&written.gate, written.severity)
    }
}

impl Operator {
    /// As a gate writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
        }
    }

    /// As a sentence says it, before the limit.
    fn words(self) -> &'static str {
        match self {
            Self::Equal => "",
            Self::Unequal => "other than ",
            Self::Below => "below ",
            Self::AtMost => "at most ",
            Self::Above => "above ",
            Self::AtLeast => "at least ",
        }
    }

    /// Compares two figures. Figures that differ by less than a billionth are equal, because shares are quotients.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        let equal = (value - limit).abs() <= 1e-9 * value.abs().max(limit.abs()).max(1.0);
        match self {
            Self::Equal => equal,
            Self::Unequal => !equal,
            Self::Below => value < limit && !equal,
            Self::AtMost => value < limit || equal,
            Self::Above => value > limit && !equal,
            Self::AtLeast => value > limit || equal,
        }
    }
}

#[cfg(test)]
mod tests;
