//! Findings of Trivy, as `trivy --format json` writes them: schema 2, the list of versions before 0.20, reports of
//! clusters, and the `null` of old versions that found nothing.
//!
//! Only `Vulnerabilities` count. Misconfigurations, secrets and licenses stand in the same file but are no
//! vulnerabilities: Trivy counts them apart too. What `.trivyignore` or a VEX document has cleared stands in
//! `ExperimentalModifiedFindings`, which is not read.
//!
//! The severity is the one that Trivy chose (its `SeveritySource`: the vendor's before NVD's). Of the statuses only
//! `not_affected` says that there is no finding; `fixed` says that the vendor has released a version without it while
//! the one that was found is affected, so it counts and is fixable (Trivy's documentation on filtering by status).
//! Trivy knows neither EPSS nor KEV.

use domain::quality::reports::{Finding, Report};
use serde::Deserialize;

use super::error::Error;
use super::findings::{self, List};
use super::json::{Document, Top};
use crate::input::Refusal;

pub(super) fn looks_like(top: &Top) -> bool {
    match top {
        Top::Null => true,
        Top::List(keys) => keys.has("Target"),
        Top::Object(keys) => keys.has("SchemaVersion") || keys.has("ClusterName") || keys.has("ArtifactName"),
        Top::Other => false,
    }
}

pub(super) fn read(document: &Document) -> Result<Report, Error> {
    let found = match document.top() {
        Top::Null => Vec::new(),
        Top::List(_) => of_targets("", &document.parsed()?)?,
        _ => document.parsed::<Scan>()?.findings()?,
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
    kind: Option<String>,
    name: Option<String>,
    #[serde(default)]
    results: List<Target>,
    /// Why the resource could not be scanned.
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    #[serde(default)]
    vulnerabilities: List<Vulnerability>,
}

#[derive(Deserialize)]
struct Vulnerability {
    #[serde(rename = "VulnerabilityID")]
    id: Option<String>,
    #[serde(default, rename = "VendorIDs")]
    vendor_ids: List<String>,
    #[serde(rename = "PkgName")]
    package: Option<String>,
    #[serde(rename = "PkgIdentifier")]
    identifier: Option<Identifier>,
    #[serde(rename = "InstalledVersion")]
    version: Option<String>,
    #[serde(rename = "FixedVersion")]
    fixed: Option<String>,
    #[serde(rename = "Status")]
    status: Option<String>,
    #[serde(rename = "Severity")]
    severity: Option<String>,
    #[serde(rename = "Title")]
    title: Option<String>,
    #[serde(rename = "Description")]
    description: Option<String>,
}

#[derive(Deserialize)]
struct Identifier {
    #[serde(rename = "PURL")]
    url: Option<String>,
}

impl Scan {
    fn findings(&self) -> Result<Vec<Finding>, Error> {
        let mut found = of_targets("Results", &self.results)?;
        let lists =
            [("Resources", &self.resources), ("Findings", &self.findings), ("Vulnerabilities", &self.vulnerabilities)];
        for (name, resources) in lists {
            for (at, resource) in resources.entries().iter().enumerate() {
                found.extend(resource.findings(&format!("{name}[{at}]"))?);
            }
        }
        Ok(found)
    }
}

impl Resource {
    /// A resource that Trivy failed to scan is refused: nobody can tell what is in it.
    fn findings(&self, path: &str) -> Result<Vec<Finding>, Error> {
        if let Some(error) = self.error.as_deref().filter(|error| !error.is_empty()) {
            let [kind, name] = [&self.kind, &self.name].map(|part| part.as_deref().unwrap_or("unknown"));
            let told = format!("Trivy failed to scan {kind} {name}: {}", findings::title(error));
            return Err(Error::at_key(path, Refusal::Shape(told)));
        }
        of_targets(&format!("{path}.Results"), &self.results)
    }
}

fn of_targets(path: &str, targets: &List<Target>) -> Result<Vec<Finding>, Error> {
    let mut found = Vec::new();
    for (at, target) in targets.entries().iter().enumerate() {
        let path = format!("{path}[{at}].Vulnerabilities");
        found.extend(target.vulnerabilities.findings(&path, Vulnerability::finding)?);
    }
    Ok(found)
}

impl Vulnerability {
    /// None for what the vendor says does not affect the package.
    fn finding(&self) -> Result<Option<Finding>, Refusal> {
        let id = findings::demanded(self.id.as_deref(), "VulnerabilityID")?;
        let package = findings::demanded(self.package.as_deref(), "PkgName")?;
        let url = self.identifier.as_ref().and_then(|identifier| identifier.url.as_deref());
        let told = self.title.as_deref().or(self.description.as_deref()).unwrap_or_default();
        let finding = Finding {
            id: id.to_owned(),
            package: findings::package_name(url, package),
            version: self.version.clone().unwrap_or_default(),
            place: String::new(),
            aliases: self.vendor_ids.entries().iter().filter(|id| id.starts_with("GHSA-")).cloned().collect(),
            severity: findings::severity(self.severity.as_deref())?,
            fixable: self.is_fixable(),
            title: findings::title(told),
            epss: None,
            kev: false,
        };
        Ok(Some(finding).filter(|_| self.status.as_deref() != Some("not_affected")))
    }

    fn is_fixable(&self) -> bool {
        let version = self.fixed.as_deref().is_some_and(|version| !version.trim().is_empty());
        version || self.status.as_deref() == Some("fixed")
    }
}
