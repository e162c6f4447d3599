//! The directory of a package.

use std::ops::Range;

use domain::base::problem::Problem;
use domain::package::contents::{self, Checked, Kind};
use domain::package::plan::RobotOptions;

use super::damaged;
use super::entry::{EntryReader, TextReader};
use super::records::{self, Entry, Place};
use super::suites::SuiteReader;
use crate::requirements;

/// Bytes of a zip's end that are asked for first. Its last record is within 65,557 bytes; the rest is because most
/// directories, and many whole packages, then take no second request.
const TAIL: u64 = 256 << 10;

/// Reads the directory of a zip: feed what it wants until it wants nothing, then finish.
#[derive(Debug)]
pub struct DirectoryReader {
    size: u64,
    /// Bytes from `at` to the end of the zip.
    bytes: Vec<u8>,
    at: u64,
    place: Option<Place>,
}

impl DirectoryReader {
    /// A reader of a zip of `size` bytes.
    pub fn new(size: u64) -> Self {
        Self { size, bytes: Vec::new(), at: size, place: None }
    }

    /// The bytes of the zip that [`Self::feed`] needs next; none when the directory is there.
    pub fn wants(&self) -> Option<Range<u64>> {
        match self.place {
            None if self.size < records::SHORTEST => None,
            None => Some(self.size.saturating_sub(TAIL)..self.size),
            Some(place) if place.offset < self.at => Some(place.offset..self.at),
            Some(_) => None,
        }
    }

    /// Takes the bytes of the range that was asked for. Fewer are a problem: the object is not as large as it was.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let Some(range) = self.wants() else { return Ok(()) };
        if bytes.len() as u64 != range.end - range.start {
            return Err(damaged(format!("it ends before its {} bytes", self.size)));
        }
        self.bytes.splice(..0, bytes.iter().copied());
        self.at = range.start;
        if self.place.is_none() {
            self.place = Some(Place::find(&self.bytes, self.at)?);
        }
        Ok(())
    }

    /// The directory, after every entry was checked by name, kind and size.
    pub fn finish(self) -> Result<Directory, Problem> {
        let Some(place) = self.place else { return Err(damaged("it is no zip, or its end is missing")) };
        let from = place.offset.checked_sub(self.at).ok_or_else(|| damaged("its directory was not read"))?;
        let directory = self.bytes.get(from as usize..).and_then(|bytes| bytes.get(..place.size as usize));
        let entries = records::entries(directory.unwrap_or_default(), place)?;
        let directory = Directory { entries, place, bytes: self.bytes, at: self.at };
        contents::inspect(&directory.plain())?;
        Ok(directory)
    }
}

/// What is in a package. Its entries may be unpacked: none leaves its folder, is a link, or comes twice.
#[derive(Debug)]
pub struct Directory {
    entries: Vec<Entry>,
    place: Place,
    /// Bytes from `at` to the end, which may hold small entries.
    bytes: Vec<u8>,
    at: u64,
}

impl Directory {
    /// All entries, in the order of the zip.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file of this path.
    pub fn file(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.about.kind == Kind::File && entry.about.path == path)
    }

    /// A reader of an entry's content.
    pub fn reader(&self, entry: &Entry) -> EntryReader {
        EntryReader::new(entry, self.place.offset)
    }

    /// A reader of `qaops.toml`, or none if the package has none at its root. It wants nothing where its bytes came
    /// with the directory. A file of more than 256 KiB is refused.
    pub fn config(&self) -> Result<Option<TextReader>, Problem> {
        self.small_file(domain::package::manifest::FILE, contents::MOST_CONFIG_BYTES)
    }

    /// A reader of a file of at most so many bytes, or none if there is no such file; as [`Self::config`].
    pub fn small_file(&self, path: &str, most: u64) -> Result<Option<TextReader>, Problem> {
        let Some(entry) = self.file(path) else { return Ok(None) };
        if entry.about.size > most {
            let what = format!("has {} bytes, but may have {most}", entry.about.size);
            return Err(contents::problem(path, what, "shorten it"));
        }
        let mut reader = TextReader::new(self.reader(entry), entry);
        let (at, tail) = self.tail();
        let offset = entry.zip.header_offset.checked_sub(at);
        if let Some(bytes) = offset.and_then(|offset| tail.get(offset as usize..)) {
            reader.feed(bytes)?;
        }
        Ok(Some(reader))
    }

    /// What reads the package's `requirements.txt` and the files that it includes.
    pub fn requirements(&self) -> requirements::Reader<impl Fn(&str) -> Option<Kind>> {
        requirements::Reader::new(|path| self.kind(path))
    }

    /// What reads the sections of suite files, for a run with these options.
    pub fn suites(&self, files: &[String], robot: &RobotOptions) -> SuiteReader<'_> {
        SuiteReader::new(self, files, robot)
    }

    /// Bytes at the end of the zip that came with the directory, and where they begin.
    pub(super) fn tail(&self) -> (u64, &[u8]) {
        let length = self.place.offset.saturating_sub(self.at) as usize;
        (self.at, self.bytes.get(..length).unwrap_or_default())
    }

    /// What is at a path; a folder may be there only by what lies in it.
    fn kind(&self, path: &str) -> Option<Kind> {
        let below = |entry: &&Entry| entry.about.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        let whole = self.entries.iter().find(|entry| entry.about.path == path).map(|entry| entry.about.kind);
        whole.or_else(|| self.entries.iter().find(below).map(|_| Kind::Folder))
    }

    /// The one check of a package, as [`domain::package::contents::check`]; `config` is the text of its `qaops.toml`.
    pub fn check(&self, config: Option<&str>) -> Result<Checked, Problem> {
        contents::check(&self.plain(), config)
    }

    fn plain(&self) -> Vec<contents::Entry> {
        self.entries.iter().map(|entry| entry.about.clone()).collect()
    }
}
