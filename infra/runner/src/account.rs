//! The account that hooks and tests run as, and the environment that they get.
//!
//! Run Command runs the runner as root and gives it what a service of systemd has: no `HOME`, no `USER`, and nothing of
//! `/etc/environment` (amazon-ssm-agent, issue 427). A test that runs as root could read the runner's memory, the credentials of
//! the instance and the packages of others, and Chromium would refuse to start with its sandbox.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use crate::error::Failure;

/// Variables that are for the runner alone.
const OF_THE_RUNNER: [&str; 9] = [
    "QAOPS_ARTIFACTS_MIB",
    "QAOPS_BUCKET",
    "QAOPS_PACKAGES",
    "QAOPS_PYTHON_INDEX",
    "QAOPS_ROBOT",
    "QAOPS_ROLE_ID",
    "QAOPS_TESTS_MAY_SUDO",
    "QAOPS_TEST_USER",
    "QAOPS_WORK",
];
/// Variables that tell of the service that runs the runner.
const OF_THE_SERVICE: [&str; 4] = ["INVOCATION_ID", "JOURNAL_STREAM", "SYSTEMD_EXEC_PID", "XDG_RUNTIME_DIR"];
/// Begins of the names of what AWS tells the runner: keys, region and endpoint are not the tests', nor the command's id.
const OF_AWS: [&str; 2] = ["AWS_", "SSM_"];

/// Whether tests must not see a variable of the runner's own environment.
pub fn is_withheld(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    OF_THE_RUNNER.contains(&name)
        || OF_THE_SERVICE.contains(&name)
        || OF_AWS.iter().any(|begin| name.starts_with(begin))
}

/// The variables that a login sets: all of them for an account of the tests, else those that this process lacks. `home` is the
/// folder for whatever tools keep for a user.
pub fn login(account: Option<&Account>, home: &Path) -> Vec<(&'static str, OsString)> {
    let home = home.as_os_str().to_owned();
    if let Some(Account { name, .. }) = account {
        let name = || OsString::from(name);
        return vec![
            ("HOME", home),
            ("LANG", "C.UTF-8".into()),
            ("LOGNAME", name()),
            ("SHELL", "/bin/bash".into()),
            ("USER", name()),
        ];
    }
    let named = own_name().into_iter().flat_map(|name| [("USER", name.clone()), ("LOGNAME", name)]);
    let all = [("HOME", home), ("LANG", "C.UTF-8".into())].into_iter().chain(named);
    all.filter(|(name, _)| std::env::var_os(name).is_none()).collect()
}

/// Name of the account of this process; none on Windows, where services have it.
fn own_name() -> Option<OsString> {
    let output = std::process::Command::new("id").arg("-un").output().ok().filter(|output| output.status.success())?;
    let name = String::from_utf8(output.stdout).ok()?;
    Some(name.trim().into()).filter(|name: &OsString| !name.is_empty())
}

/// An account without privileges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub user: u32,
    /// Its group's number.
    pub group: u32,
}

impl Account {
    /// The account of this name. This process must be root, and the account must not be.
    #[cfg(unix)]
    pub fn named(name: &str) -> Result<Self, Failure> {
        let failed = |why: String| Failure::Account { name: name.to_owned(), why };
        let found = nix::unistd::User::from_name(name).map_err(|error| failed(error.to_string()))?;
        let user = found.ok_or_else(|| failed("there is no such account".to_owned()))?;
        if user.uid.is_root() {
            return Err(failed("tests must not be root".to_owned()));
        }
        if !nix::unistd::geteuid().is_root() {
            return Err(failed("only root can run tests as another account".to_owned()));
        }
        Ok(Self { name: name.to_owned(), user: user.uid.as_raw(), group: user.gid.as_raw() })
    }

    /// Windows has no such account yet: its tests run in the session with the desktop.
    #[cfg(not(unix))]
    pub fn named(name: &str) -> Result<Self, Failure> {
        Err(Failure::Account { name: name.to_owned(), why: "this system has no account of the tests".to_owned() })
    }

    /// Gives the account a file or a folder with all that is in it. Links are given themselves, not what they lead to.
    pub fn give(&self, path: &Path) -> io::Result<()> {
        WalkDir::new(path).into_iter().try_for_each(|entry| self.give_one(entry?.path()))
    }

    /// Gives the account a file or a folder, without what is in it.
    #[cfg(unix)]
    pub fn give_one(&self, path: &Path) -> io::Result<()> {
        std::os::unix::fs::lchown(path, Some(self.user), Some(self.group))
    }

    /// Nothing belongs to an account that cannot be.
    #[cfg(not(unix))]
    pub fn give_one(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Makes a folder that only this process's account may look into.
pub fn create_own(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Reads a text that tests may have written or replaced, once their processes are gone. What is no regular file is an error: a
/// link may lead to what they may not read, and a pipe would never end.
pub fn read_of_tests(path: &Path) -> io::Result<String> {
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    std::fs::read_to_string(path)
}

/// Lets the account of the tests use `sudo` without a password, where the deployment says so, and takes it back where not.
pub fn set_sudo(account: &Account, may: bool, rules: &Path) -> io::Result<()> {
    let path = rules.join("qaops-tests");
    if !may {
        return match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    std::fs::write(&path, format!("{} ALL=(ALL:ALL) NOPASSWD: ALL\n", account.name))?;
    let mut permissions = std::fs::metadata(&path)?.permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions)
}

/// Whether a regular file is there, and not a link to one.
pub fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|about| about.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_see_nothing_of_what_is_for_the_runner() {
        let withheld = ["AWS_ACCESS_KEY_ID", "AWS_SSM_INSTANCE_ID", "SSM_COMMAND_ID", "QAOPS_BUCKET", "INVOCATION_ID"];
        assert!(withheld.iter().all(|name| is_withheld(OsStr::new(name))));
        let seen = ["PATH", "HTTPS_PROXY", "SE_OFFLINE", "QAOPS_ATTEMPT", "DISPLAY", "LANG"];
        assert!(!seen.iter().any(|name| is_withheld(OsStr::new(name))));
    }

    #[test]
    fn an_account_has_a_login_of_its_own() {
        let account = Account { name: "tester".to_owned(), user: 1, group: 1 };
        let login = login(Some(&account), Path::new("/w/home"));
        let told: Vec<String> = login.iter().map(|(name, value)| format!("{name}={}", value.display())).collect();
        assert_eq!(told, ["HOME=/w/home", "LANG=C.UTF-8", "LOGNAME=tester", "SHELL=/bin/bash", "USER=tester"]);
    }

    #[test]
    fn accounts_that_cannot_run_tests_are_refused() {
        for (name, why) in [("root", "tests must not be root"), ("qaops-nobody-has-this", "there is no such account")] {
            let error = Account::named(name).unwrap_err().to_string();
            assert!(error.contains(why) || cfg!(windows), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_tests_leave_is_read_if_it_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").unwrap();
        std::os::unix::fs::symlink(path("file"), path("link")).unwrap();
        nix::unistd::mkfifo(&path("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(read_of_tests(&path("file")).unwrap(), "text");
        assert!(["link", "pipe", "none"].iter().all(|name| read_of_tests(&path(name)).is_err()));
    }

    #[test]
    fn sudo_is_given_and_taken() {
        let (folder, account) =
            (tempfile::tempdir().unwrap(), Account { name: "tester".to_owned(), user: 1, group: 1 });
        let rule = folder.path().join("qaops-tests");
        set_sudo(&account, false, folder.path()).unwrap();
        set_sudo(&account, true, folder.path()).unwrap();
        assert_eq!(std::fs::read_to_string(&rule).unwrap(), "tester ALL=(ALL:ALL) NOPASSWD: ALL\n");
        set_sudo(&account, false, folder.path()).unwrap();
        assert!(!rule.exists());
    }
}
