//! Coverage as lcov's tracefiles have it: records of lines such as `DA:12,3`, each from `SF:` to `end_of_record`.
//!
//! Records of one file are joined, as `lcov --summary` does; its `LF` and `LH` count only where a file has no `DA`.
//! A branch is told by line, block and number, and `-` says that its block never ran.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Read};

use domain::quality::reports::{Coverage, Report, Share};

use super::coverage::{Branch, Files, Line};
use super::error::Error;
use super::limits::Limits;
use super::numbers;
use crate::input::{Guard, Refusal};

/// Whether the first line is one of a tracefile.
pub(super) fn looks_like(line: &str) -> bool {
    line.starts_with("TN:") || line.starts_with("SF:")
}

pub(super) fn read(input: impl Read, limits: &Limits) -> Result<Report, Error> {
    let mut guard = Guard::new(input, limits.streamed(), false);
    let mut tracefile = Tracefile { files: Files::new(limits.budget()), open: None };
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        guard.mark();
        let from = guard.position();
        let read = guard.read_until(b'\n', &mut bytes).map_err(|error| Error::of_io(error, line, from))?;
        let text = String::from_utf8_lossy(&bytes);
        let taken = if read == 0 { tracefile.close() } else { tracefile.take(text.trim()) };
        taken.map_err(|reason| Error::at_line(line, from, reason))?;
        if read == 0 {
            break;
        }
    }
    Ok(Report::Coverage(Coverage { files: tracefile.files.finish(), ..Coverage::default() }))
}

struct Tracefile {
    files: Files,
    open: Option<usize>,
}

impl Tracefile {
    fn take(&mut self, text: &str) -> Result<(), Refusal> {
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if text == "end_of_record" {
            return self.end();
        }
        let wanted = |kind: &str| !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase());
        let (kind, value) = text.split_once(':').filter(|(kind, _)| wanted(kind)).ok_or_else(|| {
            Refusal::malformed(format!("no line of a tracefile: {}", text.chars().take(40).collect::<String>()))
        })?;
        match (kind, self.open) {
            ("SF", None) => self.open = Some(self.files.file(value.to_owned(), "", value)?),
            ("SF", Some(_)) => self.close()?,
            ("DA" | "BRDA" | "LF" | "LH" | "BRF" | "BRH", None) => {
                return Err(Refusal::malformed(format!("{kind} outside of a record")));
            }
            ("DA", Some(file)) => self.files.line(file, line(value)?)?,
            ("BRDA", Some(file)) => self.files.branch(file, branch(value)?)?,
            (_, Some(file)) => self.told(file, kind, value)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Refusal> {
        let file = self.open.take().ok_or_else(|| Refusal::malformed("the end of no record"))?;
        let told = self.files.told(file);
        let possible = |share: Share| share.covered <= share.all;
        match (possible(told.lines), possible(told.branches)) {
            (false, _) => Err(Refusal::value("LH", &told.lines.covered.to_string())),
            (_, false) => Err(Refusal::value("BRH", &told.branches.covered.to_string())),
            _ => Ok(()),
        }
    }

    /// Refuses a record that has not ended.
    fn close(&self) -> Result<(), Refusal> {
        if self.open.is_some() { Err(Refusal::malformed("a record without its end")) } else { Ok(()) }
    }

    fn told(&mut self, file: usize, kind: &str, value: &str) -> Result<(), Refusal> {
        let told = self.files.told(file);
        let figure: &mut u64 = match kind {
            "LF" => &mut told.lines.all,
            "LH" => &mut told.lines.covered,
            "BRF" => &mut told.branches.all,
            "BRH" => &mut told.branches.covered,
            _ => return Ok(()),
        };
        *figure = numbers::count("count", value)?;
        Ok(())
    }
}

fn line(value: &str) -> Result<Line, Refusal> {
    let (number, rest) = value.split_once(',').ok_or(Refusal::Missing("the hits of a line"))?;
    let hits = rest.split(',').next().unwrap_or(rest);
    Ok(Line { number: numbers::line(number)?, hit: numbers::hit(hits)?, branches: (0, 0) })
}

fn branch(value: &str) -> Result<Branch, Refusal> {
    let parts = value.split_once(',').and_then(|(line, rest)| Some((line, rest.rsplit_once(',')?)));
    let (line, (name, taken)) = parts.ok_or_else(|| Refusal::value("branch", value))?;
    let mut identity = DefaultHasher::new();
    name.hash(&mut identity);
    let taken = taken != "-" && numbers::hit(taken)?;
    Ok(Branch { line: numbers::line(line)?, identity: identity.finish(), taken })
}
