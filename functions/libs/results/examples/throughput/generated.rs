//! Results that are made up while they are read.

use std::io::{self, Read};

/// Tests of a suite, the first of which fails.
const TESTS: usize = 50;

/// An `output.xml` of about the length wanted: suites of 50 tests, each with keywords and their logs; or that of a
/// rerun of those that failed, all of which pass then.
pub(crate) struct Generated {
    left: u64,
    suite: u64,
    /// All of a suite but its name, in the first run and in this one.
    first: String,
    body: String,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Generated {
    /// Suites are numbered from `first_suite`, so that several outputs can be shards of one run.
    pub(crate) fn new(bytes: u64, first_suite: u64, rerun: bool) -> Self {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<robot generator=\"Robot 7.5 (Python 3.12 on linux)\" \
                    generated=\"2026-01-01T00:00:00.000000\" rpa=\"false\" schemaversion=\"5\">\n\
                    <suite id=\"s1\" name=\"Root\" source=\"/suites\">\n";
        let (first, again) = (body(false), body(true));
        let body = if rerun { again } else { first.clone() };
        Generated { left: bytes, suite: first_suite, first, body, piece: head.into(), at: 0, ended: false }
    }

    fn next(&mut self) {
        self.at = 0;
        if self.left > 0 {
            self.suite += 1;
            let number = self.suite;
            self.piece =
                format!("<suite name=\"Suite {number}\" source=\"/suites/{number}.robot\">\n{}", self.body).into();
            self.left = self.left.saturating_sub(self.first.len() as u64);
        } else {
            let tail = "<status status=\"PASS\" start=\"2026-01-01T00:00:00.000000\" elapsed=\"1.000000\"/>\n</suite>\n</robot>\n";
            self.piece = if self.ended { Vec::new() } else { tail.into() };
            self.ended = true;
        }
    }
}

impl Read for Generated {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.next();
        }
        let read = (&self.piece[self.at..]).read(buf)?;
        self.at += read;
        Ok(read)
    }
}

fn body(rerun: bool) -> String {
    let mut text = String::new();
    for number in 0..if rerun { 1 } else { TESTS } {
        test(number, number > 0 || rerun, &mut text);
    }
    text + &status(true) + "</suite>\n"
}

fn test(number: usize, passes: bool, text: &mut String) {
    *text += &format!("<test id=\"s1-s1-t{number}\" name=\"Test {number}\" line=\"{number}\">\n");
    for keyword in 0..8 {
        *text += &format!("<kw name=\"Outer {keyword}\" owner=\"Library\">\n<kw name=\"Log\" owner=\"BuiltIn\">\n");
        for message in 0..3 {
            *text += &format!(
                "<msg time=\"2026-01-01T00:00:01.234567\" level=\"INFO\">Message {message} of keyword {keyword} says \
                 that &lt;something&gt; was found on the page &amp; looked as it should.</msg>\n"
            );
        }
        *text += "<arg>${value}</arg>\n<doc>Logs the given message with the given level.</doc>\n";
        *text += &format!("{0}</kw>\n{0}</kw>\n", status(passes));
    }
    *text += &format!("<tag>regression</tag>\n{}</test>\n", status(passes));
}

fn status(passes: bool) -> String {
    let (word, message) =
        if passes { ("PASS", "") } else { ("FAIL", "Element &lt;button&gt; did not appear in 10 s.") };
    format!("<status status=\"{word}\" start=\"2026-01-01T00:00:01.234567\" elapsed=\"0.012345\">{message}</status>\n")
}
