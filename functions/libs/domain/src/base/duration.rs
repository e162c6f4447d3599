//! Durations as people write them: `45m`, `1h30m`, `90s`.

const UNITS: [(&str, u64); 3] = [("h", 3600), ("m", 60), ("s", 1)];

/// Seconds of a duration such as `45m` or `1h30m`: whole numbers with `h`, `m` or `s`, each at most once and
/// in this order. None for anything else.
pub fn parse(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut seconds: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = &rest[digits..];
        let (name, factor) = units.find(|(name, _)| unit.starts_with(name))?;
        seconds = seconds.checked_add(number.checked_mul(*factor)?)?;
        rest = &unit[name.len()..];
    }
    (!text.trim().is_empty()).then_some(seconds)
}

/// A duration as people write it: `1h30m`, `45m`, `90.5s`, `500ms`.
pub fn show(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return format!("{seconds}s");
    }
    if seconds < 1.0 {
        return format!("{}ms", (seconds * 1e6).round() / 1e3);
    }
    if !(120.0..=1e9).contains(&seconds) {
        return format!("{}s", (seconds * 1e3).round() / 1e3);
    }
    let whole = seconds.round() as u64;
    let parts = [(whole / 3600, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")];
    parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_people_write_them() {
        let cases = [("45m", 2700), ("1h30m", 5400), ("90s", 90), ("2h", 7200), ("1h1m1s", 3661), (" 5m ", 300)];
        for (text, seconds) in cases {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", " ", "45", "m", "45 m", "30m1h", "1m1m", "-5m", "1.5h", "5min", "99999999999999999999s"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_shown_as_people_write_them() {
        let cases =
            [(5400.0, "1h30m"), (2700.0, "45m"), (90.5, "90.5s"), (0.5, "500ms"), (0.0, "0ms"), (3661.0, "1h1m1s")];
        for (seconds, text) in cases {
            assert_eq!(show(seconds), text);
        }
    }
}
