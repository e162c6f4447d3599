//! The bar of a gate: its figure against its threshold.

use super::Gate;
use super::numbers::{figure, percent};

/// Places and widths in percent of the bar.
pub(super) struct Meter {
    /// Width of the figure's part.
    pub(super) fill: String,
    /// Place of the threshold.
    pub(super) limit: String,
    /// Place and width of what the gate allows.
    pub(super) allowed: (String, String),
    /// The same in words.
    pub(super) words: String,
}

impl Meter {
    /// None for a gate without a figure or a threshold, or with a threshold that no bar can show.
    pub(super) fn new(gate: &Gate) -> Option<Self> {
        let (value, limit) = (gate.value_number?, gate.limit_number?);
        if !value.is_finite() || !limit.is_finite() || limit < 0.0 {
            return None;
        }
        let end = scale(value, limit, &gate.unit);
        let (from, to) = match gate.operator.as_str() {
            "<" | "<=" => (0.0, limit),
            ">" | ">=" => (limit, end),
            "==" => (limit, limit),
            _ => (0.0, end),
        };
        let words = format!("{} against {}", figure(value, &gate.unit), figure(limit, &gate.unit));
        Some(Meter {
            fill: percent(value, end),
            limit: percent(limit, end),
            allowed: (percent(from, end), percent(to - from, end)),
            words,
        })
    }
}

/// The right end of the bar: all for shares, else a quarter more than the larger of the two.
fn scale(value: f64, limit: f64, unit: &str) -> f64 {
    let larger = value.max(limit);
    match unit {
        "%" if larger <= 100.0 => 100.0,
        _ if larger > 0.0 => larger * 1.25,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(value: f64, operator: &str, limit: f64, unit: &str) -> Option<Meter> {
        let gate = Gate {
            value_number: Some(value),
            operator: operator.into(),
            limit_number: Some(limit),
            unit: unit.into(),
            ..Gate::default()
        };
        Meter::new(&gate)
    }

    #[test]
    fn a_share_is_drawn_on_the_whole_and_a_count_beyond_its_limit() {
        let share = meter(84.2, ">=", 80.0, "%").unwrap();
        assert_eq!((share.fill.as_str(), share.limit.as_str()), ("84.200", "80.000"));
        assert_eq!((share.allowed.0.as_str(), share.allowed.1.as_str()), ("80.000", "20.000"));
        assert_eq!(share.words, "84.2% against 80%");
        let count = meter(4.0, "<=", 3.0, "").unwrap();
        assert_eq!((count.fill.as_str(), count.limit.as_str()), ("80.000", "60.000"));
        assert_eq!(count.allowed.1, "60.000");
    }

    #[test]
    fn a_limit_of_nothing_has_a_bar_too() {
        let none = meter(0.0, "==", 0.0, "").unwrap();
        assert_eq!((none.fill.as_str(), none.limit.as_str()), ("0.000", "0.000"));
        assert!(meter(1.0, "<=", -1.0, "").is_none() && meter(f64::NAN, "<", 1.0, "").is_none());
        assert!(Meter::new(&Gate::default()).is_none());
    }
}
