//! Coverage in the form of Cobertura, which coverage.py, coverlet, gcovr, Istanbul and others write too.
//!
//! Only the lines of a class itself count, not those of its methods, which repeat them; a class that has none has no
//! figures, as pycobertura and Jenkins have it. Branches are those of `condition-coverage="50% (1/2)"`. What the root
//! states is used only where no file has lines, or no line has branches.

use domain::quality::reports::{Coverage, Report};

use super::coverage::{Files, Line};
use super::limits::Budget;
use super::numbers;
use super::xml::Elements;
use crate::input::{Attributes, Refusal};

/// What has been read so far.
pub(super) struct Cobertura {
    files: Files,
    package: String,
    /// The file of the open class.
    file: Option<usize>,
    /// Depth of the open `methods`.
    methods: Option<usize>,
    line: Result<Option<f64>, Refusal>,
    branch: Result<Option<f64>, Refusal>,
}

impl Cobertura {
    pub(super) fn new(budget: Budget) -> Self {
        Cobertura {
            files: Files::new(budget),
            package: String::new(),
            file: None,
            methods: None,
            line: Ok(None),
            branch: Ok(None),
        }
    }

    fn class(&mut self, attributes: &Attributes<'_>) -> Result<(), Refusal> {
        let name = attributes.get("filename").ok_or(Refusal::Missing("the filename of a class"))?;
        self.file = Some(self.files.file(name.to_owned(), &self.package, name)?);
        Ok(())
    }
}

impl Elements for Cobertura {
    fn start(&mut self, name: &str, depth: usize, attributes: &Attributes<'_>) -> Result<bool, Refusal> {
        match (name, self.file) {
            (_, _) if depth == 0 => {
                self.line = stated(attributes, "line-rate", "lines-valid");
                self.branch = stated(attributes, "branch-rate", "branches-valid");
            }
            ("project" | "file", _) if depth == 1 => {
                return Err(Refusal::Unsupported("coverage of Clover or SonarQube"));
            }
            ("package", _) => self.package = attributes.owned("name").unwrap_or_default(),
            ("class", _) => self.class(attributes)?,
            ("methods", Some(_)) if self.methods.is_none() => self.methods = Some(depth),
            ("line", Some(file)) if self.methods.is_none() => self.files.line(file, line(attributes)?)?,
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, name: &str, depth: usize, _text: &str) -> Result<(), Refusal> {
        match name {
            "class" => self.file = None,
            "package" => self.package.clear(),
            _ => {}
        }
        self.methods = self.methods.filter(|open| *open != depth);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Report, Refusal> {
        let files = self.files.finish();
        let (lines, branches) = (files.iter().any(|f| f.lines.all > 0), files.iter().any(|f| f.branches.all > 0));
        // A rate such as NaN is wrong only where nothing else tells the figure.
        let stated_line = if lines { self.line.unwrap_or_default() } else { self.line? };
        let stated_branch = if branches { self.branch.unwrap_or_default() } else { self.branch? };
        Ok(Report::Coverage(Coverage { files, stated_line, stated_branch }))
    }
}

/// The root's rate in percent. None where there is nothing that it could be a share of: tools write 0 or 1 then.
fn stated(attributes: &Attributes<'_>, rate: &str, valid: &str) -> Result<Option<f64>, Refusal> {
    let Some(text) = attributes.get(rate) else { return Ok(None) };
    let all = attributes.get(valid).map(|text| numbers::count("count", text)).transpose()?;
    let rate = numbers::figure("rate", text)?;
    match (all, rate) {
        (Some(0), _) => Ok(None),
        (None, 0.0) => Ok(None),
        (_, rate) if rate > 1.0 => Err(Refusal::value("rate", text)),
        (_, rate) => Ok(Some(rate * 100.0)),
    }
}

fn line(attributes: &Attributes<'_>) -> Result<Line, Refusal> {
    let number = attributes.get("number").ok_or(Refusal::Missing("the number of a line"))?;
    let hits = attributes.get("hits").ok_or(Refusal::Missing("the hits of a line"))?;
    Ok(Line {
        number: numbers::line(number)?,
        hit: numbers::hit(hits)?,
        branches: attributes.get("condition-coverage").map_or(Ok((0, 0)), branches)?,
    })
}

/// The counts in `50% (1/2)`; none where there is only the share.
fn branches(text: &str) -> Result<(u32, u32), Refusal> {
    let wrong = || Refusal::value("condition-coverage", text);
    let Some((_, counts)) = text.split_once('(') else { return Ok((0, 0)) };
    let (covered, all) = counts.trim_end().strip_suffix(')').and_then(|c| c.split_once('/')).ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
    let (covered, all) = (number(covered)?, number(all)?);
    if covered > all { Err(wrong()) } else { Ok((covered, all)) }
}
