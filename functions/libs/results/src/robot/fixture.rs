//! Setups and teardowns of suites.

use domain::results::outcome::Status;

use super::times::Timing;

/// Setup or teardown of a suite.
#[derive(Clone, Debug)]
pub(super) struct Fixture {
    pub(super) status: Status,
    pub(super) message: String,
    pub(super) times: Timing,
}

impl Default for Fixture {
    /// A keyword without a status has failed.
    fn default() -> Self {
        Fixture { status: Status::Failed, message: String::new(), times: Timing::default() }
    }
}

impl Fixture {
    /// The one that Robot Framework makes up for keywords that a listener ran beside any fixture.
    pub(super) fn implicit() -> Self {
        Fixture { status: Status::Passed, ..Fixture::default() }
    }

    pub(super) fn failed(&self) -> bool {
        self.status == Status::Failed
    }
}
