//! Quarantine: tests that may fail until a day, because somebody is on it.
//!
//! ```toml
//! [quarantine]
//! "Shop.Cart.*" = { owner = "shop team", reason = "the cart is rewritten, #412", until = 2026-12-31 }
//! ```
//!
//! They still run and show. While their quarantine lasts, their failures fail no gate of the package; mandatory gates
//! count them all the same, because a package cannot weaken those.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::metrics::TestRecord;
use crate::names::{breaks_a_line, normal_tag};
use crate::outcome::Status;
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::tree::Node;

/// One entry of `[quarantine]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Pattern of long names with `*` and `?`, compared without case, spaces and `_`.
    pub tests: String,
    /// Who is on it.
    pub owner: String,
    /// Why the tests may fail.
    pub reason: String,
    /// The last day on which they may, in UTC.
    pub until: Date,
}

/// Marks the tests that are in quarantine at Unix time `at` in seconds. Gives a whole sentence for each entry that
/// is over while its tests still fail.
pub fn apply(tests: &mut [TestRecord], entries: &[Quarantine], at: i64) -> Vec<String> {
    let today = day(at);
    let (lasting, over): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| today <= entry.until);
    let lasting: Vec<Pattern> = lasting.iter().map(|entry| Pattern::robot(&entry.tests)).collect();
    for test in tests.iter_mut() {
        let name = normal_tag(&test.long_name);
        test.quarantined = lasting.iter().any(|pattern| pattern.is_of(&name));
    }
    over.into_iter().filter_map(|entry| remark(entry, tests)).collect()
}

/// The entry that has a test, where one has.
pub fn entry_of<'a>(test: &TestRecord, entries: &'a [Quarantine]) -> Option<&'a Quarantine> {
    let name = normal_tag(&test.long_name);
    entries.iter().find(|entry| Pattern::robot(&entry.tests).is_of(&name))
}

/// The day of a Unix time in UTC; a time that no calendar has is as far off as can be.
fn day(at: i64) -> Date {
    let fallback = if at < 0 { Date::MIN } else { Date::MAX };
    jiff::Timestamp::from_second(at).map_or(fallback, |time| time.to_zoned(TimeZone::UTC).date())
}

fn remark(entry: &Quarantine, tests: &[TestRecord]) -> Option<String> {
    let pattern = Pattern::robot(&entry.tests);
    let fails = |test: &&TestRecord| !test.quarantined && (test.status == Status::Failed || test.flaky);
    let failing = tests.iter().filter(fails).filter(|test| pattern.is_of(&normal_tag(&test.long_name))).count();
    let count = match failing {
        0 => return None,
        1 => "a test of it counts".to_owned(),
        _ => format!("{failing} tests of it count"),
    };
    let Quarantine { tests, owner, reason, until } = entry;
    Some(format!("The quarantine of \"{tests}\" ended on {until} and {count} again; {owner} has it: {reason}."))
}

/// Reads `[quarantine]`: tables by pattern, each with owner, reason and until.
pub(crate) fn read(node: &Node) -> Result<Vec<Quarantine>, Problem> {
    node.entries()?.iter().map(|(tests, node)| entry(tests, node)).collect()
}

fn entry(tests: &str, node: &Node) -> Result<Quarantine, Problem> {
    if tests.chars().all(|c| matches!(c, '*' | '?' | '.' | ' ' | '_')) {
        let mend = "name the tests, such as \"Shop.Cart.*\"";
        return Err(node.problem("this pattern is of any test", mend));
    }
    let keys = ["owner", "reason", "until"];
    let fields = node.known(&keys, &[])?;
    let field = |key: &str| {
        let found = fields.iter().find(|(known, _)| *known == key).map(|(_, node)| *node);
        let mend = "write owner, reason and until = 2026-12-31";
        found.ok_or_else(|| node.problem(format!("there is no {key}"), mend))
    };
    Ok(Quarantine {
        tests: tests.to_owned(),
        owner: line(field("owner")?)?,
        reason: line(field("reason")?)?,
        until: field("until")?.date()?,
    })
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
