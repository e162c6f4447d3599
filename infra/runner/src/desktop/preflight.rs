//! Checks that a desktop is usable: clicks and keys arrive, and windows can be seen.

use std::time::Duration;

use domain::package::plan::Desktop;

use super::fault::Fault;
use super::{script, x11};
use crate::error::Failure;

/// How long the check may take: a desktop that hangs must not hang the attempt.
const MOST: Duration = Duration::from_secs(60);

/// Checks the desktop of this session, if the suite asks for one.
pub async fn check(desktop: Option<Desktop>) -> Result<(), Failure> {
    let Some(asked) = desktop else { return Ok(()) };
    let check =
        tokio::task::spawn_blocking(move || if cfg!(windows) { script::check(asked) } else { x11::check(asked) });
    let checked = match tokio::time::timeout(MOST, check).await {
        Ok(Ok(checked)) => checked,
        Ok(Err(error)) => Err(Fault::Unreachable(error.to_string())),
        Err(_) => Err(Fault::Unreachable(format!("the check took longer than {} s", MOST.as_secs()))),
    };
    checked.map_err(Failure::Desktop)
}
