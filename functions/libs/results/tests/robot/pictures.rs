//! Pictures that failed tests show in their log.

use std::process::{Command, Stdio};

use domain::results::outcome::{Status, Test};
use results::robot;

use crate::live;

fn tests(output: &[u8]) -> Vec<Test> {
    let output = robot::read(output).expect("the file is good");
    let mut tests = Vec::new();
    output.root.each_test(&mut |_, _, test| tests.push(test.clone()));
    tests
}

/// What a failed test keeps that logs `messages`, which are HTML with its markup escaped as in a file.
fn kept(messages: &[&str]) -> Vec<String> {
    let messages: String = messages.iter().map(|text| format!(r#"<msg html="true">{text}</msg>"#)).collect();
    let test = format!(r#"<test name="t"><kw name="k">{messages}</kw><status status="FAIL"/></test>"#);
    tests(format!(r#"<robot generator="Robot 7"><suite name="s">{test}</suite></robot>"#).as_bytes()).remove(0).pictures
}

const SUITE: &str = r#"*** Settings ***
Suite Setup    Log    <img src="of the suite.png">    html=True

*** Test Cases ***
Passes
    Log    <img src="passed.png">    html=True

Fails
    [Setup]    Log    </td></tr><tr><td colspan="3"><a href="1.png"><img src="1.png" width="800px"></a>    html=True
    Log    <img src="only-text.png">
    Log    <img src="data:image/png;base64,iVBORw0KGgo=">    html=True
    FOR    ${number}    IN    2    3
        TRY
            Fail    no
        EXCEPT    no
            Log    <a href="b/${number}.png"><img src="b/fail%20${number}.png?x&amp;y"></a>    html=True
        END
    END
    Fail    it fails
    [Teardown]    Log    <img src="/etc/4.png"> and <IMG alt="x" SRC='5.png'/>    html=True

Skips
    Log    <img src="skipped.png">    html=True
    Skip    no
"#;

const SETUP: &str = r#"*** Settings ***
Suite Setup       Show And Fail
Suite Teardown    Log    <img src="teardown.png">    html=True

*** Test Cases ***
Fails
    No Operation

Fails Too
    No Operation

*** Keywords ***
Show And Fail
    Log    <img src="1.png">    html=True
    TRY
        Fail    no
    EXCEPT    no
        Log    <img src="2.png">    html=True
    END
    Fail    it fails
"#;

/// How a test ended, and its pictures.
type Shown = (Status, Vec<String>);

/// How the tests of a suite end under Robot Framework, and their pictures, in both forms of output.
fn run(suite: &str) -> Option<[Vec<Shown>; 2]> {
    let python = live::python()?;
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("suite.robot"), suite).expect("a file can be written");
    Some(["output.xml", "output.json"].map(|output| {
        let mut robot = Command::new(&python);
        robot.args(["-m", "robot", "--log", "NONE", "--report", "NONE", "--output", output, "suite.robot"]);
        let status = robot.current_dir(folder.path()).stdout(Stdio::null()).status().expect("Robot Framework starts");
        assert!(status.code().is_some_and(|failed| (1..250).contains(&failed)), "{status}");
        let tests = tests(&std::fs::read(folder.path().join(output)).expect("Robot Framework wrote it"));
        tests.into_iter().map(|test| (test.status, test.pictures)).collect()
    }))
}

#[test]
fn a_failed_test_keeps_what_its_keywords_show_in_both_forms_of_output() {
    let failed = ["1.png", "b/fail 2.png", "b/fail 3.png", "5.png"].map(String::from).to_vec();
    let expected = vec![(Status::Passed, vec![]), (Status::Failed, failed), (Status::Skipped, vec![])];
    let Some(shown) = run(SUITE) else { return };
    assert_eq!(shown, [expected.clone(), expected]);
}

#[test]
fn what_a_failed_suite_setup_shows_is_kept_by_the_first_test_that_failed_with_it() {
    let first = (Status::Failed, ["1.png", "2.png"].map(String::from).to_vec());
    let expected = vec![first, (Status::Failed, vec![])];
    let Some(shown) = run(SETUP) else { return };
    assert_eq!(shown, [expected.clone(), expected]);
}

#[test]
fn an_output_of_the_corpus_tells_the_pictures_of_tests_that_failed() {
    let Some(corpus) = live::corpus() else { return };
    let text = std::fs::read_to_string(corpus.join("local-run/rf-7.5/pabot-fixtures.xml")).expect("it is there");
    let pictures = |text: &str| tests(text.as_bytes()).into_iter().flat_map(|test| test.pictures).collect::<Vec<_>>();
    assert!(pictures(&text).is_empty(), "every test that shows one passed");
    let name = |place: &str, number| format!("{place}_Fixtures.Test Copy Artifacts.Suite {number}.png");
    let of = |number| {
        let folder = |at| name(&format!("screenshots/fake_screenshot_subfolder_{at}"), number);
        [name("fake_screenshot_root", number), folder(1), folder(2)]
    };
    assert_eq!(pictures(&text.replace("\"PASS\"", "\"FAIL\"")), [of(1), of(2)].concat());
}

#[test]
fn of_a_long_message_only_the_beginning_is_looked_at() {
    let (image, end) = ("&lt;img src=\"", "\"&gt;");
    let embedded = format!("{image}data:image/png;base64,{}{end}", "A".repeat(1 << 20));
    let behind = format!("{image}a.png{end}{embedded}{image}b.png{end}");
    let references = format!("{image}c.png{end}{}{image}d.png{end}", "&amp;".repeat(20_000));
    let cut = format!("{image}{}/e.png{end}", "f/".repeat(10_000));
    assert_eq!(kept(&[&embedded]), [""; 0]);
    assert_eq!(kept(&[&behind, &references, &cut, &format!("{image}g.png{end}")]), ["a.png", "c.png", "g.png"]);
    let many: Vec<String> = (0..1_000).map(|number| format!("{image}{number}.png{end}")).collect();
    assert_eq!(kept(&many.iter().map(String::as_str).collect::<Vec<_>>()).len(), 8);
}
