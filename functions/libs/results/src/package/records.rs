//! The records at the end of a zip: where its directory lies, and the headers in it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use domain::base::problem::Problem;
use domain::package::contents::{self, Kind};
use rc_zip::encoding::Encoding;
use rc_zip::parse::{
    CentralDirectoryFileHeader, EndOfCentralDirectory64Locator, EndOfCentralDirectory64Record,
    EndOfCentralDirectoryRecord, Located, Method,
};
use winnow05::Partial;

use super::extra::field;
use super::{damaged, name, refused};

/// Bytes of a directory; more is no package of tests.
const LONGEST_DIRECTORY: u64 = 64 << 20;

/// Bytes of the fixed part of the record at the end, and of the zip64 record before it.
const END_LENGTH: u64 = 22;
const END64_LENGTH: u64 = 56;

/// Tag of the extra field with sizes beyond 32 bits.
const ZIP64: u16 = 1;

/// Bytes of the fixed part of an entry's local header.
pub(super) const LOCAL_HEADER: u64 = 30;

/// An entry of a package that may be unpacked.
#[derive(Clone)]
pub struct Entry {
    /// Path, kind and sizes.
    pub about: contents::Entry,
    /// True if it was an executable file where it was zipped.
    pub executable: bool,
    pub(super) zip: rc_zip::Entry,
    /// Bytes of the name as it is written.
    pub(super) written: u64,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("about", &self.about)
            .field("executable", &self.executable)
            .field("offset", &self.zip.header_offset)
            .finish_non_exhaustive()
    }
}

/// Where the directory lies and how many entries it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) entries: u64,
}

impl Place {
    /// Finds the directory by the end of a zip; `tail` begins at `tail_at`.
    pub(super) fn find(tail: &[u8], tail_at: u64) -> Result<Self, Problem> {
        let Some(end) = EndOfCentralDirectoryRecord::find_in_block(tail) else {
            return Err(damaged("it is no zip, or its end is missing"));
        };
        if end.inner.disk_nbr != end.inner.dir_disk_nbr {
            return Err(refused("it is a zip in several parts", "zip it in one part"));
        }
        let (place, ends_at) = match zip64(tail, tail_at, &end)? {
            Some(found) => found,
            None => {
                let record = &end.inner;
                let (offset, size) = (record.directory_offset.into(), record.directory_size.into());
                (Self { offset, size, entries: record.directory_records.into() }, tail_at + end.offset)
            }
        };
        if place.size > LONGEST_DIRECTORY || place.entries > contents::MOST_ENTRIES as u64 {
            let what = format!("it has {} entries, but may have {}", place.entries, contents::MOST_ENTRIES);
            return Err(refused(what, "leave out what no test needs"));
        }
        // Something before the first entry, or between the directory and its end, is how a file is two things at once.
        if place.offset.checked_add(place.size) != Some(ends_at) {
            return Err(damaged("its directory does not lie where its end says"));
        }
        Ok(place)
    }
}

/// The place by the zip64 records, if there are any, and where they begin.
fn zip64(
    tail: &[u8],
    tail_at: u64,
    end: &Located<EndOfCentralDirectoryRecord<'_>>,
) -> Result<Option<(Place, u64)>, Problem> {
    let locator_length = EndOfCentralDirectory64Locator::LENGTH as u64;
    let Some(locator_at) = end.offset.checked_sub(locator_length) else { return Ok(None) };
    let mut input = Partial::new(&tail[locator_at as usize..]);
    let Ok(locator) = EndOfCentralDirectory64Locator::parser(&mut input) else { return Ok(None) };
    let record =
        locator.directory_offset.checked_sub(tail_at).filter(|at| at.saturating_add(END64_LENGTH) <= locator_at);
    let mut input = Partial::new(record.and_then(|at| tail.get(at as usize..)).unwrap_or_default());
    let Ok(record) = EndOfCentralDirectory64Record::parser(&mut input) else {
        return Err(damaged("its zip64 record is missing"));
    };
    let place =
        Place { offset: record.directory_offset, size: record.directory_size, entries: record.directory_records };
    Ok(Some((place, locator.directory_offset)))
}

/// The shortest zip: one without entries.
pub(super) const SHORTEST: u64 = END_LENGTH;

/// Reads all headers of a directory, whose bytes these are.
pub(super) fn entries(directory: &[u8], place: Place) -> Result<Vec<Entry>, Problem> {
    let mut input = Partial::new(directory);
    let (mut entries, mut read) = (Vec::new(), 0);
    for _ in 0..place.entries {
        let header = CentralDirectoryFileHeader::parser(&mut input)
            .map_err(|_| damaged(format!("entry {} of its directory cannot be read", read + 1)))?;
        read += 1;
        entries.extend(entry(header)?);
    }
    if !input.is_empty() {
        return Err(damaged("its directory has more entries than its end says"));
    }
    check_overlaps(&entries, place.offset)?;
    // A folder may be named more than once, or be only where a file lies in it; once is enough.
    let mut folders = HashSet::new();
    entries.retain(|entry| entry.about.kind != Kind::Folder || folders.insert(entry.about.path.clone()));
    Ok(entries)
}

fn entry(mut header: CentralDirectoryFileHeader<'_>) -> Result<Option<Entry>, Problem> {
    let name = name::of(&header)?;
    check_method(&name, &header)?;
    let (kind, executable) = kind(&name, &header);
    let sizes = sizes(&header).ok_or_else(|| contents::problem(&name, "has no sizes", "zip it anew"))?;
    // Comments and extra fields say nothing more that is used, and may be anything; nor does the name as it is written.
    header.comment = Cow::default();
    header.extra = Cow::default();
    let written = std::mem::take(&mut header.name);
    let zip = header
        .as_entry(Encoding::Utf8, 0)
        .map_err(|error| contents::problem(&name, error.to_string(), "zip it anew"))?;
    let zip = rc_zip::Entry { uncompressed_size: sizes[0], compressed_size: sizes[1], header_offset: sizes[2], ..zip };
    if kind == Kind::Folder && sizes[0] > 0 {
        return Err(contents::problem(&name, "is a folder with content", "zip it anew"));
    }
    // Some programs write an entry for the folder that was zipped: there is nothing to do for it.
    let path = match name::path(&name) {
        None if kind == Kind::Folder => return Ok(None),
        path => path.unwrap_or_default(),
    };
    let about = contents::Entry { path, kind, size: sizes[0], compressed: sizes[1] };
    Ok(Some(Entry { about, executable, zip, written: written.len() as u64 }))
}

fn check_method(name: &str, header: &CentralDirectoryFileHeader<'_>) -> Result<(), Problem> {
    const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
    if header.flags & ENCRYPTED != 0 || header.method == Method::Aex {
        let help = "zip it without a password; secrets belong into robot.secrets";
        return Err(contents::problem(name, "is encrypted", help));
    }
    if header.disk_nbr_start != 0 {
        return Err(contents::problem(name, "lies in another part of a zip", "zip it in one part"));
    }
    match header.method {
        Method::Store | Method::Deflate => Ok(()),
        other => {
            let what = format!("is compressed by {other:?}");
            Err(contents::problem(name, what, "zip it with deflate, as zip programs do by themselves"))
        }
    }
}

/// The kind by the Unix mode, whatever system the zip says it comes from: a link is a link.
fn kind(name: &str, header: &CentralDirectoryFileHeader<'_>) -> (Kind, bool) {
    let mode = header.external_attrs >> 16;
    let kind = match mode & 0o170_000 {
        0o120_000 => Kind::Link,
        0o040_000 => Kind::Folder,
        0 | 0o100_000 if name.ends_with('/') => Kind::Folder,
        0 | 0o100_000 => Kind::File,
        _ => Kind::Special,
    };
    (kind, kind == Kind::File && mode & 0o111 != 0)
}

/// Size, compressed size and offset; those that do not fit into 32 bits stand in the zip64 field, in this order.
fn sizes(header: &CentralDirectoryFileHeader<'_>) -> Option<[u64; 3]> {
    let mut long = field(&header.extra, ZIP64);
    let mut next = |short: u32| match short {
        u32::MAX => {
            let (number, rest) = long?.split_first_chunk::<8>()?;
            long = Some(rest);
            Some(u64::from_le_bytes(*number))
        }
        short => Some(u64::from(short)),
    };
    Some([next(header.uncompressed_size)?, next(header.compressed_size)?, next(header.header_offset)?])
}

/// Refuses entries that share bytes, by which a small zip unpacks to a large one, and entries beyond the directory.
fn check_overlaps(entries: &[Entry], directory_at: u64) -> Result<(), Problem> {
    let end = |entry: &Entry| {
        let parts = [entry.zip.header_offset, LOCAL_HEADER, entry.written, entry.zip.compressed_size];
        parts.iter().fold(0, |sum: u64, part| sum.saturating_add(*part))
    };
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.zip.header_offset);
    let nexts = sorted.iter().skip(1).map(|entry| entry.zip.header_offset).chain([directory_at]);
    match sorted.iter().zip(nexts).find(|(entry, next)| end(entry) > *next) {
        Some((entry, _)) => Err(contents::problem(&entry.about.path, "reaches into the next entry", "zip it anew")),
        None => Ok(()),
    }
}
