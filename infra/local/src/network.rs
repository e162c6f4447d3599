//! Whether instances can have networks of their own here.

use std::process::{Command, Stdio};

/// What a network of an instance is made with.
const PROGRAMS: [&str; 3] = ["unshare", "nsenter", "slirp4netns"];

/// The device that slirp4netns makes a network card of.
const DEVICE: &str = "/dev/net/tun";

/// Why instances share the network of this machine: a fragment; none where each can have its own.
pub(crate) fn obstacle() -> Option<String> {
    if let Some(missing) = PROGRAMS.iter().find(|program| which::which(program).is_err()) {
        return Some(format!("{missing} is not on the PATH"));
    }
    if let Err(error) = std::fs::File::options().read(true).write(true).open(DEVICE) {
        return Some(format!("{DEVICE}: {error}"));
    }
    // Containers and some distributions do not let everyone have namespaces.
    let is_root = rustix::process::geteuid().is_root();
    let apart: &[&str] = if is_root { &[] } else { &["--user", "--map-current-user", "--keep-caps"] };
    let mut command = Command::new("unshare");
    command.args(apart).args(["--net", "--mount", "true"]).stdin(Stdio::null()).stdout(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(error.to_string()),
    }
}
