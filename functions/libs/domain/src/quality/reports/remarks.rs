//! Values in a report that cannot be read, and what is not known because of them.
//!
//! One strange value costs its own figure and never the report. Its figure is then neither zero nor missing: it is
//! unknown, and no gate on it holds.

use serde::{Deserialize, Serialize};

/// What is strange about one value in a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// Where the value is and what is wrong with it, a fragment: `line 12: time="NaN" is not a duration`.
    pub told: String,
    /// What is not known because of it; none where the value is read as the format's own tools read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Unknown>,
}

/// What a value that cannot be read leaves unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// How long the unit test of this name took; without a name, how long any of them took.
    Time(Option<String>),
    /// How the unit test of this name ended. It is not among the cases, and counts with its seconds as a test.
    Outcome {
        /// Name of the test.
        name: String,
        /// Duration in seconds.
        seconds: f64,
    },
    /// How many unit tests ended in which way.
    Outcomes,
    /// Everything about unit tests but how many failed: they are not in the report, and none of them failed.
    Unshown,
    /// Everything about unit tests.
    Tests,
    /// Which lines were reached.
    Lines(Part),
    /// Which branches were reached.
    Branches(Part),
    /// These figures of these series, by the names that gates have for the figures.
    Series {
        /// Names of the series as the report has them.
        names: Vec<String>,
        /// `p95`, `error_rate`, …
        figures: Vec<String>,
    },
    /// All figures of all series.
    AllSeries,
    /// A label of findings, such as `severity`. The findings themselves say which of them it is.
    Label(String),
    /// How many findings there are.
    Findings,
}

/// A part of the code that coverage is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What a report without files or without their lines states for all code.
    Stated,
    /// One file.
    File {
        /// Package as the report names it.
        package: String,
        /// Path as the report names it.
        file: String,
    },
    /// Any of the files.
    Any,
}

impl Unknown {
    /// The same of anything in the report: for the many remarks that are not kept one by one.
    #[must_use]
    pub fn widened(self) -> Self {
        match self {
            Self::Time(_) => Self::Time(None),
            Self::Outcome { .. } | Self::Tests => Self::Tests,
            Self::Lines(Part::File { .. }) => Self::Lines(Part::Any),
            Self::Branches(Part::File { .. }) => Self::Branches(Part::Any),
            Self::Series { .. } => Self::AllSeries,
            other => other,
        }
    }
}
