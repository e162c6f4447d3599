//! Figures of Locust: the CSV that `--csv` writes as `…_stats.csv`, in the columns of versions before and since 1.0.
//!
//! The row of all requests is the series `total`; the others are named by method and name, which is how Locust tells
//! them apart. Times in milliseconds are rounded by Locust itself, so percentiles are not exact.
//!
//! Locust writes `N/A` for the percentiles of a row without requests (`StatsCSV`), which is not a strange value: there is
//! no figure. It writes 0 for their average and largest, which are no figures either. Any other text that is not a number costs its own figure.

use std::collections::BTreeMap;
use std::io::Read;

use domain::quality::reports::{Report, Series, Unknown};

use super::error::Error;
use super::limits::Limits;
use super::notes::{Book, Notes, is_not};
use super::numbers;
use super::samples::TOTAL;
use super::table::{Row, Table, cells};
use crate::input::Refusal;

/// Where the columns are.
pub(super) struct Columns {
    kind: Option<usize>,
    name: usize,
    requests: usize,
    failures: Option<usize>,
    rate: Option<usize>,
    times: [Option<usize>; 6],
}

/// The figures that the columns of times are of, in their order.
const TIMES: [&str; 6] = ["p50", "p90", "p95", "p99", "avg", "max"];

/// Above this a count is not exact any more when it is divided.
const MOST_REQUESTS: u64 = 1 << 53;

/// The columns that the first line tells, if it is one of Locust's figures.
pub(super) fn columns(line: &str) -> Option<Columns> {
    let cells = cells(line, b',');
    let at = |name: &str| cells.iter().position(|cell| cell.eq_ignore_ascii_case(name));
    let either = |new: &str, old: &str| at(new).or_else(|| at(old));
    Some(Columns {
        kind: either("Type", "Method"),
        name: at("Name")?,
        requests: either("Request Count", "# requests")?,
        failures: either("Failure Count", "# failures"),
        rate: at("Requests/s"),
        times: [
            either("Median Response Time", "50%"),
            at("90%"),
            at("95%"),
            at("99%"),
            at("Average Response Time"),
            at("Max Response Time"),
        ],
    })
}

pub(super) fn read(columns: &Columns, input: impl Read, limits: &Limits, book: &mut Book) -> Result<Report, Error> {
    let mut table = Table::new(input, b',', limits);
    let mut all = BTreeMap::new();
    let mut budget = limits.budget();
    let mut total = None;
    table.next()?;
    while let Some(row) = table.next()? {
        let wrong = |reason| row.wrong(reason);
        let (name, is_total) = name(&row, columns).map_err(wrong)?;
        budget.entry(16).and_then(|()| budget.text(&name)).map_err(wrong)?;
        let line = || row.line();
        let cells = Cells { row: &row, name: &name, notes: Notes::new(book, &line) };
        let figures = cells.series(columns).map_err(wrong)?;
        if is_total {
            total = Some(figures);
        } else {
            all.insert(name, figures);
        }
    }
    all.extend(total.map(|figures| (TOTAL.to_owned(), figures)));
    Ok(Report::Performance(all))
}

/// The name of a row's series, and whether it is the row of all requests.
fn name(row: &Row<'_>, columns: &Columns) -> Result<(String, bool), Refusal> {
    let kind = row.cell(columns.kind).unwrap_or_default();
    let name = row.wanted(columns.name, "the name of a request")?;
    Ok(match (kind.as_str(), name.as_str()) {
        ("" | "None", "Aggregated" | "Total") => (TOTAL.to_owned(), true),
        _ => (format!("{kind} {name}").trim().to_owned(), false),
    })
}

/// The cells of a row, whose figures are those of the series `name`.
struct Cells<'a, 'r, 'n> {
    row: &'a Row<'r>,
    name: &'a str,
    notes: Notes<'n>,
}

impl Cells<'_, '_, '_> {
    fn series(mut self, columns: &Columns) -> Result<Series, Refusal> {
        // A row that has not even this cell breaks off.
        let requests = self.row.wanted(columns.requests, "the count of requests")?;
        let count = numbers::count(&requests).filter(|count| *count <= MOST_REQUESTS);
        if count.is_none() {
            self.unread(&is_not("request count", &requests, "a count"), &["count", "error_rate"]);
        }
        let failures = self.figure(columns.failures, "failure count", "error_rate", "a count");
        let mut times = [None; 6];
        for ((time, at), figure) in times.iter_mut().zip(columns.times).zip(TIMES) {
            *time = self.figure(at, "response time", figure, "a duration").map(|ms| ms / 1000.0);
        }
        let [p50, p90, p95, p99, avg, max] = times;
        let rate = self.figure(columns.rate, "requests per second", "rate", "a rate");
        let error_rate = failures.zip(count).and_then(|(failures, count)| self.share(failures, count));
        if count == Some(0) {
            // Locust writes 0 for the times of no request.
            return Ok(Series { count: Some(0.0), ..Series::default() });
        }
        let count = count.map(|count| count as f64);
        Ok(Series { p50, p90, p95, p99, avg, max, rate, error_rate, count, ..Series::default() })
    }

    /// The share of requests that failed, in percent; none of no requests.
    fn share(&mut self, failures: f64, count: u64) -> Option<f64> {
        if failures > count as f64 {
            let what = is_not("failure count", &failures.to_string(), &format!("at most the {count} requests"));
            self.unread(&what, &["error_rate"]);
            return None;
        }
        (count > 0).then(|| failures * 100.0 / count as f64)
    }

    /// The number in a cell; none where there is none, or where it cannot be read and costs the figure.
    fn figure(&mut self, at: Option<usize>, name: &str, figure: &str, kind: &str) -> Option<f64> {
        let text = self.row.cell(at).filter(|text| !text.is_empty() && text != "N/A")?;
        let number = numbers::figure(&text);
        if number.is_none() {
            self.unread(&is_not(name, &text, kind), &[figure]);
        }
        number
    }

    fn unread(&mut self, what: &str, figures: &[&str]) {
        let figures = figures.iter().map(|figure| (*figure).to_owned()).collect();
        self.notes.bad(what, Unknown::Series { names: vec![self.name.to_owned()], figures });
    }
}
