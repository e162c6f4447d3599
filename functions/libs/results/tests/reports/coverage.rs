//! Coverage: what counts as a line and as a branch.

use domain::quality::reports::{Coverage, FileCoverage, Lines, Report, Share};
use results::reports::Format;

use crate::{read, refusal};

fn coverage(format: Format, text: &str) -> Coverage {
    let Report::Coverage(mut coverage) = read(format, text) else { panic!("no coverage") };
    // Which lines they are is told elsewhere; here it is about how many.
    coverage.files.iter_mut().for_each(|file| file.hits = Lines::default());
    coverage
}

fn file(package: &str, file: &str, lines: (u64, u64), branches: (u64, u64)) -> FileCoverage {
    let share = |(covered, all)| Share { covered, all };
    FileCoverage {
        package: package.into(),
        file: file.into(),
        lines: share(lines),
        branches: share(branches),
        hits: Lines::default(),
    }
}

#[test]
fn a_line_in_two_classes_is_one_line_and_those_of_methods_count_for_nothing() {
    let text = r#"<coverage line-rate="0.1" branch-rate="0.1"><packages><package name="p"><classes>
        <class name="A" filename="src\a.py"><methods><method name="m"><lines><line number="9" hits="5"/></lines></method></methods>
          <lines><line number="1" hits="0"/><line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/></lines></class>
        <class name="A.B" filename="src\a.py"><lines>
          <line number="2" hits="3" branch="true" condition-coverage="0% (0/2)"/><line number="3" hits="99999999999999999999"/></lines></class>
        </classes></package></packages></coverage>"#;
    let coverage = coverage(Format::Cobertura, text);
    assert_eq!(coverage.files, [file("p", "src/a.py", (2, 3), (1, 2))]);
    assert_eq!(coverage.stated_line, Some(10.0));
}

#[test]
fn what_the_root_of_cobertura_states_is_a_share_of_something() {
    let stated = |attributes: &str| {
        let coverage = coverage(Format::Cobertura, &format!("<coverage {attributes}><packages/></coverage>"));
        (coverage.stated_line, coverage.stated_branch)
    };
    assert_eq!(stated(r#"line-rate="0.75" branch-rate="0.5""#), (Some(75.0), Some(50.0)));
    assert_eq!(stated(r#"line-rate="1" lines-valid="0" branch-rate="0""#), (None, None));
    assert_eq!(stated(r#"line-rate="0" lines-valid="7""#), (Some(0.0), None));
    for wrong in ["NaN", "-1", "1.5", "inf", "1e999", ""] {
        let told = refusal(format!(r#"<coverage line-rate="{wrong}"/>"#));
        assert_eq!(told, format!("line 1, byte {}: invalid rate '{wrong}'", 24 + wrong.len()));
        let text = format!(
            r#"<coverage line-rate="{wrong}"><class filename="a"><line number="1" hits="1"/></class></coverage>"#
        );
        assert_eq!(coverage(Format::Cobertura, &text).files, [file("", "a", (1, 1), (0, 0))]);
    }
}

#[test]
fn lines_that_cannot_be_are_refused_with_their_place() {
    let of = |line: &str| refusal(format!("<coverage>\n<class filename=\"a\">\n{line}</class></coverage>"));
    assert_eq!(of(r#"<line number="-1" hits="1"/>"#), "line 3, byte 32: invalid line number '-1'");
    assert_eq!(of(r#"<line number="1" hits="-1"/>"#), "line 3, byte 32: invalid hits '-1'");
    assert_eq!(of(r#"<line number="1" hits="NaN"/>"#), "line 3, byte 32: invalid hits 'NaN'");
    assert_eq!(of(r#"<line number="1"/>"#), "line 3, byte 32: the hits of a line is missing");
    assert_eq!(
        of(r#"<line number="1" hits="1" condition-coverage="150% (3/2)"/>"#),
        "line 3, byte 32: invalid condition-coverage '150% (3/2)'"
    );
}

#[test]
fn a_root_that_cobertura_shares_with_others_does_not_make_theirs_empty() {
    let told = "is not supported";
    assert!(refusal(r#"<coverage generated="1" clover="4"><project timestamp="1"/></coverage>"#).ends_with(told));
    assert!(refusal(r#"<coverage version="1"><file path="a"/></coverage>"#).ends_with(told));
    assert_eq!(
        refusal("<report><checks/></report>"),
        "line 1, byte 8: Incompatible child element 'checks' for 'report'"
    );
}

#[test]
fn files_of_one_name_in_two_modules_of_jacoco_are_two() {
    let group = r#"<package name="a/b"><class name="a/b/C"><counter type="LINE" missed="5" covered="5"/></class>
        <sourcefile name="C.java"><line nr="1" mi="3" ci="1" mb="1" cb="1"/><line nr="2" mi="1" ci="0" mb="0" cb="0"/></sourcefile>
        <sourcefile name="D.java"><counter type="LINE" missed="3" covered="1"/></sourcefile></package>"#;
    let text = format!(r#"<report name="r"><group name="x">{group}</group><group name="y">{group}</group></report>"#);
    let both = [file("a/b", "a/b/C.java", (1, 2), (1, 2)), file("a/b", "a/b/D.java", (1, 4), (0, 0))];
    assert_eq!(coverage(Format::Jacoco, &text).files, [both.clone(), both].concat());
    let totals = r#"<report name="r"><counter type="INSTRUCTION" missed="1" covered="1"/><counter type="LINE" missed="1" covered="3"/></report>"#;
    let expected = Coverage { files: vec![], stated_line: Some(75.0), stated_branch: None };
    assert_eq!(coverage(Format::Jacoco, totals), expected);
}

#[test]
fn records_of_one_file_in_a_tracefile_are_joined() {
    let text = "TN:one\nSF:/src/a.c\nFN:1,main\nDA:1,1\nDA:2,0\nBRDA:2,0,0,-\nBRDA:2,0,1,-\nend_of_record\n\
                # a remark\r\nTN:two\r\nSF:/src/a.c\r\nDA:2,4,checksum\r\nDA:3,0\r\nBRDA:2,0,0,1\r\nBRDA:2,e0,x,y,0\r\nend_of_record\r\n\
                SF:b.c\nLF:4\nLH:1\nBRF:2\nBRH:2\nend_of_record\n";
    let files = [file("", "/src/a.c", (2, 3), (1, 3)), file("", "b.c", (1, 4), (2, 2))];
    assert_eq!(coverage(Format::Lcov, text).files, files);
}

#[test]
fn a_damaged_tracefile_is_refused_with_its_line() {
    let of = |rest: &str| refusal(format!("TN:\nSF:a.c\n{rest}"));
    assert_eq!(of("DA:1,1\n"), "line 4, byte 18: not well-formed: a record without its end");
    assert_eq!(of("SF:b.c\n"), "line 3, byte 11: not well-formed: a record without its end");
    assert_eq!(of("DA:1,-3\nend_of_record\n"), "line 3, byte 11: invalid hits '-3'");
    assert_eq!(of("DA:x,3\nend_of_record\n"), "line 3, byte 11: invalid line number 'x'");
    assert_eq!(of("BRDA:7\nend_of_record\n"), "line 3, byte 11: invalid branch '7'");
    assert_eq!(of("LF:1\nLH:2\nend_of_record\n"), "line 5, byte 21: invalid LH '2'");
    assert_eq!(of("end_of_record\nDA:1,1\n"), "line 4, byte 25: not well-formed: DA outside of a record");
    assert_eq!(of("end_of_record\n<html>\n"), "line 4, byte 25: not well-formed: no line of a tracefile: <html>");
}
