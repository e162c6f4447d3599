//! Unit tests of .NET and of TestNG.

use domain::results::outcome::Status;

use crate::units::{case, cases};
use crate::{refusal, told};

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
fn a_result_of_nunit_that_nobody_knows_costs_the_outcomes_alone() {
    let report = told(
        "<test-run>\n<test-case fullname='N.a' result='Perhaps' duration='2'/><test-case fullname='N.b' result='Passed' duration='1'/></test-run>",
    );
    assert_eq!(report.unknown(), "failed flaky pass_rate passed skipped");
    assert_eq!((report.figure("total"), report.figure("duration")), (Some(2.0), Some(3.0)));
    assert_eq!(report.remarks, [r#"line 2: result="Perhaps" is not a result"#]);
    let untold = told("<test-run><test-case fullname='N.a' duration='2'/></test-run>");
    assert_eq!(untold.remarks, ["line 1: a test without its result"]);
}

#[test]
fn a_suite_of_nunit_that_failed_by_itself_is_a_failed_case() {
    let teardown = r#"<test-run><test-suite fullname="N" result="Failed" site="Child"><test-suite fullname="N.C" result="Failed" site="TearDown">
        <failure><message>teardown</message></failure><test-case fullname="N.C.a" result="Passed" duration="1"/></test-suite></test-suite></test-run>"#;
    let expected = [case("N.C.a", Status::Passed, 1.0, ""), case("N.C.<init>", Status::Failed, 0.0, "teardown")];
    assert_eq!(cases(teardown), expected);
}

/// As nunit-console 2.6 writes it.
const NUNIT_2: &str = r#"<?xml version="1.0" encoding="utf-8" standalone="no"?>
<!--This file represents the results of running a test suite-->
<test-results name="shop.dll" total="5" errors="1" failures="1" not-run="3" inconclusive="1" ignored="1" skipped="1" invalid="1" date="2014-01-02" time="03:04:05">
  <environment nunit-version="2.6.4.14350" clr-version="4.0.30319.42000"/><culture-info current-culture="de-DE" current-uiculture="de-DE"/>
  <test-suite type="Assembly" name="shop.dll" executed="True" result="Failure" success="False" time="0.200" asserts="0"><results>
    <test-suite type="TestFixture" name="Cart" executed="True" result="Failure" success="False" time="0.180" asserts="3"><results>
      <test-case name="Shop.Cart.Adds" executed="True" result="Success" success="True" time="0.016" asserts="1"/>
      <test-case name="Shop.Cart.Pays" executed="True" result="Failure" success="False" time="0.020" asserts="1">
        <failure><message><![CDATA[  Expected: 1
  But was:  2]]></message><stack-trace><![CDATA[at Shop.Cart.Pays()]]></stack-trace></failure></test-case>
      <test-case name="Shop.Cart.Throws" executed="True" result="Error" success="False" time="0.001" asserts="0"><failure><message>boom</message></failure></test-case>
      <test-case name="Shop.Cart.Waits" executed="False" result="Ignored"><reason><message>later</message></reason></test-case>
      <test-case name="Shop.Cart.Assumes" executed="True" result="Inconclusive" success="False" time="0.001" asserts="0"/>
      <test-case name="Shop.Cart.Explicit" executed="False" result="Skipped"/>
      <test-case name="Shop.Cart.Private" executed="False" result="NotRunnable"><reason><message>not public</message></reason></test-case>
    </results></test-suite></results></test-suite>
</test-results>"#;

#[test]
fn tests_of_nunit_2_count_as_its_console_has_them() {
    use Status::{Failed, Passed, Skipped};
    let told: Vec<_> = cases(NUNIT_2).into_iter().map(|case| (case.name, case.status, case.message)).collect();
    let expected = [
        ("Adds", Passed, ""),
        ("Pays", Failed, "Expected: 1\n  But was:  2"),
        ("Throws", Failed, "boom"),
        ("Waits", Skipped, ""),
        ("Assumes", Skipped, ""),
        ("Explicit", Skipped, ""),
        ("Private", Failed, ""),
    ];
    assert_eq!(told, expected.map(|(name, status, message)| (format!("Shop.Cart.{name}"), status, message.to_owned())));
    let report = crate::told(NUNIT_2);
    assert_eq!((report.figure("duration").map(|s| (s * 1e3).round()), report.remarks.len()), (Some(38.0), 0));
    // NUnit 2.4 has no result. A time may be written in the culture of the machine.
    let old = r#"<test-results name="a" total="3" failures="1" not-run="1"><test-suite name="a" success="False" time="0,5"><results>
        <test-case name="a" executed="True" success="True" time="0,160"/><test-case name="b" executed="True" success="False" time="0,340"/>
        <test-case name="c" executed="False"/></results></test-suite></test-results>"#;
    let statuses: Vec<_> = cases(old).into_iter().map(|case| (case.status, case.seconds)).collect();
    assert_eq!(statuses, [(Passed, 0.16), (Failed, 0.34), (Skipped, 0.0)]);
}

/// As `dotnet test --logger trx` writes it, shortened.
const TRX: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" name="ci" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Times creation="2026-01-02T03:04:05.0000000+00:00"/>
  <Results>
    <UnitTestResult executionId="e1" testId="t1" testName="Adds" duration="00:00:01.5000000" outcome="Passed"/>
    <UnitTestResult executionId="e2" testId="t2" testName="Shop.Cart.Pays(amount: 2)" duration="00:01:00.2500000" outcome="Failed">
      <Output><StdOut>Message</StdOut><ErrorInfo><Message>Assert.Equal() Failure</Message><StackTrace>at Shop</StackTrace></ErrorInfo></Output></UnitTestResult>
    <UnitTestResult executionId="e3" testId="t3" testName="Waits" outcome="NotExecuted"/>
    <UnitTestResult executionId="e4" testId="t4" testName="Rows" duration="00:00:00.3000000" outcome="Failed" resultType="DataDrivenTest">
      <InnerResults>
        <UnitTestResult testId="t4" testName="Rows (1)" duration="00:00:00.1000000" outcome="Passed" resultType="DataDrivenDataRow"/>
        <UnitTestResult testId="t4" testName="Rows (2)" duration="00:00:00.2000000" outcome="Failed" resultType="DataDrivenDataRow">
          <Output><ErrorInfo><Message>row 2</Message></ErrorInfo></Output></UnitTestResult>
      </InnerResults></UnitTestResult>
    <UnitTestResult executionId="e5" testId="t5" testName="Breaks"/>
  </Results>
  <TestDefinitions>
    <UnitTest name="Adds" id="t1"><Execution id="e1"/><TestMethod codeBase="shop.dll" className="Shop.Cart" name="Adds"/></UnitTest>
    <UnitTest name="Pays" id="t2"><TestMethod className="Shop.Cart" name="Pays"/></UnitTest>
    <UnitTest name="Rows" id="t4"><TestMethod className="Shop.Cart, shop, Version=1.0.0.0" name="Rows"/></UnitTest>
  </TestDefinitions>
  <ResultSummary outcome="Failed"><Counters total="6" executed="5" passed="2" failed="2" error="1"/></ResultSummary>
</TestRun>"#;

#[test]
fn results_of_visual_studio_are_tests_and_their_rows() {
    let expected = [
        case("Shop.Cart.Adds", Status::Passed, 1.5, ""),
        case("Shop.Cart.Pays(amount: 2)", Status::Failed, 60.25, "Assert.Equal() Failure"),
        case("Waits", Status::Skipped, 0.0, ""),
        case("Shop.Cart.Rows (1)", Status::Passed, 0.1, ""),
        case("Shop.Cart.Rows (2)", Status::Failed, 0.2, "row 2"),
        case("Breaks", Status::Failed, 0.0, ""),
    ];
    assert_eq!(cases(TRX), expected);
    assert!(told(TRX).remarks.is_empty());
}

#[test]
fn a_run_of_visual_studio_that_crashed_is_a_failed_case() {
    let crashed = r#"<TestRun><Results><UnitTestResult testId="t" testName="a" duration="00:00:01" outcome="Passed"/></Results>
        <ResultSummary outcome="Failed"><Counters total="1" passed="1" failed="0"/><RunInfos><RunInfo outcome="Error">
        <Text>The active test run was aborted. Reason: Test host process crashed</Text></RunInfo></RunInfos></ResultSummary></TestRun>"#;
    let message = "The active test run was aborted. Reason: Test host process crashed";
    assert_eq!(cases(crashed), [case("a", Status::Passed, 1.0, ""), case("<run>", Status::Failed, 0.0, message)]);
    let completed = crashed.replace(r#"outcome="Failed""#, r#"outcome="Completed""#);
    assert_eq!(cases(&completed), [case("a", Status::Passed, 1.0, "")]);
}

#[test]
fn strange_values_of_visual_studio_cost_themselves() {
    let of = |result: &str| {
        told(format!(
            "<TestRun><Results>\n<UnitTestResult testName='a' {result}/><UnitTestResult testName='b' outcome='Passed'/></Results></TestRun>"
        ))
    };
    let outcome = of("outcome='Splendid' duration='00:00:01'");
    assert_eq!(
        (outcome.unknown().as_str(), outcome.figure("total")),
        ("failed flaky pass_rate passed skipped", Some(2.0))
    );
    assert_eq!(outcome.remarks, [r#"line 2: outcome="Splendid" is not an outcome"#]);
    for duration in ["soon", "-00:00:01", "NaN", "00:99:00"] {
        let report = of(&format!("outcome='Passed' duration='{duration}'"));
        assert_eq!((report.unknown().as_str(), report.figure("passed")), ("duration", Some(2.0)), "{duration}");
    }
    let stated =
        told("<TestRun><ResultSummary outcome='Completed'><Counters total='4' failed='0'/></ResultSummary></TestRun>");
    assert_eq!((stated.figure("total"), stated.figure("failed")), (None, Some(0.0)));
}

/// As TestNG 7 writes it, shortened.
const TESTNG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testng-results ignored="1" total="8" passed="3" failed="1" skipped="2" retried="1"><reporter-output><line><![CDATA[message]]></line></reporter-output>
  <suite name="shop" duration-ms="100" started-at="2026-01-02T03:04:05Z" finished-at="2026-01-02T03:04:06Z"><groups/>
    <test name="smoke" duration-ms="100"><class name="shop.CartTest">
      <test-method signature="setUp()[pri:0]" name="setUp" is-config="true" duration-ms="5" status="PASS"/>
      <test-method signature="adds()[pri:0]" name="adds" duration-ms="16" status="PASS"><reporter-output/></test-method>
      <test-method signature="pays(int)[pri:0]" name="pays" duration-ms="7" data-provider="amounts" status="PASS">
        <params><param index="0"><value><![CDATA[1]]></value></param></params></test-method>
      <test-method signature="pays(int)[pri:0]" name="pays" duration-ms="8" data-provider="amounts" status="SKIP" retried="true">
        <params><param index="0"><value><![CDATA[2]]></value></param></params>
        <exception class="java.lang.AssertionError"><message><![CDATA[once]]></message></exception></test-method>
      <test-method signature="pays(int)[pri:0]" name="pays" duration-ms="9" data-provider="amounts" status="PASS">
        <params><param index="0"><value><![CDATA[2]]></value></param></params></test-method>
      <test-method signature="breaks()[pri:0]" name="breaks" duration-ms="10" status="FAIL">
        <exception class="java.lang.AssertionError"><message><![CDATA[expected [1] but found [2]]]></message><full-stacktrace>x</full-stacktrace></exception></test-method>
      <test-method signature="waits()[pri:0]" name="waits" duration-ms="-1767323045000" status="SKIP"/>
      <test-method signature="mostly()[pri:0]" name="mostly" duration-ms="1" status="SUCCESS_PERCENTAGE_FAILURE"/>
      <test-method signature="tearDown()[pri:0]" name="tearDown" is-config="true" duration-ms="3" status="FAIL"><exception><message>no db</message></exception></test-method>
    </class></test></suite></testng-results>"#;

#[test]
fn methods_of_testng_are_tests_but_those_of_its_configuration() {
    let of = |name: &str| format!("shop.CartTest.{name}");
    let expected = [
        case(&of("adds"), Status::Passed, 0.016, ""),
        case(&of("pays"), Status::Passed, 0.007, ""),
        domain::quality::reports::Case { flaky: true, ..case(&of("pays"), Status::Passed, 0.009, "") },
        case(&of("breaks"), Status::Failed, 0.01, "expected [1] but found [2]"),
        case(&of("waits"), Status::Skipped, 0.0, ""),
        case(&of("mostly"), Status::Skipped, 0.001, ""),
        case(&of("tearDown"), Status::Failed, 0.003, "no db"),
    ];
    assert_eq!(cases(TESTNG), expected);
    assert!(told(TESTNG).remarks.is_empty());
    // An object without a name of its own reads differently in each attempt.
    let objects = TESTNG.replacen("CDATA[2]", "CDATA[Amount@1a2b]", 1);
    assert_eq!(cases(&objects).iter().filter(|case| case.flaky).count(), 1);
}

#[test]
fn strange_values_of_testng_cost_themselves() {
    let of = |method: &str| {
        told(format!(
            "<testng-results><suite><test><class name='c'>\n<test-method name='a' {method}/><test-method name='b' status='PASS' duration-ms='1'/></class></test></suite></testng-results>"
        ))
    };
    for (method, unknown, remark) in [
        ("status='PASS' duration-ms='NaN'", "duration", r#"duration-ms="NaN" is not a duration"#),
        ("status='PASS' duration-ms='-5'", "duration", r#"duration-ms="-5" is not a duration"#),
        ("status='PASS'", "duration", "a test without its time"),
        (
            "status='MAYBE' duration-ms='1'",
            "failed flaky pass_rate passed skipped",
            r#"status="MAYBE" is not a status"#,
        ),
        ("duration-ms='1'", "failed flaky pass_rate passed skipped", "a test without its status"),
    ] {
        let report = of(method);
        assert_eq!(
            (report.unknown().as_str(), &*report.remarks),
            (unknown, &[format!("line 2: {remark}")][..]),
            "{method}"
        );
        assert_eq!(report.figure("total"), Some(2.0));
    }
    let split = refusal("<testng-results><suite><test url='smoke.xml'/></suite></testng-results>");
    assert!(split.ends_with("a report of TestNG in several files is not supported"), "{split}");
}
