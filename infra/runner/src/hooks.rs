//! The suite's own commands before and after its tests.

use std::time::Duration;

use crate::attempt::Attempt;
use crate::error::Failure;

/// Runs the hook before `robot`; what it starts in the background goes on.
pub async fn before(hook: &str, attempt: &mut Attempt<'_>) -> Result<(), Failure> {
    let failed = |source| Failure::Command { command: "the hook `before`".to_owned(), source };
    let status = attempt.start_shell(hook).map_err(failed)?.exit().await.map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::HookFailed { status: status.to_string(), tail: attempt.console.tail().await })
}

/// Runs the hook after `robot`; the result stands already, so a failure is told and changes nothing.
pub async fn after(hook: &str, attempt: &mut Attempt<'_>, most: Duration) {
    let ended = match attempt.start_shell(hook) {
        Ok(group) => tokio::time::timeout(most, group.exit()).await,
        Err(error) => return attempt.console.say(&format!("the hook `after` cannot be started: {error}")),
    };
    match ended {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => attempt.console.say(&format!("the hook `after` ended with {status}")),
        Ok(Err(error)) => attempt.console.say(&format!("the hook `after` failed: {error}")),
        Err(_) => attempt.console.say("the hook `after` took too long and is killed"),
    }
}
