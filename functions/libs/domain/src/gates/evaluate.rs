//! Whether gates hold, and why.

use serde::{Deserialize, Serialize};

use super::{Gate, Limit, Operator, Severity};
use crate::baseline::BaselineFigures;
use crate::duration;
use crate::metrics::{Metrics, Unit, lookup};

/// What came of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds; of a stop gate: its condition was never met.
    Held,
    /// It does not hold; of a stop gate: its condition is met.
    Broken,
    /// Nothing tells the metric's figure.
    NoValue,
    /// There is no accepted run to compare with.
    NoBaseline,
}

/// A figure, and how people read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// In percent, seconds, dollars or as a count.
    pub raw: f64,
    /// With its unit: `98.5%`, `1h30m`, `$2`, `3`.
    pub text: String,
}

/// A gate and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GateOutcome {
    /// As the package says it.
    pub gate: String,
    /// What follows when it does not hold.
    pub severity: Severity,
    /// The metric with its labels.
    pub metric: String,
    /// The metric's figure, where something tells it.
    pub value: Option<Value>,
    /// What the figure was compared with, in words: `at least 80%`.
    pub threshold: String,
    /// What came of it.
    pub state: State,
    /// True if it is broken and no result that may be missing could mend it.
    pub settled: bool,
    /// A whole sentence for people.
    pub why: String,
}

impl GateOutcome {
    /// True if it held, false if it did not, none if nobody can tell.
    pub fn ok(&self) -> Option<bool> {
        match self.state {
            State::Held => Some(true),
            State::Broken => Some(false),
            State::NoValue | State::NoBaseline => None,
        }
    }
}

/// What comes of each gate, in the same order. `baseline` is the last accepted run.
pub fn evaluate(gates: &[Gate], metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> Vec<GateOutcome> {
    gates.iter().map(|gate| outcome(gate, metrics, baseline)).collect()
}

/// The first stop gate whose condition is met by the results so far; the run then ends early. A failure that may still
/// be mended by a rerun is no result yet, so the caller leaves such tests out.
pub fn first_stop(gates: &[Gate], metrics: &Metrics<'_>) -> Option<GateOutcome> {
    let stops = gates.iter().filter(|gate| gate.severity == Severity::Stop);
    stops.map(|gate| outcome(gate, metrics, None)).find(|outcome| outcome.state == State::Broken)
}

fn outcome(gate: &Gate, metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> GateOutcome {
    let unit = lookup(&gate.metric.name).map_or(Unit::Count, |known| known.unit);
    let metric = gate.metric.to_string();
    let value = metrics.value(&gate.metric);
    let limit = match gate.limit {
        Limit::Fixed(limit) => Some(limit),
        Limit::Baseline { offset } => {
            baseline.and_then(|baseline| baseline.metrics.get(&metric)).map(|figure| figure + offset)
        }
    };
    let state = match (value, limit) {
        (None, _) => State::NoValue,
        (Some(_), None) => State::NoBaseline,
        (Some(value), Some(limit)) => {
            let met = gate.operator.holds(value, limit);
            if met == (gate.severity != Severity::Stop) { State::Held } else { State::Broken }
        }
    };
    let threshold = threshold(gate, unit, limit);
    let value = value.map(|raw| Value { raw, text: show_beside(unit, raw, limit) });
    let why = sentence(gate, &metric, state, value.as_ref(), &threshold, &metrics.remark(&gate.metric));
    let settled = state == State::Broken && settled(gate, value.as_ref(), limit);
    GateOutcome { gate: gate.text.clone(), severity: gate.severity, metric, value, threshold, state, settled, why }
}

fn threshold(gate: &Gate, unit: Unit, limit: Option<f64>) -> String {
    let words = gate.operator.words();
    match (gate.limit, limit) {
        (Limit::Fixed(limit), _) => format!("{words}{}", show(unit, limit, 2)),
        (Limit::Baseline { .. }, Some(limit)) => format!("{words}{} by the baseline", show(unit, limit, 2)),
        (Limit::Baseline { .. }, None) => format!("{words}the baseline's"),
    }
}

fn sentence(gate: &Gate, metric: &str, state: State, value: Option<&Value>, threshold: &str, remark: &str) -> String {
    let is = value.map_or_else(String::new, |value| format!("{metric} is {}", value.text));
    // A zero may be good news, or a misspelt tag: the remark tells which.
    let counted = value.is_some_and(|value| value.raw == 0.0) && !remark.is_empty();
    let aside = if counted { format!(" ({remark})") } else { String::new() };
    match (state, gate.severity) {
        (State::NoValue, _) => format!("{metric} has no value, because {remark}."),
        (State::NoBaseline, _) => format!("{is}, but there is no accepted run to compare it with."),
        (State::Held, Severity::Stop) => format!("{is}{aside}, and the run stops when it is {threshold}."),
        (State::Broken, Severity::Stop) => format!("{is}, which is {threshold}, so the run was stopped."),
        (State::Held, _) => format!("{is}{aside}, and it must be {threshold}."),
        (State::Broken, _) => format!("{is}{aside}, but it must be {threshold}."),
    }
}

/// True if no further result can mend a broken gate: its figure only grows and is too large already, or every
/// test must pass and one failed.
fn settled(gate: &Gate, value: Option<&Value>, limit: Option<f64>) -> bool {
    let (Some(value), Some(limit)) = (value, limit) else { return false };
    if gate.severity == Severity::Stop {
        return true;
    }
    let too_large = match gate.operator {
        Operator::Below | Operator::AtMost => true,
        Operator::Equal => value.raw > limit,
        Operator::Unequal | Operator::Above | Operator::AtLeast => false,
    };
    let grows = lookup(&gate.metric.name).is_some_and(|known| known.grows);
    let all_must_pass = gate.metric.name == "tests.pass_rate"
        && matches!(gate.operator, Operator::Equal | Operator::AtLeast)
        && Operator::AtLeast.holds(limit, 100.0);
    (grows && too_large) || all_must_pass
}

fn show(unit: Unit, value: f64, decimals: usize) -> String {
    let number = |value: f64| {
        let text = format!("{value:.decimals$}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    match unit {
        Unit::Count | Unit::PerSecond => number(value),
        Unit::Share => format!("{}%", number(value)),
        Unit::Seconds => duration::show(value),
        Unit::Dollars if value.fract() == 0.0 => format!("${value}"),
        Unit::Dollars => format!("${value:.decimals$}"),
    }
}

/// The value with as many decimals as it takes to read differently from a limit that it differs from, so that
/// nobody is told that 100% is not 100%.
fn show_beside(unit: Unit, value: f64, limit: Option<f64>) -> String {
    let texts = (2..=9).map(|decimals| show(unit, value, decimals));
    let clear = |text: &String| match limit {
        Some(limit) if !Operator::Equal.holds(value, limit) => *text != show(unit, limit, 2),
        _ => true,
    };
    texts.clone().find(clear).unwrap_or_else(|| show(unit, value, 9))
}
