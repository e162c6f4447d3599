//! Uploads of large files and of many, and uploads that break off.

use std::process::Command;
use std::time::{Duration, Instant};

use domain::results::manifest::{Exit, Manifest};

use crate::start::{Instance, PREFIX};

/// A test that leaves a film of 40,000,000 bytes.
const FILM: &str =
    "*** Test Cases ***\nFilm\n    Evaluate    open(r'${OUTPUT DIR}/film.mp4', 'wb').write(b'film' * 10_000_000)\n";

fn command(attempt: u32) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qaops-runner"));
    command.args(["--run", "run", "--shard", "0001", "--attempt", &attempt.to_string()]);
    command
}

#[test]
fn a_large_file_is_uploaded_in_parts_and_comes_whole_although_writes_are_refused() {
    let Some(instance) = Instance::new(FILM) else { return };
    instance.services.state.lock().unwrap().refused_writes = 4;
    let ended = instance.run();
    assert!(ended.status.success(), "{ended:?}");
    let manifest = instance.manifest();
    assert_eq!((manifest.exit, manifest.left_out), (Exit::Passed, Vec::new()));
    let film = instance.services.get(&format!("{PREFIX}film.mp4"));
    assert_eq!((film.len(), film.len() as u64), (40_000_000, manifest.objects["film.mp4"].size));
    assert!(film.chunks(4).all(|word| word == b"film"));
    assert_eq!(instance.services.written().last().unwrap(), &format!("{PREFIX}manifest.json"));
}

#[test]
fn an_upload_that_is_killed_in_between_has_no_result_and_the_next_attempt_uploads_all() {
    let Some(instance) = Instance::new(FILM) else { return };
    instance.services.state.lock().unwrap().refused_part = Some(2);
    let mut runner = instance.start_as(command(1));
    let end = Instant::now() + Duration::from_secs(120);
    while instance.services.state.lock().unwrap().parts.is_empty() {
        assert!(Instant::now() < end, "no part was sent");
        std::thread::sleep(Duration::from_millis(50));
    }
    runner.kill().unwrap();
    runner.wait().unwrap();
    let first = instance.services.written();
    assert!(!first.iter().any(|key| key.ends_with("manifest.json") || key.ends_with("film.mp4")), "{first:?}");

    instance.services.state.lock().unwrap().refused_part = None;
    let ended = instance.start_as(command(2)).wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let second = PREFIX.replace("0001-1", "0001-2");
    let manifest: Manifest = serde_json::from_slice(&instance.services.get(&format!("{second}manifest.json"))).unwrap();
    assert_eq!(manifest.exit, Exit::Passed);
    assert_eq!(instance.services.get(&format!("{second}film.mp4")).len(), 40_000_000);
}

#[test]
fn what_is_beyond_the_size_of_a_shard_is_told_in_the_manifest() {
    let Some(instance) = Instance::new(FILM) else { return };
    let mut runner = Command::new("env");
    runner.args(["QAOPS_ARTIFACTS_MIB=1", env!("CARGO_BIN_EXE_qaops-runner")]);
    runner.args(["--run", "run", "--shard", "0001", "--attempt", "1"]);
    let ended = instance.start_as(runner).wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let manifest = instance.manifest();
    let names: Vec<&str> = manifest.objects.keys().map(String::as_str).collect();
    assert_eq!(names, ["console.txt", "left-out.txt", "log.html", "output.xml"]);
    assert!(manifest.left_out[0].starts_with("film.mp4: 40000000 bytes"), "{:?}", manifest.left_out);
}
