//! Gates that the platform's owner asks of every run.

use super::Gate;
use crate::base::problem::Problem;
use crate::base::tree::Node;

/// Name of the setting that holds them.
pub const SETTING: &str = "QAOPS_GATES";

/// Gates of a package with those that the platform's owner asks for.
///
/// The package cannot weaken them: they are evaluated whatever it says, and its quarantine counts for nothing in them.
/// A platform that wants to let packages quarantine asks for something that a known failure does not touch, such as
/// `tests.failed.new == 0` or `tests.total > 0`. A gate that both ask for stands twice: with and without the quarantine
/// its figures, their samples and the baseline's are others, and the one may hold where the other does not.
pub fn with_mandatory(package: Vec<Gate>, mandatory: Vec<Gate>) -> Vec<Gate> {
    let asked = mandatory.into_iter().map(|gate| Gate { mandatory: true, ..gate });
    let mut all: Vec<Gate> = asked.chain(package).collect();
    all.sort_by_key(|gate| gate.severity);
    all
}

/// Reads the setting's text: a JSON list of error gates, or an object with lists below `error`, `warn` and `stop`.
/// Empty text is no gate. The problem names the place, such as `QAOPS_GATES: error[0]`.
pub fn parse_mandatory(text: &str) -> Result<Vec<Gate>, Problem> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
        let what = format!("this is no JSON: {error}");
        Problem::new(SETTING, what, "write a list of gates, or {\"error\": […], \"warn\": […]}")
    })?;
    let lists = if value.is_array() { serde_json::json!({ "error": value }) } else { value };
    let gates = super::read(&Node::from_json(SETTING, &lists))?;
    Ok(gates.into_iter().map(|gate| Gate { mandatory: true, ..gate }).collect())
}
