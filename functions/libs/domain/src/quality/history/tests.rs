mod packing;

use proptest::prelude::*;

use super::*;

fn run(n: usize) -> FileRun {
    FileRun { run: format!("r{n}").into(), started: (n as i64).into(), seconds: n as f64, ..FileRun::default() }
}

fn outcomes(tests: &[(&str, Outcome)]) -> Outcomes {
    tests.iter().map(|(name, outcome)| ((*name).to_owned(), *outcome)).collect()
}

/// The history of a test `T` with these outcomes in runs from `r1` on, in the letters of the packed form.
fn of(letters: &str) -> FileHistory {
    let mut history = FileHistory::new("a.robot");
    for (n, letter) in letters.chars().enumerate() {
        let told = match letter {
            'p' => Outcome::Passed,
            'f' => Outcome::Failed,
            'r' => Outcome::Flaky,
            's' => Outcome::Skipped,
            _ => Outcome::NotRun,
        };
        let told = if told == Outcome::NotRun { Outcomes::new() } else { outcomes(&[("T", told)]) };
        history = history.with(run(n + 1), &told).unwrap();
    }
    history
}

fn letters(history: &FileHistory, test: &str) -> String {
    let letter = |outcome| match outcome {
        Outcome::Passed => 'p',
        Outcome::Failed => 'f',
        Outcome::Flaky => 'r',
        Outcome::Skipped => 's',
        Outcome::NotRun => '-',
    };
    history.outcomes_of(test).into_iter().map(|(outcome, _)| letter(outcome)).collect()
}

#[test]
fn a_run_is_remembered_once_and_the_oldest_is_forgotten() {
    let mut history = FileHistory::new("a.robot");
    for n in 1..=25 {
        history = history.with(run(n), &outcomes(&[("T", Outcome::Passed)])).unwrap();
    }
    assert_eq!((history.runs().len(), history.runs()[0].run.as_str()), (REMEMBERED, "r6"));
    assert_eq!(letters(&history, "T"), "p".repeat(REMEMBERED));
    assert_eq!(history.with(run(25), &outcomes(&[("T", Outcome::Failed)])), None, "a run twice is a run once");
    assert_eq!(history.with(run(1), &Outcomes::new()), None, "a late run never replaces a newer one");
    assert_eq!(history.seconds(), Some(15.5));
}

#[test]
fn a_late_run_takes_its_place_with_its_outcomes() {
    let late = FileRun { started: 2.into(), ..run(9) };
    let history = of("pf").with(FileRun { started: 3.into(), ..run(8) }, &outcomes(&[("T", Outcome::Passed)])).unwrap();
    let history = history.with(late, &outcomes(&[("T", Outcome::Flaky), ("U", Outcome::Failed)])).unwrap();
    assert_eq!(history.runs().iter().map(|run| run.run.as_str()).collect::<Vec<_>>(), ["r1", "r2", "r9", "r8"]);
    assert_eq!((letters(&history, "T"), letters(&history, "U")), ("pfrp".into(), "--f-".into()));
}

#[test]
fn a_test_that_no_kept_run_ran_is_forgotten() {
    let mut history = FileHistory::new("a.robot").with(run(0), &outcomes(&[("Renamed", Outcome::Passed)])).unwrap();
    for n in 1..=REMEMBERED {
        assert_eq!(history.tests().collect::<Vec<_>>(), ["Renamed"]);
        history = history.with(run(n), &Outcomes::new()).unwrap();
    }
    assert_eq!((history.tests().count(), history.outcomes_of("Renamed")), (0, Vec::new()));
}

#[test]
fn the_first_failed_run_begins_the_series_that_still_goes_on() {
    let first = |letters| of(letters).first_failed("T").map(|run| run.run.clone());
    let cases = [
        ("pppp", None),
        ("ppff", Some("r3")),
        ("fpff", Some("r3")),
        ("ffff", Some("r1")),
        ("ffp", None),
        ("ffr", None),
        ("pf-f", Some("r2")),
        ("pfs", Some("r2")),
        ("p-sf", Some("r4")),
        ("pss", None),
        ("", None),
    ];
    for (letters, wanted) in cases {
        assert_eq!(first(letters).as_deref(), wanted, "{letters}");
    }
    assert_eq!(of("fff").first_failed("U"), None);
}

#[test]
fn of_two_tests_of_one_name_the_one_that_failed_is_remembered() {
    let test = |status, flaky| TestRecord {
        long_name: "S.A.T".into(),
        suite_file: "a.robot".into(),
        nth: 0,
        status,
        tags: Vec::new(),
        seconds: 1.0,
        flaky,
        quarantined: false,
    };
    let nowhere = TestRecord { suite_file: String::new(), ..test(TestStatus::Passed, false) };
    let records = [test(TestStatus::Passed, true), test(TestStatus::Failed, false), test(TestStatus::Skipped, false)];
    let files = by_file(&[records.as_slice(), &[nowhere]].concat());
    assert_eq!(files, BTreeMap::from([("a.robot".into(), outcomes(&[("S.A.T", Outcome::Failed)]))]));
}

#[test]
fn the_figures_of_gates_are_kept_before_others_and_those_with_labels_only_for_gates() {
    let figures: BTreeMap<String, f64> = (0..150).map(|n| (format!("f{n:03}"), f64::from(n))).collect();
    let mut all = figures.clone();
    all.insert("vulnerabilities{severity=low}".into(), 3.0);
    all.insert("bad".into(), f64::NAN);
    let kept = kept_metrics([("vulnerabilities{severity=high}", 1.0), ("f149", 149.0)], &all);
    assert_eq!(kept.len(), MOST_METRICS);
    assert!(kept.contains_key("vulnerabilities{severity=high}") && kept.contains_key("f149"));
    assert!(kept.contains_key("f097") && !kept.contains_key("f098") && !kept.contains_key("bad"));
    assert!(!kept.contains_key("vulnerabilities{severity=low}"));
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::NotRun),
        Just(Outcome::Skipped),
        Just(Outcome::Passed),
        Just(Outcome::Flaky),
        Just(Outcome::Failed)
    ]
}

/// Runs with different ids; some start at the same time.
fn any_runs() -> impl Strategy<Value = Vec<(FileRun, Outcomes)>> {
    let tests = proptest::collection::btree_map("[A-E]", any_outcome(), 0..5);
    let runs = proptest::collection::vec((0..30_i64, 0.0..1e4_f64, tests), 0..30);
    runs.prop_map(|runs| {
        let numbered = runs.into_iter().enumerate();
        numbered
            .map(|(n, (started, seconds, tests))| (FileRun { started: started.into(), seconds, ..run(n) }, tests))
            .collect()
    })
}

fn history_of(runs: &[(FileRun, Outcomes)]) -> FileHistory {
    let add = |history: FileHistory, (run, outcomes): &(FileRun, Outcomes)| {
        history.with(run.clone(), outcomes).unwrap_or(history)
    };
    runs.iter().fold(FileHistory::new("a.robot"), add)
}

proptest! {
    #[test]
    fn the_same_runs_in_any_order_and_however_often_give_the_same_history(
        (runs, shuffled) in any_runs().prop_flat_map(|runs| {
            let twice = [runs.clone(), runs.clone()].concat();
            (Just(runs), Just(twice).prop_shuffle())
        }),
    ) {
        let history = history_of(&runs);
        prop_assert_eq!(&history, &history_of(&shuffled));
        prop_assert_eq!(history.runs().len(), runs.len().min(REMEMBERED));
        prop_assert!(history.runs().windows(2).all(|pair| pair[0].started <= pair[1].started));
        let oldest = history.runs().first().map_or(0.into(), |run| run.started);
        let kept = |run: &FileRun| history.runs().iter().any(|known| known.run == run.run);
        prop_assert!(runs.iter().all(|(run, _)| kept(run) || run.started <= oldest), "a newer run was replaced");
    }

    #[test]
    fn what_is_remembered_of_a_test_is_what_its_runs_told(runs in any_runs()) {
        let history = history_of(&runs);
        for test in history.tests() {
            for (outcome, run) in history.outcomes_of(test) {
                let told = runs.iter().find(|(told, _)| told.run == run.run).and_then(|(_, tests)| tests.get(test));
                prop_assert_eq!(outcome, told.copied().unwrap_or(Outcome::NotRun));
            }
        }
    }

    #[test]
    fn what_is_stored_is_read_again(runs in any_runs()) {
        let history = history_of(&runs);
        let stored = history.store().unwrap();
        prop_assert_eq!(&stored, &history.store().unwrap());
        prop_assert_eq!(stored.read().unwrap(), history);
    }
}
