//! What an attempt left behind, masked and measured, ready for the upload.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::upload::Upload;
use serde::{Deserialize, Serialize};

use crate::console::Console;
use crate::hash;
use crate::mask::Masker;
use crate::processes::Processes;
use crate::robot::{self, Places};
use crate::shard::Shard;

/// Files beyond output, log, console and reports that are uploaded.
const MOST_FILES: usize = 2000;

/// Bytes that these may have in all: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;

/// Seconds that the log may take where it is made after masking.
const LOG_SECONDS: u64 = 60;

/// Names of objects that are the runner's own.
const OWN: [&str; 3] = ["manifest.json", "console.txt", "left-out.txt"];

/// Endings of files that hold pictures and films: masking cannot find anything in them and could spoil them.
const PICTURES: [&str; 8] = ["png", "jpg", "jpeg", "gif", "webp", "mp4", "webm", "avi"];

/// A file to upload.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Output {
    /// Where it lies.
    pub path: PathBuf,
    /// Size and sum.
    pub about: Upload,
}

/// Files to upload by their path below the attempt's prefix.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outputs {
    /// The files.
    pub files: BTreeMap<String, Output>,
    /// What is not uploaded, and why.
    pub left_out: Vec<String>,
}

/// Masks and measures what `robot` and the tests left behind; the log is made here where there are secrets.
pub async fn masked(
    shard: &Shard,
    places: &Places,
    folder: &Path,
    masker: &Masker,
    processes: &mut Processes,
    console: &mut Console,
) -> io::Result<Outputs> {
    let mut outputs = Outputs::default();
    let upload = folder.join("upload");
    for (name, path) in found(shard, places, &mut outputs.left_out)? {
        outputs.add(name, path, &upload, masker)?;
    }
    if let (Some(output), false) = (outputs.files.get("output.xml"), masker.is_empty()) {
        let log = upload.join("log.html");
        robot::log(shard, &output.path, &log, processes, console, Duration::from_secs(LOG_SECONDS)).await;
        if log.is_file() {
            let about = hash::of_file(&log)?;
            outputs.files.insert("log.html".to_owned(), Output { path: log, about });
        }
        processes.end().await;
    }
    Ok(outputs)
}

impl Outputs {
    /// Adds the console's text and the list of what is left out.
    pub fn with_console(mut self, console: &Path, folder: &Path, masker: &Masker) -> io::Result<Self> {
        let upload = folder.join("upload");
        self.add("console.txt".to_owned(), console.to_owned(), &upload, masker)?;
        if !self.left_out.is_empty() {
            let list = folder.join("left-out.txt");
            std::fs::write(&list, self.left_out.join("\n") + "\n")?;
            self.add("left-out.txt".to_owned(), list, &upload, masker)?;
        }
        Ok(self)
    }

    fn add(&mut self, name: String, path: PathBuf, upload: &Path, masker: &Masker) -> io::Result<()> {
        let path = if masker.is_empty() || is_picture(&name) { path } else { copy(&name, &path, upload, masker)? };
        let about = hash::of_file(&path)?;
        self.files.insert(name, Output { path, about });
        Ok(())
    }
}

fn is_picture(name: &str) -> bool {
    let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    PICTURES.contains(&ending.to_ascii_lowercase().as_str())
}

fn copy(name: &str, path: &Path, upload: &Path, masker: &Masker) -> io::Result<PathBuf> {
    let to = upload.join(name.split('/').collect::<PathBuf>());
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let (mut from, mut out) = (File::open(path)?, BufWriter::new(File::create(&to)?));
    match name {
        "output.xml" => masker.copy_output(&mut from, &mut out)?,
        _ => masker.copy(&mut from, &mut out)?,
    }
    Ok(to)
}

/// Files by the name of their object, in the order in which they are added.
type Found = Vec<(String, PathBuf)>;

/// What there is to upload; `left_out` gets what is not.
fn found(shard: &Shard, places: &Places, left_out: &mut Vec<String>) -> io::Result<Found> {
    let reports = shard.work.reports.iter().map(|(kind, path)| (format!("reports/{kind}"), places.file(path)));
    let mut files: Found = reports.filter(|(_, path)| is_file(path)).collect();
    let mut paths = Vec::new();
    walk(&places.out, &mut paths)?;
    paths.sort();
    let (mut count, mut bytes) = (0, 0);
    for path in paths {
        let Some(name) = name(&path, &places.out) else {
            left_out.push(format!("{}: its name is not UTF-8", path.display()));
            continue;
        };
        if name != "output.xml" && name != "log.html" {
            let size = std::fs::metadata(&path)?.len();
            if count == MOST_FILES || bytes + size > MOST_BYTES {
                left_out.push(format!("{name}: beyond {MOST_FILES} files or {MOST_BYTES} bytes"));
                continue;
            }
            count += 1;
            bytes += size;
        }
        files.push((name, path));
    }
    Ok(files)
}

/// The object's name of a file below `out`; one that the runner needs itself stands in `files/`.
fn name(path: &Path, out: &Path) -> Option<String> {
    let below = path.strip_prefix(out).ok()?;
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    let name = parts?.join("/");
    let taken = OWN.contains(&name.as_str()) || name.starts_with("reports/");
    Some(if taken { format!("files/{name}") } else { name })
}

/// Regular files below a folder. Links are not followed: they may lead anywhere.
fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|about| about.is_file())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::layer::Layers;

    fn shard(reports: serde_json::Value) -> Shard {
        let package = json!({ "bucket": "b", "key": "k", "size": 0, "etag": "e" });
        let work = json!({
            "suite": "shop", "package": package, "robot": {}, "hooks": {}, "reports": reports, "attempt_seconds": 60
        });
        let order = json!({ "run": "run", "shard": "0001", "attempt": 1, "files": [], "deadline": 0 });
        Shard {
            work: serde_json::from_value(work).unwrap(),
            order: serde_json::from_value(order).unwrap(),
            secrets: BTreeMap::new(),
            robot: "robot".into(),
            layers: Layers::default(),
        }
    }

    fn places(folder: &Path, files: &[&str]) -> Places {
        let places = Places::new(folder, "shop");
        for path in files.iter().map(|file| folder.join(file)) {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        places
    }

    #[test]
    fn beyond_the_most_files_the_output_is_kept_and_the_rest_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..=MOST_FILES).map(|number| format!("out/a{number:04}.txt")).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names.push("out/output.xml");
        let mut left_out = Vec::new();
        let found = found(&shard(json!({})), &places(folder.path(), &names), &mut left_out).unwrap();
        assert_eq!(found.len(), MOST_FILES + 1);
        assert_eq!(found.last().unwrap().0, "output.xml");
        assert!(left_out.len() == 1 && left_out[0].starts_with("a2000.txt: "), "{left_out:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_never_uploaded() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path(), &["out/a.txt", "package/shop/b.txt", "secret.txt"]);
        for link in ["out/link.txt", "package/shop/report.xml"] {
            std::os::unix::fs::symlink(folder.path().join("secret.txt"), folder.path().join(link)).unwrap();
        }
        let reports = json!({ "coverage": "report.xml", "scan": "b.txt", "load": "none.json" });
        let found = found(&shard(reports), &places, &mut Vec::new()).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["reports/scan", "a.txt"]);
    }
}
