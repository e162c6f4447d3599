//! What a suite asks of its environments, end to end: a desktop that breaks is replaced, and no test is blamed; instance
//! types are those that were asked for, and the first test waits until the application is healthy.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use domain::quality::gates::Verdict;
use local::cloud::LocalCloud;
use serde_json::json;
use tests::{Suite, begin, end, ledger, passing, project, run, until, with_cloud};

const CONFIG: &str = "desktop = { width = 640, height = 480, screenshots = true, video = \"failed\" }\n\
    [environment]\ntypes = [\"m7i.large\"]\nvolume = 64\nhealth = { command = \"test -e started\" }\n\
    [hooks]\nbefore = \"(sleep 3; touch started) &\"\n";

/// A file whose test lets its desktop be taken away in its first attempt, and then fails; the second finds all well.
fn broken(fault: &str, step: &str) -> (String, String) {
    let text = format!(
        "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nOnly\n    \
         File Should Exist    ${{EXECDIR}}/started\n    \
         ${{again}} =    Run Keyword And Return Status    File Should Exist    ${{SEEN}}/{fault}\n    \
         IF    not ${{again}}\n        Create File    ${{SEEN}}/{fault}    %{{DISPLAY}}\n        {step}\n        \
         Fail    no\n    END\n"
    );
    (format!("{fault}.robot"), text)
}

fn can_have_desktops() -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&str| std::env::split_paths(&paths).any(|folder| folder.join(name).is_file());
    let can = ["Xvfb", "openbox", "ffmpeg"].iter().all(there);
    if !can {
        eprintln!("skipped: there is no Xvfb, no openbox or no ffmpeg on the search path");
    }
    can
}

/// A program of nobody's run, which ends with this.
struct Fault(Child);

impl Drop for Fault {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Takes a desktop away from outside of its attempt, as soon as a test says which.
async fn take_away(cloud: &LocalCloud, seen: &Path, fault: &str) -> Fault {
    let display = until(Duration::from_secs(120), "a test is on its desktop", async || {
        std::fs::read_to_string(seen.join(fault)).ok().filter(|display| !display.is_empty())
    })
    .await;
    let mut program = Command::new(cloud.python.program("python"));
    program.arg(project().join("tests/desktop_faults.py")).arg(fault).env("DISPLAY", display);
    let mut program = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut told).unwrap();
    assert_eq!(told, "done\n");
    std::fs::write(seen.join(format!("{fault}.done")), "").unwrap();
    Fault(program)
}

#[test]
fn a_desktop_that_breaks_is_replaced_and_no_test_is_blamed() {
    if !can_have_desktops() {
        return;
    }
    with_cloud(async |cloud| {
        let seen = tempfile::tempdir().unwrap();
        let wait = |fault: &str| format!("Wait Until Created    ${{SEEN}}/{fault}.done    1 min");
        let kill = "Evaluate    os.kill(os.getppid(), 9)    modules=os\n        Sleep    1 min";
        let files = [broken("kill", kill), broken("lock", &wait("lock")), broken("blacken", &wait("blacken"))];
        let suite = Suite::new("desktops", CONFIG, &files);
        let variables = json!({ "SEEN": seen.path() });
        let started = begin(cloud, &suite, json!({ "environments": 3, "variables": variables })).await;
        let (lock, blacken) = (take_away(cloud, seen.path(), "lock"), take_away(cloud, seen.path(), "blacken"));
        let (run, _lock, _blacken) = tokio::join!(end(cloud, started), lock, blacken);
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [3, 3, 0, 0, 0]);
        let mut told = Vec::new();
        for shard in &run.shards {
            assert_eq!((shard.result, shard.losses.len()), (Some(2), 1), "{:?}", shard.losses);
            let name = shard.losses[0].reason.split(':').next().unwrap_or_default();
            told.push(format!("{} {name}", shard.files.join(" ")));
        }
        told.sort();
        let names =
            ["blacken.robot Runner.DesktopBlank", "kill.robot Runner.DesktopLost", "lock.robot Runner.DesktopLocked"];
        assert_eq!(told, names);
        let environments = ledger(cloud).environments(&run.id).await.unwrap();
        let types: Vec<&str> = environments.iter().map(|environment| environment.instance_type.as_str()).collect();
        assert_eq!(types, ["m7i.large"; 6], "no environment is used again, and all are as the suite asks");
    });
}

#[test]
fn what_the_deployment_does_not_have_starts_nothing() {
    with_cloud(async |cloud| {
        let cases = [("types = [\"p5.48xlarge\"]", "Launch.UnknownType"), ("volume = 101", "Launch.UnknownVolume")];
        for (asked, error) in cases {
            let suite = Suite::new("greedy", &format!("[environment]\n{asked}\n"), &passing(1));
            let run = run(cloud, &suite, json!({})).await;
            assert_eq!(run.error(), error);
            assert!(ledger(cloud).environments(&run.id).await.unwrap().is_empty());
        }
    });
}
