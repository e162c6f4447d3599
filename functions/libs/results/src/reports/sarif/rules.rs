//! Which rule a result breaks, and at what level.

use std::collections::HashMap;

use super::super::loose::List;
use super::super::notes::is_not;
use super::log::{Component, Invocation, Reference, Rule, Run, SarifResult};

/// The rules of a run, by id.
pub(super) struct Rules<'a> {
    run: &'a Run,
    /// Those of the driver before those of extensions.
    by_id: HashMap<&'a str, &'a Rule>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(run: &'a Run) -> Self {
        let mut by_id = HashMap::new();
        for component in run.driver().into_iter().chain(run.extensions().map_or(&[][..], List::entries)) {
            for rule in component.rules.entries() {
                by_id.entry(rule.id.as_deref().unwrap_or_default()).or_insert(rule);
            }
        }
        Self { run, by_id }
    }

    /// The rule by its index, else by its id. An id may be one of a rule with a part more: `CA1000/1`.
    ///
    /// Where the two disagree the id counts: a component that is named and not numbered makes an index one of a list
    /// that is not the driver's.
    pub(super) fn of_result(&self, result: &SarifResult) -> Option<&'a Rule> {
        let index = result.rule.as_ref().and_then(|rule| rule.index).or(result.rule_index);
        let component = self.component(result.rule.as_deref());
        let by_index = component.and_then(|component| component.rules.at(index));
        let Some(id) = result.rule_id() else { return by_index };
        by_index.filter(|rule| rule.is_called(id)).or_else(|| self.by_id(id)).or(by_index)
    }

    fn by_id(&self, id: &str) -> Option<&'a Rule> {
        let whole = self.by_id.get(id);
        whole.or_else(|| self.by_id.get(id.rsplit_once('/')?.0)).copied()
    }

    fn component(&self, reference: Option<&Reference>) -> Option<&'a Component> {
        let extension = reference.and_then(|rule| rule.tool_component.as_ref()?.index);
        match extension.filter(|index| *index >= 0) {
            Some(index) => self.run.extensions().and_then(|extensions| extensions.at(Some(index))),
            None => self.run.driver(),
        }
    }

    /// The level of a result: its own, that of its invocation's configuration, that of its rule, or `warning`.
    /// For a kind other than `fail` it is `none`. An error says which of them cannot be read.
    pub(super) fn level(&self, result: &'a SarifResult, rule: Option<&'a Rule>) -> Result<&'a str, String> {
        match result.kind.as_deref() {
            None | Some("fail") => {}
            Some("open" | "review" | "pass" | "notApplicable" | "informational") => return Ok("none"),
            Some(other) => return Err(is_not("kind", other, "a kind of result")),
        }
        if let Some(level) = result.level.as_deref().or_else(|| self.configured(result, rule)) {
            return Ok(level);
        }
        match rule.map(|rule| rule.default_configuration.as_ref()) {
            None if self.is_lost(result) => Err("the rule that it breaks cannot be told".to_owned()),
            Some(Some(None)) => Err("the configuration of its rule is not an object".to_owned()),
            Some(Some(Some(configuration))) => Ok(configuration.level.as_deref().unwrap_or("warning")),
            None | Some(None) => Ok("warning"),
        }
    }

    /// Whether a result names its rule by an index that cannot be read or that leads to what is not a rule.
    fn is_lost(&self, result: &SarifResult) -> bool {
        let index = result.rule.as_ref().and_then(|rule| rule.index).or(result.rule_index);
        let component = self.component(result.rule.as_deref());
        let strange = |index: i64| component.is_some_and(|component| component.rules.is_strange(index));
        index.is_some_and(|index| index < -1 || strange(index))
    }

    fn configured(&self, result: &SarifResult, rule: Option<&Rule>) -> Option<&'a str> {
        let invocation: &Invocation = self.run.invocations.at(result.provenance.as_ref()?.invocation_index)?;
        let rule = rule?;
        let overrides = invocation.overrides.entries().iter();
        let mut levels =
            overrides.filter_map(|entry| Some((entry.descriptor.as_ref()?, entry.configuration.as_ref()?)));
        let (_, configuration) = levels.find(|(descriptor, _)| {
            let by_id = descriptor.id.as_deref().is_some_and(|id| rule.id.as_deref() == Some(id));
            by_id || self.is_at(descriptor, rule)
        })?;
        configuration.level.as_deref()
    }

    fn is_at(&self, descriptor: &Reference, rule: &Rule) -> bool {
        let found = self.component(Some(descriptor)).and_then(|component| component.rules.at(descriptor.index));
        found.is_some_and(|found| std::ptr::eq(found, rule))
    }
}

impl Rule {
    fn is_called(&self, id: &str) -> bool {
        let own = self.id.as_deref().unwrap_or_default();
        id.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
