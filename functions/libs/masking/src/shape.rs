//! Shapes of texts: what a message may show of a value, and which names may be shown at all.

/// The shape of a text: letters are `A` and `a`, digits `9`, other letters `x`, all else as it is. At most 40 characters.
pub fn shape(text: &str) -> String {
    const MOST: usize = 40;
    let mut shape: String = text.chars().take(MOST).map(shape_of).collect();
    if text.chars().nth(MOST).is_some() {
        shape.push('…');
    }
    shape
}

fn shape_of(c: char) -> char {
    match c {
        'A'..='Z' => 'A',
        'a'..='z' => 'a',
        '0'..='9' => '9',
        c if c.is_alphanumeric() => 'x',
        c if c.is_control() => '?',
        c => c,
    }
}

/// The name of a column or path as a message shows it. A name that does not look like one may be a value, as in a file
/// without a header: of it only the shape is shown.
pub fn shown_name(name: &str) -> String {
    if name.split('.').all(|part| is_name(part.trim_end_matches("[]"))) { name.to_owned() } else { shape(name) }
}

/// True for what people call columns and attributes: words of ASCII letters, at most four digits in a row.
fn is_name(name: &str) -> bool {
    let mut digits = 0;
    let mut ok = |c: char| {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        digits <= 4 && (c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$' | '#' | ':'))
    };
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$');
    first && name.len() <= 64 && name.chars().all(&mut ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_may_be_a_value_is_shown_as_its_shape() {
        assert_eq!(shown_name("profile.ssn"), "profile.ssn");
        assert_eq!(shown_name("mothers_maiden_name"), "mothers_maiden_name");
        assert_eq!(shown_name("zoe1@example.com"), "aaa9@aaaaaaa.aaa");
        assert_eq!(shown_name("Zoë Muster"), "Aax Aaaaaa");
        assert_eq!(shown_name("4915100000001"), "9999999999999");
    }

    #[test]
    fn a_long_shape_is_cut() {
        assert_eq!(shape(&"x".repeat(50)).chars().count(), 41);
    }
}
