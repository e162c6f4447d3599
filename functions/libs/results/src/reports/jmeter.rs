//! Results of JMeter (JTL): CSV with or without a line of names, and XML of version 1.2 and of the one before.
//!
//! A sample within another is a part of it and does not count again, as in JMeter's own reports. The series `total` has
//! all requests; the others are named by the labels.
//!
//! # Transactions
//! A Transaction Controller leaves a sample of its own beside those of its requests, or around them in XML with "Generate
//! parent sample". It is not a request: it counts in the series of its label and not in `total`, and what is in it
//! in XML does. One without any request counts nowhere. This is the rule of JMeter's dashboard
//! (`StatisticsSummaryConsumer` of JMeter 5.6, whose `statistics.json` it makes), which knows the controller by its
//! response message (`Sample.isController`). A CSV with parent samples alone has no requests, so that `total`
//! is empty there too.
//!
//! # Strange values
//! JMeter's dashboard refuses the whole file for one of them. Here an elapsed time that cannot be read costs the
//! times of its series and of `total`, and a success that is neither true nor false their shares of errors.

use std::borrow::Cow;
use std::io::Read;

use domain::quality::reports::Report;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Format;
use super::error::Error;
use super::limits::{Budget, Limits};
use super::notes::{Book, Notes};
use super::numbers;
use super::samples::{Sample, Samples, TOTAL, Unread};
use super::table::{Row, Table, cells};
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// The delimiters that people set.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the columns are.
#[derive(Clone, Copy, Debug)]
struct Columns {
    time: Option<usize>,
    elapsed: usize,
    label: Option<usize>,
    success: Option<usize>,
    message: Option<usize>,
}

/// What JMeter writes where nobody has said otherwise, and the only order that a file without names can have.
const USUAL: Columns = Columns { time: Some(0), elapsed: 1, label: Some(2), success: Some(7), message: Some(4) };

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
        let columns = named.map(|elapsed| Columns {
            time: at("timeStamp"),
            elapsed,
            label: at("label"),
            success: at("success"),
            message: at("responseMessage"),
        });
        let usual = || is_usual(&cells).then_some(USUAL);
        Some(Layout { delimiter, columns: columns.or_else(usual)?, named: columns.is_some() })
    };
    DELIMITERS.into_iter().find_map(of)
}

/// Whether a line without names is a sample: a time, a number, a label, and somewhat later true or false.
fn is_usual(cells: &[String]) -> bool {
    let [time, elapsed, .., success] = cells.get(..8).unwrap_or_default() else { return false };
    start(time).is_some() && elapsed.parse::<u32>().is_ok() && failed(success).is_some()
}

pub(super) fn read(layout: &Layout, input: impl Read, limits: &Limits, book: &mut Book) -> Result<Report, Error> {
    let mut table = Table::new(input, layout.delimiter, limits);
    let mut samples = Samples::new(limits.budget());
    let mut first = true;
    while let Some(row) = table.next()? {
        // A file that was appended to has the names again.
        let names = layout.named && (first || row.cell(Some(layout.columns.elapsed)).as_deref() == Some("elapsed"));
        first = false;
        if !names {
            let line = || row.line();
            let mut notes = Notes::new(book, &line);
            let told = Told::of_row(&row, layout.columns).map_err(|reason| row.wrong(reason))?;
            told.add(&mut samples, &mut notes).map_err(|reason| row.wrong(reason))?;
        }
    }
    Ok(finish(samples, book))
}

fn finish(samples: Samples, book: &mut Book) -> Report {
    let report = samples.finish();
    if let Report::Performance(series) = &report
        && series.len() > 1
        && series.get(TOTAL).is_some_and(|total| total.count == Some(0.0))
    {
        book.warn(
            "the whole report",
            "there are only transactions in it and no requests, so the series total is empty",
        );
    }
    report
}

/// What is told of a sample, each with the name that it is told by.
struct Told<'a> {
    label: Cow<'a, str>,
    elapsed: (&'static str, Cow<'a, str>),
    success: Option<(&'static str, Cow<'a, str>)>,
    start: Option<(&'static str, Cow<'a, str>)>,
    message: Cow<'a, str>,
}

impl Told<'_> {
    /// A row that has not even these cells breaks off.
    fn of_row(row: &Row<'_>, columns: Columns) -> Result<Told<'static>, Refusal> {
        let elapsed = row.wanted(columns.elapsed, "the elapsed time of a sample")?;
        let success = columns.success.map(|at| row.wanted(at, "the success of a sample")).transpose()?;
        let text = |at: Option<usize>| Cow::Owned(row.cell(at).unwrap_or_default());
        Ok(Told {
            label: text(columns.label),
            elapsed: ("elapsed", Cow::Owned(elapsed)),
            success: success.map(|success| ("success", Cow::Owned(success))),
            start: columns.time.map(|at| ("timeStamp", text(Some(at)))),
            message: text(columns.message),
        })
    }

    fn of_tag<'a>(tag: Tag<'a, '_>) -> Told<'a> {
        let either = |new: &'static str, old: &'static str| {
            let of = |name: &'static str| Some((name, Cow::Borrowed(tag.attributes.get(name)?)));
            of(new).or_else(|| of(old))
        };
        let text = |new, old| either(new, old).map(|(_, text)| text).unwrap_or_default();
        Told {
            label: text("lb", "label"),
            elapsed: either("t", "time").unwrap_or(("t", Cow::Borrowed(""))),
            success: either("s", "success"),
            start: either("ts", "timeStamp"),
            message: text("rm", "responseMessage"),
        }
    }

    fn is_transaction(&self) -> bool {
        self.message.starts_with(TRANSACTION)
    }

    fn add(&self, samples: &mut Samples, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        if self.message.starts_with(EMPTY) {
            return samples.add_empty(&self.label);
        }
        let transaction = self.is_transaction();
        let mut unread = Unread { label: &self.label, transaction, notes };
        let (name, text) = &self.elapsed;
        let elapsed = numbers::small(text);
        if elapsed.is_none() {
            unread.elapsed(name, text);
        }
        let failed = self.success.as_ref().and_then(|(name, text)| {
            let failed = failed(text);
            if failed.is_none() {
                unread.success(name, text);
            }
            failed
        });
        let start = self.start.as_ref().and_then(|(name, text)| {
            let start = start(text);
            if start.is_none() {
                unread.start(name, text);
            }
            start
        });
        samples.add(&Sample { label: &self.label, elapsed, failed, start, transaction })
    }
}

/// How JMeter's message on a transaction begins, and on one without any request.
const TRANSACTION: &str = "Number of samples in transaction";
const EMPTY: &str = "Number of samples in transaction : 0";

fn failed(success: &str) -> Option<bool> {
    match success.trim() {
        "true" | "TRUE" => Some(false),
        "false" | "FALSE" => Some(true),
        _ => None,
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
pub(super) struct Jmeter {
    samples: Samples,
    /// Samples that are open, outermost first: their depths, and whether each is a transaction.
    open: Vec<(usize, bool)>,
}

impl Jmeter {
    pub(super) fn new(budget: Budget) -> Self {
        Jmeter { samples: Samples::new(budget), open: Vec::new() }
    }
}

impl Elements for Jmeter {
    fn format(&self) -> Format {
        Format::Jmeter
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        let counts = tag.depth == 1 || (!self.open.is_empty() && self.open.iter().all(|(_, transaction)| *transaction));
        if !matches!(tag.name, "sample" | "httpSample" | "sampleResult") {
            return Ok(false);
        }
        let told = counts.then(|| Told::of_tag(tag));
        self.open.push((tag.depth, told.as_ref().is_some_and(Told::is_transaction)));
        told.map_or(Ok(()), |told| told.add(&mut self.samples, notes))?;
        Ok(false)
    }

    fn end(&mut self, _name: &str, depth: usize, _text: &str, _notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.open.pop_if(|(open, _)| *open == depth);
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        Ok(finish(self.samples, notes.book()))
    }
}
