//! System packages that a suite asks for, installed once on an instance, before its hooks.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::attempt::Attempt;
use crate::error::Failure;

/// How long installing may take in all.
const MOST: Duration = Duration::from_secs(600);

/// Options of every `apt-get`. A name is never read as a pattern, and apt-get waits for other installations to end.
const OPTIONS: [&str; 7] = [
    "--quiet=2",
    "--option",
    "APT::Cmd::Pattern-Only=true",
    "--option",
    "DPkg::Lock::Timeout=120",
    "--option",
    "Acquire::Retries=3",
];

/// Installs what is not there yet of the packages that the suite asks for.
pub async fn install(attempt: &mut Attempt<'_>) -> Result<(), Failure> {
    let missing = missing(&attempt.shard.work.packages).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let failed = |why: String, tail: String| Failure::Packages { packages: missing.join(", "), why, tail };
    if !attempt.shard.installs_packages {
        return Err(failed("the runner installs none here: install them by hand".to_owned(), String::new()));
    }
    attempt.console.say(&format!("{} are installed", missing.join(", ")));
    let done = tokio::time::timeout(MOST, fetched_and_installed(&missing, attempt)).await;
    match done {
        Ok(Ok(None)) => Ok(()),
        Ok(Ok(Some(why))) => Err(failed(why, attempt.console.tail().await)),
        Ok(Err(failure)) => Err(failure),
        Err(_) => Err(failed(format!("it took more than {} s", MOST.as_secs()), attempt.console.tail().await)),
    }
}

/// Those of the packages that are not installed.
async fn missing(packages: &[String]) -> Result<Vec<&str>, Failure> {
    if packages.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\n", "--"]).args(packages);
    let failed = |source| Failure::Command { command: "dpkg-query".to_owned(), source };
    // It ends with 1 where it does not know one of them.
    let known = query.stdin(Stdio::null()).kill_on_drop(true).output().await.map_err(failed)?;
    let known = String::from_utf8_lossy(&known.stdout);
    let is_there = |name: &str| known.lines().any(|line| line == format!("{name} installed"));
    Ok(packages.iter().map(String::as_str).filter(|name| !is_there(name)).collect())
}

/// Fetches the lists of packages and then installs some; why not, where that fails.
async fn fetched_and_installed(packages: &[&str], attempt: &mut Attempt<'_>) -> Result<Option<String>, Failure> {
    let Attempt { places, processes, console, .. } = attempt;
    let install = [&["install", "--yes", "--no-install-recommends", "--"], packages].concat();
    for words in [&["update"], &install[..]] {
        let started = processes.start_own("apt-get".as_ref(), &places.root, console, |command| {
            command.args(OPTIONS).args(words).env("DEBIAN_FRONTEND", "noninteractive");
        });
        let failed = |source| Failure::Command { command: "apt-get".to_owned(), source };
        let status = started.map_err(failed)?.exit().await.map_err(failed)?;
        if !status.success() {
            return Ok(Some(format!("apt-get {} ended with {status}", words[0])));
        }
    }
    Ok(None)
}
