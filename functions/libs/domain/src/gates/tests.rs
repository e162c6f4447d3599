mod laws;

use super::*;
use crate::baseline::BaselineFigures;
use crate::metrics::{Metrics, RunFacts, TestRecord};
use crate::outcome::Status;
use std::collections::BTreeMap;

fn gate(text: &str) -> Gate {
    Gate::parse(text, Severity::Error).unwrap_or_else(|refusal| panic!("{}", refusal.at(text)))
}

fn refusals(severity: Severity, texts: &[&str]) -> String {
    let refusal = |text: &&str| Gate::parse(text, severity).unwrap_err().at("gate").to_string();
    texts.iter().map(refusal).collect::<Vec<_>>().join("\n")
}

fn test(status: Status, tags: &[&str]) -> TestRecord {
    TestRecord {
        long_name: "Shop.Cart.Add".to_owned(),
        suite_file: "cart.robot".to_owned(),
        status,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        seconds: 2.0,
        flaky: false,
        quarantined: false,
    }
}

fn tests(passed: usize, failed: usize) -> Vec<TestRecord> {
    let passed = std::iter::repeat_n(test(Status::Passed, &[]), passed);
    passed.chain(std::iter::repeat_n(test(Status::Failed, &["critical"]), failed)).collect()
}

#[test]
fn gates_are_read_with_metric_operator_and_limit() {
    let cases = [
        ("tests.failed == 0", "tests.failed", Operator::Equal, 0.0),
        ("  tests.failed==0 ", "tests.failed", Operator::Equal, 0.0),
        ("tests{tag=critical}.pass_rate == 100%", "tests{tag=critical}.pass_rate", Operator::Equal, 100.0),
        (
            "tests.pass_rate{ tag = two words , suite=Shop.Api } >= 99.5 %",
            "tests{tag=two words,suite=Shop.Api}.pass_rate",
            Operator::AtLeast,
            99.5,
        ),
        ("tests{tag=\"a,b}\"}.total != 3", "tests{tag=a,b}}.total", Operator::Unequal, 3.0),
        ("tests.duration < 1m30s", "tests.duration", Operator::Below, 90.0),
        ("run.duration <= 1.5h", "run.duration", Operator::AtMost, 5400.0),
        ("run.cost <= $2", "run.cost", Operator::AtMost, 2.0),
        ("run.lost_shards < 1", "run.lost_shards", Operator::Below, 1.0),
        ("coverage.line >= 80%", "coverage.line", Operator::AtLeast, 80.0),
        ("vulnerabilities == 0", "vulnerabilities", Operator::Equal, 0.0),
        ("vulnerabilities{severity=critical} == 0", "vulnerabilities{severity=critical}", Operator::Equal, 0.0),
        ("performance.http_req_duration.p95 < 500ms", "performance.http_req_duration.p95", Operator::Below, 0.5),
        ("performance.login-page.error_rate < 1%", "performance.login-page.error_rate", Operator::Below, 1.0),
        ("performance.http_reqs.rate > 12.5", "performance.http_reqs.rate", Operator::Above, 12.5),
    ];
    for (text, metric, operator, limit) in cases {
        let gate = gate(text);
        let read = (gate.metric.to_string(), gate.operator, gate.limit);
        assert_eq!(read, (metric.to_owned(), operator, Limit::Fixed(limit)), "{text}");
    }
}

#[test]
fn limits_may_be_those_of_the_baseline() {
    let limit = |text: &str| gate(text).limit;
    assert_eq!(limit("coverage.line >= baseline"), Limit::Baseline { offset: 0.0 });
    assert_eq!(limit("coverage.line >= baseline - 0.5%"), Limit::Baseline { offset: -0.5 });
    assert_eq!(limit("run.duration <= baseline+1m"), Limit::Baseline { offset: 60.0 });
}

#[test]
fn what_is_no_gate_is_refused_with_the_column() {
    insta::assert_snapshot!(refusals(Severity::Error, &[
        "",
        "tests.failed",
        "tests.failed = 0",
        "tests.failed => 0",
        "tests.failed == zero",
        "tests.failed == 0 and more",
    ]), @r#"
    gate: expected a metric such as tests.failed, found the end
    gate: expected one of the operators == != < <= > >=, found the end
      tests.failed
                  ^
    gate: expected one of the operators == != < <= > >=, found "="
      tests.failed = 0
                   ^
    gate: expected one of the operators == != < <= > >=, found "=>"
      tests.failed => 0
                   ^
    gate: expected a number such as 5, 80%, 500ms or $2, or baseline, found "zero"
      tests.failed == zero
                      ^
    gate: expected nothing more, found "and"
      tests.failed == 0 and more
                        ^
    "#);
}

#[test]
fn what_is_no_metric_or_label_is_refused_with_the_column() {
    insta::assert_snapshot!(refusals(Severity::Error, &[
        "tests..failed == 0",
        "tests{}.failed == 0",
        "tests{tag}.failed == 0",
        "tests{tag=}.failed == 0",
        "tests{tag=a.failed == 0",
        "0 == tests.failed",
        "coverage.line >= baseline - x",
        "run.cost <= $",
        "tests{tag=größe}.failed === 0",
    ]), @r#"
    gate: expected a word after the dot, found ".failed"
      tests..failed == 0
            ^
    gate: expected a label such as tag, found "}.failed"
      tests{}.failed == 0
            ^
    gate: expected "=" and the label's value, found "}.failed"
      tests{tag}.failed == 0
               ^
    gate: expected the label's value, found "}.failed"
      tests{tag=}.failed == 0
                ^
    gate: expected "," or "}", found the end
      tests{tag=a.failed == 0
                             ^
    gate: expected a metric such as tests.failed, found "0"
      0 == tests.failed
      ^
    gate: expected a number such as 0.5%, found "x"
      coverage.line >= baseline - x
                                  ^
    gate: expected a number such as 5, 80%, 500ms or $2, or baseline, found the end
      run.cost <= $
                   ^
    gate: expected a number such as 5, 80%, 500ms or $2, or baseline, found "="
      tests{tag=größe}.failed === 0
                                ^
    "#);
}

#[test]
fn unknown_metrics_and_labels_are_answered_with_the_known_ones() {
    insta::assert_snapshot!(refusals(Severity::Error, &[
        "coverage.lines >= 80%",
        "tests.fialed == 0",
        "tests == 0",
        "test.failed == 0",
        "browsers.open == 0",
        "vulnerabilities.critical == 0",
        "performance.p95 < 1s",
        "performance.login.p59 < 1s",
        "performance.login.median < 1s",
        "tests{tags=critical}.failed == 0",
        "run{tag=critical}.duration < 1h",
        "vulnerabilities{severity=critcal} == 0",
        "tests{suite=A,suite=B}.failed == 0",
        "tests{tag=crit*}.failed == 0",
    ]), @r#"
    gate: unknown metric "coverage.lines", did you mean "coverage.line"
      coverage.lines >= 80%
      ^
    gate: unknown metric "tests.fialed", did you mean "tests.failed"
      tests.fialed == 0
      ^
    gate: unknown metric "tests", expected one of tests.total, tests.passed, tests.failed, tests.skipped, tests.pass_rate, tests.flaky, tests.duration
      tests == 0
      ^
    gate: unknown metric "test.failed", did you mean "tests.failed"
      test.failed == 0
      ^
    gate: unknown metric "browsers.open", expected one of tests.total, tests.passed, tests.failed, tests.skipped, tests.pass_rate, tests.flaky, tests.duration, run.duration, run.environments, run.lost_shards, run.cost, coverage.line, coverage.branch, vulnerabilities, performance.<name>.p95
      browsers.open == 0
      ^
    gate: unknown metric "vulnerabilities.critical", write vulnerabilities or vulnerabilities{severity=critical}
      vulnerabilities.critical == 0
      ^
    gate: unknown metric "performance.p95", write performance.<name>.<figure> with one of the figures p50, p90, p95, p99, avg, max, rate, error_rate, count
      performance.p95 < 1s
      ^
    gate: unknown metric "performance.login.p59", write performance.<name>.<figure> with one of the figures p50, p90, p95, p99, avg, max, rate, error_rate, count
      performance.login.p59 < 1s
      ^
    gate: unknown metric "performance.login.median", write performance.<name>.<figure> with one of the figures p50, p90, p95, p99, avg, max, rate, error_rate, count
      performance.login.median < 1s
      ^
    gate: unknown label "tags" of tests.failed, did you mean "tag"
      tests{tags=critical}.failed == 0
            ^
    gate: unknown label "tag" of run.duration, leave it out: this metric has no labels
      run{tag=critical}.duration < 1h
          ^
    gate: unknown severity "critcal", did you mean "critical"
      vulnerabilities{severity=critcal} == 0
                               ^
    gate: the label "suite" comes twice, keep one of them
      tests{suite=A,suite=B}.failed == 0
                    ^
    gate: "crit*" is a pattern, write the whole name; a label takes no patterns
      tests{tag=crit*}.failed == 0
                ^
    "#);
}

#[test]
fn units_must_fit_the_metric() {
    insta::assert_snapshot!(refusals(Severity::Error, &[
        "tests.pass_rate >= 95",
        "tests.pass_rate >= 0.95",
        "tests.pass_rate >= 110%",
        "tests.failed <= 5%",
        "tests.failed <= 1.5",
        "vulnerabilities == 0%",
        "run.duration < 90",
        "run.duration < 90%",
        "run.cost <= 2",
        "performance.http_reqs.rate > 10%",
        "coverage.line >= baseline - 0.5",
    ]), @r"
    gate: tests.pass_rate is a share, write it with %, such as 95%
      tests.pass_rate >= 95
                         ^
    gate: tests.pass_rate is a share, write it with %, such as 95%
      tests.pass_rate >= 0.95
                         ^
    gate: a share is at most 100%
      tests.pass_rate >= 110%
                         ^
    gate: tests.failed is a count, for a share use tests.pass_rate
      tests.failed <= 5%
                      ^
    gate: tests.failed is a count, write a whole number
      tests.failed <= 1.5
                      ^
    gate: vulnerabilities is a count, write a whole number
      vulnerabilities == 0%
                         ^
    gate: run.duration is a duration, write it with a unit, such as 90s
      run.duration < 90
                     ^
    gate: run.duration is a duration, write it with a unit, such as 90s
      run.duration < 90%
                     ^
    gate: run.cost is in dollars, write $2
      run.cost <= 2
                  ^
    gate: performance.http_reqs.rate is a number per second, write 10
      performance.http_reqs.rate > 10%
                                   ^
    gate: coverage.line is a share, write it with %, such as 50%
      coverage.line >= baseline - 0.5
                                  ^
    ");
}

#[test]
fn a_stop_gate_must_be_able_to_wait() {
    for text in ["tests{tag=critical}.failed > 0", "tests.failed >= 10", "run.cost > $5", "run.duration > 1h"] {
        assert!(Gate::parse(text, Severity::Stop).is_ok(), "{text}");
    }
    insta::assert_snapshot!(refusals(Severity::Stop, &["tests.pass_rate < 90%", "tests.failed == 0", "tests.total < 5"]), @r#"
    gate: tests.pass_rate goes up and down during a run and cannot stop it, use a figure that only grows, such as tests.failed > 0
      tests.pass_rate < 90%
      ^
    gate: "==" would stop the run before it began, a stop gate says when to stop, with > or >=
      tests.failed == 0
                   ^
    gate: "<" would stop the run before it began, a stop gate says when to stop, with > or >=
      tests.total < 5
                  ^
    "#);
}

#[test]
fn a_gate_is_json_of_its_text_and_severity() {
    let gate = gate("tests{tag=critical}.failed == 0");
    let json = serde_json::to_string(&gate).unwrap();
    assert_eq!(json, r#"{"gate":"tests{tag=critical}.failed == 0","severity":"error"}"#);
    assert_eq!(serde_json::from_str::<Gate>(&json).unwrap(), gate);
    assert!(serde_json::from_str::<Gate>(r#"{"gate":"tests.failed","severity":"error"}"#).is_err());
}

#[test]
fn each_outcome_says_metric_value_threshold_and_why() {
    let records = tests(197, 3);
    let run = RunFacts { seconds: Some(5400.0), environments: 3, lost_shards: 0, cost: Some(2.5) };
    let metrics = Metrics::from_run(&records, run).with("coverage.line", 79.996);
    let metrics_then = BTreeMap::from([("coverage.line".to_owned(), 81.0)]);
    let baseline = BaselineFigures { metrics: metrics_then, ..BaselineFigures::default() };
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
    Some(true) tests{tag=critcal}.failed == 0 | 0 | tests{tag=critcal}.failed is 0 (no test has the tag "critcal"), and it must be 0.
    None tests{tag=critcal}.pass_rate == 100% | 100% | tests{tag=critcal}.pass_rate has no value, because no test has the tag "critcal".
    Some(false) tests.total != 200 | other than 200 | tests.total is 200, but it must be other than 200.
    Some(false) run.duration < 1h | below 1h | run.duration is 1h30m, but it must be below 1h.
    Some(false) run.cost <= $2 | at most $2 | run.cost is $2.50, but it must be at most $2.
    Some(false) coverage.line >= 80% | at least 80% | coverage.line is 79.996%, but it must be at least 80%.
    Some(false) coverage.line >= baseline - 0.5% | at least 80.5% by the baseline | coverage.line is 80%, but it must be at least 80.5% by the baseline.
    None run.cost <= baseline | at most the baseline's | run.cost is $2.50, but there is no accepted run to compare it with.
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
    insta::assert_snapshot!(outcomes[1].why, @r#"tests{tag=critical}.failed is 0 (no test has the tag "critical"), and the run stops when it is above 0."#);
    assert_eq!(judge(&outcomes, &[]).verdict, Verdict::Passed);
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
