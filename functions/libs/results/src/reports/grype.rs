//! Findings of Grype, as `grype -o json` writes them.
//!
//! Everything in `matches` counts; what a rule of the user or a VEX document has cleared stands in `ignoredMatches`,
//! which is not read. The severity is that of the database that matched, which Grype itself shows and fails on, not
//! that of a related entry. Grype's `negligible` is low.

use domain::quality::reports::{Finding, Report};
use serde::Deserialize;

use super::error::Error;
use super::findings::{self, List};
use super::json::{Document, Top};
use crate::input::Refusal;

pub(super) fn looks_like(top: &Top) -> bool {
    top.object().is_some_and(|keys| keys.has("matches"))
}

pub(super) fn read(document: &Document) -> Result<Report, Error> {
    let scan: Scan = document.parsed()?;
    Ok(findings::report(scan.matches.findings("matches", |found| found.finding().map(Some))?))
}

#[derive(Deserialize)]
struct Scan {
    matches: List<Match>,
}

#[derive(Deserialize)]
struct Match {
    vulnerability: Vulnerability,
    #[serde(default, rename = "relatedVulnerabilities")]
    related: List<Vulnerability>,
    artifact: Artifact,
}

#[derive(Deserialize)]
struct Vulnerability {
    id: Option<String>,
    severity: Option<String>,
    description: Option<String>,
    fix: Option<Fix>,
    /// As versions before 0.13 write it.
    #[serde(rename = "fixedInVersion")]
    fixed_in: Option<String>,
    #[serde(default)]
    epss: List<Epss>,
    #[serde(default, rename = "knownExploited")]
    exploited: List<Exploited>,
}

#[derive(Deserialize)]
struct Fix {
    #[serde(default)]
    versions: List<String>,
    state: Option<String>,
}

#[derive(Deserialize)]
struct Epss {
    epss: Option<f64>,
}

/// An entry of CISA's catalog, of which it matters only that there is one.
#[derive(Deserialize)]
struct Exploited {}

#[derive(Deserialize)]
struct Artifact {
    name: Option<String>,
    version: Option<String>,
    purl: Option<String>,
}

impl Match {
    fn finding(&self) -> Result<Finding, Refusal> {
        let id = findings::demanded(self.vulnerability.id.as_deref(), "the id of the vulnerability")?;
        let name = findings::demanded(self.artifact.name.as_deref(), "the name of the package")?;
        let same = || std::iter::once(&self.vulnerability).chain(self.aliases(id));
        let told = same().find_map(|entry| entry.description.as_deref());
        Ok(Finding {
            id: id.to_owned(),
            package: findings::package_name(self.artifact.purl.as_deref(), name),
            version: self.artifact.version.clone().unwrap_or_default(),
            place: String::new(),
            aliases: self.aliases(id).filter_map(|entry| entry.id.clone()).collect(),
            severity: findings::severity(self.vulnerability.severity.as_deref())?,
            fixable: self.vulnerability.is_fixable(),
            title: findings::title(told.unwrap_or_default()),
            epss: same().filter_map(Vulnerability::probability).max_by(f64::total_cmp),
            kev: same().any(|entry| !entry.exploited.is_empty()),
        })
    }

    /// Related entries that are the same vulnerability under another name. Two CVEs never are, though a match of a CVE
    /// may name others as related.
    fn aliases<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Vulnerability> {
        let is_cve = |name: &str| name.starts_with("CVE-");
        self.related.entries().iter().filter(move |entry| {
            let other = entry.id.as_deref().unwrap_or_default();
            !other.is_empty() && (other == id || !(is_cve(id) && is_cve(other)))
        })
    }
}

impl Vulnerability {
    fn is_fixable(&self) -> bool {
        let fix = self.fix.as_ref();
        let known = fix.is_some_and(|fix| fix.state.as_deref() == Some("fixed") || !fix.versions.is_empty());
        known || self.fixed_in.as_deref().is_some_and(|version| !version.trim().is_empty())
    }

    fn probability(&self) -> Option<f64> {
        let told = self.epss.entries().iter().filter_map(|entry| entry.epss.and_then(findings::probability));
        told.max_by(f64::total_cmp)
    }
}
