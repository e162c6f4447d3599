//! Coverage as lcov's tracefiles have it: records of lines such as `DA:12,3`, each from `SF:` to `end_of_record`.
//!
//! Records of one file are joined, as `lcov --summary` does; its `LF` and `LH` count only where a file has no `DA`, for
//! lcov passes over them. A branch is told by line, block and number, and `-` says that its block never ran.
//!
//! # Strange values
//! - A line that begins with `#` is a comment, wherever it stands (geninfo(1) of lcov 2, `lcovutil.pm`).
//! - A count below zero is an overflow of gcov, which lcov 2 reports as error `negative` and then takes for no hit, and
//!   lcov 1.16 takes for no hit in its summary.
//! - Perl prints large counts as `1.8e+19`; any number above zero is a hit.
//! - lcov drops a record without its end and says nothing, so that its lines are missing in the sum. Here such a file
//!   is refused: it is one that breaks off.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Read};

use domain::quality::reports::{Coverage, Report, Share};

use super::coverage::{Branch, Files, Line};
use super::error::Error;
use super::limits::Limits;
use super::notes::{Book, Notes, is_not};
use super::numbers::{self, Hits};
use crate::input::{Guard, Refusal};

/// Whether a text that begins so is a tracefile: comments aside, by its first line.
pub(super) fn looks_like(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_some_and(|line| line.starts_with("TN:") || line.starts_with("SF:"))
}

pub(super) fn read(input: impl Read, limits: &Limits, book: &mut Book) -> Result<Report, Error> {
    let mut guard = Guard::new(input, limits.streamed(), false);
    let mut tracefile = Tracefile { files: Files::new(limits.budget()), open: None };
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        guard.mark();
        let from = guard.position();
        let read = guard.read_until(b'\n', &mut bytes).map_err(|error| Error::of_io(error, line, from))?;
        let text = String::from_utf8_lossy(&bytes);
        let here = || line;
        let mut notes = Notes::new(book, &here);
        let taken = if read == 0 { tracefile.close() } else { tracefile.take(text.trim(), &mut notes) };
        taken.map_err(|reason| Error::at_line(line, from, reason))?;
        if read == 0 {
            break;
        }
    }
    Ok(Report::Coverage(Coverage { files: tracefile.files.finish(), ..Coverage::default() }))
}

struct Tracefile {
    files: Files,
    open: Option<Open>,
}

/// A record that has not ended.
struct Open {
    file: usize,
    /// Lines and branches, those that are covered and all, as the record counts them: `LH`, `LF`, `BRH` and `BRF`.
    counts: [Count; 4],
}

/// A count of a record; none where it is not written.
type Count = Option<Result<u32, String>>;

impl Tracefile {
    fn take(&mut self, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if text == "end_of_record" {
            return self.end(notes);
        }
        let wanted = |kind: &str| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase());
        let (kind, value) = text.split_once(':').filter(|(kind, _)| wanted(kind)).ok_or_else(|| {
            Refusal::malformed(format!("no line of a tracefile: {}", text.chars().take(40).collect::<String>()))
        })?;
        match (kind, &mut self.open) {
            ("SF", None) => self.begin(value)?,
            ("SF", Some(_)) => self.close()?,
            ("DA" | "BRDA" | "LF" | "LH" | "BRF" | "BRH", None) => {
                return Err(Refusal::malformed(format!("{kind} outside of a record")));
            }
            ("DA", Some(open)) => line(&mut self.files, open.file, value, notes)?,
            ("BRDA", Some(open)) => branch(&mut self.files, open.file, value, notes)?,
            (_, Some(open)) => open.count(kind, value),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), Refusal> {
        let file = self.files.file(name.to_owned(), "", name)?;
        self.open = Some(Open { file, counts: [const { None }; 4] });
        Ok(())
    }

    fn end(&mut self, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let Open { file, counts } = self.open.take().ok_or_else(|| Refusal::malformed("the end of no record"))?;
        let [lines_hit, lines, branches_hit, branches] = counts;
        if !self.files.has_lines(file) {
            match share("LH", lines_hit, lines) {
                Ok(share) => self.files.told(file).lines = share.unwrap_or(self.files.told(file).lines),
                Err(what) => self.files.lines_unread(file, &what, notes),
            }
        }
        if !self.files.has_branches(file) {
            match share("BRH", branches_hit, branches) {
                Ok(share) => self.files.told(file).branches = share.unwrap_or(self.files.told(file).branches),
                Err(what) => self.files.branches_unread(file, &what, notes),
            }
        }
        Ok(())
    }

    /// Refuses a record that has not ended.
    fn close(&self) -> Result<(), Refusal> {
        if self.open.is_some() { Err(Refusal::malformed("a record without its end")) } else { Ok(()) }
    }
}

impl Open {
    fn count(&mut self, kind: &str, value: &str) {
        let at = match kind {
            "LH" => 0,
            "LF" => 1,
            "BRH" => 2,
            "BRF" => 3,
            _ => return,
        };
        self.counts[at] = Some(numbers::small(value).ok_or_else(|| is_not(kind, value, "a count")));
    }
}

/// What a record counts; none where it counts nothing. What is not written beside the other is 0.
fn share(name: &str, covered: Count, all: Count) -> Result<Option<Share>, String> {
    if covered.is_none() && all.is_none() {
        return Ok(None);
    }
    let (covered, all) = (covered.unwrap_or(Ok(0))?, all.unwrap_or(Ok(0))?);
    if covered > all {
        return Err(is_not(name, &covered.to_string(), &format!("at most the {all} that there are")));
    }
    Ok(Some(Share { covered: covered.into(), all: all.into() }))
}

fn line(files: &mut Files, file: usize, value: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
    let (number, rest) = value.split_once(',').unwrap_or((value, ""));
    let hits = rest.split(',').next().filter(|hits| !hits.is_empty());
    let Some(number) = files.number(file, "line", Some(number), notes) else { return Ok(()) };
    let hit = files.hit(file, "hits", hits, notes);
    files.line(file, Line { number, hit, branches: (0, 0) })
}

fn branch(files: &mut Files, file: usize, value: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
    let parts = value.split_once(',').and_then(|(line, rest)| Some((line, rest.rsplit_once(',')?)));
    let read = parts.and_then(|(line, (name, taken))| {
        let taken = if taken == "-" { Hits::Known(false) } else { numbers::hits(taken) };
        Some((numbers::small(line)?, name, taken)).filter(|_| taken != Hits::Bad)
    });
    let Some((line, name, taken)) = read else {
        files.branches_unread(file, &is_not("BRDA", value, "a branch"), notes);
        return Ok(());
    };
    if taken == Hits::Negative {
        notes.warn(&format!("BRDA=\"{value}\" is below zero and counts as not taken"));
    }
    let mut identity = DefaultHasher::new();
    name.hash(&mut identity);
    files.branch(file, Branch { line, identity: identity.finish(), taken: taken == Hits::Known(true) })
}
