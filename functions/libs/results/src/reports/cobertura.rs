//! Coverage in the form of Cobertura, which coverage.py, coverlet, gcovr, Istanbul and others write too.
//!
//! Only the lines of a class itself count, not those of its methods, which repeat them; a class that has none has no
//! figures, as pycobertura and Jenkins have it. Branches are those of `condition-coverage="50% (1/2)"`. What the root
//! states is used only where no file has lines, or no line has branches.
//!
//! # Strange values
//! Cobertura's DTD (coverage-04) has text everywhere, so every writer prints numbers in its own way:
//! - Rates have a decimal comma where the writer prints in the culture of the machine (coverlet issue 463).
//! - A rate of `NaN` is a share of nothing (apex-code-coverage-transformer issue 292). The share is then unknown, unless
//!   the root counts its lines or branches.
//! - Hits may be `1.0`. Below zero they are an overflow of gcov (GCC bug 68080), which gcovr takes for no hit under
//!   `--gcov-ignore-parse-errors negative_hits.warn`.

use domain::quality::reports::{Coverage, Part, Report, Unknown};

use super::Format;
use super::clover::Clover;
use super::coverage::{Files, Line};
use super::limits::{Budget, Limits};
use super::notes::{Notes, is_not};
use super::numbers;
use super::xml::{Elements, Tag};
use crate::input::Refusal;

/// Coverage with the root element `coverage`, which Cobertura and Clover share.
pub(super) struct Shared {
    of: Box<dyn Elements>,
    limits: Limits,
}

impl Shared {
    pub(super) fn new(limits: &Limits) -> Self {
        Shared { of: Box::new(Cobertura::new(limits.budget())), limits: *limits }
    }
}

impl Elements for Shared {
    fn format(&self) -> Format {
        self.of.format()
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        match tag.name {
            "project" | "testproject" if tag.depth == 1 && self.of.format() == Format::Cobertura => {
                self.of = Box::new(Clover::new(self.limits.budget()));
            }
            "file" if tag.depth == 1 => return Err(Refusal::Unsupported("coverage of SonarQube")),
            _ => {}
        }
        self.of.start(tag, notes)
    }

    fn end(&mut self, name: &str, depth: usize, text: &str, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        self.of.end(name, depth, text, notes)
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        self.of.finish(notes)
    }
}

/// What has been read so far.
struct Cobertura {
    files: Files,
    package: String,
    /// The file of the open class.
    file: Option<usize>,
    /// Depth of the open `methods`.
    methods: Option<usize>,
    line: Stated,
    branch: Stated,
}

/// A share that the root states.
enum Stated {
    /// None, or one of nothing.
    Nothing,
    Percent(f64),
    /// At this line, for this reason.
    Bad(u64, String),
}

impl Cobertura {
    fn new(budget: Budget) -> Self {
        Cobertura {
            files: Files::new(budget),
            package: String::new(),
            file: None,
            methods: None,
            line: Stated::Nothing,
            branch: Stated::Nothing,
        }
    }

    fn class(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let name = tag.get("filename").or_else(|| tag.get("name")).unwrap_or_default();
        self.file = Some(self.files.file(name.to_owned(), &self.package, name)?);
        if tag.get("filename").is_none() {
            self.files.unnamed("a class without its filename", notes);
        }
        Ok(())
    }

    fn line(&mut self, file: usize, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<(), Refusal> {
        let number = self.files.number(file, "number", tag.get("number"), notes);
        let hit = self.files.hit(file, "hits", tag.get("hits"), notes);
        let conditions = tag.get("condition-coverage");
        let branches = conditions.map_or(Some((0, 0)), branches);
        if branches.is_none() || (number.is_none() && branches != Some((0, 0))) {
            let what = is_not("condition-coverage", conditions.unwrap_or_default(), "that of a line");
            self.files.branches_unread(file, &what, notes);
        }
        let Some(number) = number else { return Ok(()) };
        self.files.line(file, Line { number, hit, branches: branches.unwrap_or_default() })
    }
}

impl Elements for Cobertura {
    fn format(&self) -> Format {
        Format::Cobertura
    }

    fn start(&mut self, tag: Tag<'_, '_>, notes: &mut Notes<'_>) -> Result<bool, Refusal> {
        match (tag.name, self.file) {
            (_, _) if tag.depth == 0 => {
                self.line = stated(tag, ["line-rate", "lines-covered", "lines-valid"], notes);
                let nothing = tag.get("lines-valid").and_then(numbers::count) == Some(0);
                self.branch = if nothing {
                    Stated::Nothing
                } else {
                    stated(tag, ["branch-rate", "branches-covered", "branches-valid"], notes)
                };
            }
            ("package", _) => self.package = tag.owned("name").unwrap_or_default(),
            ("class", _) => self.class(tag, notes)?,
            ("methods", Some(_)) if self.methods.is_none() => self.methods = Some(tag.depth),
            ("line", Some(file)) if self.methods.is_none() => self.line(file, tag, notes)?,
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, depth: usize, _text: &str, _notes: &mut Notes<'_>) -> Result<(), Refusal> {
        match name {
            "class" => self.file = None,
            "package" => self.package.clear(),
            _ => {}
        }
        self.methods = self.methods.filter(|open| *open != depth);
        Ok(())
    }

    fn finish(self: Box<Self>, notes: &mut Notes<'_>) -> Result<Report, Refusal> {
        let files = self.files.finish();
        let (lines, branches) = (files.iter().any(|f| f.lines.all > 0), files.iter().any(|f| f.branches.all > 0));
        let stated_line = self.line.percent(lines, Unknown::Lines(Part::Stated), notes);
        let stated_branch = self.branch.percent(branches, Unknown::Branches(Part::Stated), notes);
        Ok(Report::Coverage(Coverage { files, stated_line, stated_branch }))
    }
}

impl Stated {
    /// The share in percent. A rate such as NaN matters only where nothing else tells the figure.
    fn percent(self, counted: bool, unknown: Unknown, notes: &mut Notes<'_>) -> Option<f64> {
        match self {
            Self::Nothing => None,
            Self::Percent(percent) => Some(percent),
            Self::Bad(line, what) => {
                if !counted {
                    notes.bad_at(line, &what, unknown);
                }
                None
            }
        }
    }
}

/// What the root states, by the names of rate, count of what is covered and count of all. Nothing where there is
/// nothing that it could be a share of: tools write 0 or 1 then, and either says nothing without the count of all.
fn stated(tag: Tag<'_, '_>, [rate, covered, valid]: [&str; 3], notes: &Notes<'_>) -> Stated {
    let Some(text) = tag.get(rate) else { return Stated::Nothing };
    let count = |name: &str| tag.get(name).and_then(numbers::count);
    match (count(covered), count(valid), numbers::share(text)) {
        (_, Some(0), _) | (_, None, Some(0.0 | 1.0)) => Stated::Nothing,
        (_, _, Some(rate)) => Stated::Percent(rate * 100.0),
        (Some(covered), Some(all), None) if covered <= all => Stated::Percent(covered as f64 * 100.0 / all as f64),
        _ => Stated::Bad(notes.line(), is_not(rate, text, "a share")),
    }
}

/// The counts in `50% (1/2)`; none where there is only the share.
fn branches(text: &str) -> Option<(u32, u32)> {
    let Some((_, counts)) = text.split_once('(') else { return Some((0, 0)) };
    let (covered, all) = counts.trim_end().strip_suffix(')')?.split_once('/')?;
    let (covered, all) = (numbers::small(covered)?, numbers::small(all)?);
    (covered <= all).then_some((covered, all))
}
