//! Reports of other tools.
#![expect(clippy::expect_used, reason = "a test may panic")]

mod corpus;
mod coverage;
mod formats;
mod hostile;
mod load;
mod units;

use domain::quality::reports::Report;
use results::reports::{self, Format};

/// What a report tells, which must be of a format.
pub(crate) fn read(format: Format, text: &str) -> Report {
    let found = reports::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(found.format, format, "{text}");
    found.report
}

/// Why a report is refused.
pub(crate) fn refusal(text: impl AsRef<[u8]>) -> String {
    let error = reports::read(text.as_ref()).expect_err("it is refused");
    error.to_string()
}
