//! Which tests are flaky.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::quality::history::Outcome;
use crate::results::outcome::Status;
use crate::results::records::TestRecord;

/// Where a test ran, so that runs with nothing changed between them are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ground<'a> {
    /// Commit of the product, if the run's labels tell it.
    pub commit: Option<&'a str>,
    /// Id of the image, if it is known.
    pub image: Option<&'a str>,
}

/// What the outcomes of a test say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flakiness {
    /// Nothing speaks against it: it passed or was skipped.
    Steady,
    /// It passed and failed with nothing changed.
    Flaky,
    /// It failed, and never passed with nothing changed.
    Broken,
}

/// Whether a test is flaky: it passed and failed on the same commit and image, in reruns of this run or in its last
/// runs, of which the history holds 20. One that always fails is broken.
///
/// A run of unknown commit or image is compared with no other: where something may have changed, two outcomes prove
/// nothing.
pub fn flakiness(record: &TestRecord, ground: Ground<'_>, earlier: &[(Outcome, Ground<'_>)]) -> Flakiness {
    let now = [(Outcome::of(record), ground)];
    let mut seen: BTreeMap<Ground<'_>, (bool, bool)> = BTreeMap::new();
    let mut flaky = record.flaky;
    for (outcome, ground) in earlier.iter().chain(&now) {
        flaky |= *outcome == Outcome::Flaky;
        if ground.commit.is_some() && ground.image.is_some() {
            let (passed, failed) = seen.entry(*ground).or_default();
            *passed |= *outcome == Outcome::Passed;
            *failed |= *outcome == Outcome::Failed;
            flaky |= *passed && *failed;
        }
    }
    match (flaky, record.status) {
        (true, _) => Flakiness::Flaky,
        (false, Status::Failed) => Flakiness::Broken,
        (false, Status::Passed | Status::Skipped) => Flakiness::Steady,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a test ended and where, what it did earlier, and what that says of it.
    type Expected<'a> = (Status, Ground<'a>, &'a [(Outcome, Ground<'a>)], Flakiness);

    const A: Ground<'_> = Ground { commit: Some("c1"), image: Some("ami-1") };
    const OTHER_COMMIT: Ground<'_> = Ground { commit: Some("c2"), image: Some("ami-1") };
    const OTHER_IMAGE: Ground<'_> = Ground { commit: Some("c1"), image: Some("ami-2") };
    const UNKNOWN: Ground<'_> = Ground { commit: None, image: Some("ami-1") };

    fn record(status: Status, flaky: bool) -> TestRecord {
        TestRecord {
            long_name: "S.A".to_owned(),
            suite_file: "s.robot".to_owned(),
            nth: 0,
            status,
            tags: Vec::new(),
            seconds: 1.0,
            flaky,
            quarantined: false,
        }
    }

    #[test]
    fn a_test_is_flaky_only_where_nothing_changed_between_its_outcomes() {
        use Outcome::{Failed, Flaky, NotRun, Passed, Skipped};
        let cases: [Expected<'_>; 14] = [
            (Status::Passed, A, &[], Flakiness::Steady),
            (Status::Failed, A, &[], Flakiness::Broken),
            (Status::Failed, A, &[(Failed, A), (Failed, A)], Flakiness::Broken),
            (Status::Failed, A, &[(Passed, A)], Flakiness::Flaky),
            (Status::Passed, A, &[(Failed, A)], Flakiness::Flaky),
            (Status::Passed, A, &[(Failed, OTHER_COMMIT)], Flakiness::Steady),
            (Status::Failed, A, &[(Passed, OTHER_COMMIT)], Flakiness::Broken),
            (Status::Failed, A, &[(Passed, OTHER_IMAGE)], Flakiness::Broken),
            (Status::Failed, UNKNOWN, &[(Passed, UNKNOWN)], Flakiness::Broken),
            (Status::Passed, A, &[(Passed, OTHER_COMMIT), (Failed, OTHER_COMMIT)], Flakiness::Flaky),
            (Status::Passed, A, &[(Flaky, UNKNOWN)], Flakiness::Flaky),
            (Status::Failed, A, &[(Skipped, A), (NotRun, A)], Flakiness::Broken),
            (Status::Skipped, A, &[(Passed, A)], Flakiness::Steady),
            (Status::Skipped, A, &[(Passed, A), (Failed, A)], Flakiness::Flaky),
        ];
        for (status, ground, earlier, expected) in cases {
            assert_eq!(flakiness(&record(status, false), ground, earlier), expected, "{status:?} {earlier:?}");
        }
    }

    #[test]
    fn reruns_tell_even_where_nobody_knows_the_commit() {
        assert_eq!(flakiness(&record(Status::Passed, true), UNKNOWN, &[]), Flakiness::Flaky);
        assert_eq!(flakiness(&record(Status::Failed, true), UNKNOWN, &[]), Flakiness::Flaky);
    }
}
