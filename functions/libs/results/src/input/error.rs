//! Why a file is refused.

use std::io;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes could not be had; says nothing about the file.
    #[error("failed to read the file")]
    Read(#[source] io::Error),
    /// The file is one that its own tool would refuse too, or one beyond our limits.
    #[error("line {line}, byte {byte}: {reason}")]
    Refused {
        /// Line of the place, from 1.
        line: u64,
        /// Bytes before the place, after decompression and as UTF-8.
        byte: u64,
        /// What is wrong there.
        reason: Refusal,
    },
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is not even a root element.
    #[error("there is no result in it")]
    Empty,
    /// The root is of another format.
    #[error("Incompatible root element '{0}'")]
    Root(String),
    /// An element stands where the format does not expect it.
    #[error("Incompatible child element '{child}' for '{parent}'")]
    Child {
        /// The element.
        child: String,
        /// The element it stands in.
        parent: &'static str,
    },
    /// A value that the format does not have.
    #[error("invalid {what} '{value}'")]
    Value {
        /// What the value is for.
        what: &'static str,
        /// The value, shortened.
        value: String,
    },
    /// A value of another kind than the format has there.
    #[error("{0}")]
    Shape(String),
    /// Not XML, or not JSON.
    #[error("not well-formed: {0}")]
    Malformed(String),
    /// More than we are ready to hold in memory.
    #[error("{0}")]
    Limit(String),
    /// What the format demands is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A way of writing results that we do not read.
    #[error("{0} is not supported")]
    Unsupported(&'static str),
}

impl Refusal {
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Refusal::Malformed(what.into())
    }

    pub(crate) fn value(what: &'static str, value: &str) -> Self {
        Refusal::Value { what, value: value.chars().take(80).collect() }
    }

    pub(crate) fn child(child: &str, parent: &'static str) -> Self {
        Refusal::Child { child: child.chars().take(80).collect(), parent }
    }
}

/// How much of a file is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes of one tag, one text or one line.
    pub(crate) event: usize,
    /// Bytes of the whole file after decompression.
    pub(crate) total: u64,
}
