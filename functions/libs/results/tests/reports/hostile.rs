//! Reports that are made to take the reader down.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use proptest::prelude::*;
use results::reports::{self, Limits};

use crate::refusal;

/// Text that goes on for ever, and how much of it was taken.
fn endless(start: &str, again: &'static str) -> (impl BufRead, Rc<Cell<u64>>) {
    let taken = Rc::new(Cell::new(0));
    let reader = Endless { text: Cursor::new(start.as_bytes().to_vec()), again, taken: Rc::clone(&taken) };
    (BufReader::with_capacity(64 << 10, reader), taken)
}

struct Endless {
    text: Cursor<Vec<u8>>,
    again: &'static str,
    taken: Rc<Cell<u64>>,
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let mut read = self.text.read(buf)?;
        if read == 0 {
            let times = (buf.len() / self.again.len()).max(1);
            self.text = Cursor::new(self.again.repeat(times).into_bytes());
            read = self.text.read(buf)?;
        }
        self.taken.set(self.taken.get() + read as u64);
        Ok(read)
    }
}

/// What is told of a report without end, of which no more than `most` bytes were read.
fn told(start: &str, again: &'static str, most: u64) -> String {
    told_within(&Limits::default(), start, again, most)
}

fn told_within(limits: &Limits, start: &str, again: &'static str, most: u64) -> String {
    let (input, taken) = endless(start, again);
    let error = reports::read_within(input, limits).expect_err("nothing without end can be read").to_string();
    assert!(taken.get() <= most + (1 << 20), "{} bytes of {start}{again}", taken.get());
    error
}

const MIB: u64 = 1 << 20;

#[test]
fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let long = |bytes: u64| format!("a text or a tag is longer than {bytes} bytes");
    for (start, again) in [
        ("<testsuite name='", "x"),
        ("<testsuite><testcase><failure>", "x"),
        ("<testsuite><![CDATA[", "x"),
        ("<coverage><!--", "x"),
        ("<!DOCTYPE report [", "<!ENTITY a 'b'>"),
        ("TN:\nSF:", "x"),
    ] {
        let error = told(start, again, 16 * MIB);
        assert!(error.ends_with(&long(16 * MIB)), "{start}{again}: {error}");
    }
    for (start, again) in
        [("timeStamp,elapsed,label\n1,2,\"", "x"), ("timeStamp,elapsed\n", ","), ("Name,Request Count\n\"", "\n")]
    {
        let error = told(start, again, MIB);
        assert!(error.ends_with(&long(MIB)), "{start}{again}: {error}");
    }
    for (start, again) in [("{\"metrics\": \"", "x"), ("[", " "), ("{\"metrics\": {", "\"a\": {},")] {
        let error = told(start, again, 64 * MIB);
        assert!(error.ends_with("the file is longer than 67108864 bytes"), "{start}{again}: {error}");
    }
    assert!(told("", "x", MIB).starts_with("its format is none of those that are read: a text that begins with 'xxx"));
    assert_eq!(told("", " \n", MIB), "the file is empty");
}

#[test]
fn a_text_in_many_pieces_has_the_limit_of_one_piece() {
    let limits = Limits { event: 100_000, ..Limits::default() };
    let error = told_within(&limits, "<testsuite><testcase><failure>", "x<!---->", MIB);
    assert_eq!(error, "line 1, byte 800030: a text is longer than 100000 bytes");
}

#[test]
fn entries_without_end_are_refused_before_they_fill_the_memory() {
    let limits = Limits { entries: 50_000, streamed: 4 * MIB, ..Limits::default() };
    for (start, again, why) in [
        ("<testsuite>", "<testcase/>", "too many entries"),
        ("<coverage><class filename='a'>", "<line number='1' hits='0'/>", "too many entries"),
        ("<report><package><sourcefile name='a'>", "<line nr='1' ci='0'/>", "too many entries"),
        ("SF:a\n", "DA:1,0\n", "too many entries"),
        ("SF:a\n", "BRDA:1,0,0,-\n", "too many entries"),
        ("timeStamp,elapsed\n", "1,2\n", "too many entries"),
        ("<testResults>", "<sample t='1'/>", "too many entries"),
        ("<testResults>", "<sample t='x'/>", "too many entries"),
        ("<coverage><project><file name='a'>", "<line num='1' type='stmt' count='0'/>", "too many entries"),
        ("<coverage><project><file name='a'>", "<line num='1' type='cond' truecount='0'/>", "too many entries"),
        ("<TestRun><Results>", "<UnitTestResult/>", "too many entries"),
        ("<TestRun><TestDefinitions>", "<TestMethod className='c'/>", "too many entries"),
        ("<testng-results>", "<test-method status='PASS'/>", "too many entries"),
        ("<testng-results>", "<test-method retried='true'/>", "too many entries"),
        ("<testsuite>", "<testcase time='NaN'/>", "too many entries"),
        ("Name,Request Count\n", "a,1\n", "too many entries"),
        ("timeStamp,elapsed\n", "\r\n", "the file is longer than 4194304 bytes"),
        ("<testsuite>", "<x/>", "the file is longer than 4194304 bytes"),
    ] {
        let error = told_within(&limits, start, again, 4 * MIB);
        assert!(error.contains(why), "{start}{again}: {error}");
    }
    let texts = "<testsuite><testcase name='".to_owned() + &"n".repeat(MIB as usize) + "'/>";
    let many = texts.clone() + &texts["<testsuite>".len()..].repeat(64);
    assert!(refusal(many).ends_with("the names and messages of the report are too long"));
}

#[test]
fn nesting_without_end_is_refused() {
    let error = told("", "<testsuite>", MIB);
    assert_eq!(error, "line 1, byte 1408: more than 127 elements in one another");
    let deep = |open: &str| refusal(format!("{{\"metrics\": {}", open.repeat(1 << 20)));
    assert_eq!(deep("["), "the whole report: more than 127 objects and lists in one another");
    assert_eq!(deep("{\"a\":"), "the whole report: more than 127 objects and lists in one another");
    let many = format!("{{\"metrics\": {{\"a\": [{}0]}}}}", "[],".repeat(1 << 20));
    assert_eq!(refusal(many), "the whole report: more than 500000 objects and lists");
}

#[test]
fn entities_that_expand_without_end_are_refused() {
    let mut bomb = "<!DOCTYPE testsuite [<!ENTITY a0 'lol'>".to_owned();
    for level in 1..12 {
        let inner = format!("&a{};", level - 1).repeat(10);
        bomb += &format!("<!ENTITY a{level} '{inner}'>");
    }
    for body in ["<testsuite name='&a11;'/>", "<testsuite><testcase><failure>&a11;</failure></testcase></testsuite>"] {
        assert!(refusal(format!("{bomb}]>{body}")).ends_with("its entities expand without end"));
    }
    let around = "<!DOCTYPE t [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><testsuite name='&a;'/>";
    assert!(refusal(around).ends_with("its entities expand without end"));
    let outside = "<!DOCTYPE t [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><testsuite name='&a;'/>";
    assert_eq!(refusal(outside), "line 1, byte 0: this entity is not supported");
}

#[test]
fn a_report_that_breaks_off_anywhere_is_never_read() {
    let xml = "<?xml version=\"1.0\"?><testsuite name='é'><testcase name='&lt;'><failure><![CDATA[x]]></failure></testcase></testsuite>";
    let json = "{\"root_group\": {}, \"metrics\": {\"http_reqs\": {\"count\": 1, \"rate\": 0.5}}}";
    for whole in [xml, json] {
        assert!(reports::read(whole.as_bytes()).is_ok());
        for end in 0..whole.len() {
            let part = &whole.as_bytes()[..end];
            assert!(reports::read(part).is_err(), "{}", String::from_utf8_lossy(part));
        }
    }
}

#[test]
fn limits_can_be_set() {
    let limits = Limits { entries: 8, ..Limits::default() };
    let of = |text: &str| reports::read_within(text.as_bytes(), &limits).map_err(|error| error.to_string());
    assert!(of("<testsuite><testcase/></testsuite>").is_ok());
    assert_eq!(
        of("<testsuite><testcase/>\n<testcase/></testsuite>").expect_err("it is refused"),
        "line 2, byte 23: the report has too many entries"
    );
}

/// What XML reports are made of, as far as readers look at it.
const XML: &str = "<testsuites>|<testsuite name='a'>|</testsuite>|<testcase name='a' time='1'>|</testcase>|<failure>|</failure>|\
    <coverage line-rate='0.5'>|</coverage>|<class filename='a'>|</class>|<methods>|</methods>|\
    <line number='1' hits='2' condition-coverage='50% (1/2)'/>|<report>|</report>|<package name='p'>|</package>|\
    <sourcefile name='s'>|</sourcefile>|<line nr='1' ci='1' mb='4294967295' cb='1'/>|\
    <counter type='LINE' missed='1' covered='2'/>|<testResults>|</testResults>|<sample t='1' ts='9' s='true' lb='a'/>|\
    <assemblies>|</assemblies>|<test name='a' result='Pass'>|</test>|<message>|</message>|<![CDATA[x]]>|&amp;|&x;|\
    <test-results total='1' failures='1'>|</test-results>|<test-suite name='s' result='Failed'>|</test-suite>|<test-case result='?'/>|\
    <TestRun>|</TestRun>|<Results>|</Results>|<InnerResults>|</InnerResults>|<UnitTestResult testId='t' duration='NaN'>|\
    </UnitTestResult>|<TestMethod className='c'/>|<ResultSummary outcome='Failed'/>|<testng-results failed='1'>|</testng-results>|\
    <test-method name='a' status='PASS' duration-ms='1'>|</test-method>|<coverage clover='4'>|<project>|</project>|<file name='f'>|\
    </file>|<line num='1' type='cond' truecount='1' falsecount='-1'/>|<metrics statements='4294967295' coveredstatements='1'/>|\
    <sample t='1' rm='Number of samples in transaction : 1'>|</sample>|<testcase name='b' time='1,234'/>|\
    <!DOCTYPE x [<!ENTITY x 'y'>]>|<?xml version='1.0'?>";

/// The same of all others.
const OTHERS: &str = "TN:\n|SF:a\n|DA:1,1\n|DA:4294967295,0\n|BRDA:1,0,0,-\n|LF:18446744073709551615\n|LH:1\n|end_of_record\n|\
    timeStamp,elapsed,label,success\n|1,2,a,true\n|9223372036854775807,4294967295,\"a\n|-9223372036854775808,1,b,false\n|\
    Type,Name,Request Count\n|GET,/,18446744073709551615\n|{\"metrics\":|{\"a\":|{|}|[|]|,|:|\"passes\"|\"avg\"|1e308|-1|null|\"|\
    \n|\u{feff}|é";

/// Pieces of all formats, in any order.
fn pieces() -> impl Strategy<Value = String> {
    let pieces: Vec<&str> = XML.split('|').chain(OTHERS.split('|')).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn nothing_makes_the_reader_panic(text in pieces(), noise in prop::collection::vec(any::<u8>(), 0..64), at in 0.0_f64..1.0) {
        let _ = reports::read(text.as_bytes());
        let _ = reports::read(noise.as_slice());
        let at = (text.len() as f64 * at) as usize;
        let mixed = [&text.as_bytes()[..at], &noise, &text.as_bytes()[at..]].concat();
        if let Err(error) = reports::read(mixed.as_slice()) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn the_size_of_the_pieces_that_come_does_not_matter(text in pieces(), size in 1_usize..40) {
        let expected = reports::read(text.as_bytes()).map_err(|error| error.to_string());
        let pieces = BufReader::with_capacity(size, text.as_bytes());
        prop_assert_eq!(reports::read(pieces).map_err(|error| error.to_string()), expected);
    }
}
