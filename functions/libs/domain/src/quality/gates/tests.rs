mod evaluated;
mod laws;
mod mandatory;
mod reference;
mod refused;

use std::collections::BTreeMap;

use super::*;
use crate::quality::baseline::BaselineFigures;
use crate::quality::metrics::RunFacts;
use crate::quality::reports::{
    Case, Coverage, FileCoverage, Finding, Kind, Reading, Remark, Report, ReportState, Risk, Series, Share, Unknown,
};
use crate::results::outcome::Status;
use crate::results::records::TestRecord;

fn gate(text: &str) -> Gate {
    Gate::parse(text, Severity::Error).unwrap_or_else(|refusal| panic!("{}", refusal.at(text)))
}

fn test(status: Status, tags: &[&str]) -> TestRecord {
    TestRecord {
        long_name: "Shop.Cart.Add".to_owned(),
        suite_file: "cart.robot".to_owned(),
        nth: 0,
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

/// A report of one file with so many lines.
fn coverage(covered: u64, all: u64) -> ReportState {
    let file = FileCoverage { file: "a.rs".to_owned(), lines: Share { covered, all }, ..FileCoverage::default() };
    report(Report::Coverage(Coverage { files: vec![file], ..Coverage::default() }))
}

impl Gate {
    /// Whether it needs no baseline.
    fn limit_is_fixed(&self) -> bool {
        matches!(self.limit, Limit::Fixed(_)) && !self.metric.new
    }
}

fn finding(id: &str, severity: Risk) -> Finding {
    Finding { id: id.to_owned(), package: "zlib".to_owned(), severity, ..Finding::default() }
}

fn baseline(metrics: &[(&str, f64)]) -> BaselineFigures {
    let metrics = metrics.iter().map(|(name, figure)| ((*name).to_owned(), *figure)).collect();
    BaselineFigures { run: "shop-1".into(), metrics, ..BaselineFigures::default() }
}

#[test]
fn gates_are_read_with_metric_operator_and_limit() {
    let cases = [
        ("tests.failed == 0", "tests.failed", Operator::Equal, 0.0),
        ("  tests.failed==0 ", "tests.failed", Operator::Equal, 0.0),
        ("tests{tag=critical}.pass_rate == 100%", "tests{tag=critical}.pass_rate", Operator::Equal, 100.0),
        (
            "tests.pass_rate{ tag = two words , suite=Shop.Api } >= 99.5 %",
            "tests{suite=Shop.Api,tag=two words}.pass_rate",
            Operator::AtLeast,
            99.5,
        ),
        ("tests{tag=\"a,b}\"}.total != 3", "tests{tag=\"a,b}\"}.total", Operator::Unequal, 3.0),
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
        ("performance.http_reqs.rate > 12.5/s", "performance.http_reqs.rate", Operator::Above, 12.5),
        ("performance.200_ok.count > 1", "performance.200_ok.count", Operator::Above, 1.0),
        ("performance.api.login.p95 < 500 ms", "performance.api_login.p95", Operator::Below, 0.5),
        ("performance.x.avg < 20µs", "performance.x.avg", Operator::Below, 20.0 * 1e-6),
        ("performance.data_sent.count <= 1.5KiB", "performance.data_sent.count", Operator::AtMost, 1536.0),
        ("performance.data_received.count < 2 MB", "performance.data_received.count", Operator::Below, 2e6),
        ("performance.data_sent.rate < 1GiB/s", "performance.data_sent.rate", Operator::Below, 1_073_741_824.0),
        ("performance.data_sent.rate < 1kB", "performance.data_sent.rate", Operator::Below, 1e3),
        ("performance.checks.thresholds_failed == 0", "performance.checks.thresholds_failed", Operator::Equal, 0.0),
        (
            "tests{tag!=slow, tag != wip,name=*Cart*}.failed == 0",
            "tests{name=*Cart*,tag!=slow,tag!=wip}.failed",
            Operator::Equal,
            0.0,
        ),
        ("tests{source=robot}.failed == 0", "tests.failed", Operator::Equal, 0.0),
        (
            "tests{source=junit,suite=com.acme}.failed == 0",
            "tests{source=junit,suite=com.acme}.failed",
            Operator::Equal,
            0.0,
        ),
        (
            "vulnerabilities{severity=high,fixable=true,kev!=false}.new == 0",
            "vulnerabilities{fixable=true,kev!=false,severity=high}.new",
            Operator::Equal,
            0.0,
        ),
        ("tests{tag=critical}.failed.new == 0", "tests{tag=critical}.failed.new", Operator::Equal, 0.0),
        (
            "coverage{file=src/*,package!=com.acme.gen*}.branch >= 50%",
            "coverage{file=src/*,package!=com.acme.gen*}.branch",
            Operator::AtLeast,
            50.0,
        ),
    ];
    for (text, metric, operator, limit) in cases {
        let gate = gate(text);
        let read = (gate.metric.to_string(), gate.operator, gate.limit);
        assert_eq!(read, (metric.to_owned(), operator, Limit::Fixed(limit)), "{text}");
    }
}

#[test]
fn limits_may_be_those_of_the_baseline() {
    let limit = |text: &str| match gate(text).limit {
        Limit::Baseline { factor, offset } => (factor, offset),
        Limit::Fixed(_) => panic!("{text}"),
    };
    assert_eq!(limit("coverage.line >= baseline"), (1.0, 0.0));
    assert_eq!(limit("coverage.line >= baseline - 0.5%"), (1.0, -0.5));
    assert_eq!(limit("run.duration <= baseline+1m"), (1.0, 60.0));
    assert_eq!(limit("tests.duration <= baseline * 1.2"), (1.2, 0.0));
    assert_eq!(limit("tests.duration <= baseline*1.1+5s"), (1.1, 5.0));
    assert_eq!(limit("performance.data_sent.count <= baseline * 2 - 1KiB"), (2.0, -1024.0));
}

#[test]
fn a_gate_is_json_of_its_text_and_severity() {
    let gate = gate("tests{tag=critical}.failed == 0");
    let json = serde_json::to_string(&gate).unwrap();
    assert_eq!(json, r#"{"gate":"tests{tag=critical}.failed == 0","severity":"error"}"#);
    assert_eq!(serde_json::from_str::<Gate>(&json).unwrap(), gate);
    assert!(serde_json::from_str::<Gate>(r#"{"gate":"tests.failed","severity":"error"}"#).is_err());
    let asked = Gate { mandatory: true, ..gate };
    let json = serde_json::to_string(&asked).unwrap();
    assert_eq!(json, r#"{"gate":"tests{tag=critical}.failed == 0","severity":"error","mandatory":true}"#);
    assert_eq!(serde_json::from_str::<Gate>(&json).unwrap(), asked);
}

#[test]
fn a_gate_may_name_its_least_count() {
    let least = |text: &str| gate(text).least;
    assert_eq!(least("tests.pass_rate >= 95%"), None);
    assert_eq!(least("tests.pass_rate >= 95% min 50"), Some(50));
    assert_eq!(least("performance.login.error_rate < 1%min 100"), Some(100));
    assert_eq!(least("coverage.line >= baseline min 0"), Some(0));
    assert_eq!(least("performance.x.rate > 5 min 20"), Some(20));
}

#[test]
fn a_gate_is_displayed_as_it_is_understood() {
    let cases = [
        ("  tests.failed==0 ", "tests.failed == 0"),
        ("run.duration<1h30m", "run.duration < 5400s"),
        ("tests{tag = b, suite=\"a,b\"}.failed > 2", "tests{suite=\"a,b\",tag=b}.failed > 2"),
        ("coverage.line >= baseline*0.9-0.5%min 5", "coverage.line >= baseline * 0.9 - 0.5% min 5"),
        ("performance.a.b.data_sent.rate < 5", "performance.a_b_data_sent.rate < 5"),
        ("performance.data_sent.rate < 1KiB/s", "performance.data_sent.rate < 1024B/s"),
        ("vulnerabilities.new{kev=true}==0", "vulnerabilities{kev=true}.new == 0"),
    ];
    for (text, displayed) in cases {
        assert_eq!(gate(text).to_string(), displayed);
    }
}
