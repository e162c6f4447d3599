//! What the reports of other tools tell, in the order in which people look for it.

use std::borrow::Borrow;

use domain::quality::reports::{Coverage as Told, Risk, Share};

use super::numbers::{duration, rounded};
use super::{Coverage, Finding, Page, Series};

/// Findings that are shown.
const MOST_FINDINGS: usize = 100;
/// Packages whose coverage is shown.
const MOST_PACKAGES: usize = 50;

impl Coverage {
    /// The rows of a report: all code, then each package in the order of the report.
    pub fn of(told: &Told) -> Vec<Coverage> {
        let mut packages: Vec<(&str, Share, Share)> = Vec::new();
        let mut all = ("", Share::default(), Share::default());
        for file in &told.files {
            let at = packages.iter().position(|(name, ..)| *name == file.package).unwrap_or(packages.len());
            if at == packages.len() {
                packages.push((&file.package, Share::default(), Share::default()));
            }
            for row in [&mut packages[at], &mut all] {
                add(&mut row.1, file.lines);
                add(&mut row.2, file.branches);
            }
        }
        let mut total = row(all);
        total.lines = total.lines.or(told.stated_line);
        total.branches = total.branches.or(told.stated_branch);
        let named = packages.into_iter().filter(|(name, ..)| !name.is_empty());
        std::iter::once(total).chain(named.map(row)).collect()
    }
}

fn add(sum: &mut Share, more: Share) {
    sum.covered += more.covered;
    sum.all += more.all;
}

fn row((package, lines, branches): (&str, Share, Share)) -> Coverage {
    let share = |of: Share| (of.all > 0).then(|| of.covered as f64 * 100.0 / of.all as f64);
    Coverage {
        package: package.to_owned(),
        lines: share(lines),
        branches: share(branches),
        missed: (lines.all > 0).then(|| lines.all.saturating_sub(lines.covered)),
        unread: false,
    }
}

impl Page<'_> {
    /// All code first, then the packages with the least coverage.
    pub(super) fn coverage(&self) -> Vec<&Coverage> {
        let mut rows: Vec<&Coverage> = self.r.coverage.iter().collect();
        let place = |row: &&Coverage| (!row.package.is_empty(), row.lines.unwrap_or(101.0));
        rows.sort_by(|a, b| place(a).0.cmp(&place(b).0).then(place(a).1.total_cmp(&place(b).1)));
        rows.truncate(MOST_PACKAGES);
        rows
    }

    pub(super) fn more_packages(&self) -> u64 {
        self.r.coverage.len().saturating_sub(MOST_PACKAGES) as u64
    }

    /// The worst first: by severity, then what is exploited, then what is new.
    pub(super) fn findings(&self) -> Vec<&(Finding, bool)> {
        let mut rows: Vec<&(Finding, bool)> = self.r.findings.iter().collect();
        rows.sort_by_key(|(finding, new)| (finding.severity, !finding.kev, !new, finding.id.clone()));
        rows.truncate(MOST_FINDINGS);
        rows
    }

    pub(super) fn more_findings(&self) -> u64 {
        self.r.findings.len().saturating_sub(MOST_FINDINGS) as u64
    }

    /// Severities with their findings and, if there are any, how many of those are new, the worst first.
    pub(super) fn severities(&self) -> Vec<(Risk, u64, Option<u64>)> {
        let all = [Risk::Critical, Risk::High, Risk::Medium, Risk::Low, Risk::Unknown];
        let counted = all.map(|risk| {
            let own = || self.r.findings.iter().filter(move |(finding, _)| finding.severity == risk);
            let new = own().filter(|(_, new)| *new).count() as u64;
            (risk, own().count() as u64, Some(new).filter(|new| *new > 0))
        });
        counted.into_iter().filter(|(_, count, _)| *count > 0).collect()
    }
}

/// The colour of a severity.
pub(super) fn risk_class(risk: &Risk) -> &'static str {
    match risk {
        Risk::Critical | Risk::High => "bad",
        Risk::Medium => "unsure",
        Risk::Low | Risk::Unknown => "quiet",
    }
}

/// A share in percent, or a dash.
pub(super) fn share(value: impl Borrow<Option<f64>>) -> String {
    value.borrow().map_or_else(|| "–".into(), |value| format!("{value:.1}%"))
}

/// The times of a series in the order of its columns: p50, p90, p95, p99, average and maximum.
pub(super) fn times(series: &Series) -> [String; 6] {
    [series.p50, series.p90, series.p95, series.p99, series.avg, series.max]
        .map(|time| time.map_or_else(|| "–".into(), |time| duration(&time)))
}

/// A bare number, or a dash.
pub(super) fn number(value: &Option<f64>) -> String {
    value.map_or_else(|| "–".into(), rounded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;
    use domain::quality::reports::FileCoverage;

    fn file(package: &str, covered: u64, all: u64) -> FileCoverage {
        let lines = Share { covered, all };
        FileCoverage { package: package.into(), file: "f".into(), lines, ..FileCoverage::default() }
    }

    #[test]
    fn coverage_is_summed_up_by_package() {
        let told = Told { files: vec![file("a", 1, 2), file("b", 0, 4), file("a", 2, 2)], ..Told::default() };
        let rows = Coverage::of(&told);
        let shown: Vec<_> = rows.iter().map(|row| (row.package.as_str(), row.lines, row.missed)).collect();
        assert_eq!(shown, [("", Some(37.5), Some(5)), ("a", Some(75.0), Some(1)), ("b", Some(0.0), Some(4))]);
        let report = Report { coverage: rows, ..Report::default() };
        let order: Vec<_> = Page { r: &report }.coverage().iter().map(|row| row.package.clone()).collect();
        assert_eq!(order, ["", "b", "a"]);
        let stated = Told { stated_line: Some(81.0), ..Told::default() };
        assert_eq!(Coverage::of(&stated)[0].lines, Some(81.0));
    }
}
