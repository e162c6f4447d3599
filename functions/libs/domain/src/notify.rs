//! Who is told what: messages, trends, suites that stopped running.

pub mod message;
pub mod staleness;
pub mod trend;
