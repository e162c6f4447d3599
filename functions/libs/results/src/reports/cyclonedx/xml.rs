//! CycloneDX as XML, into what its JSON would have said.
//!
//! The extension for versions before 1.4 has vulnerabilities at the bill's end, where `ref` says which component is
//! affected, or in the component itself.

use domain::quality::reports::{Report, Unknown};

use super::super::limits::Budget;
use super::super::notes::{Notes, place};
use super::super::numbers;
use super::super::xml::{Elements, Tag};
use super::super::{Format, findings};
use super::bill::{Affected, Component, Property, Rating, Reference, Source, Version, Vulnerability};
use super::{Packages, UNSCANNED};
use crate::input::{Attributes, Refusal};

/// Reads the elements of a bill.
pub(in super::super) struct Reader {
    budget: Budget,
    /// Names of the elements that are open, outermost first.
    open: Vec<Box<str>>,
    packages: Packages,
    /// Components that are open, outermost first.
    components: Vec<Component>,
    /// Components so far, so that one without a reference gets one of its own.
    seen: usize,
    /// Vulnerabilities with the lines where they end.
    found: Vec<(u64, Vulnerability)>,
    /// The vulnerability that is open.
    draft: Option<Vulnerability>,
    /// Whether there is a list of vulnerabilities, which may be empty.
    scanned: bool,
}

impl Reader {
    pub(in super::super) fn new(budget: Budget) -> Self {
        Self {
            budget,
            open: Vec::new(),
            packages: Packages::default(),
            components: Vec::new(),
            seen: 0,
            found: Vec::new(),
            draft: None,
            scanned: false,
        }
    }

    /// The name of the element so many levels around the open one.
    fn around(&self, levels: usize) -> &str {
        self.open.iter().rev().nth(levels).map_or("", |name| name)
    }

    fn begin_component(&mut self, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        self.budget.entry(8)?;
        self.seen += 1;
        let reference = attributes.owned("bom-ref").unwrap_or_else(|| format!("component {}", self.seen));
        self.budget.text(&reference)?;
        self.components.push(Component::with_reference(reference));
        Ok(())
    }

    fn begin_vulnerability(&mut self, attributes: &Attributes<'_>) {
        let owner = self.components.last().and_then(|component| component.reference.clone());
        let reference = owner.or_else(|| attributes.owned("ref"));
        let mut draft = Vulnerability::default();
        if reference.is_some() {
            draft.affects.push(Affected { reference, ..Affected::default() });
        }
        self.draft = Some(draft);
    }

    /// The beginning of an element within a vulnerability.
    fn begin_part(&mut self, name: &str, attributes: &Attributes<'_>) {
        let in_properties = self.around(1) == "properties" && self.around(2) == "vulnerability";
        let (in_rating, in_versions) = (self.around(1) == "rating", self.around(1) == "versions");
        let Some(draft) = &mut self.draft else { return };
        match name {
            "rating" => draft.ratings.push(Rating::default()),
            "reference" => draft.references.push(Reference::default()),
            "target" => draft.affects.push(Affected::default()),
            "analysis" => drop(draft.analysis.get_or_insert_default()),
            "property" if in_properties => {
                draft.properties.push(Property { name: attributes.owned("name"), value: None });
            }
            "version" if in_versions => {
                draft.affects.last_mut().into_iter().for_each(|affected| affected.versions.push(Version::default()));
            }
            "source" if in_rating => {
                let source = Source { name: attributes.owned("name") };
                draft.ratings.last_mut().into_iter().for_each(|rating| rating.source = Some(source.clone()));
            }
            _ => {}
        }
    }

    /// The text of an element in a component.
    fn of_component(&mut self, name: &str, text: String) {
        let Some(component) = self.components.last_mut() else { return };
        match name {
            "group" => component.group = Some(text),
            "name" => component.name = Some(text),
            "version" => component.version = Some(text),
            _ => component.purl = Some(text),
        }
    }
}

impl Elements for Reader {
    fn format(&self) -> Format {
        Format::CycloneDx
    }

    fn start(&mut self, tag: Tag<'_, '_>, _notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        let Tag { name, depth, attributes } = tag;
        self.open.truncate(depth);
        self.open.push(name.into());
        match name {
            "component" | "service" => self.begin_component(attributes)?,
            "vulnerabilities" => self.scanned = true,
            "vulnerability" => {
                self.budget.entry(8)?;
                self.begin_vulnerability(attributes);
            }
            _ if self.draft.is_some() => {
                self.budget.entry(8)?;
                self.begin_part(name, attributes);
            }
            _ => {}
        }
        let part = Part::of(self.around(1), name);
        Ok(part.is_some_and(|part| part == Part::Component || self.draft.is_some()))
    }

    fn end(&mut self, name: &str, depth: usize, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.open.truncate(depth + 1);
        let part = Part::of(self.around(1), name);
        let text = text.trim();
        if part.is_some() {
            self.budget.text(text)?;
        }
        match (name, part) {
            ("component" | "service", _) => {
                self.components.pop().into_iter().for_each(|component| self.packages.add(&component));
            }
            ("vulnerability", _) => {
                self.found.extend(self.draft.take().map(|draft| (notes.line(), draft)));
            }
            (_, Some(Part::Component)) => self.of_component(name, text.to_owned()),
            (_, Some(part)) => self.draft.iter_mut().for_each(|draft| part.set(draft, text)),
            _ => {}
        }
        self.open.truncate(depth);
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        if !self.scanned {
            notes.book().bad("vulnerabilities", UNSCANNED, Unknown::Findings);
        }
        let mut found = Vec::new();
        for (line, vulnerability) in &self.found {
            found.extend(vulnerability.findings(&self.packages, &place(*line), notes.book()));
        }
        Ok(findings::report(found))
    }
}

/// What the text of an element is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Component,
    Id,
    Description,
    Detail,
    Recommendation,
    Alias,
    Score,
    Severity,
    Method,
    Source,
    State,
    Response,
    Affected,
    Version,
    Status,
    Property,
}

impl Part {
    fn of(around: &str, name: &str) -> Option<Self> {
        Some(match (around, name) {
            ("component" | "service", "group" | "name" | "version" | "purl") => Self::Component,
            ("vulnerability", "id") => Self::Id,
            ("vulnerability", "description") => Self::Description,
            ("vulnerability", "detail") => Self::Detail,
            ("vulnerability" | "recommendations", "recommendation") => Self::Recommendation,
            ("reference", "id") => Self::Alias,
            ("rating", "score") | ("score", "base") => Self::Score,
            ("rating", "severity") => Self::Severity,
            ("rating", "method") => Self::Method,
            ("source", "name") => Self::Source,
            ("analysis", "state") => Self::State,
            ("responses", "response") => Self::Response,
            ("target", "ref") => Self::Affected,
            ("version", "version") => Self::Version,
            ("version", "status") => Self::Status,
            ("properties", "property") => Self::Property,
            _ => return None,
        })
    }

    fn set(self, draft: &mut Vulnerability, text: &str) {
        let told = (!text.is_empty()).then(|| text.to_owned());
        match self {
            Self::Id => draft.id = told,
            Self::Description => draft.description = told,
            Self::Detail => draft.detail = told,
            Self::Recommendation => draft.recommendation = draft.recommendation.take().or(told),
            Self::State => draft.analysis.get_or_insert_default().state = told,
            Self::Response => {
                told.into_iter().for_each(|told| draft.analysis.get_or_insert_default().response.push(told))
            }
            Self::Score | Self::Severity | Self::Method | Self::Source => {
                draft.ratings.last_mut().into_iter().for_each(|rating| self.set_rating(rating, told.clone()));
            }
            _ => self.set_entry(draft, told),
        }
    }

    fn set_rating(self, rating: &mut Rating, told: Option<String>) {
        match (self, told) {
            (Self::Score, Some(score)) => rating.score = Some(numbers::signed(&score).unwrap_or(f64::NAN)),
            (Self::Severity, told) => rating.severity = told,
            (Self::Method, told) => rating.method = told,
            (Self::Source, Some(name)) => {
                rating.source.iter_mut().for_each(|source| source.name = Some(name.clone()));
            }
            _ => {}
        }
    }

    /// What goes into the last entry of a list.
    fn set_entry(self, draft: &mut Vulnerability, told: Option<String>) {
        let affected = draft.affects.last_mut();
        match self {
            Self::Alias => draft.references.last_mut().into_iter().for_each(|entry| entry.id.clone_from(&told)),
            Self::Property => draft.properties.last_mut().into_iter().for_each(|entry| entry.value.clone_from(&told)),
            Self::Affected => affected.into_iter().for_each(|entry| entry.reference.clone_from(&told)),
            Self::Version | Self::Status => {
                let version = affected.and_then(|affected| affected.versions.last_mut());
                let Some(version) = version else { return };
                *(if self == Self::Version { &mut version.version } else { &mut version.status }) = told;
            }
            _ => {}
        }
    }
}
