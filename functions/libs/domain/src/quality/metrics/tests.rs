mod reports;

use super::*;
use crate::quality::reports::{Coverage, Reading, Report};

fn test(long_name: &str, status: Status, tags: &[&str]) -> TestRecord {
    TestRecord {
        long_name: long_name.to_owned(),
        suite_file: "a.robot".to_owned(),
        nth: 0,
        status,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        seconds: 1.5,
        flaky: false,
        quarantined: false,
    }
}

/// A metric with labels; a key that ends in `!` is for `!=`.
fn metric(name: &str, labels: &[(&str, &str)]) -> Metric {
    let label = |&(key, value): &(&str, &str)| Label {
        key: key.trim_end_matches('!').to_owned(),
        equal: !key.ends_with('!'),
        value: value.to_owned(),
    };
    Metric { labels: labels.iter().map(label).collect(), ..Metric::plain(name) }
}

/// A report that was read.
fn report(report: Report) -> ReportState {
    ReportState {
        kind: report.kind(),
        name: "report".to_owned(),
        state: Reading::Read(report),
        remarks: vec![],
        shard: None,
    }
}

fn tests() -> Vec<TestRecord> {
    vec![
        test("Shop.Api.Cart.Add", Status::Passed, &["Critical", "smoke"]),
        test("Shop.Api.Cart.Remove", Status::Failed, &["critical_"]),
        TestRecord { flaky: true, ..test("Shop.Api Two.Pay", Status::Passed, &[]) },
        test("Shop.Web.Later", Status::Skipped, &["smoke"]),
    ]
}

#[test]
fn every_figure_of_a_run_has_its_value() {
    let tests = tests();
    let run = RunFacts { seconds: Some(90.0), environments: 3, lost_shards: 1, cost: None };
    let coverage = Coverage { stated_line: Some(81.25), stated_branch: Some(f64::NAN), ..Coverage::default() };
    let metrics = Metrics::from_run(&tests, run).with_reports(&[report(Report::Coverage(coverage))]);
    insta::assert_json_snapshot!(metrics.figures(), @r#"
    {
      "coverage.line": 81.25,
      "run.duration": 90.0,
      "run.environments": 3.0,
      "run.lost_shards": 1.0,
      "tests.duration": 6.0,
      "tests.failed": 1.0,
      "tests.flaky": 1.0,
      "tests.pass_rate": 66.66666666666667,
      "tests.passed": 2.0,
      "tests.quarantined": 0.0,
      "tests.skipped": 1.0,
      "tests.total": 4.0
    }
    "#);
}

#[test]
fn labels_narrow_to_tags_and_suites_as_robot_compares_them() {
    let tests = tests();
    let metrics = Metrics::from_run(&tests, RunFacts::default());
    let cases: [(&[(&str, &str)], f64); 22] = [
        (&[("tag", "critical")], 2.0),
        (&[("tag", "CRIT ical")], 2.0),
        (&[("tag", "critical"), ("tag", "smoke")], 1.0),
        (&[("tag", "crit")], 0.0),
        (&[("suite", "Shop")], 4.0),
        (&[("suite", "shop.api")], 2.0),
        (&[("suite", "Shop.Api Two")], 1.0),
        (&[("suite", "Api")], 0.0),
        (&[("suite", "Shop.Api.Cart"), ("tag", "smoke")], 1.0),
        (&[("tag", "crit*")], 2.0),
        (&[("tag!", "smoke")], 2.0),
        (&[("tag!", "*")], 1.0),
        (&[("tag!", "smoke"), ("tag!", "critical")], 1.0),
        (&[("suite", "*.Api")], 2.0),
        (&[("suite", "shop.api*")], 3.0),
        (&[("suite!", "Shop.Web")], 3.0),
        (&[("suite", "Shop.Api.Cart.Add")], 0.0),
        (&[("name", "Shop.Api.Cart.Add")], 1.0),
        (&[("name", "ADD")], 1.0),
        (&[("name", "*cart*")], 2.0),
        (&[("name", "?ay")], 1.0),
        (&[("name!", "pay"), ("suite", "Shop.Api Two")], 0.0),
    ];
    for (labels, total) in cases {
        assert_eq!(metrics.value(&metric("tests.total", labels)), Some(total), "{labels:?}");
    }
}

#[test]
fn a_share_of_nothing_has_no_value() {
    let skipped = [test("A.B", Status::Skipped, &[])];
    for tests in [&[][..], &skipped] {
        let metrics = Metrics::from_run(tests, RunFacts::default());
        assert_eq!(metrics.value(&Metric::plain("tests.pass_rate")), None);
        assert_eq!(metrics.value(&Metric::plain("tests.failed")), Some(0.0));
    }
}

#[test]
fn a_missing_value_is_explained() {
    let tests = [test("A.B", Status::Skipped, &["slow"])];
    let metrics = Metrics::from_run(&tests, RunFacts::default());
    let remark = |name: &str, labels: &[(&str, &str)]| metrics.remark(&metric(name, labels));
    assert_eq!(remark("coverage.line", &[]), "no coverage report was given");
    assert_eq!(remark("performance.login.p95", &[]), "no performance report was given");
    assert_eq!(remark("run.cost", &[]), "it is not known of this run");
    assert_eq!(remark("tests.pass_rate", &[("tag", "fast")]), "no test has the tag \"fast\"");
    assert_eq!(remark("tests.pass_rate", &[("suite", "X"), ("tag", "slow")]), "no test is in the suite \"X\"");
    assert_eq!(remark("tests.pass_rate", &[]), "no test passed or failed");
    assert_eq!(remark("tests.pass_rate", &[("name", "x*")]), "no test has the name \"x*\"");
    assert_eq!(remark("tests.failed", &[("tag!", "slow")]), "tag!=slow leaves out every test");
}

#[test]
fn a_metric_is_displayed_as_a_gate_writes_it() {
    assert_eq!(metric("tests.failed", &[]).to_string(), "tests.failed");
    let two = metric("tests.failed", &[("tag", "a"), ("suite!", " B,c")]);
    assert_eq!(two.to_string(), "tests{tag=a,suite!=\" B,c\"}.failed");
    assert_eq!(Metric { new: true, ..two }.to_string(), "tests{tag=a,suite!=\" B,c\"}.failed.new");
    assert_eq!(metric("vulnerabilities", &[("severity", "high")]).to_string(), "vulnerabilities{severity=high}");
}

#[test]
fn figures_are_written_as_gates_write_them() {
    let figures = [
        ("tests{source=junit}.duration", 61.5),
        ("tests.failed", 3.0),
        ("coverage.line", 200.0 / 3.0),
        ("vulnerabilities{severity=high}", 2.0),
        ("performance.http_reqs.rate", 14.25),
        ("run.cost", 1.5),
        ("nothing", 0.1234),
    ];
    let written = figures.map(|(metric, figure)| super::written(metric, figure));
    assert_eq!(written, ["61.5s", "3", "66.667%", "2", "14.25", "$1.5", "0.123"]);
}
