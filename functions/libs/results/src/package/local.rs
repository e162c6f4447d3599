//! Packages that lie in a file, or in whatever else can be read and sought.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

use domain::base::problem::Problem;
use domain::package::plan::RobotOptions;

use super::{Directory, DirectoryReader, Entry, TextReader};
use crate::requirements::{self, Requirements};

/// Why a package in a file cannot be read or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("failed to read the package")]
    Read(#[source] io::Error),
    /// What is unpacked cannot be written.
    #[error("failed to write the file {path:?} of the package")]
    Write {
        /// Path of the entry.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The package is refused.
    #[error(transparent)]
    Refused(#[from] Problem),
}

/// Reads the directory of a zip.
pub fn read_directory(file: &mut (impl Read + Seek)) -> Result<Directory, ReadError> {
    let size = file.seek(SeekFrom::End(0)).map_err(ReadError::Read)?;
    let mut reader = DirectoryReader::new(size);
    while let Some(range) = reader.wants() {
        reader.feed(&read(file, range)?)?;
    }
    Ok(reader.finish()?)
}

/// Reads a text to its end, such as that of [`Directory::config`].
pub fn read_text(mut text: TextReader, file: &mut (impl Read + Seek)) -> Result<String, ReadError> {
    while let Some(range) = text.wants() {
        text.feed(&read(file, range)?)?;
    }
    Ok(text.finish()?)
}

/// Reads `requirements.txt` and what it includes.
pub fn read_requirements(directory: &Directory, file: &mut (impl Read + Seek)) -> Result<Requirements, ReadError> {
    let mut reader = directory.requirements();
    while let Some(path) = reader.wants() {
        let Some(mut text) = directory.small_file(path, requirements::MOST_BYTES)? else { break };
        while let Some(range) = text.wants() {
            text.feed(&read(file, range)?)?;
        }
        reader.feed(&text.bytes()?)?;
    }
    Ok(reader.finish()?)
}

/// Refuses suite files with tests and with tasks that are in conflict for a run with these options.
pub fn check_suites(
    directory: &Directory,
    files: &[String],
    robot: &RobotOptions,
    file: &mut (impl Read + Seek),
) -> Result<(), ReadError> {
    let mut suites = directory.suites(files, robot);
    while let Some(range) = suites.wants()? {
        let bytes = read(file, range.clone())?;
        suites.feed(&range, bytes)?;
    }
    Ok(suites.finish(files, robot)?)
}

/// Unpacks one file of a package into `out`; after an error what was written is no use.
pub fn copy_entry(
    directory: &Directory,
    entry: &Entry,
    file: &mut (impl Read + Seek),
    out: &mut impl Write,
) -> Result<(), ReadError> {
    let mut reader = directory.reader(entry);
    let mut content = Vec::new();
    while let Some(range) = reader.wants() {
        let bytes = read(file, range)?;
        // Content goes on in small parts, so that a file made to fill memory does not.
        for part in parts(&bytes) {
            reader.feed(part, &mut content)?;
            let written = out.write_all(&content);
            written.map_err(|source| ReadError::Write { path: entry.about.path.clone(), source })?;
            content.clear();
        }
    }
    Ok(())
}

/// Parts of a few KiB; one empty part where there is nothing, which tells a reader that the file ends.
fn parts(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let empty = bytes.is_empty().then_some(bytes);
    bytes.chunks(4 << 10).chain(empty)
}

fn read(file: &mut (impl Read + Seek), range: Range<u64>) -> Result<Vec<u8>, ReadError> {
    file.seek(SeekFrom::Start(range.start)).map_err(ReadError::Read)?;
    let mut bytes = Vec::new();
    file.take(range.end - range.start).read_to_end(&mut bytes).map_err(ReadError::Read)?;
    Ok(bytes)
}
