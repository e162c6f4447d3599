//! Paths such as `user.tags[].name`; a dot in a key is written `\.`, and `*` is any key.

use crate::shape::shown_name;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Any,
    Items,
}

/// A path as a message shows it: a key that may be data is shown as its shape.
pub(crate) fn shown(path: &str) -> String {
    let mut shown = String::new();
    for step in steps(path) {
        match step {
            Step::Items => shown.push_str("[]"),
            Step::Any => shown.push_str(if shown.is_empty() { "*" } else { ".*" }),
            Step::Key(key) => {
                shown.push_str(if shown.is_empty() { "" } else { "." });
                shown.push_str(&shown_name(&key));
            }
        }
    }
    shown
}

/// The path of a key below a path.
pub(crate) fn joined(path: &str, key: &str) -> String {
    let key = key.replace('\\', "\\\\").replace('.', "\\.");
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

/// Why a text is no path.
pub(crate) fn check_path(path: &str) -> Result<(), String> {
    let empty = |step: &Step| matches!(step, Step::Key(key) if key.is_empty());
    let steps = steps(path);
    match steps.is_empty() || steps.iter().any(empty) {
        true => Err(format!("{path:?} is no path")),
        false => Ok(()),
    }
}

/// The steps of a path.
pub(crate) fn steps(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in parts(path) {
        let key = part.trim_end_matches("[]");
        let lists = (part.len() - key.len()) / 2;
        match key {
            "*" => steps.push(Step::Any),
            "" if lists > 0 && steps.is_empty() => {}
            key => steps.push(Step::Key(key.to_owned())),
        }
        steps.extend((0..lists).map(|_| Step::Items));
    }
    steps
}

/// Parts between dots that no backslash precedes.
fn parts(path: &str) -> Vec<String> {
    let (mut parts, mut part, mut escaped) = (Vec::new(), String::new(), false);
    for c in path.chars() {
        match c {
            '\\' if !escaped => escaped = true,
            '.' if !escaped => parts.push(std::mem::take(&mut part)),
            c => {
                escaped = false;
                part.push(c);
            }
        }
    }
    parts.push(part);
    parts
}
