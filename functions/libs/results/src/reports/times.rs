//! Durations of tests as tools write them, in any locale.
//!
//! - Surefire up to 3.1 and JUnit 5 before 5.2 write English thousands: `1,234.5` (SUREFIRE-2176, junit-framework
//!   issue 1381; Surefire's schema calls the form SUREFIRE_TIME).
//! - TestNG's JUnit reporter (testng issue 198), Surefire before 2.0 (SUREFIRE-9), Android's runners and PHP with a
//!   locale write a decimal comma: `0,160`, `0,500000`; locales that have one write `1.234,5` or `1 234,5` for more than
//!   a thousand.
//! - Writers in Go print their own durations: `1m2.5s`, `12ms`; .NET prints `00:01:02.5`.
//!
//! Jenkins takes every comma for one between thousands, so that `0,160` is 160 seconds there. Here the comma is what it
//! can be. Only one comma before exactly three digits, as in `1,234`, can be either: then the other times of the report
//! decide, and where they do not the time is unknown.

/// How a time is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    /// So many seconds, and the decimal mark where the text shows it.
    Known(f64, Option<Mark>),
    /// Seconds if the comma is a decimal one, and if it stands between thousands.
    Unsure { decimal: f64, grouped: f64 },
    /// Not a duration.
    Bad,
}

/// A decimal mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Comma,
    Point,
}

/// Units that a time may carry, in seconds.
const UNITS: [(&str, f64); 17] = [
    ("hours", 3600.0),
    ("hour", 3600.0),
    ("h", 3600.0),
    ("minutes", 60.0),
    ("minute", 60.0),
    ("min", 60.0),
    ("ms", 1e-3),
    ("msec", 1e-3),
    ("m", 60.0),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("ns", 1e-9),
    ("seconds", 1.0),
    ("second", 1.0),
    ("sec", 1.0),
    ("s", 1.0),
];

impl Time {
    /// Reads the text of a time, which counts seconds where it names no unit.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        if text.contains(':') {
            return of_span(text).map_or(Self::Bad, |seconds| Self::Known(seconds, None));
        }
        if text.ends_with(char::is_alphabetic) {
            return of_units(text).map_or(Self::Bad, |seconds| Self::Known(seconds, None));
        }
        of_number(text)
    }
}

/// .NET's `[d.]hh:mm:ss[.fffffff]`.
pub(super) fn of_span(text: &str) -> Option<f64> {
    let mut parts = text.trim().splitn(3, ':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (days, hours) = hours.split_once('.').unwrap_or(("0", hours));
    let whole = |text: &str, below: u32| digits(text)?.parse().ok().filter(|number: &u32| *number < below);
    let (days, hours, minutes) = (whole(days, 10_000_000)?, whole(hours, 24)?, whole(minutes, 60)?);
    let (full, part) = seconds.split_once('.').map_or((seconds, None), |(full, part)| (full, Some(part)));
    let part = part.map_or(Some("0"), digits)?;
    let seconds: f64 = format!("{}.{part}", whole(full, 60)?).parse().ok()?;
    Some((f64::from(days) * 24.0 + f64::from(hours)) * 3600.0 + f64::from(minutes) * 60.0 + seconds)
}

fn digits(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Numbers with units, one after the other: `1m2.5s`.
fn of_units(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let end = rest.find(char::is_alphabetic)?;
        let (number, behind) = rest.split_at(end);
        let length = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(length);
        let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let Time::Known(count, _) = of_number(number.trim()) else { return None };
        sum += count * seconds;
        rest = behind.trim_start();
    }
    Some(sum)
}

/// A number without a unit.
pub(super) fn of_number(text: &str) -> Time {
    let known = |number: f64, mark| match number >= 0.0 && number.is_finite() {
        // A negative zero is one that was rounded.
        true => Time::Known(number.abs(), mark),
        false => Time::Bad,
    };
    if let Ok(number) = text.parse::<f64>() {
        return known(number, text.contains('.').then_some(Mark::Point));
    }
    match separated(text.strip_prefix('-').unwrap_or(text)) {
        Time::Known(number, _) if text.starts_with('-') && number > 0.0 => Time::Bad,
        Time::Unsure { .. } if text.starts_with('-') => Time::Bad,
        time => time,
    }
}

/// A number with other separators than one point.
fn separated(text: &str) -> Time {
    let is_separator = |c: char| !c.is_ascii_digit();
    let Some(last) = text.rfind(is_separator) else { return Time::Bad };
    let mark = text[last..].chars().next().unwrap_or_default();
    let (before, after) = (&text[..last], &text[last + mark.len_utf8()..]);
    let Some(kind) = Kind::of(mark) else { return Time::Bad };
    let alone = !before.contains(is_separator);
    match (kind, alone) {
        (Kind::Decimal(Mark::Comma), true) if can_be_grouped(before, after) => {
            Time::Unsure { decimal: joined(before, after), grouped: joined(&format!("{before}{after}"), "0") }
        }
        (Kind::Decimal(mark), true) if !after.is_empty() => Time::Known(joined(before, after), Some(mark)),
        // The last of several separators is the decimal mark if it is another than those between thousands.
        (Kind::Decimal(decimal), false) if !before.contains(mark) => {
            ungrouped(before).map_or(Time::Bad, |whole| Time::Known(joined(&whole, after), Some(decimal)))
        }
        _ => ungrouped(text).map_or(Time::Bad, |whole| Time::Known(joined(&whole, "0"), kind.other())),
    }
}

/// What a character between digits is.
#[derive(Clone, Copy)]
enum Kind {
    Decimal(Mark),
    /// It stands only between thousands: a space or an apostrophe.
    Group,
}

impl Kind {
    fn of(mark: char) -> Option<Self> {
        Some(match mark {
            ',' => Self::Decimal(Mark::Comma),
            '.' => Self::Decimal(Mark::Point),
            ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\'' | '\u{2019}' => Self::Group,
            _ => return None,
        })
    }

    /// The decimal mark where this one stands between thousands.
    fn other(self) -> Option<Mark> {
        match self {
            Self::Decimal(Mark::Comma) => Some(Mark::Point),
            Self::Decimal(Mark::Point) => Some(Mark::Comma),
            Self::Group => None,
        }
    }
}

/// Whether a separator between these digits may stand between thousands. No number begins with a group of zeros.
fn can_be_grouped(before: &str, after: &str) -> bool {
    (1..=3).contains(&before.len()) && !before.starts_with('0') && after.len() == 3
}

/// The digits of a number whose thousands stand apart, all by the same separator.
fn ungrouped(text: &str) -> Option<String> {
    let separator = text.chars().find(|c| !c.is_ascii_digit())?;
    Kind::of(separator)?;
    let mut groups = text.split(separator);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let rest: Option<Vec<&str>> = groups.map(|group| digits(group).filter(|group| group.len() == 3)).collect();
    Some(format!("{}{}", digits(first)?, rest?.concat()))
}

/// Digits before and after the decimal mark as a number; none before it are a zero.
fn joined(before: &str, after: &str) -> f64 {
    format!("0{before}.{after}").parse().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_what_it_can_be() {
        let comma = Some(Mark::Comma);
        let point = Some(Mark::Point);
        for (text, seconds, mark) in [
            ("0", 0.0, None),
            (" 2.5 ", 2.5, point),
            ("1e3", 1000.0, None),
            ("+2", 2.0, None),
            ("-0", 0.0, None),
            ("-0,000", 0.0, comma),
            ("0,160", 0.16, comma),
            ("0,500000", 0.5, comma),
            ("500000,000", 500_000.0, comma),
            ("2,5", 2.5, comma),
            (",5", 0.5, comma),
            ("1234,567", 1234.567, comma),
            ("1,234.5", 1234.5, point),
            ("1,234,567.25", 1_234_567.25, point),
            ("1,234,567", 1_234_567.0, point),
            ("1.234,5", 1234.5, comma),
            ("1.234.567", 1_234_567.0, comma),
            ("1 234,5", 1234.5, comma),
            ("1\u{202f}234,567", 1234.567, comma),
            ("12\u{a0}345", 12_345.0, None),
            ("1'234.5", 1234.5, point),
            ("1\u{2019}234", 1234.0, None),
        ] {
            assert_eq!(Time::of(text), Time::Known(seconds, mark), "{text}");
        }
        let unsure = |decimal, grouped| Time::Unsure { decimal, grouped };
        assert_eq!(Time::of("1,234"), unsure(1.234, 1234.0));
        assert_eq!(Time::of("123,456"), unsure(123.456, 123_456.0));
    }

    #[test]
    fn a_time_may_carry_its_unit() {
        for (text, seconds) in [
            ("0.5s", 0.5),
            ("12ms", 0.012),
            ("12 ms", 0.012),
            ("1m2.5s", 62.5),
            ("1h 1m", 3660.0),
            ("90 seconds", 90.0),
            ("100µs", 1e-4),
            ("250ns", 2.5e-7),
            ("0,5s", 0.5),
            ("00:01:02.5", 62.5),
            ("00:00:00.0012345", 0.001_234_5),
            ("1.02:00:00", 93_600.0),
        ] {
            let Time::Known(read, _) = Time::of(text) else { panic!("{text} is a time") };
            assert!((read - seconds).abs() < 1e-12, "{text}: {read}");
        }
    }

    #[test]
    fn what_is_no_duration_is_bad() {
        for text in [
            "",
            "NaN",
            "nan",
            "inf",
            "Infinity",
            "-Infinity",
            "1e999",
            "-1",
            "-0.001",
            "-2,5",
            "-1,234",
            "soon",
            ",",
            ".",
            "5,",
            "1.2.3",
            "1,23,456",
            "1,234.5.6",
            "1,234,56",
            "1,2.345,6",
            "1 23",
            "1;5",
            "0x10",
            "s",
            "1x",
            "1s2",
            "1,234s",
            "1:2",
            "01:02",
            "aa:bb:cc",
            "00:61:00",
            "25:00:00",
            "1.5 .2",
            "٠٫١٦٠",
            "NaN s",
        ] {
            assert_eq!(Time::of(text), Time::Bad, "{text}");
        }
    }
}
