//! Each value, for each option that a package may give: what Robot Framework refuses is refused, in its words.

use std::collections::BTreeSet;

use domain::package::manifest::arguments::{Decision, OPTIONS};
use serde_json::Value;

use crate::judge::{owned, read, settled};

/// Values that some option takes and another refuses.
const VALUES: [&str; 92] = [
    "",
    " ",
    "x",
    "a b",
    "a=b",
    "a:b",
    "a:b:c",
    ":",
    "::",
    "=",
    "#",
    "*",
    "[z-a]",
    "-",
    "-x",
    "-slow",
    "--x",
    "--a-b",
    "-Alpha",
    "-A",
    "argumentfile",
    "Argument-File=x",
    "0",
    "1",
    "9",
    "10",
    "+10",
    "-1",
    " 12",
    "1_0",
    "1__0",
    "_1",
    "0x1",
    "1.5",
    "1e3",
    "007",
    "99999999999999999999",
    "1001",
    "١٢",
    "none",
    "NONE",
    "None",
    "trace",
    "DEBUG",
    "Info",
    "warn",
    "ERROR",
    "VERBOSE",
    "FAIL",
    "SKIP",
    "INFO:DEBUG",
    "debug:info",
    "INFO:FAIL",
    "FAIL:x",
    "NONE:NONE",
    "TRACE:",
    ":INFO",
    "a:INFO:WARN",
    "ınfo",
    "all",
    "ALL:7",
    "tests",
    "Test:-1",
    "suite:",
    "suites:x",
    "none:1",
    "none:x",
    "al",
    "tests:1_0",
    "passed",
    "for",
    "WHILE",
    "wuks",
    "iteration",
    "ForItem",
    "name:*",
    "TAG:x",
    "tag",
    "verbose",
    "dotted",
    "Quiet",
    "auto",
    "on",
    "OFF",
    "ansi",
    "fi",
    "Pt Br",
    "klingon",
    "lang/klingon.py",
    "lib",
    "/tmp/debug.txt",
    "output.xml",
];

/// Why QAOps refuses a value that Robot Framework takes; none where it must not.
fn exception(long: &str, value: &str) -> Option<&'static str> {
    let path = value.is_empty() || value.starts_with('/') || value.contains(['\\', ':']) || value == "output.xml";
    match long {
        _ if value == " " => Some("spaces at the end of a line"),
        _ if value == "Argument-File=x" => Some("Robot Framework would look for an argument file if it were longer"),
        _ if value == "--a-b" => Some("Robot Framework takes another value than was written"),
        "language" if matches!(value, "trace" | "tests") => Some("a module that is installed and has no language"),
        "console" => Some("a console of the package's own"),
        "consolewidth" if value.len() > 3 => Some("lines that fill the disk"),
        "consolewidth" | "maxassignlength" | "maxerrorlines" | "suitestatlevel" if value == "١٢" => {
            Some("digits of other scripts")
        }
        "debugfile" if path => Some("a file that is not collected, or that overwrites what is collected"),
        _ => None,
    }
}

fn allowed() -> impl Iterator<Item = &'static str> {
    let allowed = |decision| matches!(decision, Decision::Allowed(_));
    OPTIONS.iter().filter(move |option| option.takes_value && allowed(option.decision)).map(|option| option.long)
}

#[test]
fn a_value_is_refused_if_and_only_if_robot_refuses_it() {
    let all: Vec<(&str, &str)> = allowed().flat_map(|long| VALUES.map(|value| (long, value))).collect();
    let files: Vec<Vec<String>> = all.iter().map(|(long, value)| vec![format!("--{long}={value}")]).collect();
    let Some(answers) = settled(&files) else { return };
    let mut excepted = BTreeSet::new();
    for (((long, value), lines), answer) in all.iter().zip(&files).zip(&answers) {
        match (read(lines), answer["refused"].as_str()) {
            (Ok(_), None) => {}
            // Only the instance knows its own files.
            (Ok(_), Some(_)) if *long == "language" && value.starts_with('/') => {}
            (Ok(_), Some(reason)) => panic!("{lines:?} is accepted, but Robot Framework says: {reason}"),
            (Err(problem), Some(reason)) => assert_same_reason(&problem, reason),
            (Err(problem), None) => {
                excepted
                    .insert(exception(long, value).unwrap_or_else(|| panic!("Robot Framework takes it: {problem}")));
            }
        }
    }
    assert_eq!(excepted.len(), 8, "{excepted:?}");
}

/// A value is refused with Robot Framework's sentence; what it makes of a word in an argument file is told in ours.
fn assert_same_reason(problem: &str, reason: &str) {
    let sentence = reason.split(". Available").next().unwrap().trim_end_matches('.');
    let sentence = sentence.split(" failed:").next().unwrap();
    let same = problem.contains(sentence) || problem.contains("Robot Framework");
    assert!(same, "{problem}\nRobot Framework: {reason}");
}

#[test]
fn a_language_that_robot_takes_is_taken() {
    let names = domain::package::manifest::arguments::LANGUAGES.iter().flat_map(|(code, name)| [*code, *name]);
    let spellings = names.flat_map(|name| [name.to_owned(), name.to_uppercase(), name.replace([' ', '-'], "")]);
    let files: Vec<Vec<String>> = spellings.map(|name| vec![format!("--language={name}")]).collect();
    let Some(answers) = settled(&files) else { return };
    for (lines, answer) in files.iter().zip(&answers) {
        assert_eq!(answer.get("refused"), None, "{lines:?}");
        assert_eq!(read(lines), Ok(owned(&["--language", &lines[0]["--language=".len()..]])));
    }
    let wrong = owned(&["pt_BR", "Finish", "klingon", "lang/klingon", "../lang/klingon.py", "nolang.py", "."]);
    let files: Vec<Vec<String>> = wrong.iter().map(|name| vec![format!("--language={name}")]).collect();
    let answers: Vec<Value> = settled(&files).unwrap();
    for (lines, answer) in files.iter().zip(&answers) {
        assert_eq!(read(lines).is_err(), answer.get("refused").is_some(), "{lines:?} {answer}");
    }
}
