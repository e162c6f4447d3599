//! The parts of a SARIF log that are read, named as the standard names them.
//!
//! What is seldom there is boxed: a log of half a million empty results is two megabytes, and stays small in memory too.

use std::collections::BTreeMap;

use serde::Deserialize as Derived;

use super::super::loose::{self, List};

#[derive(Derived)]
pub(super) struct Log {
    #[serde(default)]
    pub(super) runs: List<Run>,
}

#[derive(Derived)]
pub(super) struct Run {
    tool: Option<Tool>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) artifacts: List<Located>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) invocations: List<Invocation>,
    pub(super) results: Option<List<SarifResult>>,
    #[serde(default, rename = "externalPropertyFileReferences", deserialize_with = "loose::object")]
    pub(super) external: Option<ExternalResults>,
}

/// An entry of `artifacts`.
#[derive(Derived)]
pub(super) struct Located {
    #[serde(default, deserialize_with = "loose::object")]
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
    #[serde(default, deserialize_with = "loose::text")]
    name: Option<String>,
    #[serde(default)]
    pub(super) rules: List<Rule>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) id: Option<String>,
    #[serde(default, rename = "shortDescription", deserialize_with = "loose::object")]
    pub(super) short: Option<Box<Message>>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) help: Option<Box<Message>>,
    /// A level that cannot be read where it is not an object.
    #[serde(default, deserialize_with = "loose::object_or_else")]
    pub(super) default_configuration: Option<Option<Configuration>>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) properties: Option<Box<Bag>>,
}

#[derive(Derived)]
pub(super) struct Configuration {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) level: Option<String>,
}

/// Of a property bag, the severity that GitHub has tools put there: a score as text, as a number, or a word.
#[derive(Derived)]
pub(super) struct Bag {
    #[serde(default, rename = "security-severity", deserialize_with = "loose::text")]
    pub(super) severity: Option<String>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    #[serde(default, rename = "executionSuccessful", deserialize_with = "loose::truth")]
    pub(super) successful: Option<bool>,
    #[serde(default, rename = "ruleConfigurationOverrides", deserialize_with = "loose::list")]
    pub(super) overrides: List<Override>,
}

#[derive(Derived)]
pub(super) struct Override {
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) configuration: Option<Configuration>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) descriptor: Option<Reference>,
}

/// Which rule of which component.
#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) id: Option<String>,
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) index: Option<i64>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) tool_component: Option<ComponentReference>,
}

#[derive(Derived)]
pub(super) struct ComponentReference {
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) index: Option<i64>,
}

#[derive(Derived)]
pub(super) struct ExternalResults {
    #[serde(default, deserialize_with = "loose::list")]
    results: List<External>,
}

#[derive(Derived)]
struct External {}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    #[serde(default, deserialize_with = "loose::text")]
    rule_id: Option<String>,
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) rule_index: Option<i64>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) rule: Option<Box<Reference>>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) kind: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) level: Option<String>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) message: Option<Box<Message>>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) locations: List<Location>,
    #[serde(default, rename = "analysisTarget", deserialize_with = "loose::object")]
    pub(super) target: Option<Box<Artifact>>,
    #[serde(default, rename = "partialFingerprints", deserialize_with = "loose::object")]
    pub(super) fingerprints: Option<BTreeMap<String, Fingerprint>>,
    #[serde(default, rename = "baselineState", deserialize_with = "loose::text")]
    pub(super) baseline: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) suppressions: List<Suppression>,
    #[serde(default, deserialize_with = "loose::list")]
    pub(super) fixes: List<Change>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) provenance: Option<Box<Provenance>>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) properties: Option<Box<Bag>>,
}

/// A proposed change, of which it matters only that there is one.
#[derive(Derived)]
pub(super) struct Change {}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance {
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) invocation_index: Option<i64>,
}

#[derive(Derived)]
pub(super) struct Suppression {
    #[serde(default, deserialize_with = "loose::text")]
    status: Option<String>,
    /// As drafts of the standard call the status.
    #[serde(default, deserialize_with = "loose::text")]
    state: Option<String>,
}

/// A text, or the id of one of the rule's with what to put into it.
#[derive(Derived, Hash)]
pub(super) struct Message {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) text: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    id: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    arguments: List<String>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(default, rename = "physicalLocation", deserialize_with = "loose::object")]
    pub(super) physical: Option<Box<Physical>>,
    #[serde(default, rename = "logicalLocations", deserialize_with = "loose::list")]
    pub(super) logical: List<Logical>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Logical {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) fully_qualified_name: Option<String>,
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) name: Option<String>,
}

#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Physical {
    #[serde(default, rename = "artifactLocation", deserialize_with = "loose::object")]
    pub(super) artifact: Option<Box<Artifact>>,
    #[serde(default, deserialize_with = "loose::object")]
    pub(super) region: Option<Box<Region>>,
}

#[derive(Derived)]
pub(super) struct Artifact {
    #[serde(default, deserialize_with = "loose::text")]
    pub(super) uri: Option<String>,
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) index: Option<i64>,
}

/// Some writers put 0 or -1 where they do not know.
#[derive(Derived)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) start_line: Option<i64>,
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) start_column: Option<i64>,
    #[serde(default, deserialize_with = "loose::index")]
    pub(super) char_offset: Option<i64>,
    #[serde(default, deserialize_with = "loose::index")]
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

    pub(super) fn extensions(&self) -> Option<&List<Component>> {
        self.tool.as_ref().map(|tool| &tool.extensions)
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
