//! How fast results are read and merged, and in how much memory, beside Robot Framework's own reader.
//!
//! ```text
//! cargo run --release -p results --example throughput -- 500
//! ```
//!
//! reads that many megabytes, made up while they are read and stored nowhere; then merges 4 inputs of a tenth
//! of that, and has `$QAOPS_PYTHON` (else `python3`) read a file of 20 MB with Robot Framework, if it has it.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

use std::error::Error;
use std::io::{self, BufReader, Read, Write};
use std::process::Command;
use std::time::Instant;

use results::robot;

/// Bytes of a megabyte.
const MB: u64 = 1_000_000;

/// Reads a file with Robot Framework and prints its tests, the seconds it took and its peak memory in kilobytes.
const SCRIPT: &str = "
import resource, sys, time
from robot.api import ExecutionResult
start = time.monotonic()
total = ExecutionResult(sys.argv[1]).suite.statistics.total
print(total, time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
";

fn main() -> Result<(), Box<dyn Error>> {
    let megabytes = std::env::args().nth(1).map_or(Ok(500), |text| text.parse::<u64>())?;
    let start = Instant::now();
    let output = robot::read(BufReader::with_capacity(64 << 10, Generated::new(megabytes * MB)))?;
    report("read", megabytes, output.root.counts().total(), start.elapsed().as_secs_f64(), peak());
    let part = megabytes / 10;
    let start = Instant::now();
    let merged = robot::write_merged(4, |_| Ok(BufReader::new(Generated::new(part * MB))), io::sink())?;
    report("merged", 4 * part, merged.counts().total(), start.elapsed().as_secs_f64(), peak());
    beside(20)
}

fn report(what: &str, megabytes: u64, tests: u64, seconds: f64, peak: Option<u64>) {
    let speed = megabytes as f64 / seconds;
    let peak = peak.map_or(String::new(), |peak| format!(", {} MB of memory at most", peak / 1000));
    println!("{what}: {megabytes} MB, {tests} tests, {seconds:.2} s, {speed:.0} MB/s{peak}");
}

/// Peak memory of this process in kilobytes, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn beside(megabytes: u64) -> Result<(), Box<dyn Error>> {
    let mut file = tempfile::NamedTempFile::new()?;
    io::copy(&mut Generated::new(megabytes * MB), &mut file)?;
    file.flush()?;
    let start = Instant::now();
    let output = robot::read(BufReader::new(std::fs::File::open(file.path())?))?;
    report("the same file, we", megabytes, output.root.counts().total(), start.elapsed().as_secs_f64(), None);
    let python = std::env::var_os("QAOPS_PYTHON").unwrap_or_else(|| "python3".into());
    let ran = Command::new(python).args(["-c", SCRIPT]).arg(file.path()).output()?;
    let printed = String::from_utf8(ran.stdout)?;
    match printed.split_whitespace().collect::<Vec<_>>().as_slice() {
        [tests, seconds, peak] => {
            let (tests, seconds, peak) = (tests.parse()?, seconds.parse()?, peak.parse().ok());
            report("the same file, Robot Framework", megabytes, tests, seconds, peak);
        }
        _ => println!("Robot Framework is not there to compare with"),
    }
    Ok(())
}

/// An `output.xml` of about the length wanted: suites of 50 tests, each with keywords and their logs.
struct Generated {
    left: u64,
    suite: u64,
    /// All of a suite but its name.
    body: String,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Generated {
    fn new(bytes: u64) -> Self {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<robot generator=\"Robot 7.5 (Python 3.12 on linux)\" \
                    generated=\"2026-01-01T00:00:00.000000\" rpa=\"false\" schemaversion=\"5\">\n\
                    <suite id=\"s1\" name=\"Root\" source=\"/suites\">\n";
        Generated { left: bytes, suite: 0, body: body(), piece: head.into(), at: 0, ended: false }
    }

    fn next(&mut self) {
        self.at = 0;
        if self.left > 0 {
            self.suite += 1;
            let number = self.suite;
            self.piece =
                format!("<suite name=\"Suite {number}\" source=\"/suites/{number}.robot\">\n{}", self.body).into();
            self.left = self.left.saturating_sub(self.piece.len() as u64);
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

fn body() -> String {
    let status = "<status status=\"PASS\" start=\"2026-01-01T00:00:01.234567\" elapsed=\"0.012345\"/>\n";
    let mut text = String::new();
    for test in 0..50 {
        text += &format!("<test id=\"s1-s1-t{test}\" name=\"Test {test}\" line=\"{test}\">\n");
        for keyword in 0..8 {
            text += &format!("<kw name=\"Outer {keyword}\" owner=\"Library\">\n<kw name=\"Log\" owner=\"BuiltIn\">\n");
            for message in 0..3 {
                text += &format!(
                    "<msg time=\"2026-01-01T00:00:01.234567\" level=\"INFO\">Message {message} of keyword {keyword} says \
                     that &lt;something&gt; was found on the page &amp; looked as it should.</msg>\n"
                );
            }
            text += "<arg>${value}</arg>\n<doc>Logs the given message with the given level.</doc>\n";
            text += &format!("{status}</kw>\n{status}</kw>\n");
        }
        text += &format!("<tag>regression</tag>\n{status}</test>\n");
    }
    text + status + "</suite>\n"
}
