//! What a rule does to the differences between values.

use super::{Action, Rule};
use crate::rules::{Kind, Range, longest};

/// How much of the differences between values is left, from all to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The values themselves.
    Same,
    /// Different values stay different: a permutation.
    Unique,
    /// Different values stay different with certainty for every practical purpose, 80 bits or so; they are counted.
    Counted,
    /// Two different values may become one.
    MayCollide,
    /// Many values become one.
    Collapses,
    /// No value is left.
    Gone,
}

impl Class {
    /// The class of a rule.
    pub fn of(rule: &Rule) -> Self {
        match &rule.action {
            Action::Keep => Self::Same,
            Action::Drop | Action::Null => Self::Gone,
            Action::Constant(..) | Action::Bucket(_) | Action::Round(_) => Self::Collapses,
            Action::Format(_) => Self::Unique,
            Action::Hash(digits) if *digits >= 20 => Self::Counted,
            Action::Pseudonym(words) => match words.kind {
                Kind::Email | Kind::Uuid | Kind::Iban | Kind::Token => Self::Counted,
                Kind::Phone if words.range == Range::Unassigned => Self::MayCollide,
                Kind::Card => Self::MayCollide,
                _ => Self::Collapses,
            },
            _ => Self::MayCollide,
        }
    }

    /// What it does, as a sentence says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Same => "keeps values as they are",
            Self::Unique => "keeps different values different",
            Self::Counted => "keeps different values different, and they are counted",
            Self::MayCollide => "may give two values one pseudonym",
            Self::Collapses => "gives many values one pseudonym",
            Self::Gone => "leaves no value",
        }
    }
}

impl Rule {
    /// Most characters that a masked value may have; none where it depends on the value.
    pub(crate) fn longest(&self) -> Option<u32> {
        match &self.action {
            Action::Constant(text, _) => u32::try_from(text.chars().count()).ok(),
            Action::Hash(digits) => u32::try_from(*digits).ok(),
            Action::Pseudonym(words) => longest(words),
            _ => None,
        }
    }
}
