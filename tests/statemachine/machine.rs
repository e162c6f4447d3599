//! The state machine as the rules look at it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// States that share variables: the top level, or what a map runs for each item.
pub(crate) struct Scope<'a> {
    /// Whether this is the top level.
    pub(crate) is_top: bool,
    /// Name of the first state.
    pub(crate) start: &'a str,
    /// The states by name.
    pub(crate) states: Vec<State<'a>>,
}

impl<'a> Scope<'a> {
    /// A state of this scope.
    pub(crate) fn state(&self, name: &str) -> Option<&State<'a>> {
        self.states.iter().find(|state| state.name == name)
    }
}

/// A state.
#[derive(Clone, Copy)]
pub(crate) struct State<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its definition.
    pub(crate) body: &'a Map<String, Value>,
}

/// A way from a state to another.
pub(crate) struct Way<'a> {
    /// Name of the other state.
    pub(crate) to: &'a str,
    /// Variables that are assigned on the way.
    pub(crate) assigned: BTreeSet<&'a str>,
}

/// A retrier or a catcher.
pub(crate) struct Handler<'a> {
    /// Names of errors that it takes.
    pub(crate) errors: Vec<&'a str>,
    /// Where a catcher goes.
    pub(crate) next: Option<&'a str>,
}

/// All scopes, the top level first.
pub(crate) fn scopes(machine: &Value) -> Vec<Scope<'_>> {
    let mut scopes = Vec::new();
    let mut left = vec![machine];
    while let Some(next) = left.pop() {
        let Some(states) = next["States"].as_object() else { continue };
        let states: Vec<State> =
            states.iter().filter_map(|(name, body)| Some(State { name, body: body.as_object()? })).collect();
        left.extend(states.iter().filter_map(|state| state.body.get("ItemProcessor")));
        scopes.push(Scope { is_top: scopes.is_empty(), start: next["StartAt"].as_str().unwrap_or_default(), states });
    }
    scopes
}

/// All states of all scopes.
pub(crate) fn states(machine: &Value) -> Vec<State<'_>> {
    scopes(machine).into_iter().flat_map(|scope| scope.states).collect()
}

impl<'a> State<'a> {
    /// A text of its definition; empty where there is none.
    pub(crate) fn text(&self, key: &str) -> &'a str {
        self.body.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it is of type `kind`.
    pub(crate) fn is(&self, kind: &str) -> bool {
        self.text("Type") == kind
    }

    /// The step that it calls.
    pub(crate) fn step(&self) -> Option<&'a str> {
        let function = self.body.get("Arguments")?.get("FunctionName")?.as_str()?;
        function.strip_prefix("${")?.strip_suffix('}')
    }

    /// What it passes to the step.
    pub(crate) fn payload(&self) -> Option<&'a Map<String, Value>> {
        self.body.get("Arguments")?.get("Payload")?.as_object()
    }

    /// Every way that leads out of it.
    pub(crate) fn ways(&self) -> Vec<Way<'a>> {
        let own = assigned(self.body.get("Assign"));
        let mut ways: Vec<Way> = ["Next", "Default"]
            .iter()
            .filter_map(|key| Some(Way { to: self.body.get(*key)?.as_str()?, assigned: own.clone() }))
            .collect();
        for key in ["Choices", "Catch"] {
            ways.extend(self.list(key).filter_map(|rule| {
                Some(Way { to: rule.get("Next")?.as_str()?, assigned: assigned(rule.get("Assign")) })
            }));
        }
        ways
    }

    /// Its retriers (`Retry`) or catchers (`Catch`).
    pub(crate) fn handlers(&self, key: &'a str) -> Vec<Handler<'a>> {
        let errors = |rule: &'a Value| {
            let errors = rule.get("ErrorEquals").and_then(Value::as_array);
            errors.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        self.list(key)
            .map(|rule| Handler { errors: errors(rule), next: rule.get("Next").and_then(Value::as_str) })
            .collect()
    }

    /// Its JSONata expressions, without those of the states inside it.
    pub(crate) fn expressions(&self) -> Vec<&'a str> {
        let mut found = Vec::new();
        for (key, value) in self.body {
            if key != "ItemProcessor" {
                collect(value, &mut found);
            }
        }
        found
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.body.get(key).and_then(Value::as_array).into_iter().flatten()
    }
}

fn assigned(assign: Option<&Value>) -> BTreeSet<&str> {
    assign.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => {
            let inside = text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}"));
            found.extend(inside.map(str::trim));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}
