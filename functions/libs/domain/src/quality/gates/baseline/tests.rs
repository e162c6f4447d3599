use super::*;
use crate::quality::gates::Severity;
use crate::quality::metrics::RunFacts;
use crate::quality::reports::{Case, Finding, Reading, Report, ReportState, Risk};
use crate::results::outcome::Status;
use crate::results::records::TestRecord;

fn test(name: &str, status: Status) -> TestRecord {
    TestRecord {
        long_name: format!("Shop.{name}"),
        suite_file: "shop.robot".to_owned(),
        nth: 0,
        status,
        tags: vec!["api".to_owned()],
        seconds: 1.0,
        flaky: false,
        quarantined: false,
    }
}

fn report(report: Report) -> ReportState {
    ReportState {
        kind: report.kind(),
        name: "r".to_owned(),
        state: Reading::Read(report),
        remarks: vec![],
        shard: None,
    }
}

fn records() -> [TestRecord; 3] {
    let flaky = TestRecord { flaky: true, ..test("B", Status::Passed) };
    [test("A", Status::Passed), flaky, TestRecord { quarantined: true, ..test("C", Status::Failed) }]
}

/// Two unit tests of which one failed, and a finding.
fn reports() -> Vec<ReportState> {
    let cases = ["adds", "removes"].map(|name| Case {
        name: format!("cart.{name}"),
        status: if name == "adds" { Status::Failed } else { Status::Passed },
        seconds: 0.5,
        message: String::new(),
        flaky: false,
    });
    let finding = Finding { id: "CVE-1".into(), package: "zlib".into(), severity: Risk::High, ..Finding::default() };
    vec![report(Report::Tests(cases.to_vec())), report(Report::Vulnerabilities(vec![finding]))]
}

#[test]
fn a_run_leaves_what_its_gates_read_and_what_has_a_name() {
    let records = records();
    let metrics = Metrics::from_run(&records, RunFacts::default()).with_reports(&reports());
    let gate = |text| Gate::parse(text, Severity::Error).unwrap();
    let strict = Gate { mandatory: true, ..gate("tests.pass_rate == 100%") };
    let gates = [gate("tests{tag=api}.pass_rate >= 90%"), strict, gate("coverage.line >= 80%")];
    insta::assert_json_snapshot!(baseline_of(&"shop-1".into(), &gates, &metrics), @r#"
    {
      "run": "shop-1",
      "metrics": {
        "run.environments": 0.0,
        "run.lost_shards": 0.0,
        "tests.duration": 3.0,
        "tests.failed": 0.0,
        "tests.flaky": 1.0,
        "tests.pass_rate": 100.0,
        "tests.pass_rate with quarantined tests": 66.66666666666667,
        "tests.passed": 2.0,
        "tests.quarantined": 1.0,
        "tests.skipped": 0.0,
        "tests.total": 3.0,
        "tests{source=junit}.duration": 1.0,
        "tests{source=junit}.failed": 1.0,
        "tests{source=junit}.flaky": 0.0,
        "tests{source=junit}.pass_rate": 50.0,
        "tests{source=junit}.passed": 1.0,
        "tests{source=junit}.skipped": 0.0,
        "tests{source=junit}.total": 2.0,
        "tests{tag=api}.pass_rate": 100.0,
        "vulnerabilities": 1.0,
        "vulnerabilities{severity=critical}": 0.0,
        "vulnerabilities{severity=high}": 1.0,
        "vulnerabilities{severity=low}": 0.0,
        "vulnerabilities{severity=medium}": 0.0,
        "vulnerabilities{severity=unknown}": 0.0
      },
      "samples": {
        "tests.pass_rate": 2,
        "tests.pass_rate with quarantined tests": 3,
        "tests{source=junit}.pass_rate": 2,
        "tests{tag=api}.pass_rate": 2
      },
      "failed": [
        "shop.robot: Shop.C"
      ],
      "flaky": [
        "shop.robot: Shop.B"
      ],
      "quarantined": [
        "shop.robot: Shop.C"
      ],
      "findings": {
        "CVE-1 zlib": 1
      },
      "failed_cases": [
        "cart.adds"
      ],
      "flaky_cases": []
    }
    "#);
}

#[test]
fn an_empty_object_is_a_baseline_that_tells_nothing() {
    assert_eq!(serde_json::from_str::<BaselineFigures>("{}").unwrap(), BaselineFigures::default());
}
