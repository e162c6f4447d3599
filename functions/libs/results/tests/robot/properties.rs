//! What holds for every tree and every file.

use std::io::{BufReader, Write};

use domain::results::outcome::{Counts, Status, Suite, Test};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use results::robot::{self, Error, merge_suites, normalized, write_merged};

/// Any text that XML can hold. A carriage return is written as a reference, so that it is not lost.
fn text() -> impl Strategy<Value = String> {
    let strange = prop_oneof![
        Just('<'),
        Just('&'),
        Just('>'),
        Just('"'),
        Just('\n'),
        Just('\r'),
        Just('é'),
        Just('😀'),
        Just(' ')
    ];
    let c = prop_oneof![4 => proptest::char::range('a', 'z'), 1 => strange];
    proptest::collection::vec(c, 0..12).prop_map(|chars| chars.into_iter().collect())
}

fn name() -> impl Strategy<Value = String> {
    text().prop_map(|text| format!("n{text}"))
}

fn time() -> impl Strategy<Value = Option<DateTime>> {
    let micros = proptest::option::of(0_i64..100_000_000_000);
    micros.prop_map(|micros| Some(date(2026, 1, 1).at(0, 0, 0, 0) + jiff::SignedDuration::from_micros(micros?)))
}

fn seconds() -> impl Strategy<Value = f64> {
    (0_u64..10_000_000_000).prop_map(|micros| micros as f64 / 1e6)
}

prop_compose! {
    fn test()(
        name in name(),
        status in prop_oneof![Just(Status::Passed), Just(Status::Failed), Just(Status::Skipped)],
        message in text(),
        tags in proptest::collection::vec("[a-z]{2,5}", 0..4),
        start in time(),
        seconds in seconds(),
    ) -> Test {
        let mut tags: Vec<String> = tags.into_iter().filter(|tag| normalized(tag) != "none").collect();
        tags.sort();
        tags.dedup();
        Test { name, status, message, tags, start, seconds, line: None, written: None, body: None, pictures: Vec::new() }
    }
}

prop_compose! {
    fn suite_of(children: Vec<Suite>)(
        name in name(),
        source in proptest::option::of(name()),
        doc in text(),
        value in text(),
        message in text(),
        start in time(),
        seconds in seconds(),
        tests in proptest::collection::vec(test(), 0..4),
        children in Just(children),
    ) -> Suite {
        let metadata = if value.is_empty() { Vec::new() } else { vec![("Key".into(), value)] };
        Suite { name, source, doc, metadata, message, start, seconds, suites: children, tests }
    }
}

fn suite() -> impl Strategy<Value = Suite> {
    let leaf = suite_of(Vec::new()).boxed();
    leaf.prop_recursive(4, 24, 4, |inner| proptest::collection::vec(inner, 0..4).prop_flat_map(suite_of))
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    text.replace('\r', "&#xD;").replace('\n', "&#10;")
}

fn status(word: &str, start: Option<DateTime>, seconds: f64, message: &str) -> String {
    let start = start.map(|start| format!(" start='{start:.6}'")).unwrap_or_default();
    format!("<status status='{word}'{start} elapsed='{seconds:.6}'>{}</status>\n", escape(message))
}

/// Writes a tree by hand, with keywords that no reader may stumble over.
fn write(suite: &Suite, into: &mut String) {
    let source = suite.source.as_deref().map(|source| format!(" source=\"{}\"", escape(source))).unwrap_or_default();
    *into += &format!("<suite name=\"{}\"{source}>\n", escape(&suite.name));
    suite.suites.iter().for_each(|child| write(child, into));
    for test in &suite.tests {
        *into += &format!("<test name=\"{}\"><kw name='k'><msg level='INFO'>a &lt; b</msg>", escape(&test.name));
        *into += "<kw name='inner' type='TEARDOWN'><status status='FAIL'>no</status></kw><status status='PASS'/></kw>";
        test.tags.iter().for_each(|tag| *into += &format!("<tag>{tag}</tag>"));
        let word = match test.status {
            Status::Passed => "PASS",
            Status::Failed => "FAIL",
            Status::Skipped => "SKIP",
        };
        *into += &format!("{}</test>\n", status(word, test.start, test.seconds, &test.message));
    }
    *into += &format!("<doc>{}</doc>", escape(&suite.doc));
    suite.metadata.iter().for_each(|(name, value)| *into += &format!("<meta name='{name}'>{}</meta>", escape(value)));
    *into += &format!("{}</suite>\n", status("FAIL", suite.start, suite.seconds, &suite.message));
}

fn file(suite: &Suite) -> String {
    let mut file =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<robot generator=\"Robot 7.5\" rpa=\"false\">\n");
    write(suite, &mut file);
    file + "<statistics><total><stat pass='1'>All</stat></total></statistics><errors></errors>\n</robot>\n"
}

fn merged(files: &[String]) -> (String, Suite) {
    let mut out = Vec::new();
    let suite = write_merged(files.len(), |at| Ok(files[at].as_bytes()), &mut out).expect("they can be merged").root;
    (String::from_utf8(out).expect("it is UTF-8"), suite)
}

fn at_most(part: Counts, whole: Counts) -> bool {
    part.passed <= whole.passed && part.failed <= whole.failed && part.skipped <= whole.skipped
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn a_tree_written_is_read_back(suite in suite()) {
        let output = robot::read(file(&suite).as_bytes()).expect("it is good");
        prop_assert!(output.complete);
        prop_assert_eq!(output.root, suite);
    }

    #[test]
    fn a_packed_file_and_one_in_another_encoding_say_the_same(suite in suite()) {
        let plain = file(&suite);
        let expected = robot::read(plain.as_bytes()).expect("it is good");
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(plain.as_bytes()).expect("memory takes everything");
        let packed = packer.finish().expect("memory takes everything");
        prop_assert_eq!(&robot::read(packed.as_slice()).expect("it is good"), &expected);
        let wide = plain.replace("encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
        let wide: Vec<u8> = [0xfeff].into_iter().chain(wide.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        prop_assert_eq!(&robot::read(wide.as_slice()).expect("it is good"), &expected);
    }

    #[test]
    fn the_size_of_the_pieces_that_come_does_not_matter(suite in suite(), size in 1_usize..40) {
        let plain = file(&suite);
        let expected = robot::read(plain.as_bytes()).expect("it is good");
        let pieces = BufReader::with_capacity(size, plain.as_bytes());
        prop_assert_eq!(robot::read(pieces).expect("it is good"), expected);
    }

    #[test]
    fn a_file_cut_off_anywhere_never_has_more_than_the_whole(suite in suite(), cut in 0.0_f64..1.0) {
        let plain = file(&suite);
        let all = suite.counts();
        let at = (plain.trim_end().len() as f64 * cut) as usize;
        for end in at..(at + 20).min(plain.trim_end().len()) {
            if let Ok(output) = robot::read(&plain.as_bytes()[..end]) {
                prop_assert!(!output.complete && output.problem.is_some());
                prop_assert!(at_most(output.root.counts(), all));
            }
        }
    }

    #[test]
    fn a_packed_file_cut_off_anywhere_is_no_whole_one(suite in suite(), cut in 0.0_f64..1.0) {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(file(&suite).as_bytes()).expect("memory takes everything");
        let packed = packer.finish().expect("memory takes everything");
        let at = (packed.len() as f64 * cut) as usize;
        for end in [at, packed.len() - 1, packed.len() - 8, packed.len() - 9] {
            if let Ok(output) = robot::read(&packed[..end]) {
                prop_assert!(!output.complete && output.problem.is_some());
                prop_assert!(at_most(output.root.counts(), suite.counts()));
            }
        }
    }

    #[test]
    fn changed_bytes_never_make_the_reader_panic(suite in suite(), at in 0.0_f64..1.0, byte: u8) {
        let plain = file(&suite).into_bytes();
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&plain).expect("memory takes everything");
        for mut bytes in [plain, packer.finish().expect("memory takes everything")] {
            let at = (bytes.len() as f64 * at) as usize;
            bytes[at] = byte;
            if let Err(error) = robot::read(bytes.as_slice()) {
                prop_assert!(matches!(error, Error::Refused { .. }), "{error:?}");
            }
        }
    }

    #[test]
    fn one_part_merged_is_itself(suite in suite()) {
        prop_assert_eq!(&merge_suites(vec![suite.clone()]), &suite);
        let (text, tree) = merged(&[file(&suite)]);
        prop_assert_eq!(&tree, &suite);
        prop_assert_eq!(robot::read(text.as_bytes()).expect("it is good").root, suite);
    }

    #[test]
    fn a_merged_file_says_what_the_merged_trees_say(first in suite(), second in suite(), again in suite()) {
        let named = |suite: Suite| Suite { name: "Root".into(), source: None, ..suite };
        let parts = [named(first), named(second), named(again)];
        let expected = merge_suites(parts.to_vec());
        let (text, tree) = merged(&parts.each_ref().map(file));
        prop_assert_eq!(&tree, &expected);
        let read = robot::read(text.as_bytes()).expect("it is good").root;
        prop_assert_eq!(read, expected);
    }
}

#[test]
fn a_small_file_cut_off_at_every_byte_is_never_whole() {
    let xml = "<?xml version=\"1.0\"?><robot generator='Robot 7'><suite name='é&lt;'><test name='t'>\
               <status status='PASS'/></test><doc><![CDATA[x]]></doc></suite><!-- c --></robot>";
    for end in 0..xml.len() {
        let whole = robot::read(&xml.as_bytes()[..end]).is_ok_and(|output| output.complete);
        assert!(!whole, "{}", String::from_utf8_lossy(&xml.as_bytes()[..end]));
    }
    let json =
        r#"{"generator":"Robot 7.5","suite":{"tests":[{"name":"é","status":"PASS","elapsed_time":1}],"name":"S"}}"#;
    for end in 0..json.len() {
        let whole = robot::read(&json.as_bytes()[..end]).is_ok_and(|output| output.complete);
        assert!(!whole, "{}", String::from_utf8_lossy(&json.as_bytes()[..end]));
    }
    for whole in [xml, json] {
        assert!(robot::read(whole.as_bytes()).is_ok_and(|output| output.complete && output.root.counts().passed == 1));
    }
}
