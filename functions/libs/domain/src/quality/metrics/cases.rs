//! Unit tests of all reports of a run, those of reruns in the place of what they repeat.

use std::collections::HashMap;

use crate::base::ids::ShardId;
use crate::quality::reports::Case;
use crate::results::outcome::Status;
use crate::run::shard::{is_rerun, origin};

/// Unit tests, each with the planned shard whose report told it first.
#[derive(Clone, Debug, Default)]
pub(super) struct Cases {
    cases: Vec<(Option<String>, Case)>,
}

impl Cases {
    /// Adds those of one report. Those of a rerun take the place of tests of the same name that the same shard left
    /// before, one by one in order; as with tests of Robot Framework, a test that passes then is passed and flaky.
    pub(super) fn add(&mut self, shard: Option<&ShardId>, cases: &[Case]) {
        let from = shard.map(|shard| origin(shard).to_owned());
        match (shard, from) {
            (Some(shard), Some(from)) if is_rerun(shard) => self.add_rerun(&from, cases),
            (_, from) => self.cases.extend(cases.iter().map(|case| (from.clone(), case.clone()))),
        }
    }

    /// A rerun with fewer tests of a name does not say which they are, so it makes none of them better.
    fn add_rerun(&mut self, shard: &str, cases: &[Case]) {
        let mut known = self.places(shard);
        let mut ran: HashMap<&str, usize> = HashMap::new();
        cases.iter().for_each(|case| *ran.entry(&case.name).or_default() += 1);
        ran.retain(|name, count| known.get(*name).is_some_and(|places| places.len() > *count));
        for case in cases {
            let fewer = ran.contains_key(case.name.as_str());
            match known.get_mut(&case.name).and_then(Vec::pop) {
                Some(_) if fewer && case.status != Status::Failed => {}
                Some(at) => run_again(&mut self.cases[at].1, case),
                None => self.cases.push((Some(shard.to_owned()), case.clone())),
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().map(|(_, case)| case)
    }

    /// Where the tests of a shard are, by name, the first at the end.
    fn places(&self, shard: &str) -> HashMap<String, Vec<usize>> {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, (from, case)) in self.cases.iter().enumerate().rev() {
            if from.as_deref() == Some(shard) {
                places.entry(case.name.clone()).or_default().push(at);
            }
        }
        places
    }
}

/// A test that was skipped this time says nothing new, and one that failed this time has failed.
fn run_again(case: &mut Case, again: &Case) {
    match (case.status, again.status) {
        (_, Status::Failed) => *case = again.clone(),
        (Status::Failed, Status::Passed) => *case = Case { flaky: true, ..again.clone() },
        (Status::Skipped, Status::Passed) => *case = again.clone(),
        _ => case.flaky |= again.flaky && case.status == Status::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(name: &str, status: Status) -> Case {
        Case { name: name.to_owned(), status, seconds: 1.0, message: String::new(), flaky: false }
    }

    fn ended(reports: &[(&str, &[(&str, Status)])]) -> String {
        let mut all = Cases::default();
        for (shard, cases) in reports {
            let cases: Vec<Case> = cases.iter().map(|(name, status)| case(name, *status)).collect();
            all.add(Some(&ShardId::from(*shard)), &cases);
        }
        let shown = |case: &Case| format!("{} {:?}{}", case.name, case.status, if case.flaky { " flaky" } else { "" });
        all.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_rerun_takes_the_place_of_what_it_repeats() {
        use Status::{Failed, Passed, Skipped};
        let first: &[(&str, Status)] = &[("a", Failed), ("b", Passed), ("c", Failed), ("d", Skipped), ("e", Passed)];
        let again: &[(&str, Status)] = &[("a", Passed), ("b", Failed), ("c", Failed), ("d", Passed), ("e", Skipped)];
        assert_eq!(
            ended(&[("0001", first), ("0001r1", again)]),
            "a Passed flaky, b Failed, c Failed, d Passed, e Passed"
        );
        assert_eq!(
            ended(&[("0001", first), ("0001r1", again), ("0001r2", &[("c", Passed)])]).matches("flaky").count(),
            2
        );
    }

    #[test]
    fn another_shard_is_no_rerun() {
        use Status::{Failed, Passed};
        assert_eq!(ended(&[("0001", &[("a", Failed)]), ("0002", &[("a", Passed)])]), "a Failed, a Passed");
        assert_eq!(ended(&[("0001", &[("a", Failed)]), ("0002r1", &[("a", Passed)])]), "a Failed, a Passed");
        let mut given = Cases::default();
        given.add(None, &[case("a", Failed)]);
        given.add(None, &[case("a", Passed)]);
        assert_eq!(given.iter().count(), 2);
    }

    #[test]
    fn tests_of_one_name_are_repeated_one_by_one() {
        use Status::{Failed, Passed};
        let first: &[(&str, Status)] = &[("a", Passed), ("a", Failed)];
        let again: &[(&str, Status)] = &[("a", Passed), ("a", Passed), ("a", Passed)];
        assert_eq!(ended(&[("0001", first), ("0001r1", again)]), "a Passed, a Passed flaky, a Passed");
    }

    #[test]
    fn a_rerun_with_fewer_tests_of_a_name_hides_no_failure() {
        use Status::{Failed, Passed};
        for first in [[("a", Failed), ("a", Passed)], [("a", Passed), ("a", Failed)]] {
            let ended = ended(&[("0001", &first), ("0001r1", &[("a", Passed)])]);
            assert!(ended.contains("a Failed") && !ended.contains("flaky"), "{ended}");
        }
        assert_eq!(
            ended(&[("0001", &[("a", Passed), ("a", Passed)]), ("0001r1", &[("a", Failed)])]),
            "a Failed, a Passed"
        );
    }
}
