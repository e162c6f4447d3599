//! Figures of Locust: the CSV that `--csv` writes as `…_stats.csv`, in the columns of versions before and since 1.0.
//!
//! The row of all requests is the series `total`; the others are named by method and name, which is how Locust tells
//! them apart. Times in milliseconds are rounded by Locust itself, so percentiles are not exact.

use std::collections::BTreeMap;
use std::io::Read;

use domain::quality::reports::{Report, Series};

use super::error::Error;
use super::limits::Limits;
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

pub(super) fn read(columns: &Columns, input: impl Read, limits: &Limits) -> Result<Report, Error> {
    let mut table = Table::new(input, b',', limits);
    let mut all = BTreeMap::new();
    let mut budget = limits.budget();
    let mut total = None;
    table.next()?;
    while let Some(row) = table.next()? {
        let wrong = |reason| row.wrong(reason);
        let (name, figures) = of_row(&row, columns).map_err(wrong)?;
        budget.entry(16).and_then(|()| budget.text(&name)).map_err(wrong)?;
        if name.is_empty() {
            total = Some(figures);
        } else {
            all.insert(name, figures);
        }
    }
    all.extend(total.map(|figures| (TOTAL.to_owned(), figures)));
    Ok(Report::Performance(all))
}

/// Name and figures of a row. The row of all requests has no name.
fn of_row(row: &Row<'_>, columns: &Columns) -> Result<(String, Series), Refusal> {
    let kind = row.cell(columns.kind).unwrap_or_default();
    let name = row.wanted(columns.name, "the name of a request")?;
    let name = match (kind.as_str(), name.as_str()) {
        ("" | "None", "Aggregated" | "Total") => String::new(),
        _ => format!("{kind} {name}").trim().to_owned(),
    };
    let number = |at: Option<usize>, what| match row.cell(at).as_deref() {
        None | Some("" | "N/A") => Ok(None),
        Some(text) => numbers::figure(what, text).map(Some),
    };
    let requests = numbers::count("request count", &row.wanted(columns.requests, "the count of requests")?)?;
    let failures = number(columns.failures, "failure count")?;
    let mut times = [None; 6];
    for (time, at) in times.iter_mut().zip(columns.times) {
        *time = number(at, "response time")?.map(|ms| ms / 1000.0);
    }
    let [p50, p90, p95, p99, avg, max] = times;
    let error_rate = failures.filter(|_| requests > 0).map(|failures| failures * 100.0 / requests as f64);
    if error_rate.is_some_and(|share| share > 100.0) {
        return Err(Refusal::value("failure count", &failures.unwrap_or_default().to_string()));
    }
    let rate = number(columns.rate, "requests per second")?;
    let count = Some(requests as f64);
    Ok((name, Series { p50, p90, p95, p99, avg, max, rate, error_rate, count, ..Series::default() }))
}
