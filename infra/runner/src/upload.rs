//! Uploads what an attempt left behind, and the manifest as the last object.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws::{Artifacts, Kind};
use domain::base::text::with_causes;
use domain::results::manifest::{MOST_LEFT_OUT, Manifest};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::error::Error;
use crate::outcome::{Output, Outputs};

/// Uploads at the same time.
const AT_ONCE: usize = 6;

/// How long it is between two tries of an upload, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// How long an upload is tried at least, however little of the attempt's time is left.
const PATIENCE: Duration = Duration::from_secs(10);

/// Uploads the files, the most important first, and then the manifest that names them.
///
/// While the network is away it is tried again until `end`, when the attempt must be over; `started` is when it began.
/// Without `output.xml` there is no result, so its failure ends it all. Any other file that cannot be uploaded stands in
/// the manifest as left out.
pub async fn all(
    artifacts: &Artifacts,
    prefix: &str,
    outputs: Outputs,
    mut manifest: Manifest,
    started: std::time::Instant,
    end: Instant,
) -> Result<(), Error> {
    let end = end.max(Instant::now() + PATIENCE);
    manifest.left_out = outputs.left_out;
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut uploads = JoinSet::new();
    for (name, output) in in_order(outputs.files) {
        let (artifacts, key, turns) = (artifacts.clone(), format!("{prefix}{name}"), Arc::clone(&turns));
        uploads.spawn(async move {
            let _turn = turns.acquire().await;
            let done = patiently(end, || artifacts.write_file(&key, &output.path)).await;
            (name, output, done)
        });
    }
    while let Some(Ok((name, output, done))) = uploads.join_next().await {
        match done {
            Ok(()) => drop(manifest.objects.insert(name, output.about)),
            Err(error) if name == "output.xml" => return Err(Error::Upload(error)),
            Err(error) => manifest.left_out.push(format!("{name}: {}", with_causes(&error))),
        }
    }
    manifest.left_out.truncate(MOST_LEFT_OUT);
    manifest.seconds = started.elapsed().as_secs_f64();
    let key = format!("{prefix}manifest.json");
    patiently(end, || artifacts.write_json(&key, &manifest)).await.map_err(Error::Upload)
}

/// What tells the result first, then reports, then the rest from small to large.
fn in_order(files: BTreeMap<String, Output>) -> Vec<(String, Output)> {
    let first = ["output.xml", "console.txt", "log.html", "left-out.txt"];
    let rank = |name: &str| match first.iter().position(|own| *own == name) {
        Some(at) => at,
        None if name.starts_with("reports/") => first.len(),
        None => first.len() + 1,
    };
    let mut files: Vec<_> = files.into_iter().collect();
    files.sort_by_key(|(name, output)| (rank(name), output.about.size));
    files
}

/// Calls until it is done, is refused, or the time is over.
async fn patiently<F: Future<Output = Result<(), aws::Error>>>(
    end: Instant,
    call: impl Fn() -> F,
) -> Result<(), aws::Error> {
    let (mut pause, longest) = PAUSES;
    loop {
        match call().await {
            Err(error) if error.kind == Kind::Unavailable && Instant::now() + pause < end => {
                eprintln!("qaops-runner: {}; it is tried again", with_causes(&error));
                tokio::time::sleep(pause).await;
                pause = longest.min(pause * 2);
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::results::manifest::Upload;

    use super::*;

    #[test]
    fn the_result_is_uploaded_before_reports_and_these_before_films() {
        let output = |size: u64| Output { path: "x".into(), about: Upload { size, sha256: String::new() } };
        let files =
            [("a.mp4", 9), ("b.png", 1), ("console.txt", 5), ("log.html", 5), ("output.xml", 8), ("reports/x", 9)];
        let files = files.map(|(name, size)| (name.to_owned(), output(size)));
        let names: Vec<String> = in_order(files.into()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["output.xml", "console.txt", "log.html", "reports/x", "b.png", "a.mp4"]);
    }
}
