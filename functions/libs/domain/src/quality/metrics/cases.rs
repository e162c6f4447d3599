//! Unit tests of all reports of a run, each once where a rerun repeats it.

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
    /// Adds those of one report. A unit test of a rerun is matched, one by one in order, with the tests of the same
    /// name that the same shard left before.
    ///
    /// A rerun makes none of them better: it runs tests of Robot Framework again, and nothing tells which unit tests these
    /// had run. The report of another test may hold a unit test of the same name.
    pub(super) fn add(&mut self, shard: Option<&ShardId>, cases: &[Case]) {
        let from = shard.map(|shard| origin(shard).to_owned());
        let mut known = match (shard, &from) {
            (Some(shard), Some(from)) if is_rerun(shard) => self.places(from),
            _ => HashMap::new(),
        };
        for case in cases {
            match known.get_mut(&case.name).and_then(Vec::pop) {
                Some(at) if case.status == Status::Failed => self.cases[at].1 = case.clone(),
                Some(_) => {}
                None => self.cases.push((from.clone(), case.clone())),
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
    fn a_unit_test_counts_once_and_has_failed_if_it_ever_failed() {
        use Status::{Failed, Passed, Skipped};
        let first: &[(&str, Status)] = &[("a", Failed), ("b", Passed), ("c", Failed), ("d", Skipped), ("e", Passed)];
        let again: &[(&str, Status)] = &[("a", Passed), ("b", Failed), ("c", Failed), ("d", Passed), ("f", Passed)];
        assert_eq!(
            ended(&[("0001", first), ("0001r1", again)]),
            "a Failed, b Failed, c Failed, d Skipped, e Passed, f Passed"
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
        assert_eq!(ended(&[("0001", first), ("0001r1", again)]), "a Passed, a Failed, a Passed");
        assert_eq!(ended(&[("0001", first), ("0001r1", &[("a", Failed)])]), "a Failed, a Failed");
    }
}
