//! Lines and branches of source files, each counted once.
//!
//! A line is the pair of file and number. Reports name one line several times: for a class in it and for one within
//! that class, for each generic instance, for each test. It is hit if any of them says so, as ReportGenerator and lcov
//! have it; pycobertura and others count every mention, so that a line in two classes counts twice.

use std::collections::HashMap;

use domain::quality::reports::{FileCoverage, Lines, Part, Share, Unknown};

use super::limits::Budget;
use super::notes::{Notes, is_not, shown};
use super::numbers::{self, Hits};
use crate::input::Refusal;

/// Files in the order of the report.
pub(super) struct Files {
    all: Vec<File>,
    by_key: HashMap<String, usize>,
    budget: Budget,
}

/// One file. The shares in `told` are the report's own and count where it has no lines or no branches.
struct File {
    told: FileCoverage,
    lines: Vec<Line>,
    branches: Vec<Branch>,
    /// Whether the report counts its branches itself, by a rule of its own.
    counted: bool,
}

/// A mention of a line that holds code, with its branches where the report counts them by line.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) number: u32,
    pub(super) hit: bool,
    pub(super) branches: (u32, u32),
}

/// A mention of a branch that has an identity of its own within its line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Branch {
    pub(super) line: u32,
    pub(super) identity: u64,
    pub(super) taken: bool,
}

impl Files {
    pub(super) fn new(budget: Budget) -> Self {
        Files { all: Vec::new(), by_key: HashMap::new(), budget }
    }

    /// The number of the file with this key, which begins with the first mention of it.
    pub(super) fn file(&mut self, key: String, package: &str, file: &str) -> Result<usize, Refusal> {
        if let Some(at) = self.by_key.get(&key) {
            return Ok(*at);
        }
        self.budget.entry(16)?;
        for text in [&key, package, file] {
            self.budget.text(text)?;
        }
        let told =
            FileCoverage { package: package.to_owned(), file: file.replace('\\', "/"), ..FileCoverage::default() };
        self.all.push(File { told, lines: Vec::new(), branches: Vec::new(), counted: false });
        self.by_key.insert(key, self.all.len() - 1);
        Ok(self.all.len() - 1)
    }

    pub(super) fn line(&mut self, file: usize, line: Line) -> Result<(), Refusal> {
        self.budget.entry(1)?;
        self.all[file].lines.push(line);
        Ok(())
    }

    pub(super) fn branch(&mut self, file: usize, branch: Branch) -> Result<(), Refusal> {
        self.budget.entry(1)?;
        self.all[file].branches.push(branch);
        Ok(())
    }

    /// What the report itself counts for a file.
    pub(super) fn told(&mut self, file: usize) -> &mut FileCoverage {
        &mut self.all[file].told
    }

    /// Its lines are not known because of a value.
    pub(super) fn lines_unread(&self, file: usize, what: &str, notes: &mut Notes<'_>) {
        notes.bad(what, Unknown::Lines(self.part(file)));
    }

    /// Its branches are not known because of a value.
    pub(super) fn branches_unread(&self, file: usize, what: &str, notes: &mut Notes<'_>) {
        notes.bad(what, Unknown::Branches(self.part(file)));
    }

    /// The number of a line; none where it cannot be read, so that the line cannot be told from others.
    pub(super) fn number(&self, file: usize, name: &str, text: Option<&str>, notes: &mut Notes<'_>) -> Option<u32> {
        let number = text.and_then(numbers::small);
        if number.is_none() {
            self.lines_unread(file, &unreadable("number", name, text, "the number of a line"), notes);
        }
        number
    }

    /// Whether a line was hit. A count below zero is an overflow and says that it was not: so geninfo of lcov 2 reads
    /// it, under `--ignore-errors negative`, and lcov 1 too. With a count that cannot be read nobody knows.
    pub(super) fn hit(&self, file: usize, name: &str, text: Option<&str>, notes: &mut Notes<'_>) -> bool {
        match text.map_or(Hits::Bad, numbers::hits) {
            Hits::Known(hit) => return hit,
            Hits::Negative => {
                let value = shown(text.unwrap_or_default());
                notes.warn(&format!("{name}=\"{value}\" is below zero and counts as no hit"));
            }
            Hits::Bad => self.lines_unread(file, &unreadable("hits", name, text, "a count of hits"), notes),
        }
        false
    }

    /// Its name is not there, so nobody knows whether its lines are those of another file too.
    pub(super) fn unnamed(&self, what: &str, notes: &mut Notes<'_>) {
        notes.bad(what, Unknown::Lines(Part::Any));
        notes.bad(what, Unknown::Branches(Part::Any));
    }

    pub(super) fn has_lines(&self, file: usize) -> bool {
        !self.all[file].lines.is_empty()
    }

    pub(super) fn has_branches(&self, file: usize) -> bool {
        !self.all[file].branches.is_empty()
    }

    /// The branches of a file as the report itself counts them.
    pub(super) fn count_branches(&mut self, file: usize, branches: Share) {
        self.all[file].told.branches = branches;
        self.all[file].counted = true;
    }

    pub(super) fn part(&self, file: usize) -> Part {
        let FileCoverage { package, file, .. } = self.all[file].told.clone();
        Part::File { package, file }
    }

    pub(super) fn finish(self) -> Vec<FileCoverage> {
        self.all.into_iter().map(File::finish).collect()
    }
}

impl File {
    fn finish(mut self) -> FileCoverage {
        self.lines.sort_by_key(|line| line.number);
        self.lines.dedup_by(|again, first| {
            let same = again.number == first.number;
            if same {
                first.hit |= again.hit;
                first.branches.0 = first.branches.0.max(again.branches.0);
                first.branches.1 = first.branches.1.max(again.branches.1);
            }
            same
        });
        self.branches.sort();
        self.branches.dedup_by(|again, first| {
            let same = (again.line, again.identity) == (first.line, first.identity);
            first.taken |= same && again.taken;
            same
        });
        if !self.lines.is_empty() {
            self.told.hits = Lines::of(self.lines.iter().map(|line| (line.number, line.hit)));
            self.told.lines = self.told.hits.share();
        }
        let by_line = self.lines.iter().map(|line| line.branches);
        let by_line = by_line.fold(Share::default(), |share, (covered, all)| Share {
            covered: share.covered + u64::from(covered),
            all: share.all + u64::from(all),
        });
        let by_branch = share(self.branches.iter().map(|branch| branch.taken));
        let counted = [by_branch, by_line].into_iter().find(|share| share.all > 0).filter(|_| !self.counted);
        self.told.branches = counted.unwrap_or(self.told.branches);
        self.told
    }
}

fn unreadable(missing: &str, name: &str, text: Option<&str>, what: &str) -> String {
    text.map_or_else(|| format!("a line without its {missing}"), |text| is_not(name, text, what))
}

fn share(hits: impl Iterator<Item = bool>) -> Share {
    hits.fold(Share::default(), |share, hit| Share { covered: share.covered + u64::from(hit), all: share.all + 1 })
}
