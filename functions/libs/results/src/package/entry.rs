//! The content of one entry.

use std::ops::Range;

use domain::base::problem::Problem;
use domain::package::contents;
use rc_zip::fsm::{EntryFsm, FsmResult};

use super::records::{Entry, LOCAL_HEADER};

/// Most bytes that are asked for at once.
const CHUNK: u64 = 256 << 10;

/// Bytes beyond name and content that an entry may well have: extra fields and the descriptor after it.
const SLACK: u64 = 1 << 10;

/// Unpacks one entry: feed what it wants until it wants nothing. More content than the directory says, less, or
/// content of another CRC-32 is a problem.
pub struct EntryReader {
    /// None once it is done.
    fsm: Option<EntryFsm>,
    path: String,
    size: u64,
    unpacked: u64,
    /// Offset of the next byte to feed.
    at: u64,
    /// Offset up to which it is worth to ask first.
    likely_end: u64,
    /// Offset of the directory, which is beyond every entry.
    end: u64,
}

impl EntryReader {
    pub(super) fn new(entry: &Entry, directory_at: u64) -> Self {
        let zip = &entry.zip;
        let likely = LOCAL_HEADER + entry.written + zip.compressed_size + SLACK;
        Self {
            fsm: Some(EntryFsm::new(Some(zip.clone()), None)),
            path: entry.about.path.clone(),
            size: entry.about.size,
            unpacked: 0,
            at: zip.header_offset,
            likely_end: (zip.header_offset + likely).min(directory_at),
            end: directory_at,
        }
    }

    /// The bytes of the zip that [`Self::feed`] needs next, at most 256 KiB; none when everything is unpacked.
    pub fn wants(&self) -> Option<Range<u64>> {
        self.fsm.as_ref()?;
        let end = if self.at < self.likely_end { self.likely_end } else { self.end };
        Some(self.at..end.min(self.at + CHUNK))
    }

    /// Takes bytes from where it wants them, as many as there are, and appends what they unpack to. No bytes at
    /// all mean that the zip ends here.
    pub fn feed(&mut self, bytes: &[u8], content: &mut Vec<u8>) -> Result<(), Problem> {
        if bytes.is_empty() && self.fsm.is_some() {
            return Err(self.problem("ends too early"));
        }
        self.at += bytes.len() as u64;
        let mut rest = bytes;
        while let Some(mut fsm) = self.fsm.take() {
            let taken = fill(&mut fsm, &mut rest);
            let mut out = [0; 32 << 10];
            let (fsm, outcome) = match fsm.process(&mut out) {
                Ok(FsmResult::Continue(next)) => next,
                Ok(FsmResult::Done(_)) => break,
                Err(error) => return Err(self.problem(&format!("cannot be unpacked: {error}"))),
            };
            self.fsm = Some(fsm);
            self.take(&out[..outcome.bytes_written], content)?;
            if outcome.bytes_written > 0 || outcome.bytes_read > 0 || taken > 0 {
                continue;
            }
            if !rest.is_empty() || self.at >= self.end {
                return Err(self.problem("cannot be unpacked: its content does not fit its size"));
            }
            break;
        }
        Ok(())
    }

    fn take(&mut self, unpacked: &[u8], content: &mut Vec<u8>) -> Result<(), Problem> {
        self.unpacked += unpacked.len() as u64;
        if self.unpacked > self.size {
            return Err(self.problem(&format!("unpacks to more than the {} bytes that the zip says", self.size)));
        }
        content.extend_from_slice(unpacked);
        Ok(())
    }

    fn problem(&self, what: &str) -> Problem {
        contents::problem(&self.path, what, "zip it anew and upload it whole")
    }
}

/// Moves as much of `rest` into the machine as it has space for; returns how much.
fn fill(fsm: &mut EntryFsm, rest: &mut &[u8]) -> usize {
    if rest.is_empty() || !fsm.wants_read() {
        return 0;
    }
    let space = fsm.space();
    let length = space.len().min(rest.len());
    space[..length].copy_from_slice(&rest[..length]);
    fsm.fill(length);
    *rest = &rest[length..];
    length
}

/// Unpacks one small entry as text.
pub struct TextReader {
    reader: EntryReader,
    content: Vec<u8>,
}

impl TextReader {
    pub(super) fn new(reader: EntryReader, entry: &Entry) -> Self {
        Self { reader, content: Vec::with_capacity(entry.about.size as usize) }
    }

    /// The bytes of the zip that [`Self::feed`] needs next; none when everything is there.
    pub fn wants(&self) -> Option<Range<u64>> {
        self.reader.wants()
    }

    /// Takes bytes from where it wants them.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.reader.feed(bytes, &mut self.content)
    }

    /// The text, once nothing is wanted any more. Text that is not UTF-8 is a problem.
    pub fn finish(self) -> Result<String, Problem> {
        let path = self.reader.path.clone();
        let not_text = |_| contents::problem(&path, "is not UTF-8", "save it as UTF-8");
        String::from_utf8(self.bytes()?).map_err(not_text)
    }

    /// The content as it is, once nothing is wanted any more.
    pub fn bytes(self) -> Result<Vec<u8>, Problem> {
        if self.wants().is_some() {
            return Err(self.reader.problem("ends too early"));
        }
        Ok(self.content)
    }
}
