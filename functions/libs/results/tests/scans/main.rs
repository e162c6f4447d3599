//! Reports of scanners: what counts of them, and what is refused.
#![expect(clippy::expect_used, reason = "a test may panic")]

mod corpus;
mod cyclonedx;
mod grype;
mod hostile;
mod sarif;
mod trivy;

use domain::quality::reports::{Finding, Report};
use results::reports::{Error, Format};

/// The format of a report and its findings.
fn read(text: &str) -> Result<(Format, Vec<Finding>), Error> {
    let found = results::reports::read(text.as_bytes())?;
    match found.report {
        Report::Vulnerabilities(findings) => Ok((found.format, findings)),
        other => panic!("{other:?} is no report of a scanner"),
    }
}

/// Why a report is refused.
fn refused(text: &str) -> String {
    match read(text) {
        Ok((_, findings)) => panic!("{findings:?} was read"),
        Err(error) => error.to_string(),
    }
}

/// What `qaops metrics` tells of a report: the count of findings, how many metrics are unknown, and the remarks.
fn strange(text: &str) -> (Option<f64>, Vec<String>, Vec<String>) {
    match results::describe("report", text.as_bytes()) {
        results::Description::Report { metrics, unknown, remarks, .. } => {
            let unknown = unknown.iter().map(|name| name.replace("vulnerabilities", "")).collect();
            (metrics.get("vulnerabilities").copied(), unknown, remarks)
        }
        other => panic!("{other:?}"),
    }
}

/// The metrics that a severity which cannot be read leaves unknown.
const SEVERITIES: [&str; 5] =
    ["{severity=critical}", "{severity=high}", "{severity=low}", "{severity=medium}", "{severity=unknown}"];
