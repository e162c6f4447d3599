//! What of this machine instances can have for themselves, as far as its system allows it.

use std::process::{Command, Stdio};

/// The device that slirp4netns makes a network card of.
const DEVICE: &str = "/dev/net/tun";

/// Why instances share something with this machine: a fragment each; none of what each has for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Obstacles {
    /// To processes and files of their own.
    pub(crate) processes: Option<String>,
    /// To a network of their own.
    pub(crate) network: Option<String>,
}

impl Obstacles {
    /// What there is here.
    pub(crate) fn found() -> Self {
        let processes = missing(&["unshare", "nsenter"])
            .or_else(|| refused(&["--mount", "--pid", "--ipc", "--fork"], OWN_PROCESSES));
        let network = processes
            .clone()
            .or_else(|| missing(&["slirp4netns"]))
            .or_else(no_device)
            .or_else(|| refused(&["--net"], "true"));
        Self { processes, network }
    }

    /// What a person should know of it, a sentence each without its end.
    pub(crate) fn told(&self) -> Vec<String> {
        match (&self.processes, &self.network) {
            (Some(why), _) => vec![format!(
                "environments share processes, files and network of this machine, and tests run as your account: {why}"
            )],
            (None, network) => {
                let same = "tests run as your account, so they can read your files";
                let shared = "environments share the network of this machine, so no two of them can open one port";
                let account = (!can_have_account()).then(|| same.to_owned());
                account.into_iter().chain(network.as_ref().map(|why| format!("{shared}: {why}"))).collect()
            }
        }
    }
}

/// What a process namespace needs: containers often hide parts of /proc, and do not let it be mounted.
const OWN_PROCESSES: &str = "mount -t proc proc /proc";

/// First number that an instance takes for the account of its tests.
const ACCOUNT: u64 = 61184;

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether tests can have an account of their own: this process is root, and not only within its namespace.
fn can_have_account() -> bool {
    let numbers = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    is_root() && numbers.lines().any(|row| maps(row, ACCOUNT))
}

/// Whether a row of `uid_map`, which has the first number, that of the namespace above, and their count, has a number.
fn maps(row: &str, number: u64) -> bool {
    let numbers: Vec<u64> = row.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    matches!(numbers[..], [first, _, count] if (first..first + count).contains(&number))
}

fn missing(programs: &[&str]) -> Option<String> {
    let missing = programs.iter().find(|program| which::which(program).is_err())?;
    Some(format!("{missing} is not on the PATH"))
}

fn no_device() -> Option<String> {
    let opened = std::fs::File::options().read(true).write(true).open(DEVICE);
    opened.err().map(|error| format!("{DEVICE}: {error}"))
}

/// Why a command cannot run in new namespaces: containers and some distributions do not let everyone have them.
fn refused(kinds: &[&str], script: &str) -> Option<String> {
    let user: &[&str] = if is_root() { &[] } else { &["--user", "--map-current-user", "--keep-caps"] };
    let mut command = Command::new("unshare");
    command.args(user).args(kinds).args(["sh", "-c", script]).stdin(Stdio::null()).stdout(Stdio::null());
    match command.output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_environments_share_is_told() {
        let told = |processes: Option<&str>, network: Option<&str>| {
            let of = |why: Option<&str>| why.map(str::to_owned);
            Obstacles { processes: of(processes), network: of(network) }.told().join("|")
        };
        assert_eq!(told(None, None).is_empty(), can_have_account());
        assert!(
            told(Some("no"), Some("no")).starts_with("environments share processes, files and network of this machine")
        );
        assert!(told(None, Some("none")).ends_with("so no two of them can open one port: none"));
    }

    #[test]
    fn a_number_is_mapped_by_the_row_that_has_it() {
        assert!(maps("         0          0 4294967295", ACCOUNT) && maps("0 100000 65536", ACCOUNT));
        assert!(!maps("0 1000 1", ACCOUNT) && !maps("", ACCOUNT));
    }
}
