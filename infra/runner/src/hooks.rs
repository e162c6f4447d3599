//! The suite's own commands before and after its tests.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use domain::package::contents;
use walkdir::WalkDir;

use crate::account::is_file;
use crate::attempt::Attempt;
use crate::error::Failure;
use crate::hash;

/// Suite files of the package that `robot` would run from its folder: paths below the package's root.
pub fn suite_files(attempt: &Attempt<'_>) -> BTreeSet<String> {
    let root = &attempt.places.root;
    let entries = WalkDir::new(root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    let paths: Vec<String> = entries.filter_map(|entry| below(entry.path(), root)).collect();
    contents::suite_files(paths.iter().map(String::as_str), &attempt.shard.work.robot.folder).into_iter().collect()
}

/// Ordered files with the sums of their content; without one where a file cannot be read.
pub fn ordered_files(attempt: &Attempt<'_>) -> BTreeSet<(String, Option<String>)> {
    // What the hook left running may have put a pipe there, which would never end.
    let path = |file: &String| Some(attempt.places.file(file)).filter(|path| is_file(path));
    let sum = |file: &String| hash::of_file(&path(file)?).ok().map(|about| about.sha256);
    attempt.shard.order.files.iter().map(|file| (file.clone(), sum(file))).collect()
}

fn below(path: &Path, root: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// Runs the hook before `robot`; what it starts in the background goes on.
pub async fn before(hook: &str, attempt: &mut Attempt<'_>) -> Result<(), Failure> {
    let failed = |source| Failure::Command { command: "the hook `before`".to_owned(), source };
    let status = attempt.start_shell(hook).map_err(failed)?.exit().await.map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    let (status, code, tail) = (status.to_string(), status.code(), attempt.console.tail().await);
    // So a shell says it of its last command (POSIX, "Exit Status for Commands"), and no other instance has another image.
    Err(match code {
        Some(126 | 127) => Failure::HookMissing { status, tail },
        _ => Failure::HookFailed { status, tail },
    })
}

/// Runs the hook after `robot`: how it failed, if it did. The result stands already, so that changes nothing.
pub async fn after(hook: &str, attempt: &mut Attempt<'_>, most: Duration) -> Option<String> {
    let ended = match attempt.start_shell(hook) {
        Ok(group) => tokio::time::timeout(most, group.exit()).await,
        Err(error) => Ok(Err(error)),
    };
    let failed = match ended {
        Ok(Ok(status)) if status.success() => return None,
        Ok(Ok(status)) => format!("ended with {status}"),
        Ok(Err(error)) => format!("cannot be run: {error}"),
        Err(_) => format!("was ended after {} s, when the attempt's time was over", most.as_secs()),
    };
    attempt.console.say(&format!("the hook `after` {failed}"));
    Some(failed)
}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shard::tests::shard;

    #[tokio::test]
    async fn a_pipe_in_place_of_a_suite_has_no_content_and_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let mut shard = shard(json!({}));
        shard.order.files = vec!["a.robot".to_owned(), "b.robot".to_owned()];
        let attempt = Attempt::begin(&shard, folder.path()).unwrap();
        std::fs::create_dir_all(&attempt.places.root).unwrap();
        std::fs::write(attempt.places.file("a.robot"), "*** Test Cases ***").unwrap();
        nix::unistd::mkfifo(&attempt.places.file("b.robot"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let sums: Vec<bool> = ordered_files(&attempt).iter().map(|(_, sum)| sum.is_some()).collect();
        assert_eq!(sums, [true, false]);
    }
}
