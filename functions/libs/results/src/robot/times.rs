//! Times as Robot Framework writes them: ISO 8601 since version 7, `YYYYMMDD HH:MM:SS.mmm` before.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::error::Refusal;

/// Microseconds in a second, the finest unit that Robot Framework knows.
const SECOND: f64 = 1_000_000.0;

/// When something began and ended, and how long its children took, as far as the file tells.
#[derive(Clone, Debug, Default)]
pub(super) struct Timing {
    pub(super) start: Option<DateTime>,
    pub(super) end: Option<DateTime>,
    /// Microseconds.
    pub(super) elapsed: Option<i64>,
    /// Microseconds of all children.
    pub(super) children: i64,
}

impl Timing {
    /// Microseconds: as written, else from start to end, else the sum of the children.
    pub(super) fn micros(&self) -> i64 {
        match (self.elapsed, self.start, self.end) {
            (Some(elapsed), _, _) => elapsed,
            (None, Some(start), Some(end)) => micros_between(start, end),
            _ => self.children,
        }
    }

    /// Start as written, else counted back from the end.
    pub(super) fn start(&self) -> Option<DateTime> {
        self.start.or_else(|| self.end?.checked_sub(SignedDuration::from_micros(self.micros())).ok())
    }

    pub(super) fn seconds(&self) -> f64 {
        self.micros() as f64 / SECOND
    }

    pub(super) fn add_child(&mut self, micros: i64) {
        self.children = self.children.saturating_add(micros);
    }
}

fn micros_between(start: DateTime, end: DateTime) -> i64 {
    i64::try_from(end.duration_since(start).as_micros()).unwrap_or(i64::MAX)
}

/// A time of version 7 and later. Finer digits than microseconds are cut off.
pub(super) fn iso(text: &str) -> Result<DateTime, Refusal> {
    let parsed = fast_iso(text.as_bytes()).or_else(|| text.parse::<DateTime>().ok());
    let time = parsed.filter(|time| time.year() > 0).ok_or_else(|| Refusal::value("time", text))?;
    let micros = time.subsec_nanosecond() / 1000 * 1000;
    time.with().subsec_nanosecond(micros).build().map_err(|_| Refusal::value("time", text))
}

/// Checks a time that nobody asks for; the same are refused as by [`iso`].
pub(super) fn check_iso(text: &str) -> Result<(), Refusal> {
    if plainly_iso(text.as_bytes()) { Ok(()) } else { iso(text).map(drop) }
}

/// Whether it is a time at a glance: of the usual form, on a day that every month has.
fn plainly_iso(text: &[u8]) -> bool {
    const FORM: &[u8; 26] = b"0000-00-00T00:00:00.000000";
    let same = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let Ok(text) = <&[u8; 26]>::try_from(text) else { return false };
    let two = |at: usize| (text[at] & 15) * 10 + (text[at + 1] & 15);
    let date = (1..=12).contains(&two(5)) && (1..=28).contains(&two(8)) && text[..4] != *b"0000";
    date && two(11) < 24 && two(14) < 60 && two(17) < 60 && text.iter().zip(FORM).all(same)
}

/// `2025-03-13T00:21:34.123456`, the form that nearly every time has.
fn fast_iso(text: &[u8]) -> Option<DateTime> {
    let shape = text.len() == 26 && text[4] == b'-' && text[7] == b'-' && text[10] == b'T';
    if !shape || text[13] != b':' || text[16] != b':' || text[19] != b'.' {
        return None;
    }
    build([&text[..4], &text[5..7], &text[8..10], &text[11..13], &text[14..16], &text[17..19], &text[20..26]])
}

/// A time of versions before 7; none if it is missing or `N/A`. Missing digits at the end are zeros.
pub(super) fn legacy(text: Option<&str>) -> Result<Option<DateTime>, Refusal> {
    let text = match text {
        None | Some("" | "N/A") => return Ok(None),
        Some(text) => text,
    };
    let mut digits = [b'0'; 24];
    for (place, byte) in digits.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    let d = &digits;
    let parts = [&d[..4], &d[4..6], &d[6..8], &d[9..11], &d[12..14], &d[15..17], &d[18..24]];
    build(parts).map(Some).ok_or_else(|| Refusal::value("time", text))
}

/// From year, month, day, hour, minute, second and microseconds in digits.
fn build(parts: [&[u8]; 7]) -> Option<DateTime> {
    let mut numbers = [0_i32; 7];
    for (number, part) in numbers.iter_mut().zip(parts) {
        *number = digits(part)?;
    }
    let [year, month, day, hour, minute, second, micros] = numbers;
    let small = |n: i32| i8::try_from(n).ok();
    let year = i16::try_from(year).ok()?;
    let nanos = micros.checked_mul(1000)?;
    DateTime::new(year, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, nanos).ok()
}

/// A number as Python's `int` takes it, with spaces around it.
fn digits(part: &[u8]) -> Option<i32> {
    let part = part.trim_ascii();
    let part = part.strip_prefix(b"+").unwrap_or(part);
    if part.is_empty() {
        return None;
    }
    part.iter().try_fold(0_i32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i32::from(byte - b'0')))
}

/// Seconds with a fraction into microseconds, rounded as Python's `timedelta` rounds: half to even.
pub(super) fn elapsed(text: &str) -> Result<i64, Refusal> {
    let trimmed = text.trim();
    let seconds = if trimmed.contains('_') { without_underscores(trimmed) } else { trimmed.parse::<f64>().ok() };
    seconds.and_then(elapsed_of).ok_or_else(|| Refusal::value("elapsed time", text))
}

/// A number with underscores, which Python takes between digits.
fn without_underscores(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digit = |c: Option<&u8>| c.is_some_and(u8::is_ascii_digit);
    let between = |at: usize| digit(at.checked_sub(1).and_then(|at| bytes.get(at))) && digit(bytes.get(at + 1));
    let plain = memchr::memchr_iter(b'_', bytes).all(between);
    text.replace('_', "").parse().ok().filter(|_| plain)
}

/// As [`elapsed`]; none if it is no number or more than 64 bits hold, 292,000 years. Python goes as far as 2.7 million.
fn elapsed_of(seconds: f64) -> Option<i64> {
    if !seconds.is_finite() {
        return None;
    }
    let fraction = (seconds.fract() * SECOND).round_ties_even();
    (seconds.trunc() as i64).checked_mul(1_000_000)?.checked_add(fraction as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_took_longer_than_can_be_counted_is_refused() {
        assert_eq!(elapsed("9223372036854").ok(), Some(9_223_372_036_854_000_000));
        for text in ["9223372036855", "-9223372036855", "4444444444444444444444444440.5", "1e300", "inf", "nan"] {
            assert!(elapsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_that_nobody_asks_for_is_refused_as_any_other() {
        let good =
            ["2025-03-13T00:21:34.123456", "2024-02-29T23:59:59.000000", "2025-03-13 00:21:34", "2025-12-31T00:00:00"];
        let bad = [
            "2025-02-29T00:00:00.000000",
            "2025-13-01T00:00:00.000000",
            "2025-00-01T00:00:00.000000",
            "2025-01-01T24:00:00.000000",
            "2025-01-01T00:60:00.000000",
            "2025-01-01T00:00:0x.000000",
            "0000-01-01T00:00:00.000000",
            "2025-01-01T00:00:00.00000x",
            "yesterday",
            "",
        ];
        for text in good {
            assert!(check_iso(text).is_ok() && iso(text).is_ok(), "{text}");
        }
        for text in bad {
            assert!(check_iso(text).is_err() && iso(text).is_err(), "{text}");
        }
    }

    #[test]
    fn underscores_stand_between_digits_only() {
        assert_eq!(elapsed(" 1_0.5 "), Ok(10_500_000));
        for text in ["_1", "1_", "1__0", "1_.5", "x", ""] {
            assert!(elapsed(text).is_err(), "{text}");
        }
    }
}
