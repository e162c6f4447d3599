//! What is wrong with an input: where it stands, what it is, and how to fix it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An input that cannot be used. It displays as `<place>: <what>, <help>`, with the snippet below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// File and place in it, such as `qaops.toml: gates.error[2]`.
    pub place: String,
    /// What is wrong, as a fragment.
    pub what: String,
    /// How to fix it, as a fragment; empty where `what` says it already.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The text in question with a caret below the column; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub snippet: String,
}

impl Problem {
    /// A problem at a place; how to fix it may be empty.
    pub fn new(place: impl Into<String>, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), help: help.into(), snippet: String::new() }
    }

    /// The same problem with the text that it is about and a caret below `column`, counted in characters from 0.
    pub fn with_caret(mut self, text: &str, column: usize) -> Self {
        if !text.trim().is_empty() {
            self.snippet = format!("  {text}\n  {:column$}^", "");
        }
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)?;
        if !self.help.is_empty() {
            write!(f, ", {}", self.help)?;
        }
        if !self.snippet.is_empty() {
            write!(f, "\n{}", self.snippet)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// `did you mean "<the nearest candidate>"`, or `expected one of …` when nothing is near.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(word, &candidates) {
        Some(near) => format!("did you mean \"{near}\""),
        None if candidates.is_empty() => String::new(),
        None => format!("expected one of {}", candidates.join(", ")),
    }
}

/// The candidate that a person who wrote `word` most likely meant, if one is near enough.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = 1 + word.chars().count() / 4;
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    let near = candidates.iter().map(|candidate| (distance(candidate), *candidate));
    near.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, near)| near)
}

/// Text in double quotes and cut to a length that a message can bear, with control characters made visible.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let short: String = text.chars().take(LONGEST).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("\"{}{dots}\"", short.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_answered_with_the_nearest_known_one() {
        let known = ["include", "exclude", "variables"];
        assert_eq!(did_you_mean("inclde", known), "did you mean \"include\"");
        assert_eq!(did_you_mean("Variable", known), "did you mean \"variables\"");
        assert_eq!(did_you_mean("browser", known), "expected one of include, exclude, variables");
    }

    #[test]
    fn a_problem_says_place_what_and_mend_and_points_at_the_column() {
        let problem = Problem::new("qaops.toml: gates.error[0]", "expected a number", "such as 80%")
            .with_caret("coverage.line >= x", 17);
        insta::assert_snapshot!(problem, @r"
        qaops.toml: gates.error[0]: expected a number, such as 80%
          coverage.line >= x
                           ^
        ");
    }

    #[test]
    fn quoted_text_is_short_and_shows_control_characters() {
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
        assert_eq!(quoted("it's"), "\"it's\"");
        assert_eq!(quoted(&"x".repeat(100)).chars().count(), 83);
    }
}
