//! Characters of texts, and errors as text.

/// Characters that end a line for Python, and so a line of an argument file, and other control characters.
pub(crate) fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Marks that nobody sees and that change how the text around them is read.
pub fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// An error and its causes in one line, as `failed to read x: no such file`. A cause that was told already is told once.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    for cause in std::iter::successors(error.source(), |cause| cause.source()) {
        let told = cause.to_string();
        if !text.contains(&told) {
            text += &format!(": {told}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Told {
        text: &'static str,
        source: Option<Box<Told>>,
    }

    #[test]
    fn causes_follow_their_error_each_once() {
        let of = |text, source| Told { text, source: Option::map(source, Box::new) };
        let deep = of("no read of x: denied", Some(of("denied", Some(of("errno 13", None)))));
        assert_eq!(with_causes(&deep), "no read of x: denied: errno 13");
    }
}
