//! Values that Robot Framework refuses, in its own words (`robot/conf/settings.py` of version 7.5).
//!
//! Robot Framework would refuse them with status 252 on every instance.

/// A value that Robot Framework refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Why, as a sentence without its full stop; Robot Framework's own where it refuses the value itself.
    pub reason: String,
    /// What to write instead.
    pub help: String,
}

/// Checks the value of an option, whose long name comes first.
pub type Check = fn(&str, &str) -> Result<(), Invalid>;

type Checked = Result<(), Invalid>;

/// Levels from the lowest, which collects most, to the highest.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "NONE"];

/// What an attempt's output has anyway, in lower case because Windows ignores case.
const TAKEN: [&str; 6] = ["output.xml", "log.html", "console.txt", "left-out.txt", "manifest.json", "reports"];

/// Digits of the longest number that Python reads (`sys.int_info.default_max_str_digits`).
const MOST_DIGITS: usize = 4300;

/// Characters in a line of the console. Robot Framework has no limit, but lines of 1 GB fill the disk.
const MOST_WIDTH: i64 = 1000;

fn refuse(long: &str, reason: impl AsRef<str>, help: impl Into<String>) -> Checked {
    let reason = format!("Invalid value for option '--{long}': {}", reason.as_ref());
    Err(Invalid { reason, help: help.into() })
}

/// Robot Framework takes every value.
pub(super) fn any(_: &str, _: &str) -> Checked {
    Ok(())
}

/// `LEVEL`, or `LEVEL:VISIBLE` where the log shows less than is collected.
pub(super) fn log_level(long: &str, value: &str) -> Checked {
    let upper = value.to_uppercase();
    let (collected, visible) = upper.split_once(':').unwrap_or((&upper, &upper));
    let level = |name: &str| LEVELS.iter().position(|level| *level == name);
    let unknown = |name: &str| refuse(long, format!("Invalid log level '{name}'"), format!("use {}", or(&LEVELS)));
    match (level(collected), level(visible)) {
        (None, _) => unknown(collected),
        (_, None) => unknown(visible),
        (Some(lowest), Some(shown)) if lowest > shown => {
            let why = format!("Level in log '{visible}' is lower than execution level '{collected}'");
            refuse(long, why, format!("write {visible}:{collected}"))
        }
        _ => Ok(()),
    }
}

/// What to put into another order, with a seed or without.
pub(super) fn order(long: &str, value: &str) -> Checked {
    let upper = value.to_uppercase();
    let (what, seed) = upper.split_once(':').unwrap_or((&upper, "0"));
    if !matches!(what, "TEST" | "TESTS" | "SUITE" | "SUITES" | "ALL" | "NONE") {
        let why = format!("Expected 'TESTS', 'SUITES', 'ALL' or 'NONE', got '{what}'");
        return refuse(long, why, "write tests, suites, all or none, and a seed as in \"all:1234\"");
    }
    match number(seed) {
        Some(_) => Ok(()),
        None => refuse(long, format!("Seed should be integer, got '{seed}'"), "write a whole number after the colon"),
    }
}

/// A whole number.
pub(super) fn integer(long: &str, value: &str) -> Checked {
    whole(long, value).map(|_| ())
}

/// Lines of an error: none for all, else 10 or more.
pub(super) fn error_lines(long: &str, value: &str) -> Checked {
    if value.is_empty() || value.to_uppercase() == "NONE" {
        return Ok(());
    }
    match whole(long, value)? {
        10.. => Ok(()),
        lines => {
            let why = format!("Expected integer greater than 10, got {lines}");
            refuse(long, why, "write 10 or more, or NONE for all lines")
        }
    }
}

/// Characters of a line on the console.
pub(super) fn width(long: &str, value: &str) -> Checked {
    match whole(long, value)? {
        ..=MOST_WIDTH => Ok(()),
        width => {
            refuse(long, format!("Lines of {width} characters fill the disk"), format!("write at most {MOST_WIDTH}"))
        }
    }
}

fn whole(long: &str, value: &str) -> Result<i64, Invalid> {
    match number(value) {
        Some(number) => Ok(number),
        None => refuse(long, format!("Expected integer, got '{value}'"), "write a whole number").map(|()| 0),
    }
}

/// A whole number as Python's `int` reads it, those of other scripts aside: spaces around it, a sign, and `_` between
/// digits. Numbers beyond 64 bits become the largest.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let group = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    if !digits.split('_').all(group) {
        return None;
    }
    let digits = digits.replace('_', "");
    if digits.len() > MOST_DIGITS {
        return None;
    }
    let number = digits.parse().unwrap_or(i64::MAX);
    Some(if text.starts_with('-') { -number } else { number })
}

/// Colors of a report: those of what passed, failed and was skipped.
pub(super) fn background(long: &str, value: &str) -> Checked {
    match value.matches(':').count() {
        1 | 2 => Ok(()),
        _ => {
            let why = format!("Expected format 'pass:fail:skip' or 'pass:fail', got '{value}'");
            refuse(long, why, "write colors as in \"green:red:yellow\"")
        }
    }
}

/// A tag's pattern, a link, and the link's title.
pub(super) fn tag_link(long: &str, value: &str) -> Checked {
    if value.matches(':').count() >= 2 {
        return Ok(());
    }
    let why = format!("Expected format 'tag:link:title', got '{value}'");
    refuse(long, why, "write it as in \"bug-*:http://bugs/%1:Bug %1\"")
}

/// Keywords whose content the log leaves out.
pub(super) fn removed(long: &str, value: &str) -> Checked {
    let upper = value.to_uppercase();
    let known = matches!(upper.as_str(), "ALL" | "PASSED" | "FOR" | "WHILE" | "WUKS");
    if known || upper.starts_with("NAME:") || upper.starts_with("TAG:") {
        return Ok(());
    }
    let why = format!("Expected 'ALL', 'PASSED', 'NAME:<pattern>', 'TAG:<pattern>', 'FOR' or 'WUKS', got '{value}'");
    refuse(long, why, "write one of these, or WHILE")
}

/// Keywords whose messages the log shows without the keywords below.
pub(super) fn flattened(long: &str, value: &str) -> Checked {
    let lower = value.to_lowercase();
    let known = matches!(lower.as_str(), "for" | "while" | "iteration" | "foritem");
    if known || lower.starts_with("name:") || lower.starts_with("tag:") {
        return Ok(());
    }
    let why = format!("Expected 'FOR', 'WHILE', 'ITERATION', 'TAG:<pattern>' or 'NAME:<pattern>', got '{value}'");
    refuse(long, why, "write one of these")
}

/// Keywords that the log shows open.
pub(super) fn expanded(long: &str, value: &str) -> Checked {
    let lower = value.to_lowercase();
    if lower.starts_with("name:") || lower.starts_with("tag:") {
        return Ok(());
    }
    refuse(long, format!("Expected 'TAG:<pattern>' or 'NAME:<pattern>', got '{value}'"), "write one of these")
}

/// A console of Robot Framework. One of the package's own is refused: nobody watches an instance's terminal, and one
/// that cannot be imported ends `robot` with status 252.
pub(super) fn console(long: &str, value: &str) -> Checked {
    let known = ["VERBOSE", "DOTTED", "QUIET", "NONE"];
    if known.contains(&value.to_uppercase().as_str()) {
        return Ok(());
    }
    let help = "write verbose, dotted, quiet or none, and give a class of your own as --listener";
    refuse(long, format!("'{value}' is not a console of Robot Framework"), help)
}

/// Whether the console links the result files.
pub(super) fn links(_: &str, value: &str) -> Checked {
    one_of("console link", &["AUTO", "OFF"], value)
}

/// Whether the console marks the ends of keywords.
pub(super) fn markers(_: &str, value: &str) -> Checked {
    one_of("console marker", &["AUTO", "ON", "OFF"], value)
}

fn one_of(kind: &str, known: &[&str], value: &str) -> Checked {
    if known.contains(&value.to_uppercase().as_str()) {
        return Ok(());
    }
    Err(Invalid { reason: format!("Invalid {kind} '{value}'"), help: format!("write {}", or(known)) })
}

/// A file below the attempt's output, where it is collected, and where it does not overwrite what is collected.
pub(super) fn debug_file(long: &str, value: &str) -> Checked {
    if value.is_empty() || value.to_uppercase() == "NONE" {
        return Ok(());
    }
    let help = "write a file name such as debug.txt, which lies beside output.xml";
    if let Err(why) = crate::base::paths::check_path(value) {
        return refuse(long, format!("The path '{value}' {why}"), help);
    }
    // Windows drops dots and spaces at the end of a name, and Robot Framework adds ".txt" to one without an ending.
    let first = value.split('/').next().unwrap_or(value).trim_end_matches(['.', ' ']).to_lowercase();
    let name = if value.contains(['/', '.']) { first } else { format!("{first}.txt") };
    match TAKEN.contains(&name.as_str()) {
        true => refuse(long, format!("QAOps itself writes '{name}'"), help),
        false => Ok(()),
    }
}

fn or(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}
