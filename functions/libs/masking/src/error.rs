//! Why masking stops: file, row, column and rule, and never a value.

use std::fmt;
use std::io;

use domain::base::problem::Problem;
use thiserror::Error;

use crate::shape::shown_name;

/// A refusal: nothing of the table may be published. It displays as `<file>, row <n>, column <name> (<rule>): <why>`.
#[derive(Debug)]
pub struct Refusal {
    /// File of the extract, or the policy.
    pub file: String,
    /// Row of the data, counted from 1 without the header; none where it is about the whole file.
    pub row: Option<u64>,
    /// Column or path, as the extract names it.
    pub column: Option<String>,
    /// Name of the rule that was applied.
    pub rule: Option<&'static str>,
    /// What is wrong.
    pub why: Box<Why>,
}

/// What is wrong with a file, a row or a value. No text of it holds a value of the data.
#[derive(Debug, Error)]
pub enum Why {
    /// A column or attribute that the policy does not know.
    #[error("no rule for it, add to the policy:\n{lines}")]
    NoRule {
        /// Lines of `dataset.toml` to add.
        lines: String,
    },
    /// A path inside a JSON value that the policy does not know.
    #[error("the path {path} has no rule, add it to the paths of the rule json")]
    UnknownPath {
        /// Path with keys that do not look like a name as shapes, such as `user.aaaa9@aaaaaaa.aaa`.
        path: String,
    },
    /// A value inside a JSON value.
    #[error("at {path} ({rule}): {why}")]
    Inside {
        /// Its path.
        path: String,
        /// The rule of the path.
        rule: &'static str,
        /// What is wrong with it.
        why: Box<Why>,
    },
    /// A rule names a column that the extract does not have.
    #[error("the policy has a rule for it, and the file has no such column: remove the rule, or correct its name")]
    DeadRule,
    /// A column of another type than the policy names.
    #[error("its type is {found}, and the policy says {expected}: look at its rule, and correct the type")]
    OtherType {
        /// Type in the policy.
        expected: String,
        /// Type in the extract.
        found: String,
    },
    /// Two columns of one name.
    #[error("two columns have this name, give one of them another name in the extract")]
    TwoColumns,
    /// A row with more or fewer fields than the header.
    #[error("{found} fields where the header has {expected}")]
    Width {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// The text breaks the rules of its format.
    #[error("{0}")]
    Syntax(&'static str),
    /// The bytes are no UTF-8.
    #[error("the text is no UTF-8, export it as UTF-8")]
    Encoding,
    /// A compressed file that ends early, or goes on after its end.
    #[error("the compressed data is torn, or something follows it")]
    Torn,
    /// A file that is not in the format that its name says.
    #[error("{0}")]
    Format(&'static str),
    /// A row larger than the memory that a row may take.
    #[error("the row is longer than {0} bytes")]
    LongRow(usize),
    /// A value that the rule does not understand.
    #[error("the value is no {0}")]
    NotA(&'static str),
    /// A masked value that does not fit its type.
    #[error("the masked value is no number, take another rule, or number = true with the rule format")]
    NoNumber,
    /// A value that is shorter than the rule needs.
    #[error(
        "the value has fewer than 1,000,000 neighbours of its shape, and format would be guessed: keep, bucket or drop it"
    )]
    TooShort,
    /// A masked value that is longer than the column.
    #[error("the masked value is longer than {0} characters")]
    TooLong(u32),
    /// A missing value in a required column.
    #[error("the value is missing, and the policy requires it")]
    Missing,
    /// Values that should differ and do not.
    #[error(
        "{0} rows repeat a value of this unique key after masking: the rule merges values, or the extract is not unique"
    )]
    NotUnique(u64),
    /// References to nothing.
    #[error("{0} rows refer to a row that is not there")]
    Broken(u64),
    /// A manifest and the files do not agree.
    #[error("{0}")]
    Manifest(String),
    /// A problem of the policy.
    #[error("{0}")]
    Policy(Box<Problem>),
    /// The extract cannot be read.
    #[error("failed to read")]
    Read(#[source] io::Error),
    /// The masked data cannot be written.
    #[error("failed to write")]
    Write(#[source] io::Error),
}

impl Refusal {
    /// A refusal of a whole file.
    pub fn file(file: impl Into<String>, why: Why) -> Self {
        Self { file: file.into(), row: None, column: None, rule: None, why: Box::new(why) }
    }

    /// A refusal of one row, counted from 1.
    pub fn row(file: impl Into<String>, row: u64, why: Why) -> Self {
        Self { row: Some(row), ..Self::file(file, why) }
    }

    /// The same refusal, in a file and row.
    pub(crate) fn at(self, file: &str, row: u64) -> Self {
        Self { file: file.to_owned(), row: Some(row), ..self }
    }

    /// The same refusal, in a file that has so many rows before those that its row is counted in.
    pub(crate) fn after(self, file: &str, rows: u64) -> Self {
        Self { file: file.to_owned(), row: self.row.map(|row| row + rows), ..self }
    }

    /// The same refusal, of a column.
    pub fn column(self, column: impl Into<String>) -> Self {
        Self { column: Some(shown_name(&column.into())), ..self }
    }

    /// The same refusal, of a rule.
    pub fn rule(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let file = problem.place.split(':').next().unwrap_or("").to_owned();
        Self::file(file, Why::Policy(Box::new(problem)))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Why::Policy(problem) = self.why.as_ref() {
            return write!(f, "{problem}");
        }
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(rule) = self.rule {
            write!(f, " ({rule})")?;
        }
        write!(f, ": {}", self.why)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.why)
    }
}
