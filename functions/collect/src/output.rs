//! Reading the output of an attempt as a stream.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};

use aws::Artifacts;
use domain::keys;
use domain::order::Selection;
use domain::outcome::Suite;
use domain::rerun::not_run;
use domain::shard::Shard;
use domain::summary::{Summary, missing, relative, reported_files};
use domain::upload::{Exit, Manifest, Upload};
use results::digest::{Summing, drain};
use tokio_util::io::SyncIoBridge;

use crate::Error;

/// Name of the output below an attempt's prefix.
const OUTPUT: &str = "output.xml";

/// Summary of the attempt at `prefix`; `problem` says why it is incomplete.
pub(crate) async fn summarize(
    artifacts: &Artifacts,
    prefix: &str,
    shard: &Shard,
    selection: &[Selection],
    manifest: &Manifest,
) -> Result<Summary, Error> {
    let key = format!("{prefix}{OUTPUT}");
    let (root, mut problem) = match manifest.objects.get(OUTPUT) {
        Some(upload) => read(artifacts, &key, upload).await?,
        None => (Suite::default(), Some(format!("There is no {OUTPUT}: robot ended with {:?}.", manifest.exit))),
    };
    let mut reported = manifest.unselected.clone();
    reported.extend(reported_files(&root, &manifest.root).into_iter().map(|(file, _)| file));
    // Only files of the shard count, whatever else a result says.
    reported.retain(|file| shard.files.contains(file));
    let root = with_uploaded_pictures(with_relative_sources(root, &manifest.root), manifest);
    problem = problem.or_else(|| broken_off(&manifest.exit)).or_else(|| unexpected(shard, &root, &reported));
    Ok(Summary {
        shard: manifest.shard.clone(),
        attempt: manifest.attempt,
        environment: manifest.environment.clone(),
        exit: manifest.exit.clone(),
        complete: problem.is_none(),
        problem,
        output: key,
        reported,
        robot_seconds: manifest.robot_seconds,
        uploaded: manifest.objects.values().map(|upload| upload.size).sum(),
        reports: reports(prefix, manifest),
        not_run: not_run(selection, &root),
        left_out: manifest.left_out.clone(),
        root,
    })
}

/// Paths below the run's prefix of the reports that the attempt left, by kind.
fn reports(prefix: &str, manifest: &Manifest) -> BTreeMap<String, String> {
    let kinds = manifest.objects.keys().filter_map(|name| name.strip_prefix("reports/"));
    let path = |kind: &str| Some(keys::below(&manifest.run, &format!("{prefix}reports/{kind}"))?.to_owned());
    kinds.filter_map(|kind| Some((kind.to_owned(), path(kind)?))).collect()
}

/// So often an output is read whose body breaks off.
const TRIES: u32 = 3;

/// Suites of an output, and what is wrong with it. That its body breaks off says nothing about it.
async fn read(artifacts: &Artifacts, key: &str, upload: &Upload) -> Result<(Suite, Option<String>), Error> {
    let mut tried = 1;
    loop {
        let Some(body) = artifacts.open(key).await? else {
            return Ok((Suite::default(), Some(format!("Its {OUTPUT} is missing."))));
        };
        let (bridge, upload) = (SyncIoBridge::new(body), upload.clone());
        let read = tokio::task::spawn_blocking(move || parse(bridge, &upload)).await;
        match read.map_err(|source| Error::Broken { key: key.to_owned(), source })? {
            Ok(read) => return Ok(read),
            Err(error) if tried == TRIES => return Err(Artifacts::broken_off(key, error).into()),
            Err(_) => tried += 1,
        }
    }
}

fn parse(body: impl Read, upload: &Upload) -> io::Result<(Suite, Option<String>)> {
    let mut summed = BufReader::new(Summing::new(body));
    let output = match results::robot::read(&mut summed) {
        Ok(output) => output,
        Err(results::robot::Error::Read(error)) => return Err(error),
        Err(error) => return Ok((Suite::default(), Some(format!("Its {OUTPUT} cannot be read: {error}.")))),
    };
    drain(&mut summed)?;
    let digest = summed.into_inner().digest();
    if digest.size != upload.size || digest.sha256 != upload.sha256 {
        return Ok((output.root, Some(format!("Its {OUTPUT} is not the one that the runner uploaded."))));
    }
    let problem = output.problem.map(|problem| format!("Its {OUTPUT} is incomplete: {problem}."));
    Ok((output.root, problem))
}

fn broken_off(exit: &Exit) -> Option<String> {
    match exit {
        Exit::Passed | Exit::Failed { .. } => None,
        Exit::DeadlinePassed => Some("Robot was stopped at the deadline.".to_owned()),
        Exit::InstanceReclaimed => Some("The Spot instance was taken back.".to_owned()),
        Exit::DiskFull => Some("Runner.DiskFailed: the disk was full before robot closed its output.".to_owned()),
        Exit::BadData => Some("Robot refused the test data or an option (252); console.txt says why.".to_owned()),
        other => Some(format!("Robot ended with {other:?}; console.txt says why.")),
    }
}

/// A planned shard must report each of its files, and no shard may report tests of another one's: they would count twice.
/// Of a rerun only what it finds counts, and what it does not find leaves the first outcome as it is.
fn unexpected(shard: &Shard, root: &Suite, reported: &[String]) -> Option<String> {
    let missing = if shard.is_rerun() { Vec::new() } else { missing(&shard.files, reported) };
    if let Some(first) = missing.first() {
        return Some(format!("Its {OUTPUT} does not report {first} ({} missing).", missing.len()));
    }
    let found = root.found();
    let other = found.iter().find(|test| !test.id.file.is_empty() && !shard.files.contains(&test.id.file))?;
    Some(format!("Its {OUTPUT} reports {}, which is not a file of this shard.", other.id.file))
}

/// Leaves out pictures that the log names and nobody uploaded.
fn with_uploaded_pictures(mut suite: Suite, manifest: &Manifest) -> Suite {
    for test in &mut suite.tests {
        test.pictures.retain(|path| manifest.objects.contains_key(path));
    }
    suite.suites = suite.suites.into_iter().map(|suite| with_uploaded_pictures(suite, manifest)).collect();
    suite
}

fn with_relative_sources(mut suite: Suite, root: &str) -> Suite {
    suite.source = suite.source.and_then(|source| relative(&source, root));
    suite.suites = suite.suites.into_iter().map(|suite| with_relative_sources(suite, root)).collect();
    suite
}
