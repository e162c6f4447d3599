//! The table of options and the reading of `robot.arguments`, held against the real Robot Framework.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod judge;
mod lines;
mod runs;
mod table;
mod values;
