//! Statuses as Robot Framework reads them: any text is accepted, and only three mean something.

use domain::results::outcome::Status;

/// Of a test. What is neither `PASS` nor `SKIP` counts as failed.
pub(super) fn of_test(text: &str) -> Status {
    match text {
        "PASS" => Status::Passed,
        "SKIP" => Status::Skipped,
        _ => Status::Failed,
    }
}

/// Of a setup or teardown, where only `FAIL` and `SKIP` have consequences.
pub(super) fn of_fixture(text: &str) -> Status {
    match text {
        "FAIL" => Status::Failed,
        "SKIP" => Status::Skipped,
        _ => Status::Passed,
    }
}

/// The word for it in a file.
pub(crate) fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "PASS",
        Status::Failed => "FAIL",
        Status::Skipped => "SKIP",
    }
}
