//! Findings of Trivy, as `trivy --format json` writes them: schema 2, the list of versions before 0.20, reports of
//! clusters, and the `null` of old versions that found nothing. Whatever asks for a key that is not there writes `null`, too
//! (jq), so its findings are not known.
//!
//! Only `Vulnerabilities` count. Misconfigurations, secrets and licenses stand in the same file but are no
//! vulnerabilities: Trivy counts them apart too. What `.trivyignore` or a VEX document has cleared stands in
//! `ExperimentalModifiedFindings`, which is not read.
//!
//! The severity is the one that Trivy chose (its `SeveritySource`: the vendor's before NVD's). Of the statuses only
//! `not_affected` says that there is no finding; `fixed` says that the vendor has released a version without it while
//! the one that was found is affected, so it counts and is fixable (Trivy's documentation on filtering by status).
//! Trivy knows neither EPSS nor KEV.
//!
//! Trivy writes five severities in capitals (`dbTypes.SeverityNames`). A finding with another word counts, and its severity
//! is not known.

use domain::quality::reports::{Finding, Report, Unknown};
use serde::Deserialize;

use super::error::Error;
use super::findings::{self, Draft};
use super::json::{Document, Top};
use super::loose::{self, List};
use super::notes::Book;
use crate::input::Refusal;

pub(super) fn looks_like(top: &Top) -> bool {
    match top {
        Top::Null => true,
        Top::List(keys) => keys.has("Target"),
        Top::Object(keys) => keys.has("SchemaVersion") || keys.has("ClusterName") || keys.has("ArtifactName"),
        Top::Other => false,
    }
}

/// Lists of which a report has at least one, if anything was scanned.
const LISTS: [&str; 4] = ["Results", "Resources", "Findings", "Vulnerabilities"];

pub(super) fn read(document: &Document, book: &mut Book) -> Result<Report, Error> {
    let found = match document.top() {
        Top::Null => {
            book.bad("null", "nothing says that anything was scanned", Unknown::Findings);
            Vec::new()
        }
        Top::List(_) => of_targets("", &document.parsed()?, book),
        Top::Object(keys) if !LISTS.iter().any(|list| keys.is_list(list)) => {
            book.bad("Results", "no list: Trivy found nothing that it can scan, or did not end", Unknown::Findings);
            Vec::new()
        }
        _ => document.parsed::<Scan>()?.findings(book)?,
    };
    Ok(findings::report(found))
}

/// Schema 2 has results; a report of a cluster has resources, in lists that were named anew from version to version.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Scan {
    #[serde(default)]
    results: List<Target>,
    #[serde(default)]
    resources: List<Resource>,
    #[serde(default)]
    findings: List<Resource>,
    #[serde(default)]
    vulnerabilities: List<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    #[serde(default, deserialize_with = "loose::text")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default)]
    results: List<Target>,
    /// Why the resource could not be scanned.
    #[serde(default, deserialize_with = "loose::text")]
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    /// What was looked at; versions before 0.19 do not tell.
    #[serde(default, deserialize_with = "loose::text")]
    class: Option<String>,
    #[serde(default)]
    vulnerabilities: List<Vulnerability>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(default, rename = "VulnerabilityID", deserialize_with = "loose::text")]
    id: Option<String>,
    #[serde(default, rename = "VendorIDs", deserialize_with = "loose::list")]
    vendor_ids: List<String>,
    #[serde(default, rename = "PkgName", deserialize_with = "loose::text")]
    package: Option<String>,
    #[serde(default, rename = "PkgIdentifier", deserialize_with = "loose::object")]
    identifier: Option<Identifier>,
    #[serde(default, rename = "InstalledVersion", deserialize_with = "loose::text")]
    version: Option<String>,
    #[serde(default, rename = "FixedVersion", deserialize_with = "loose::text")]
    fixed: Option<String>,
    #[serde(default, rename = "Status", deserialize_with = "loose::text")]
    status: Option<String>,
    #[serde(default, rename = "Severity", deserialize_with = "loose::text")]
    severity: Option<String>,
    #[serde(default, rename = "Title", deserialize_with = "loose::text")]
    title: Option<String>,
    #[serde(default, rename = "Description", deserialize_with = "loose::text")]
    description: Option<String>,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(default, rename = "PURL", deserialize_with = "loose::text")]
    url: Option<String>,
}

impl Scan {
    fn findings(&self, book: &mut Book) -> Result<Vec<Finding>, Error> {
        let mut found = of_targets("Results", &self.results, book);
        let lists =
            [("Resources", &self.resources), ("Findings", &self.findings), ("Vulnerabilities", &self.vulnerabilities)];
        for (name, resources) in lists {
            findings::note_strange(resources, name, book);
            for (at, resource) in resources.numbered() {
                found.extend(resource.findings(&format!("{name}[{at}]"), book)?);
            }
        }
        let resources = lists.iter().flat_map(|(_, resources)| resources.entries());
        note_other_scans(resources.map(|resource| &resource.results).chain([&self.results]), book);
        Ok(found)
    }
}

/// Where only secrets, misconfigurations or licenses were looked for, nobody knows the vulnerabilities.
fn note_other_scans<'a>(lists: impl Iterator<Item = &'a List<Target>>, book: &mut Book) {
    let mut targets = lists.flat_map(List::entries).peekable();
    if targets.peek().is_some() && targets.all(Target::is_another_scan) {
        book.bad("Results", "none of a scan for vulnerabilities", Unknown::Findings);
    }
}

impl Resource {
    /// A resource that Trivy failed to scan is refused: nobody can tell what is in it.
    fn findings(&self, path: &str, book: &mut Book) -> Result<Vec<Finding>, Error> {
        if let Some(error) = self.error.as_deref().filter(|error| !error.is_empty()) {
            let [kind, name] = [&self.kind, &self.name].map(|part| part.as_deref().unwrap_or("unknown"));
            let told = format!("Trivy failed to scan {kind} {name}: {}", findings::title(error));
            return Err(Error::at_key(path, Refusal::Shape(told)));
        }
        Ok(of_targets(&format!("{path}.Results"), &self.results, book))
    }
}

/// Classes of results that are no scan for vulnerabilities (`types.ResultClass` of Trivy).
const OTHER_CLASSES: [&str; 4] = ["secret", "config", "license", "license-file"];

impl Target {
    fn is_another_scan(&self) -> bool {
        self.class.as_deref().is_some_and(|class| OTHER_CLASSES.contains(&class))
    }
}

fn of_targets(path: &str, targets: &List<Target>, book: &mut Book) -> Vec<Finding> {
    let mut found = Vec::new();
    findings::note_strange(targets, path, book);
    for (at, target) in targets.numbered() {
        let path = format!("{path}[{at}].Vulnerabilities");
        findings::note_strange(&target.vulnerabilities, &path, book);
        let affecting = target.vulnerabilities.numbered().filter(|(_, found)| found.affects());
        found.extend(affecting.filter_map(|(at, found)| found.finding(&format!("{path}[{at}]"), book)));
    }
    found
}

impl Vulnerability {
    /// False for what the vendor says does not affect the package.
    fn affects(&self) -> bool {
        self.status.as_deref() != Some("not_affected")
    }

    fn finding(&self, path: &str, book: &mut Book) -> Option<Finding> {
        let url = self.identifier.as_ref().and_then(|identifier| identifier.url.as_deref());
        let told = self.title.as_deref().or(self.description.as_deref()).unwrap_or_default();
        let severity = findings::severity(self.severity.as_deref());
        let mut draft = Draft::of(Finding {
            id: findings::name(self.id.as_deref()),
            package: findings::package_name(url, self.package.as_deref().unwrap_or_default()),
            version: self.version.clone().unwrap_or_default(),
            aliases: self.vendor_ids.entries().iter().filter(|id| id.starts_with("GHSA-")).cloned().collect(),
            severity: severity.unwrap_or_default(),
            fixable: self.is_fixable(),
            title: findings::title(told),
            ..Finding::default()
        });
        draft.demand_id();
        draft.demand_package();
        if severity.is_none() {
            draft.unrated("Severity", self.severity.as_deref().unwrap_or_default());
        }
        draft.finish(path, book)
    }

    fn is_fixable(&self) -> bool {
        let version = self.fixed.as_deref().is_some_and(|version| !version.trim().is_empty());
        version || self.status.as_deref() == Some("fixed")
    }
}
