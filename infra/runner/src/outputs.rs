//! What an attempt left behind, masked and measured, ready for the upload.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use domain::results::manifest::LAYER;
use walkdir::WalkDir;

use crate::account::is_file;
use crate::attempt::{Attempt, Places};
use crate::desktop::recording;
use crate::mask::Masker;
use crate::outcome::{Output, Outputs};
use crate::shard::Shard;
use crate::{hash, robot};

/// Files beyond output, log, console and reports that are uploaded.
const MOST_FILES: usize = 2000;

/// Seconds that the log may take where it is made after masking.
const LOG_SECONDS: u64 = 60;

/// Names of objects that are the runner's own.
const OWN: [&str; 4] = ["manifest.json", "console.txt", "left-out.txt", LAYER];

/// Files of `robot` that are uploaded however large they are.
const FIRST: [&str; 2] = ["output.xml", "log.html"];

/// A disk counts as full if it has no room for so many bytes.
const ROOM: usize = 64 << 10;

/// The modification time that marks a report of the package.
const MARK: SystemTime = SystemTime::UNIX_EPOCH;

/// Endings of files that hold pictures and films: masking cannot find anything in them and could spoil them.
const PICTURES: [&str; 8] = ["png", "jpg", "jpeg", "gif", "webp", "mp4", "webm", "avi"];

/// Masks and measures what `robot` and the tests left behind; the log is made here where there are secrets.
pub async fn masked(attempt: &mut Attempt<'_>, masker: &Masker) -> io::Result<Outputs> {
    let mut outputs = Outputs::default();
    let upload = attempt.places.folder.join("upload");
    for (name, path) in found(attempt.shard, &attempt.places, &mut outputs.left_out)? {
        outputs.add(name, path, &upload, masker);
    }
    if let (Some(output), false) = (outputs.files.get("output.xml"), masker.is_empty()) {
        // `rebot` may load what the suite installed, so it has the account of the tests and a folder of its own.
        let folder = attempt.places.folder.join("log");
        std::fs::create_dir_all(&folder)?;
        attempt.give(&folder)?;
        let log = folder.join("log.html");
        robot::log(attempt, &output.path, &log, Duration::from_secs(LOG_SECONDS)).await;
        if is_file(&log) {
            outputs.add("log.html".to_owned(), log, &upload, &Masker::new([]));
        }
        attempt.processes.end().await;
    }
    Ok(outputs)
}

/// Makes reports that lie in the package older than anything that an attempt writes: whatever stays so old was not written
/// by it, and says nothing of this run.
pub fn mark_reports(shard: &Shard, places: &Places) -> io::Result<()> {
    let reports = shard.work.reports.values().map(|path| places.file(path));
    reports.filter(|path| is_file(path)).try_for_each(|path| File::options().write(true).open(path)?.set_modified(MARK))
}

/// Whether a report came with the package and nothing wrote it.
fn is_marked(path: &Path) -> bool {
    std::fs::metadata(path).and_then(|about| about.modified()).is_ok_and(|time| time == MARK)
}

/// Whether the disk is full and `robot` could not close its output for it.
pub fn cut_short(places: &Places) -> bool {
    let probe = places.folder.join("room");
    let full = std::fs::write(&probe, [0; ROOM]).is_err_and(|error| error.kind() == io::ErrorKind::StorageFull);
    let _ = std::fs::remove_file(probe);
    full && is_open(&places.out.join("output.xml")).unwrap_or(true)
}

/// Whether an output lacks its end.
fn is_open(output: &Path) -> io::Result<bool> {
    if !is_file(output) {
        return Ok(true);
    }
    let mut file = File::open(output)?;
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(32)))?;
    let mut end = Vec::new();
    file.read_to_end(&mut end)?;
    Ok(!end.trim_ascii_end().ends_with(b"</robot>"))
}

impl Outputs {
    /// Adds the video of a desktop, if there is one.
    pub fn with_video(mut self, video: PathBuf, folder: &Path) -> Self {
        if is_file(&video) {
            self.add(recording::VIDEO.to_owned(), video, &folder.join("upload"), &Masker::new([]));
        }
        self
    }

    /// Adds the archive of a layer, if there is one.
    pub fn with_layer(mut self, archive: Option<PathBuf>) -> Self {
        if let Some((archive, folder)) = archive.as_ref().and_then(|archive| Some((archive, archive.parent()?))) {
            self.add(LAYER.to_owned(), archive.clone(), &folder.join("upload"), &Masker::new([]));
        }
        self
    }

    /// Adds the console's text and the list of what is left out.
    pub fn with_console(mut self, console: &Path, folder: &Path, masker: &Masker) -> Self {
        let upload = folder.join("upload");
        self.add("console.txt".to_owned(), console.to_owned(), &upload, masker);
        if !self.left_out.is_empty() {
            let list = folder.join("left-out.txt");
            // On a full disk the manifest's own list must do.
            if std::fs::write(&list, self.left_out.join("\n") + "\n").is_ok() {
                self.add("left-out.txt".to_owned(), list, &upload, masker);
            }
        }
        self.left_out = self.left_out.iter().map(|line| masker.text(line)).collect();
        self
    }

    /// Adds a file; one that cannot be masked or read, as on a full disk, is left out and keeps no other from its way.
    fn add(&mut self, name: String, path: PathBuf, upload: &Path, masker: &Masker) {
        match measured(&name, path, upload, masker) {
            Ok(output) => drop(self.files.insert(name, output)),
            Err(error) => self.left_out.push(format!("{name}: {error}")),
        }
    }
}

fn measured(name: &str, path: PathBuf, upload: &Path, masker: &Masker) -> io::Result<Output> {
    let path = if masker.is_empty() || is_picture(name) { path } else { copy(name, &path, upload, masker)? };
    Ok(Output { about: hash::of_file(&path)?, path })
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
    out.flush()?;
    Ok(to)
}

/// Files by the name of their object, in the order in which they are added.
type Found = Vec<(String, PathBuf)>;

/// What there is to upload; `left_out` gets what is not.
///
/// Reports, output and log come first and always. Of the rest the smallest come first, so that it is few that are left
/// out: a film never takes the place of a hundred screenshots.
fn found(shard: &Shard, places: &Places, left_out: &mut Vec<String>) -> io::Result<Found> {
    let reports = shard.work.reports.iter().map(|(kind, path)| (format!("reports/{kind}"), places.file(path)));
    let (inside, outside): (Found, Found) =
        reports.filter(|(_, path)| is_file(path)).partition(|(_, path)| is_within(path, &places.folder));
    left_out.extend(outside.into_iter().map(|(name, _)| format!("{name}: a link leads out of the package")));
    let strange = shard.work.reports.iter().filter(|(_, path)| is_no_file(&places.file(path)));
    left_out.extend(
        strange.map(|(kind, path)| format!("reports/{kind}: {path} is a folder, a link or a pipe, and no file")),
    );
    let (packed, written): (Found, Found) = inside.into_iter().partition(|(_, path)| is_marked(path));
    left_out
        .extend(packed.into_iter().map(|(name, _)| format!("{name}: it came with the package, and nothing wrote it")));
    left_out.extend(misplaced(shard, places));
    let mut files = written;
    let mut paths = walk(&places.out)?;
    paths.sort();
    let mut rest = Vec::new();
    for path in paths {
        match name(&path, &places.out) {
            None => left_out.push(format!("{}: its name is not UTF-8", path.display())),
            Some(name) if FIRST.contains(&name.as_str()) => files.push((name, path)),
            Some(name) => rest.push((std::fs::metadata(&path)?.len(), name, path)),
        }
    }
    rest.sort();
    let (mut count, mut bytes, most) = (0, 0, shard.most_bytes);
    for (size, name, path) in rest {
        count += 1;
        bytes += size;
        if count > MOST_FILES || bytes > most {
            left_out.push(format!("{name}: {size} bytes, beyond {MOST_FILES} files or {most} bytes of a shard"));
        } else {
            files.push((name, path));
        }
    }
    Ok(files)
}

/// Whether something else than a regular file is there.
fn is_no_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|about| !about.is_file())
}

/// Reports that are not where the package says, but where a reader of it would look next: below the folder of the suites,
/// or below `${OUTPUT DIR}`.
fn misplaced(shard: &Shard, places: &Places) -> Vec<String> {
    let root =
        |path: String| is_file(&places.file(&path)).then(|| format!("there is {path}: [reports] needs this path"));
    let of = |path: &String| {
        let (folder, name) = (&shard.work.robot.folder, path.rsplit('/').next().unwrap_or(path));
        let below = (!folder.is_empty()).then(|| root(format!("{folder}/{path}"))).flatten();
        let below = below.or_else(|| root(name.to_owned()).filter(|_| name != path));
        below.or_else(|| {
            let found = [path.as_str(), name].into_iter().find(|name| is_file(&places.out.join(name)))?;
            Some(format!("${{OUTPUT DIR}}/{found} is there: let the tests write {path} below the package's root"))
        })
    };
    let missing = shard.work.reports.iter().filter(|(_, path)| !is_file(&places.file(path)));
    missing.filter_map(|(kind, path)| Some(format!("reports/{kind}: no {path}, but {}", of(path)?))).collect()
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
fn walk(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = WalkDir::new(folder)
        .into_iter()
        .filter(|entry| entry.as_ref().map_or(true, |entry| entry.file_type().is_file()));
    entries.map(|entry| Ok(entry?.into_path())).collect()
}

/// Whether a file really lies in a folder, whatever links lead to it.
fn is_within(path: &Path, folder: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(path).zip(real(folder)).is_some_and(|(path, folder)| path.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::shard::tests::shard;

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
        assert_eq!(found[0].0, "output.xml");
        assert!(left_out.len() == 1 && left_out[0].starts_with("a2000.txt: "), "{left_out:?}");
    }

    #[test]
    fn beyond_the_most_bytes_the_largest_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path(), &["out/film.txt", "out/note.txt", "out/output.xml", "out/shot.txt"]);
        std::fs::write(places.out.join("film.txt"), "12345").unwrap();
        std::fs::write(places.out.join("output.xml"), "123456").unwrap();
        let (mut shard, mut left_out) = (shard(json!({})), Vec::new());
        shard.most_bytes = 4;
        let found = found(&shard, &places, &mut left_out).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["output.xml", "note.txt", "shot.txt"]);
        assert!(left_out.len() == 1 && left_out[0].starts_with("film.txt: 5 bytes"), "{left_out:?}");
    }

    #[test]
    fn a_report_that_came_with_the_package_is_left_out_unless_something_writes_it() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path(), &["out/a.txt", "package/shop/old.xml", "package/shop/new.xml"]);
        let shard = shard(json!({ "junit": "old.xml", "coverage": "new.xml", "load": "none.json" }));
        mark_reports(&shard, &places).unwrap();
        std::fs::write(places.file("new.xml"), "written").unwrap();
        let mut left_out = Vec::new();
        let found = found(&shard, &places, &mut left_out).unwrap();
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["reports/coverage", "a.txt"]);
        assert_eq!(left_out, ["reports/junit: it came with the package, and nothing wrote it"]);
    }

    #[test]
    fn a_report_in_another_place_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path(), &["out/load.json", "package/shop/tests/unit.xml", "package/shop/scan.json"]);
        let reports = json!({ "junit": "unit.xml", "performance": "build/load.json", "scan": "build/scan.json" });
        let mut shard = shard(reports);
        shard.work.robot.folder = "tests".to_owned();
        let mut left_out = Vec::new();
        found(&shard, &places, &mut left_out).unwrap();
        let told = [
            "reports/junit: no unit.xml, but there is tests/unit.xml: [reports] needs this path",
            "reports/performance: no build/load.json, but ${OUTPUT DIR}/load.json is there: \
             let the tests write build/load.json below the package's root",
            "reports/scan: no build/scan.json, but there is scan.json: [reports] needs this path",
        ];
        assert_eq!(left_out, told);
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
