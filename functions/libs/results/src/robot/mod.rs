//! Results of Robot Framework: `output.xml` and `output.json` of all versions that the current one reads.

mod body;
mod budget;
mod draft;
mod elements;
mod error;
mod fixture;
mod json;
mod json_state;
mod merge;
mod names;
mod pictures;
mod place;
mod state;
mod status;
mod teardown;
mod times;
mod xml;

use std::io::BufRead;

use domain::results::outcome::Suite;
use jiff::civil::DateTime;

pub use error::{Error, Limits, Refusal};
pub use merge::{Attempts, MergeError, Merged, merge_suites, write_counted, write_merged};
pub use names::normalized;
use place::Place;

/// What a result file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// The tree of suites, after failures of suite teardowns reached the tests.
    pub root: Suite,
    /// Whether the file was whole. If not, `root` has the tests that ended before it breaks off.
    pub complete: bool,
    /// Where the file breaks off, if it does.
    pub problem: Option<String>,
    /// Long name of the test in which the file breaks off, if it does so in one.
    pub running: Option<String>,
    /// The program that wrote it, with its version; `unknown` if the file does not say.
    pub generator: String,
    /// When it was written, in the local time of the machine that ran it.
    pub generated: Option<DateTime>,
    /// Whether its tests are tasks.
    pub rpa: bool,
    /// What went wrong beside the tests, such as a library that could not be imported.
    pub errors: Vec<LogMessage>,
}

/// An entry of the execution errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogMessage {
    /// `ERROR`, `WARN` and so on, as written.
    pub level: String,
    /// Whether the text is HTML.
    pub html: bool,
    /// When, in the local time of the machine that ran it.
    pub time: Option<DateTime>,
    /// What.
    pub text: String,
}

/// What a file says and where in it.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    output: Output,
    place: Place,
    /// Whether parts of the file may be copied as they stand.
    copyable: bool,
}

/// Reads a result as Robot Framework's own reader would: XML or JSON, plain or gzipped, in any encoding
/// that it declares.
///
/// The input is streamed: memory grows with the number of tests and the length of their messages, never
/// with keywords and their logs. A file that breaks off gives the tests that had ended and `complete` is
/// false. A file that is wrong in another way is refused with line, byte and reason.
pub fn read(input: impl BufRead) -> Result<Output, Error> {
    read_within(input, Limits::default())
}

/// As [`read`], with other limits.
pub fn read_within(input: impl BufRead, limits: Limits) -> Result<Output, Error> {
    scan(input, limits).map(|scan| scan.output)
}

fn scan(input: impl BufRead, limits: Limits) -> Result<Scan, Error> {
    let source = crate::input::open(input)?;
    let cut = source.cut;
    let mut scan = if source.json { json::scan(source.input, limits) } else { xml::scan(source.input, limits) }?;
    if cut.get() {
        scan.output.complete = false;
        scan.output.problem.get_or_insert_with(|| "the file ends before its gzip stream does".into());
    }
    Ok(scan)
}
