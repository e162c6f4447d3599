//! Results of Robot Framework, compared with what Robot Framework itself makes of them.
#![expect(clippy::expect_used, reason = "a test may panic")]

mod corpus;
mod counted;
mod live;
mod merge;
mod pairs;
mod pictures;
mod properties;
mod rules;
mod xunit;
