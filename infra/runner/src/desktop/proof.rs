//! That a desktop is one: what a test clicks and types arrives, and what it looks at can be seen.

use std::time::Duration;

use domain::package::plan::Desktop;

use super::fault::Fault;
use super::{script, x11};
use crate::error::Failure;

/// How long a proof may take; a desktop that hangs must not hang the attempt.
const MOST: Duration = Duration::from_secs(60);

/// Proves the desktop of this session, if one is asked for.
pub async fn prove(desktop: Option<Desktop>) -> Result<(), Failure> {
    let Some(asked) = desktop else { return Ok(()) };
    let proof =
        tokio::task::spawn_blocking(move || if cfg!(windows) { script::prove(asked) } else { x11::prove(asked) });
    let proven = match tokio::time::timeout(MOST, proof).await {
        Ok(Ok(proven)) => proven,
        Ok(Err(error)) => Err(Fault::Unreachable(error.to_string())),
        Err(_) => Err(Fault::Unreachable(format!("it gave no proof within {} s", MOST.as_secs()))),
    };
    proven.map_err(Failure::Desktop)
}
