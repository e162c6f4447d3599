//! The local cloud: the emulator with a deployment in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use aws::provision::{Blueprint, Deployment};
use zip::write::SimpleFileOptions;

use crate::account::{ACCOUNT, NAME, REGION, ROLE_ID};
use crate::emulator::{self, Behaviour, Emulator};
use crate::error::Error;
use crate::machine::{proxies, raise_files};
use crate::programs::{Programs, STEPS};
use crate::python::Python;
use crate::roles;
use crate::separation::Obstacles;

/// Image of the local environments; an instance is a folder here, so it stands for nothing.
const IMAGE: &str = "ami-0c2023a1b2c3d4e5f";
/// Settings of the emulator, in seconds: an instance boots in two, and the sweep's minute lasts five.
const DEFAULTS: [(&str, &str); 3] =
    [("QAOPS_LOCAL_PENDING", "0.5"), ("QAOPS_LOCAL_BOOT", "1.5"), ("QAOPS_LOCAL_TICK", "5")];
/// Steps whose functions start while instances boot, for nothing else happens then, and how many of each at most.
const AHEAD: [(&str, u8); 9] = [
    ("assign", 3),
    ("dispatch", 3),
    ("resume", 2),
    ("collect", 3),
    ("terminate", 3),
    ("launch", 1),
    ("evaluate", 1),
    ("record", 1),
    ("notify", 1),
];
/// Settings of the functions that the caller's environment may hold.
const SETTINGS: [&str; 2] = [domain::quality::gates::SETTING, domain::package::prices::SETTING];
/// What a run would cost in the account: AWS's list prices of us-east-1, without a price of Spot capacity, which there
/// is none of here.
const PRICES: &str = r#"{
    "instances": {"linux": {"c7i.large": {"on_demand": 0.08925}, "m7i.large": {"on_demand": 0.1008}}},
    "volume_gib": {"linux": 32}, "volume_gib_month": 0.08,
    "address_hour": 0, "transfer_gib": 0, "transition": 0.000025
}"#;
/// Minutes after which a local instance ends itself, whatever happens around it.
const LIFE_MINUTES: u32 = 26 * 60;

/// A local cloud that is ready for runs.
#[derive(Debug)]
pub struct LocalCloud {
    emulator: Emulator,
    /// Connections to it.
    pub aws: aws::Cloud,
    /// Where its resources are.
    pub deployment: Deployment,
    /// Python with Robot Framework.
    pub python: Python,
}

impl LocalCloud {
    /// Builds the functions, starts the emulator at the same time, and deploys.
    pub async fn start(project: &Path, say: impl Fn(&str)) -> Result<Self, Error> {
        raise_files()?;
        let folder = project.to_owned();
        let build = tokio::task::spawn_blocking(move || Programs::build(&folder));
        let python = Python::ready(&cache(project), &say)?;
        let obstacles = Obstacles::found();
        obstacles.told().iter().for_each(|told| say(told));
        let shared = std::env::var_os("QAOPS_LOCAL_SHARED").unwrap_or_default();
        let visible = [shared_folders(&shared)?, vec![Programs::folder()?]].concat();
        let emulator = start_emulator(project, &python, &behaviour(project, &obstacles, &visible)?).await?;
        let programs = build.await.map_err(|error| Error::Io { path: project.to_owned(), source: error.into() })??;
        let aws = aws::Cloud::connect_to(&emulator.endpoint(), REGION).await;
        let deployment = aws.provision(&blueprint(project, &python, &programs)?).await?;
        Ok(Self { emulator, aws, deployment, python })
    }

    /// The address of every service.
    pub fn endpoint(&self) -> String {
        self.emulator.endpoint()
    }

    /// The name of the deployment in it.
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// The region of every service.
    pub fn region(&self) -> &'static str {
        REGION
    }

    /// Where its instances have their folders.
    pub fn folder(&self) -> &Path {
        self.emulator.folder()
    }

    /// Ends it with everything that it started.
    pub async fn stop(self) -> Result<(), Error> {
        Ok(self.emulator.stop().await?)
    }
}

/// The project's cache folder.
pub fn cache(project: &Path) -> PathBuf {
    project.join(".qaops")
}

/// Starts the emulator; an environment that proves broken is made anew, once.
async fn start_emulator(project: &Path, python: &Python, behaviour: &Behaviour) -> Result<Emulator, Error> {
    match Emulator::start(project, python, behaviour).await {
        Err(emulator::Error::Silent(said)) if said.contains("ImportError") || said.contains("ModuleNotFoundError") => {
            python.discard()?;
            let python = Python::ready(&cache(project), |_| {})?;
            Ok(Emulator::start(project, &python, behaviour).await?)
        }
        started => Ok(started?),
    }
}

/// Settings of the emulator from this process's environment: how long instances boot, how long a minute of its
/// schedules lasts, and what goes wrong on purpose. Functions and instances may do what their policies allow.
///
/// Instances are apart from each other as far as there are no obstacles. Those that enter another system are not: it has
/// all of its own. `visible` are paths that all of them see.
fn behaviour(project: &Path, obstacles: &Obstacles, visible: &[PathBuf]) -> Result<Behaviour, Error> {
    let names =
        ["AHEAD", "APART", "BOOT", "CHANCES", "ENTER", "NETWORK", "PENDING", "PERMISSIONS", "RATES", "TICK", "FAULTS"];
    let mut settings = passed_on(names.map(|name| format!("QAOPS_LOCAL_{name}")));
    for (name, value) in DEFAULTS {
        settings.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let ahead: BTreeMap<String, u8> = AHEAD.map(|(step, most)| (format!("{NAME}-{step}"), most)).into();
    settings.entry("QAOPS_LOCAL_AHEAD".to_owned()).or_insert_with(|| serde_json::json!(ahead).to_string());
    // An instance of the local cloud is this machine, which keeps the packages that it has.
    let enters = settings.contains_key("QAOPS_LOCAL_ENTER");
    for (name, obstacle) in [("QAOPS_LOCAL_APART", &obstacles.processes), ("QAOPS_LOCAL_NETWORK", &obstacles.network)] {
        settings.entry(name.to_owned()).or_insert_with(|| (obstacle.is_none() && !enters).to_string());
    }
    let has_network = settings.get("QAOPS_LOCAL_NETWORK").is_some_and(|word| word == "true");
    let mut instance = proxies(
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        has_network,
    );
    instance.extend(
        [("LANG", "C.UTF-8"), ("QAOPS_PACKAGES", "present")].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    settings.insert("QAOPS_LOCAL_INSTANCE_ENV".to_owned(), serde_json::json!(instance).to_string());
    settings.insert("QAOPS_LOCAL_VISIBLE".to_owned(), serde_json::json!(visible).to_string());
    settings.insert("QAOPS_LOCAL_POLICIES".to_owned(), true.to_string());
    settings.insert("QAOPS_LOCAL_ROLES".to_owned(), serde_json::json!(roles::roles(project)?).to_string());
    Ok(Behaviour { settings })
}

/// Folders of this machine that whoever started it shares with the environments: a list as in the variable `PATH`.
fn shared_folders(list: &OsStr) -> Result<Vec<PathBuf>, Error> {
    let named = std::env::split_paths(list).filter(|folder| !folder.as_os_str().is_empty());
    named.map(|path| if path.is_absolute() && path.is_dir() { Ok(path) } else { Err(Error::Shared(path)) }).collect()
}

/// Settings that this process's environment holds.
fn passed_on<const N: usize>(names: [impl Into<String>; N]) -> BTreeMap<String, String> {
    let set =
        names.into_iter().map(Into::into).filter_map(|name: String| Some((name.clone(), std::env::var(name).ok()?)));
    set.collect()
}

/// Settings of the functions that are the caller's choice.
fn settings() -> BTreeMap<String, String> {
    let mut settings = passed_on(SETTINGS);
    settings.entry(domain::package::prices::SETTING.to_owned()).or_insert_with(|| PRICES.to_owned());
    settings
}

fn blueprint(project: &Path, python: &Python, programs: &Programs) -> Result<Blueprint, Error> {
    let path = project.join("statemachine/qa-run.asl.json");
    let definition = std::fs::read_to_string(&path).map_err(|source| Error::Io { path, source })?;
    let mut functions = BTreeMap::new();
    for step in STEPS {
        functions.insert(step.to_owned(), bootstrap(&programs.path(step))?);
    }
    let seconds = [("ready_seconds", 1), ("capacity_seconds", 5), ("rerun_seconds", 1)];
    Ok(Blueprint {
        name: NAME.to_owned(),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        role_id: ROLE_ID.to_owned(),
        functions,
        definition,
        seconds: seconds.map(|(name, seconds)| (name.to_owned(), seconds)).into(),
        command: command(python, programs),
        image: IMAGE.to_owned(),
        types: vec!["c7i.large".to_owned(), "m7i.large".to_owned()],
        user_data: format!("#!/bin/sh\nexec shutdown -h +{LIFE_MINUTES}\n"),
        sweep: "rate(1 minute)".to_owned(),
        settings: settings(),
        events: true,
    })
}

/// What the SSM document runs: on an image the same lines stand with the image's paths.
fn command(python: &Python, programs: &Programs) -> Vec<String> {
    vec![
        "set -eu".to_owned(),
        "export QAOPS_BUCKET=qaops-artifacts".to_owned(),
        format!("export QAOPS_ROLE_ID={ROLE_ID}"),
        format!("export QAOPS_ROBOT='{}'", python.program("robot").display()),
        format!(
            "exec '{}' --run '{{{{ run }}}}' --shard '{{{{ shard }}}}' --attempt '{{{{ attempt }}}}'",
            programs.path("qaops-runner").display()
        ),
    ]
}

/// A function's package. The emulator runs functions on this machine, so it need not hold the program itself.
fn bootstrap(program: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source: std::io::Error| Error::Io { path: program.to_owned(), source };
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).map_err(|error| failed(error.into()))?;
    let script = format!("#!/bin/sh\nexec '{}'\n", program.display());
    zip.write_all(script.as_bytes()).map_err(failed)?;
    Ok(zip.finish().map_err(|error| failed(error.into()))?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_are_shared() {
        let folder = std::env::temp_dir();
        let list = std::env::join_paths([folder.as_path(), Path::new("")]).unwrap();
        assert_eq!(shared_folders(&list).unwrap(), [folder]);
        assert!(shared_folders(OsStr::new("")).unwrap().is_empty());
        for bad in ["tests", "/no/such/folder"] {
            assert!(shared_folders(OsStr::new(bad)).unwrap_err().to_string().contains(bad));
        }
    }
}
