//! The parts of a SARIF log that are read, named as the standard names them.
//!
//! What is seldom there is boxed: a log of half a million empty results is two megabytes, and stays small in memory too.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize as Derived;
use serde::de::{Deserialize, Deserializer, Visitor};

use super::super::findings::List;

#[derive(Derived)]
pub(super) struct Log {
    #[serde(default)]
    pub(super) runs: List<Run>,
}

#[derive(Derived)]
pub(super) struct Run {
    tool: Option<Tool>,
    #[serde(default)]
    pub(super) artifacts: List<Located>,
    #[serde(default)]
    pub(super) invocations: List<Invocation>,
    pub(super) results: Option<Vec<SarifResult>>,
    #[serde(rename = "externalPropertyFileReferences")]
    pub(super) external: Option<ExternalResults>,
}

/// An entry of `artifacts`.
#[derive(Derived)]
pub(super) struct Located {
    pub(super) location: Option<Box<Artifact>>,
}

#[derive(Derived)]
struct Tool {
    driver: Option<Component>,
    #[serde(default)]
    extensions: List<Component>,
}

#[derive(Derived)]
pub(super) struct Component {
    name: Option<String>,
    #[serde(default)]
    pub(super) rules: List<Rule>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub(super) id: Option<String>,
    #[serde(rename = "shortDescription")]
    pub(super) short: Option<Box<Message>>,
    pub(super) help: Option<Box<Message>>,
    pub(super) default_configuration: Option<Configuration>,
    pub(super) properties: Option<Box<Bag>>,
}

#[derive(Derived)]
pub(super) struct Configuration {
    pub(super) level: Option<String>,
}

/// Of a property bag, the severity that GitHub has tools put there.
#[derive(Derived)]
pub(super) struct Bag {
    #[serde(rename = "security-severity")]
    pub(super) severity: Option<SecuritySeverity>,
}

/// A score as text, as a number, or a word.
pub(super) struct SecuritySeverity(pub(super) String);

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    #[serde(rename = "executionSuccessful")]
    pub(super) successful: Option<bool>,
    #[serde(default, rename = "ruleConfigurationOverrides")]
    pub(super) overrides: List<Override>,
}

#[derive(Derived)]
pub(super) struct Override {
    pub(super) configuration: Option<Configuration>,
    pub(super) descriptor: Option<Reference>,
}

/// Which rule of which component.
#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) id: Option<String>,
    pub(super) index: Option<i64>,
    pub(super) tool_component: Option<ComponentReference>,
}

#[derive(Derived)]
pub(super) struct ComponentReference {
    pub(super) index: Option<i64>,
}

#[derive(Derived)]
pub(super) struct ExternalResults {
    #[serde(default)]
    results: List<External>,
}

#[derive(Derived)]
struct External {}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    rule_id: Option<String>,
    pub(super) rule_index: Option<i64>,
    pub(super) rule: Option<Box<Reference>>,
    pub(super) kind: Option<String>,
    pub(super) level: Option<String>,
    pub(super) message: Option<Box<Message>>,
    #[serde(default)]
    pub(super) locations: List<Location>,
    #[serde(rename = "analysisTarget")]
    pub(super) target: Option<Box<Artifact>>,
    #[serde(rename = "partialFingerprints")]
    pub(super) fingerprints: Option<BTreeMap<String, Fingerprint>>,
    #[serde(rename = "baselineState")]
    pub(super) baseline: Option<String>,
    #[serde(default)]
    pub(super) suppressions: List<Suppression>,
    #[serde(default)]
    pub(super) fixes: List<Change>,
    pub(super) provenance: Option<Box<Provenance>>,
    pub(super) properties: Option<Box<Bag>>,
}

/// A proposed change, of which it matters only that there is one.
#[derive(Derived)]
pub(super) struct Change {}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance {
    pub(super) invocation_index: Option<i64>,
}

#[derive(Derived)]
pub(super) struct Suppression {
    status: Option<String>,
    /// As drafts of the standard call the status.
    state: Option<String>,
}

/// A text, or the id of one of the rule's with what to put into it.
#[derive(Derived, Hash)]
pub(super) struct Message {
    pub(super) text: Option<String>,
    id: Option<String>,
    #[serde(default)]
    arguments: List<String>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(rename = "physicalLocation")]
    pub(super) physical: Option<Box<Physical>>,
    #[serde(default, rename = "logicalLocations")]
    pub(super) logical: List<Logical>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical {
    pub(super) fully_qualified_name: Option<String>,
    pub(super) name: Option<String>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    #[serde(rename = "artifactLocation")]
    pub(super) artifact: Option<Box<Artifact>>,
    pub(super) region: Option<Box<Region>>,
}

#[derive(Derived)]
pub(super) struct Artifact {
    pub(super) uri: Option<String>,
    pub(super) index: Option<i64>,
}

/// Some writers put 0 or -1 where they do not know.
#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: Option<i64>,
    pub(super) start_column: Option<i64>,
    pub(super) char_offset: Option<i64>,
    pub(super) byte_offset: Option<i64>,
}

/// The standard has texts here; some tools put objects, which are no use.
pub(super) struct Fingerprint(pub(super) Option<String>);

impl Run {
    pub(super) fn tool_name(&self) -> &str {
        let driver = self.driver();
        driver.and_then(|driver| driver.name.as_deref()).unwrap_or_default()
    }

    pub(super) fn driver(&self) -> Option<&Component> {
        self.tool.as_ref()?.driver.as_ref()
    }

    pub(super) fn extensions(&self) -> &[Component] {
        self.tool.as_ref().map_or(&[], |tool| tool.extensions.entries())
    }
}

impl ExternalResults {
    pub(super) fn is_empty(&self) -> bool {
        self.results.is_empty()
    }
}

impl SarifResult {
    pub(super) fn rule_id(&self) -> Option<&str> {
        self.rule_id.as_deref().or(self.rule.as_ref().and_then(|rule| rule.id.as_deref()))
    }

    pub(super) fn text(&self) -> Option<&str> {
        self.message.as_ref().and_then(|message| message.text.as_deref())
    }
}

impl Suppression {
    pub(super) fn status(&self) -> Option<&str> {
        self.status.as_deref().or(self.state.as_deref())
    }
}

impl<'de> Deserialize<'de> for SecuritySeverity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Score).map(Self)
    }
}

struct Score;

impl Visitor<'_> for Score {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a score as text or as a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_f64<E>(self, score: f64) -> Result<String, E> {
        Ok(score.to_string())
    }

    fn visit_i64<E>(self, score: i64) -> Result<String, E> {
        Ok(score.to_string())
    }

    fn visit_u64<E>(self, score: u64) -> Result<String, E> {
        Ok(score.to_string())
    }
}
