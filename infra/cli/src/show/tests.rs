use anstream::adapter::strip_str;
use domain::base::ids::RunId;
use domain::evaluation::evaluate::{FailedTest, ShardCounts};
use domain::quality::gates::{Gate, GateOutcome, Severity, State, Value, evaluate, judge};
use domain::quality::metrics::{Metrics, RunFacts};
use domain::results::classes::Class;
use domain::results::outcome::{Status, TestId};
use domain::results::records::TestRecord;

use super::*;

fn named(name: &str) -> TestId {
    TestId { name: name.to_owned(), ..TestId::default() }
}

fn test(name: &str, status: Status, flaky: bool) -> TestRecord {
    TestRecord {
        long_name: format!("Checkout.{name}"),
        suite_file: "checkout.robot".into(),
        nth: 0,
        status,
        tags: vec!["critical".into()],
        seconds: 1.25,
        flaky,
        quarantined: false,
    }
}

/// A run of four tests with these gates and this lost work.
fn evaluation(gates: &[(&str, Severity)], failed: bool, lost: &[&str]) -> Evaluation {
    let last = if failed { Status::Failed } else { Status::Passed };
    let tests = [
        test("Pay By Card", Status::Passed, true),
        test("Cancel", Status::Skipped, false),
        test("Search", Status::Passed, false),
        test("Pay By Invoice", last, false),
    ];
    let facts = RunFacts { seconds: Some(83.4), environments: 3, lost_shards: lost.len() as u32, cost: None };
    let gates: Vec<Gate> = gates.iter().map(|(text, severity)| Gate::parse(text, *severity).unwrap()).collect();
    let gates = evaluate(&gates, &Metrics::from_run(&tests, facts), None);
    let lost: Vec<String> = lost.iter().map(|&sentence| sentence.to_owned()).collect();
    let judgement = judge(&gates, &lost);
    let message = "Setup failed:\nElement 'css:#pay' did not appear in 5 seconds, though it was waited for with \
        patience and more than one retry\nthird\nfourth";
    let broken = failed_test("Checkout.Pay By Invoice".into(), message);
    Evaluation {
        run: "checkout-20260101-120000-00001".into(),
        suite: "checkout".into(),
        verdict: judgement.verdict,
        reasons: judgement.reasons,
        tests: TestCounts { total: 4, passed: 3 - u64::from(failed), failed: failed.into(), skipped: 1, flaky: 1 },
        gates,
        shards: ShardCounts { planned: 3, done: 3 - lost.len(), lost: lost.len() },
        environments: 3,
        seconds: 83.4,
        failed: if failed { vec![broken] } else { vec![] },
        flaky: vec![named("Checkout.Pay By Card")],
        labels: [("branch".to_owned(), "main".to_owned())].into(),
        ..Evaluation::default()
    }
}

fn failed_test(name: String, message: &str) -> FailedTest {
    let class = Class::Product;
    FailedTest { id: named(&name), message: message.to_owned(), class, attempts: 1, since: None, quarantined: false }
}

const GATES: [(&str, Severity); 6] = [
    ("tests.failed == 0", Severity::Error),
    ("tests{tag=critical}.pass_rate >= 99.5%", Severity::Error),
    ("performance.http_req_duration{}.p95 < 500ms", Severity::Error),
    ("tests.flaky == 0", Severity::Warn),
    ("tests.passed >= baseline", Severity::Warn),
    ("tests{tag=smoke}.failed > 0", Severity::Stop),
];

fn shown(evaluation: &Evaluation, columns: usize) -> String {
    strip_str(&of_judged(evaluation, Path::new("/results"), columns)).to_string()
}

#[test]
fn a_failed_run_tells_what_failed_and_why() {
    let gates: Vec<_> = GATES.iter().copied().filter(|(text, _)| !text.contains("{}")).collect();
    let evaluation = evaluation(&gates, true, &[]);
    insta::assert_snapshot!(shown(&evaluation, 80), @r#"
    Failed tests (1)
      ✗ Checkout.Pay By Invoice
        Setup failed:
        Element 'css:#pay' did not appear in 5 seconds, though it was waited for wi…
        third …

    Flaky tests, which passed when they ran again (1)
      ~ Checkout.Pay By Card

    Gates
         Gate                            Value  Limit                    Severity
      ✗  tests.failed == 0                   1  0                        error
      ✗  tests{tag=critical}.pass_rate  66.67%  at least 99.5%           error
         >= 99.5%
      !  tests.flaky == 0                    1  0                        warn
      ?  tests.passed >= baseline            2  at least the baseline's  warn
      ?  tests{tag=smoke}.failed > 0      none  stops above 0            stop
      ?  No baseline: tests.passed is 2, and there is no accepted run to compare it
         with.
      ?  tests{tag=smoke}.failed has no value, because no test has the tag "smoke".

      Environments  3
      Shards        3 of 3 done
      Time          83s
      Label         branch main
      Results       /results

    FAILED checkout: 4 tests, 1 failed, 1 skipped, 1 flaky in 83s
    "#);
    insta::assert_snapshot!(shown(&evaluation, 120), @r#"

    Failed tests (1)
      ✗ Checkout.Pay By Invoice
        Setup failed:
        Element 'css:#pay' did not appear in 5 seconds, though it was waited for with patience and more than one retry
        third …

    Flaky tests, which passed when they ran again (1)
      ~ Checkout.Pay By Card

    Gates
         Gate                                     Value  Limit                    Severity
      ✗  tests.failed == 0                            1  0                        error
      ✗  tests{tag=critical}.pass_rate >= 99.5%  66.67%  at least 99.5%           error
      !  tests.flaky == 0                             1  0                        warn
      ?  tests.passed >= baseline                     2  at least the baseline's  warn
      ?  tests{tag=smoke}.failed > 0               none  stops above 0            stop
      ?  No baseline: tests.passed is 2, and there is no accepted run to compare it with.
      ?  tests{tag=smoke}.failed has no value, because no test has the tag "smoke".

      Environments  3
      Shards        3 of 3 done
      Time          83s
      Label         branch main
      Results       /results

    FAILED checkout: 4 tests, 1 failed, 1 skipped, 1 flaky in 83s
    "#);
}

#[test]
fn a_passed_run_is_short() {
    let evaluation = evaluation(&[("tests.failed == 0", Severity::Error)], false, &[]);
    insta::assert_snapshot!(shown(&Evaluation { flaky: vec![], labels: [].into(), ..evaluation }, 80), @r"
    Gates
         Gate               Value  Limit  Severity
      ✓  tests.failed == 0      0  0      error

      Environments  3
      Shards        3 of 3 done
      Time          83s
      Results       /results

    PASSED checkout: 4 tests, 1 skipped, 1 flaky in 83s
    ");
}

#[test]
fn lost_work_is_told() {
    let lost = ["Shard 0003 with 2 files is lost. The instance i-0a1b2c3d4e5f was terminated while it ran it."];
    let gates = [("tests.failed == 0", Severity::Error), ("coverage.line >= 80%", Severity::Error)];
    insta::assert_snapshot!(shown(&evaluation(&gates, false, &lost), 80), @r"
    Flaky tests, which passed when they ran again (1)
      ~ Checkout.Pay By Card

    Lost work (1)
      ? Shard 0003 with 2 files is lost. The instance i-0a1b2c3d4e5f was terminated
        while it ran it.

    Gates
         Gate                  Value  Limit         Severity
      ✓  tests.failed == 0         0  0             error
      ?  coverage.line >= 80%   none  at least 80%  error
      ?  coverage.line has no value, because no coverage report was given.

      Environments  3
      Shards        2 of 3 done
      Time          83s
      Label         branch main
      Results       /results

    INCONCLUSIVE checkout: 4 tests, 1 skipped, 1 flaky in 83s
    ");
}

#[test]
fn of_many_failed_tests_the_first_twenty_are_told() {
    let mut evaluation = evaluation(&[], true, &[]);
    evaluation.failed = (0..25).map(|n| failed_test(format!("S.T{n:02}"), "")).collect();
    let text = shown(&evaluation, 80);
    assert!(text.contains("Failed tests (25)") && text.contains("S.T19") && !text.contains("S.T20"), "{text}");
    assert!(text.contains("… and 5 more"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut evaluation = evaluation(&GATES[..2], true, &["lost ".repeat(60).as_str()]);
    evaluation.failed[0].id.name = "Käse".repeat(100);
    evaluation.flaky[0] = named(&"日本".repeat(100));
    for columns in [80, 120] {
        let text = shown(&evaluation, columns);
        let wide: Vec<&str> =
            text.lines().filter(|line| unicode_width::UnicodeWidthStr::width(*line) > columns).collect();
        assert!(wide.is_empty(), "{columns}: {wide:#?}");
    }
}

#[test]
fn nothing_that_a_test_says_reaches_the_terminal_as_a_command() {
    let mut evaluation = evaluation(&[], true, &[]);
    evaluation.failed[0].message = "\u{1b}]0;title\u{7}\u{1b}[2Jgone".into();
    evaluation.failed[0].id.name = "\u{1b}[8mhidden".into();
    let text = of_judged(&evaluation, Path::new("/results"), 80);
    assert!(!text.contains("[2J") && !text.contains("]0;") && !text.contains("[8m"), "{text:?}");
    assert!(text.contains("gone") && text.contains("hidden"), "{text:?}");
}

#[test]
fn an_error_tells_its_name_and_cause() {
    let failure = Failure {
        error: "Plan.BadConfig".into(),
        cause: "qaops.toml: gates.error[0]: unknown metric \"tests.faild\"\n  tests.faild == 0\n  ^".into(),
    };
    let text = of_failure(&"checkout-1".into(), &failure, Path::new("/results"));
    insta::assert_snapshot!(strip_str(&text), @r#"
      Run           checkout-1
      Results       /results

    ERROR Plan.BadConfig: qaops.toml: gates.error[0]: unknown metric "tests.faild"
      tests.faild == 0
      ^
    "#);
}

#[test]
fn json_is_one_object_with_these_keys() {
    let gates = [("tests.failed == 0", Severity::Error), ("coverage.line >= 80%", Severity::Warn)];
    let end = End::Evaluation { evaluation: Box::new(evaluation(&gates, true, &["Lost."])), out: "/results".into() };
    insta::assert_snapshot!(json(&end), @r#"{"run":"checkout-20260101-120000-00001","verdict":"failed","tests":{"total":4,"passed":2,"failed":1,"skipped":1,"flaky":1},"gates":[{"gate":"tests.failed == 0","severity":"error","value":1.0,"ok":false},{"gate":"coverage.line >= 80%","severity":"warn","value":null,"ok":null}],"shards":{"planned":3,"done":2,"lost":1},"environments":3,"seconds":83.4,"out":"/results"}"#);
    let failure = Failure { error: "Plan.BadConfig".into(), cause: "no".into() };
    let end = End::Error { run: "a-1".into(), failure, out: "/results".into() };
    insta::assert_snapshot!(json(&end), @r#"{"run":"a-1","verdict":"error","error":{"error":"Plan.BadConfig","cause":"no"},"out":"/results"}"#);
    let missing = std::io::Error::other("no such file");
    insta::assert_snapshot!(json_of_error(&missing), @r#"{"run":null,"verdict":"error","error":{"error":"Input.Refused","cause":"no such file"},"out":null}"#);
    insta::assert_snapshot!(json_of_interruption(), @r#"{"run":null,"verdict":"error","error":{"error":"Run.Interrupted","cause":"The run was stopped by Ctrl-C or another signal, so there is no verdict."},"out":null}"#);
}

#[test]
fn each_verdict_has_its_exit_status() {
    let of = |verdict| {
        status(&End::Evaluation {
            evaluation: Box::new(Evaluation { verdict, ..evaluation(&[], false, &[]) }),
            out: PathBuf::new(),
        })
    };
    assert_eq!([Verdict::Passed, Verdict::Failed, Verdict::Inconclusive].map(of), [0, 1, 2]);
    let failure = Failure { error: "States.Timeout".into(), cause: String::new() };
    assert_eq!(status(&End::Error { run: RunId::default(), failure, out: PathBuf::new() }), 3);
}

#[test]
fn a_gate_without_a_value_says_so() {
    let outcome = GateOutcome {
        gate: "coverage.line >= 80%".into(),
        severity: Severity::Error,
        mandatory: false,
        metric: "coverage.line".into(),
        value: None::<Value>,
        limit: Some(80.0),
        threshold: "at least 80%".into(),
        state: State::NoValue,
        settled: false,
        why: String::new(),
    };
    let text = strip_str(&gates::gates(&[outcome], 80)).to_string();
    assert!(text.contains("?  coverage.line >= 80%   none"), "{text}");
}
