//! The parts of a bill of materials that are read, named as CycloneDX names them in JSON.

use serde::Deserialize;

use super::super::loose::{self, List};

#[derive(Deserialize)]
pub(super) struct Bill {
    #[serde(default, deserialize_with = "loose::object")]
    metadata: Option<Metadata>,
    #[serde(default, deserialize_with = "loose::list")]
    components: List<Component>,
    #[serde(default, deserialize_with = "loose::list")]
    services: List<Component>,
    #[serde(default)]
    pub(super) vulnerabilities: List<Vulnerability>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default, deserialize_with = "loose::object")]
    component: Option<Component>,
}

/// A component or a service.
#[derive(Default, Deserialize)]
pub(super) struct Component {
    #[serde(default, rename = "bom-ref", deserialize_with = "loose::text")]
    pub(super) reference: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) group: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) version: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) purl: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    components: List<Component>,
    #[serde(default, deserialize_with = "loose::list")]
    services: List<Component>,
}

#[derive(Default, Deserialize)]
pub(super) struct Vulnerability {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) references: List<Reference>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) ratings: List<Rating>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) description: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) detail: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) recommendation: Option<String>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) analysis: Option<Analysis>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) affects: List<Affected>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) properties: List<Property>,
}

/// The same vulnerability under another name.
#[derive(Default, Deserialize)]
pub(super) struct Reference {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) id: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Rating {
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) source: Option<Source>,
    /// Not a number (`NaN`) where it cannot be read.
    #[serde(default, deserialize_with = "loose::number")]
    pub(super) score: Option<f64>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) severity: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) method: Option<String>,
}

#[derive(Clone, Default, Deserialize)]
pub(super) struct Source {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) name: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Analysis {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) state: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) response: List<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Affected {
    #[serde(default, rename = "ref", deserialize_with = "loose::text")]
    pub(super) reference: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) versions: List<Version>,
}

#[derive(Default, Deserialize)]
pub(super) struct Version {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) version: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) status: Option<String>,
}

#[derive(Default, Deserialize)]
pub(super) struct Property {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) value: Option<String>,
}

impl Component {
    pub(super) fn with_reference(reference: String) -> Self {
        Self { reference: Some(reference), ..Self::default() }
    }
}

impl Bill {
    /// All components and services, those within others too.
    pub(super) fn components(&self) -> impl Iterator<Item = &Component> {
        let own = self.metadata.iter().filter_map(|metadata| metadata.component.as_ref());
        let mut left: Vec<&Component> = own.chain(self.components.entries()).chain(self.services.entries()).collect();
        std::iter::from_fn(move || {
            let next = left.pop()?;
            left.extend(next.components.entries().iter().chain(next.services.entries()));
            Some(next)
        })
    }
}

impl Affected {
    /// False where every version that is named is said to be unaffected.
    pub(super) fn is_affected(&self) -> bool {
        let versions = self.versions.entries();
        versions.is_empty() || !self.versions.strange().is_empty() || !versions.iter().all(Version::is_unaffected)
    }

    /// Whether a version is named beside the affected ones that is not affected.
    pub(super) fn names_a_good_version(&self) -> bool {
        self.is_affected() && self.versions.entries().iter().any(Version::is_unaffected)
    }

    /// The one version that is named as affected.
    pub(super) fn version(&self) -> Option<&str> {
        let mut affected = self.versions.entries().iter().filter(|version| !version.is_unaffected());
        let first = affected.next()?.version.as_deref();
        first.filter(|_| affected.next().is_none())
    }
}

impl Version {
    /// A version without a status is affected, as the standard says.
    fn is_unaffected(&self) -> bool {
        self.status.as_deref().map(str::trim) == Some("unaffected")
    }
}

impl Property {
    pub(super) fn epss(&self) -> Option<f64> {
        let is_epss = matches!(self.last_word().as_str(), "epss" | "epssscore" | "epssprobability");
        self.value.as_deref().filter(|_| is_epss)?.trim().parse().ok()
    }

    pub(super) fn says_exploited(&self) -> bool {
        let is_kev = matches!(self.last_word().as_str(), "kev" | "cisakev" | "inkev" | "knownexploited");
        let value = self.value.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
        is_kev && matches!(value.as_str(), "true" | "yes" | "1")
    }

    /// What stands behind the namespaces of the name, without marks: `EpssScore` of `tool:epss-score`.
    fn last_word(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        let last = name.rsplit(':').next().unwrap_or_default();
        last.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    }
}
