//! How a run compares with the earlier runs of its suite and branch: what broke since when.

use serde::{Deserialize, Serialize};

use crate::base::ids::RunRef;
use crate::quality::baseline::branch_of;
use crate::quality::history::PastRun;
use crate::run::status::Status;

/// So many earlier runs of a suite and branch are looked at, at most.
pub const LOOKED_AT: usize = 30;

/// How a run compares with the earlier ones.
///
/// Only runs that passed or failed are compared: one that was inconclusive or ended by an error tells nothing of the
/// suite, so it neither begins nor ends a row of failures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trend {
    /// It passed, as the one before did, or it is the first.
    Steady,
    /// It failed, and the one before passed, or it is the first.
    FirstFailure {
        /// The run before, which passed.
        passed: Option<RunRef>,
    },
    /// It failed, as the one before did.
    StillFailing {
        /// The first run of the row.
        since: RunRef,
        /// Failed runs in a row, this one included.
        runs: usize,
        /// True if the row may have begun before the oldest run that was looked at.
        or_longer: bool,
    },
    /// It passed, and the one before failed.
    Fixed {
        /// The first of the failed runs in a row.
        since: RunRef,
        /// Failed runs in a row before this one.
        runs: usize,
        /// True if the row may have begun before the oldest run that was looked at.
        or_longer: bool,
    },
    /// It was inconclusive or ended by an error.
    Untold {
        /// Runs in a row that tell nothing, this one included.
        runs: usize,
        /// The last run that passed or failed.
        last: Option<RunRef>,
        /// How that one ended.
        status: Option<Status>,
    },
}

/// Earlier runs of one suite and branch, the newest first.
#[derive(Clone, Debug)]
pub struct Past<'a> {
    runs: Vec<&'a PastRun>,
}

impl<'a> Past<'a> {
    /// Picks from the runs of a suite, in any order, those of `branch` that started before `run`.
    pub fn before(run: &RunRef, branch: &str, runs: &'a [PastRun]) -> Self {
        let earlier = |past: &&PastRun| (past.started, &past.id) < (run.started, &run.run);
        let same = |past: &&PastRun| branch_of(&past.labels) == branch;
        let mut runs: Vec<&PastRun> = runs.iter().filter(earlier).filter(same).collect();
        runs.sort_by(|a, b| (b.started, &b.id).cmp(&(a.started, &a.id)));
        runs.truncate(LOOKED_AT);
        Self { runs }
    }

    /// Whether a run that ended like this differs from the one before; the first one does.
    pub fn changed(&self, status: Status) -> bool {
        self.runs.first().is_none_or(|last| last.status != status)
    }

    /// How a run that ended like this compares with these.
    pub fn trend(&self, status: Status) -> Trend {
        let told: Vec<&PastRun> = self.runs.iter().copied().filter(|run| tells(run.status)).collect();
        let failed: Vec<&PastRun> = told.iter().copied().take_while(|run| run.status == Status::Failed).collect();
        let or_longer = failed.len() == told.len() && self.runs.len() == LOOKED_AT;
        match (status, failed.last()) {
            (Status::Passed, None) => Trend::Steady,
            (Status::Passed, Some(first)) => {
                Trend::Fixed { since: RunRef::from(*first), runs: failed.len(), or_longer }
            }
            (Status::Failed, None) => Trend::FirstFailure { passed: told.first().map(|run| RunRef::from(*run)) },
            (Status::Failed, Some(first)) => {
                Trend::StillFailing { since: RunRef::from(*first), runs: failed.len() + 1, or_longer }
            }
            _ => Trend::Untold {
                runs: self.runs.iter().take_while(|run| !tells(run.status)).count() + 1,
                last: told.first().map(|run| RunRef::from(*run)),
                status: told.first().map(|run| run.status),
            },
        }
    }
}

fn tells(status: Status) -> bool {
    matches!(status, Status::Passed | Status::Failed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::base::time::Time;
    use crate::quality::baseline::{BRANCH, NO_BRANCH};
    use crate::results::outcome::Counts;

    fn past(started: Time, status: Status, branch: Option<&str>) -> PastRun {
        let labels: BTreeMap<&str, &str> = branch.map(|branch| (BRANCH, branch)).into_iter().collect();
        let counts = Counts::default();
        let run = json!({"id": format!("r{}", started.seconds()), "suite": "shop", "status": status, "started": started,
                         "seconds": 60, "counts": counts, "labels": labels});
        serde_json::from_value(run).unwrap()
    }

    /// Runs of main from their first letters, the oldest first.
    fn runs(letters: &str) -> Vec<PastRun> {
        let statuses = letters.chars().map(|letter| match letter {
            'p' => Status::Passed,
            'f' => Status::Failed,
            'i' => Status::Inconclusive,
            _ => Status::Error,
        });
        statuses.enumerate().map(|(place, status)| past((place as i64).into(), status, Some("main"))).collect()
    }

    fn at(started: Time) -> RunRef {
        RunRef { run: format!("r{}", started.seconds()).into(), started }
    }

    fn trend(letters: &str, status: Status) -> Trend {
        let runs = runs(letters);
        Past::before(&at(1000.into()), "main", &runs).trend(status)
    }

    #[test]
    fn a_failure_is_the_first_if_the_run_before_passed() {
        assert_eq!(trend("", Status::Failed), Trend::FirstFailure { passed: None });
        assert_eq!(trend("fp", Status::Failed), Trend::FirstFailure { passed: Some(at(1.into())) });
        assert_eq!(trend("pie", Status::Failed), Trend::FirstFailure { passed: Some(at(0.into())) });
    }

    #[test]
    fn a_row_of_failures_is_counted_from_its_first_run() {
        let expected = Trend::StillFailing { since: at(2.into()), runs: 4, or_longer: false };
        assert_eq!(trend("fpfeff", Status::Failed), expected);
        assert_eq!(trend("pf", Status::Passed), Trend::Fixed { since: at(1.into()), runs: 1, or_longer: false });
        assert_eq!(trend("fp", Status::Passed), Trend::Steady);
    }

    #[test]
    fn a_row_that_fills_what_was_looked_at_may_be_longer() {
        let failing = "f".repeat(LOOKED_AT + 5);
        let expected = Trend::StillFailing { since: at(5.into()), runs: LOOKED_AT + 1, or_longer: true };
        assert_eq!(trend(&failing, Status::Failed), expected);
        assert_eq!(
            trend("fff", Status::Failed),
            Trend::StillFailing { since: at(0.into()), runs: 4, or_longer: false }
        );
    }

    #[test]
    fn a_run_that_tells_nothing_names_the_last_one_that_did() {
        let expected = Trend::Untold { runs: 3, last: Some(at(1.into())), status: Some(Status::Failed) };
        assert_eq!(trend("pfie", Status::Inconclusive), expected);
        assert_eq!(trend("", Status::Error), Trend::Untold { runs: 1, last: None, status: None });
    }

    #[test]
    fn other_branches_later_runs_and_the_run_itself_do_not_count() {
        let mut runs = runs("p");
        runs.push(past(1.into(), Status::Failed, Some("feature")));
        runs.push(past(2.into(), Status::Failed, None));
        runs.push(past(1000.into(), Status::Failed, Some("main")));
        runs.push(past(1001.into(), Status::Failed, Some("main")));
        let seen = Past::before(&at(1000.into()), "main", &runs);
        assert_eq!((seen.trend(Status::Passed), seen.changed(Status::Passed)), (Trend::Steady, false));
        assert!(seen.changed(Status::Error));
        let none = Past::before(&at(1000.into()), NO_BRANCH, &runs);
        assert_eq!(none.trend(Status::Passed), Trend::Fixed { since: at(2.into()), runs: 1, or_longer: false });
    }

    #[test]
    fn the_first_run_of_a_branch_is_a_change() {
        assert!(Past::before(&at(1000.into()), "main", &[]).changed(Status::Passed));
    }

    proptest! {
        #[test]
        fn only_a_run_that_failed_before_can_be_fixed(letters in "[pfie]{0,40}") {
            let letters: &str = &letters;
            let told: String = letters.chars().rev().filter(|letter| "pf".contains(*letter)).collect();
            let fixed = matches!(trend(letters, Status::Passed), Trend::Fixed { .. });
            let seen = letters.chars().rev().take(LOOKED_AT).any(|letter| "pf".contains(letter));
            prop_assert_eq!(fixed, seen && told.starts_with('f'));
        }

        #[test]
        fn the_order_of_the_history_does_not_matter(letters in "[pfie]{0,40}", at_zero in 0_usize..40) {
            let mut turned = runs(&letters);
            let sorted = turned.clone();
            if !turned.is_empty() {
                let by = at_zero % turned.len();
                turned.rotate_left(by);
            }
            for status in [Status::Passed, Status::Failed, Status::Error] {
                let trend = |runs: &[PastRun]| Past::before(&at(1000.into()), "main", runs).trend(status);
                prop_assert_eq!(trend(&turned), trend(&sorted));
            }
        }
    }
}
