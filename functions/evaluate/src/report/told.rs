//! What reports of other tools and earlier runs add to the report of a run.

use std::collections::BTreeMap;

use domain::evidence::Evidence;
use domain::gates::GateOutcome;
use domain::judged::{Judged, Material, QuarantinedTest};
use domain::reports::{Finding, Reading, Report, Series, Share, findings};
use jiff::Timestamp;
use results::report;

/// Reports that could be read.
fn read<'a>(material: &Material<'a>) -> impl Iterator<Item = &'a Report> {
    material.reports.iter().filter_map(|report| match &report.state {
        Reading::Read(report) => Some(report),
        Reading::Missing | Reading::Refused(_) => None,
    })
}

/// Coverage of all code, and of each package where there are several.
pub(super) fn coverage(judged: &Judged, material: &Material<'_>) -> Vec<report::Coverage> {
    let mut packages: BTreeMap<&str, (Share, Share)> = BTreeMap::new();
    for report in read(material) {
        let Report::Coverage(coverage) = report else { continue };
        for file in &coverage.files {
            let (lines, branches) = packages.entry(&file.package).or_default();
            add(lines, file.lines);
            add(branches, file.branches);
        }
    }
    let figure = |name: &str| judged.left.metrics.get(name).copied();
    let (lines, branches) = (figure("coverage.line"), figure("coverage.branch"));
    if lines.is_none() && branches.is_none() {
        return Vec::new();
    }
    let missed = packages.values().map(|(lines, _)| lines.all.saturating_sub(lines.covered)).sum();
    let all = report::Coverage { package: String::new(), lines, branches, missed: Some(missed) };
    let row = |(package, (lines, branches)): (&str, (Share, Share))| report::Coverage {
        package: package.to_owned(),
        lines: percent(lines),
        branches: percent(branches),
        missed: Some(lines.all.saturating_sub(lines.covered)),
    };
    let several = packages.len() > 1;
    std::iter::once(all).chain(packages.into_iter().filter(|_| several).map(row)).collect()
}

fn add(sum: &mut Share, share: Share) {
    sum.covered += share.covered;
    sum.all += share.all;
}

fn percent(share: Share) -> Option<f64> {
    (share.all > 0).then(|| share.covered as f64 * 100.0 / share.all as f64)
}

/// Findings, the worst first, each with whether the baseline did not have it.
pub(super) fn found(material: &Material<'_>) -> Vec<(Finding, bool)> {
    let known = material.evidence.baseline.as_ref().and_then(|baseline| baseline.findings.as_ref());
    let mut found = findings(read(material));
    found.sort_by(|a, b| (a.severity, a.identity()).cmp(&(b.severity, b.identity())));
    let is_new = |finding: &Finding| known.is_some_and(|known| !known.contains_key(&finding.name()));
    found.into_iter().map(|finding| (is_new(&finding), finding)).map(|(new, finding)| (finding, new)).collect()
}

/// Series of load tests, joined as gates see them.
pub(super) fn performance(judged: &Judged) -> Vec<(String, Series)> {
    let mut series: BTreeMap<String, Series> = BTreeMap::new();
    for (metric, value) in &judged.left.metrics {
        let named = metric.strip_prefix("performance.").and_then(|rest| rest.rsplit_once('.'));
        let Some((name, figure)) = named.filter(|(name, _)| !name.is_empty()) else { continue };
        let of = series.entry(name.to_owned()).or_default();
        let place = match figure {
            "p50" => &mut of.p50,
            "p90" => &mut of.p90,
            "p95" => &mut of.p95,
            "p99" => &mut of.p99,
            "avg" => &mut of.avg,
            "max" => &mut of.max,
            "rate" => &mut of.rate,
            "error_rate" => &mut of.error_rate,
            "count" => &mut of.count,
            _ => continue,
        };
        *place = Some(*value);
    }
    series.into_iter().collect()
}

/// Earlier runs, the oldest first.
pub(super) fn history(evidence: &Evidence) -> Vec<report::PastRun> {
    let past = evidence.runs.iter().rev().map(|run| report::PastRun {
        run: run.id.clone(),
        started: Timestamp::from_second(run.started).map(|time| time.to_string()).unwrap_or_default(),
        verdict: run.status.word().to_owned(),
        passed: run.counts.passed,
        failed: run.counts.failed,
        seconds: run.seconds as f64,
    });
    past.collect()
}

/// What a gate's metric was in earlier runs, the oldest first.
pub(super) fn trend(outcome: &GateOutcome, evidence: &Evidence) -> Vec<(String, f64)> {
    let runs = evidence.runs.iter().rev();
    runs.filter_map(|run| Some((run.id.clone(), *run.metrics.get(&outcome.metric)?))).collect()
}

pub(super) fn quarantined(test: &QuarantinedTest) -> report::QuarantinedTest {
    report::QuarantinedTest {
        name: test.name.clone(),
        status: Some(test.status),
        owner: test.entry.owner.clone(),
        reason: test.entry.reason.clone(),
        until: test.entry.until.to_string(),
        expired: false,
    }
}
