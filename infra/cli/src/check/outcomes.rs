//! What a dry run says of the tests themselves: keywords that nothing defines, and a selection that finds no test.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use domain::package::settings::Settings;
use domain::results::outcome::{Found, Status, Suite};

/// Most messages that are told.
const MOST: usize = 10;

/// What the dry run at `output` found in the tests, a sentence each. Nothing where Robot Framework wrote no output.
///
/// `complete` says whether each import succeeded. If one failed, keywords are missing because of it, and only the import
/// is worth telling.
pub(super) fn remarks(output: &Path, settings: &Settings, complete: bool) -> Vec<String> {
    let Some(root) = read(output) else { return Vec::new() };
    let tests = root.found();
    if tests.is_empty() {
        return vec![nothing_selected(settings)];
    }
    if complete { failures(&tests) } else { Vec::new() }
}

fn read(output: &Path) -> Option<Suite> {
    let file = File::open(output).ok()?;
    results::robot::read(BufReader::new(file)).ok().map(|output| output.root)
}

fn nothing_selected(settings: &Settings) -> String {
    let robot = &settings.robot;
    let rule = |key: &str, tags: &[String]| (!tags.is_empty()).then(|| format!("{key} = {tags:?}"));
    let rules: Vec<String> =
        [rule("robot.include", &robot.include), rule("robot.exclude", &robot.exclude)].into_iter().flatten().collect();
    match (rules.is_empty(), robot.arguments.is_empty()) {
        (true, true) => "There is no test in the suite files. A run without a test does not pass.".to_owned(),
        (true, false) => "No test is selected: robot.arguments. A run without a test does not pass.".to_owned(),
        (false, _) => format!("No test is selected: {}. A run without a test does not pass.", rules.join(" and ")),
    }
}

/// Messages of failed tests, each once, with its first test. A test may still pass in a run, if it imports at run time what
/// it needs.
fn failures(tests: &[Found<'_>]) -> Vec<String> {
    let mut by_message: BTreeMap<&str, Vec<&Found<'_>>> = BTreeMap::new();
    for found in tests.iter().filter(|found| found.test.status == Status::Failed) {
        by_message.entry(&found.test.message).or_default().push(found);
    }
    let more = by_message.len().saturating_sub(MOST);
    let mut told: Vec<String> =
        by_message.into_iter().take(MOST).map(|(message, tests)| failure(message, &tests)).collect();
    if more > 0 {
        told.push(format!("robot --dryrun: tests failed for {more} further reasons"));
    }
    told
}

fn failure(message: &str, tests: &[&Found<'_>]) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let others = match tests.len() - 1 {
        0 => String::new(),
        1 => " and 1 further test".to_owned(),
        more => format!(" and {more} further tests"),
    };
    let first = tests.first().map(|found| found.id.name.as_str()).unwrap_or_default();
    format!("robot --dryrun: the test {first}{others} failed: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(test: &str, complete: bool, include: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("output.xml");
        let xml = format!(
            "<robot generator=\"Robot 7.5\" rpa=\"false\"><suite id=\"s1\" name=\"Shop\">{test}<status status=\"FAIL\"/></suite></robot>"
        );
        std::fs::write(&path, xml).unwrap();
        let mut settings =
            crate::args::RunFlags::default().settings("shop", &domain::package::manifest::Config::default()).unwrap();
        settings.robot.include = include.iter().map(|tag| (*tag).to_owned()).collect();
        remarks(&path, &settings, complete).join("\n")
    }

    fn failed(name: &str, message: &str) -> String {
        format!("<test id=\"s1-t1\" name=\"{name}\" line=\"1\"><status status=\"FAIL\">{message}</status></test>")
    }

    #[test]
    fn keywords_that_nothing_defines_are_told_once_each() {
        let tests = ["A", "B", "C"]
            .map(|name| failed(name, "No keyword with name 'Opne' found. Did you try using:\n    Open"))
            .concat()
            + &failed("D", "No keyword with name 'X' found.");
        insta::assert_snapshot!(told(&tests, true, &[]), @"
        robot --dryrun: the test Shop.A and 2 further tests failed: No keyword with name 'Opne' found. Did you try using: Open
        robot --dryrun: the test Shop.D failed: No keyword with name 'X' found.
        ");
        assert_eq!(told(&tests, false, &[]), "");
    }

    #[test]
    fn a_selection_without_a_test_is_told() {
        assert_eq!(
            told("", true, &["smoke"]),
            "No test is selected: robot.include = [\"smoke\"]. A run without a test does not pass."
        );
        assert_eq!(told("", true, &[]), "There is no test in the suite files. A run without a test does not pass.");
    }

    #[test]
    fn many_reasons_are_counted() {
        let tests: String = (0..13).map(|at| failed("A", &format!("reason {at}"))).collect();
        assert!(told(&tests, true, &[]).ends_with("robot --dryrun: tests failed for 3 further reasons"));
    }

    #[test]
    fn no_output_says_nothing() {
        let settings =
            crate::args::RunFlags::default().settings("shop", &domain::package::manifest::Config::default()).unwrap();
        assert!(remarks(Path::new("/nowhere/output.xml"), &settings, true).is_empty());
    }
}
