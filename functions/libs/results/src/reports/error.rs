//! Why a report is refused.

use std::fmt;
use std::io;

use crate::input;
use crate::input::Refusal;

/// Why a report could not be read. Nothing of it counts then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes could not be had; says nothing about the report.
    #[error("failed to read the file")]
    Read(#[source] io::Error),
    /// There is nothing in it but white space.
    #[error("the file is empty")]
    Empty,
    /// It is a result of Robot Framework, which [`crate::robot::read`] takes.
    #[error("it is a result of Robot Framework, not a report of another tool")]
    Robot,
    /// The content is of no format that is read here.
    #[error("its format is none of those that are read: {0}")]
    Format(String),
    /// It is damaged, or beyond the limits.
    #[error("{place}: {reason}")]
    Refused {
        /// Where.
        place: Place,
        /// What is wrong there.
        reason: Refusal,
    },
}

/// A place in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the text, after decompression and as UTF-8.
    Line {
        /// Line from 1.
        line: u64,
        /// Bytes before the place.
        byte: u64,
    },
    /// The path of keys to a value, such as `runs[0].results[3].level`.
    Key(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { line, byte } => write!(f, "line {line}, byte {byte}"),
            Self::Key(path) => f.write_str(path),
        }
    }
}

impl Error {
    /// About a place in the text.
    pub(super) fn at_line(line: u64, byte: u64, reason: Refusal) -> Self {
        Self::Refused { place: Place::Line { line, byte }, reason }
    }

    /// About the value of a key.
    pub(super) fn at_key(path: impl Into<String>, reason: Refusal) -> Self {
        Self::Refused { place: Place::Key(path.into()), reason }
    }

    /// What opening the file said.
    pub(super) fn of_input(error: input::Error) -> Self {
        match error {
            input::Error::Read(error) => Self::Read(error),
            input::Error::Refused { line, byte, reason } => Self::at_line(line, byte, reason),
        }
    }

    /// What a reader said at a place.
    pub(super) fn of_io(error: io::Error, line: u64, byte: u64) -> Self {
        Self::of_input(input::from_io(error, line, byte))
    }
}
