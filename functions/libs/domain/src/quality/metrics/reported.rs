//! What the reports of other tools tell, joined.

use std::collections::{BTreeMap, BTreeSet};

use super::Filter;
use super::cases::Cases;
use super::known::{FIGURES, series_name};
use super::unread::Unread;
use crate::base::ids::ShardId;
use crate::quality::reports::{
    Case, Coverage, FileCoverage, Finding, Kind, Reading, Report, ReportState, Series, Share, named,
};
use crate::results::outcome::Status;

/// All reports of a run, those of a kind as one.
#[derive(Clone, Debug, Default)]
pub(super) struct Reported {
    /// Kinds of which at least one report was read.
    pub(super) read: BTreeSet<Kind>,
    missing: Vec<(Kind, String)>,
    unavailable: Vec<(Kind, String, String)>,
    refused: Vec<(Kind, String, String)>,
    files: BTreeMap<(String, String), FileCoverage>,
    /// What reports without files state of lines and of branches.
    stated: [Option<f64>; 2],
    pub(super) findings: Vec<Finding>,
    pub(super) series: BTreeMap<String, Series>,
    cases: Cases,
    /// Values that cannot be read.
    pub(super) unread: Unread,
}

/// Whether the reports are there that a metric is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// All of them, or it needs none.
    Told,
    /// The run named none of the kind.
    Ungiven(Kind),
    /// These were named and nobody delivered them.
    Missing(Kind, Vec<String>),
    /// This one could not be fetched: kind, name and why.
    Unavailable(Kind, String, String),
    /// This one was delivered and cannot be read: kind, name and why.
    Refused(Kind, String, String),
    /// The report was read, but for a value that the metric needs: kind, name, and which value it is and why.
    Unread(Kind, String, String),
}

/// Coverage and load tests of all reports of a run, joined as its metrics join them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Joined {
    /// Coverage; none where no report of it was read.
    pub coverage: Option<Coverage>,
    /// Series by the names that gates have for them.
    pub series: BTreeMap<String, Series>,
}

impl Joined {
    /// What `reports` tell together.
    pub fn of(reports: &[ReportState]) -> Self {
        let Reported { read, files, stated: [stated_line, stated_branch], series, .. } = Reported::of(reports);
        let coverage = Coverage { files: files.into_values().collect(), stated_line, stated_branch };
        Self { coverage: read.contains(&Kind::Coverage).then_some(coverage), series }
    }
}

impl Reported {
    pub(super) fn of(reports: &[ReportState]) -> Self {
        let mut joined = Self::default();
        for report in reports {
            joined.add(report);
        }
        joined.findings = named(joined.findings);
        // What is counted so far is of the reports that do not name their lines.
        joined.files.values_mut().for_each(|file| file.lines = most(file.lines, file.hits.share()));
        joined
    }

    fn add(&mut self, report: &ReportState) {
        let ReportState { kind, name, state, remarks, shard } = report;
        match state {
            Reading::Missing => self.missing.push((*kind, name.clone())),
            Reading::Unavailable(why) => self.unavailable.push((*kind, name.clone(), why.clone())),
            Reading::Refused(why) => self.refused.push((*kind, name.clone(), why.clone())),
            Reading::Read(read) if read.kind() != *kind => {
                self.refused.push((*kind, name.clone(), format!("it is a {} report", read.kind())));
            }
            Reading::Read(read) => {
                self.read.insert(*kind);
                self.join(read, shard.as_ref());
                self.unread.add(*kind, name, remarks);
            }
        }
    }

    fn join(&mut self, report: &Report, shard: Option<&ShardId>) {
        match report {
            Report::Coverage(coverage) => self.join_coverage(coverage),
            Report::Vulnerabilities(findings) => self.findings.extend(findings.iter().cloned()),
            Report::Performance(series) => {
                for (name, series) in series {
                    let joined = self.series.entry(series_name(name));
                    joined.and_modify(|known| *known = worse(known, series)).or_insert(*series);
                }
            }
            Report::Tests(cases) => self.cases.add(shard, cases),
        }
    }

    fn join_coverage(&mut self, coverage: &Coverage) {
        for file in &coverage.files {
            let key = (file.package.clone(), file.file.clone());
            let known = self.files.entry(key).or_insert_with(|| FileCoverage {
                package: file.package.clone(),
                file: file.file.clone(),
                ..FileCoverage::default()
            });
            known.hits = known.hits.with(&file.hits);
            known.branches = most(known.branches, file.branches);
            if file.hits.share() != file.lines {
                known.lines = most(known.lines, file.lines);
            }
        }
        for (at, (stated, part)) in [(coverage.stated_line, LINE), (coverage.stated_branch, BRANCH)].iter().enumerate()
        {
            if coverage.files.iter().all(|file| part(file).all == 0) {
                self.stated[at] = least(self.stated[at], *stated);
            }
        }
    }

    pub(super) fn standing(&self, kind: Kind) -> Standing {
        if let Some((_, name, why)) = self.refused.iter().find(|(of, ..)| *of == kind) {
            return Standing::Refused(kind, name.clone(), why.clone());
        }
        if let Some((_, name, why)) = self.unavailable.iter().find(|(of, ..)| *of == kind) {
            return Standing::Unavailable(kind, name.clone(), why.clone());
        }
        let missing: Vec<String> = self.missing.iter().filter(|(of, _)| *of == kind).map(|(_, n)| n.clone()).collect();
        match (missing.is_empty(), self.read.contains(&kind)) {
            (false, _) => Standing::Missing(kind, missing),
            (true, false) => Standing::Ungiven(kind),
            (true, true) => Standing::Told,
        }
    }

    /// Covered and all lines or branches of the files; none where no file has any.
    pub(super) fn covered(&self, figure: &str, filter: &Filter) -> Option<Share> {
        let part = if figure == "branch" { BRANCH } else { LINE };
        let mut sum = Share::default();
        for share in self.files.values().filter(|file| filter.is_of_file(&file.package, &file.file)).map(part) {
            sum.covered += share.covered;
            sum.all += share.all;
        }
        (sum.all > 0).then_some(sum)
    }

    /// The share of the files' lines or branches. A report that has only totals may lower it, because nothing tells
    /// how many lines its totals are of.
    pub(super) fn coverage(&self, figure: &str, filter: &Filter) -> Option<f64> {
        let counted = self.covered(figure, filter).map(|share| share.covered as f64 * 100.0 / share.all as f64);
        let stated = if filter.is_open() { self.stated[usize::from(figure == "branch")] } else { None };
        least(counted, stated)
    }

    /// Whether a label's pattern is of any file.
    pub(super) fn has_file(&self, filter: &Filter) -> bool {
        self.files.values().any(|file| filter.is_of_file(&file.package, &file.file))
    }

    /// Identities of the findings that have an entry which the filter lets pass, each once.
    pub(super) fn findings<'f>(&'f self, filter: &Filter) -> BTreeSet<(&'f str, &'f str, &'f str, &'f str)> {
        self.findings.iter().filter(|finding| filter.is_of_finding(finding)).map(Finding::identity).collect()
    }

    pub(super) fn cases<'f>(&'f self, filter: &'f Filter) -> impl Iterator<Item = &'f Case> {
        self.cases.iter().filter(|case| filter.is_of_case(&case.name))
    }

    pub(super) fn cases_where(&self, filter: &Filter, wanted: fn(Status, bool) -> bool) -> BTreeMap<String, u64> {
        let cases = self.cases(filter).filter(|case| wanted(case.status, case.flaky));
        cases.map(|case| (case.name.clone(), 1)).collect()
    }

    /// The figure of `<name>.<figure>`.
    pub(super) fn performance(&self, name: &str) -> Option<f64> {
        let (name, figure) = name.rsplit_once('.')?;
        let (_, read) = FIGURES.iter().find(|(known, _)| *known == figure)?;
        self.series.get(name).and_then(read)
    }

    /// Samples of the series of `<name>.<figure>`.
    pub(super) fn performance_samples(&self, name: &str) -> Option<u64> {
        let (name, _) = name.rsplit_once('.')?;
        self.series.get(name)?.count.filter(|count| *count >= 0.0).map(|count| count as u64)
    }

    /// Names of all metrics that the series have figures for.
    pub(super) fn series_figures(&self) -> Vec<String> {
        let names = self.series.iter().flat_map(|(name, series)| {
            let told = FIGURES.iter().filter(|(_, read)| read(series).is_some());
            told.map(move |(figure, _)| format!("performance.{name}.{figure}"))
        });
        names.collect()
    }
}

const LINE: fn(&FileCoverage) -> Share = |file| file.lines;
const BRANCH: fn(&FileCoverage) -> Share = |file| file.branches;

fn least(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    pick(a, b, f64::min)
}

fn pick(a: Option<f64>, b: Option<f64>, choose: fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(choose(a, b)),
        (a, b) => a.or(b),
    }
}

/// The larger numbers of two reports: the least that they reached together.
fn most(a: Share, b: Share) -> Share {
    Share { covered: a.covered.max(b.covered), all: a.all.max(b.all) }
}

/// Two series of one name as one.
fn worse(a: &Series, b: &Series) -> Series {
    let most = |read: fn(&Series) -> Option<f64>| pick(read(a), read(b), f64::max);
    let add = |a: f64, b: f64| a + b;
    let weighted = |read: fn(&Series) -> Option<f64>| match (read(a), a.count, read(b), b.count) {
        (Some(of_a), Some(m), Some(of_b), Some(n)) if m + n > 0.0 => Some((of_a * m + of_b * n) / (m + n)),
        _ => most(read),
    };
    let thresholds = match (a.thresholds, b.thresholds) {
        (Some(a), Some(b)) => Some(Share { covered: a.covered + b.covered, all: a.all + b.all }),
        (a, b) => a.or(b),
    };
    Series {
        p50: most(|series| series.p50),
        p90: most(|series| series.p90),
        p95: most(|series| series.p95),
        p99: most(|series| series.p99),
        avg: weighted(|series| series.avg),
        max: most(|series| series.max),
        rate: least(a.rate, b.rate),
        error_rate: weighted(|series| series.error_rate),
        count: pick(a.count, b.count, add),
        thresholds,
    }
}
