//! What can go wrong, by what becomes of it: without a manifest, or told in one.

use std::io;
use std::path::PathBuf;

use domain::base::problem::Problem;
use domain::base::text::with_causes;
use domain::results::manifest::{ALREADY_STARTED, Exit};

use crate::desktop::fault::Fault;

/// What ends the runner without a manifest: the attempt has no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is missing.
    #[error("the setting {0} is missing: the SSM document sets it in the runner's environment")]
    SettingMissing(&'static str),
    /// A setting makes no sense.
    #[error("the setting {name} is {text:?}, expected {expected}")]
    BadSetting {
        /// Name of the variable.
        name: &'static str,
        /// What it is.
        text: String,
        /// What it may be.
        expected: &'static str,
    },
    /// An argument is not what it should be.
    #[error("{0:?} is no id of a run or a shard: ids have letters, digits, - and _ only")]
    BadId(String),
    /// The attempt was started before, here.
    #[error("the attempt was started before: {0} is there; nothing was done")]
    AlreadyStarted(PathBuf),
    /// The work folder cannot be used.
    #[error("failed to use the folder {path}")]
    Work {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What the attempt left behind cannot be read.
    #[error("failed to read what the attempt left behind")]
    Outputs(#[source] io::Error),
    /// The result cannot be uploaded.
    #[error("failed to upload the result")]
    Upload(#[source] aws::Error),
}

impl Error {
    /// Exit code of the runner.
    pub fn code(&self) -> i32 {
        match self {
            Self::AlreadyStarted(_) => ALREADY_STARTED,
            _ => 1,
        }
    }
}

/// Why `robot` was not started. It becomes [`Exit::NotStarted`] in the manifest.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Plan or order cannot be read.
    #[error("failed to read plan and order")]
    Input(#[source] aws::Error),
    /// Plan or order is not there.
    #[error("there is no {0} in the bucket of artifacts")]
    InputMissing(String),
    /// The package cannot be downloaded.
    #[error("failed to download the package")]
    Download(#[source] aws::Error),
    /// The package is not what the plan pinned.
    #[error("the package has {got} bytes instead of {planned}: it is not the one that was planned")]
    PackageChanged {
        /// Bytes that came.
        got: u64,
        /// Bytes of the plan.
        planned: u64,
    },
    /// The attempt's time was over before it began.
    #[error(
        "the attempt should have ended {late} s before it began: its command came late, or the instance's clock is ahead"
    )]
    TooLate {
        /// Seconds after the deadline.
        late: u64,
    },
    /// The package is refused.
    #[error("the package is refused")]
    PackageRefused(#[source] Problem),
    /// The disk is full, or does not let the runner write.
    #[error("failed to write {what} on the instance's disk")]
    Disk {
        /// What.
        what: String,
        /// Why.
        source: io::Error,
    },
    /// Tests cannot run as the account that they should run as.
    #[error("the account of the tests is {name:?} (QAOPS_TEST_USER): {why}")]
    Account {
        /// Its name.
        name: String,
        /// Why not.
        why: String,
    },
    /// Secrets cannot be read.
    #[error("failed to read the secrets")]
    Secrets(#[source] aws::Error),
    /// A parameter is not there.
    #[error("there is no SSM parameter {parameter} for ${{{variable}}}: store it, or let the instance role read it")]
    SecretMissing {
        /// Parameter's name.
        parameter: String,
        /// Variable that gets its value.
        variable: String,
    },
    /// A secret cannot be kept out of logs.
    #[error("the secret for ${{{variable}}} {why}")]
    SecretRefused {
        /// Variable that gets its value.
        variable: String,
        /// Why, and how to fix it.
        why: String,
    },
    /// No desktop server serves, and none can be started.
    #[error("there is no desktop server: {why}")]
    DesktopAbsent {
        /// Why.
        why: String,
    },
    /// The desktop is none that tests can run on.
    #[error(transparent)]
    Desktop(#[from] Fault),
    /// The desktop server did not give the attempt back.
    #[error("the desktop server was lost while it had the attempt: {why}")]
    DesktopLost {
        /// Why.
        why: String,
    },
    /// The desktop cannot be recorded as the suite asks.
    #[error("failed to record {what} of the desktop, which the suite asks for: {tail:?}")]
    Unrecorded {
        /// What.
        what: &'static str,
        /// The last words of the console.
        tail: String,
    },
    /// An argument does not fit into an argument file.
    #[error("{what} has a line break or ends with a space, which Robot Framework's argument files cannot hold")]
    Argument {
        /// Which.
        what: String,
    },
    /// The package's `requirements.txt` asks for what no instance has, or pip refuses it for good.
    #[error("requirements.txt is refused: {0}")]
    RequirementsRefused(String),
    /// The package's `requirements.txt` cannot be installed.
    #[error("pip ended with {status} over requirements.txt{}", ending(.tail))]
    RequirementsFailed {
        /// Exit status.
        status: String,
        /// End of its output.
        tail: String,
    },
    /// System packages that the suite asks for cannot be installed.
    #[error("failed to install the packages {packages}: {why}{}", ending(.tail))]
    Packages {
        /// Their names.
        packages: String,
        /// Why.
        why: String,
        /// End of the output.
        tail: String,
    },
    /// The shell does not find a command of the hook, or may not run it.
    #[error(
        "the hook `before` ended with {status}: the environment has no such command, or may not run it{}", ending(.tail)
    )]
    HookMissing {
        /// How it ended: 127, or 126.
        status: String,
        /// The end of its output.
        tail: String,
    },
    /// The hook `before` failed.
    #[error("the hook `before` ended with {status}{}", ending(.tail))]
    HookFailed {
        /// Exit status.
        status: String,
        /// End of its output.
        tail: String,
    },
    /// The application under test was not healthy in time.
    #[error("{check} was not healthy within {seconds} s ({why}){}", ending(.tail))]
    Unhealthy {
        /// What was asked.
        check: String,
        /// Seconds that it had.
        seconds: u64,
        /// The last answer.
        why: String,
        /// End of what the hook and the checks wrote.
        tail: String,
    },
    /// A command cannot be started.
    #[error("failed to start {command}")]
    Command {
        /// The command.
        command: String,
        /// Why.
        source: io::Error,
    },
}

/// The end of an error about a command: what the command wrote last.
fn ending(tail: &str) -> String {
    match tail.trim() {
        "" => "; it wrote nothing".to_owned(),
        tail => format!("; the end of the output:\n{tail}"),
    }
}

impl Failure {
    /// The error's name in the manifest.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input(_) | Self::InputMissing(_) => "Runner.InputMissing",
            Self::Download(_) => "Runner.PackageUnavailable",
            Self::TooLate { .. } => "Runner.TooLate",
            Self::PackageChanged { .. } => "Runner.PackageChanged",
            Self::PackageRefused(_) => "Runner.PackageRefused",
            Self::Disk { .. } => "Runner.DiskFailed",
            Self::Account { .. } => "Runner.AccountRefused",
            Self::Secrets(_) => "Runner.SecretsUnavailable",
            Self::SecretMissing { .. } => "Runner.SecretMissing",
            Self::SecretRefused { .. } => "Runner.SecretRefused",
            Self::Argument { .. } => "Runner.ArgumentRefused",
            Self::RequirementsRefused(_) => "Runner.RequirementsRefused",
            Self::RequirementsFailed { .. } => "Runner.RequirementsFailed",
            Self::Packages { .. } => "Runner.PackagesFailed",
            Self::HookMissing { .. } => "Runner.HookMissing",
            Self::HookFailed { .. } => "Runner.HookFailed",
            Self::DesktopAbsent { .. } => "Runner.DesktopAbsent",
            Self::Desktop(fault) => fault.name(),
            Self::DesktopLost { .. } => "Runner.DesktopLost",
            Self::Unrecorded { .. } => "Runner.DesktopUnrecorded",
            Self::Unhealthy { .. } => "Runner.Unhealthy",
            Self::Command { .. } => "Runner.CommandMissing",
        }
    }

    /// A write that failed.
    pub fn disk(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Disk { what: what.into(), source }
    }

    /// How it stands in the manifest, causes and all.
    pub fn exit(&self) -> Exit {
        Exit::NotStarted { error: self.name().to_owned(), cause: with_causes(self) }
    }
}
