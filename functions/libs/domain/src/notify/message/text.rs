//! Texts of others made fit for our lines: names and messages of tests may hold anything.

use crate::base::text::is_unseen;
use crate::base::time::Time;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Widest line of a mail, in columns; only an address may be wider.
pub(super) const WIDTH: usize = 76;

/// One line of at most `most` characters, the last an ellipsis where something was cut off.
pub(super) fn line(text: &str, most: usize) -> String {
    // What is far too long is cut first, so that a message of megabytes costs nothing.
    let near: String = text.chars().take(most.saturating_mul(4).saturating_add(4)).collect();
    let plain: String = near.chars().filter(|c| !is_unseen(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    cut(&words.join(" "), most, near.len() < text.len())
}

/// A text of several lines, at most `most` characters in all.
pub(super) fn lines(text: &str, most: usize) -> String {
    let kept = text.chars().filter(|c| *c == '\n' || !(c.is_control() || is_unseen(*c)));
    cut(&kept.take(most.saturating_add(1)).collect::<String>(), most, false)
}

/// At most `most` characters; `more` tells that something is missing at the end already.
fn cut(text: &str, most: usize, more: bool) -> String {
    if !more && text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A subject as SNS takes it: printable ASCII, shorter than 100 characters.
pub(super) fn subject(text: &str) -> String {
    const LONGEST: usize = 99;
    let ascii: String = line(text, 400).chars().map(|c| if (' '..='~').contains(&c) { c } else { '?' }).collect();
    if ascii.len() <= LONGEST {
        return ascii;
    }
    format!("{}...", ascii[..LONGEST - 3].trim_end())
}

/// A paragraph in lines of at most [`WIDTH`] columns: the first begins with `first`, the others with `others`.
pub(super) fn paragraph(text: &str, first: &str, others: &str) -> String {
    let options = Options::new(WIDTH)
        .break_words(false)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut lines = textwrap::fill(text, options);
    lines.push('\n');
    lines
}

/// A text of several lines, each kept as it is where it fits, because a caret below a word must stay there.
pub(super) fn verbatim(text: &str, most: usize) -> String {
    let mut lines = String::new();
    for (place, text) in text.lines().enumerate() {
        if place == most {
            lines.push_str("  …\n");
            break;
        }
        let kept: String = text.trim_end().chars().filter(|c| !c.is_control() && !is_unseen(*c)).collect();
        if textwrap::core::display_width(&kept) + 2 <= WIDTH {
            lines.push_str(format!("  {kept}").trim_end());
            lines.push('\n');
        } else {
            lines.push_str(&paragraph(&line(&kept, 600), "  ", "  "));
        }
    }
    lines
}

/// A moment as people write it: `Fri 2025-11-21 02:00 UTC`.
pub(super) fn moment(time: Time) -> String {
    time.timestamp().strftime("%a %Y-%m-%d %H:%M UTC").to_string()
}

/// A number and what it counts: `1 test`, `2 tests`.
pub(super) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_becomes_one_line() {
        assert_eq!(line(" a\r\n\tb\u{202e}c\u{0}d ", 20), "a bc d");
        assert_eq!(line("abcdef", 6), "abcdef");
        assert_eq!(line("abc defg", 5), "abc…");
        assert_eq!(line(&format!("a{}b", " ".repeat(1000)), 5), "a…");
    }

    #[test]
    fn a_paragraph_keeps_an_address_whole() {
        let address = format!("https://example.org/{}", "x".repeat(100));
        assert_eq!(paragraph(&format!("see {address}"), "- ", "  "), format!("- see\n  {address}\n"));
    }

    #[test]
    fn a_caret_stays_below_its_word() {
        assert_eq!(verbatim("a == b\n  ^\nmore", 2), "  a == b\n    ^\n  …\n");
    }

    proptest! {
        #[test]
        fn a_subject_is_one_that_sns_takes(text in any::<String>()) {
            let subject = subject(&format!("QAOps: {text}"));
            prop_assert!(subject.len() < 100 && subject.chars().all(|c| (' '..='~').contains(&c)), "{subject}");
        }

        #[test]
        fn no_line_has_more_characters_than_it_may(text in any::<String>(), most in 1_usize..50) {
            let line = line(&text, most);
            prop_assert!(line.chars().count() <= most && !line.contains(char::is_control), "{line}");
        }
    }
}
