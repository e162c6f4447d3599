//! Inputs of kinds that people have reported: one strange value costs its own figure, never the report.

use std::fmt::Write as _;

use domain::quality::gates::{Gate, Severity, evaluate};
use domain::quality::metrics::{Metrics, RunFacts};
use domain::quality::reports::{FileCoverage, Kind, Reading, Report, ReportState, Share};
use results::reports::{self, Format};

use crate::{read, refusal, told};

#[test]
fn each_case_shows_its_right_value() {
    for (text, figure, value, unknown, remark) in [
        (include_str!("../cases/junit-nan.xml"), "passed", 2.0, "duration", r#"line 3: time="NaN" is not a duration"#),
        (include_str!("../cases/junit-comma.xml"), "duration", 2.66, "", ""),
        (include_str!("../cases/junit-comma6.xml"), "duration", 3.0, "", ""),
        (
            include_str!("../cases/cobertura-branch-nan.xml"),
            "line",
            50.0,
            "branch",
            r#"line 3: branch-rate="NaN" is not a share"#,
        ),
        (include_str!("../cases/cobertura-comma-rates.xml"), "line", 50.0, "", ""),
        (include_str!("../cases/cobertura-comma-rates.xml"), "branch", 75.0, "", ""),
        (
            include_str!("../cases/cobertura-neg-hits.xml"),
            "line",
            0.0,
            "",
            r#"line 3: hits="-1" is below zero and counts as no hit"#,
        ),
        (
            include_str!("../cases/lcov-negative.info"),
            "line",
            50.0,
            "",
            r#"line 3: hits="-3" is below zero and counts as no hit"#,
        ),
        (include_str!("../cases/lcov-comment-first.info"), "line", 50.0, "", ""),
        (include_str!("../cases/jmeter-transactions.csv"), "total.count", 4.0, "", ""),
        (include_str!("../cases/jmeter-transactions.csv"), "total.error_rate", 25.0, "", ""),
        (include_str!("../cases/jmeter-transactions.csv"), "Checkout.count", 2.0, "", ""),
        (include_str!("../cases/k6-machine-readable.json"), "http_req_duration.p95", 0.25, "", ""),
    ] {
        let report = told(text);
        let near = report.figure(figure).is_some_and(|told| (told - value).abs() < 1e-9);
        assert!(near, "{figure}: {:?} in {text}", report.metrics);
        assert_eq!((report.unknown().as_str(), report.remarks.join("\n").as_str()), (unknown, remark), "{text}");
    }
}

fn state(name: &str, text: &str) -> ReportState {
    let found = reports::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let kind = found.report.kind();
    ReportState { kind, name: name.to_owned(), state: Reading::Read(found.report), remarks: found.remarks, shard: None }
}

#[test]
fn gates_are_decided_by_what_can_be_read_and_the_rest_says_which_value_cannot() {
    let reports = [
        state("reports/junit.xml", include_str!("../cases/junit-nan.xml")),
        state("reports/coverage.xml", include_str!("../cases/cobertura-branch-nan.xml")),
    ];
    let metrics = Metrics::from_run(&[], RunFacts::default()).with_reports(&reports);
    let gates = [
        "tests{source=junit}.failed == 0",
        "coverage.line >= 50%",
        "coverage{file=src/*}.line > 90%",
        "tests{source=junit}.duration <= 1h",
        "tests{source=junit}.duration <= baseline * 1.2",
        "tests{source=junit}.duration < 2s",
        "tests{source=junit,name=pays}.duration <= 3s",
        "coverage.branch >= 0% min 1",
    ];
    let gates = gates.map(|text| Gate::parse(text, Severity::Error).unwrap_or_else(|refusal| panic!("{refusal}")));
    let mut said = String::new();
    for outcome in evaluate(&gates, &metrics, None) {
        writeln!(said, "{:?}: {}", outcome.state, outcome.why).expect("memory takes everything");
    }
    insta::assert_snapshot!(said, @r#"
    Held: tests{source=junit}.failed is 0, and it must be 0.
    Held: coverage.line is 50%, and it must be at least 50%.
    Broken: coverage{file=src/*}.line is 50%, but it must be above 90%.
    NoValue: tests{source=junit}.duration has no value, because a value in the junit report reports/junit.xml cannot be read: line 3: time="NaN" is not a duration.
    NoValue: tests{source=junit}.duration has no value, because a value in the junit report reports/junit.xml cannot be read: line 3: time="NaN" is not a duration.
    Broken: tests{source=junit}.duration is 2.5s by what can be read, but it must be below 2s.
    Held: tests{name=pays,source=junit}.duration is 2.5s, and it must be at most 3s.
    NoValue: coverage.branch has no value, because a value in the coverage report reports/coverage.xml cannot be read: line 3: branch-rate="NaN" is not a share.
    "#);
}

#[test]
fn a_tag_over_several_lines_is_told_by_its_first() {
    let text = "<testsuite>\n<testcase\n  name='a'\n  time='NaN'\n/>\n</testsuite>";
    assert_eq!(told(text).remarks, [r#"line 2: time="NaN" is not a duration"#]);
    let values = "<testsuite><testcase name='a' time='".to_owned() + &"x".repeat(500) + "'/></testsuite>";
    assert_eq!(told(values).remarks, [format!("line 1: time=\"{}\" is not a duration", "x".repeat(80))]);
}

#[test]
fn remarks_without_end_are_kept_by_what_they_leave_unknown() {
    let cases = "<testcase classname='c' name='a' time='NaN'/>\n".repeat(5000);
    let report = told(format!("<testsuite>{cases}<testcase name='z' result='notrun'/></testsuite>"));
    assert_eq!((report.remarks.len(), report.figure("passed")), (1001, Some(5000.0)));
    assert_eq!(
        report.remarks.last().map(String::as_str),
        Some(r#"line 1001: time="NaN" is not a duration, and there may be more like it"#)
    );
    let found = reports::read(format!("<testsuite>{cases}</testsuite>").as_bytes()).expect("it is read");
    let state = ReportState {
        kind: Kind::Junit,
        name: "r".into(),
        state: Reading::Read(found.report),
        remarks: found.remarks,
        shard: None,
    };
    let metrics = Metrics::from_run(&[], RunFacts::default()).with_reports(&[state]);
    let gate = Gate::parse("tests{source=junit,name=other}.duration <= 1s", Severity::Error).expect("it is a gate");
    assert_eq!(evaluate(&[gate], &metrics, None)[0].ok(), None, "any test may be among those that are not kept");
}

#[test]
fn a_report_with_a_strange_value_that_breaks_off_is_refused() {
    for (whole, strange) in [
        ("<testsuite><testcase name='a' time='NaN'/></testsuite>", "NaN"),
        ("<coverage line-rate='NaN'><class filename='a'><line number='1' hits='?'/></class></coverage>", "?"),
        (r#"{"metrics": {"http_reqs": {"count": NaN, "rate": 1e999}}}"#, "NaN"),
        ("<TestRun><Results><UnitTestResult outcome='?' duration='?'/></Results></TestRun>", "?"),
        (
            "<coverage clover='4'><project><file name='a'><line num='1' count='?' type='stmt'/></file></project></coverage>",
            "?",
        ),
    ] {
        assert!(!told(whole).remarks.is_empty(), "{whole}");
        for end in whole.find(strange).expect("it is there")..whole.len() {
            refusal(&whole[..end]);
        }
    }
}

/// As OpenClover, PHPUnit and Istanbul write it, shortened.
const OPENCLOVER: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1700000000000" clover="4.5.2"><project name="shop" timestamp="1"><metrics statements="4" coveredstatements="3" conditionals="4" coveredconditionals="3"/>
  <package name="com.shop"><metrics statements="4" coveredstatements="3"/>
    <file name="Cart.java" path="/src/com/shop/Cart.java"><metrics statements="4" coveredstatements="3" conditionals="4" coveredconditionals="3"/>
      <class name="Cart"><metrics statements="4" coveredstatements="1" conditionals="9" coveredconditionals="0"/></class>
      <line num="3" type="method" count="2" signature="adds()" visibility="public" complexity="1"/>
      <line num="4" type="stmt" count="2"/><line num="4" type="stmt" count="0"/><line num="4" type="cond" truecount="2" falsecount="0"/>
      <line num="4" type="cond" truecount="1" falsecount="1"/><line num="5" type="stmt" count="1"/><line num="6" type="stmt" count="0"/></file></package></project>
  <testproject timestamp="1"><metrics statements="1" coveredstatements="1"/><package name="com.shop"><file name="CartTest.java" path="/test/CartTest.java"><line num="1" type="stmt" count="0"/></file></package></testproject></coverage>"#;
const PHPUNIT: &str = r#"<coverage generated="1700000000"><project timestamp="1700000000">
  <file name="/src/Cart.php"><class name="Shop\Cart" namespace="global"><metrics statements="3" coveredstatements="2"/></class>
    <line num="9" type="method" name="adds" visibility="public" complexity="1" crap="1" count="1"/><line num="11" type="stmt" count="1"/>
    <line num="12" type="stmt" count="2"/><line num="13" type="stmt" count="0"/>
    <metrics loc="20" ncloc="18" classes="1" methods="1" coveredmethods="0" conditionals="0" coveredconditionals="0" statements="3" coveredstatements="2" elements="4" coveredelements="2"/></file>
  <package name="Shop"><file name="/src/Pay.php"><metrics statements="1" coveredstatements="0" conditionals="0" coveredconditionals="0"/></file></package>
  <metrics files="2" statements="4" coveredstatements="2"/></project></coverage>"#;
const ISTANBUL: &str = r#"<coverage generated="1764746556005" clover="3.2.0"><project timestamp="1764746556005" name="All files">
  <metrics statements="3" coveredstatements="2" conditionals="3" coveredconditionals="2" methods="1" coveredmethods="1"/>
  <file name="cart.js" path="/src/cart.js"><line num="1" count="1" type="stmt"/><line num="2" count="3" type="cond" truecount="2" falsecount="1"/>
    <line num="3" count="0" type="stmt"/></file></project></coverage>"#;

#[test]
fn lines_and_branches_of_clover_are_those_of_who_wrote_it() {
    let of = |text: &str| {
        let Report::Coverage(coverage) = read(Format::Clover, text) else { panic!("no coverage") };
        let short = |file: FileCoverage| (file.package, file.file, file.lines, file.branches);
        coverage.files.into_iter().map(short).collect::<Vec<_>>()
    };
    let share = |covered, all| Share { covered, all };
    let open = [("com.shop".to_owned(), "/src/com/shop/Cart.java".to_owned(), share(2, 3), share(3, 4))];
    assert_eq!(of(OPENCLOVER), open);
    let php = [
        (String::new(), "/src/Cart.php".to_owned(), share(2, 3), share(0, 0)),
        ("Shop".to_owned(), "/src/Pay.php".to_owned(), share(0, 1), share(0, 0)),
    ];
    assert_eq!(of(PHPUNIT), php);
    assert_eq!(of(ISTANBUL), [(String::new(), "/src/cart.js".to_owned(), share(2, 3), share(2, 3))]);
    // Without the file's own metrics the conditions of OpenClover tell the same.
    let unmeasured = OPENCLOVER.replacen(
        r#"conditionals="4" coveredconditionals="3"/>
      <class"#,
        r#"/>
      <class"#,
        1,
    );
    assert_eq!(of(&unmeasured), open);
    let totals = told(
        r#"<coverage clover="4"><project><metrics statements="4" coveredstatements="3" conditionals="2" coveredconditionals="1"/></project></coverage>"#,
    );
    assert_eq!((totals.figure("line"), totals.figure("branch")), (Some(75.0), Some(50.0)));
}

#[test]
fn strange_values_of_clover_cost_the_lines_or_branches_of_the_file() {
    let of =
        |file: &str| told(format!("<coverage clover='4'><project>\n<file name='a'>{file}</file></project></coverage>"));
    let line = "<line num='1' type='stmt' count='1'/>";
    for (file, unknown, remark) in [
        ("<line num='x' type='stmt' count='1'/>", "line", r#"num="x" is not the number of a line"#),
        ("<line num='2' type='stmt' count='NaN'/>", "line", r#"count="NaN" is not a count of hits"#),
        ("<line num='2' type='stmt' count='-2'/>", "", r#"count="-2" is below zero and counts as no hit"#),
        (
            "<line num='2' type='cond' truecount='?' falsecount='1'/>",
            "branch",
            r#"truecount and falsecount="? and 1" is not a count each"#,
        ),
        ("<metrics conditionals='2' coveredconditionals='3'/>", "branch", r#"metrics="3 of 2" is not a count"#),
        ("<metrics statements='x' coveredstatements='3'/>", "", ""),
    ] {
        let report = of(&format!("{line}{file}"));
        let remarks = if remark.is_empty() { vec![] } else { vec![format!("line 2: {remark}")] };
        assert_eq!((report.unknown().as_str(), report.remarks), (unknown, remarks), "{file}");
    }
    assert_eq!(of("<metrics statements='x' coveredstatements='3'/>").unknown(), "line");
    let nameless =
        told("<coverage clover='4'><project><file><line num='1' type='stmt' count='1'/></file></project></coverage>");
    assert_eq!(nameless.unknown(), "branch line");
}
