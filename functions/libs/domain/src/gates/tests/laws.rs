//! What holds of gates and verdicts for all results.

use proptest::prelude::*;

use super::*;

/// Gates that people write: more passing tests never hurt them, more failing ones never help.
const SANE: [&str; 6] = [
    "tests.failed == 0",
    "tests.failed <= 3",
    "tests.pass_rate >= 80%",
    "tests.pass_rate == 100%",
    "tests{tag=critical}.failed < 2",
    "tests.total > 0",
];

fn verdict(gates: &[Gate], records: &[TestRecord], lost: &[String]) -> Verdict {
    judge(&evaluate(gates, &Metrics::from_run(records, RunFacts::default()), None), lost).verdict
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![3 => Just(Status::Passed), 1 => Just(Status::Failed), 1 => Just(Status::Skipped)]
}

fn records() -> impl Strategy<Value = Vec<TestRecord>> {
    let tags = prop_oneof![Just(vec![]), Just(vec!["critical"]), Just(vec!["smoke", "critical"])];
    prop::collection::vec((status(), tags).prop_map(|(status, tags)| test(status, &tags)), 0..12)
}

fn gates() -> impl Strategy<Value = Vec<Gate>> {
    let severity = prop_oneof![Just(Severity::Error), Just(Severity::Warn)];
    let gate = (prop::sample::select(&SANE[..]), severity);
    prop::collection::vec(gate.prop_map(|(text, severity)| Gate::parse(text, severity).unwrap()), 0..4)
}

fn lost() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![Just(vec![]), Just(vec!["a shard was lost.".to_owned()])]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A test that fails instead of passing never makes the verdict better.
    #[test]
    fn more_failures_never_improve_a_verdict(
        records in records(), gates in gates(), lost in lost(), at in any::<prop::sample::Index>()
    ) {
        let before = verdict(&gates, &records, &lost);
        let mut worse = records;
        if !worse.is_empty() {
            let at = at.index(worse.len());
            worse[at].status = Status::Failed;
        }
        prop_assert!(verdict(&gates, &worse, &lost) >= before);
    }

    /// A further test that passes never turns a run that passed into another.
    #[test]
    fn a_further_passing_test_never_spoils_a_run(mut records in records(), gates in gates(), tagged in any::<bool>()) {
        let gates = if gates.is_empty() { defaults() } else { gates };
        let before = verdict(&gates, &records, &[]);
        records.push(test(Status::Passed, if tagged { &["critical"] } else { &[] }));
        // Passing tests only ever help, so a run that passed still does.
        prop_assert!(verdict(&gates, &records, &[]) <= before);
    }

    /// Lost work never makes a run pass.
    #[test]
    fn a_run_with_lost_work_never_passes(records in records(), gates in gates()) {
        let lost = ["a shard was lost.".to_owned()];
        prop_assert!(verdict(&gates, &records, &lost) > Verdict::Passed);
    }

    /// What is settled with results missing stays broken whatever the missing results are.
    #[test]
    fn a_settled_gate_stays_broken_whatever_comes(records in records(), more in records(), gates in gates()) {
        let before = evaluate(&gates, &Metrics::from_run(&records, RunFacts::default()), None);
        let all: Vec<TestRecord> = records.into_iter().chain(more).collect();
        let after = evaluate(&gates, &Metrics::from_run(&all, RunFacts::default()), None);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(!before.settled || after.state == State::Broken, "{} {}", before.why, after.why);
        }
    }

    /// A stop gate that fired fires for all results that come after it.
    #[test]
    fn a_stop_gate_that_fired_stays_fired(records in records(), more in records(), limit in 0..3) {
        let stop = [Gate::parse(&format!("tests.failed > {limit}"), Severity::Stop).unwrap()];
        let fired = first_stop(&stop, &Metrics::from_run(&records, RunFacts::default())).is_some();
        let all: Vec<TestRecord> = records.into_iter().chain(more).collect();
        let later = first_stop(&stop, &Metrics::from_run(&all, RunFacts::default())).is_some();
        prop_assert!(!fired || later);
    }

    /// Any text is a gate or is refused at a column within it.
    #[test]
    fn any_text_is_a_gate_or_refused(text in "(tests|failed|\\{tag=|\\}|\\.|==|<|baseline|[0-9%$a-z \"ü-]){0,20}") {
        if let Err(refusal) = Gate::parse(&text, Severity::Error) {
            prop_assert!(refusal.column <= text.chars().count());
        }
    }
}
