//! Numbers as people read them.

use std::fmt::Display;

/// A whole number with commas between thousands.
pub(super) fn count(number: impl Display) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A duration: `1h30m`, `4m6s`, `31.4s`, `12ms`.
pub(super) fn duration(seconds: &f64) -> String {
    let step = if *seconds < 1.0 { 1e3 } else { 1e1 };
    domain::base::duration::show((seconds * step).round() / step)
}

/// Dollars with cents, or with more digits where cents show nothing.
pub(super) fn dollars(amount: &f64) -> String {
    if *amount != 0.0 && amount.abs() < 0.01 { format!("${amount:.4}") } else { format!("${amount:.2}") }
}

/// A figure in the unit of its gate.
pub(super) fn figure(value: f64, unit: &str) -> String {
    match unit {
        "%" => format!("{}%", rounded(value)),
        "s" => duration(&value),
        "$" => dollars(&value),
        "B" => bytes(value),
        _ => rounded(value),
    }
}

fn bytes(value: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut scaled = (value, 0);
    while scaled.0.abs() >= 1024.0 && scaled.1 + 1 < units.len() {
        scaled = (scaled.0 / 1024.0, scaled.1 + 1);
    }
    format!("{} {}", rounded(scaled.0), units[scaled.1])
}

/// Two digits behind the point at most, and commas between thousands.
pub(super) fn rounded(value: f64) -> String {
    let hundredths = (value.abs() * 100.0).round();
    if !hundredths.is_finite() || hundredths >= 1e15 {
        return format!("{value:.3e}");
    }
    let (whole, rest) = ((hundredths / 100.0).floor() as u64, hundredths as u64 % 100);
    let sign = if value < 0.0 && hundredths > 0.0 { "−" } else { "" };
    let fraction = format!("{rest:02}");
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", count(whole))
}

/// A share in percent of `all`, between 0 and 100, for styles.
pub(super) fn percent(part: f64, all: f64) -> String {
    let share = if all > 0.0 { (part * 100.0 / all).clamp(0.0, 100.0) } else { 0.0 };
    format!("{share:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_shown_in_their_unit() {
        let cases = [
            (98.456, "%", "98.46%"),
            (246.3, "s", "4m6s"),
            (0.1234, "s", "123ms"),
            (1.5, "$", "$1.50"),
            (0.0012, "$", "$0.0012"),
            (1536.0, "B", "1.5 KiB"),
            (20_000.0, "", "20,000"),
            (-0.5, "", "−0.5"),
            (-0.001, "", "0"),
            (1e30, "", "1.000e30"),
        ];
        for (value, unit, shown) in cases {
            assert_eq!(figure(value, unit), shown);
        }
        assert_eq!(
            ["0", "999", "1,000", "1234567"].map(|text| count(text.replace(',', ""))),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn shares_stay_on_the_scale() {
        assert_eq!(percent(1.0, 3.0), "33.333");
        assert_eq!(percent(5.0, 3.0), "100.000");
        assert_eq!(percent(5.0, 0.0), "0.000");
    }
}
