//! As much of JSONata as the rules need: variables, fields and texts in an expression.

use std::collections::BTreeSet;

/// Variables that an expression reads, without `$states` and without functions.
pub(crate) fn variables(expression: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for (at, name) in dollars(expression) {
        let is_call = expression[at + 1 + name.len()..].starts_with('(');
        if !name.is_empty() && name != "states" && !is_call {
            found.insert(name);
        }
    }
    found
}

/// Names that follow `prefix`, which starts with a `$`.
pub(crate) fn fields_after<'a>(expression: &'a str, prefix: &str) -> Vec<&'a str> {
    let rests = dollars(expression).into_iter().filter_map(|(at, _)| expression[at..].strip_prefix(prefix));
    rests.map(name).filter(|name| !name.is_empty()).collect()
}

/// Texts that `left`, which starts with a `$`, is compared with.
pub(crate) fn compared_with<'a>(expression: &'a str, left: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (at, _) in dollars(expression) {
        let Some(rest) = expression[at..].strip_prefix(left) else { continue };
        let rest = rest.trim_start();
        let Some(right) = rest.strip_prefix("!=").or_else(|| rest.strip_prefix('=')) else { continue };
        let right = right.trim_start();
        found.extend(right.strip_prefix('\'').and_then(|text| text.split_once('\'')).map(|(text, _)| text));
    }
    found
}

/// Whether every bracket and every text of an expression is closed.
pub(crate) fn is_closed(expression: &str) -> bool {
    let (letters, quote) = letters(expression);
    let mut open = Vec::new();
    for (_, letter) in letters {
        match letter {
            '(' | '[' | '{' => open.push(letter),
            ')' if open.pop() != Some('(') => return false,
            ']' if open.pop() != Some('[') => return false,
            '}' if open.pop() != Some('{') => return false,
            _ => {}
        }
    }
    open.is_empty() && quote.is_none()
}

/// Every `$` outside of texts, with the name after it.
fn dollars(expression: &str) -> Vec<(usize, &str)> {
    let dollars = letters(expression).0.into_iter().filter(|(_, letter)| *letter == '$');
    dollars.map(|(at, _)| (at, name(&expression[at + 1..]))).collect()
}

/// Every letter outside of texts with its place, and the quote that is still open at the end.
fn letters(expression: &str) -> (Vec<(usize, char)>, Option<char>) {
    let mut found = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in expression.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '\'' | '"' | '`') => quote = Some(letter),
            None => found.push((at, letter)),
        }
    }
    (found, quote)
}

fn name(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_told_from_functions_and_texts() {
        let expression = "$count($ready) > 0 and '$no' != $states.input.x & \"it's $none\" & [$items.{ 'a': $ }]";
        assert_eq!(variables(expression), BTreeSet::from(["ready", "items"]));
    }

    #[test]
    fn fields_and_compared_texts_are_found() {
        let expression = "$assigned.next = 'run' or $assigned.next!='wait' or $assignedOther.x = 'y'";
        assert_eq!(fields_after(expression, "$assigned."), ["next", "next"]);
        assert_eq!(compared_with(expression, "$assigned.next"), ["run", "wait"]);
        assert_eq!(compared_with("$next = $other", "$next"), Vec::<&str>::new());
    }

    #[test]
    fn open_brackets_and_texts_are_found() {
        for closed in ["$a", "[$a.{ 'b': ($c) }]", "'(' & \"[\"", "'it\\'s'", "${ready_seconds}"] {
            assert!(is_closed(closed), "{closed}");
        }
        for open in ["(", "$f($a", "[$a)", "$a)", "'open", "{ 'a': \"b }"] {
            assert!(!is_closed(open), "{open}");
        }
    }
}
