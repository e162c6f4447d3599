//! Numbers as reports write them: finite, and never below zero.

use crate::input::Refusal;

/// A figure such as `0.25` or `1e3`.
pub(super) fn figure(what: &'static str, text: &str) -> Result<f64, Refusal> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| Refusal::value(what, text))
}

/// Seconds of a test; 0 where nothing is written. Surefire writes `1,234.5` for more than a thousand.
pub(super) fn seconds(text: Option<&str>) -> Result<f64, Refusal> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(0.0),
        Some(text) if text.contains(',') => {
            figure("time", &text.replace(',', "")).map_err(|_| Refusal::value("time", text))
        }
        Some(text) => figure("time", text),
    }
}

/// A count.
pub(super) fn count(what: &'static str, text: &str) -> Result<u64, Refusal> {
    text.trim().parse().map_err(|_| Refusal::value(what, text))
}

/// The number of a line of code.
pub(super) fn line(text: &str) -> Result<u32, Refusal> {
    text.trim().parse().map_err(|_| Refusal::value("line number", text))
}

/// Whether a count of hits is more than none, however large it is.
pub(super) fn hit(text: &str) -> Result<bool, Refusal> {
    let digits = text.trim();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::value("hits", text));
    }
    Ok(digits.bytes().any(|byte| byte != b'0'))
}
