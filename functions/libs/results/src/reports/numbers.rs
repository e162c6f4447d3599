//! Numbers as reports write them: finite, and never below zero.

use super::times::{Time, of_number};

/// A figure such as `0.25` or `1e3`; none for anything else, `NaN`, infinity and what is below zero among it.
pub(super) fn figure(text: &str) -> Option<f64> {
    match of_number(text.trim()) {
        Time::Known(number, _) => Some(number),
        Time::Unsure { .. } | Time::Bad => None,
    }
}

/// The same with what is below zero.
pub(super) fn signed(text: &str) -> Option<f64> {
    let text = text.trim();
    figure(text).or_else(|| text.strip_prefix('-').and_then(figure).map(|number| -number))
}

/// A share of one, with a decimal point or comma; what rounding has put just above is all of it.
pub(super) fn share(text: &str) -> Option<f64> {
    let share = match of_number(text.trim()) {
        Time::Known(number, _) | Time::Unsure { decimal: number, .. } => number,
        Time::Bad => return None,
    };
    (share <= 1.0 + 1e-6).then_some(share.min(1.0))
}

/// A count. Some tools write it as a number that could have decimals (`1.0`, `1e3`) or with its thousands apart.
pub(super) fn count(text: &str) -> Option<u64> {
    /// Above this a number with decimals is not exact.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let text = text.trim();
    let number = match of_number(text) {
        Time::Known(number, _) | Time::Unsure { grouped: number, .. } => number,
        Time::Bad => return None,
    };
    let exact = || (number.fract() == 0.0 && number <= MOST).then_some(number as u64);
    text.parse().ok().or_else(exact)
}

/// The number of a line of code, or another count that is no larger.
pub(super) fn small(text: &str) -> Option<u32> {
    count(text).and_then(|number| number.try_into().ok())
}

/// What a count of hits says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hits {
    /// Whether there was one, however many there were.
    Known(bool),
    /// A count below zero: an overflow, which lcov and the tools after it take for no hit.
    Negative,
    /// Not a count.
    Bad,
}

/// Reads a count of hits.
pub(super) fn hits(text: &str) -> Hits {
    let text = text.trim();
    match of_number(text) {
        Time::Known(number, _) | Time::Unsure { decimal: number, .. } => Hits::Known(number > 0.0),
        Time::Bad => {
            let below = text.strip_prefix('-').map(of_number);
            if matches!(below, Some(Time::Known(..))) { Hits::Negative } else { Hits::Bad }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_told_from_what_is_no_count() {
        for (text, hits) in [
            ("0", Hits::Known(false)),
            ("3", Hits::Known(true)),
            ("1.0", Hits::Known(true)),
            ("0.0", Hits::Known(false)),
            ("1e3", Hits::Known(true)),
            ("1,000", Hits::Known(true)),
            ("99999999999999999999", Hits::Known(true)),
            ("1.84467440737096e+19", Hits::Known(true)),
            ("-1", Hits::Negative),
            ("-3.0", Hits::Negative),
            ("NaN", Hits::Bad),
            ("-inf", Hits::Bad),
            ("--1", Hits::Bad),
            ("", Hits::Bad),
            ("=====", Hits::Bad),
        ] {
            assert_eq!(super::hits(text), hits, "{text}");
        }
    }

    #[test]
    fn counts_are_whole() {
        for (text, number) in [("7", 7), ("7.0", 7), ("1e3", 1000), ("1,234", 1234), ("18446744073709551615", u64::MAX)]
        {
            assert_eq!(count(text), Some(number), "{text}");
        }
        for text in ["", "-1", "1.5", "NaN", "1e300", "18446744073709551616", "x", "1,5"] {
            assert_eq!(count(text), None, "{text}");
        }
        assert_eq!((small("4294967295"), small("4294967296")), (Some(u32::MAX), None));
    }

    #[test]
    fn shares_may_have_a_comma_and_are_at_most_all() {
        for (text, number) in [("0,5", 0.5), ("0.75", 0.75), ("1", 1.0), ("1.0000000002", 1.0), ("0,123", 0.123)] {
            assert_eq!(share(text), Some(number), "{text}");
        }
        for text in ["NaN", "-1", "1.5", "85%", "inf", "", "75"] {
            assert_eq!(share(text), None, "{text}");
        }
    }
}
