//! What the reports of other tools tell: coverage, vulnerabilities, load tests and unit tests.
//!
//! `results` reads them from their files; metrics are counted from them here.

mod joined;
mod lines;
mod remarks;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

pub(crate) use self::joined::named;
pub use self::joined::{findings, joined};
pub use self::lines::Lines;
pub use self::remarks::{Part, Remark, Unknown};
use crate::base::ids::ShardId;
use crate::results::outcome::Status;

/// What one report tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// How much of the code the tests reached.
    Coverage(Coverage),
    /// Findings of scanners that count: neither suppressed nor resolved.
    Vulnerabilities(Vec<Finding>),
    /// Series of a load test by name.
    Performance(BTreeMap<String, Series>),
    /// Unit tests, one entry a case.
    Tests(Vec<Case>),
}

/// A kind of report, by the name that `[reports]` has for it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Kind {
    /// `coverage`
    Coverage,
    /// `junit`: unit tests.
    Junit,
    /// `performance`
    Performance,
    /// `vulnerabilities`
    Vulnerabilities,
}

impl Kind {
    /// The name that `[reports]` has for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

impl Report {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Coverage(_) => Kind::Coverage,
            Self::Vulnerabilities(_) => Kind::Vulnerabilities,
            Self::Performance(_) => Kind::Performance,
            Self::Tests(_) => Kind::Junit,
        }
    }
}

/// One report that a run named, and what came of reading it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportState {
    /// Kind that it was named as.
    pub kind: Kind,
    /// Path or address, as people know it.
    pub name: String,
    /// What came of it.
    pub state: Reading,
    /// Shard that left it; none where whoever started the run gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardId>,
    /// Values in it that cannot be read, and those that are read with a warning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// What came of reading a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// This is what it tells. A report of another kind than it was named as counts as refused.
    Read(Report),
    /// Nobody delivered it: neither a shard nor whoever started the run.
    Missing,
    /// Whoever started the run named its place, and it could not be fetched from there: why, a fragment.
    Unavailable(String),
    /// It was delivered and could not be read: the reader's error, a fragment.
    Refused(String),
}

/// How much of the code the tests reached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Figures of each file; empty where the report has only totals.
    pub files: Vec<FileCoverage>,
    /// Share of lines in percent that the report states for all; used where no file has lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_line: Option<f64>,
    /// Share of branches in percent that the report states for all; used where no file has branches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated_branch: Option<f64>,
}

/// Coverage of one source file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCoverage {
    /// Package, module or folder as the report names it; empty where it names none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// Path of the file as the report names it, with `/`.
    pub file: String,
    /// Lines that hold code.
    pub lines: Share,
    /// Branches of decisions.
    pub branches: Share,
    /// The lines themselves, where the report names them, so that several reports of a file can be joined.
    #[serde(default, skip_serializing_if = "Lines::is_empty")]
    pub hits: Lines,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Those that were reached.
    pub covered: u64,
    /// All of them.
    pub all: u64,
}

/// How bad a finding is, from worst to least.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Risk {
    /// CVSS 9.0 and above, or what the scanner calls so.
    Critical,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 0.1 to 3.9, and what scanners call negligible or informational.
    Low,
    /// Nobody said.
    #[default]
    Unknown,
}

impl Risk {
    /// The band of a CVSS score; none for 0, which says that there is no risk, and for what is no score.
    ///
    /// The bands are those of CVSS 3 and 4. GitHub takes the same for `security-severity`.
    pub fn of_score(score: f64) -> Option<Self> {
        match score {
            score if !(0.0..=10.0).contains(&score) || score == 0.0 => None,
            score if score >= 9.0 => Some(Self::Critical),
            score if score >= 7.0 => Some(Self::High),
            score if score >= 4.0 => Some(Self::Medium),
            _ => Some(Self::Low),
        }
    }

    /// What a scanner's word means, in any case of letters; none for a word that no scanner is known to use.
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" | "negligible" | "info" | "informational" | "none" => Self::Low,
            "unknown" | "unspecified" | "unassigned" | "" => Self::Unknown,
            _ => return None,
        })
    }

    /// As labels write it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// One vulnerability in one package, or one broken rule in one place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identifier such as `CVE-2024-3094`, or the rule's.
    pub id: String,
    /// Package as its ecosystem names it (`group:artifact`, `@scope/name`), or for a rule the file that it is broken in;
    /// empty where the report names none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// Version of the package that was found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Where in the file a rule is broken, so that two places of one rule are two findings; empty for a package.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Other identifiers of the same vulnerability, such as `GHSA-…` beside a CVE.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// How bad it is.
    pub severity: Risk,
    /// Labels that the report has no readable value for, such as `severity`: nobody knows whether they are of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// True where the report knows a version without it.
    pub fixable: bool,
    /// One line for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Probability of exploitation in the next 30 days, 0 to 1 (FIRST's EPSS).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epss: Option<f64>,
    /// True where it stands in CISA's catalog of known exploited vulnerabilities.
    #[serde(default)]
    pub kev: bool,
}

impl Finding {
    /// Its name among what a baseline had: that of every version of the package.
    pub fn name(&self) -> String {
        finding_name(&self.id, &self.package)
    }

    /// What makes two entries the same finding, in whatever report they stand: id, package, version and place.
    pub fn identity(&self) -> (&str, &str, &str, &str) {
        (&self.id, &self.package, &self.version, &self.place)
    }
}

/// One series of a load test. Times are in seconds, shares in percent; what a report does not tell is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Series {
    /// Median.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<f64>,
    /// 90th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<f64>,
    /// 95th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<f64>,
    /// 99th percentile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<f64>,
    /// Mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avg: Option<f64>,
    /// Largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Samples per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Share of samples that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<f64>,
    /// Samples, or the sum of a counter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<f64>,
    /// Thresholds of the tool's own that were crossed, and all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Share>,
}

/// One unit test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Class or suite and name, joined by a dot.
    pub name: String,
    /// How it ended; an error is a failure.
    pub status: Status,
    /// Duration in seconds.
    pub seconds: f64,
    /// Message of a failure; empty for others.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// True if an attempt failed before one passed.
    #[serde(default)]
    pub flaky: bool,
}

/// The name of a finding among what a baseline had.
pub(crate) fn finding_name(id: &str, package: &str) -> String {
    format!("{id} {package}")
}
