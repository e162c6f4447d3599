//! The server in the session with the desktop: it checks the desktop, runs the attempts that are handed over, and gives
//! their results back.

use std::time::{Duration, SystemTime};

use domain::base::text::with_causes;
use domain::results::manifest::Exit;
use tokio::sync::watch;
use tokio::time::Instant;

use super::exchange::{Answer, Exchange, Lease, Task};
use super::preflight;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::stages;
use crate::stop::Limits;

/// How often the lease is renewed.
const BEAT: Duration = Duration::from_millis(500);

/// How often the folder is looked into.
const LOOK: Duration = Duration::from_millis(100);

/// Serves for as long as the session lives; an error is one of the folder.
pub async fn serve(exchange: Exchange) -> Result<(), Error> {
    let work = |source| Error::Work { path: exchange.folder().to_owned(), source };
    exchange.create().map_err(work)?;
    let lease = tokio::spawn(renew(exchange.clone()));
    while !lease.is_finished() {
        if let Some((attempt, task)) = exchange.take().map_err(work)? {
            let answer = match run(&exchange, &attempt, &task).await {
                Ok(outcome) => Answer::Done(Box::new(outcome)),
                Err(error) => Answer::Broken(with_causes(&error)),
            };
            exchange.give_back(&attempt, &answer).map_err(work)?;
        }
        tokio::time::sleep(LOOK).await;
    }
    lease.await.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(work)
}

/// Renews the lease until that fails.
async fn renew(exchange: Exchange) -> std::io::Result<()> {
    // Another process with the same number must not seem to have stood still.
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    for beat in since.. {
        exchange.renew(Lease { process: std::process::id(), beat })?;
        tokio::time::sleep(BEAT).await;
    }
    Ok(())
}

async fn run(exchange: &Exchange, attempt: &str, task: &Task) -> Result<Outcome, Error> {
    let (send, notice) = watch::channel(None);
    let mut limits = Limits::until(task.shard.order.deadline, notice);
    tokio::select! {
        outcome = checked(task, &mut limits) => outcome,
        () = tell_stop(exchange, attempt, send) => Err(Error::Outputs(std::io::Error::other("nobody told a stop"))),
    }
}

/// Runs the attempt on a desktop that is checked. It is checked once more where a test failed: a lost desktop must not
/// count as a failed test.
async fn checked(task: &Task, limits: &mut Limits) -> Result<Outcome, Error> {
    let desktop = task.shard.work.desktop;
    let package = preflight::check(desktop).await.map(|()| task.package.clone());
    let mut outcome = stages::run(&task.shard, package, &task.folder, limits).await?;
    if blames(&outcome.exit)
        && let Err(failure) = preflight::check(desktop).await
    {
        eprintln!("qaops-runner: {}", with_causes(&failure));
        outcome.exit = failure.exit();
    }
    Ok(outcome)
}

/// Whether an exit speaks of tests that may have failed.
fn blames(exit: &Exit) -> bool {
    let settled = matches!(exit, Exit::Passed | Exit::NotStarted { .. });
    !settled && !matches!(exit, Exit::DeadlinePassed | Exit::InstanceReclaimed)
}

/// Passes on that the attempt shall come to its end; never returns.
async fn tell_stop(exchange: &Exchange, attempt: &str, send: watch::Sender<Option<Instant>>) {
    while !exchange.is_stopped(attempt) {
        tokio::time::sleep(LOOK).await;
    }
    send.send_replace(Some(Instant::now()));
    std::future::pending().await
}
