//! The suite package on the instance: downloaded once, unpacked for every attempt.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use aws::Artifacts;
use domain::package::contents::Kind;
use domain::package::plan::PackageVersion;
use results::package::{Directory, Entry, ReadError, copy_entry, read_directory};
use sha2::{Digest, Sha256};

use crate::account::create_own;
use crate::error::Failure;

/// A package's file, downloaded unless another attempt on this instance has done so.
pub async fn fetch(artifacts: &Artifacts, package: &PackageVersion, work: &Path) -> Result<PathBuf, Failure> {
    let file = work.join("packages").join(name(package));
    if std::fs::metadata(&file).is_ok_and(|about| about.len() == package.size) {
        return Ok(file);
    }
    let disk = || Failure::disk("the package");
    create_own(&work.join("packages")).map_err(disk())?;
    let part = file.with_extension(format!("{}.part", std::process::id()));
    let got = artifacts.fetch_package(package, &part).await.map_err(Failure::Download)?;
    if got != package.size {
        let _ = std::fs::remove_file(&part);
        return Err(Failure::PackageChanged { got, planned: package.size });
    }
    // Whoever reads the file sees all of it: it gets its name when it is complete.
    std::fs::rename(&part, &file).map_err(disk())?;
    Ok(file)
}

/// One name for one version of one object.
fn name(package: &PackageVersion) -> String {
    hex::encode(Sha256::digest(package.text()))
}

/// Unpacks the package into a new folder. Every entry was checked before the first is written, and content that is
/// not what the directory says ends it.
pub fn unpack(package: &Path, into: &Path) -> Result<(), Failure> {
    let mut zip = File::open(package).map_err(Failure::disk("the package"))?;
    let directory = read_directory(&mut zip).map_err(failure)?;
    // A folder that is there already might hold links that lead out of it.
    std::fs::create_dir(into).map_err(Failure::disk("the package's folder"))?;
    for entry in directory.entries() {
        let path = into.join(&entry.about.path);
        match entry.about.kind {
            Kind::Folder => std::fs::create_dir_all(&path).map_err(Failure::disk(&entry.about.path))?,
            _ => unpack_file(&directory, entry, &mut zip, &path)?,
        }
    }
    Ok(())
}

fn unpack_file(directory: &Directory, entry: &Entry, zip: &mut File, path: &Path) -> Result<(), Failure> {
    let disk = || Failure::disk(&entry.about.path);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(disk())?;
    }
    let file = File::options().write(true).create_new(true).open(path).map_err(disk())?;
    let mut out = std::io::BufWriter::new(file);
    copy_entry(directory, entry, zip, &mut out).map_err(failure)?;
    out.flush().map_err(disk())?;
    if entry.executable { make_executable(path).map_err(disk()) } else { Ok(()) }
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn failure(error: ReadError) -> Failure {
    match error {
        ReadError::Read(source) => Failure::Disk { what: "the package".to_owned(), source },
        ReadError::Write { path, source } => Failure::Disk { what: path, source },
        ReadError::Refused(problem) => Failure::PackageRefused(problem),
    }
}

#[cfg(test)]
mod tests;
