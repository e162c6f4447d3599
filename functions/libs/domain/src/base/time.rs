//! Moments.

use std::fmt;
use std::ops::{Add, Sub};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment, to the second. Documents hold it as Unix time in seconds.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(#[serde(with = "jiff::fmt::serde::timestamp::second::required")] Timestamp);

impl Time {
    /// Unix time in seconds.
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// As RFC 3339 has it: `2025-11-21T02:00:00Z`.
    pub fn rfc3339(self) -> String {
        self.0.to_string()
    }

    /// The moment as the library has it.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

/// The moment of a Unix time in seconds. A time out of range gives the first or the last possible moment.
impl From<i64> for Time {
    fn from(seconds: i64) -> Self {
        let beyond = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Self(Timestamp::from_second(seconds).unwrap_or(beyond))
    }
}

impl From<Timestamp> for Time {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.as_second().into()
    }
}

/// So many seconds later; at most the last moment that there is.
impl Add<i64> for Time {
    type Output = Self;

    fn add(self, seconds: i64) -> Self {
        self.seconds().saturating_add(seconds).into()
    }
}

/// So many seconds earlier.
impl Sub<i64> for Time {
    type Output = Self;

    fn sub(self, seconds: i64) -> Self {
        self.seconds().saturating_sub(seconds).into()
    }
}

/// Seconds from the other moment to this one.
impl Sub for Time {
    type Output = i64;

    fn sub(self, earlier: Self) -> i64 {
        self.0.duration_since(earlier.0).as_secs()
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_seconds_and_shown_as_a_date() {
        let time: Time = serde_json::from_str("1795391999").unwrap();
        assert_eq!(
            (serde_json::to_string(&time).unwrap(), time.rfc3339()),
            ("1795391999".into(), "2026-11-22T23:59:59Z".into())
        );
        assert!(serde_json::from_str::<Time>("9999999999999").is_err(), "no calendar has it");
    }

    #[test]
    fn there_is_no_moment_beyond_the_last() {
        assert_eq!(Time::from(i64::MAX) + i64::MAX, Time::from(i64::MAX));
        assert_eq!(Time::from(i64::MIN) - 1, Time::from(i64::MIN));
        assert_eq!((Time::from(70) - Time::from(100), Time::from(7) + 3), (-30, Time::from(10)));
    }
}
