//! Reports of other tools.
#![expect(clippy::expect_used, reason = "a test may panic")]

mod corpus;
mod coverage;
mod dotnet;
mod formats;
mod hostile;
mod load;
mod strange;
mod units;
mod untold;

use std::collections::BTreeMap;

use domain::quality::reports::Report;
use results::reports::{self, Format};
use results::{Description, describe};

/// What a report tells, which must be of a format.
pub(crate) fn read(format: Format, text: &str) -> Report {
    let found = reports::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(found.format, format, "{text}");
    found.report
}

/// Why a report is refused.
pub(crate) fn refusal(text: impl AsRef<[u8]>) -> String {
    let error = reports::read(text.as_ref()).expect_err("it is refused");
    error.to_string()
}

/// What `qaops metrics` tells of a report.
pub(crate) struct Told {
    pub(crate) metrics: BTreeMap<String, f64>,
    pub(crate) unknown: Vec<String>,
    pub(crate) remarks: Vec<String>,
}

impl Told {
    /// A figure, by what follows the family of metrics: `failed`, `line`, `total.p95`, `{severity=high}`.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        let family = ["tests{source=junit}.", "coverage.", "performance.", "vulnerabilities"];
        family.iter().find_map(|family| self.metrics.get(&format!("{family}{name}"))).copied()
    }

    /// Names of the unknown metrics without their family, joined by spaces.
    pub(crate) fn unknown(&self) -> String {
        let short = |name: &String| {
            let family = ["tests{source=junit}.", "coverage.", "performance.", "vulnerabilities"];
            family.iter().find_map(|family| name.strip_prefix(family)).unwrap_or(name).to_owned()
        };
        self.unknown.iter().map(short).collect::<Vec<_>>().join(" ")
    }
}

/// What `qaops metrics` tells of a report that it reads.
pub(crate) fn told(text: impl AsRef<[u8]>) -> Told {
    match describe("report", text.as_ref()) {
        Description::Report { metrics, unknown, remarks, .. } => {
            Told { metrics, unknown: unknown.into_iter().collect(), remarks }
        }
        other => panic!("{other:?}: {}", String::from_utf8_lossy(text.as_ref())),
    }
}
