//! Lines of a file of requirements, as pip's `preprocess` makes them: joined, without comments, none empty.

/// A logical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Number of its first line, from 1.
    pub(super) number: usize,
    /// Its text.
    pub(super) text: String,
}

/// The logical lines of a text.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let joined = joined(&python_lines(text));
    let plain = joined.into_iter().map(|line| Line { text: uncommented(&line.text).trim().to_owned(), ..line });
    plain.filter(|line| !line.text.is_empty()).collect()
}

/// Lines where Python's `str.splitlines` ends them.
fn python_lines(text: &str) -> Vec<&str> {
    let ends =
        |c: char| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(ends) {
        lines.push(&rest[..at]);
        let end = rest[at..].chars().next().map_or(1, char::len_utf8);
        rest = rest[at..].strip_prefix("\r\n").unwrap_or(&rest[at + end..]);
    }
    lines.push(rest);
    lines
}

/// A line that ends with `\` goes on in the next; a line that is a comment ends what was begun.
fn joined(lines: &[&str]) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    let mut open: Option<Line> = None;
    for (at, line) in lines.iter().enumerate() {
        let is_comment = line.trim_start().starts_with('#');
        let mut whole = open.take().unwrap_or_else(|| Line { number: at + 1, text: String::new() });
        if line.ends_with('\\') && !is_comment {
            whole.text.push_str(line.trim_matches('\\'));
            open = Some(whole);
            continue;
        }
        // The space keeps a comment one after the line before it.
        whole.text.push_str(if is_comment { " " } else { "" });
        whole.text.push_str(line);
        joined.push(whole);
    }
    joined.extend(open);
    joined
}

/// The line without its comment: a `#` at its beginning or after a space.
fn uncommented(line: &str) -> &str {
    let begins = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    let comment = line.match_indices('#').map(|(at, _)| at).find(begins);
    comment.map_or(line, |at| &line[..at])
}
