//! A format is told by the content alone.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use results::reports::{self, Error, Format};

use crate::{refusal, told};

const CASES: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE testsuites [<!ENTITY e \"x\">]>\n<testsuites><testsuite name='é'><testcase name='&e;'/></testsuite></testsuites>";

fn format(bytes: &[u8]) -> Option<Format> {
    reports::read(bytes).map(|found| found.format).ok()
}

#[test]
fn packing_and_encoding_do_not_matter() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(CASES.as_bytes()).expect("memory takes everything");
    let packed = packer.finish().expect("memory takes everything");
    let wide =
        |text: &str| [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let found = reports::read(CASES.as_bytes()).expect("it is good");
    assert_eq!(found.format, Format::Junit);
    for bytes in [packed.clone(), wide(CASES), [b"\xef\xbb\xbf", CASES.as_bytes()].concat()] {
        assert_eq!(reports::read(bytes.as_slice()).expect("it is good"), found);
    }
    assert_eq!(format(&wide("\r\n{\"metrics\": {}}")), Some(Format::K6));
    assert_eq!(
        refusal(&packed[..packed.len() - 9]),
        "the whole report: not well-formed: the file ends before its gzip stream does"
    );
}

#[test]
fn blank_lines_before_a_report_do_not_matter_but_before_an_xml_declaration_they_do() {
    for text in ["\n\n<testsuite/>", " \r\n{\"metrics\": {}, \"root_group\": {}}", "\nTN:\n", "\n\ntimeStamp,elapsed\n"]
    {
        assert!(format(text.as_bytes()).is_some(), "{text:?}");
    }
    assert_eq!(refusal(format!("\n{CASES}")), "line 2, byte 1: not well-formed: an XML declaration that is none");
}

#[test]
fn a_result_of_robot_framework_is_told_from_a_report() {
    let texts = [
        "<robot generator='Robot 7'/>",
        "<suite name='S'/>",
        r#"{"generator": "Robot 7.3", "suite": {}}"#,
        r#"{"name": "S", "tests": []}"#,
    ];
    for text in texts {
        assert!(matches!(reports::read(text.as_bytes()), Err(Error::Robot)), "{text}");
    }
}

#[test]
fn what_is_of_no_format_is_refused_by_what_it_shows() {
    let none = "its format is none of those that are read: ";
    for (text, shows) in [
        ("<html lang='en'></html>", "XML with the root element 'html'"),
        (r#"{"b": 1, "a": {"c": 2}}"#, "JSON with the keys a, b"),
        (r#"[{"x": 1}, {"y": 1}]"#, "a JSON list of objects with the keys x"),
        ("Name,Age\nJo,7\n", "a text that begins with 'Name,Age'"),
        ("\u{fffd}PNG\r\n", "a text that begins with '\u{fffd}PNG'"),
        ("12 monkeys", "a text that begins with '12 monkeys'"),
    ] {
        assert_eq!(refusal(text), format!("{none}{shows}"));
    }
    for empty in ["", "  \r\n\t\n", "\u{feff}"] {
        assert_eq!(refusal(empty), "the file is empty");
    }
}

/// `k6 run --out json` writes a stream of samples, which is no summary.
#[test]
fn the_stream_of_k6_is_told_from_its_summary() {
    let stream = "{\"type\":\"Metric\",\"data\":{\"name\":\"http_reqs\"},\"metric\":\"http_reqs\"}\n\
                  {\"metric\":\"http_reqs\",\"type\":\"Point\",\"data\":{\"value\":1}}\n";
    assert!(refusal(stream).ends_with("k6 writes a summary with --summary-export"), "{}", refusal(stream));
}

#[test]
fn a_report_of_coverage_without_a_file_says_so() {
    let empty = r#"<coverage line-rate="0" lines-valid="0"><packages/></coverage>"#;
    assert_eq!(told(empty).remarks, ["the whole report: it names no source file, so it says nothing of coverage"]);
    let stated = r#"<coverage line-rate="0.5"><packages/></coverage>"#;
    assert!(told(stated).remarks.is_empty());
}
