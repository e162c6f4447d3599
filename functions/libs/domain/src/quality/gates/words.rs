//! What people read of a gate.

use super::{Gate, Limit, Operator, Severity, State, Value};
use crate::base::duration;
use crate::quality::baseline::BaselineFigures;
use crate::quality::metrics::{Metrics, Standing, Unit};

/// The end of the sentence about a stop gate that stopped its run.
pub const STOPPED: &str = ", so the run was stopped.";

/// What a figure is compared with.
pub(super) fn threshold(gate: &Gate, unit: Unit, limit: Option<f64>) -> String {
    let words = gate.operator.words();
    match (gate.limit, limit) {
        (Limit::Fixed(limit), _) => format!("{words}{}", show(unit, limit, 2)),
        (Limit::Baseline { .. }, Some(limit)) => format!("{words}{} by the baseline", show(unit, limit, 2)),
        (Limit::Baseline { .. }, None) => format!("{words}the baseline's"),
    }
}

/// What a gate compares, and what comes of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared {
    pub(super) state: State,
    pub(super) value: Option<f64>,
    pub(super) limit: Option<f64>,
    /// Samples that are too few: how many there are, and how many there should be.
    pub(super) few: Option<(u64, u64)>,
}

/// Everything that the sentence on a gate tells.
pub(super) struct Sentence<'a> {
    pub(super) gate: &'a Gate,
    pub(super) metrics: &'a Metrics<'a>,
    pub(super) baseline: Option<&'a BaselineFigures>,
    pub(super) compared: Compared,
    pub(super) value: Option<&'a Value>,
    pub(super) threshold: &'a str,
}

impl Sentence<'_> {
    pub(super) fn text(&self) -> String {
        let Self { gate, threshold, .. } = self;
        let metric = &gate.metric;
        let remark = self.metrics.remark(metric);
        let part =
            if matches!(self.metrics.standing(metric), Standing::Unread(..)) { " by what can be read" } else { "" };
        let is = |value: &Value| format!("{metric} is {}{part}", value.text);
        let is = self.value.map_or_else(|| format!("{metric} has no value"), is);
        // A zero may be good news, or a misspelt tag: the remark tells which.
        let counted = self.value.is_none_or(|value| value.raw == 0.0) && !remark.is_empty();
        let aside = if counted { format!(" ({remark})") } else { String::new() };
        match (self.compared.state, gate.severity) {
            (State::NoValue, _) if remark.is_empty() => {
                format!("{metric} is not compared, because nothing tells how many samples it stands on.")
            }
            (State::NoValue, _) => format!("{metric} has no value, because {remark}."),
            (State::NoBaseline, _) => format!("No baseline: {}.", self.without_baseline(&is)),
            (State::TooFew, _) => format!("{is}{aside}, but {}.", self.too_few()),
            (State::Held | State::Undecided, Severity::Stop) => {
                format!("{is}{aside}, and the run stops when it is {threshold}.")
            }
            (State::Broken, Severity::Stop) => format!("{is}, which is {threshold}{STOPPED}"),
            (State::Held | State::Undecided, _) => format!("{is}{aside}, and it must be {threshold}."),
            (State::Broken, _) => format!("{is}{aside}, but it must be {threshold}."),
        }
    }

    fn without_baseline(&self, is: &str) -> String {
        let about = if self.gate.metric.new { format!("{} is not known", self.gate.metric) } else { is.to_owned() };
        match self.baseline {
            Some(baseline) => format!("{about}, and the accepted run {} does not tell what it was", baseline.run),
            None => format!("{about}, and there is no accepted run to compare it with"),
        }
    }

    fn too_few(&self) -> String {
        let (count, least) = self.compared.few.unwrap_or_default();
        let samples = if count == 1 { "1 sample is".to_owned() } else { format!("{count} samples are") };
        format!("{samples} too few to decide, it takes {least}")
    }
}

fn show(unit: Unit, value: f64, decimals: usize) -> String {
    match unit {
        Unit::Count => number(value, decimals),
        Unit::PerSecond => format!("{}/s", number(value, decimals)),
        Unit::Share => format!("{}%", number(value, decimals)),
        Unit::Seconds => duration::show(value),
        Unit::Dollars if value.fract() == 0.0 => format!("${value}"),
        Unit::Dollars => format!("${value:.decimals$}"),
        Unit::Bytes => bytes(value, decimals),
        Unit::BytesPerSecond => format!("{}/s", bytes(value, decimals)),
    }
}

fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Bytes in the largest unit of which there is one.
fn bytes(value: f64, decimals: usize) -> String {
    const UNITS: [(&str, f64); 3] = [("GiB", 1_073_741_824.0), ("MiB", 1_048_576.0), ("KiB", 1024.0)];
    let (unit, size) = UNITS.into_iter().find(|(_, size)| value >= *size).unwrap_or(("B", 1.0));
    format!("{}{unit}", number(value / size, decimals))
}

/// The value with as many decimals as it takes to read differently from a limit that it differs from, so that
/// nobody is told that 100% is not 100%.
pub(super) fn show_beside(unit: Unit, value: f64, limit: Option<f64>) -> String {
    let texts = (2..=9).map(|decimals| show(unit, value, decimals));
    let clear = |text: &String| match limit {
        Some(limit) if !Operator::Equal.holds(value, limit) => *text != show(unit, limit, 2),
        _ => true,
    };
    texts.clone().find(clear).unwrap_or_else(|| show(unit, value, 9))
}
