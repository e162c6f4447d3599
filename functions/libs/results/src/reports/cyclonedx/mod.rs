//! Vulnerabilities in CycloneDX: JSON and XML of versions 1.4 and later, and the extension that XML had before.
//!
//! # What counts
//! A vulnerability in each package that it affects, as scanners' own formats count it: one that affects two packages
//! is two findings. One whose analysis (VEX) says `resolved`, `resolved_with_pedigree`, `false_positive` or
//! `not_affected` does not count, nor does a package of which every version named is `unaffected`. `exploitable`,
//! `in_triage` and no analysis count. A bill with an empty list of vulnerabilities is a
//! report without findings. A bill that has no such list only says what something is made of (schema: the list is
//! optional): nobody says that it was scanned, so its findings are not known.
//!
//! # Severity
//! The worst of the ratings. A bill lists what several sources say, and its first rating is no more than the first:
//! Trivy sorts them by the source's name. So the severity may be worse than that in the scanner's own format, which
//! picks one source. A rating without a severity has that of its CVSS score; ratings by other methods than CVSS and
//! without a severity say nothing. A severity that the schema does not have, and a CVSS score beyond 0 to 10 where it
//! matters, leave the severity unknown, unless another rating says critical, than which nothing is worse.
//!
//! # Fixable
//! Where a recommendation says to upgrade or update, where the vendor's response is `update`, or where a version is
//! named that is not affected.
//!
//! # EPSS and KEV
//! CycloneDX has no field for either. A rating whose source is EPSS is a probability and no severity; properties whose
//! name ends in `epss` or `kev` (behind a `:`) are taken for what they say.

mod bill;
mod xml;

use std::collections::HashMap;

use domain::quality::reports::{Finding, Report, Risk, Unknown};

use self::bill::{Affected, Bill, Component, Rating, Vulnerability};
pub(super) use self::xml::Reader;
use super::error::Error;
use super::findings::{self, Draft};
use super::json::{Document, Top};
use super::notes::{Book, is_not};

/// States of an analysis that say that there is nothing to do.
const CLEARED: [&str; 4] = ["resolved", "resolved_with_pedigree", "false_positive", "not_affected"];

/// What is wrong with a bill without a list of vulnerabilities.
const UNSCANNED: &str = "not there: this is a list of components, and nothing says that they were scanned";

pub(super) fn looks_like(top: &Top) -> bool {
    let schema = |keys: &super::json::Keys| keys.text("$schema").is_some_and(|schema| schema.contains("cyclonedx"));
    top.object().is_some_and(|keys| keys.text("bomFormat") == Some("CycloneDX") || schema(keys))
}

pub(super) fn read(document: &Document, book: &mut Book) -> Result<Report, Error> {
    let bill: Bill = document.parsed()?;
    let packages = Packages::of(bill.components());
    let mut found = Vec::new();
    findings::note_strange(&bill.vulnerabilities, "vulnerabilities", book);
    if !document.top().object().is_some_and(|keys| keys.is_list("vulnerabilities")) {
        book.bad("vulnerabilities", UNSCANNED, Unknown::Findings);
    }
    for (at, vulnerability) in bill.vulnerabilities.numbered() {
        found.extend(vulnerability.findings(&packages, &format!("vulnerabilities[{at}]"), book));
    }
    Ok(findings::report(found))
}

/// Name and version of each package of a bill, by its reference.
#[derive(Default)]
struct Packages(HashMap<String, (String, String)>);

impl Packages {
    fn of<'a>(components: impl Iterator<Item = &'a Component>) -> Self {
        let mut packages = Self::default();
        components.for_each(|component| packages.add(component));
        packages
    }

    fn add(&mut self, component: &Component) {
        if let Some(reference) = &component.reference {
            self.0.insert(reference.clone(), component.package());
        }
    }

    /// The package of a reference: into this bill, or as a package URL, or into another bill (BOM-Link), whose own
    /// reference stands behind the `#`.
    fn get(&self, reference: &str) -> (String, String) {
        if let Some(package) = self.0.get(reference) {
            return package.clone();
        }
        let inner = reference.strip_prefix("urn:cdx:").and_then(|link| Some(link.split_once('#')?.1));
        let inner = inner.map(percent_decoded);
        let url = inner.as_deref().unwrap_or(reference);
        let known = self.0.get(url).cloned().or_else(|| findings::package_of(url));
        known.unwrap_or_else(|| (url.to_owned(), String::new()))
    }
}

fn percent_decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

impl Component {
    fn package(&self) -> (String, String) {
        let by_url = self.purl.as_deref().and_then(findings::package_of);
        let name = self.name.as_deref().unwrap_or_default();
        let given = match self.group.as_deref().filter(|group| !group.is_empty()) {
            Some(scope) if scope.starts_with('@') => format!("{scope}/{name}"),
            Some(group) => format!("{group}:{name}"),
            None => name.to_owned(),
        };
        let (name, version) = by_url.unwrap_or_else(|| (given, String::new()));
        (name, self.version.clone().filter(|version| !version.is_empty()).unwrap_or(version))
    }
}

impl Vulnerability {
    /// One finding for each package that it affects; one without a package where it names none.
    fn findings(&self, packages: &Packages, path: &str, book: &mut Book) -> Vec<Finding> {
        if self.is_cleared() {
            return Vec::new();
        }
        findings::note_strange(&self.affects, &format!("{path}.affects"), book);
        let Some(finding) = self.finding().finish(path, book) else { return Vec::new() };
        if self.affects.entries().is_empty() {
            return vec![finding];
        }
        let affected = self.affects.entries().iter().filter(|affected| affected.is_affected());
        affected.map(|affected| in_package(&finding, affected, packages)).collect()
    }

    fn is_cleared(&self) -> bool {
        let state = self.analysis.as_ref().and_then(|analysis| analysis.state.as_deref());
        state.is_some_and(|state| CLEARED.contains(&state.trim()))
    }

    fn finding(&self) -> Draft {
        let id = findings::name(self.id.as_deref());
        let (severity, unread) = self.severity();
        let references = self.references.entries().iter().filter_map(|reference| reference.id.clone());
        let told = self.description.as_deref().or(self.detail.as_deref());
        let mut draft = Draft::of(Finding {
            aliases: references.filter(|alias| *alias != id && !alias.is_empty()).collect(),
            id,
            severity,
            fixable: self.is_fixable(),
            title: findings::title(told.unwrap_or_default()),
            epss: self.epss(),
            kev: self.properties.entries().iter().any(|property| property.says_exploited()),
            ..Finding::default()
        });
        draft.demand_id();
        unread.into_iter().for_each(|what| draft.unread("severity", what));
        draft
    }

    /// The worst of the ratings, and what of them cannot be read where that might be worse.
    fn severity(&self) -> (Risk, Option<String>) {
        let mut worst = Risk::Unknown;
        let mut unread = self.ratings.strange().first().map(|_| "a rating that is not an object".to_owned());
        for rating in self.ratings.entries().iter().filter(|rating| !rating.is_epss()) {
            match rating.risk() {
                Ok(risk) => worst = worst.min(risk),
                Err(what) => unread = unread.or(Some(what)),
            }
        }
        (worst, unread.filter(|_| worst != Risk::Critical))
    }

    fn is_fixable(&self) -> bool {
        let recommended = self.recommendation.as_deref().map(|text| text.trim_start().to_ascii_lowercase());
        let response = self.analysis.iter().flat_map(|analysis| analysis.response.entries());
        recommended.is_some_and(|text| text.starts_with("upgrade") || text.starts_with("update"))
            || response.into_iter().any(|response| response == "update")
            || self.affects.entries().iter().any(Affected::names_a_good_version)
    }

    fn epss(&self) -> Option<f64> {
        let rated = self.ratings.entries().iter().filter(|rating| rating.is_epss()).filter_map(|rating| rating.score);
        let told = self.properties.entries().iter().filter_map(|property| property.epss());
        rated.chain(told).filter_map(findings::probability).max_by(f64::total_cmp)
    }
}

impl Rating {
    fn is_epss(&self) -> bool {
        let source = self.source.as_ref().and_then(|source| source.name.as_deref()).unwrap_or_default();
        source.to_ascii_lowercase().contains("epss")
    }

    fn risk(&self) -> Result<Risk, String> {
        let word = self.severity.as_deref();
        let unread = || is_not("severity", word.unwrap_or_default(), "a severity that is known");
        let said = findings::severity(word).ok_or_else(unread)?;
        let is_cvss = self.method.as_deref().is_none_or(|method| method.to_ascii_uppercase().starts_with("CVSS"));
        match self.score.filter(|_| is_cvss && said == Risk::Unknown) {
            Some(score) if !(0.0..=10.0).contains(&score) => Err(is_not("score", &score.to_string(), "a CVSS score")),
            Some(score) => Ok(Risk::of_score(score).unwrap_or(said)),
            None => Ok(said),
        }
    }
}

/// The finding of a vulnerability in one of its packages.
fn in_package(finding: &Finding, affected: &Affected, packages: &Packages) -> Finding {
    let (package, version) = packages.get(affected.reference.as_deref().unwrap_or_default());
    let version = if version.is_empty() { affected.version().unwrap_or_default().to_owned() } else { version };
    Finding { package, version, ..finding.clone() }
}
