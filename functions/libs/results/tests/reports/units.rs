//! Unit tests: how each dialect says what became of a case.

use domain::quality::reports::{Case, Report};
use domain::results::outcome::Status;
use results::reports::Format;

use crate::{read, refusal};

fn cases(text: &str) -> Vec<Case> {
    let Report::Tests(cases) = read(Format::Junit, text) else { panic!("no tests") };
    cases
}

fn case(name: &str, status: Status, seconds: f64, message: &str) -> Case {
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
fn a_suite_that_failed_outside_of_its_cases_is_a_failed_case() {
    let text =
        r#"<testsuites><testsuite name="s"><error message="no class"/><testcase name="a"/></testsuite></testsuites>"#;
    assert_eq!(cases(text), [case("s.<init>", Status::Failed, 0.0, "no class"), case("s.a", Status::Passed, 0.0, "")]);
}

#[test]
fn tests_of_xunit_net_and_nunit_count_too() {
    let xunit = r#"<assemblies><assembly name="a.dll"><errors><error type="x" name="cleanup"><failure><message>bad</message></failure></error></errors>
        <collection name="c"><test name="N.C.a" type="N.C" method="a" time="0.5" result="Pass"/>
        <test name="N.C.b" time="0" result="Fail"><failure exception-type="E"><message>said so</message><stack-trace>s</stack-trace></failure></test>
        <test name="N.C.c" time="0" result="Skip"><reason>later</reason></test></collection></assembly></assemblies>"#;
    let expected = [
        case("cleanup", Status::Failed, 0.0, "bad"),
        case("N.C.a", Status::Passed, 0.5, ""),
        case("N.C.b", Status::Failed, 0.0, "said so"),
        case("N.C.c", Status::Skipped, 0.0, ""),
    ];
    assert_eq!(cases(xunit), expected);
    let nunit = r#"<test-run testcasecount="9"><test-suite type="Assembly" result="Failed"><failure><message>a child failed</message></failure>
        <test-case name="a" fullname="N.a" result="Passed" duration="0.25"/><test-case fullname="N.b" result="Failed"><failure><message>m</message></failure></test-case>
        <test-case fullname="N.c" result="Inconclusive"/></test-suite></test-run>"#;
    let expected = [
        case("N.a", Status::Passed, 0.25, ""),
        case("N.b", Status::Failed, 0.0, "m"),
        case("N.c", Status::Skipped, 0.0, ""),
    ];
    assert_eq!(cases(nunit), expected);
}

#[test]
fn cases_that_make_no_sense_are_refused_with_their_place() {
    let of = |case: &str| refusal(format!("<testsuite>\n{case}</testsuite>"));
    for time in ["-1", "NaN", "inf", "1e999", "soon", ",", "1.2.3"] {
        let told = format!("line 2, byte 12: invalid time '{time}'");
        assert_eq!(of(&format!("<testcase name='a' time='{time}'/>")), told);
    }
    let nested = of("<testcase name='a'><testcase name='b'/></testcase>");
    assert_eq!(nested, "line 2, byte 31: Incompatible child element 'testcase' for 'testcase'");
    let strange = refusal("<test-run><test-case result='Perhaps'/></test-run>");
    assert_eq!(strange, "line 1, byte 10: invalid result 'Perhaps'");
}
