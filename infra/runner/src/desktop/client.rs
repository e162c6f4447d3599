//! The client, which SSM starts: it hands an attempt over and waits.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::package::plan::Desktop;

use super::exchange::{Answer, Exchange, Task, Watch};
use super::recording;
use super::session::Session;
use crate::account::Account;
use crate::attempt::Places;
use crate::error::{Error, Failure};
use crate::mask::Masker;
use crate::outcome::{Outcome, Outputs};
use crate::processes::Processes;
use crate::shard::Shard;
use crate::stages;
use crate::stop::{Limits, Stop};

/// How long a lease may stay unchanged before its server counts as gone.
pub const LEASE: Duration = Duration::from_secs(10);

/// How often the folder is looked into.
const LOOK: Duration = Duration::from_millis(100);

/// How long the desktop server may take to come to its end, beyond what `robot` gets, once the attempt is stopped.
const LAST: Duration = Duration::from_secs(60);

/// How long a session may take to have its desktop server where the client cannot start one.
const LOGON: Duration = Duration::from_secs(120);

/// Runs an attempt through a desktop server: the one that serves in `folder_of_session`, or one in a session of its own.
pub async fn run(
    shard: &Shard,
    desktop: Desktop,
    package: PathBuf,
    folder: &Path,
    folder_of_session: PathBuf,
    limits: &mut Limits,
) -> Result<Outcome, Error> {
    let session = match find(Exchange::new(folder_of_session), desktop, shard, folder).await {
        Ok(session) => session,
        Err(failure) => return stages::run(shard, Err(failure), folder, limits).await,
    };
    let task = Task { shard: shard.clone(), package, folder: folder.to_owned() };
    let exchange = session.exchange();
    let attempt = format!("{}-{}-{}", shard.order.run, shard.order.shard, shard.order.attempt);
    let done = through(exchange, &attempt, &task, limits, LEASE).await;
    exchange.forget(&attempt);
    session.end().await;
    match done {
        Ok(outcome) => Ok(outcome),
        Err(failure) => lost(shard, folder, &failure).await,
    }
}

/// The session that has a server, or a new one where the system lets a program make one.
async fn find(exchange: Exchange, desktop: Desktop, shard: &Shard, folder: &Path) -> Result<Session, Failure> {
    let most = if cfg!(windows) { LOGON } else { LEASE };
    let wait = cfg!(windows) || exchange.lease().is_some();
    if wait && serves(&exchange, most).await {
        return Ok(Session::found(exchange));
    }
    if cfg!(windows) {
        return Err(Failure::DesktopAbsent { why: format!("no desktop server served within {} s", most.as_secs()) });
    }
    let account = shard.account.as_deref().map(Account::named).transpose()?;
    Session::start(folder.join("desktop"), desktop, account).await
}

/// Whether a lease is renewed before `most` is over.
pub async fn serves(exchange: &Exchange, most: Duration) -> bool {
    let mut watch = Watch::new(exchange.lease(), most);
    while watch.holds(None) {
        tokio::time::sleep(LOOK).await;
        if watch.renewed(exchange.lease()) {
            return true;
        }
    }
    false
}

/// Hands an attempt over and waits until it is given back, as long as the lease is renewed within `lease`.
pub async fn through(
    exchange: &Exchange,
    attempt: &str,
    task: &Task,
    limits: &mut Limits,
    lease: Duration,
) -> Result<Outcome, Failure> {
    exchange.hand_over(attempt, task).map_err(Failure::disk("the attempt for the desktop server"))?;
    let answer = tokio::select! {
        answer = answer(exchange, attempt, lease) => answer,
        stop = limits.stop() => stopped(exchange, attempt, lease, stop, limits.grace() + LAST).await,
    };
    match answer? {
        Answer::Done(outcome) => Ok(*outcome),
        Answer::Broken(why) => Err(Failure::DesktopLost { why }),
    }
}

/// What is given back after the attempt was stopped; its deadline the desktop server knows itself.
async fn stopped(
    exchange: &Exchange,
    attempt: &str,
    lease: Duration,
    stop: Stop,
    most: Duration,
) -> Result<Answer, Failure> {
    if stop == Stop::Reclaimed {
        exchange.stop(attempt).map_err(Failure::disk("the wish to stop"))?;
    }
    let answer = tokio::time::timeout(most, answer(exchange, attempt, lease)).await;
    answer.unwrap_or_else(|_| Err(Failure::DesktopLost { why: "it did not give the attempt back in time".to_owned() }))
}

async fn answer(exchange: &Exchange, attempt: &str, lease: Duration) -> Result<Answer, Failure> {
    let mut watch = Watch::new(exchange.lease(), lease);
    loop {
        let answer: io::Result<Option<Answer>> = exchange.given_back(attempt);
        if let Some(answer) = answer.map_err(Failure::disk("what the desktop server gave back"))? {
            return Ok(answer);
        }
        if !watch.holds(exchange.lease()) {
            let why = format!("its lease was not renewed for {} s", lease.as_secs());
            let absent = exchange.withdraw(attempt);
            return Err(if absent { Failure::DesktopAbsent { why } } else { Failure::DesktopLost { why } });
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The outcome of an attempt that was not given back: what it started ends, and of what it wrote console and video are
/// kept.
async fn lost(shard: &Shard, folder: &Path, failure: &Failure) -> Result<Outcome, Error> {
    Processes::new(folder, None).end().await;
    let root = Places::new(folder, &shard.work.suite).root;
    let mut outcome = Outcome { root, ..Outcome::not_started(failure) };
    let console = folder.join("console.txt");
    if console.is_file() {
        let masker = Masker::new(shard.secrets.values().map(String::as_str));
        let video = Places::new(folder, &shard.work.suite).out.join(recording::VIDEO);
        outcome.outputs = Outputs::default().with_video(video, folder).with_console(&console, folder, &masker);
    }
    Ok(outcome)
}
