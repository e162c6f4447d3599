//! Tokens that some writers put into JSON and that are not numbers in it: Python writes `NaN` and `Infinity`, and any writer may give
//! a number that is too large for one of 64 bits. They are put into quotes, so that each is a value that cannot be read
//! and not a report that cannot be.

use std::borrow::Cow;

/// The words of Python's `json.dumps` for what is not a number.
const WORDS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];

/// The same bytes with such tokens in quotes.
pub(super) fn quoted(bytes: Vec<u8>) -> Vec<u8> {
    let mut into: Option<Vec<u8>> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(token) = next_token(&bytes, at) {
        let text = &bytes[token.clone()];
        at = token.end;
        if is_strange(text) {
            let into = into.get_or_insert_default();
            into.extend(&bytes[copied..token.start]);
            into.extend([b"\"", text, b"\""].concat());
            copied = token.end;
        }
    }
    match into {
        None => bytes,
        Some(mut into) => {
            into.extend(&bytes[copied..]);
            into
        }
    }
}

/// Where the next token is that is neither a text nor punctuation.
fn next_token(bytes: &[u8], from: usize) -> Option<std::ops::Range<usize>> {
    let mut at = from;
    loop {
        match bytes.get(at)? {
            b'"' => at = end_of_text(bytes, at + 1)?,
            byte if is_of_token(*byte) => {
                let rest = bytes[at..].iter().position(|byte| !is_of_token(*byte));
                return Some(at..rest.map_or(bytes.len(), |length| at + length));
            }
            _ => at += 1,
        }
    }
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

/// Behind the quote that ends a text.
fn end_of_text(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

fn is_strange(token: &[u8]) -> bool {
    // A number of few digits without an exponent is never too large.
    let may_be_large = token.len() > 300 || token.iter().any(|byte| matches!(byte, b'e' | b'E'));
    WORDS.contains(&token) || (may_be_large && is_number(token) && is_too_large(token))
}

fn is_number(token: &[u8]) -> bool {
    token.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
}

fn is_too_large(token: &[u8]) -> bool {
    let text: Cow<'_, str> = String::from_utf8_lossy(token);
    text.parse().is_ok_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_no_number_is_put_into_quotes() {
        for (text, expected) in [
            (r#"{"a": NaN, "b": [-Infinity,Infinity]}"#, r#"{"a": "NaN", "b": ["-Infinity","Infinity"]}"#),
            (r#"{"a": 1e999, "b": -1E400}"#, r#"{"a": "1e999", "b": "-1E400"}"#),
            (r#"{"NaN": "NaN \" NaN", "b": "\\", "c": NaN}"#, r#"{"NaN": "NaN \" NaN", "b": "\\", "c": "NaN"}"#),
            (r#"[1e3, 1.5, -0, true, null, "1e999"]"#, r#"[1e3, 1.5, -0, true, null, "1e999"]"#),
            (r#"[NaN1, nan, 1e999x, inf]"#, r#"[NaN1, nan, 1e999x, inf]"#),
            (r#"{"a": "Infinity"#, r#"{"a": "Infinity"#),
            ("NaN", "\"NaN\""),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8(quoted(text.into())).unwrap(), expected);
        }
    }
}
