//! Whether gates hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::Compared;
use super::{Gate, LEAST, Limit, Operator, Severity, words};
use crate::quality::baseline::BaselineFigures;
use crate::quality::metrics::{Metrics, Standing, Unit, lookup};

/// What came of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It holds; of a stop gate: its condition was never met.
    Held,
    /// It does not hold, or a report that it needs cannot be read; of a stop gate: its condition is met.
    Broken,
    /// Nothing tells the metric's figure.
    NoValue,
    /// There is no accepted run to compare with. The gate passes.
    NoBaseline,
    /// There are fewer samples than the gate asks for, in this run or in the baseline. The gate passes.
    TooFew,
    /// It holds by what is known, but work was lost that may change that.
    Undecided,
}

/// A figure, and how people read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Value {
    /// In percent, seconds, dollars, bytes or as a count.
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
    /// True if the platform's owner asks for it, whatever the package says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mandatory: bool,
    /// The metric with its labels.
    pub metric: String,
    /// The metric's figure, where something tells it.
    pub value: Option<Value>,
    /// What the figure was compared with, in the same unit; none where that takes a baseline and there is none.
    #[serde(default)]
    pub limit: Option<f64>,
    /// What the figure was compared with, in words: `at least 80%`.
    pub threshold: String,
    /// What came of it.
    pub state: State,
    /// True if it is broken and no result that is still missing could change that.
    pub settled: bool,
    /// A whole sentence for people.
    pub why: String,
}

impl GateOutcome {
    /// True if it held, false if it did not, none if it could not decide.
    pub fn ok(&self) -> Option<bool> {
        match self.state {
            State::Held => Some(true),
            State::Broken => Some(false),
            State::NoValue | State::NoBaseline | State::TooFew | State::Undecided => None,
        }
    }
}

/// What comes of each gate, in the same order. `baseline` is the last accepted run.
pub fn evaluate(gates: &[Gate], metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> Vec<GateOutcome> {
    gates.iter().map(|gate| outcome(gate, &gate.figures(metrics), baseline)).collect()
}

/// Changes gates that hold to undecided if lost work may change their result. `outcomes` are those of `gates`.
pub fn undecide(gates: &[Gate], outcomes: &mut [GateOutcome]) {
    let may_change = |(gate, outcome): &(&Gate, &mut GateOutcome)| {
        outcome.state == State::Held && gate.severity != Severity::Stop && !holds_for_good(gate)
    };
    for (_, outcome) in gates.iter().zip(outcomes).filter(may_change) {
        outcome.state = State::Undecided;
        outcome.why += " Work was lost, so this may change.";
    }
}

/// Whether a gate that holds goes on to hold whatever is added: its figure only grows, and it must be large.
fn holds_for_good(gate: &Gate) -> bool {
    let grows = lookup(&gate.metric.name).is_some_and(|known| known.grows);
    grows && !gate.metric.new && matches!(gate.operator, Operator::Above | Operator::AtLeast)
}

/// The first stop gate whose condition is met by the results so far; the run then ends early. A failure that may still
/// pass in a rerun is not a result yet, so the caller leaves such tests out.
pub fn first_stop(gates: &[Gate], metrics: &Metrics<'_>) -> Option<GateOutcome> {
    let stops = gates.iter().filter(|gate| gate.severity == Severity::Stop);
    stops.map(|gate| outcome(gate, &gate.figures(metrics), None)).find(|outcome| outcome.state == State::Broken)
}

/// Every figure that a gate reads, by its metric as it is displayed: for the verdict and the next baseline.
pub fn read_by(gates: &[Gate], metrics: &Metrics<'_>) -> BTreeMap<String, f64> {
    let told = |gate: &&Gate| metrics.standing(&gate.metric) == Standing::Told;
    let figure = |gate: &Gate| Some((gate.key(), gate.figures(metrics).value(&gate.metric)?));
    gates.iter().filter(told).filter_map(figure).collect()
}

fn outcome(gate: &Gate, metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> GateOutcome {
    let unit = lookup(&gate.metric.name).map_or(Unit::Count, |known| known.unit);
    let compared = compare(gate, metrics, baseline);
    let threshold = words::threshold(gate, unit, compared.limit);
    let text = |raw| words::show_beside(unit, raw, compared.limit);
    let value = compared.value.map(|raw| Value { raw, text: text(raw) });
    let why = words::Sentence { gate, metrics, baseline, compared, value: value.as_ref(), threshold: &threshold };
    GateOutcome {
        gate: gate.text.clone(),
        severity: gate.severity,
        mandatory: gate.mandatory,
        metric: gate.metric.to_string(),
        limit: compared.limit,
        state: compared.state,
        settled: compared.state == State::Broken && only_grows_worse(gate, compared),
        why: why.text(),
        value,
        threshold,
    }
}

/// A missing report, or one or a value that cannot be read, may hold anything. The known part is the smallest possible
/// figure. So it breaks a gate for good if a larger figure could not fix that gate.
fn compare(gate: &Gate, metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> Compared {
    let without_value = |state| Compared { state, value: None, limit: fixed(gate), few: None };
    match metrics.standing(&gate.metric) {
        Standing::Told => told(gate, metrics, baseline),
        Standing::Ungiven(_) => without_value(State::NoValue),
        Standing::Missing(..) | Standing::Refused(..) | Standing::Unavailable(..) | Standing::Unread(..) => {
            let compared = told(gate, metrics, baseline);
            let for_good = compared.state == State::Broken && only_grows_worse(gate, compared);
            if for_good { compared } else { without_value(State::NoValue) }
        }
    }
}

fn fixed(gate: &Gate) -> Option<f64> {
    match gate.limit {
        Limit::Fixed(limit) => Some(limit),
        Limit::Baseline { .. } => None,
    }
}

/// What comes of a gate whose reports are all there.
///
/// Labels that no test has are checked first: a gate on a misspelt tag must not pass because samples or a baseline
/// are missing. Then too few samples are checked before a missing value: with one more test there would be a value,
/// and one more failed test must not improve the result.
fn told(gate: &Gate, metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> Compared {
    let relative = gate.metric.new || matches!(gate.limit, Limit::Baseline { .. });
    let value = match (gate.metric.new, baseline) {
        (true, Some(baseline)) => metrics.new_ones(&gate.metric, baseline),
        (true, None) => None,
        (false, _) => metrics.value(&gate.metric),
    };
    let limit = limit(gate, baseline);
    let compared = Compared { state: State::NoValue, value, limit, few: None };
    if metrics.is_about_nothing(&gate.metric) {
        return Compared { value: None, ..compared };
    }
    if limit.is_none() || (gate.metric.new && value.is_none()) {
        return Compared { state: State::NoBaseline, ..compared };
    }
    match few(gate, metrics, baseline.filter(|_| relative)) {
        Samples::Few(count, least) => Compared { state: State::TooFew, few: Some((count, least)), ..compared },
        Samples::Unknown => compared,
        Samples::Enough => Compared { state: state(gate, value, limit), ..compared },
    }
}

fn limit(gate: &Gate, baseline: Option<&BaselineFigures>) -> Option<f64> {
    let Limit::Baseline { factor, offset } = gate.limit else { return fixed(gate) };
    let figure = baseline?.metrics.get(&gate.key())?;
    let limit = figure * factor + offset;
    // Nothing has less than none, and no share is larger than all of it.
    let most = if lookup(&gate.metric.name)?.unit == Unit::Share { 100.0 } else { f64::INFINITY };
    Some(limit.clamp(0.0, most))
}

fn state(gate: &Gate, value: Option<f64>, limit: Option<f64>) -> State {
    let (Some(value), Some(limit)) = (value, limit) else { return State::NoValue };
    let met = gate.operator.holds(value, limit);
    if met == (gate.severity != Severity::Stop) { State::Held } else { State::Broken }
}

enum Samples {
    Enough,
    /// There are fewer samples than the gate needs: how many there are, and how many it needs.
    Few(u64, u64),
    /// The gate asks for a count, and nothing tells it.
    Unknown,
}

fn few(gate: &Gate, metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> Samples {
    if !lookup(&gate.metric.name).is_some_and(|known| known.sampled) {
        return Samples::Enough;
    }
    let least = gate.least.unwrap_or(if baseline.is_some() { LEAST } else { 0 });
    let now = metrics.samples(&gate.metric);
    let then = baseline.and_then(|baseline| baseline.samples.get(&gate.key()).copied());
    match now.into_iter().chain(then).min() {
        Some(count) if count < least => Samples::Few(count, least),
        _ if now.is_none() && gate.least.is_some_and(|least| least > 0) => Samples::Unknown,
        _ => Samples::Enough,
    }
}

/// True if no further result can make a broken gate hold: its figure only grows and is too large already, or every test
/// must pass and one failed.
fn only_grows_worse(gate: &Gate, compared: Compared) -> bool {
    let (Some(value), Some(limit)) = (compared.value, compared.limit) else { return false };
    if gate.severity == Severity::Stop {
        return true;
    }
    let too_large = match gate.operator {
        Operator::Below | Operator::AtMost => true,
        Operator::Equal => value > limit,
        Operator::Unequal | Operator::Above | Operator::AtLeast => false,
    };
    let grows = lookup(&gate.metric.name).is_some_and(|known| known.grows);
    let all_must_pass = gate.metric.name == "tests.pass_rate"
        && matches!(gate.operator, Operator::Equal | Operator::AtLeast)
        && Operator::AtLeast.holds(limit, 100.0);
    (grows && too_large) || all_must_pass
}
