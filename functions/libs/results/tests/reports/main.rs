//! Reports of other tools.
#![expect(clippy::expect_used, reason = "a test may panic")]

mod corpus;
