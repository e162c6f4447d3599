//! Findings of Grype, as `grype -o json` writes them.
//!
//! Everything in `matches` counts; what a rule of the user or a VEX document has cleared stands in `ignoredMatches`,
//! which is not read. The severity is that of the database that matched, which Grype itself shows and fails on, not
//! that of a related entry. Grype's `negligible` is low. A finding with a word that Grype does not have (`vulnerability.
//! Severity`) counts, and its severity is not known.

use domain::quality::reports::{Finding, Report, Unknown};
use serde::Deserialize;

use super::error::Error;
use super::findings::{self, Draft};
use super::json::{Document, Top};
use super::loose::{self, List};
use super::notes::Book;

pub(super) fn looks_like(top: &Top) -> bool {
    top.object().is_some_and(|keys| keys.has("matches"))
}

pub(super) fn read(document: &Document, book: &mut Book) -> Result<Report, Error> {
    let scan: Scan = document.parsed()?;
    findings::note_strange(&scan.matches, "matches", book);
    if !document.top().object().is_some_and(|keys| keys.is_list("matches")) {
        book.bad("matches", "no list, so nothing says that Grype ended its scan", Unknown::Findings);
    }
    let found = scan.matches.numbered().filter_map(|(at, found)| found.finding(&format!("matches[{at}]"), book));
    Ok(findings::report(found))
}

#[derive(Deserialize)]
struct Scan {
    matches: List<Match>,
}

#[derive(Deserialize)]
struct Match {
    #[serde(default, deserialize_with = "loose::object")]
    vulnerability: Option<Vulnerability>,
    #[serde(default, rename = "relatedVulnerabilities", deserialize_with = "loose::list")]
    related: List<Vulnerability>,
    #[serde(default, deserialize_with = "loose::object")]
    artifact: Option<Artifact>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default, deserialize_with = "loose::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    severity: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    description: Option<String>,
    #[serde(default, deserialize_with = "loose::object_or_else")]
    fix: Option<Option<Fix>>,
    /// As versions before 0.13 write it.
    #[serde(default, rename = "fixedInVersion", deserialize_with = "loose::text")]
    fixed_in: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    epss: List<Epss>,
    #[serde(default, rename = "knownExploited", deserialize_with = "loose::list")]
    exploited: List<Exploited>,
}

#[derive(Deserialize)]
struct Fix {
    #[serde(default, deserialize_with = "loose::list")]
    versions: List<String>,
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
}

#[derive(Deserialize)]
struct Epss {
    #[serde(default, deserialize_with = "loose::number")]
    epss: Option<f64>,
}

/// An entry of CISA's catalog, of which it matters only that there is one.
#[derive(Deserialize)]
struct Exploited {}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    version: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    purl: Option<String>,
}

impl Match {
    /// A match without its vulnerability or its artifact counts too, for Grype found something.
    fn finding(&self, path: &str, book: &mut Book) -> Option<Finding> {
        let own = self.vulnerability.as_ref();
        let id = findings::name(own.and_then(|own| own.id.as_deref()));
        let same = || own.into_iter().chain(self.aliases(&id));
        let told = same().find_map(|entry| entry.description.as_deref());
        let word = own.map_or(Some("nothing"), |own| own.severity.as_deref());
        let severity = findings::severity(word);
        let fixable = own.and_then(Vulnerability::is_fixable);
        let artifact = self.artifact.as_ref();
        let part = |part: fn(&Artifact) -> Option<&String>| artifact.and_then(part).map(String::as_str);
        let mut draft = Draft::of(Finding {
            package: findings::package_name(
                part(|of| of.purl.as_ref()),
                part(|of| of.name.as_ref()).unwrap_or_default(),
            ),
            version: part(|of| of.version.as_ref()).unwrap_or_default().to_owned(),
            aliases: self.aliases(&id).filter_map(|entry| entry.id.clone()).collect(),
            severity: severity.unwrap_or_default(),
            fixable: fixable.unwrap_or_default(),
            title: findings::title(told.unwrap_or_default()),
            epss: same().filter_map(Vulnerability::probability).max_by(f64::total_cmp),
            kev: same().any(|entry| !entry.exploited.is_empty()),
            id: id.clone(),
            ..Finding::default()
        });
        draft.demand_id();
        draft.demand_package();
        if severity.is_none() {
            draft.unrated("severity", word.unwrap_or_default());
        }
        if fixable.is_none() {
            draft.unread("fixable", "a fix that is not an object".to_owned());
        }
        draft.finish(path, book)
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
    /// None where nobody can tell.
    fn is_fixable(&self) -> Option<bool> {
        let known = match &self.fix {
            None => Some(false),
            Some(fix) => fix.as_ref().map(|fix| fix.state.as_deref() == Some("fixed") || !fix.versions.is_empty()),
        };
        let named = self.fixed_in.as_deref().is_some_and(|version| !version.trim().is_empty());
        if named { Some(true) } else { known }
    }

    fn probability(&self) -> Option<f64> {
        let told = self.epss.entries().iter().filter_map(|entry| entry.epss.and_then(findings::probability));
        told.max_by(f64::total_cmp)
    }
}
