//! A suite package from a folder or a zip, checked as `plan` checks it.

mod walk;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::base::problem::Problem;
use domain::base::validate::is_suite_name;
use domain::package::contents::{Checked, Kind};
use domain::package::manifest::FILE as CONFIG;
use domain::package::plan::RobotOptions;
use results::package::{ReadError, check_suites, copy_entry, read_directory, read_requirements, read_text};
use results::requirements::FILE as REQUIREMENTS;
use tempfile::{NamedTempFile, TempPath};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use self::walk::{Found, LeftOut, Rule};

/// A package that can be run. A zip that was made for it goes with it.
#[derive(Debug)]
pub struct Package {
    zip: Zip,
    /// Suite's name: that of `qaops.toml`, else one made of the folder's or zip's name.
    pub suite: String,
    /// Its settings and suite files.
    pub checked: Checked,
    /// What of a folder is in the zip that was made of it; none where a zip was given.
    pub packed: Option<Packed>,
}

/// What of a folder is in its zip.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Files in it.
    pub files: usize,
    /// Bytes of their content.
    pub bytes: u64,
    /// Paths that are left out, by the rule: `by default` or `by .qaopsignore`.
    pub left_out: BTreeMap<&'static str, Vec<String>>,
}

#[derive(Debug)]
enum Zip {
    Given(PathBuf),
    Made(TempPath),
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file or folder cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The zip of a folder cannot be written.
    #[error("failed to write the zip of {}", path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no package, or one that cannot be run.
    #[error(transparent)]
    Refused(Problem),
}

impl Package {
    /// Opens the package at `path`, a folder or a zip. The zip of a folder goes to a file of its own in `scratch`, and
    /// goes when the package goes.
    ///
    /// Folder and zip pass the same check as in `plan`. A folder may be without `qaops.toml`: an empty one is added,
    /// because every key has a default, so that any folder of suites runs.
    pub fn open(path: &Path, scratch: &Path) -> Result<Self, PackageError> {
        let refused =
            |what: &str, help: &str| Err(PackageError::Refused(Problem::new(path.display().to_string(), what, help)));
        let (zip, packed) = match path.metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return refused("there is no such file or folder", "name a folder or zip with .robot files");
            }
            Err(source) => return Err(unreadable(path, source)),
            Ok(about) if about.is_dir() => {
                let (made, packed) = zip_folder(path, scratch)?;
                (Zip::Made(made), Some(packed))
            }
            Ok(_)
                if domain::package::contents::suite_files(path.file_name().and_then(|name| name.to_str()), "")
                    .len()
                    == 1 =>
            {
                return refused("is a suite file, not a package", "name its folder, and choose tests with --include");
            }
            Ok(_) => (Zip::Given(path.to_owned()), None),
        };
        let checked = check(&zip)?;
        let suite = checked.config.suite.clone().unwrap_or_else(|| suite_name(path));
        Ok(Self { zip, suite, checked, packed })
    }

    /// Refuses suite files that Robot Framework would refuse together, in a run with these options.
    pub fn check_suites(&self, robot: &RobotOptions) -> Result<(), PackageError> {
        let path = self.path();
        let mut file = File::open(path).map_err(|source| unreadable(path, source))?;
        let told = |error| told(path, error);
        let directory = read_directory(&mut file).map_err(told)?;
        check_suites(&directory, &self.checked.suite_files, robot, &mut file).map_err(told)
    }

    /// Unpacks the package into a new folder.
    pub fn unpack(&self, into: &Path) -> Result<(), PackageError> {
        let path = self.path();
        let mut zip = File::open(path).map_err(|source| unreadable(path, source))?;
        let directory = read_directory(&mut zip).map_err(|error| told(path, error))?;
        for entry in directory.entries() {
            let to = into.join(&entry.about.path);
            let unwritten = |source| PackageError::Write { path: to.clone(), source };
            let folder = if entry.about.kind == Kind::Folder { Some(to.as_path()) } else { to.parent() };
            std::fs::create_dir_all(folder.unwrap_or(into)).map_err(unwritten)?;
            if entry.about.kind == Kind::File {
                let mut out = File::create(&to).map_err(unwritten)?;
                copy_entry(&directory, entry, &mut zip, &mut out).map_err(|error| told(path, error))?;
            }
        }
        Ok(())
    }

    /// Path of a `requirements.txt` in `folder` that no environment installs, because the one of the root does not
    /// include it.
    pub(crate) fn unread_requirements(&self, folder: &str) -> Result<Option<String>, PackageError> {
        let path = self.zip.path();
        let mut zip = File::open(path).map_err(|source| unreadable(path, source))?;
        let directory = read_directory(&mut zip).map_err(|error| told(path, error))?;
        let read = read_requirements(&directory, &mut zip).map_err(|error| told(path, error))?;
        let beside = format!("{folder}/{REQUIREMENTS}");
        let is_there = directory.entries().iter().any(|entry| entry.about.path == beside);
        Ok(Some(beside).filter(|path| is_there && !read.files.contains_key(path)))
    }

    /// The zip.
    pub fn path(&self) -> &Path {
        self.zip.path()
    }
}

impl Zip {
    fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Made(path) => path,
        }
    }
}

fn unreadable(path: &Path, source: io::Error) -> PackageError {
    PackageError::Read { path: path.to_owned(), source }
}

fn told(path: &Path, error: ReadError) -> PackageError {
    match error {
        ReadError::Read(source) | ReadError::Write { source, .. } => unreadable(path, source),
        ReadError::Refused(problem) => PackageError::Refused(problem),
    }
}

/// The check of `plan`, by the same reader.
fn check(zip: &Zip) -> Result<Checked, PackageError> {
    let path = zip.path();
    let mut file = File::open(path).map_err(|source| unreadable(path, source))?;
    let told = |error| told(path, error);
    let directory = read_directory(&mut file).map_err(told)?;
    let config = directory.config().map_err(PackageError::Refused)?;
    let config = config.map(|text| read_text(text, &mut file)).transpose().map_err(told)?;
    let checked = directory.check(config.as_deref()).map_err(PackageError::Refused)?;
    read_requirements(&directory, &mut file).map_err(told)?;
    Ok(checked)
}

/// The zip of a folder: the same bytes for the same content, because entries are sorted and bear no times.
fn zip_folder(folder: &Path, scratch: &Path) -> Result<(TempPath, Packed), PackageError> {
    let (found, left_out) = walk::walk(folder)?;
    let unwritten = |source| PackageError::Write { path: folder.to_owned(), source };
    let made = tempfile::Builder::new().prefix("package-").suffix(".zip").tempfile_in(scratch).map_err(unwritten)?;
    let mut zip = ZipWriter::new(BufWriter::new(made));
    for entry in &found {
        add(&mut zip, entry, &unwritten)?;
    }
    if !found.iter().any(|entry| entry.about.path == CONFIG) {
        zip.start_file(CONFIG, options(0o644)).map_err(|error| unwritten(error.into()))?;
    }
    let buffer = zip.finish().map_err(|error| unwritten(error.into()))?;
    let made: NamedTempFile = buffer.into_inner().map_err(|error| unwritten(error.into_error()))?;
    Ok((made.into_temp_path(), packed(&found, left_out)))
}

fn packed(found: &[Found], left_out: Vec<LeftOut>) -> Packed {
    let files = found.iter().filter(|entry| entry.about.kind == Kind::File);
    let mut packed =
        Packed { files: files.count(), bytes: found.iter().map(|entry| entry.about.size).sum(), ..Packed::default() };
    for LeftOut { path, rule } in left_out {
        let rule = if rule == Rule::Default { "by default" } else { "by .qaopsignore" };
        packed.left_out.entry(rule).or_default().push(path);
    }
    packed
}

fn add(
    zip: &mut ZipWriter<BufWriter<NamedTempFile>>,
    entry: &Found,
    unwritten: &impl Fn(io::Error) -> PackageError,
) -> Result<(), PackageError> {
    let options = options(entry.mode);
    if entry.about.kind == Kind::Folder {
        return zip.add_directory(&*entry.about.path, options).map_err(|error| unwritten(error.into()));
    }
    let mut file = File::open(&entry.from).map_err(|source| unreadable(&entry.from, source))?;
    zip.start_file(&*entry.about.path, options).map_err(|error| unwritten(error.into()))?;
    io::copy(&mut file, zip).and_then(|_| zip.flush()).map_err(unwritten)
}

fn options(mode: u32) -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(mode)
}

/// A suite's name of a folder's or zip's: what no suite's name may have becomes `-`.
fn suite_name(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = if whole.is_dir() { whole.file_name() } else { whole.file_stem() };
    made_valid(&name.unwrap_or_default().to_string_lossy())
}

fn made_valid(name: &str) -> String {
    let taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let parts: Vec<&str> = name.split(|c| !taken(c)).filter(|part| !part.is_empty()).collect();
    let mut name = parts.join("-");
    while name.contains("..") {
        name = name.replace("..", ".");
    }
    name.truncate(64);
    let name = name.trim_start_matches(['-', '_', '.']).trim_end_matches(['-', '_', '.']);
    if is_suite_name(name) { name.to_owned() } else { "suite".to_owned() }
}

#[cfg(test)]
mod tests;
