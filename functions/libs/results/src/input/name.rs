//! Names in XML.

/// Whether elements and attributes may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    let usual = |b: u8| b.is_ascii_lowercase() || b == b'_';
    if !name.is_empty() && name.bytes().all(usual) {
        return true;
    }
    let mut chars = name.chars();
    let starts = |c: char| c.is_alphabetic() || matches!(c, '_' | ':');
    chars.next().is_some_and(starts) && chars.all(|c| starts(c) || c.is_numeric() || matches!(c, '-' | '.' | '\u{b7}'))
}
