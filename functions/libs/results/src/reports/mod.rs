//! Reports of other tools: coverage, vulnerabilities, load tests and unit tests.
//!
//! The format is told by the content, never by a name: XML by its root element, JSON by its outermost keys, and
//! everything else by its first line. A report that breaks off is refused. A single value that cannot be read costs the
//! figures that need it and no others, and is told in a remark.

mod cases;
mod clover;
mod cobertura;
mod coverage;
mod cyclonedx;
mod dotnet;
mod error;
mod findings;
mod grype;
mod jacoco;
mod jmeter;
mod json;
mod junit;
mod k6;
mod lcov;
mod limits;
mod locust;
mod loose;
mod notes;
mod numbers;
mod samples;
mod sarif;
mod table;
mod testng;
mod times;
mod tokens;
mod trivy;
mod trx;
mod xml;

use std::io::{BufRead, Cursor, Read};

use domain::quality::reports::{Coverage, Remark, Report};
use serde::Serialize;
use strum::{Display, IntoStaticStr};

use self::dotnet::DotNet;
pub use self::error::{Error, Place};
use self::jacoco::Jacoco;
use self::jmeter::Jmeter;
use self::json::{Document, Keys, Top};
use self::junit::Junit;
pub use self::limits::Limits;
use self::notes::Book;
use self::testng::TestNg;
use self::trx::Trx;
use self::xml::Elements;
use crate::input::Refusal;

/// Bytes at the start of a report in which its nature must show.
const HEAD: u64 = 64 << 10;

/// What is in a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The format it is written in.
    pub format: Format,
    /// What it tells.
    pub report: Report,
    /// Values in it that cannot be read, and those that are read with a warning.
    pub remarks: Vec<Remark>,
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Display, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// Coverage, as XML.
    Cobertura,
    /// Coverage of Java, PHP and JavaScript, as XML.
    Clover,
    /// Coverage of Java and of Pester, as XML.
    Jacoco,
    /// Coverage, as lines of text.
    Lcov,
    /// Findings of scanners and linters, as JSON.
    Sarif,
    /// Findings of Trivy, as JSON.
    Trivy,
    /// Findings of Grype, as JSON.
    Grype,
    /// Bill of materials with vulnerabilities, as JSON or XML.
    CycloneDx,
    /// Summary of a load test with k6, as JSON.
    K6,
    /// Samples of a load test with JMeter, as CSV or XML.
    Jmeter,
    /// Figures of a load test with Locust, as CSV.
    Locust,
    /// Unit tests, as XML of JUnit, xUnit.net, NUnit, TestNG or Visual Studio.
    Junit,
}

impl Format {
    /// The word for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// Reads a report, plain or gzipped, in UTF-8 or with a byte order mark in UTF-16.
///
/// XML, CSV and LCOV are streamed; JSON is held. Either way memory is bounded by the default [`Limits`].
pub fn read(input: impl BufRead) -> Result<Found, Error> {
    read_within(input, &Limits::default())
}

/// As [`read`], with other limits.
pub fn read_within(input: impl BufRead, limits: &Limits) -> Result<Found, Error> {
    let source = crate::input::open(input).map_err(Error::of_input)?;
    let found = of_text(source.input, limits);
    if source.cut.get() {
        let reason = Refusal::malformed("the file ends before its gzip stream does");
        return Err(Error::at_key("the whole report", reason));
    }
    found
}

fn of_text(mut input: impl BufRead, limits: &Limits) -> Result<Found, Error> {
    let mut head = Vec::new();
    input.by_ref().take(HEAD).read_to_end(&mut head).map_err(|error| Error::of_io(error, 1, 0))?;
    let first = head.trim_ascii_start();
    let (xml, json) = (first.starts_with(b"<"), first.starts_with(b"{") || first.starts_with(b"["));
    let null = first.trim_ascii_end() == b"null";
    if first.is_empty() {
        return Err(Error::Empty);
    }
    let text = String::from_utf8_lossy(first).into_owned();
    let input = Cursor::new(head).chain(input);
    let mut book = Book::default();
    let (format, report) = match (xml, json || null) {
        (true, _) => xml::read(input, limits, &mut book, |root| elements(root, limits))?,
        (_, true) if k6::is_stream(&text) => return Err(Error::Format(k6::STREAM.to_owned())),
        (_, true) => of_json(&Document::read(input, limits)?, &mut book)?,
        _ => of_lines(&text, input, limits, &mut book)?,
    };
    note_emptiness(&report, &mut book);
    Ok(Found { format, report, remarks: book.remarks() })
}

/// A report of coverage that no code was measured for is most often made by a wrong path, and has no figure.
fn note_emptiness(report: &Report, book: &mut Book) {
    if let Report::Coverage(Coverage { files, stated_line: None, stated_branch: None }) = report
        && files.is_empty()
        && book.is_empty()
    {
        book.warn("the whole report", "it names no source file, so it says nothing of coverage");
    }
}

/// Whether a file that begins so is a result of Robot Framework.
pub(crate) fn is_robot(head: &[u8]) -> bool {
    let Ok(mut source) = crate::input::open(head) else { return false };
    let mut text = Vec::new();
    // What can be read of a head that breaks off, or of one that is no text at all, is enough.
    let _ = source.input.by_ref().take(HEAD).read_to_end(&mut text);
    match text.trim_ascii_start().first() {
        Some(b'<') => xml::root(&text).is_some_and(|root| ROBOT_ROOTS.contains(&root.as_str())),
        Some(b'{') => json::glance(&text).object().is_some_and(is_robots),
        _ => false,
    }
}

/// The root elements of Robot Framework's results.
const ROBOT_ROOTS: [&str; 2] = ["robot", "suite"];

/// Who reads an XML report with this root element.
fn elements(root: &str, limits: &Limits) -> Result<Box<dyn Elements>, Error> {
    let budget = limits.budget();
    Ok(match root {
        "bom" => Box::new(cyclonedx::Reader::new(budget)),
        "coverage" => Box::new(cobertura::Shared::new(limits)),
        "report" => Box::new(Jacoco::new(budget)),
        "testResults" => Box::new(Jmeter::new(budget)),
        "testsuites" | "testsuite" => Box::new(Junit::new(budget)),
        "assemblies" | "assembly" | "test-run" | "test-results" => Box::new(DotNet::new(budget)),
        "TestRun" => Box::new(Trx::new(budget, limits.budget())),
        "testng-results" => Box::new(TestNg::new(budget, limits.budget())),
        robot if ROBOT_ROOTS.contains(&robot) => return Err(Error::Robot),
        _ => return Err(Error::Format(format!("XML with the root element '{}'", shortened(root)))),
    })
}

/// A JSON format: how it is told, and who reads it.
type JsonFormat = (Format, fn(&Top) -> bool, fn(&Document, &mut Book) -> Result<Report, Error>);

/// The formats in JSON. They exclude each other, so the order means nothing.
const JSON: [JsonFormat; 5] = [
    (Format::Sarif, sarif::looks_like, sarif::read),
    (Format::Trivy, trivy::looks_like, trivy::read),
    (Format::Grype, grype::looks_like, grype::read),
    (Format::CycloneDx, cyclonedx::looks_like, cyclonedx::read),
    (Format::K6, k6::looks_like, k6::read),
];

fn of_json(document: &Document, book: &mut Book) -> Result<(Format, Report), Error> {
    let top = document.top();
    if let Some((format, _, read)) = JSON.iter().find(|(_, looks_like, _)| looks_like(top)) {
        return Ok((*format, read(document, book)?));
    }
    Err(match top {
        Top::Object(keys) if is_robots(keys) => Error::Robot,
        Top::Object(keys) => Error::Format(format!("JSON with the keys {}", keys.told())),
        Top::List(keys) => Error::Format(format!("a JSON list of objects with the keys {}", keys.told())),
        Top::Null | Top::Other => Error::Format("JSON that is no object".to_owned()),
    })
}

/// Whether it is a result of Robot Framework: the whole of it, or a suite alone.
fn is_robots(keys: &Keys) -> bool {
    let program =
        keys.text("generator").is_some_and(|program| program.starts_with("Robot") || program.starts_with("Rebot"));
    program || keys.has("suite") || keys.is_list("suites") || keys.is_list("tests")
}

/// `text` is how the report begins, from the first line that is not blank.
fn of_lines(text: &str, input: impl Read, limits: &Limits, book: &mut Book) -> Result<(Format, Report), Error> {
    let line = text.split('\n').next().unwrap_or_default();
    Ok(if lcov::looks_like(text) {
        (Format::Lcov, lcov::read(input, limits, book)?)
    } else if let Some(layout) = jmeter::layout(line) {
        (Format::Jmeter, jmeter::read(&layout, input, limits, book)?)
    } else if let Some(columns) = locust::columns(line) {
        (Format::Locust, locust::read(&columns, input, limits, book)?)
    } else {
        return Err(Error::Format(format!("a text that begins with '{}'", shortened(line))));
    })
}

/// What is told of a text that is none of ours.
fn shortened(text: &str) -> String {
    text.trim_end().chars().take(80).collect()
}
