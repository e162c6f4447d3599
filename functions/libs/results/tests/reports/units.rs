//! Unit tests: how each dialect says what became of a case.

use domain::quality::reports::{Case, Report};
use domain::results::outcome::Status;
use results::reports::Format;

use crate::{read, refusal, told};

pub(crate) fn cases(text: &str) -> Vec<Case> {
    let Report::Tests(cases) = read(Format::Junit, text) else { panic!("no tests") };
    cases
}

pub(crate) fn case(name: &str, status: Status, seconds: f64, message: &str) -> Case {
    Case { name: name.into(), status, seconds, message: message.into(), flaky: false }
}

#[test]
fn reruns_of_surefire_and_nextest_tell_flaky_cases_from_broken_ones() {
    let text = r#"<testsuite name="s" tests="9" failures="9">
        <testcase name="steady" classname="C" time="1,234.5"/>
        <testcase name="flaky" classname="C" time="0.1"><flakyFailure message="once" type="E"><stackTrace>at</stackTrace></flakyFailure></testcase>
        <testcase name="erred" classname="C"><flakyError message="once"/><system-out>x</system-out></testcase>
        <testcase name="broken" classname="C" time=""><failure message="a &amp; b&#10;c" type="E">trace</failure><rerunFailure message="again"/></testcase>
        <testcase name="text"><failure type="E"> from the <![CDATA[text]]> </failure></testcase>
        <testcase name="first"><error message="one"/><failure message="two"/></testcase>
        </testsuite>"#;
    let flaky = |name: &str, seconds| Case { flaky: true, ..case(name, Status::Passed, seconds, "") };
    let expected = [
        case("C.steady", Status::Passed, 1234.5, ""),
        flaky("C.flaky", 0.1),
        flaky("C.erred", 0.0),
        case("C.broken", Status::Failed, 0.0, "a & b\nc"),
        case("s.text", Status::Failed, 0.0, "from the text"),
        case("s.first", Status::Failed, 0.0, "one"),
    ];
    assert_eq!(cases(text), expected);
}

#[test]
fn cases_that_did_not_run_are_skipped_however_it_is_said() {
    let text = r#"<testsuites><testsuite name="outer"><testsuite name="s">
        <testcase name="pytest"><skipped type="pytest.skip" message="why"/></testcase>
        <testcase name="googletest" status="notrun" result="suppressed"/>
        <testcase name="ctest" status="disabled"/>
        <testcase name="run" status="run" result="completed"/>
        <testcase name="both"><skipped/><failure message="no"/></testcase>
        </testsuite></testsuite></testsuites>"#;
    let statuses: Vec<_> = cases(text).into_iter().map(|case| case.status).collect();
    use Status::{Failed, Passed, Skipped};
    assert_eq!(statuses, [Skipped, Skipped, Skipped, Passed, Failed]);
}

#[test]
fn a_case_that_says_that_it_failed_did() {
    for status in ["status='fail'", "status='failed'", "result='error'", "result='failure'"] {
        let text = format!("<testsuite><testcase name='a' time='1' {status}/></testsuite>");
        assert_eq!(cases(&text), [case("a", Status::Failed, 1.0, "")], "{status}");
    }
}

#[test]
fn a_suite_that_failed_outside_of_its_cases_is_a_failed_case() {
    let text =
        r#"<testsuites><testsuite name="s"><error message="no class"/><testcase name="a"/></testsuite></testsuites>"#;
    assert_eq!(cases(text), [case("s.<init>", Status::Failed, 0.0, "no class"), case("s.a", Status::Passed, 0.0, "")]);
}

#[test]
fn a_time_that_cannot_be_read_costs_the_duration() {
    let of = |time: &str| {
        told(format!("<testsuite>\n<testcase name='a' {time}/>\n<testcase name='b' time='2'/></testsuite>"))
    };
    for time in ["-1", "NaN", "inf", "Infinity", "1e999", "soon", ",", "1.2.3", "", "-0,5"] {
        let report = of(&format!("time='{time}'"));
        assert_eq!((report.figure("passed"), report.unknown().as_str()), (Some(2.0), "duration"), "{time}");
        assert_eq!(report.remarks, [format!(r#"line 2: time="{time}" is not a duration"#)]);
    }
    assert_eq!(of("").remarks, ["line 2: a test without its time"]);
    assert_eq!(of("status='notrun'").figure("duration"), Some(2.0));
    let nested = refusal("<testsuite>\n<testcase name='a'><testcase name='b'/></testcase></testsuite>");
    assert_eq!(nested, "line 2, byte 31: Incompatible child element 'testcase' for 'testcase'");
}

#[test]
fn a_comma_in_a_time_is_what_the_report_shows_it_to_be() {
    let of = |times: &[&str]| {
        let cases: Vec<_> = times.iter().map(|time| format!("\n<testcase name='a' time='{time}'/>")).collect();
        told(format!("<testsuite name='s'>{}</testsuite>", cases.concat()))
    };
    for (times, seconds) in [
        (&["0,160", "2.5"][..], 2.66),
        (&["0,500000", "2.5"], 3.0),
        (&["500000,000"], 500_000.0),
        (&["1,234.5"], 1234.5),
        (&["1,234", "0.5"], 1234.5),
        (&["1,234", "0,5"], 1.734),
        (&["1.234,5", "1,500"], 1236.0),
        (&["12ms", "1m2s"], 62.012),
    ] {
        let report = of(times);
        let near = report.figure("duration").is_some_and(|told| (told - seconds).abs() < 1e-9);
        assert!(near && report.remarks.is_empty(), "{times:?}: {:?} {:?}", report.metrics, report.remarks);
    }
    let unsure = "line 2: time=\"1,234\" is 1.234 or 1234 seconds, and no other time tells which";
    for times in [&["1,234"][..], &["1,234", "3"], &["1,234", "0,5", "0.5"]] {
        let report = of(times);
        assert_eq!((report.unknown().as_str(), &*report.remarks), ("duration", &[unsure.to_owned()][..]), "{times:?}");
        assert_eq!(report.figure("passed"), Some(times.len() as f64));
    }
    // The time of a suite shows the mark too.
    let suite =
        told("<testsuites time='1,235.5'><testsuite><testcase name='a' time='1,234'/></testsuite></testsuites>");
    assert_eq!(suite.figure("duration"), Some(1234.0));
}

#[test]
fn a_suite_that_states_failures_and_shows_none_leaves_the_outcomes_unknown() {
    let outcomes = "failed flaky pass_rate passed skipped";
    let hidden = told(
        "<testsuites>\n<testsuite name='s' tests='2' failures='1' errors='0'><testcase name='a' time='1'/><testcase name='b' time='1'/></testsuite></testsuites>",
    );
    assert_eq!(
        (hidden.unknown().as_str(), hidden.figure("total"), hidden.figure("duration")),
        (outcomes, Some(2.0), Some(2.0))
    );
    assert_eq!(hidden.remarks, ["line 2: 1 failure is stated, and none of its tests failed"]);
    let unloaded = told("<testsuites><testsuite name='s' errors='1' tests='0'/></testsuites>");
    assert_eq!(unloaded.unknown(), "duration failed flaky pass_rate passed skipped total");
    let unshown = told("<testsuite tests='3' failures='0' errors='0'/>");
    assert_eq!(
        (unshown.unknown().as_str(), unshown.figure("failed")),
        ("duration flaky pass_rate passed skipped total", Some(0.0))
    );
    assert_eq!(unshown.remarks, ["line 1: 3 tests are stated, and there are none in it"]);
    let untold = told("<testsuite tests='3'/>");
    assert_eq!(untold.figure("failed"), None);
    for fine in [
        // Catch2 states assertions.
        "<testsuite tests='573' failures='1'><testcase name='a' time='0'><failure/></testcase></testsuite>",
        "<testsuite tests='1' failures='1'><testcase name='a' time='0'><flakyFailure/></testcase></testsuite>",
        "<testsuite tests='NaN' failures='x'><testcase name='a' time='0'/></testsuite>",
        "<testsuite tests='1' failures='0'><testcase name='a' time='0'><failure/></testcase></testsuite>",
        "<testsuites tests='0' failures='0'/>",
    ] {
        let report = told(fine);
        assert!(report.unknown.is_empty() && report.remarks.is_empty(), "{fine}: {:?}", report.remarks);
    }
}
