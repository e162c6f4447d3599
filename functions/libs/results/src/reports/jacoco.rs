//! Coverage in the form of JaCoCo, which Kover and Pester write too.
//!
//! A line counts as covered if one of its instructions ran, as JaCoCo's own LINE counter has it; branches are those of
//! its lines. In a report of several modules a file's path begins with its module's group. A file without lines has what its counters tell, and the counters of the whole report are used where
//! there is no file at all. Instructions are not lines, so a report that counts only them has no figure.
//!
//! JaCoCo's DTD (report.dtd 1.1) has text for its counters, and JaCoCo writes them as whole numbers. A counter that
//! cannot be read matters only where its figure is not counted from lines.

use domain::quality::reports::{Coverage, Part, Report, Share, Unknown};

use super::Format;
use super::coverage::{Files, Line};
use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::numbers;
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// What has been read so far.
pub(super) struct Jacoco {
    files: Files,
    /// Names of the groups that are open, outermost first, and of the package in them.
    groups: Vec<String>,
    package: String,
    file: Option<usize>,
    /// Counters of the open file, and of the whole report.
    counters: Counters,
    all: Counters,
}

/// What the counters LINE and BRANCH say; an error with its line where one cannot be read.
#[derive(Default)]
struct Counters {
    lines: Counter,
    branches: Counter,
}

type Counter = Option<Result<Share, (u64, String)>>;

impl Jacoco {
    pub(super) fn new(budget: Budget) -> Self {
        Jacoco {
            files: Files::new(budget),
            groups: Vec::new(),
            package: String::new(),
            file: None,
            counters: Counters::default(),
            all: Counters::default(),
        }
    }

    fn begin_file(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let name = tag.get("name").unwrap_or_default();
        // Modules of one report may have files of the same name, so a file's path begins with its module.
        let parts = self.groups.iter().map(String::as_str).chain([self.package.as_str(), name]);
        let path = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        self.file = Some(self.files.file(path.clone(), &self.package, &path)?);
        if tag.get("name").is_none() {
            self.files.unnamed("a sourcefile without its name", notes);
        }
        Ok(())
    }

    fn counter(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) {
        let counters = match self.file {
            Some(_) => &mut self.counters,
            None if tag.depth == 1 => &mut self.all,
            None => return,
        };
        match tag.get("type") {
            Some("LINE") => counters.lines = Some(share(tag, notes)),
            Some("BRANCH") => counters.branches = Some(share(tag, notes)),
            _ => {}
        }
    }

    fn line(&mut self, file: usize, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let Some(number) = self.files.number(file, "nr", tag.get("nr"), notes) else { return Ok(()) };
        let hit = tag.get("ci").is_some_and(|text| self.files.hit(file, "ci", Some(text), notes));
        let branches = counts(tag, ["mb", "cb"]);
        if let Err(what) = &branches {
            self.files.branches_unread(file, what, notes);
        }
        self.files.line(file, Line { number, hit, branches: branches.unwrap_or_default() })
    }

    /// A file whose lines are not in the report has what its counters tell.
    fn end_file(&mut self, notes: &mut Notes<'_>) {
        let Some(file) = self.file.take() else { return };
        let Counters { lines, branches } = std::mem::take(&mut self.counters);
        for (counter, is_line) in [(lines, true), (branches, false)] {
            match counter {
                Some(Ok(share)) if is_line => self.files.told(file).lines = share,
                Some(Ok(share)) => self.files.told(file).branches = share,
                Some(Err((line, what))) if !self.files.has_lines(file) => {
                    let part = self.files.part(file);
                    let unknown = if is_line { Unknown::Lines(part) } else { Unknown::Branches(part) };
                    notes.bad_at(line, &what, unknown);
                }
                _ => {}
            }
        }
    }
}

impl Elements for Jacoco {
    fn format(&self) -> Format {
        Format::Jacoco
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        match (tag.name, self.file) {
            (name, None) if tag.depth == 1 && !matches!(name, "sessioninfo" | "group" | "package" | "counter") => {
                return Err(Refusal::child(name, "report"));
            }
            ("group", _) => self.groups.push(tag.owned("name").unwrap_or_default()),
            ("package", _) => self.package = tag.owned("name").unwrap_or_default(),
            ("sourcefile", _) => self.begin_file(tag, notes)?,
            ("line", Some(file)) => self.line(file, tag, notes)?,
            ("counter", _) => self.counter(tag, notes),
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, _depth: usize, _text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        match name {
            "group" => drop(self.groups.pop()),
            "package" => self.package.clear(),
            "sourcefile" => self.end_file(notes),
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        let files = self.files.finish();
        let (lines, branches) = (files.iter().any(|f| f.lines.all > 0), files.iter().any(|f| f.branches.all > 0));
        let mut stated = |counter: Counter, counted: bool, unknown| match counter? {
            Ok(share) => (share.all > 0).then(|| share.covered as f64 * 100.0 / share.all as f64),
            Err((line, what)) => {
                if !counted {
                    notes.bad_at(line, &what, unknown);
                }
                None
            }
        };
        let stated_line = stated(self.all.lines, lines, Unknown::Lines(Part::Stated));
        let stated_branch = stated(self.all.branches, branches, Unknown::Branches(Part::Stated));
        Ok(Report::Coverage(Coverage { files, stated_line, stated_branch }))
    }
}

/// Covered and all by a counter.
fn share(tag: Tag<'_, '_>, notes: &Notes<'_>) -> Result<Share, (u64, String)> {
    let share = |(covered, all): (u32, u32)| Share { covered: covered.into(), all: all.into() };
    counts(tag, ["missed", "covered"]).map(share).map_err(|what| (notes.line(), what))
}

/// Covered and all from what is missed and covered, each 0 where it is not written.
fn counts(tag: Tag<'_, '_>, names: [&str; 2]) -> Result<(u32, u32), String> {
    let count = |name: &str| {
        let text = tag.get(name).unwrap_or("0");
        numbers::small(text).ok_or_else(|| is_not(name, text, "a count"))
    };
    let (missed, covered) = (count(names[0])?, count(names[1])?);
    let all = missed.checked_add(covered).ok_or_else(|| is_not(names[0], &missed.to_string(), "a count"))?;
    Ok((covered, all))
}
