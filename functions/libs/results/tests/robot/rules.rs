//! The rules of reading one by one, each as Robot Framework has it.

use std::path::PathBuf;

use domain::results::outcome::{Status, Test};
use results::robot::{self, Error, Limits, Output, Refusal};

use crate::live;

fn read(xml: &str) -> Result<Output, Error> {
    robot::read(xml.as_bytes())
}

fn reason(xml: &str) -> Refusal {
    match read(xml) {
        Err(Error::Refused { reason, .. }) => reason,
        other => panic!("{xml} gave {other:?}"),
    }
}

fn only_test(xml: &str) -> Test {
    read(xml).expect("the file is good").root.tests.remove(0)
}

/// Files that Robot Framework accepts, and what it reads from them is compared.
const ACCEPTED: &[&str] = &[
    r#"<robot><suite name="a"><kw type="TEARDOWN"/><test name="t"><status status="PASS"/></test></suite></robot>"#,
    r#"<robot generator="robot"><suite name="a"><kw type="TEARDOWN"/><test name="t"><status status="PASS"/></test></suite></robot>"#,
    r#"<robot generator="Robot 7"><suite name="a"><suite name="b"><test name="t"><status status="PASS">m</status></test>
       <kw name="x" type="teardown"><status status="FAIL" elapsed="1">in</status></kw></suite>
       <kw name="y" type="TEARDOWN"><status status="SKIP" elapsed="2">out</status></kw></suite></robot>"#,
    r#"<robot generator="Robot 7"><suite name="a"><test name="t"><status status="SKIP">m</status></test>
       <kw name="x" type="TEARDOWN"><status status="FAIL">in</status></kw></suite></robot>"#,
    r#"<robot generator="Robot 7"><suite name="a"><test name="t"><status status="PASS"/></test>
       <kw name="x" type="TEARDOWN"><status status="NOT RUN">in</status></kw></suite></robot>"#,
    r#"<robot generator="robot"><suite name="a"><test name="t"><status status="PASS"/><tag>B b</tag><tag>A</tag>
       <tag>none</tag><tag>b_B</tag></test></suite><suite name="b"><test name="t"><status status="PASS" elapsed="-1.5"/></test></suite></robot>"#,
    r#"<robot><suite name="a"><status elapsed="1" start="2024-01-01T00:00:00"/></suite></robot>"#,
    r#"<robot><suite name="a"><status elapsed="1" start="2024-01-01"/></suite></robot>"#,
    r#"<robot><suite name="a"><status starttime="20240101 00:00:00.5" endtime="20240101 00:00:02"/></suite></robot>"#,
    r#"<robot><suite name="a"><status starttime="N/A" endtime="20240101 00:00:02.000"/></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><status status="PASS" endtime="20240101 00:00:02.25"/>
       <kw name="k"><status elapsed="1.5"/></kw></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><status status="PASS" elapsed="0.0000005"/></test>
       <test name="u"><status status="PASS" elapsed="1.0000015"/></test><test name="v"><status status="PASS" elapsed="2e-3"/></test></suite></robot>"#,
    r#"<robot><suite name="a"><kw name="s" type="SETUP"><status elapsed="1"/></kw><kw name="listener"><status elapsed="5"/></kw>
       <test name="t"><status elapsed="2"/></test><kw name="listener"><status elapsed="7"/></kw>
       <kw name="s" type="TEARDOWN"><status elapsed="3"/></kw></suite></robot>"#,
    r#"<!DOCTYPE robot [<!ENTITY x "v&lt;w"><!ENTITY y "&x;&x;">]><robot><suite name="a"><doc>&y;</doc></suite></robot>"#,
    r#"<!DOCTYPE robot [<!-- c --><?p i?><!ELEMENT robot ANY><!ENTITY x 'v&#38;lt;w'>]><robot><suite name="&x;"></suite></robot>"#,
    r#"<robot><suite name="a">junk<test name="t">j<status status="PASS"/></test></suite></robot>"#,
    r#"<robot><statistics><foo><bar/></foo></statistics><errors><foo time="2024-01-01">a</foo></errors></robot>"#,
    r#"<robot><suite name="a"><test name="t"><status>m1</status><status status="PASS"></status></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><kw><status elapsed="1.5"/><kw><status elapsed="9"/></kw></kw></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><kw><kw type="foritem"><status elapsed="1"/></kw><kw type="for"><var>x</var><status elapsed="2"/></kw>
       <if><branch type="IF" condition="x"><return><value>x</value><status elapsed="4"/></return></branch></if>
       <while><iter><break><status elapsed="8"/></break></iter></while></kw></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"/><test/></suite></robot>"#,
    r#"<robot><suite source="/x/my_suite.robot"/></robot>"#,
    r#"<robot><suite source="/x/01__Some_.tests.robot"/></robot>"#,
    r#"<robot><suite><suite name="x"/><suite name="y"/></suite></robot>"#,
    r#"<robot><suite name="a"><meta name="B b">1</meta><meta name="a">2</meta><metadata><item name="bb">3</item></metadata></suite></robot>"#,
    "<robot><suite name=\"a\tb\r\nc&#10;d\"><doc>x\r\ny\rz&#13;</doc></suite></robot>",
    "<robot><suite name='a'><doc>a\r\nb<!-- c -->d<?x y?>e<![CDATA[<f>]]>&#x1F600;&quot;</doc></suite></robot>\n<!-- end -->\n",
    r#"<suite name="a"><test name="t"><status status="PASS"/></test><kw type="TEARDOWN"/></suite>"#,
    r#"<?xml version="1.0" encoding="iso-8859-1"?><robot><suite name="a"/></robot>"#,
];

/// Files that Robot Framework refuses, and so do we.
const REFUSED: &[&str] = &[
    "",
    "   ",
    "<html></html>",
    r#"<robot generator=""></robot>"#,
    r#"<robot generated="yesterday"></robot>"#,
    r#"<robot><suite><status status="X" elapsed="inf"/></suite></robot>"#,
    r#"<robot><suite><status elapsed="a"/></suite></robot>"#,
    r#"<robot><suite name="a"><status elapsed="1" start=""/></suite></robot>"#,
    r#"<robot><suite name="a"><status starttime="20241301 00:00:00.000"/></suite></robot>"#,
    r#"<robot><suite name="a"><statistics/></suite></robot>"#,
    r#"<robot><suite name="a"><critical/></suite></robot>"#,
    r#"<robot><errors><foo time="x">a</foo></errors></robot>"#,
    r#"<robot><errors><msg><b/></msg></errors></robot>"#,
    r#"<robot><suite name="a"><test name="t"><kw type="kw"/></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><for><kw type="setup"/></for></test></suite></robot>"#,
    r#"<robot><suite name="a"><kw type="for"/></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><kw type="setup"><var>a</var></kw></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><while><iter><var name="a">a</var></iter></while></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><if><branch assign="a"/></if></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><if><branch><pattern>a</pattern></branch></if></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t"><suite/></test></suite></robot>"#,
    r#"<robot><suite name="a"><test name="t" line="x"/></suite></robot>"#,
    r#"<robot><suite name="a" name="b"/></robot>"#,
    r#"<robot><suite name=a/></robot>"#,
    r#"<robot><suite name="a<b"></suite></robot>"#,
    r#"<robot><suite name="a"><doc>]]></doc></suite></robot>"#,
    r#"<robot><suite name="a"><doc>&#1;</doc></suite></robot>"#,
    r#"<robot><suite name="a"><doc>&nbsp;</doc></suite></robot>"#,
    r#"<robot><suite name="a"><doc>a & b</doc></suite></robot>"#,
    r#"<robot><suite name="a"><!-- a -- b --></suite></robot>"#,
    "<robot><suite name=\"a\"><doc>a\u{ffff}</doc></suite></robot>",
    "<robot><suite name=\"a\"><doc>a\u{0}</doc></suite></robot>",
    "<robot><suite name=\"a\"><doc>a\u{1b}[31m</doc></suite></robot>",
    "<robot></robot><robot></robot>",
    "<robot></robot>junk",
    "junk<robot></robot>",
    "<robot><suite></robot></suite>",
    " <?xml version=\"1.0\"?><robot/>",
    "<?xml encoding=\"UTF-8\"?><robot/>",
    "<robot><!DOCTYPE robot></robot>",
    r#"<robot rpa="true"generator="x"/>"#,
    r#"<robot 9="true"/>"#,
    "<robot><statistics><-/></statistics></robot>",
    r#"<!DOCTYPE robot [<!ENTITY x SYSTEM "x">]><robot><suite name="a"><doc>&x;</doc></suite></robot>"#,
    r#"<?xml version="1.0" encoding="utf-16"?><robot><suite name="a"/></robot>"#,
    r#"<?xml version="1.0" encoding="nonsense"?><robot><suite name="a"/></robot>"#,
];

#[test]
fn files_made_for_each_rule_are_read_as_robot_framework_reads_them() {
    let Some(python) = live::python() else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = |(at, xml): (usize, &&str)| {
        let path = folder.path().join(format!("{at}.xml"));
        std::fs::write(&path, xml).expect("a file can be written");
        path
    };
    let files: Vec<PathBuf> = ACCEPTED.iter().chain(REFUSED).enumerate().map(file).collect();
    let compared = crate::corpus::compare(&files, &python);
    assert_eq!(compared, ACCEPTED.len());
}

#[test]
fn what_robot_framework_refuses_is_refused() {
    for xml in REFUSED {
        let refused = matches!(read(xml), Err(Error::Refused { .. }));
        assert!(refused, "{xml}");
    }
}

#[test]
fn an_unknown_element_is_named_in_the_words_of_robot_framework() {
    let error = read("<robot>\n<suite name='a'>\n<critical/></suite></robot>").expect_err("it is refused");
    insta::assert_snapshot!(error, @"line 3, byte 25: Incompatible child element 'critical' for 'suite'");
    let error = read("<robot>\n<!-- \n\u{1b} --></robot>").expect_err("it is refused");
    insta::assert_snapshot!(error, @"line 3, byte 14: not well-formed: a character that XML forbids");
    assert_eq!(reason("<xunit/>"), Refusal::Root("xunit".into()));
}

#[test]
fn json_is_held_to_the_same_rules() {
    let file = |suite: &str| format!(r#"{{"generator":"Robot 7.5","rpa":true,"suite":{suite},"errors":[]}}"#);
    let good = file(
        r#"{"tests":[{"tags":["b","A"],"body":[{"body":[{"elapsed_time":9}],"elapsed_time":1},{"elapsed_time":2}],"name":"t","status":"PASS"}],
            "teardown":{"body":[],"message":"bad","status":"FAIL","elapsed_time":4},"suites":[{"name":"x"}],"suites":[{"name":"y"}]}"#,
    );
    let output = read(&good).expect("it is good");
    assert!(output.complete && output.rpa);
    assert_eq!(output.root.name, "x & y");
    assert_eq!(output.root.tests[0].message, "Parent suite teardown failed:\nbad");
    assert!((output.root.tests[0].seconds - 3.0).abs() < 1e-9 && (output.root.seconds - 7.0).abs() < 1e-9);
    let plain = read(r#"{"name":"S","tests":[{"name":"t","status":"SKIP"}]}"#).expect("a suite alone is good");
    assert_eq!((plain.root.counts().skipped, plain.generator.as_str()), (1, "unknown"));
    for suite in
        [r#"{"nam":"x"}"#, r#"{"name":1}"#, r#"{"tests":["t"]}"#, r#"{"tests":[{"x":"y"}]}"#, r#"{"elapsed_time":"1"}"#]
    {
        assert!(matches!(reason(&file(suite)), Refusal::Value { .. }), "{suite}");
    }
    assert!(matches!(reason(r#"{"suite":{}}"#), Refusal::Value { .. }));
    assert!(matches!(reason(r#"{"name":"S"} x"#), Refusal::Malformed(_)));
}

#[test]
fn a_failed_suite_teardown_fails_the_tests_only_where_robot_itself_wrote_the_file() {
    let file = |generator: &str| {
        format!(
            r#"<robot generator="{generator}"><suite name="a"><test name="t"><status status="PASS">ok</status></test>
               <kw name="k" type="TEARDOWN"><status status="FAIL">broken</status></kw></suite></robot>"#
        )
    };
    let raw = only_test(&file("Robot 7.5 (Python 3.11.7 on linux)"));
    assert_eq!(raw.status, Status::Failed);
    assert_eq!(raw.message, "ok\n\nAlso parent suite teardown failed:\nbroken");
    assert_eq!(only_test(&file("Rebot 7.5 (Python 3.11.7 on linux)")).status, Status::Passed);
}

#[test]
fn a_bomb_of_entities_is_refused() {
    let mut declared = String::from(r#"<!ENTITY a0 "0123456789">"#);
    for level in 1..12 {
        let below = format!("&a{};", level - 1).repeat(10);
        declared += &format!(r#"<!ENTITY a{level} "{below}">"#);
    }
    let bomb = format!("<!DOCTYPE robot [{declared}]><robot><suite name='a'><doc>&a11;</doc></suite></robot>");
    assert!(matches!(reason(&bomb), Refusal::Limit(_)));
    let circle = r#"<!DOCTYPE robot [<!ENTITY a "&b;"><!ENTITY b "&a;">]><robot><suite name="&a;"/></robot>"#;
    assert!(matches!(reason(circle), Refusal::Limit(_)));
}

#[test]
fn elements_in_one_another_without_end_are_refused() {
    let keywords = format!("<robot><suite><test>{}", "<kw>".repeat(1_000_000));
    assert!(matches!(reason(&keywords), Refusal::Limit(_)));
    assert!(matches!(reason(&format!("<robot>{}", "<suite>".repeat(100_000))), Refusal::Limit(_)));
    assert!(matches!(reason(&format!("<robot><statistics>{}", "<a>".repeat(100_000))), Refusal::Limit(_)));
    let lists = format!(r#"{{"suite":{}"#, "[".repeat(1_000_000));
    assert!(matches!(reason(&lists), Refusal::Malformed(_) | Refusal::Value { .. }));
    assert!(matches!(reason(&format!(r#"{{"x":{}"#, "[".repeat(1_000_000))), Refusal::Malformed(_)));
}

#[test]
fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let limits = Limits { event: 100_000, ..Limits::default() };
    for start in
        ["<robot><suite><doc>", "<robot a='", "<!--", "<robot><suite><test><kw><msg>", "{\"suite\":{\"doc\":\""]
    {
        let endless = std::io::Read::chain(start.as_bytes(), std::io::repeat(b'x'));
        let read = robot::read_within(std::io::BufReader::new(endless), limits);
        assert!(matches!(read, Err(Error::Refused { reason: Refusal::Limit(_), .. })), "{start}: {read:?}");
    }
}

#[test]
fn more_tests_than_fit_into_the_memory_allowed_are_refused() {
    let limits = Limits { kept: 100_000, ..Limits::default() };
    let many = format!("<robot><suite name='a'>{}</suite></robot>", "<test/>".repeat(1000));
    let read = robot::read_within(many.as_bytes(), limits);
    assert!(matches!(read, Err(Error::Refused { reason: Refusal::Limit(_), .. })));
}

#[test]
fn thousands_of_attributes_are_refused() {
    let attributes: String = (0..100_000).map(|n| format!(" a{n}='x'")).collect();
    assert!(matches!(reason(&format!("<robot{attributes}/>")), Refusal::Limit(_)));
}

#[test]
fn a_file_that_breaks_off_says_where() {
    let output = read("<robot>\n<suite name='a'>\n<test name='t'/>\n<test name='u'>").expect("it is salvaged");
    assert!(!output.complete);
    insta::assert_snapshot!(output.problem.expect("there is a problem"), @"the file ends at line 4, byte 57");
    assert_eq!(output.root.tests.len(), 1);
}
