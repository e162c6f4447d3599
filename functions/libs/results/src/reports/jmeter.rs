//! Results of JMeter (JTL): CSV with or without a line of names, and XML of version 1.2 and of the one before.
//!
//! A sample within another is a part of it and does not count again, as in JMeter's own reports. The series `total` has
//! all samples; the others are named by the labels.

use std::io::Read;

use domain::quality::reports::Report;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::error::Error;
use super::limits::{Budget, Limits};
use super::samples::{Sample, Samples};
use super::table::{Row, Table, cells};
use super::xml::Elements;
use crate::input::{Attributes, Refusal};

/// The delimiters that people set.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the columns are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    time: Option<usize>,
    elapsed: usize,
    label: Option<usize>,
    success: Option<usize>,
}

/// What JMeter writes where nobody has said otherwise, and the only order that a file without names can have.
const USUAL: Columns = Columns { time: Some(0), elapsed: 1, label: Some(2), success: Some(7) };

/// How a CSV of JMeter is read.
pub(super) struct Layout {
    delimiter: u8,
    columns: Columns,
    named: bool,
}

/// The layout that the first line tells, if it is one of JMeter.
pub(super) fn layout(line: &str) -> Option<Layout> {
    let of = |delimiter: u8| {
        let cells = cells(line, delimiter);
        let at = |name: &str| cells.iter().position(|cell| cell == name);
        let named = at("elapsed").filter(|_| at("label").is_some() || at("timeStamp").is_some());
        let columns =
            named.map(|elapsed| Columns { time: at("timeStamp"), elapsed, label: at("label"), success: at("success") });
        let usual = || is_usual(&cells).then_some(USUAL);
        Some(Layout { delimiter, columns: columns.or_else(usual)?, named: columns.is_some() })
    };
    DELIMITERS.into_iter().find_map(of)
}

/// Whether a line without names is a sample: a time, a number, a label, and somewhat later true or false.
fn is_usual(cells: &[String]) -> bool {
    let [time, elapsed, .., success] = cells.get(..8).unwrap_or_default() else { return false };
    start(time).is_some() && elapsed.parse::<u32>().is_ok() && failed(success).is_ok()
}

pub(super) fn read(layout: &Layout, input: impl Read, limits: &Limits) -> Result<Report, Error> {
    let mut table = Table::new(input, layout.delimiter, limits);
    let mut samples = Samples::new(limits.budget());
    let mut first = true;
    while let Some(row) = table.next()? {
        // A file that was appended to has the names again.
        let names = layout.named && (first || row.cell(Some(layout.columns.elapsed)).as_deref() == Some("elapsed"));
        first = false;
        if !names {
            sample(&row, layout.columns, &mut samples).map_err(|reason| row.wrong(reason))?;
        }
    }
    Ok(samples.finish())
}

fn sample(row: &Row<'_>, columns: Columns, samples: &mut Samples) -> Result<(), Refusal> {
    let elapsed = elapsed(&row.wanted(columns.elapsed, "the elapsed time of a sample")?)?;
    let success = columns.success.map(|at| row.wanted(at, "the success of a sample")).transpose()?;
    let label = row.cell(columns.label).unwrap_or_default();
    samples.add(&Sample {
        label: &label,
        elapsed,
        failed: success.map(|success| failed(&success)).transpose()?,
        start: row.cell(columns.time).and_then(|time| start(&time)),
    })
}

fn elapsed(text: &str) -> Result<u32, Refusal> {
    text.trim().parse().map_err(|_| Refusal::value("elapsed time", text))
}

fn failed(success: &str) -> Result<bool, Refusal> {
    match success.trim() {
        "true" | "TRUE" => Ok(false),
        "false" | "FALSE" => Ok(true),
        other => Err(Refusal::value("success", other)),
    }
}

/// Milliseconds since 1970, or what they are of a date and time in any zone: only differences are used.
fn start(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(milliseconds) = text.parse() {
        return Some(milliseconds);
    }
    let time: DateTime = text.replace('/', "-").parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

/// The XML form.
pub(super) struct Jmeter(Samples);

impl Jmeter {
    pub(super) fn new(budget: Budget) -> Self {
        Jmeter(Samples::new(budget))
    }
}

impl Elements for Jmeter {
    fn start(&mut self, name: &str, depth: usize, attributes: &Attributes<'_>) -> Result<bool, Refusal> {
        if depth != 1 || !matches!(name, "sample" | "httpSample" | "sampleResult") {
            return Ok(false);
        }
        let either = |new: &str, old: &str| attributes.get(new).or_else(|| attributes.get(old));
        let time = either("t", "time").ok_or(Refusal::Missing("the elapsed time of a sample"))?;
        self.0.add(&Sample {
            label: either("lb", "label").unwrap_or_default(),
            elapsed: elapsed(time)?,
            failed: either("s", "success").map(failed).transpose()?,
            start: either("ts", "timeStamp").and_then(start),
        })?;
        Ok(false)
    }

    fn end(&mut self, _name: &str, _depth: usize, _text: &str) -> Result<(), Refusal> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Report, Refusal> {
        Ok(self.0.finish())
    }
}
