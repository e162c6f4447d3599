//! Characters of texts.

/// Characters that end a line for Python, and so a line of an argument file, and other control characters.
pub(crate) fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}
