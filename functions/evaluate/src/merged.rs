//! The results of the whole run: `output.xml` and `junit.xml`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use aws::Artifacts;
use domain::judged::Judged;
use domain::keys;
use domain::summary::Summary;
use results::robot::write_merged;

use crate::Error;

/// Writes the results of a run beside its verdict.
pub(crate) async fn write(
    artifacts: &Artifacts,
    judged: &Judged,
    firsts: &[Summary],
    reruns: &[Summary],
) -> Result<(), Error> {
    let summaries: Vec<&Summary> = firsts.iter().chain(reruns).collect();
    if summaries.is_empty() {
        return Ok(());
    }
    let folder = tempfile::tempdir().map_err(|error| failed("output.xml", error))?;
    let outputs = fetch(artifacts, folder.path(), &summaries).await?;
    let merged = folder.path().join("output.xml");
    let path = merged.clone();
    let junit = blocking("output.xml", move || results(&outputs, &path)).await?;
    artifacts.write_file(&keys::result(&judged.run, "output.xml"), &merged).await?;
    Ok(artifacts.write(&keys::result(&judged.run, "junit.xml"), junit).await?)
}

/// Outputs as files, for they are larger than the memory may be.
async fn fetch(artifacts: &Artifacts, folder: &Path, summaries: &[&Summary]) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for (number, summary) in summaries.iter().enumerate() {
        let mut body = artifacts.open(&summary.output).await?.ok_or(Error::SummaryMissing(summary.output.clone()))?;
        let path = folder.join(format!("{number}.xml"));
        let mut file = tokio::fs::File::create(&path).await.map_err(|error| failed("output.xml", error))?;
        tokio::io::copy(&mut body, &mut file).await.map_err(|error| failed("output.xml", error))?;
        tokio::io::AsyncWriteExt::flush(&mut file).await.map_err(|error| failed("output.xml", error))?;
        paths.push(path);
    }
    Ok(paths)
}

/// Writes the merged output to `path`; the JUnit file's bytes.
fn results(outputs: &[PathBuf], path: &Path) -> Result<Vec<u8>, Error> {
    let file = File::create(path).map_err(|error| failed("output.xml", error))?;
    let mut out = BufWriter::new(file);
    let open = |number: usize| File::open(&outputs[number]).map(BufReader::new);
    let root = write_merged(outputs.len(), open, &mut out).map_err(|error| failed("output.xml", error))?;
    out.flush().map_err(|error| failed("output.xml", error))?;
    let mut junit = Vec::new();
    results::junit::write(&root, &mut junit).map_err(|error| failed("junit.xml", error))?;
    Ok(junit)
}

async fn blocking<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(name, error))?
}

fn failed(name: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Results { name, source: source.into() }
}
