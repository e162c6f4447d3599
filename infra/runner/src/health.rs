//! Waits until the application under test is healthy, so that no test fails because it is not.

use std::time::Duration;

use domain::package::environment::{Check, Health};
use tokio::time::Instant;

use crate::attempt::Attempt;
use crate::error::Failure;

/// How long it is between two questions.
const PERIOD: Duration = Duration::from_millis(500);

/// The shortest and the longest time for an answer. The shortest applies even if less time is left.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// Asks until the answer is yes or the time for it is over.
pub async fn wait(health: &Health, attempt: &mut Attempt<'_>) -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(health.seconds);
    loop {
        let patience = end.saturating_duration_since(Instant::now()).clamp(PATIENCE.0, PATIENCE.1);
        let answer = match &health.check {
            Check::Url(url) => asked(url.clone(), patience).await,
            Check::Command(command) => ran(command, attempt, patience).await,
        };
        let Err(why) = answer else { return Ok(()) };
        if Instant::now() + PERIOD >= end {
            let (check, tail) = (health.check.to_string(), attempt.console.tail().await);
            return Err(Failure::Unhealthy { check, seconds: health.seconds, why, tail });
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Whether an address answers with a status below 400, or why not.
async fn asked(url: String, patience: Duration) -> Result<(), String> {
    let ask = move || {
        // The address is on this instance or near it, and a proxy for the internet would not find it.
        let config = ureq::Agent::config_builder().timeout_global(Some(patience)).proxy(None).build();
        ureq::Agent::new_with_config(config).get(&url).call().map(drop).map_err(|error| error.to_string())
    };
    tokio::task::spawn_blocking(ask).await.unwrap_or_else(|error| Err(error.to_string()))
}

/// Whether a command ends with 0 in time, or why not.
async fn ran(command: &str, attempt: &mut Attempt<'_>, patience: Duration) -> Result<(), String> {
    let group = attempt.start_shell(command).map_err(|error| error.to_string())?;
    let ended = tokio::time::timeout(patience, group.exit()).await;
    attempt.processes.end_last();
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(status.to_string()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", patience.as_secs())),
    }
}
