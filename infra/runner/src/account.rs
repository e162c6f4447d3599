//! What a login would set and Run Command does not: the SSM agent is a service of systemd, whose commands have no `HOME` and no
//! `USER`, and nothing reads `/etc/environment` for them (amazon-ssm-agent, issue 427).

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Variables that the process of the runner lacks. `home` is the folder for whatever tools keep for a user.
pub fn missing(home: &Path) -> Vec<(&'static str, OsString)> {
    let of_login = [("HOME", home.as_os_str().to_owned()), ("LANG", "C.UTF-8".into())];
    let named = name().into_iter().flat_map(|name| [("USER", name.clone()), ("LOGNAME", name)]);
    of_login.into_iter().chain(named).filter(|(name, _)| std::env::var_os(name).is_none()).collect()
}

/// The account's name; none on Windows, where services have it.
fn name() -> Option<OsString> {
    let output = Command::new("id").arg("-un").output().ok().filter(|output| output.status.success())?;
    let name = String::from_utf8(output.stdout).ok()?;
    Some(name.trim().into()).filter(|name: &OsString| !name.is_empty())
}
