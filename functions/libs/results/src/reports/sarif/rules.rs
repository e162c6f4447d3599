//! Which rule a result breaks, and at what level.

use std::collections::HashMap;

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
        for component in run.driver().into_iter().chain(run.extensions()) {
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
        let by_index = component.and_then(|component| component.rules.entries().get(usize::try_from(index?).ok()?));
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
            Some(index) => self.run.extensions().get(usize::try_from(index).ok()?),
            None => self.run.driver(),
        }
    }

    /// The level of a result: its own, that of its invocation's configuration, that of its rule, or `warning`.
    /// For a kind other than `fail` it is `none`.
    pub(super) fn level(&self, result: &'a SarifResult, rule: Option<&'a Rule>) -> &'a str {
        if result.kind.as_deref().is_some_and(|kind| kind != "fail") {
            return "none";
        }
        let own = result.level.as_deref();
        let configured = || self.configured(result, rule);
        let default = || rule?.default_configuration.as_ref()?.level.as_deref();
        own.or_else(configured).or_else(default).unwrap_or("warning")
    }

    fn configured(&self, result: &SarifResult, rule: Option<&Rule>) -> Option<&'a str> {
        let index = result.provenance.as_ref()?.invocation_index?;
        let invocation: &Invocation = self.run.invocations.entries().get(usize::try_from(index).ok()?)?;
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
        let index = descriptor.index.and_then(|index| usize::try_from(index).ok());
        let component = self.component(Some(descriptor));
        let found = component.zip(index).and_then(|(component, index)| component.rules.entries().get(index));
        found.is_some_and(|found| std::ptr::eq(found, rule))
    }
}

impl Rule {
    fn is_called(&self, id: &str) -> bool {
        let own = self.id.as_deref().unwrap_or_default();
        id.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
