//! Suites that became stale: nothing is as easily overlooked as a nightly run that no longer ends in a verdict.

use serde::{Deserialize, Serialize};

use crate::base::ids::RunRef;
use crate::base::time::Time;
use crate::package::plan::STALE_AFTER_SECONDS;
use crate::run::status::Status;

/// Label of a run that a schedule started; only such runs come at expected times.
pub const TRIGGER: &str = "trigger";
/// Value of [`TRIGGER`] for a schedule.
pub const SCHEDULE: &str = "schedule";
/// Seconds after which a sweep that was about to report a suite counts as dead: Lambda lets no function run longer.
pub const CLAIM: i64 = 900;

/// What is known of a suite's scheduled runs: `SCHEDULED` / `SUITE#<name>`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Suite's name.
    pub suite: String,
    /// The time of the newest verdict of a scheduled run. While no run has a verdict, the time of the first scheduled
    /// run.
    #[serde(default)]
    pub heard: Option<Time>,
    /// The run of that verdict.
    #[serde(default)]
    pub run: Option<RunRef>,
    /// That verdict.
    #[serde(default)]
    pub verdict: Option<Status>,
    /// Seconds without a verdict after which the suite is stale.
    #[serde(default = "seconds")]
    pub stale_after: u64,
    /// The value of `heard` when the staleness was reported; none after the suite's next verdict was reported.
    #[serde(default)]
    pub told: Option<Time>,
}

fn seconds() -> u64 {
    STALE_AFTER_SECONDS
}

/// What there is to tell of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It is stale since then.
    Stale(Time),
    /// It has a verdict again, after it was reported as stale.
    Back,
}

impl Scheduled {
    /// What there is to tell at `now`; none when nothing is new.
    pub fn news(&self, now: Time) -> Option<News> {
        let heard = self.heard?;
        if self.told == Some(heard) {
            return None;
        }
        let stale = now - heard > i64::try_from(self.stale_after).unwrap_or(i64::MAX);
        if stale { Some(News::Stale(heard)) } else { self.told.map(|_| News::Back) }
    }

    /// `told` once `news` was told.
    pub fn told_after(news: News) -> Option<Time> {
        match news {
            News::Stale(heard) => Some(heard),
            News::Back => None,
        }
    }
}

/// Whether a run that ended like this has a verdict; one that ended by an error has none.
pub fn is_verdict(status: Status) -> bool {
    matches!(status, Status::Passed | Status::Failed | Status::Inconclusive)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3600;

    fn nightly(heard: Time) -> Scheduled {
        Scheduled { suite: "shop".into(), heard: Some(heard), stale_after: STALE_AFTER_SECONDS, ..Scheduled::default() }
    }

    #[test]
    fn a_night_without_a_verdict_is_told_once_and_so_is_the_return() {
        let mut suite = nightly(0.into());
        assert_eq!(suite.news((26 * HOUR).into()), None);
        assert_eq!(suite.news((26 * HOUR + 1).into()), Some(News::Stale(0.into())));
        suite.told = Scheduled::told_after(News::Stale(0.into()));
        assert_eq!(suite.news((100 * HOUR).into()), None);
        suite.heard = Some((101 * HOUR).into());
        assert_eq!(suite.news((101 * HOUR).into()), Some(News::Back));
        suite.told = Scheduled::told_after(News::Back);
        assert_eq!(suite.news((102 * HOUR).into()), None);
        assert_eq!(suite.news((128 * HOUR).into()), Some(News::Stale((101 * HOUR).into())));
    }

    #[test]
    fn a_suite_that_came_back_and_became_stale_again_unseen_is_stale() {
        let suite = Scheduled { told: Some(0.into()), ..nightly((50 * HOUR).into()) };
        assert_eq!(suite.news((80 * HOUR).into()), Some(News::Stale((50 * HOUR).into())));
    }

    #[test]
    fn a_suite_says_how_long_it_may_have_no_verdict() {
        let weekly = Scheduled { stale_after: 8 * 24 * 3600, ..nightly(0.into()) };
        assert_eq!(weekly.news((7 * 24 * HOUR).into()), None);
        assert_eq!(weekly.news((9 * 24 * HOUR).into()), Some(News::Stale(0.into())));
    }

    #[test]
    fn an_item_without_a_time_has_no_news() {
        let item: Scheduled = serde_json::from_str("{\"suite\": \"shop\", \"starts\": [1]}").unwrap();
        assert_eq!((item.news(i64::MAX.into()), item.stale_after), (None, STALE_AFTER_SECONDS));
    }

    #[test]
    fn a_run_that_ended_by_an_error_has_no_verdict() {
        let verdicts = [Status::Passed, Status::Failed, Status::Inconclusive].map(is_verdict);
        assert_eq!(verdicts, [true; 3]);
        assert_eq!([Status::Error, Status::Aborted, Status::Running].map(is_verdict), [false; 3]);
    }

    proptest! {
        #[test]
        fn what_was_told_is_not_told_again(heard in 0..1000_i64, told in proptest::option::of(0..1000_i64), stale_after in 1..500_u64, now in 0..2000_i64) {
            let mut suite = Scheduled { told: told.map(Time::from), stale_after, ..nightly(heard.into()) };
            if let Some(news) = suite.news(now.into()) {
                suite.told = Scheduled::told_after(news);
                prop_assert_eq!(suite.news(now.into()), None);
            }
        }
    }
}
