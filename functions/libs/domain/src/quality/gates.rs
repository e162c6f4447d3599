//! Gates: conditions on a run's metrics that decide its verdict.
//!
//! ```text
//! gate     = metric operator limit [ "min" count ]
//! metric   = word { "." word } [ ".new" ] with labels once, after any of the words: tests{tag=critical}.failed
//! labels   = "{" label { "," label } "}"
//! label    = word ( "=" | "!=" ) ( value | "\"" value "\"" )       values may be patterns with * and ?
//! operator = "==" | "!=" | "<" | "<=" | ">" | ">="
//! limit    = quantity | "baseline" [ "*" number ] [ ("+" | "-") quantity ]
//! quantity = number [ unit ] | "$" number
//! unit     = "%" | "h" | "m" | "s" | "ms" | "us" | "B" | "kB" | "MB" | "GB" | "KiB" | "MiB" | "GiB" | any of these
//!            amounts of data with "/s" | "/s"                       times may follow each other: 1m30s
//! ```
//!
//! A unit must be that of the metric. What is added to the baseline's share is in percentage points. `.new` counts only
//! what the baseline did not have. `min` is the least count of samples that a share, an average or a percentile must
//! stand on to decide; it is 20 where the gate compares with the baseline, and nothing is asked elsewhere.
//!
//! A gate that compares with the baseline passes while there is none, and so does one with too few samples; both
//! say so. The list of metrics with their labels and units stands in the crate's `README.md`.

mod baseline;
mod evaluate;
mod grammar;
mod mandatory;
mod typed;
mod verdict;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::baseline::baseline_of;
pub use self::evaluate::{GateOutcome, State, Value, evaluate, first_stop, read_by, undecide};
pub use self::mandatory::{SETTING, parse_mandatory, with_mandatory};
pub use self::verdict::{Judgement, Verdict, judge};
pub use self::words::STOPPED;
use crate::base::forms;
use crate::base::problem::Problem;
use crate::base::table::{Key, Table, Takes, Without};
use crate::base::tree::Node;
use crate::quality::metrics::{Metric, Metrics, Unit, kind_of, lookup};
use crate::quality::reports::Kind;

/// Samples that a gate asks for that compares a share, an average or a percentile with the baseline and names no count.
pub(crate) const LEAST: u64 = 20;

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
    /// The baseline's figure, multiplied and then moved.
    Baseline {
        /// What it is multiplied by, above 0.
        factor: f64,
        /// What is added; negative to allow a loss.
        offset: f64,
    },
}

/// One gate. As JSON it is its text and severity, and it is parsed again when it is read. It displays in a normal
/// form, which is the same for two spellings of a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Gate {
    /// As the package says it.
    pub text: String,
    /// What follows when it does not hold.
    pub severity: Severity,
    /// True if the platform's owner asks for it, whatever the package says.
    pub mandatory: bool,
    /// The figure that it looks at.
    pub metric: Metric,
    /// How the figure is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub limit: Limit,
    /// Samples that it must stand on to decide, where it names how many.
    pub least: Option<u64>,
}

/// Why a text is no gate, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    text: String,
    column: usize,
    what: String,
    help: String,
}

impl Refusal {
    /// The problem at a place such as `qaops.toml: gates.error[2]`, with a caret below the column.
    pub fn at(self, place: &str) -> Problem {
        Problem::new(place, self.what, self.help).with_caret(&self.text, self.column)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, ", {}", self.help) }
    }
}

impl std::error::Error for Refusal {}

impl Gate {
    /// The kind of report that its figure comes from; none for one of the run itself.
    pub fn report(&self) -> Option<Kind> {
        kind_of(&self.metric)
    }

    /// Reads a gate such as `tests{tag=critical}.pass_rate == 100%`: its form, its names and its units.
    pub fn parse(text: &str, severity: Severity) -> Result<Self, Refusal> {
        let shown: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let syntax = grammar::parse(&shown)?;
        typed::check(&shown, severity, syntax)
    }

    /// The figures that it looks at: a mandatory gate counts tests in quarantine too.
    pub(crate) fn figures<'a>(&self, metrics: &Metrics<'a>) -> Metrics<'a> {
        if self.mandatory { metrics.counting_quarantined() } else { metrics.clone() }
    }

    /// The name by which a baseline keeps its figure. That of a mandatory gate is another figure where quarantine
    /// makes a difference.
    pub(crate) fn key(&self) -> String {
        let excusable = ["tests.failed", "tests.flaky", "tests.pass_rate"].contains(&self.metric.name.as_str());
        let strict = if self.mandatory && excusable { " with quarantined tests" } else { "" };
        format!("{}{strict}", self.metric)
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = lookup(&self.metric.name).map_or(Unit::Count, |known| known.unit);
        write!(f, "{} {} ", self.metric, self.operator.sign())?;
        match self.limit {
            Limit::Fixed(limit) => f.write_str(&unit.written(limit))?,
            Limit::Baseline { factor, offset } => {
                f.write_str("baseline")?;
                if factor != 1.0 {
                    write!(f, " * {factor}")?;
                }
                if offset != 0.0 {
                    write!(f, " {} {}", if offset < 0.0 { "-" } else { "+" }, unit.written(offset.abs()))?;
                }
            }
        }
        self.least.map_or(Ok(()), |least| write!(f, " min {least}"))
    }
}

impl Gate {
    /// The unit of its figures: `%`, `s`, `$`, `B`, or nothing for counts and bare numbers.
    pub fn unit(&self) -> &'static str {
        match lookup(&self.metric.name).map(|known| known.unit) {
            Some(Unit::Share) => "%",
            Some(Unit::Seconds) => "s",
            Some(Unit::Dollars) => "$",
            Some(Unit::Bytes | Unit::BytesPerSecond) => "B",
            Some(Unit::Count | Unit::PerSecond) | None => "",
        }
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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    mandatory: bool,
}

impl From<Gate> for Written {
    fn from(gate: Gate) -> Self {
        Self { gate: gate.text, severity: gate.severity, mandatory: gate.mandatory }
    }
}

impl TryFrom<Written> for Gate {
    type Error = Refusal;

    fn try_from(written: Written) -> Result<Self, Refusal> {
        let gate = Self::parse(&written.gate, written.severity)?;
        Ok(Self { mandatory: written.mandatory, ..gate })
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

/// Gates that a package may have. Each is decided and shown in every verdict, message and report.
const MOST_GATES: usize = 200;

/// `[gates]`.
pub static KEYS: Table = Table {
    keys: &[
        Key {
            name: "error",
            takes: Takes::List(&forms::GATE),
            without: Without::Value("[]"),
            example: r#"["tests.failed == 0", "tests{tag=critical}.pass_rate == 100%"]"#,
            about: "Where one of these does not hold, the run fails.",
        },
        Key {
            name: "warn",
            takes: Takes::List(&forms::GATE),
            without: Without::Value("[]"),
            example: r#"["tests.flaky <= 3", "run.duration <= 20m"]"#,
            about: "Where one of these does not hold, people are told, and the verdict stays as it is.",
        },
        Key {
            name: "stop",
            takes: Takes::List(&forms::GATE),
            without: Without::Value("[]"),
            example: r#"["tests{tag=critical}.failed > 0"]"#,
            about: "As soon as one of these is true, nothing more is started, and the run fails.",
        },
    ],
    ..Table::EMPTY
};

/// Gates by severity, in the order error, warn, stop.
pub(crate) fn read(node: &Node) -> Result<Vec<Gate>, Problem> {
    let mut gates = Vec::new();
    let severities = [("error", Severity::Error), ("warn", Severity::Warn), ("stop", Severity::Stop)];
    let tables = node.known(&KEYS)?;
    for (key, list) in tables {
        let severity = severities.iter().find(|(name, _)| *name == key).map_or(Severity::Error, |(_, s)| *s);
        for node in list.list()? {
            gates.push(Gate::parse(node.text()?, severity).map_err(|refusal| refusal.at(&node.place))?);
        }
    }
    if gates.len() > MOST_GATES {
        let what = format!("{} gates are too many", gates.len());
        return Err(
            node.problem(what, format!("keep at most {MOST_GATES}, or join some with patterns in their labels"))
        );
    }
    gates.sort_by_key(|gate| gate.severity);
    Ok(gates)
}

#[cfg(test)]
mod tests;
