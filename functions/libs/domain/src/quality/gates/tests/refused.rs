//! Texts that are no gates.

use super::*;

fn refusals(severity: Severity, texts: &[&str]) -> String {
    let refusal = |text: &&str| Gate::parse(text, severity).unwrap_err().at("gate").to_string();
    texts.iter().map(refusal).collect::<Vec<_>>().join("\n")
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
    gate: expected "=" or "!=" and the label's value, found "}.failed"
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
        "tests{source=junit,tag=slow}.failed == 0",
        "tests{source=unit}.failed == 0",
        "tests{source!=junit}.failed == 0",
        "tests{source=junit}.quarantined == 0",
        "vulnerabilities{severity=hihg} == 0",
        "vulnerabilities{severity=h*} == 0",
        "vulnerabilities{fixable=yes} == 0",
        "coverage{files=src/*}.line >= 80%",
        "coverage.line.new >= 80%",
        "vulnerabilities.high.new == 0",
    ]), @r#"
    gate: unknown metric "coverage.lines", did you mean "coverage.line"
      coverage.lines >= 80%
      ^
    gate: unknown metric "tests.fialed", did you mean "tests.failed"
      tests.fialed == 0
      ^
    gate: unknown metric "tests", expected one of tests.total, tests.passed, tests.failed, tests.skipped, tests.pass_rate, tests.flaky, tests.quarantined, tests.duration
      tests == 0
      ^
    gate: unknown metric "test.failed", did you mean "tests.failed"
      test.failed == 0
      ^
    gate: unknown metric "browsers.open", expected one of tests.total, tests.passed, tests.failed, tests.skipped, tests.pass_rate, tests.flaky, tests.quarantined, tests.duration, run.duration, run.environments, run.lost_shards, run.cost, coverage.line, coverage.branch, vulnerabilities, performance.<name>.p95
      browsers.open == 0
      ^
    gate: unknown metric "vulnerabilities.critical", write vulnerabilities or vulnerabilities{severity=critical}
      vulnerabilities.critical == 0
      ^
    gate: unknown metric "performance.p95", write performance.<name>.<figure> with one of the figures p50, p90, p95, p99, avg, max, rate, error_rate, count, thresholds_failed
      performance.p95 < 1s
      ^
    gate: unknown metric "performance.login.p59", write performance.<name>.<figure> with one of the figures p50, p90, p95, p99, avg, max, rate, error_rate, count, thresholds_failed
      performance.login.p59 < 1s
      ^
    gate: unknown metric "performance.login.median", write performance.<name>.<figure> with one of the figures p50, p90, p95, p99, avg, max, rate, error_rate, count, thresholds_failed
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
    gate: unknown label "tag" of tests.failed, leave it out: unit tests have no tags
      tests{source=junit,tag=slow}.failed == 0
                         ^
    gate: unknown source "unit", did you mean "junit"
      tests{source=unit}.failed == 0
                   ^
    gate: source cannot be left out, write source= with one of robot, junit
      tests{source!=junit}.failed == 0
            ^
    gate: unit tests have no quarantine, leave the label out
      tests{source=junit}.quarantined == 0
      ^
    gate: unknown severity "hihg", did you mean "high"
      vulnerabilities{severity=hihg} == 0
                               ^
    gate: unknown severity "h*", expected one of critical, high, medium, low, unknown
      vulnerabilities{severity=h*} == 0
                               ^
    gate: unknown fixable "yes", expected one of true, false
      vulnerabilities{fixable=yes} == 0
                              ^
    gate: unknown label "files" of coverage.line, did you mean "file"
      coverage{files=src/*}.line >= 80%
               ^
    gate: coverage.line has no names to compare with the baseline's, what is new is known of tests.failed.new, tests.flaky.new, vulnerabilities.new
      coverage.line.new >= 80%
      ^
    gate: unknown metric "vulnerabilities.high.new", write vulnerabilities or vulnerabilities{severity=critical}
      vulnerabilities.high.new == 0
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
    ]), @r#"
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
    "#);
}

#[test]
fn numbers_without_sense_are_refused_with_a_hint() {
    insta::assert_snapshot!(refusals(Severity::Error, &[
        "coverage.line >= 80",
        "performance.x.p95 < 80%",
        "performance.x.error_rate < 0.01",
        "performance.data_sent.count < 5",
        "performance.data_sent.rate < 5s",
        "performance.other.count < 5KiB",
        "run.duration < 5min",
        "run.duration < 5 mins",
        "run.duration < 1h30",
        "performance.data_sent.count < 5 kib",
        "tests.duration <= baseline * 1.2s",
        "tests.duration <= baseline * 0",
        "tests.duration <= baseline + 20%",
        "tests.failed.new <= baseline",
    ]), @r#"
    gate: coverage.line is a share, write it with %, such as 80%
      coverage.line >= 80
                       ^
    gate: performance.x.p95 is a duration, write it with a unit, such as 80ms
      performance.x.p95 < 80%
                          ^
    gate: performance.x.error_rate is a share, write it with %, such as 1%
      performance.x.error_rate < 0.01
                                 ^
    gate: performance.data_sent.count is an amount of data, write it with a unit, such as 5MiB
      performance.data_sent.count < 5
                                    ^
    gate: performance.data_sent.rate is an amount of data per second, write it with a unit, such as 5MiB/s
      performance.data_sent.rate < 5s
                                   ^
    gate: performance.other.count is a count, write a whole number
      performance.other.count < 5KiB
                                ^
    gate: unknown unit "min", expected one of us, ms, s, m, h
      run.duration < 5min
                      ^
    gate: expected nothing more, found "mins"
      run.duration < 5 mins
                       ^
    gate: expected nothing more, found "30"
      run.duration < 1h30
                       ^
    gate: expected nothing more, found "kib"
      performance.data_sent.count < 5 kib
                                      ^
    gate: expected nothing more, found "s"
      tests.duration <= baseline * 1.2s
                                      ^
    gate: a factor is above 0
      tests.duration <= baseline * 0
                                   ^
    gate: tests.duration is a duration, write it with a unit, such as 20s
      tests.duration <= baseline + 20%
                                   ^
    gate: tests.failed.new is compared with the baseline already, compare it with a number, such as 0
      tests.failed.new <= baseline
                          ^
    "#);
}

#[test]
fn a_stop_gate_must_be_able_to_wait() {
    for text in ["tests{tag=critical}.failed > 0", "tests.failed >= 10", "run.cost > $5", "run.duration > 1h"] {
        assert!(Gate::parse(text, Severity::Stop).is_ok(), "{text}");
    }
    assert!(Gate::parse("tests.failed >= 0", Severity::Stop).is_err(), "it holds before the first test");
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
fn a_least_count_is_for_what_stands_on_samples() {
    insta::assert_snapshot!(refusals(Severity::Error, &[
        "tests.failed == 0 min 5",
        "performance.x.max < 1s min 5",
        "vulnerabilities == 0 min 20",
        "tests.pass_rate >= 95% min",
        "tests.pass_rate >= 95% min 1.5",
        "tests.pass_rate >= 95% min many",
        "tests.pass_rate >= 95% at least 5",
    ]), @r#"
    gate: tests.failed is the same for few samples as for many, leave min out: it is for shares, averages and percentiles
      tests.failed == 0 min 5
                            ^
    gate: performance.x.max is the same for few samples as for many, leave min out: it is for shares, averages and percentiles
      performance.x.max < 1s min 5
                                 ^
    gate: vulnerabilities is the same for few samples as for many, leave min out: it is for shares, averages and percentiles
      vulnerabilities == 0 min 20
                               ^
    gate: expected a whole number of samples after min, found the end
      tests.pass_rate >= 95% min
                                ^
    gate: expected nothing more, found ".5"
      tests.pass_rate >= 95% min 1.5
                                  ^
    gate: expected a whole number of samples after min, found "many"
      tests.pass_rate >= 95% min many
                                 ^
    gate: expected nothing more, found "at"
      tests.pass_rate >= 95% at least 5
                             ^
    "#);
}

#[test]
fn what_is_told_at_the_end_cannot_stop_a_run() {
    insta::assert_snapshot!(refusals(Severity::Stop, &[
        "vulnerabilities{severity=critical} > 0",
        "tests{source=junit}.failed > 0",
        "tests.failed.new > 0",
        "tests.failed > baseline",
    ]), @r"
    gate: reports are read when the run is over, so none can stop it, name a figure of Robot's tests or of the run
      vulnerabilities{severity=critical} > 0
      ^
    gate: reports are read when the run is over, so none can stop it, name a figure of Robot's tests or of the run
      tests{source=junit}.failed > 0
      ^
    gate: the baseline is asked when the run is over, so it cannot stop it, name a figure of Robot's tests or of the run
      tests.failed.new > 0
      ^
    gate: the baseline is asked when the run is over, so it cannot stop it, name a figure of Robot's tests or of the run
      tests.failed > baseline
                     ^
    ");
}
