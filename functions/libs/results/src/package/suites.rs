//! Reads the suite files of a package, to know whether they hold tests or tasks.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use domain::base::problem::Problem;
use domain::package::contents::Kind;
use domain::package::modes::{self, Sections};
use domain::package::plan::RobotOptions;

use super::records::Entry;
use super::{Directory, EntryReader, damaged};

/// Bytes of the zip that are asked for at once, and between two files that are then read with them.
const WINDOW: u64 = 8 << 20;
const GAP: u64 = 256 << 10;

/// Bytes of suite files that are read at most, packed and unpacked. Beyond, only the instances see a conflict.
const MOST_BYTES: u64 = 64 << 20;

/// Reads the sections of suite files: feed what it wants until it wants nothing, then finish.
pub struct SuiteReader<'a> {
    directory: &'a Directory,
    /// Files in the order of the zip, the next one last.
    open: Vec<&'a Entry>,
    translated: bool,
    found: Vec<(String, Sections)>,
    /// Bytes of the zip from `at` on.
    bytes: Vec<u8>,
    at: u64,
    /// The file that is being read, and its content so far.
    reading: Option<(EntryReader, Vec<u8>)>,
}

impl<'a> SuiteReader<'a> {
    /// A reader of these suite files. Of other formats than Robot Framework's own nothing is known, and of too many
    /// bytes neither.
    pub(super) fn new(directory: &'a Directory, files: &[String], robot: &RobotOptions) -> Self {
        let own: HashSet<&str> = files.iter().map(String::as_str).filter(|path| is_own(path)).collect();
        let is_read = |entry: &&Entry| entry.about.kind == Kind::File && own.contains(entry.about.path.as_str());
        let mut open: Vec<&Entry> = directory.entries().iter().filter(is_read).collect();
        let bytes =
            open.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.about.size.max(entry.about.compressed)));
        if bytes > MOST_BYTES {
            open.clear();
        }
        open.sort_by_key(|entry| std::cmp::Reverse(entry.zip.header_offset));
        let (at, bytes) = directory.tail();
        let bytes = bytes.to_vec();
        Self { directory, open, translated: modes::translated(robot), found: Vec::new(), bytes, at, reading: None }
    }

    /// The bytes of the zip that [`Self::feed`] needs next; none when every file was read.
    pub fn wants(&mut self) -> Result<Option<Range<u64>>, Problem> {
        loop {
            let wanted = match &self.reading {
                Some((reader, _)) => reader.wants(),
                None => match self.open.last() {
                    Some(entry) => {
                        self.reading = Some((self.directory.reader(entry), Vec::new()));
                        continue;
                    }
                    None => return Ok(None),
                },
            };
            match wanted {
                None => self.end()?,
                Some(range) if self.has(&range) => self.advance(&range)?,
                Some(range) => return Ok(Some(range.start..self.window(&range))),
            }
        }
    }

    /// Takes the bytes of the range that was asked for, or as many of them as there are.
    pub fn feed(&mut self, range: &Range<u64>, bytes: Vec<u8>) -> Result<(), Problem> {
        if bytes.is_empty() {
            return Err(damaged("it ends before its last file"));
        }
        (self.at, self.bytes) = (range.start, bytes);
        Ok(())
    }

    /// Refuses files in conflict; `files` is the order of the run.
    pub fn finish(self, files: &[String], robot: &RobotOptions) -> Result<(), Problem> {
        let mut found = self.found;
        let places: HashMap<&str, usize> = files.iter().enumerate().map(|(at, path)| (path.as_str(), at)).collect();
        found.sort_by_key(|(path, _)| places.get(path.as_str()).copied());
        modes::check(&found, robot)
    }

    fn has(&self, range: &Range<u64>) -> bool {
        (self.at..self.at + self.bytes.len() as u64).contains(&range.start)
    }

    fn advance(&mut self, range: &Range<u64>) -> Result<(), Problem> {
        let from = (range.start - self.at) as usize;
        let to = self.bytes.len().min((range.end - self.at) as usize);
        match &mut self.reading {
            Some((reader, content)) => reader.feed(&self.bytes[from..to], content),
            None => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), Problem> {
        if let (Some((_, content)), Some(entry)) = (self.reading.take(), self.open.pop()) {
            let text = std::str::from_utf8(&content).map_err(|error| no_utf8(&entry.about.path, &content, error))?;
            self.found.push((entry.about.path.clone(), modes::sections(text, self.translated)));
        }
        Ok(())
    }

    /// Where a window ends that holds a range and the files close behind it.
    fn window(&self, range: &Range<u64>) -> u64 {
        let mut end = range.end;
        for entry in self.open.iter().rev().skip(1) {
            let next = self.directory.reader(entry).wants().unwrap_or(end..end);
            if next.start > end + GAP || next.end > range.start + WINDOW {
                break;
            }
            end = end.max(next.end);
        }
        end
    }
}

/// Robot Framework reads suites as UTF-8, and refuses all of them together for one that is not.
fn no_utf8(path: &str, content: &[u8], error: std::str::Utf8Error) -> Problem {
    let line = 1 + content[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
    let what = format!("line {line} is not UTF-8, which Robot Framework needs");
    Problem::new(path, what, "save the file in the encoding UTF-8")
}

/// Whether a suite file is in Robot Framework's own format, whose sections are known here.
fn is_own(path: &str) -> bool {
    path.to_lowercase().ends_with(".robot")
}
