//! Which lines of a source file were reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Share;

/// Lines that hold code, by whether they were reached; none where a report tells only how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    reached: Vec<u32>,
    missed: Vec<u32>,
}

impl Lines {
    /// Lines by their numbers, each with whether it was reached. A line that comes twice was reached if it was once.
    pub fn of(lines: impl IntoIterator<Item = (u32, bool)>) -> Self {
        let mut all: BTreeMap<u32, bool> = BTreeMap::new();
        for (number, reached) in lines {
            *all.entry(number).or_default() |= reached;
        }
        let (reached, missed): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, reached)| *reached);
        let numbers = |lines: Vec<(u32, bool)>| lines.into_iter().map(|(number, _)| number).collect();
        Self { reached: numbers(reached), missed: numbers(missed) }
    }

    /// True where the lines are not known.
    pub fn is_empty(&self) -> bool {
        self.reached.is_empty() && self.missed.is_empty()
    }

    /// How many of them were reached.
    pub fn share(&self) -> Share {
        let (covered, missed) = (self.reached.len() as u64, self.missed.len() as u64);
        Share { covered, all: covered + missed }
    }

    /// What two reports reached together.
    pub(crate) fn with(&self, other: &Self) -> Self {
        Self::of(self.each().chain(other.each()))
    }

    fn each(&self) -> impl Iterator<Item = (u32, bool)> {
        let reached = self.reached.iter().map(|number| (*number, true));
        reached.chain(self.missed.iter().map(|number| (*number, false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_was_reached_if_either_report_says_so() {
        let one = Lines::of([(1, true), (2, false), (3, false)]);
        let two = Lines::of([(2, true), (3, false), (9, true), (9, false)]);
        assert_eq!(two.share(), Share { covered: 2, all: 3 });
        assert_eq!(one.with(&two), Lines::of([(1, true), (2, true), (3, false), (9, true)]));
        assert_eq!(one.with(&Lines::default()), one);
        assert!(Lines::default().is_empty() && !one.is_empty());
    }
}
