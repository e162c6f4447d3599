//! Applications under test that are healthy soon, late and never.

use std::time::{Duration, Instant};

use domain::package::environment::{Check, Health};
use domain::results::manifest::Exit;

use crate::bench::{Bench, text};
use crate::services::Services;

const PASSES: &str = "*** Test Cases ***\nA test\n    Log    hello\n";

fn bench(check: Check, seconds: u64) -> Option<Bench> {
    let mut bench = Bench::new(&[("a.robot", PASSES)])?;
    bench.shard.work.health = Some(Health { check, seconds });
    Some(bench)
}

fn cause(exit: &Exit) -> &str {
    let Exit::NotStarted { error, cause } = exit else { panic!("robot was started: {exit:?}") };
    assert_eq!(error, "Runner.Unhealthy");
    cause
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_test_waits_until_an_address_answers_well() {
    let services = Services::start();
    let Some(bench) = bench(Check::Url(format!("{}/health", services.endpoint)), 60) else { return };
    let (started, later) = (Instant::now(), Duration::from_secs(2));
    let answers = services.clone();
    std::thread::spawn(move || {
        std::thread::sleep(later);
        answers.put("health", "fine");
    });
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    assert!(started.elapsed() >= later);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_test_waits_until_a_command_succeeds() {
    let Some(mut bench) = bench(Check::Command("test -f up".to_owned()), 60) else { return };
    bench.shard.work.hooks.before = Some("(sleep 2; touch up) > /dev/null 2>&1 &".to_owned());
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_never_healthy_is_named_and_no_test_is_blamed() {
    let services = Services::start();
    let url = format!("{}/health", services.endpoint);
    let Some(mut bench) = bench(Check::Url(url.clone()), 2) else { return };
    bench.shard.work.hooks.before = Some("echo no database there".to_owned());
    let outcome = bench.run().await;
    let cause = cause(&outcome.exit);
    assert!(cause.contains(&url) && cause.contains("404") && cause.contains("no database there"), "{cause}");
    assert!(!outcome.outputs.files.contains_key("output.xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_and_a_check_that_hangs_are_told_in_time() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(silent) = bench(Check::Url(format!("http://127.0.0.1:{port}/")), 1) else { return };
    assert!(cause(&silent.run().await.exit).contains("refused"));
    let Some(hangs) = bench(Check::Command("sleep 300".to_owned()), 2) else { return };
    let started = Instant::now();
    let outcome = hangs.run().await;
    assert!(cause(&outcome.exit).contains("no answer within"), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_secs(150), "nobody waited for the check");
}
