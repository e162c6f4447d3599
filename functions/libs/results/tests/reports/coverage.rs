//! Coverage: what counts as a line and as a branch.

use domain::quality::reports::{Coverage, FileCoverage, Lines, Report, Share};
use results::reports::Format;

use crate::{read, refusal, told};

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
    assert_eq!(stated(r#"line-rate="0,75" branch-rate="0,125""#), (Some(75.0), Some(12.5)));
    // What the root counts tells the share too.
    assert_eq!(stated(r#"line-rate="NaN" lines-covered="3" lines-valid="4""#), (Some(75.0), None));
    assert_eq!(stated(r#"branch-rate="NaN" branches-covered="0" branches-valid="0""#), (None, None));
    for wrong in ["NaN", "-1", "1.5", "inf", "1e999", "", "85%"] {
        let report = told(format!(r#"<coverage line-rate="{wrong}"/>"#));
        assert_eq!((report.figure("line"), report.unknown()), (None, "line".to_owned()));
        assert_eq!(report.remarks, [format!(r#"line 1: line-rate="{wrong}" is not a share"#)]);
        let text = format!(
            r#"<coverage line-rate="{wrong}"><class filename="a"><line number="1" hits="1"/></class></coverage>"#
        );
        assert_eq!(coverage(Format::Cobertura, &text).files, [file("", "a", (1, 1), (0, 0))]);
        assert_eq!(told(&text).unknown(), "");
    }
}

#[test]
fn a_line_that_cannot_be_read_costs_the_lines_of_its_file() {
    let of = |line: &str| {
        told(format!(
            "<coverage><class filename=\"a\"><line number=\"1\" hits=\"1\" condition-coverage=\"50% (1/2)\"/>\n{line}</class></coverage>"
        ))
    };
    for (line, unknown, remark) in [
        (r#"<line number="-1" hits="1"/>"#, "line", r#"number="-1" is not the number of a line"#),
        (r#"<line number="x" hits="1"/>"#, "line", r#"number="x" is not the number of a line"#),
        (r#"<line hits="1"/>"#, "line", "a line without its number"),
        (r#"<line number="2" hits="NaN"/>"#, "line", r#"hits="NaN" is not a count of hits"#),
        (r#"<line number="2" hits=""/>"#, "line", r#"hits="" is not a count of hits"#),
        (r#"<line number="2"/>"#, "line", "a line without its hits"),
        (
            r#"<line number="2" hits="1" condition-coverage="150% (3/2)"/>"#,
            "branch",
            r#"condition-coverage="150% (3/2)" is not that of a line"#,
        ),
        (r#"<line number="2" hits="-1"/>"#, "", r#"hits="-1" is below zero and counts as no hit"#),
    ] {
        let report = of(line);
        assert_eq!(
            (report.unknown().as_str(), &*report.remarks),
            (unknown, &[format!("line 2: {remark}")][..]),
            "{line}"
        );
    }
    let hit = of(r#"<line number="2" hits="1.0"/><line number="3" hits="0.0"/><line number="4" hits="1e3"/>"#);
    assert_eq!((hit.figure("line"), hit.figure("branch"), hit.remarks.len()), (Some(75.0), Some(50.0), 0));
    let below = of(r#"<line number="2" hits="-1"/>"#);
    assert_eq!(below.figure("line"), Some(50.0));
    let nameless = told("<coverage><class name='a'><line number='1' hits='1'/></class></coverage>");
    assert_eq!(nameless.unknown(), "branch line");
}

#[test]
fn a_root_that_cobertura_shares_with_others_does_not_make_theirs_empty() {
    assert!(refusal(r#"<coverage version="1"><file path="a"/></coverage>"#).ends_with("is not supported"));
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
    let of = |group: &str| {
        let path = |name: &str| format!("{group}/a/b/{name}");
        [file("a/b", &path("C.java"), (1, 2), (1, 2)), file("a/b", &path("D.java"), (1, 4), (0, 0))]
    };
    assert_eq!(coverage(Format::Jacoco, &text).files, [of("x"), of("y")].concat());
    // Two lines of one number, each covered in one module only: half of two lines, and not all of one.
    let line = |covered: u8| {
        let line = format!(r#"<line nr="1" mi="{}" ci="{covered}"/>"#, 1 - covered);
        format!(r#"<package name="p"><sourcefile name="A.java">{line}</sourcefile></package>"#)
    };
    let text =
        format!(r#"<report name="r"><group name="a">{}</group><group name="b">{}</group></report>"#, line(0), line(1));
    assert_eq!(told(&text).figure("line"), Some(50.0));
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
fn a_tracefile_that_breaks_off_is_refused_with_its_line() {
    let of = |rest: &str| refusal(format!("TN:\nSF:a.c\n{rest}"));
    assert_eq!(of("DA:1,1\n"), "line 4, byte 18: not well-formed: a record without its end");
    assert_eq!(of("SF:b.c\n"), "line 3, byte 11: not well-formed: a record without its end");
    assert_eq!(of("end_of_record\nDA:1,1\n"), "line 4, byte 25: not well-formed: DA outside of a record");
    assert_eq!(of("end_of_record\n<html>\n"), "line 4, byte 25: not well-formed: no line of a tracefile: <html>");
}

#[test]
fn a_count_of_a_tracefile_that_cannot_be_read_costs_the_file() {
    let of = |rest: &str| told(format!("TN:\nSF:a.c\nDA:9,1\n{rest}\nend_of_record\n"));
    for (line, unknown, remark) in [
        ("DA:x,3", "line", r#"line="x" is not the number of a line"#),
        ("DA:1", "line", "a line without its hits"),
        ("DA:1,=====", "line", r#"hits="=====" is not a count of hits"#),
        ("BRDA:7", "branch", r#"BRDA="7" is not a branch"#),
        ("BRDA:7,0,0,x", "branch", r#"BRDA="7,0,0,x" is not a branch"#),
    ] {
        let report = of(line);
        assert_eq!(
            (report.unknown().as_str(), &*report.remarks),
            (unknown, &[format!("line 4: {remark}")][..]),
            "{line}"
        );
    }
    // As `lcov --summary` has it, lines and branches of the same files.
    let counted = of("DA:1,-3\nDA:2,1e3\nDA:3,5,abc==\nDA:4,0\nBRDA:1,0,0,-5\nBRDA:1,0,1,2\nBRDA:1,0,2,-");
    assert_eq!((counted.figure("line"), counted.figure("branch").map(f64::round)), (Some(60.0), Some(33.0)));
    assert_eq!(counted.remarks.len(), 2);
    // lcov passes over the sums of a record that has its lines.
    assert_eq!((of("LF:1\nLH:7").figure("line"), of("LF:x").unknown()), (Some(100.0), String::new()));
    let sums = told("SF:a.c\nLF:1\nLH:2\nBRF:2\nBRH:1\nend_of_record\n");
    assert_eq!((sums.unknown(), sums.figure("branch")), ("line".to_owned(), Some(50.0)));
    assert_eq!(sums.remarks, [r#"line 6: LH="2" is not at most the 1 that there are"#]);
}

#[test]
fn a_counter_of_jacoco_that_cannot_be_read_costs_what_is_counted_by_it() {
    let of = |file: &str| {
        told(format!(
            "<report name='r'><package name='p'>\n<sourcefile name='a'>{file}</sourcefile></package></report>"
        ))
    };
    for (file, unknown, remark) in [
        ("<counter type='LINE' missed='-1' covered='1'/>", "line", r#"missed="-1" is not a count"#),
        ("<counter type='LINE' missed='1' covered='NaN'/>", "line", r#"covered="NaN" is not a count"#),
        ("<counter type='BRANCH' missed='1.5' covered='1'/>", "branch", r#"missed="1.5" is not a count"#),
        ("<line nr='x' ci='1'/>", "line", r#"nr="x" is not the number of a line"#),
        ("<line nr='1' ci=''/>", "line", r#"ci="" is not a count of hits"#),
        ("<line nr='1' ci='1' mb='4294967295' cb='1'/>", "branch", r#"mb="4294967295" is not a count"#),
    ] {
        let report = of(file);
        assert_eq!(
            (report.unknown().as_str(), &*report.remarks),
            (unknown, &[format!("line 2: {remark}")][..]),
            "{file}"
        );
    }
    let counted = of("<line nr='1' ci='1' mb='1' cb='1'/><counter type='LINE' missed='x' covered='1'/>");
    assert_eq!(
        (counted.figure("line"), counted.figure("branch"), counted.unknown()),
        (Some(100.0), Some(50.0), String::new())
    );
    let decimal = of("<counter type='LINE' missed='1.0' covered='3.0'/>");
    assert_eq!((decimal.figure("line"), decimal.remarks.len()), (Some(75.0), 0));
    let totals = told(
        "<report name='r'><counter type='LINE' missed='?' covered='3'/><counter type='BRANCH' missed='1' covered='3'/></report>",
    );
    assert_eq!((totals.figure("branch"), totals.unknown()), (Some(75.0), "line".to_owned()));
}
