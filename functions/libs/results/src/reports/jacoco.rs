//! Coverage in the form of JaCoCo, which Kover and Pester write too.
//!
//! A line counts as covered if one of its instructions ran, as JaCoCo's own LINE counter has it; branches are those of
//! its lines. A file without lines has what its counters tell, and the counters of the whole report are used where
//! there is no file at all. Instructions are no lines, so a report that counts only them has no figure.

use domain::quality::reports::{Coverage, Report, Share};

use super::coverage::{Files, Line};
use super::limits::Budget;
use super::numbers;
use super::xml::Elements;
use crate::input::{Attributes, Refusal};

/// What has been read so far.
pub(super) struct Jacoco {
    files: Files,
    /// Names of the groups that are open, outermost first, and of the package in them.
    groups: Vec<String>,
    package: String,
    file: Option<usize>,
    lines: Share,
    branches: Share,
}

impl Jacoco {
    pub(super) fn new(budget: Budget) -> Self {
        Jacoco {
            files: Files::new(budget),
            groups: Vec::new(),
            package: String::new(),
            file: None,
            lines: Share::default(),
            branches: Share::default(),
        }
    }

    fn source(&mut self, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        let name = attributes.get("name").ok_or(Refusal::Missing("the name of a sourcefile"))?;
        let path = if self.package.is_empty() { name.to_owned() } else { format!("{}/{name}", self.package) };
        // Modules of one report may have files of the same name.
        let key = format!("{}\n{path}", self.groups.join("\n"));
        self.file = Some(self.files.file(key, &self.package, &path)?);
        Ok(())
    }

    fn counter(&mut self, depth: usize, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        let (lines, branches) = match self.file {
            Some(file) => {
                let told = self.files.told(file);
                (&mut told.lines, &mut told.branches)
            }
            None if depth == 1 => (&mut self.lines, &mut self.branches),
            None => return Ok(()),
        };
        match attributes.get("type") {
            Some("LINE") => *lines = share(attributes)?,
            Some("BRANCH") => *branches = share(attributes)?,
            _ => {}
        }
        Ok(())
    }
}

impl Elements for Jacoco {
    fn start(&mut self, name: &str, depth: usize, attributes: &Attributes<'_>) -> Result<bool, Refusal> {
        match (name, self.file) {
            (_, None) if depth == 1 && !matches!(name, "sessioninfo" | "group" | "package" | "counter") => {
                return Err(Refusal::child(name, "report"));
            }
            ("group", _) => self.groups.push(attributes.owned("name").unwrap_or_default()),
            ("package", _) => self.package = attributes.owned("name").unwrap_or_default(),
            ("sourcefile", _) => self.source(attributes)?,
            ("line", Some(file)) => self.files.line(file, line(attributes)?)?,
            ("counter", _) => self.counter(depth, attributes)?,
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, _depth: usize, _text: &str) -> Result<(), Refusal> {
        match name {
            "group" => drop(self.groups.pop()),
            "package" => self.package.clear(),
            "sourcefile" => self.file = None,
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Report, Refusal> {
        let percent = |share: Share| (share.all > 0).then(|| share.covered as f64 * 100.0 / share.all as f64);
        let (stated_line, stated_branch) = (percent(self.lines), percent(self.branches));
        Ok(Report::Coverage(Coverage { files: self.files.finish(), stated_line, stated_branch }))
    }
}

fn number(attributes: &Attributes<'_>, name: &'static str) -> Result<u32, Refusal> {
    attributes.get(name).map_or(Ok(0), |text| text.parse().map_err(|_| Refusal::value(name, text)))
}

fn share(attributes: &Attributes<'_>) -> Result<Share, Refusal> {
    let (missed, covered) = (number(attributes, "missed")?, number(attributes, "covered")?);
    Ok(Share { covered: covered.into(), all: u64::from(missed) + u64::from(covered) })
}

fn line(attributes: &Attributes<'_>) -> Result<Line, Refusal> {
    let nr = attributes.get("nr").ok_or(Refusal::Missing("the number of a line"))?;
    let (missed, covered) = (number(attributes, "mb")?, number(attributes, "cb")?);
    let all = missed.checked_add(covered).ok_or_else(|| Refusal::value("mb", &missed.to_string()))?;
    Ok(Line { number: numbers::line(nr)?, hit: number(attributes, "ci")? > 0, branches: (covered, all) })
}
