//! Last words of a program, out of the end of a console.

/// Characters that a sentence in a manifest may have.
const LONGEST: usize = 1000;

/// What Robot Framework writes before its reason to end without a result, and what it may write after it.
const BEFORE: &str = "[ ERROR ] ";
const AFTER: [&str; 2] = ["Try --help for usage information.", "Traceback (most recent call last):"];

/// Robot Framework's own reason for its exit status 252 or 255; empty where it gave none.
pub fn of_robot(tail: &str) -> String {
    let Some((_, after)) = tail.rsplit_once(BEFORE) else { return String::new() };
    let reason = AFTER.iter().fold(after, |text, end| text.split_once(end).map_or(text, |(reason, _)| reason));
    let words = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(LONGEST).collect();
    if short.len() < words.len() { short + "…" } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_stands_between_the_mark_and_the_hint() {
        let tail = "[qaops] x\n[ ERROR ] first\n[ ERROR ] Parsing 'a.robot' failed:\nOne file.\n\nTry --help for usage information.\nmore";
        assert_eq!(of_robot(tail), "Parsing 'a.robot' failed: One file.");
        let internal = "[ ERROR ] Unexpected error: RuntimeError: broken\nTraceback (most recent call last):\n  None\n";
        assert_eq!(of_robot(internal), "Unexpected error: RuntimeError: broken");
        assert_eq!(of_robot("nothing"), "");
        assert_eq!(of_robot(&format!("[ ERROR ] {}", "x".repeat(2000))).chars().count(), LONGEST + 1);
    }
}
