//! Failed tests by their messages: one cause often fails many tests, with other numbers in each message.

use std::collections::HashMap;

use super::FailedTest;
use super::text::plain;

/// Failed tests that are shown; further ones are in the list of all tests.
const MOST: usize = 500;
/// Failed tests of a group that are shown.
const MOST_OF_GROUP: usize = 50;
/// Groups that are unfolded from the start.
const UNFOLDED: usize = 5;
/// Characters of a message that tell groups apart.
const TELLING: usize = 1_000;
/// Fewest characters of an identifier in hexadecimal digits.
const IDENTIFIER: usize = 8;

/// Tests whose messages are alike.
pub(super) struct Group<'a> {
    /// First line of the first test's message, up to the one that says something.
    pub(super) headline: String,
    /// What follows in the first test's message.
    pub(super) message: Option<String>,
    /// The tests that are shown.
    pub(super) tests: Vec<Failed<'a>>,
    /// All of its tests.
    pub(super) count: u64,
    /// Whether it is unfolded.
    pub(super) open: bool,
}

/// A failed test in its group.
pub(super) struct Failed<'a> {
    pub(super) test: &'a FailedTest,
    /// Its message, where it differs from the group's.
    pub(super) message: Option<String>,
}

impl Failed<'_> {
    /// Attempts, where somebody counted them.
    pub(super) fn attempts(&self) -> Option<u64> {
        Some(self.test.attempts).filter(|attempts| *attempts > 0)
    }
}

impl Group<'_> {
    /// Tests that are only counted.
    pub(super) fn more(&self) -> u64 {
        self.count - self.tests.len() as u64
    }

    /// The class of all its tests, if they have the same.
    pub(super) fn class(&self) -> &str {
        let first = self.tests.first().map_or("", |failed| failed.test.class.as_str());
        if self.tests.iter().all(|failed| failed.test.class == first) { first } else { "" }
    }
}

/// Groups with most tests first, else in the order of the run.
pub(super) fn groups(failures: &[FailedTest]) -> Vec<Group<'_>> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut members: Vec<Vec<&FailedTest>> = Vec::new();
    for test in failures {
        let place = *places.entry(pattern(&test.message)).or_insert(members.len());
        if place == members.len() {
            members.push(Vec::new());
        }
        members[place].push(test);
    }
    members.sort_by_key(|tests| std::cmp::Reverse(tests.len()));
    let mut left = MOST;
    members.iter().enumerate().map(|(at, tests)| group(tests, at < UNFOLDED, &mut left)).collect()
}

fn group<'a>(tests: &[&'a FailedTest], open: bool, left: &mut usize) -> Group<'a> {
    let own = tests.first().map(|test| plain(&test.message)).unwrap_or_default();
    let text = own.trim();
    let (headline, rest) = headline(text);
    let shown = tests.len().min(MOST_OF_GROUP).min(*left);
    *left -= shown;
    let failed = |test: &&'a FailedTest| Failed { test, message: Some(plain(&test.message)).filter(|of| *of != own) };
    Group {
        headline: if headline.is_empty() { "No message".into() } else { headline },
        message: Some(rest.trim_matches('\n')).filter(|rest| !rest.is_empty()).map(str::to_owned),
        tests: tests[..shown].iter().map(failed).collect(),
        count: tests.len() as u64,
        open,
    }
}

/// The first line that says something, with what announces it, and what follows. Robot Framework begins the messages of
/// setups, teardowns and several failures by a line of its own, which ends with a colon.
fn headline(text: &str) -> (String, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (first, rest) = (first.trim_end(), rest.trim_start());
    if !first.ends_with(':') || rest.is_empty() {
        return (first.to_owned(), rest);
    }
    let (next, rest) = headline(rest);
    (format!("{first} {next}"), rest)
}

/// A message without what differs between runs and places: numbers and identifiers become `#`, white space one space.
fn pattern(message: &str) -> String {
    let telling: String = message.chars().take(TELLING).collect();
    let mut pattern = String::with_capacity(telling.len());
    let mut rest = telling.as_str();
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
            pattern.push(' ');
        } else if of_word(first) {
            let end = rest.find(|c| !of_word(c)).unwrap_or(rest.len());
            word(&rest[..end], &mut pattern);
            rest = &rest[end..];
        } else {
            pattern.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    pattern
}

fn of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

fn word(word: &str, into: &mut String) {
    let hexadecimal = word.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if hexadecimal && word.len() >= IDENTIFIER && word.bytes().any(|b| b.is_ascii_digit()) {
        into.push('#');
        return;
    }
    for c in word.chars() {
        match c.is_ascii_digit() {
            true if into.ends_with('#') => {}
            true => into.push('#'),
            false => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(name: &str, message: &str) -> FailedTest {
        FailedTest { name: name.into(), message: message.into(), ..FailedTest::default() }
    }

    #[test]
    fn a_headline_goes_on_to_the_line_that_says_something() {
        let of = |message: &str| {
            let failures = [test("A", message)];
            let group = groups(&failures).remove(0);
            (group.headline.clone(), group.message.clone().unwrap_or_default())
        };
        let cases = [
            ("1 != 2", "1 != 2", ""),
            ("Setup failed:\nno server\nat 10:00", "Setup failed: no server", "at 10:00"),
            (
                "Parent suite setup failed:\nSeveral failures occurred:\n\n1) no disk\n\n2) no net",
                "Parent suite setup failed: Several failures occurred: 1) no disk",
                "2) no net",
            ),
            ("It ends here:", "It ends here:", ""),
            ("", "No message", ""),
        ];
        for (message, headline, rest) in cases {
            assert_eq!(of(message), (headline.to_owned(), rest.to_owned()), "{message}");
        }
    }

    #[test]
    fn numbers_and_identifiers_do_not_tell_messages_apart() {
        let alike = [
            ("Timeout after 10 seconds", "Timeout after  2 seconds"),
            (
                "Order 550e8400-e29b-41d4-a716-446655440000 is gone",
                "Order 0d9f2b1a-77aa-4bcd-9abc-0123456789ab is gone",
            ),
            ("no answer from localhost:8080/a", "no answer from localhost:31337/a"),
            ("at 2026-03-14T02:00:07", "at 2025-11-01T12:30:59"),
        ];
        for (one, other) in alike {
            assert_eq!(pattern(one), pattern(other));
        }
        let apart = [("Button 'pay' is gone", "Button 'buy' is gone"), ("1 < 2", "1 > 2"), ("defaced", "effaced")];
        for (one, other) in apart {
            assert_ne!(pattern(one), pattern(other));
        }
    }

    #[test]
    fn the_largest_group_comes_first_with_what_differs() {
        let tests = [test("a", "alone"), test("b", "took 3 s\nlong"), test("c", "took 4 s\nlong"), test("d", "")];
        let groups = groups(&tests);
        let shown: Vec<_> = groups.iter().map(|group| (group.headline.as_str(), group.count)).collect();
        assert_eq!(shown, [("took 3 s", 2), ("alone", 1), ("No message", 1)]);
        assert_eq!(groups[0].message.as_deref(), Some("long"));
        assert_eq!(groups[0].tests[0].message, None);
        assert_eq!(groups[0].tests[1].message.as_deref(), Some("took 4 s\nlong"));
        assert_eq!(groups[1].message, None);
    }

    #[test]
    fn a_flood_of_failures_is_counted() {
        let tests: Vec<_> = (0..900).map(|at| test(&format!("t{at}"), "same")).collect();
        let flood = groups(&tests);
        assert_eq!((flood.len(), flood[0].tests.len(), flood[0].more()), (1, MOST_OF_GROUP, 850));
        let letters = |at: usize| format!("{}{}", char::from(b'g' + (at % 20) as u8), "x".repeat(at / 20));
        let tests: Vec<_> = (0..900).map(|at| test(&format!("t{at}"), &letters(at))).collect();
        let shown: usize = groups(&tests).iter().map(|group| group.tests.len()).sum();
        assert_eq!(shown, MOST);
    }
}
