//! Last words of a program, out of the end of a console.

/// Characters that a sentence in a manifest may have.
const LONGEST: usize = 1000;

/// What Robot Framework writes before its reason to refuse everything, and after it.
const BEFORE: &str = "[ ERROR ] ";
const AFTER: &str = "Try --help for usage information.";

/// Robot Framework's own reason for its exit status 252; empty where it gave none.
pub fn of_robot(tail: &str) -> String {
    let Some((_, after)) = tail.rsplit_once(BEFORE) else { return String::new() };
    let reason = after.split_once(AFTER).map_or(after, |(reason, _)| reason);
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
        assert_eq!(of_robot("nothing"), "");
        assert_eq!(of_robot(&format!("[ ERROR ] {}", "x".repeat(2000))).chars().count(), LONGEST + 1);
    }
}
