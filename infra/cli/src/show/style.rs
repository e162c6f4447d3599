//! How text looks in a terminal. Colours are the sixteen that every theme, light or dark, chooses for itself; they are
//! taken out again where there is no terminal or `NO_COLOR` is set.

use std::borrow::Cow;
use std::fmt::Display;

use anstream::adapter::strip_str;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use domain::base::text::is_unseen;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns where there is no terminal to ask.
const NO_TERMINAL: usize = 100;

/// Good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Bad news.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// News to think about.
pub(crate) const DOUBT: Style = AnsiColor::Yellow.on_default();
/// What may be passed over.
pub(crate) const DIM: Style = Style::new().dimmed();
/// A heading.
pub(crate) const BOLD: Style = Style::new().bold();

/// The text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The text as it is fit for this stream: without colours where it is no terminal or the user wants none.
pub(crate) fn fit_for(stream: &impl RawStream, text: String) -> String {
    match AutoStream::choice(stream) {
        ColorChoice::Never => strip_str(&text).to_string(),
        _ => text,
    }
}

/// Columns of the terminal that standard output goes to, at least 40.
pub(crate) fn columns() -> usize {
    terminal_size::terminal_size().map_or(NO_TERMINAL, |(width, _)| usize::from(width.0)).max(40)
}

/// One line without control characters and marks that turn text around: a test's message must not steer the terminal of who reads it.
pub(crate) fn plain(text: &str) -> String {
    let stripped = strip_str(text).to_string();
    let spaced = stripped.chars().map(|c| if matches!(c, '\t' | '\n') { ' ' } else { c });
    spaced.filter(|c| !c.is_control() && !is_unseen(*c)).collect()
}

/// The text, its end cut off with a `…` where it is wider than `columns`.
pub(crate) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if text.width() <= columns {
        return Cow::Borrowed(text);
    }
    let mut left = columns.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or(0);
        left.checked_sub(width).map(|rest| left = rest).is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    Cow::Owned(format!("{}…", kept.trim_end()))
}

/// The words of a text in lines of at most so many columns; a longer word is cut.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = cut(word, columns);
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word.into_owned()),
        }
    }
    lines
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_twice_when_text_is_cut() {
        assert_eq!(cut("checkout", 8), "checkout");
        assert_eq!(cut("checkout", 7), "checko…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("a b", 2), "a…");
    }

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrap("The shard  is lost.", 9), ["The shard", "is lost."]);
        assert_eq!(wrap("a verylongword b", 6), ["a", "veryl…", "b"]);
        assert!(wrap(" ", 5).is_empty());
    }

    #[test]
    fn nothing_in_a_message_steers_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mred\u{1b}[0m\u{7}\tb\u{1b}]0;title\u{7}c\u{202e}\r"), "ared bc");
    }

    proptest::proptest! {
        /// Whatever a test says, no line is wider than asked for, and none steers the terminal.
        #[test]
        fn lines_are_never_wider_than_asked_for(text in "(\\PC|\u{1b}\\[[0-9;]*[mJH]|\n|日|[a-z]{1,9} ){0,40}", columns in 1_usize..50) {
            let text = plain(&text);
            proptest::prop_assert!(!text.chars().any(char::is_control));
            for line in wrap(&text, columns) {
                proptest::prop_assert!(line.width() <= columns, "{line:?}");
            }
        }
    }
}
