//! Coverage in the form of Clover, as OpenClover, PHPUnit (php-code-coverage) and Istanbul (Jest, Vitest, nyc) write it.
//!
//! # Lines
//! Those of type `stmt`, as ReportGenerator has it: a line of type `method` is a declaration, which PHPUnit and OpenClover
//! count apart. Istanbul writes a line that has branches once, as `cond` with a `count` of its own: it is a line too. A
//! `cond` of OpenClover has no count, and the statement that it is in stands beside it.
//! A file without lines has what its own `metrics` count as statements, and so has a report without files.
//!
//! # Branches
//! `conditionals` of the file's own `metrics`, which every writer fills by its own rule: OpenClover counts two for each
//! condition, Istanbul the branches. Where a file has no metrics they are counted from its lines: in OpenClover's `cond`
//! the counts say how often the condition was true and false (`XMLReporter`), in Istanbul's they say how many
//! branches were taken and how many were not (`istanbul-reports`, `clover/index.js`).
//!
//! `testproject` is the code of the tests, which OpenClover keeps out of its own totals.

use domain::quality::reports::{Coverage, Part, Report, Share, Unknown};

use super::Format;
use super::coverage::{Branch, Files, Line};
use super::limits::Budget;
use super::notes::{Notes, is_not};
use super::numbers::{self, Hits};
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// What has been read so far.
pub(super) struct Clover {
    files: Files,
    package: String,
    open: Option<Open>,
    /// Depth of the open `testproject`.
    tests: Option<usize>,
    /// What all code has together.
    all: Counts,
}

/// The file that is open.
struct Open {
    file: usize,
    depth: usize,
    counts: Counts,
    /// Conditions so far, to tell those of one line apart.
    conditions: u64,
    /// The first condition whose counts cannot be read: its line, and what is wrong.
    unread: Option<(u64, String)>,
}

/// Covered and all statements and conditionals that a `metrics` element counts; none without one, and an error with its
/// line where it cannot be read.
#[derive(Default)]
struct Counts {
    statements: Option<Result<Share, (u64, String)>>,
    conditionals: Option<Result<Share, (u64, String)>>,
}

impl Clover {
    pub(super) fn new(budget: Budget) -> Self {
        Clover { files: Files::new(budget), package: String::new(), open: None, tests: None, all: Counts::default() }
    }

    fn begin_file(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let path = tag.get("path").filter(|path| !path.is_empty()).or_else(|| tag.get("name"));
        let file = self.files.file(path.unwrap_or_default().to_owned(), &self.package, path.unwrap_or_default())?;
        if path.is_none() {
            self.files.unnamed("a file without its name", notes);
        }
        let counts = Counts::default();
        self.open = Some(Open { file, depth: tag.depth, counts, conditions: 0, unread: None });
        Ok(())
    }

    /// Counts of a file, or of all code. Those of a package, a class or a method repeat them.
    fn metrics(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) {
        match &mut self.open {
            Some(open) if tag.depth == open.depth + 1 => open.counts = Counts::of(tag, notes),
            None if tag.depth == 2 => self.all = Counts::of(tag, notes),
            _ => {}
        }
    }

    fn line(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let (condition, count) = (tag.get("type") == Some("cond"), tag.get("count"));
        let statement = matches!(tag.get("type"), Some("stmt") | None) || (condition && count.is_some());
        if !condition && !statement {
            return Ok(());
        }
        let Some(number) = self.files.number(open.file, "num", tag.get("num"), notes) else { return Ok(()) };
        let mut line = Line { number, hit: false, branches: (0, 0) };
        if condition && count.is_some() {
            line.branches = open.taken(tag, notes);
        } else if condition {
            open.condition(number, tag, &mut self.files, notes)?;
        }
        if statement {
            line.hit = self.files.hit(open.file, "count", count, notes);
            self.files.line(open.file, line)?;
        }
        Ok(())
    }

    fn end_file(&mut self, notes: &mut Notes<'_>) {
        let Some(Open { file, counts, unread, .. }) = self.open.take() else { return };
        match counts.statements {
            Some(Ok(share)) => self.files.told(file).lines = share,
            Some(Err((line, what))) if !self.files.has_lines(file) => {
                notes.bad_at(line, &what, Unknown::Lines(self.files.part(file)));
            }
            _ => {}
        }
        match (counts.conditionals, unread) {
            (Some(Ok(share)), _) => self.files.count_branches(file, share),
            (Some(Err((line, what))), _) | (None, Some((line, what))) => {
                notes.bad_at(line, &what, Unknown::Branches(self.files.part(file)));
            }
            (None, None) => {}
        }
    }
}

impl Open {
    /// Branches of a condition of Istanbul: those that were taken, and all.
    fn taken(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) -> (u32, u32) {
        let count = |name: &str| tag.get(name).map_or(Some(0), numbers::small);
        let counts = count("truecount").zip(count("falsecount"));
        match counts.and_then(|(taken, missed)| Some((taken, taken.checked_add(missed)?))) {
            Some(branches) => branches,
            None => {
                self.unread(tag, notes);
                (0, 0)
            }
        }
    }

    /// A condition of OpenClover, which was true so often and false so often.
    fn condition(&mut self, line: u32, tag: Tag<'_, '_>, files: &mut Files, notes: &Notes<'_>) -> Result<(), Refusal> {
        for name in ["truecount", "falsecount"] {
            let taken = match tag.get(name).map_or(Hits::Bad, numbers::hits) {
                Hits::Known(taken) => taken,
                Hits::Negative => false,
                Hits::Bad => {
                    self.unread(tag, notes);
                    false
                }
            };
            files.branch(self.file, Branch { line, identity: self.conditions, taken })?;
            self.conditions += 1;
        }
        Ok(())
    }

    fn unread(&mut self, tag: Tag<'_, '_>, notes: &Notes<'_>) {
        let counts = ["truecount", "falsecount"].map(|name| tag.get(name).unwrap_or_default());
        let what = is_not("truecount and falsecount", &counts.join(" and "), "a count each");
        self.unread.get_or_insert_with(|| (notes.line(), what));
    }
}

impl Counts {
    fn of(tag: Tag<'_, '_>, notes: &Notes<'_>) -> Self {
        let share = |covered: &str, all: &str| {
            let (covered, all) = (tag.get(covered)?, tag.get(all)?);
            let counts = numbers::small(covered).zip(numbers::small(all)).filter(|(covered, all)| covered <= all);
            let what = || (notes.line(), is_not("metrics", &format!("{covered} of {all}"), "a count"));
            let share = counts.map(|(covered, all)| Share { covered: covered.into(), all: all.into() });
            Some(share.ok_or_else(what))
        };
        Counts {
            statements: share("coveredstatements", "statements"),
            conditionals: share("coveredconditionals", "conditionals"),
        }
    }
}

impl Elements for Clover {
    fn format(&self) -> Format {
        Format::Clover
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        match tag.name {
            "testproject" if self.tests.is_none() => self.tests = Some(tag.depth),
            _ if self.tests.is_some() => {}
            "package" => self.package = tag.owned("name").unwrap_or_default(),
            "file" if self.open.is_none() => self.begin_file(tag, notes)?,
            "metrics" => self.metrics(tag, notes),
            "line" => self.line(tag, notes)?,
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, depth: usize, _text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.tests = self.tests.filter(|open| *open != depth);
        match name {
            "package" => self.package.clear(),
            "file" if self.open.as_ref().is_some_and(|open| open.depth == depth) => self.end_file(notes),
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        let files = self.files.finish();
        let lines = files.iter().any(|file| file.lines.all > 0);
        let branches = files.iter().any(|file| file.branches.all > 0);
        let stated_line = percent(self.all.statements, lines, Unknown::Lines(Part::Stated), notes);
        let stated_branch = percent(self.all.conditionals, branches, Unknown::Branches(Part::Stated), notes);
        Ok(Report::Coverage(Coverage { files, stated_line, stated_branch }))
    }
}

/// A share of all code in percent; none where there is nothing that it could be a share of.
fn percent(
    share: Option<Result<Share, (u64, String)>>,
    counted: bool,
    unknown: Unknown,
    notes: &mut Notes<'_>,
) -> Option<f64> {
    match share? {
        Ok(share) => (share.all > 0).then(|| share.covered as f64 * 100.0 / share.all as f64),
        Err((line, what)) => {
            if !counted {
                notes.bad_at(line, &what, unknown);
            }
            None
        }
    }
}
