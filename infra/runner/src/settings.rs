//! Settings of the runner, read once from pairs so that tests never touch the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::Error;
use crate::shard::Layers;
use domain::base::ids::InstanceId;

/// What the instance and the SSM document tell the runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bucket of artifacts.
    pub bucket: String,
    /// Unique id of the instance role; with the instance's id it makes IAM's `${aws:userid}`.
    pub role: String,
    /// The instance's id.
    pub environment: InstanceId,
    /// Folder for packages and attempts.
    pub work: PathBuf,
    /// The `robot` command: a name on the search path, or a path.
    pub robot: PathBuf,
    /// Where Python packages of suites come from: an index's address, or a folder of wheels.
    pub python_index: Option<String>,
    /// Whether system packages that a suite asks for may be installed: a machine that is not made for one run keeps its own.
    pub installs_packages: bool,
    /// Account that hooks and tests run as; none for that of the runner.
    pub account: Option<String>,
    /// Whether that account may use `sudo`.
    pub may_sudo: bool,
    /// Bytes that files beyond output, log, console and reports may have in all.
    pub most_bytes: u64,
    /// Whether the instance metadata service may be asked for a Spot notice.
    pub metadata: bool,
}

impl Settings {
    /// Folder between client and server, for a desktop server that gets no other.
    pub fn session(pairs: impl IntoIterator<Item = (String, String)>) -> Result<PathBuf, Error> {
        let named = pairs.into_iter().find(|(name, value)| name == "QAOPS_WORK" && !value.trim().is_empty());
        Ok(work(named.map(|(_, value)| value))?.join(SESSION))
    }

    /// Reads the settings; a missing one is named.
    pub fn read(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let pairs: BTreeMap<String, String> = pairs.into_iter().collect();
        let optional = |name: &str| pairs.get(name).filter(|value| !value.trim().is_empty()).cloned();
        let text = |name: &'static str| optional(name).ok_or(Error::SettingMissing(name));
        Ok(Self {
            bucket: text("QAOPS_BUCKET")?,
            role: text("QAOPS_ROLE_ID")?,
            environment: text("AWS_SSM_INSTANCE_ID")?.into(),
            work: work(optional("QAOPS_WORK"))?,
            robot: optional("QAOPS_ROBOT").unwrap_or_else(|| "robot".to_owned()).into(),
            python_index: optional("QAOPS_PYTHON_INDEX"),
            installs_packages: installs(optional("QAOPS_PACKAGES"))?,
            account: optional("QAOPS_TEST_USER"),
            may_sudo: flag("QAOPS_TESTS_MAY_SUDO", optional("QAOPS_TESTS_MAY_SUDO"))?,
            most_bytes: mebibytes(optional("QAOPS_ARTIFACTS_MIB"))? << 20,
            metadata: !optional("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")),
        })
    }

    /// Where layers of Python packages lie and come from.
    pub fn layers(&self) -> Layers {
        Layers { folder: self.work.join("layers"), index: self.python_index.clone(), shared: None }
    }
}

/// Folder between client and server, below that for packages and attempts; no run's id begins with a dot.
pub const SESSION: &str = ".desktop";

fn work(named: Option<String>) -> Result<PathBuf, Error> {
    let work = named.map_or_else(|| std::env::temp_dir().join("qaops"), PathBuf::from);
    std::path::absolute(&work).map_err(|source| Error::Work { path: work, source })
}

/// Whether a setting is `true`; `false` without one.
fn flag(name: &'static str, text: Option<String>) -> Result<bool, Error> {
    match text.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(text) => Err(Error::BadSetting { name, text: text.to_owned(), expected: "true or false" }),
    }
}

/// Whether packages are installed, or only those that are there count.
fn installs(text: Option<String>) -> Result<bool, Error> {
    match text.as_deref() {
        None | Some("install") => Ok(true),
        Some("present") => Ok(false),
        Some(text) => {
            Err(Error::BadSetting { name: "QAOPS_PACKAGES", text: text.to_owned(), expected: "install or present" })
        }
    }
}

/// Mebibytes of a setting, one gibibyte without one.
fn mebibytes(text: Option<String>) -> Result<u64, Error> {
    let Some(text) = text else { return Ok(1 << 10) };
    let number = text.trim().parse().ok().filter(|number| (1..=1 << 20).contains(number));
    number.ok_or(Error::BadSetting { name: "QAOPS_ARTIFACTS_MIB", text, expected: "1 to 1048576 mebibytes" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(names: &[&str]) -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), format!("value of {name}"))).collect()
    }

    #[test]
    fn a_missing_setting_is_named() {
        let error = Settings::read(pairs(&["QAOPS_BUCKET", "AWS_SSM_INSTANCE_ID"])).unwrap_err();
        assert!(error.to_string().contains("QAOPS_ROLE_ID"), "{error}");
    }

    #[test]
    fn an_empty_setting_is_a_missing_one() {
        let mut pairs = pairs(&["QAOPS_BUCKET", "QAOPS_ROLE_ID"]);
        pairs.push(("AWS_SSM_INSTANCE_ID".into(), " ".into()));
        let error = Settings::read(pairs).unwrap_err();
        assert!(error.to_string().contains("AWS_SSM_INSTANCE_ID"), "{error}");
    }

    #[test]
    fn a_setting_that_makes_no_sense_is_named() {
        let mebibytes = ["0", "-1", "many", "1048577"].map(|bad| ("QAOPS_ARTIFACTS_MIB", bad));
        for (name, bad) in mebibytes.into_iter().chain([("QAOPS_PACKAGES", "yes"), ("QAOPS_TESTS_MAY_SUDO", "1")]) {
            let mut pairs = pairs(&["QAOPS_BUCKET", "QAOPS_ROLE_ID", "AWS_SSM_INSTANCE_ID"]);
            pairs.push((name.into(), bad.into()));
            let error = Settings::read(pairs).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(bad), "{error}");
        }
    }

    #[test]
    fn what_is_optional_has_a_default() {
        let settings = Settings::read(pairs(&["QAOPS_BUCKET", "QAOPS_ROLE_ID", "AWS_SSM_INSTANCE_ID"])).unwrap();
        assert_eq!(settings.robot, PathBuf::from("robot"));
        assert!(settings.work.is_absolute() && settings.work.ends_with("qaops"));
        assert!(settings.metadata && settings.installs_packages && !settings.may_sudo);
        assert_eq!(settings.account, None);
        assert_eq!((settings.python_index, settings.most_bytes), (None, 1 << 30));
    }
}
