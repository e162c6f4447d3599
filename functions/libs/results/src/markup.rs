//! Text as it is written into XML.

use std::borrow::Cow;

/// Between tags: markup is escaped, and characters that XML forbids are left out. A carriage return is escaped
/// too, unlike in Robot Framework's own files, because a reader would take it for a line break.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    escaped(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#13;"),
        _ => None,
    })
}

/// In an attribute, byte by byte as Robot Framework writes it.
pub(crate) fn attribute(text: &str) -> Cow<'_, str> {
    escaped(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\n' => Some("&#10;"),
        '\r' => Some("&#13;"),
        '\t' => Some("&#09;"),
        _ => None,
    })
}

fn escaped(text: &str, escape: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    if !text.chars().any(|c| escape(c).is_some() || forbidden(c)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars().filter(|c| !forbidden(*c)) {
        match escape(c) {
            Some(reference) => escaped.push_str(reference),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

fn forbidden(c: char) -> bool {
    matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// A time as Python writes it: microseconds only where there are some.
pub(crate) fn time(time: jiff::civil::DateTime) -> String {
    if time.subsec_nanosecond() / 1000 == 0 { format!("{time:.0}") } else { format!("{time:.6}") }
}
