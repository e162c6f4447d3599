//! What a failure is a failure of.
//!
//! Only failures of the environment are tried again by QAOps on its own, so a failure of the product must never be
//! taken for one. The patterns are therefore narrow: they look at how a message begins, where Robot Framework writes
//! the exception and what the driver or the system said, never at what a test may have compared. What nothing tells
//! is a failure of the product.

mod rules;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use self::rules::{ENVIRONMENT, Rule, TEST};

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Class {
    /// The product, or nothing says otherwise.
    Product,
    /// The test: its setup or teardown, its own timeout, its code.
    Test,
    /// What it ran on: the instance, its disk, its browser.
    Environment,
}

impl Class {
    /// The word for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// The class of a test's failure, from its message as Robot Framework writes it.
///
/// Of several failures in one test, the product's counts before the test's, and that before the environment's. What a
/// teardown adds to a test that failed already counts for nothing: it most often follows from the first.
pub fn classify(message: &str) -> Class {
    let main = before(message, &ALSO).trim_start_matches("*HTML*").trim_start();
    let Some(inner) = PLACES.iter().find_map(|place| main.strip_prefix(place)) else { return several(main) };
    match several(inner.trim_start()) {
        Class::Environment => Class::Environment,
        Class::Product | Class::Test => Class::Test,
    }
}

/// How Robot Framework begins a message of a setup or a teardown.
const PLACES: [&str; 6] = [
    "Setup failed:",
    "Suite setup failed:",
    "Parent suite setup failed:",
    "Teardown failed:",
    "Suite teardown failed:",
    "Parent suite teardown failed:",
];

/// How it goes on with that of a teardown.
const ALSO: [&str; 3] =
    ["\n\nAlso teardown failed:\n", "\n\nAlso suite teardown failed:\n", "\n\nAlso parent suite teardown failed:\n"];

/// How it joins failures that a test went on after.
const SEVERAL: &str = "Several failures occurred:";

/// What stands before the first of these texts.
fn before<'a>(text: &'a str, ends: &[&str]) -> &'a str {
    let first = ends.iter().filter_map(|end| text.find(end)).min();
    first.and_then(|at| text.get(..at)).unwrap_or(text)
}

/// The class of one failure, or of the numbered ones of a list.
fn several(message: &str) -> Class {
    let Some(list) = message.strip_prefix(SEVERAL) else { return one(message) };
    let mut rest = list;
    let mut worst = None;
    for number in 1_u32.. {
        let Some((_, after)) = rest.split_once(&format!("\n\n{number}) ")) else { break };
        let failure = before(after, &[&format!("\n\n{}) ", number + 1)]);
        worst = worst.into_iter().chain([one(failure)]).min();
        rest = after;
    }
    worst.unwrap_or(Class::Product)
}

fn one(message: &str) -> Class {
    let is = |rules: &[Rule]| rules.iter().any(|rule| rule.is_of(message));
    match (is(ENVIRONMENT), is(TEST)) {
        (true, _) => Class::Environment,
        (false, true) => Class::Test,
        (false, false) => Class::Product,
    }
}

#[cfg(test)]
mod tests;
