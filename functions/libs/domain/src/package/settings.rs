//! The settings of a run: a value of the request, else of the package, else QAOps's own default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::problem::Problem;
use crate::base::validate::{S3Url, normal_variable};
use crate::package::environment::Environment;
use crate::package::input::Request;
use crate::package::manifest::{Config, FILE, Size};
use crate::package::plan::{Desktop, Hooks, RobotOptions, STALE_AFTER_SECONDS};
use crate::package::platform::Platform;
use crate::quality::baseline::DEFAULT_BRANCH;
use crate::quality::gates::{self, Gate, Severity};
use crate::quality::quarantine::Quarantine;
use crate::quality::reports::Kind;

/// Seconds of a run that neither the request nor the package limits.
const TIMEOUT_SECONDS: u64 = 3600;

/// All settings of a run, none of them open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Suite's name.
    pub suite: String,
    /// What an environment is.
    pub platform: Platform,
    /// How many environments, or how soon the run shall be over.
    pub size: Size,
    /// Seconds that the run may take.
    pub timeout_seconds: u64,
    /// How often failed tests are run again.
    pub rerun_failed: u32,
    /// Branch whose baseline stands in for that of a branch without one.
    pub default_branch: String,
    /// Seconds without a verdict after which the suite, if a schedule runs it, is stale.
    pub stale_after_seconds: u64,
    /// Programs that must be on the PATH where the suite runs.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The desktop that the tests need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desktop: Option<Desktop>,
    /// What is asked of the environments.
    #[serde(default, skip_serializing_if = "Environment::is_any")]
    pub environment: Environment,
    /// What `robot` is given.
    pub robot: RobotOptions,
    /// Commands around `robot`.
    pub hooks: Hooks,
    /// Reports that a shard may leave behind, by kind: paths below the package's root. A kind that the request
    /// brings from elsewhere is not among them.
    pub reports: BTreeMap<String, String>,
    /// Reports from elsewhere, by kind.
    pub given_reports: BTreeMap<String, S3Url>,
    /// What the run is about, such as `branch` and `commit`.
    pub labels: BTreeMap<String, String>,
    /// Gates, at least one.
    pub gates: Vec<Gate>,
    /// Tests that may fail for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantine: Vec<Quarantine>,
}

impl Settings {
    /// Refuses an error gate on a kind of report that nobody brings: no run could ever decide it.
    pub fn check_reports(&self) -> Result<(), Problem> {
        let is_there =
            |kind: &Kind| self.reports.contains_key(kind.word()) || self.given_reports.contains_key(kind.word());
        let errors = self.gates.iter().filter(|gate| gate.severity == Severity::Error);
        let mut without = errors.filter_map(|gate| Some((gate, gate.report().filter(|kind| !is_there(kind))?)));
        let Some((gate, kind)) = without.next() else { return Ok(()) };
        let what = format!("\"{}\" is about a {kind} report, and neither [reports] nor the input names one", gate.text);
        let help =
            format!("name it as {kind} = \"<path below the package's root>\" in [reports], or make the gate a warning");
        Err(Problem::new(format!("{FILE}: gates"), what, help))
    }
}

/// Joins the two. The request wins; its `include` and `exclude` replace the package's, its variables replace
/// the package's name by name. Different suite names, and a variable that is a secret of the package, are problems.
pub fn settings(request: &Request, config: &Config) -> Result<Settings, Problem> {
    same_suite(request, config)?;
    let mut reports = config.reports.clone();
    reports.retain(|kind, _| !request.reports.contains_key(kind));
    let gates = if config.gates.is_empty() { gates::defaults() } else { config.gates.clone() };
    Ok(Settings {
        suite: request.suite.clone(),
        platform: config.platform.unwrap_or_default(),
        size: request.size.or(config.size).unwrap_or(Size::Environments(1)),
        timeout_seconds: request.timeout_seconds.or(config.timeout_seconds).unwrap_or(TIMEOUT_SECONDS),
        rerun_failed: request.rerun_failed.or(config.rerun_failed).unwrap_or(0),
        default_branch: config.default_branch.clone().unwrap_or_else(|| DEFAULT_BRANCH.to_owned()),
        stale_after_seconds: config.stale_after_seconds.unwrap_or(STALE_AFTER_SECONDS),
        needs: config.needs.clone(),
        desktop: config.desktop,
        environment: config.environment.clone(),
        robot: robot(request, config)?,
        hooks: config.hooks.clone(),
        reports,
        given_reports: request.reports.clone(),
        labels: request.labels.clone(),
        gates,
        quarantine: config.quarantine.clone(),
    })
}

fn same_suite(request: &Request, config: &Config) -> Result<(), Problem> {
    match &config.suite {
        Some(suite) if *suite != request.suite => {
            let what = format!("the input asks for suite \"{}\" but the package is \"{suite}\"", request.suite);
            Err(Problem::new(format!("{FILE}: suite"), what, "name the same suite in both"))
        }
        _ => Ok(()),
    }
}

fn robot(request: &Request, config: &Config) -> Result<RobotOptions, Problem> {
    let mut robot = config.robot.clone();
    if let Some(include) = &request.include {
        robot.include.clone_from(include);
    }
    if let Some(exclude) = &request.exclude {
        robot.exclude.clone_from(exclude);
    }
    for (name, value) in &request.variables {
        let same = |other: &String| normal_variable(other) == normal_variable(name);
        if robot.secrets.keys().any(same) {
            let place = format!("input: variables.{name}");
            return Err(Problem::new(place, "this variable is a secret of the package", "leave it out"));
        }
        robot.variables.retain(|other, _| !same(other));
        robot.variables.insert(name.clone(), value.clone());
    }
    Ok(robot)
}
