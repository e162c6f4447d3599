//! The directory of a package.

use std::ops::Range;

use domain::base::problem::Problem;
use domain::package::contents::{self, Checked, Kind};

use super::damaged;
use super::entry::{EntryReader, TextReader};
use super::records::{self, Entry, Place};

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
        let Some(entry) = self.file(domain::package::manifest::FILE) else { return Ok(None) };
        if entry.about.size > contents::MOST_CONFIG_BYTES {
            let what = format!("has {} bytes, but may have {}", entry.about.size, contents::MOST_CONFIG_BYTES);
            return Err(contents::problem(domain::package::manifest::FILE, what, "shorten it"));
        }
        let mut reader = TextReader::new(self.reader(entry), entry);
        let offset = entry.zip.header_offset.checked_sub(self.at);
        let before_directory = (self.place.offset.saturating_sub(self.at)) as usize;
        if let Some(bytes) = offset.and_then(|at| self.bytes.get(at as usize..before_directory)) {
            reader.feed(bytes)?;
        }
        Ok(Some(reader))
    }

    /// The one check of a package, as [`domain::package::contents::check`]; `config` is the text of its `qaops.toml`.
    pub fn check(&self, config: Option<&str>) -> Result<Checked, Problem> {
        contents::check(&self.plain(), config)
    }

    fn plain(&self) -> Vec<contents::Entry> {
        self.entries.iter().map(|entry| entry.about.clone()).collect()
    }
}
