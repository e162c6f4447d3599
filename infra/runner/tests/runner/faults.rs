//! A full disk, a network that goes away, a clock that is wrong: what is lost is named, and what there is is kept.

use std::process::{Command, Output};

use domain::results::manifest::Exit;
use serde_json::json;

use crate::start::{Instance, PREFIX};

const PASSES: &str = "*** Test Cases ***\nA test\n    Log    hello\n";

/// Runs the attempt on a disk of 6 MiB; none, with a word, where the system lets nobody have one.
fn run_on_a_small_disk(instance: &Instance) -> Option<Output> {
    let small =
        "mkdir -p \"$QAOPS_WORK\" && mount -t tmpfs -o size=6m tmpfs \"$QAOPS_WORK\" || exit 99; exec \"$0\" \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", small, env!("CARGO_BIN_EXE_qaops-runner")]);
    command.args(["--run", "run", "--shard", "0001", "--attempt", "1"]);
    let ended = instance.start_as(command).wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    if ended.status.code() == Some(99) || told.contains("unshare") {
        eprintln!("skipped: no small disk can be mounted here: {told}");
        return None;
    }
    Some(ended)
}

#[test]
fn a_disk_that_the_package_fills_is_named() {
    let Some(instance) = Instance::new(PASSES) else { return };
    let mut seed = 1_u32;
    let mut letter = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from(seed >> 28).unwrap())
    };
    let text: String = (0..6 << 20).map(|_| letter()).collect();
    instance.package(&[("a.robot".to_owned(), PASSES.to_owned()), ("data.txt".to_owned(), text)]);
    let Some(ended) = run_on_a_small_disk(&instance) else { return };
    assert!(ended.status.success(), "{ended:?}");
    let Exit::NotStarted { error, cause } = instance.manifest().exit else { panic!("robot was started") };
    assert_eq!(error, "Runner.DiskFailed");
    assert!(cause.contains("data.txt") && cause.contains("No space left"), "{cause}");
}

#[test]
fn a_disk_that_a_test_fills_is_named_and_what_there_is_is_kept() {
    let fill = "*** Test Cases ***\nFirst\n    Log    ${{ 'hello ' * 10_000 }}\nFill\n    \
                Evaluate    open(r'${OUTPUT DIR}/big.bin', 'wb', buffering=0).write(b'x' * 20_000_000)\n    \
                Evaluate    open(r'${OUTPUT DIR}/more.bin', 'wb').write(b'x' * 20_000_000)\nAfter\n    \
                FOR    ${i}    IN RANGE    2000\n        Log    ${{'a long line ' * 50}}\n    END\n";
    let Some(instance) = Instance::new(fill) else { return };
    let Some(ended) = run_on_a_small_disk(&instance) else { return };
    assert!(ended.status.success(), "{ended:?}");
    let manifest = instance.manifest();
    assert_eq!(manifest.exit, Exit::DiskFull);
    assert!(manifest.objects.contains_key("output.xml") && manifest.objects.contains_key("big.bin"), "{manifest:?}");
    let output = instance.services.get(&format!("{PREFIX}output.xml"));
    assert!(String::from_utf8_lossy(&output).contains("name=\"First\""));
}

#[test]
fn without_a_network_the_upload_is_tried_again_and_what_there_is_stays_on_the_disk() {
    let Some(instance) = Instance::new(PASSES) else { return };
    let deadline = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 30;
    let order = json!({ "run": "run", "shard": "0001", "attempt": 1, "files": ["a.robot"], "deadline": deadline });
    instance.services.put("artifacts/runs/run/orders/0001-1.json", order.to_string());
    instance.services.state.lock().unwrap().refused_writes = u32::MAX;
    let ended = instance.run();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{told}");
    assert!(told.contains("failed to upload the result") && told.contains("it is tried again"), "{told}");
    assert!(instance.attempt().join("out/output.xml").is_file());
}

#[test]
fn a_network_that_comes_back_in_time_loses_nothing() {
    let Some(instance) = Instance::new(PASSES) else { return };
    instance.services.state.lock().unwrap().refused_writes = 25;
    let ended = instance.run();
    assert!(ended.status.success(), "{ended:?}");
    let manifest = instance.manifest();
    assert_eq!((manifest.exit, manifest.objects.len()), (Exit::Passed, 3));
}

#[test]
fn an_attempt_whose_time_was_over_before_it_began_is_named() {
    let Some(instance) = Instance::new(PASSES) else { return };
    let order = json!({ "run": "run", "shard": "0001", "attempt": 1, "files": ["a.robot"], "deadline": 1_000_000 });
    instance.services.put("artifacts/runs/run/orders/0001-1.json", order.to_string());
    assert!(instance.run().status.success());
    let Exit::NotStarted { error, cause } = instance.manifest().exit else { panic!("robot was started") };
    assert_eq!(error, "Runner.TooLate");
    assert!(cause.contains("the instance's clock is ahead"), "{cause}");
}
