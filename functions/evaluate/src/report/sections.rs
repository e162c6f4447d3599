//! What reports of other tools and earlier runs add to the report of a run.

use domain::evaluation::evaluate::QuarantinedTest;
use domain::evaluation::evidence::Evidence;
use domain::evaluation::input::EvaluationInput;
use domain::quality::gates::GateOutcome;
use domain::quality::metrics::Joined;
use domain::quality::reports::{Finding, Kind, Part, Reading, Report, ReportState, Unknown, findings};
use domain::results::manifest::MOST_LEFT_OUT;
use domain::results::summary::Summary;
use results::report;

/// Coverage of all code and of each package. An entry is marked if one of its values cannot be read.
pub(super) fn coverage(joined: &Joined, reports: &[ReportState]) -> Vec<report::Coverage> {
    let mut rows = joined.coverage.as_ref().map(report::Coverage::of).unwrap_or_default();
    let unknown = reports.iter().flat_map(|report| &report.remarks).filter_map(|remark| remark.unknown.as_ref());
    for unknown in unknown {
        rows.iter_mut().filter(|row| is_about(unknown, &row.package)).for_each(|row| row.unread = true);
    }
    rows
}

/// Whether a value is about the coverage of a package, or of all code where it has no name.
fn is_about(unknown: &Unknown, package: &str) -> bool {
    match unknown {
        Unknown::Lines(part) | Unknown::Branches(part) => match part {
            Part::Stated => package.is_empty(),
            Part::File { package: of, .. } => package.is_empty() || of == package,
            Part::Any => true,
        },
        _ => false,
    }
}

/// Most values of a report that are named.
const NAMED: usize = 5;

/// Reports with values that cannot be read, or are read with a warning, each as a sentence.
pub(super) fn strange(reports: &[ReportState]) -> impl Iterator<Item = String> {
    reports.iter().filter(|report| !report.remarks.is_empty()).map(|report| {
        let ReportState { kind, name, remarks, .. } = report;
        let named = remarks.iter().take(NAMED).map(|remark| remark.told.as_str()).collect::<Vec<_>>().join("; ");
        let more = match remarks.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        format!("The {kind} report {name} has strange values: {named}{more}.")
    })
}

/// Reports that could be read, each of the kind that it was named as.
fn read(input: &EvaluationInput) -> impl Iterator<Item = &Report> {
    input.reports.iter().filter_map(|report| match &report.state {
        Reading::Read(read) if read.kind() == report.kind => Some(read),
        Reading::Read(_) | Reading::Missing | Reading::Unavailable(_) | Reading::Refused(_) => None,
    })
}

/// Attempts that did not upload everything, each as a sentence.
pub(super) fn left_out<'a>(summaries: impl Iterator<Item = &'a Summary>) -> impl Iterator<Item = String> {
    summaries.filter_map(|summary| {
        let Summary { attempt, shard, left_out, .. } = summary;
        let first = left_out.first()?;
        let files = match left_out.len() {
            1 => format!("a file: {first}"),
            MOST_LEFT_OUT.. => {
                format!("{MOST_LEFT_OUT} files or more, which left-out.txt beside its log names: {first}; …")
            }
            count => format!("{count} files, which left-out.txt beside its log names: {first}; …"),
        };
        Some(format!("Attempt {attempt} at shard {shard} did not upload {files}"))
    })
}

/// Whether anybody looked for vulnerabilities.
pub(super) fn scanned(input: &EvaluationInput) -> bool {
    read(input).any(|report| report.kind() == Kind::Vulnerabilities)
}

/// Findings, the worst first, each with whether the baseline did not have it.
pub(super) fn found(input: &EvaluationInput) -> Vec<(Finding, bool)> {
    let known = input.evidence.baseline.as_ref().and_then(|baseline| baseline.findings.as_ref());
    let mut found = findings(read(input));
    found.sort_by(|a, b| (a.severity, a.identity()).cmp(&(b.severity, b.identity())));
    let is_new = |finding: &Finding| known.is_some_and(|known| !known.contains_key(&finding.name()));
    found.into_iter().map(|finding| (is_new(&finding), finding)).map(|(new, finding)| (finding, new)).collect()
}

/// Earlier runs, the oldest first.
pub(super) fn history(evidence: &Evidence) -> Vec<report::PastRun> {
    let past = evidence.runs.iter().rev().map(|run| report::PastRun {
        run: run.id.to_string(),
        started: run.started.rfc3339(),
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
    runs.filter_map(|run| Some((run.id.to_string(), *run.metrics.get(&outcome.metric)?))).collect()
}

pub(super) fn quarantined(test: &QuarantinedTest) -> report::QuarantinedTest {
    report::QuarantinedTest {
        name: test.id.label(),
        status: Some(test.status),
        owner: test.entry.owner.clone(),
        reason: test.entry.reason.clone(),
        until: test.entry.until.to_string(),
        expired: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use domain::quality::reports::{Coverage, FileCoverage, Remark, Share};

    #[test]
    fn attempts_tell_what_they_did_not_upload() {
        let of =
            |count| Summary { left_out: vec!["a.bin: too large".into(); count], ..samples::summary("0002", vec![]) };
        let said: Vec<_> = left_out([of(0), of(1), of(3), of(100)].iter()).collect();
        let files = [
            "a file: a.bin: too large",
            "3 files, which left-out.txt beside its log names: a.bin: too large; …",
            "100 files or more, which left-out.txt beside its log names: a.bin: too large; …",
        ];
        assert_eq!(said, files.map(|files| format!("Attempt 1 at shard 0002 did not upload {files}")));
    }

    fn report(remarks: Vec<(&str, Option<Unknown>)>) -> ReportState {
        let remarks = remarks.into_iter().map(|(told, unknown)| Remark { told: told.to_owned(), unknown });
        let file = |package: &str| FileCoverage {
            package: package.to_owned(),
            file: format!("{package}.py"),
            lines: Share { covered: 1, all: 2 },
            ..FileCoverage::default()
        };
        let coverage = Coverage { files: vec![file("a"), file("b")], ..Coverage::default() };
        ReportState {
            kind: Kind::Coverage,
            name: "0001-1".to_owned(),
            state: Reading::Read(Report::Coverage(coverage)),
            remarks: remarks.collect(),
            shard: None,
        }
    }

    fn unread(unknown: Unknown) -> Vec<String> {
        let reports = [report(vec![("line 3: x", Some(unknown))])];
        let rows = coverage(&Joined::of(&reports), &reports);
        rows.into_iter().filter(|row| row.unread).map(|row| row.package).collect()
    }

    #[test]
    fn rows_of_coverage_say_that_a_value_of_theirs_cannot_be_read() {
        let of = |package: &str| Part::File { package: package.to_owned(), file: "x.py".to_owned() };
        assert_eq!(unread(Unknown::Lines(of("a"))), ["", "a"]);
        assert_eq!(unread(Unknown::Branches(of("b"))), ["", "b"]);
        assert_eq!(unread(Unknown::Branches(Part::Stated)), [""]);
        assert_eq!(unread(Unknown::Lines(Part::Any)), ["", "a", "b"]);
        assert_eq!(unread(Unknown::Findings), [""; 0]);
    }

    #[test]
    fn a_report_tells_its_strange_values() {
        let lines: Vec<String> = (1..=7).map(|line| format!("line {line}: hits=\"-1\" is below zero")).collect();
        let of = |count: usize| report(lines[..count].iter().map(|line| (line.as_str(), None)).collect());
        let told: Vec<String> = strange(&[of(0), of(1), of(7)]).collect();
        assert_eq!(told.len(), 2);
        assert_eq!(told[0], "The coverage report 0001-1 has strange values: line 1: hits=\"-1\" is below zero.");
        assert!(told[1].ends_with("line 5: hits=\"-1\" is below zero; and 2 more."), "{}", told[1]);
    }
}
