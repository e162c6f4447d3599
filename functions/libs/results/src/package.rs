//! Reads a suite package, a zip, by ranges and without any input or output of its own.
//!
//! The caller fetches what [`DirectoryReader::wants`] asks for, from S3 or from a file, and feeds it. A package whose
//! directory fits into its last 256 KiB takes one request, any other two; the whole zip is never asked for.
//! Names, kinds and sizes are checked before a [`Directory`] exists, so whoever holds one may unpack it; content is
//! checked against its size and CRC-32 while it is unpacked.
//!
//! The parsers of the format are those of `rc-zip`. Its own state machine for directories is not used: it guesses
//! the encoding of names for the whole archive at once, and names that are not UTF-8 must be refused here.

mod directory;
mod entry;
mod extra;
mod local;
mod name;
mod records;
mod suites;

pub use self::directory::{Directory, DirectoryReader};
pub use self::entry::{EntryReader, TextReader};
pub use self::local::{ReadError, check_suites, copy_entry, read_directory, read_requirements, read_text};
pub use self::records::Entry;
pub use self::suites::SuiteReader;

use domain::base::problem::Problem;

/// The problem of a package as a whole.
fn refused(what: impl Into<String>, help: impl Into<String>) -> Problem {
    Problem::new("package", what, help)
}

/// The problem of a package that contradicts itself or the format.
fn damaged(what: impl Into<String>) -> Problem {
    refused(what, "zip it anew and upload it whole")
}

#[cfg(test)]
mod tests;
