//! Quarantine: tests that may fail until a day, because somebody is on it.
//!
//! ```toml
//! [quarantine]
//! "Shop.Cart.*" = { owner = "shop team", reason = "the cart is rewritten, #412", until = 2026-12-31 }
//! ```
//!
//! A pattern with `*` or `?` is of every test that fits. A plain name is of one test: where several tests have it, `file`
//! and `place` say which one, and without them the entry excuses none of them.
//!
//! They still run and show. While their quarantine lasts, their failures fail no gate of the package; mandatory gates
//! count them all the same, because a package cannot weaken those.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::base::forms;
use crate::base::pattern::Pattern;
use crate::base::problem::Problem;
use crate::base::table::{Key, Table, Takes, Without};
use crate::base::text::breaks_a_line;
use crate::base::time::Time;
use crate::base::tree::Node;
use crate::base::validate::normal_tag;
use crate::results::outcome::Status;
use crate::results::records::TestRecord;

/// One entry of `[quarantine]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Pattern of long names with `*` and `?`, compared without case, spaces and `_`.
    pub tests: String,
    /// Suite file of the tests below the package's root; none means any file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Which of the tests of one name in one file, counted from 1; none means all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u32>,
    /// Who is on it.
    pub owner: String,
    /// Why the tests may fail.
    pub reason: String,
    /// The last day on which they may, in UTC.
    pub until: Date,
}

/// Marks the tests that are in quarantine at the time `at`. Gives a whole sentence for each entry that
/// is over while its tests still fail, and for each that does not say which of several tests it is of.
pub fn apply(tests: &mut [TestRecord], entries: &[Quarantine], at: Time) -> Vec<String> {
    let today = day(at);
    let (lasting, over): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| today <= entry.until);
    let mut remarks = Vec::new();
    let mut covered = vec![false; tests.len()];
    for entry in lasting {
        match entry.tests_of(tests) {
            Ok(places) => places.into_iter().for_each(|place| covered[place] = true),
            Err(remark) => remarks.push(remark),
        }
    }
    for (test, covered) in tests.iter_mut().zip(covered) {
        test.quarantined = covered;
    }
    remarks.extend(over.into_iter().filter_map(|entry| remark(entry, tests)));
    remarks
}

/// The entry that has a test, where one has.
pub fn entry_of<'a>(test: &TestRecord, entries: &'a [Quarantine]) -> Option<&'a Quarantine> {
    entries.iter().find(|entry| entry.matches(test))
}

impl Quarantine {
    fn matches(&self, test: &TestRecord) -> bool {
        let file = self.file.as_ref().is_none_or(|file| *file == test.suite_file);
        let place = self.place.is_none_or(|place| place == test.nth + 1);
        file && place && Pattern::robot(&self.tests).is_of(&normal_tag(&test.long_name))
    }

    /// Indices of the tests that it is of, or a sentence that says why nobody can tell which they are.
    fn tests_of(&self, tests: &[TestRecord]) -> Result<Vec<usize>, String> {
        let chosen: Vec<usize> = (0..tests.len()).filter(|&at| self.matches(&tests[at])).collect();
        if chosen.len() < 2 || self.tests.contains(['*', '?']) {
            return Ok(chosen);
        }
        let found: Vec<String> =
            chosen.iter().map(|&at| format!("{} in {}", tests[at].nth + 1, tests[at].suite_file)).collect();
        Err(format!(
            "The quarantine of \"{}\" excuses no test, because {} tests have this name (number {}): name one of them by \
             `file` and `place`.",
            self.tests,
            chosen.len(),
            found.join(", number ")
        ))
    }
}

/// The day of a moment in UTC.
fn day(at: Time) -> Date {
    at.timestamp().to_zoned(TimeZone::UTC).date()
}

fn remark(entry: &Quarantine, tests: &[TestRecord]) -> Option<String> {
    let fails = |test: &&TestRecord| !test.quarantined && (test.status == Status::Failed || test.flaky);
    let failing = tests.iter().filter(fails).filter(|test| entry.matches(test)).count();
    let count = match failing {
        0 => return None,
        1 => "a test of it counts".to_owned(),
        _ => format!("{failing} tests of it count"),
    };
    let Quarantine { tests, owner, reason, until, .. } = entry;
    Some(format!("The quarantine of \"{tests}\" ended on {until} and {count} again; {owner} has it: {reason}."))
}

/// Places that tests of one name may have in a file.
const PLACE: std::ops::RangeInclusive<u32> = 1..=100_000;

/// An entry of `[quarantine]`.
pub static KEYS: Table = Table {
    keys: &[
        Key {
            name: "owner",
            takes: Takes::Text(&forms::LINE),
            without: Without::Required,
            example: r#""shop team""#,
            about: "Who works on it.",
        },
        Key {
            name: "reason",
            takes: Takes::Text(&forms::LINE),
            without: Without::Required,
            example: r#""the cart is rewritten, #412""#,
            about: "Why the tests may fail.",
        },
        Key {
            name: "until",
            takes: Takes::Day,
            without: Without::Required,
            example: "2026-12-31",
            about: "The last day on which they may, in UTC.",
        },
        Key {
            name: "file",
            takes: Takes::Text(&forms::PATH),
            without: Without::Words("any file"),
            example: r#""shop/cart.robot""#,
            about: "The suite file of the tests, where another file has tests of the same name.",
        },
        Key {
            name: "place",
            takes: Takes::Whole(*PLACE.start(), *PLACE.end()),
            without: Without::Words("all of them"),
            example: "2",
            about: "Which of the tests of one name in one file, counted from 1.",
        },
    ],
    ..Table::EMPTY
};

/// Reads `[quarantine]`: tables by pattern, each with owner, reason and until.
pub(crate) fn read(node: &Node) -> Result<Vec<Quarantine>, Problem> {
    node.entries()?.iter().map(|(tests, node)| entry(tests, node)).collect()
}

fn entry(tests: &str, node: &Node) -> Result<Quarantine, Problem> {
    if tests.chars().all(|c| matches!(c, '*' | '?' | '.' | ' ' | '_')) {
        let help = "name the tests, such as \"Shop.Cart.*\"";
        return Err(node.problem("this pattern is of any test", help));
    }
    let fields = node.known(&KEYS)?;
    let optional = |key: &str| fields.iter().find(|(known, _)| *known == key).map(|(_, node)| *node);
    let field = |key: &str| {
        let found = fields.iter().find(|(known, _)| *known == key).map(|(_, node)| *node);
        let help = "write owner, reason and until = 2026-12-31";
        found.ok_or_else(|| node.problem(format!("there is no {key}"), help))
    };
    Ok(Quarantine {
        tests: tests.to_owned(),
        file: optional("file").map(crate::base::validate::path).transpose()?,
        place: optional("place").map(place).transpose()?,
        owner: line(field("owner")?)?,
        reason: line(field("reason")?)?,
        until: field("until")?.date()?,
    })
}

/// A number of a test among those of its name, from 1.
fn place(node: &Node) -> Result<u32, Problem> {
    node.whole(PLACE)
}

/// One line of text for people.
fn line(node: &Node) -> Result<String, Problem> {
    let text = node.text()?.trim();
    if text.is_empty() || text.chars().any(breaks_a_line) || text.chars().count() > 256 {
        return Err(node.expected("one line of at most 256 characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
