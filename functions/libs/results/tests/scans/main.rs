//! Reports of scanners: what counts of them, and what is refused.

mod corpus;

use domain::reports::{Finding, Report};
use results::reports::{Error, Format};

/// The format of a report and its findings.
fn read(text: &str) -> Result<(Format, Vec<Finding>), Error> {
    let found = results::reports::read(text.as_bytes())?;
    match found.report {
        Report::Vulnerabilities(findings) => Ok((found.format, findings)),
        other => panic!("{other:?} is no report of a scanner"),
    }
}
