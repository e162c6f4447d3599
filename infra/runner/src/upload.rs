//! Uploads what an attempt left behind, and the manifest as the last object.

use std::sync::Arc;
use std::time::Instant;

use aws::Artifacts;
use domain::upload::Manifest;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::Error;
use crate::outputs::{Output, Outputs};

/// Uploads at the same time.
const AT_ONCE: usize = 6;

/// Uploads the files and then the manifest that names them; `started` is when the attempt was.
///
/// Without `output.xml` there is no result, so its failure ends it all. Any other file that cannot be uploaded is missing
/// in the manifest.
pub async fn all(
    artifacts: &Artifacts,
    prefix: &str,
    outputs: Outputs,
    mut manifest: Manifest,
    started: Instant,
) -> Result<(), Error> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut uploads = JoinSet::new();
    for (name, output) in outputs.files {
        let (artifacts, key, turns) = (artifacts.clone(), format!("{prefix}{name}"), Arc::clone(&turns));
        uploads.spawn(async move {
            let _turn = turns.acquire().await;
            let done = one(&artifacts, &key, &output).await;
            (name, output, done)
        });
    }
    while let Some(Ok((name, output, done))) = uploads.join_next().await {
        match done {
            Ok(()) => drop(manifest.objects.insert(name, output.about)),
            Err(error) if name == "output.xml" => return Err(Error::Upload(error)),
            Err(error) => eprintln!("qaops-runner: {name} is left out: {}", crate::error::chain(&error)),
        }
    }
    manifest.seconds = started.elapsed().as_secs_f64();
    artifacts.write_json(&format!("{prefix}manifest.json"), &manifest).await.map_err(Error::Upload)
}

/// Uploads a file, and once more where the SDK's own retries were not enough.
async fn one(artifacts: &Artifacts, key: &str, output: &Output) -> Result<(), aws::Error> {
    match artifacts.write_file(key, &output.path).await {
        Err(error) if error.kind == aws::Kind::Unavailable => artifacts.write_file(key, &output.path).await,
        done => done,
    }
}
