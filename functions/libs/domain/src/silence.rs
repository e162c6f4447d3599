//! Suites that stopped running: nothing is as easily overlooked as a nightly run that no longer starts.

use serde::{Deserialize, Serialize};

use crate::shards::median;

/// Label of a run that a schedule started; only such runs come at expected times.
pub const TRIGGER: &str = "trigger";
/// Value of [`TRIGGER`] for a schedule.
pub const SCHEDULE: &str = "schedule";
/// So many starts are remembered.
const REMEMBERED: usize = 10;
/// With fewer starts nothing can be expected.
const LEAST_STARTS: usize = 3;
/// Seconds that a run may be late in any case.
const SLACK: f64 = 3600.0;

/// When the scheduled runs of a suite started: `SCHEDULED` / `SUITE#<name>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Suite's name.
    pub suite: String,
    /// Unix times of the newest starts in seconds, rising.
    pub starts: Vec<i64>,
    /// The newest start when silence was told of last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<i64>,
}

impl Scheduled {
    /// Adds a start, once; none when nothing changes.
    pub fn with(&self, start: i64) -> Option<Self> {
        if self.starts.contains(&start) {
            return None;
        }
        let mut next = self.clone();
        next.starts.push(start);
        next.starts.sort_unstable();
        next.starts.drain(..next.starts.len().saturating_sub(REMEMBERED));
        (next.starts != self.starts).then_some(next)
    }

    /// The start after which the suite fell silent, unless that was told already.
    ///
    /// A suite is silent when half a period and an hour more than its usual period have passed; the usual one is the
    /// median of its last gaps, so one night without a run does not change what is expected.
    pub fn silent_since(&self, now: i64) -> Option<i64> {
        let last = *self.starts.last()?;
        let gaps: Vec<f64> = self.starts.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
        let usual = median(&gaps).filter(|_| self.starts.len() >= LEAST_STARTS)?;
        let silent = (now - last) as f64 > usual * 1.5 + SLACK;
        (silent && self.told != Some(last)).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 3600;

    fn nightly(nights: i64) -> Scheduled {
        let starts = (0..nights).map(|night| night * DAY).collect();
        Scheduled { suite: "shop".into(), starts, told: None }
    }

    #[test]
    fn a_night_without_a_run_is_told_once() {
        let mut suite = nightly(5);
        let last = 4 * DAY;
        assert_eq!(suite.silent_since(last + DAY + 3600), None);
        assert_eq!(suite.silent_since(last + 2 * DAY), Some(last));
        suite.told = Some(last);
        assert_eq!(suite.silent_since(last + 3 * DAY), None);
    }

    #[test]
    fn nothing_is_expected_of_a_suite_that_hardly_ran() {
        assert_eq!(nightly(2).silent_since(100 * DAY), None);
    }

    #[test]
    fn a_start_is_remembered_once_and_the_oldest_are_forgotten() {
        let suite = nightly(10);
        assert_eq!(suite.with(9 * DAY), None);
        let next = suite.with(10 * DAY).unwrap();
        assert_eq!((next.starts.len(), next.starts[0]), (REMEMBERED, DAY));
        assert_eq!(next.with(0), None, "a late one never replaces a newer one");
    }
}
