//! The layer that earlier runs of a suite built, and that later ones shall have.
//!
//! An instance never writes what another one reads: it uploads the archive below its own name, and `collect` puts it where
//! runs of the same suite find it.

use std::path::Path;
use std::time::Duration;

use aws::Artifacts;
use domain::package::plan::{PackageVersion, Plan};
use domain::run::keys::is_sum;
use domain::run::order::Order;
use tokio::process::Command;

use super::{SCRIPT, python};
use crate::package;
use crate::settings::Settings;
use crate::shard::SharedLayer;

/// How long Python may take to say what it is.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is shared of the layer of an attempt; none where its packages are not, or where Python does not tell what it is.
pub async fn shared(artifacts: &Artifacts, plan: &Plan, order: &Order, settings: &Settings) -> Option<SharedLayer> {
    let layers = plan.work.layers.as_ref()?;
    let base = base(&python(&settings.robot)).await?;
    let built = layers.built.get(&base);
    let is_here = settings.layers().folder.join(&layers.requirements).join("layer.json").is_file();
    let archive = match built.filter(|_| !is_here) {
        Some(built) => fetch(artifacts, built, &settings.work).await,
        None => None,
    };
    // One archive is enough for later runs.
    let is_first = plan.shards.first().is_some_and(|shard| shard.id == order.shard);
    Some(SharedLayer {
        requirements: layers.requirements.clone(),
        base,
        archive,
        is_given: built.is_none() && is_first && !is_here,
    })
}

/// Sum of a Python and its packages.
async fn base(python: &Path) -> Option<String> {
    let mut command = Command::new(python);
    command.args(["-I", "-c", SCRIPT, "base"]).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.ok()?.ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    Some(told.trim().to_owned()).filter(|sum| is_sum(sum))
}

/// The archive's file; none where it cannot be had, for pip does without it.
async fn fetch(artifacts: &Artifacts, built: &PackageVersion, work: &Path) -> Option<std::path::PathBuf> {
    match package::fetch(artifacts, built, work).await {
        Ok(archive) => Some(archive),
        Err(failure) => {
            eprintln!("qaops-runner: {}", domain::base::text::with_causes(&failure));
            None
        }
    }
}
