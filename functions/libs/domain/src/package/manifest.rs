//! `qaops.toml`: what a suite package says of its own runs.

pub mod arguments;
pub mod keys;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::base::paths;
use crate::base::problem::{Problem, quoted};
use crate::base::table::Table;
use crate::base::tree::Node;
use crate::base::validate;
use crate::package::environment::{self, Environment};
use crate::package::plan::{Desktop, Hooks, RobotOptions, Video};
use crate::package::platform::Platform;
use crate::quality::gates::{self, Gate};
use crate::quality::quarantine::{self, Quarantine};
use crate::run::shards::MOST_ENVIRONMENTS;

/// Name of the file at the package's root.
pub const FILE: &str = "qaops.toml";

/// Seconds that a run may be given: 10 seconds to 24 hours.
pub(crate) const TIMEOUT: RangeInclusive<u64> = 10..=86_400;

/// Seconds that a scheduled suite may be without a verdict: an hour to 90 days.
const STALE_AFTER: RangeInclusive<u64> = 3600..=90 * 86_400;

/// How often failed tests may be run again.
pub(crate) const RERUNS: RangeInclusive<u32> = 0..=5;

/// Pixels that a desktop may be wide or high: from the smallest that Windows sets to 8K.
const PIXELS: RangeInclusive<u32> = 480..=7680;

/// Environments that a run may have.
pub(crate) const ENVIRONMENTS: RangeInclusive<u32> = 1..=MOST_ENVIRONMENTS;

/// How large the fleet shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// So many environments.
    Environments(u32),
    /// As many as it takes to be over in so many seconds.
    TargetSeconds(u64),
}

/// A package's `qaops.toml`. Whatever is none has a default of QAOps, or comes with the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Suite's name.
    pub suite: Option<String>,
    /// What an environment is.
    pub platform: Option<Platform>,
    /// How many environments, or how soon a run shall be over.
    pub size: Option<Size>,
    /// Seconds that a run may take.
    pub timeout_seconds: Option<u64>,
    /// How often failed tests are run again.
    pub rerun_failed: Option<u32>,
    /// Branch whose baseline stands in for that of a branch without one.
    pub default_branch: Option<String>,
    /// Seconds without a verdict after which the suite, if a schedule runs it, is stale.
    pub stale_after_seconds: Option<u64>,
    /// Programs that must be on the PATH where the suite runs.
    pub needs: Vec<String>,
    /// The desktop that the tests need.
    pub desktop: Option<Desktop>,
    /// What is asked of the environments.
    pub environment: Environment,
    /// What `robot` is given.
    pub robot: RobotOptions,
    /// Commands around `robot`.
    pub hooks: Hooks,
    /// Reports by kind: paths below the package's root.
    pub reports: BTreeMap<String, String>,
    /// Gates in the order error, warn, stop; empty if the file has none.
    pub gates: Vec<Gate>,
    /// Tests that may fail for a while, in the order of the file.
    pub quarantine: Vec<Quarantine>,
}

impl Config {
    /// Reads the text of a `qaops.toml`. The problem names the place, such as `qaops.toml: robot.include[0]`,
    /// or line and column where the text is no TOML.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let node = Node::from_toml(FILE, text.trim_start_matches('\u{feff}'))?;
        let fields = node.known(&keys::ALL)?;
        let mut config = Self::default();
        for (key, node) in &fields {
            config.read(key, node)?;
        }
        config.size = size(&fields)?;
        for (key, node) in fields {
            config.check_platform(key, node)?;
        }
        Ok(config)
    }

    /// Refuses what the package's files show to be wrong. The paths are those of its files, below its root.
    pub(crate) fn check_files(&self, files: &[&str]) -> Result<(), Problem> {
        let RobotOptions { folder, arguments, .. } = &self.robot;
        if !folder.is_empty() && !files.iter().any(|file| paths::below(file, folder).is_some()) {
            let what = format!("the package has no folder {}", quoted(folder));
            return Err(Problem::new(format!("{FILE}: robot.folder"), what, "write its path below the package's root"));
        }
        arguments::check_paths(arguments, folder)?;
        arguments::check_languages(arguments, files, folder, self.hooks.before.is_some())
    }

    /// Refuses settings that the platform does not support.
    fn check_platform(&self, key: &str, node: &Node) -> Result<(), Problem> {
        match (key, self.platform) {
            ("desktop", Some(Platform::Android)) => {
                Err(node.problem("the platform android has no desktop", "leave it out, or take linux or windows"))
            }
            ("environment", Some(Platform::Windows)) if !self.environment.packages.is_empty() => {
                let help = "install with hooks.before, or put it into the image";
                Err(node.problem("the platform windows has no packages of Debian", help))
            }
            _ => Ok(()),
        }
    }

    fn read(&mut self, key: &str, node: &Node) -> Result<(), Problem> {
        match key {
            "suite" => self.suite = Some(validate::suite(node)?),
            "platform" => self.platform = Some(platform(node)?),
            "timeout" => self.timeout_seconds = Some(validate::duration(node, TIMEOUT)?),
            "rerun_failed" => self.rerun_failed = Some(node.whole(RERUNS)?),
            "default_branch" => self.default_branch = Some(validate::branch(node)?),
            "stale_after" => self.stale_after_seconds = Some(validate::duration(node, STALE_AFTER)?),
            "needs" => self.needs = validate::programs(node)?,
            "desktop" => self.desktop = Some(desktop(node)?),
            "environment" => self.environment = environment::read(node)?,
            "robot" => self.robot = robot(node)?,
            "hooks" => self.hooks = hooks(node)?,
            "reports" => self.reports = reports(node, &keys::REPORTS, validate::report)?,
            "gates" => self.gates = gates::read(node)?,
            "quarantine" => self.quarantine = quarantine::read(node)?,
            _ => {}
        }
        Ok(())
    }
}

fn platform(node: &Node) -> Result<Platform, Problem> {
    match node.text()? {
        "linux" => Ok(Platform::Linux),
        "windows" => Ok(Platform::Windows),
        "android" => Ok(Platform::Android),
        _ => Err(node.expected("\"linux\", \"windows\" or \"android\"")),
    }
}

/// A desktop's size, and what is kept of the desktop. Width and height must both be given, because a test that clicks
/// depends on both.
fn desktop(node: &Node) -> Result<Desktop, Problem> {
    let fields = node.known(&keys::DESKTOP)?;
    let field = |name: &str| fields.iter().find(|(key, _)| *key == name).map(|(_, node)| *node);
    let side = |name: &str| match field(name) {
        Some(node) => Ok(u16::try_from(node.whole(PIXELS)?).unwrap_or(u16::MAX)),
        None => Err(node.problem(format!("{name} is missing"), "write { width = 1920, height = 1080 }, for example")),
    };
    Ok(Desktop {
        width: side("width")?,
        height: side("height")?,
        video: field("video").map_or(Ok(Video::Never), video)?,
        screenshots: field("screenshots").map_or(Ok(false), Node::truth)?,
    })
}

fn video(node: &Node) -> Result<Video, Problem> {
    match node.text() {
        Ok("never") => Ok(Video::Never),
        Ok("failed") => Ok(Video::Failed),
        Ok("always") => Ok(Video::Always),
        _ => Err(node.expected("\"failed\", \"always\" or \"never\"")),
    }
}

/// Environments or target, whichever of the two is given.
pub(crate) fn size(fields: &[(&str, &Node)]) -> Result<Option<Size>, Problem> {
    let mut size = None;
    for (key, node) in fields {
        let found = match *key {
            "environments" => Size::Environments(node.whole(ENVIRONMENTS)?),
            "target" => Size::TargetSeconds(validate::duration(node, TIMEOUT)?),
            _ => continue,
        };
        if size.replace(found).is_some() {
            return Err(node.problem("environments and target exclude each other", "keep one of them"));
        }
    }
    Ok(size)
}

/// Reports by kind, each read by `value`.
pub(crate) fn reports<T>(
    node: &Node,
    keys: &Table,
    value: fn(&Node) -> Result<T, Problem>,
) -> Result<BTreeMap<String, T>, Problem> {
    node.known(keys)?.into_iter().map(|(kind, node)| Ok((kind.to_owned(), value(node)?))).collect()
}

fn robot(node: &Node) -> Result<RobotOptions, Problem> {
    let mut options = RobotOptions::default();
    for (key, node) in node.known(&keys::ROBOT)? {
        match key {
            "include" => options.include = validate::tags(node)?,
            "exclude" => options.exclude = validate::tags(node)?,
            "variables" => options.variables = validate::variables(node, validate::variable_value)?,
            "folder" => options.folder = validate::folder(node)?,
            "secrets" => options.secrets = validate::variables(node, validate::parameter)?,
            _ => options.arguments = arguments::read(node)?,
        }
    }
    for name in options.secrets.keys() {
        let same = |variable: &&String| validate::normal_variable(variable) == validate::normal_variable(name);
        if let Some(variable) = options.variables.keys().find(same) {
            let what = format!("\"{variable}\" is a variable and a secret");
            return Err(node.problem(what, "keep one of them"));
        }
    }
    Ok(options)
}

fn hooks(node: &Node) -> Result<Hooks, Problem> {
    let mut hooks = Hooks::default();
    for (key, node) in node.known(&keys::HOOKS)? {
        let command = Some(validate::command(node)?);
        if key == "before" { hooks.before = command } else { hooks.after = command }
    }
    Ok(hooks)
}

#[cfg(test)]
mod tests;
