//! What comes of gates, and in which words.

use super::*;

#[test]
fn each_outcome_says_metric_value_threshold_and_why() {
    let records = tests(197, 3);
    let run = RunFacts { seconds: Some(5400.0), environments: 3, lost_shards: 0, cost: Some(2.5) };
    let metrics = Metrics::from_run(&records, run).with_reports(&[coverage(19_999, 25_001)]);
    let baseline = baseline(&[("coverage.line", 81.0)]);
    let texts = [
        "tests.failed == 0",
        "tests.pass_rate >= 95%",
        "tests{tag=critical}.failed == 0",
        "tests{tag=critcal}.failed == 0",
        "tests{tag=critcal}.pass_rate == 100%",
        "tests.total != 200",
        "run.duration < 1h",
        "run.cost <= $2",
        "coverage.line >= 80%",
        "coverage.line >= baseline - 0.5%",
        "run.cost <= baseline",
        "vulnerabilities{severity=critical} == 0",
    ];
    let outcomes = evaluate(&texts.map(gate), &metrics, Some(&baseline));
    let lines: Vec<String> =
        outcomes.iter().map(|o| format!("{:?} {} | {} | {}", o.ok(), o.gate, o.threshold, o.why)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Some(false) tests.failed == 0 | 0 | tests.failed is 3, but it must be 0.
    Some(true) tests.pass_rate >= 95% | at least 95% | tests.pass_rate is 98.5%, and it must be at least 95%.
    Some(false) tests{tag=critical}.failed == 0 | 0 | tests{tag=critical}.failed is 3, but it must be 0.
    None tests{tag=critcal}.failed == 0 | 0 | tests{tag=critcal}.failed has no value, because no test has the tag "critcal", but some have "critical".
    None tests{tag=critcal}.pass_rate == 100% | 100% | tests{tag=critcal}.pass_rate has no value, because no test has the tag "critcal", but some have "critical".
    Some(false) tests.total != 200 | other than 200 | tests.total is 200, but it must be other than 200.
    Some(false) run.duration < 1h | below 1h | run.duration is 1h30m, but it must be below 1h.
    Some(false) run.cost <= $2 | at most $2 | run.cost is $2.50, but it must be at most $2.
    Some(false) coverage.line >= 80% | at least 80% | coverage.line is 79.99%, but it must be at least 80%.
    Some(false) coverage.line >= baseline - 0.5% | at least 80.5% by the baseline | coverage.line is 79.99%, but it must be at least 80.5% by the baseline.
    None run.cost <= baseline | at most the baseline's | No baseline: run.cost is $2.50, and the accepted run shop-1 does not tell what it was.
    None vulnerabilities{severity=critical} == 0 | 0 | vulnerabilities{severity=critical} has no value, because no vulnerabilities report was given.
    "#);
    insta::assert_json_snapshot!(outcomes[0], @r#"
    {
      "gate": "tests.failed == 0",
      "severity": "error",
      "metric": "tests.failed",
      "value": {
        "raw": 3.0,
        "text": "3"
      },
      "limit": 0.0,
      "threshold": "0",
      "state": "broken",
      "settled": true,
      "why": "tests.failed is 3, but it must be 0."
    }
    "#);
}

#[test]
fn a_value_is_never_shown_as_the_limit_that_it_misses() {
    let records = tests(99_999, 1);
    let metrics = Metrics::from_run(&records, RunFacts::default());
    let outcomes = evaluate(&[gate("tests.pass_rate == 100%")], &metrics, None);
    insta::assert_snapshot!(outcomes[0].why, @"tests.pass_rate is 99.999%, but it must be 100%.");
}

#[test]
fn a_stop_gate_stops_when_its_condition_is_met() {
    let stop = Gate::parse("tests{tag=critical}.failed > 0", Severity::Stop).unwrap();
    let gates = [gate("tests.failed == 0"), stop];
    let (good, bad) = (tests(2, 0), tests(2, 1));
    assert_eq!(first_stop(&gates, &Metrics::from_run(&good, RunFacts::default())), None);
    let stopped = first_stop(&gates, &Metrics::from_run(&bad, RunFacts::default())).unwrap();
    insta::assert_snapshot!(stopped.why, @"tests{tag=critical}.failed is 1, which is above 0, so the run was stopped.");
    let outcomes = evaluate(&gates, &Metrics::from_run(&good, RunFacts::default()), None);
    insta::assert_snapshot!(outcomes[1].why, @r#"tests{tag=critical}.failed has no value, because no test has the tag "critical"."#);
    assert_eq!(judge(&outcomes, &[]).verdict, Verdict::Inconclusive, "it may be misspelt");
    let mixed = [tests(1, 0), vec![test(Status::Passed, &["critical"])]].concat();
    let outcomes = evaluate(&gates, &Metrics::from_run(&mixed, RunFacts::default()), None);
    assert_eq!(judge(&outcomes, &[]).verdict, Verdict::Passed);
}

#[test]
fn a_gate_on_tests_that_do_not_exist_is_inconclusive() {
    let records = tests(5, 0);
    let metrics = Metrics::from_run(&records, RunFacts::default());
    let verdict = |text| judge(&evaluate(&[gate(text)], &metrics, None), &[]).verdict;
    for about_nothing in [
        "tests{tag=smoek}.failed == 0",
        "tests{suite=Nowhere}.failed <= 3",
        "tests{name=Nobody}.flaky == 0",
        "tests{suite!=*}.skipped == 0",
        "tests{tag=smoek}.duration < 5m",
        "tests{tag=smoek}.quarantined == 0",
        "tests{tag=smoek}.pass_rate >= 90% min 5",
        "tests{tag=smoek}.pass_rate >= baseline",
        "tests{tag=smoek}.failed.new == 0",
    ] {
        assert_eq!(verdict(about_nothing), Verdict::Inconclusive, "{about_nothing}");
    }
    let empty = metrics.clone().with_reports(&[report(Report::Tests(vec![]))]);
    let of_units = |text| judge(&evaluate(&[gate(text)], &empty, None), &[]).verdict;
    assert_eq!(of_units("tests{source=junit}.failed == 0"), Verdict::Inconclusive);
    assert_eq!(of_units("tests{source=junit}.total == 0"), Verdict::Passed);
    assert_eq!(verdict("tests{tag=wip}.total == 0"), Verdict::Passed);
    assert_eq!(verdict("tests{tag=smoek}.total > 0"), Verdict::Failed);
    assert_eq!(verdict("tests{tag=smoek}.passed >= 1"), Verdict::Failed);
}

#[test]
fn verdicts_follow_the_gates_and_the_lost_work() {
    let lost = ["the shard 0003 was lost three times.".to_owned()];
    let verdict = |texts: &[&str], severity, passed, failed, lost: &[String]| {
        let gates: Vec<Gate> = texts.iter().map(|text| Gate::parse(text, severity).unwrap()).collect();
        let records = tests(passed, failed);
        judge(&evaluate(&gates, &Metrics::from_run(&records, RunFacts::default()), None), lost).verdict
    };
    let default = ["tests.failed == 0", "tests.total > 0"];
    let (error, warn, stop) = (Severity::Error, Severity::Warn, Severity::Stop);
    assert_eq!(verdict(&default, error, 5, 0, &[]), Verdict::Passed);
    assert_eq!(verdict(&default, error, 5, 1, &[]), Verdict::Failed);
    assert_eq!(verdict(&default, error, 0, 0, &[]), Verdict::Failed);
    assert_eq!(verdict(&default, error, 5, 0, &lost), Verdict::Inconclusive);
    assert_eq!(verdict(&default, error, 0, 0, &lost), Verdict::Inconclusive);
    assert_eq!(verdict(&default, error, 5, 1, &lost), Verdict::Failed);
    assert_eq!(verdict(&default, warn, 5, 1, &[]), Verdict::Passed);
    assert_eq!(verdict(&["tests.pass_rate >= 90%"], error, 1, 1, &lost), Verdict::Inconclusive);
    assert_eq!(verdict(&["tests.pass_rate >= 90%"], error, 1, 1, &[]), Verdict::Failed);
    assert_eq!(verdict(&["tests.pass_rate == 100%"], error, 1, 1, &lost), Verdict::Failed);
    assert_eq!(verdict(&["coverage.line >= 80%"], error, 5, 0, &[]), Verdict::Inconclusive);
    assert_eq!(verdict(&["coverage.line >= 80%"], warn, 5, 0, &[]), Verdict::Passed);
    assert_eq!(verdict(&["coverage.line >= baseline"], error, 5, 0, &[]), Verdict::Inconclusive);
    assert_eq!(verdict(&["tests.total >= baseline"], error, 5, 0, &[]), Verdict::Passed);
    assert_eq!(verdict(&["tests.failed > 0"], stop, 5, 1, &lost), Verdict::Failed);
}

#[test]
fn a_judgement_gives_its_reasons() {
    let records = tests(1, 1);
    let gates = [gate("tests.failed == 0"), gate("coverage.line >= 80%")];
    let outcomes = evaluate(&gates, &Metrics::from_run(&records, RunFacts::default()), None);
    let judgement = judge(&outcomes, &["No complete output reports cart.robot.".to_owned()]);
    insta::assert_snapshot!(judgement.reasons.join("\n"), @r"
    tests.failed is 1, but it must be 0.
    No complete output reports cart.robot.
    coverage.line has no value, because no coverage report was given.
    ");
}

/// The sentences on these gates.
fn sentences(texts: &[&str], metrics: &Metrics<'_>, baseline: Option<&BaselineFigures>) -> String {
    let gates: Vec<Gate> = texts.iter().map(|text| gate(text)).collect();
    let lines = evaluate(&gates, metrics, baseline).into_iter().map(|o| format!("{:?}: {}", o.state, o.why));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn small_samples_do_not_decide() {
    let records = tests(8, 2);
    let logins = Series { p95: Some(0.4), error_rate: Some(2.0), count: Some(50.0), ..Series::default() };
    let unknown = Series { p95: Some(0.4), ..Series::default() };
    let series = BTreeMap::from([("login".to_owned(), logins), ("unknown".to_owned(), unknown)]);
    let metrics = Metrics::from_run(&records, RunFacts::default())
        .with_reports(&[coverage(10, 19), report(Report::Performance(series))]);
    let figures = [
        ("tests.pass_rate", 100.0),
        ("coverage.line", 90.0),
        ("performance.login.p95", 0.3),
        ("performance.login.error_rate", 0.0),
        ("performance.unknown.p95", 0.3),
    ];
    let mut baseline = baseline(&figures);
    baseline.samples.insert("performance.login.error_rate".to_owned(), 1);
    let texts = [
        "tests.pass_rate >= 95%",
        "tests.pass_rate >= 95% min 10",
        "tests.pass_rate >= 95% min 11",
        "tests{tag=critcal}.pass_rate >= 95% min 1",
        "tests.pass_rate >= baseline",
        "tests.pass_rate >= baseline min 10",
        "coverage.line >= baseline",
        "coverage.line >= 90% min 19",
        "performance.login.p95 <= baseline",
        "performance.login.p95 <= 300ms min 100",
        "performance.login.error_rate <= baseline",
        "performance.unknown.p95 <= baseline",
        "performance.unknown.p95 <= 300ms min 100",
    ];
    insta::assert_snapshot!(sentences(&texts, &metrics, Some(&baseline)), @r#"
    Broken: tests.pass_rate is 80%, but it must be at least 95%.
    Broken: tests.pass_rate is 80%, but it must be at least 95%.
    TooFew: tests.pass_rate is 80%, but 10 samples are too few to decide, it takes 11.
    NoValue: tests{tag=critcal}.pass_rate has no value, because no test has the tag "critcal", but some have "critical".
    TooFew: tests.pass_rate is 80%, but 10 samples are too few to decide, it takes 20.
    Broken: tests.pass_rate is 80%, but it must be at least 100% by the baseline.
    TooFew: coverage.line is 52.63%, but 19 samples are too few to decide, it takes 20.
    Broken: coverage.line is 52.63%, but it must be at least 90%.
    Broken: performance.login.p95 is 400ms, but it must be at most 300ms by the baseline.
    TooFew: performance.login.p95 is 400ms, but 50 samples are too few to decide, it takes 100.
    TooFew: performance.login.error_rate is 2%, but 1 sample is too few to decide, it takes 20.
    Broken: performance.unknown.p95 is 400ms, but it must be at most 300ms by the baseline.
    NoValue: performance.unknown.p95 is not compared, because nothing tells how many samples it stands on.
    "#);
}

#[test]
fn figures_are_compared_with_the_baseline() {
    let records = tests(99, 1);
    let run = RunFacts { seconds: Some(100.0), ..RunFacts::default() };
    let metrics = Metrics::from_run(&records, run).with_reports(&[coverage(799, 1000)]);
    let figures = [("coverage.line", 80.0), ("run.duration", 80.0), ("tests.failed", 0.0), ("tests.pass_rate", 99.0)];
    let texts = [
        "coverage.line >= baseline",
        "coverage.line >= baseline - 0.5%",
        "coverage.line >= baseline + 30%",
        "run.duration <= baseline * 1.2",
        "run.duration <= baseline * 1.2 + 4s",
        "tests.failed <= baseline",
        "tests.failed <= baseline - 3",
        "tests.pass_rate >= baseline",
        "tests{tag=critical}.failed <= baseline",
    ];
    insta::assert_snapshot!(sentences(&texts, &metrics, Some(&baseline(&figures))), @r"
    Broken: coverage.line is 79.9%, but it must be at least 80% by the baseline.
    Held: coverage.line is 79.9%, and it must be at least 79.5% by the baseline.
    Broken: coverage.line is 79.9%, but it must be at least 100% by the baseline.
    Broken: run.duration is 100s, but it must be at most 96s by the baseline.
    Held: run.duration is 100s, and it must be at most 100s by the baseline.
    Broken: tests.failed is 1, but it must be at most 0 by the baseline.
    Broken: tests.failed is 1, but it must be at most 0 by the baseline.
    Held: tests.pass_rate is 99%, and it must be at least 99% by the baseline.
    NoBaseline: No baseline: tests{tag=critical}.failed is 1, and the accepted run shop-1 does not tell what it was.
    ");
    insta::assert_snapshot!(sentences(&texts[..2], &metrics, None), @r"
    NoBaseline: No baseline: coverage.line is 79.9%, and there is no accepted run to compare it with.
    NoBaseline: No baseline: coverage.line is 79.9%, and there is no accepted run to compare it with.
    ");
}

#[test]
fn only_what_is_new_counts_against_the_baseline() {
    let mut records = tests(1, 0);
    for (name, status, flaky) in
        [("A", Status::Failed, false), ("B", Status::Failed, false), ("C", Status::Passed, true)]
    {
        records.push(TestRecord { long_name: format!("Shop.{name}"), flaky, ..test(status, &[]) });
    }
    let found = vec![finding("CVE-1", Risk::High), finding("CVE-2", Risk::High), finding("CVE-3", Risk::Low)];
    let metrics =
        Metrics::from_run(&records, RunFacts::default()).with_reports(&[report(Report::Vulnerabilities(found))]);
    let texts = [
        "tests.failed.new == 0",
        "tests.failed.new <= 1",
        "tests.flaky.new == 0",
        "vulnerabilities{severity=high}.new == 0",
        "vulnerabilities{severity=low}.new == 0",
        "tests{source=junit}.failed.new == 0",
    ];
    let mut then = baseline(&[]);
    then.failed.insert("Shop.A".to_owned());
    then.findings = Some(BTreeMap::from([("CVE-1 zlib".to_owned(), 1), ("CVE-3 zlib".to_owned(), 1)]));
    insta::assert_snapshot!(sentences(&texts, &metrics, Some(&then)), @r"
    Broken: tests.failed.new is 1, but it must be 0.
    Held: tests.failed.new is 1, and it must be at most 1.
    Broken: tests.flaky.new is 1, but it must be 0.
    Broken: vulnerabilities{severity=high}.new is 1, but it must be 0.
    Held: vulnerabilities{severity=low}.new is 0, and it must be 0.
    NoValue: tests{source=junit}.failed.new has no value, because no junit report was given.
    ");
    then.findings = None;
    insta::assert_snapshot!(sentences(&texts[3..4], &metrics, Some(&then)), @"NoBaseline: No baseline: vulnerabilities{severity=high}.new is not known, and the accepted run shop-1 does not tell what it was.");
    insta::assert_snapshot!(sentences(&texts, &metrics, None), @r"
    NoBaseline: No baseline: tests.failed.new is not known, and there is no accepted run to compare it with.
    NoBaseline: No baseline: tests.failed.new is not known, and there is no accepted run to compare it with.
    NoBaseline: No baseline: tests.flaky.new is not known, and there is no accepted run to compare it with.
    NoBaseline: No baseline: vulnerabilities{severity=high}.new is not known, and there is no accepted run to compare it with.
    NoBaseline: No baseline: vulnerabilities{severity=low}.new is not known, and there is no accepted run to compare it with.
    NoValue: tests{source=junit}.failed.new has no value, because no junit report was given.
    ");
}

#[test]
fn gates_on_a_report_that_is_not_there_do_not_hold() {
    let records = tests(5, 0);
    let named = |kind, state| ReportState { kind, name: "reports/x".to_owned(), state, remarks: vec![], shard: None };
    let missing = |kind| named(kind, Reading::Missing);
    let unavailable = |kind| named(kind, Reading::Unavailable("AccessDenied".to_owned()));
    let refused = |kind| named(kind, Reading::Refused("line 3: no XML".to_owned()));
    let texts = [
        "coverage.line >= 80%",
        "vulnerabilities == 0",
        "vulnerabilities{severity=critical} == 0",
        "tests.failed == 0",
    ];
    let bad = || report(Report::Vulnerabilities(vec![finding("CVE-1", Risk::High)]));
    let cases: [&[ReportState]; 6] = [
        &[],
        &[missing(Kind::Coverage), missing(Kind::Vulnerabilities)],
        &[unavailable(Kind::Coverage), unavailable(Kind::Vulnerabilities)],
        &[refused(Kind::Coverage), refused(Kind::Vulnerabilities)],
        &[coverage(9, 10), missing(Kind::Coverage), bad(), missing(Kind::Vulnerabilities)],
        &[coverage(9, 10), refused(Kind::Coverage), ReportState { kind: Kind::Vulnerabilities, ..coverage(9, 10) }],
    ];
    let said = cases.map(|reports| {
        let metrics = Metrics::from_run(&records, RunFacts::default()).with_reports(reports);
        let gates: Vec<Gate> = texts.iter().map(|text| gate(text)).collect();
        let verdict = judge(&evaluate(&gates, &metrics, None), &[]).verdict;
        format!("{verdict:?}\n{}", sentences(&texts, &metrics, None))
    });
    insta::assert_snapshot!(said.join("\n\n"), @r"
    Inconclusive
    NoValue: coverage.line has no value, because no coverage report was given.
    NoValue: vulnerabilities has no value, because no vulnerabilities report was given.
    NoValue: vulnerabilities{severity=critical} has no value, because no vulnerabilities report was given.
    Held: tests.failed is 0, and it must be 0.

    Inconclusive
    NoValue: coverage.line has no value, because nobody delivered the coverage report reports/x.
    NoValue: vulnerabilities has no value, because nobody delivered the vulnerabilities report reports/x.
    NoValue: vulnerabilities{severity=critical} has no value, because nobody delivered the vulnerabilities report reports/x.
    Held: tests.failed is 0, and it must be 0.

    Inconclusive
    NoValue: coverage.line has no value, because the coverage report reports/x could not be fetched: AccessDenied.
    NoValue: vulnerabilities has no value, because the vulnerabilities report reports/x could not be fetched: AccessDenied.
    NoValue: vulnerabilities{severity=critical} has no value, because the vulnerabilities report reports/x could not be fetched: AccessDenied.
    Held: tests.failed is 0, and it must be 0.

    Inconclusive
    NoValue: coverage.line has no value, because the coverage report reports/x cannot be read: line 3: no XML.
    NoValue: vulnerabilities has no value, because the vulnerabilities report reports/x cannot be read: line 3: no XML.
    NoValue: vulnerabilities{severity=critical} has no value, because the vulnerabilities report reports/x cannot be read: line 3: no XML.
    Held: tests.failed is 0, and it must be 0.

    Failed
    NoValue: coverage.line has no value, because nobody delivered the coverage report reports/x.
    Broken: vulnerabilities is 1, but it must be 0.
    NoValue: vulnerabilities{severity=critical} has no value, because nobody delivered the vulnerabilities report reports/x.
    Held: tests.failed is 0, and it must be 0.

    Inconclusive
    NoValue: coverage.line has no value, because the coverage report reports/x cannot be read: line 3: no XML.
    NoValue: vulnerabilities has no value, because the vulnerabilities report report cannot be read: it is a coverage report.
    NoValue: vulnerabilities{severity=critical} has no value, because the vulnerabilities report report cannot be read: it is a coverage report.
    Held: tests.failed is 0, and it must be 0.
    ");
}
