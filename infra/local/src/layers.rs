//! Layers of Python packages from one local cloud to the next: its bucket goes with it, this user's cache stays.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws::Artifacts;

use crate::cloud::LocalCloud;
use crate::emulator::{in_cache, own};
use crate::error::Error;

/// Prefix of the objects.
const PREFIX: &str = "layers/";
/// Layers of a suite that a local cloud is given, the newest first: those of a few branches.
const MOST: usize = 4;
/// Bytes of layers that are kept in all.
const MOST_BYTES: u64 = 2 << 30;
/// How long a layer is kept: as long as a deployment uses one.
const LIFE: Duration = Duration::from_secs(30 * 86_400);

impl LocalCloud {
    /// Gives this cloud the layers that earlier runs of a suite built.
    pub async fn lend_layers(&self, suite: &str) -> Result<(), Error> {
        let (kept, artifacts) = (kept(&own_home()?.join(suite)), self.layers());
        for layer in kept.iter().take(MOST) {
            if let Some(below) = below(&layer.path) {
                artifacts.write_file(&format!("{PREFIX}{suite}/{below}"), &layer.path).await?;
            }
        }
        Ok(())
    }

    /// Keeps the layers that runs of a suite built in this cloud.
    pub async fn keep_layers(&self, suite: &str) -> Result<(), Error> {
        let (home, artifacts) = (own_home()?, self.layers());
        for object in artifacts.list(&format!("{PREFIX}{suite}/")).await? {
            let Some(path) = object.key.strip_prefix(PREFIX).map(|below| home.join(below)) else { continue };
            // One that was damaged is replaced by one that a run built anew.
            if fs::metadata(&path).is_ok_and(|about| about.len() == object.size) {
                continue;
            }
            let part = path.with_extension(format!("{}.part", std::process::id()));
            artifacts.fetch(&object.key, &part).await?;
            let named = fs::rename(&part, &path);
            named.map_err(failed(&path))?;
        }
        prune(&home, SystemTime::now());
        Ok(())
    }

    fn layers(&self) -> Artifacts {
        self.aws.artifacts(self.deployment.bucket.clone())
    }
}

/// Where layers are kept, which no other user may change.
fn own_home() -> Result<PathBuf, Error> {
    let home = in_cache("layers");
    own(&home).map_err(failed(&home))?;
    Ok(home)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> Error {
    |source| Error::Io { path: path.to_owned(), source }
}

/// A layer in the cache.
struct Kept {
    path: PathBuf,
    written: SystemTime,
    size: u64,
}

/// `<requirements>/<base>.tar.gz` of a layer's file.
fn below(path: &Path) -> Option<String> {
    let requirements = path.parent()?.file_name()?.to_str()?;
    Some(format!("{requirements}/{}", path.file_name()?.to_str()?))
}

/// Layers below a folder, the newest first; a folder that cannot be read has none.
fn kept(folder: &Path) -> Vec<Kept> {
    let mut found = Vec::new();
    collect(folder, &mut found).unwrap_or_default();
    found.sort_by_key(|layer| std::cmp::Reverse(layer.written));
    found
}

fn collect(folder: &Path, found: &mut Vec<Kept>) -> io::Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let (about, path) = (entry.metadata()?, entry.path());
        if about.is_dir() {
            collect(&path, found)?;
        } else {
            found.push(Kept { path, written: about.modified()?, size: about.len() });
        }
    }
    Ok(())
}

/// Removes layers that are too old, and the oldest where all of them are too large.
fn prune(home: &Path, now: SystemTime) {
    let mut bytes = 0;
    for layer in kept(home) {
        bytes += layer.size;
        let is_old = now.duration_since(layer.written).is_ok_and(|age| age > LIFE);
        if is_old || bytes > MOST_BYTES {
            // Another command may have removed it.
            let _ = fs::remove_file(&layer.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_layers_are_removed_and_the_newest_come_first() {
        let home = tempfile::tempdir().unwrap();
        let write = |name: &str, days: u64| {
            let path = home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::File::create(&path).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400)).unwrap();
        };
        write("shop/one/a.tar.gz", 2);
        write("shop/two/b.tar.gz", 1);
        write("shop/old/c.tar.gz", 31);
        prune(home.path(), SystemTime::now());
        let names: Vec<_> = kept(home.path()).iter().map(|layer| below(&layer.path).unwrap()).collect();
        assert_eq!(names, ["two/b.tar.gz", "one/a.tar.gz"]);
        assert!(kept(&home.path().join("none")).is_empty());
    }
}
