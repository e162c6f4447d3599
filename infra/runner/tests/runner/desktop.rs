//! Attempts on a desktop: client and server under the real Xvfb, and desktops that are none.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use domain::package::plan::Desktop;
use domain::results::manifest::Exit;
use runner::desktop::client;
use runner::desktop::exchange::Exchange;
use serde_json::json;
use x11rb::protocol::xproto::{Blanking, ConnectionExt as _, Exposures};

use crate::locks::{Lock, Looks};
use crate::start::Instance;

pub(crate) const SIZE: Desktop = Desktop::new(640, 480);

/// A suite that leaves a file behind, so that it is known whether it ran, and then fails.
pub(crate) const FAILS: &str = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nA test\n    \
    Create File    ${OUTPUT DIR}/ran.txt    x\n    Fail    no\n";

/// Whether this machine has what makes a desktop.
pub(crate) fn can_have_desktops() -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&str| std::env::split_paths(&paths).any(|folder| folder.join(name).is_file());
    let can = ["Xvfb", "openbox"].iter().all(there);
    if !can {
        eprintln!("skipped: there is no Xvfb or no openbox on the search path");
    }
    can
}

/// An instance with a plan that asks for a desktop.
fn instance(suite: &str) -> Option<Instance> {
    instance_on(suite, &json!(SIZE))
}

/// An instance with a plan that asks for just this desktop.
pub(crate) fn instance_on(suite: &str, desktop: &serde_json::Value) -> Option<Instance> {
    let instance = Instance::new(suite).filter(|_| can_have_desktops())?;
    instance.plan(|plan| plan["work"]["desktop"] = desktop.clone());
    Some(instance)
}

/// A session of a user: an X server, and the desktop server on it.
struct Session {
    display: String,
    server: Child,
    serving: Option<Child>,
}

impl Session {
    fn new(size: &str) -> Self {
        let screen = format!("{size}x24");
        let words = ["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"];
        let mut server = Command::new("Xvfb").args(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (mut told, mut byte) = (String::new(), [0]);
        let out = server.stdout.as_mut().unwrap();
        while out.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
            told.push(char::from(byte[0]));
        }
        Self { display: format!(":{told}"), server, serving: None }
    }

    /// Starts the desktop server and waits until it serves.
    fn serve(mut self, instance: &Instance) -> Self {
        let folder = instance.session();
        let mut server = Command::new(env!("CARGO_BIN_EXE_qaops-runner"));
        server.args([Path::new("desktop"), Path::new("--folder"), &folder]).env("DISPLAY", &self.display);
        self.serving = Some(server.stdout(Stdio::null()).spawn().unwrap());
        let end = Instant::now() + Duration::from_secs(30);
        while Exchange::new(folder.clone()).lease().is_none() {
            assert!(Instant::now() < end, "the desktop server does not serve");
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for program in self.serving.iter_mut().chain([&mut self.server]) {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

/// The error's name and cause of an attempt of which no result counts.
fn refusal(instance: &Instance) -> (String, String) {
    refused(instance, &instance.run())
}

fn refused(instance: &Instance, ended: &Output) -> (String, String) {
    assert!(ended.status.success(), "{ended:?}");
    match instance.manifest().exit {
        Exit::NotStarted { error, cause } => (error, cause),
        other => panic!("{other:?}: {}", instance.uploaded("console.txt")),
    }
}

/// What becomes of an attempt in a session of this size with a program that takes the desktop away.
fn refusal_with(size: &str, lock: Option<Looks>) -> Option<(String, String)> {
    let instance = instance(FAILS)?;
    let session = Session::new(size);
    let lock = lock.map(|looks| Lock::new(&session.display, looks));
    let session = session.serve(&instance);
    let refusal = refusal(&instance);
    assert!(!instance.has_uploaded("ran.txt"), "a test ran on a desktop that was none");
    drop((lock, session));
    Some(refusal)
}

#[test]
fn tests_run_on_a_desktop_of_the_size_that_was_asked_for() {
    let suite = "*** Settings ***\nLibrary    Process\n*** Test Cases ***\nA test\n    \
        ${all} =    Run Process    xwininfo    -root\n    Should Contain    ${all.stdout}    -geometry 640x480\n";
    let Some(instance) = instance(suite) else { return };
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Passed, "{}", instance.uploaded("console.txt"));
    assert_eq!(instance.left_behind(), [""; 0], "what made the desktop goes with the attempt");
}

#[test]
fn a_session_that_is_there_is_used_for_one_attempt_after_the_other() {
    let Some(instance) = instance(FAILS) else { return };
    let session = Session::new("640x480").serve(&instance);
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Failed { tests: 1 }, "a test that fails on a sound desktop has failed");
    instance.forget_attempt();
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Failed { tests: 1 });
    drop(session);
}

#[test]
fn a_desktop_of_another_size_is_told_before_a_test_is() {
    let Some((error, cause)) = refusal_with("800x600", None) else { return };
    assert_eq!(
        (error.as_str(), cause.as_str()),
        ("Runner.DesktopSize", "the desktop has 800x600 pixels instead of 640x480")
    );
}

#[test]
fn a_locked_screen_is_told_before_a_test_is() {
    let Some((error, cause)) = refusal_with("640x480", Some(Looks::Locked)) else { return };
    assert_eq!(error, "Runner.DesktopLocked", "{cause}");
    assert!(cause.contains("holds the keyboard"), "{cause}");
}

#[test]
fn a_black_screenshot_is_told_before_a_test_is() {
    let Some((error, cause)) = refusal_with("640x480", Some(Looks::Black)) else { return };
    assert_eq!(error, "Runner.DesktopBlank", "{cause}");
}

#[test]
fn a_window_above_all_others_is_told_before_a_test_is() {
    let Some((error, cause)) = refusal_with("640x480", Some(Looks::Striped)) else { return };
    assert_eq!(error, "Runner.DesktopCovered", "{cause}");
}

#[test]
fn a_window_that_gets_no_click_or_no_key_is_told_before_a_test_is() {
    for (looks, what) in [(Looks::TakesClicks, "a click"), (Looks::TakesKeys, "a key")] {
        let Some((error, cause)) = refusal_with("640x480", Some(looks)) else { return };
        assert_eq!(error, "Runner.DesktopDeaf", "{cause}");
        assert!(cause.contains(what), "{cause}");
    }
}

#[test]
fn a_screen_saver_that_comes_back_is_told_before_a_test_is() {
    let Some((error, cause)) = refusal_with("640x480", Some(Looks::Asleep)) else { return };
    assert_eq!(error, "Runner.DesktopLocked", "{cause}");
    assert!(cause.contains("the screen saver does not go off"), "{cause}");
}

#[test]
fn a_screen_saver_that_is_on_goes_off_for_good_before_the_first_test() {
    let Some(instance) = instance(FAILS) else { return };
    let session = Session::new("640x480");
    let (connection, _) = x11rb::connect(Some(&session.display)).unwrap();
    connection.set_screen_saver(1, 1, Blanking::PREFERRED, Exposures::DEFAULT).unwrap().check().unwrap();
    drop(Lock::new(&session.display, Looks::Asleep));
    let session = session.serve(&instance);
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Failed { tests: 1 }, "{}", instance.uploaded("console.txt"));
    assert_eq!(connection.get_screen_saver().unwrap().reply().unwrap().timeout, 0);
    drop(session);
}

#[test]
fn a_desktop_half_that_is_killed_is_told_and_its_tests_are_not_blamed() {
    let suite = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nA test\n    \
        Log To Console    it runs\n    Wait Until Created    ${EXECDIR}/seen    1 min\n    \
        Evaluate    os.kill(os.getppid(), 9)    modules=os\n    Sleep    10 min\n";
    let Some(instance) = instance(suite) else { return };
    let started = Instant::now();
    let runner = instance.start();
    // What robot says goes through the server that is to be killed.
    instance.wait_for_robot();
    std::fs::write(instance.attempt().join("package/shop/seen"), "").unwrap();
    let (error, cause) = refused(&instance, &runner.wait_with_output().unwrap());
    assert_eq!(error, "Runner.DesktopLost", "{cause}");
    assert!(started.elapsed() < Duration::from_secs(300), "nobody waited for the test");
    assert!(instance.uploaded("console.txt").contains("it runs"));
    assert!(!instance.has_uploaded("output.xml"));
    assert_eq!(instance.left_behind(), [""; 0]);
}

#[test]
fn a_test_that_fails_because_the_screen_was_locked_under_it_is_not_blamed() {
    let suite = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nA test\n    \
        Log To Console    it runs\n    Wait Until Created    ${EXECDIR}/locked    1 min\n    Fail    no\n";
    let Some(instance) = instance(suite) else { return };
    let session = Session::new("640x480").serve(&instance);
    let runner = instance.start();
    instance.wait_for_robot();
    let lock = Lock::new(&session.display, Looks::Locked);
    std::fs::write(instance.attempt().join("package/shop/locked"), "").unwrap();
    assert!(runner.wait_with_output().unwrap().status.success());
    let exit = instance.manifest().exit;
    assert!(matches!(&exit, Exit::NotStarted { error, .. } if error == "Runner.DesktopLocked"), "{exit:?}");
    drop(lock);
}

#[test]
fn a_wish_to_stop_reaches_the_tests_on_the_desktop() {
    let Some(instance) = instance("*** Test Cases ***\nSlow\n    Log To Console    it runs\n    Sleep    1 min\n")
    else {
        return;
    };
    let runner = instance.start();
    instance.wait_for_robot();
    let kill = Command::new("kill").args(["-TERM", &runner.id().to_string()]).status().unwrap();
    assert!(kill.success() && runner.wait_with_output().unwrap().status.success());
    assert_eq!(instance.manifest().exit, Exit::InstanceReclaimed);
    assert!(instance.uploaded("output.xml").trim_end().ends_with("</robot>"));
}

#[tokio::test]
async fn a_lease_that_nobody_renews_serves_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::new(PathBuf::from(folder.path()));
    exchange.renew(runner::desktop::exchange::Lease { process: 1, beat: 7 }).unwrap();
    assert!(!client::serves(&exchange, Duration::from_millis(300)).await);
    let server = tokio::spawn(runner::desktop::serve(exchange.clone()));
    assert!(client::serves(&exchange, Duration::from_secs(10)).await);
    server.abort();
}
