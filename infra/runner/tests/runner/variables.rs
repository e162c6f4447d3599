//! The environment variables that a suite sees are those of the README.

use std::collections::BTreeSet;

use serde_json::json;

use crate::recording;

const README: &str = include_str!("../../README.md");
const HEAD: &str = "| variable |";
const SUITE: &str = "*** Test Cases ***\nShow\n    Log To Console    \\nVARIABLES ${{ ' '.join(os.environ) }}\n";

/// What Python sets by itself in the locale "C" (PEP 538).
const OF_PYTHON: &str = "LC_CTYPE";
/// What the test gives the runner in place of an instance's role and its metadata service.
const OF_THE_TEST: [&str; 5] = [
    "AWS_ENDPOINT_URL",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
];

/// The rows of the README's tables of variables: names, and the second cell.
fn rows() -> Vec<(Vec<&'static str>, &'static str)> {
    let tables = README.split("\n\n").filter(|part| part.starts_with(HEAD));
    let rows = tables.flat_map(|table| table.lines().skip(2));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].split('`').skip(1).step_by(2).collect(), cells[1])
    })
    .collect()
}

#[test]
fn a_suite_sees_the_variables_of_the_readme_and_no_other() {
    let Some(instance) = recording::instance(SUITE, &json!({ "screenshots": true })) else { return };
    assert!(instance.run().status.success());
    let console = instance.uploaded("console.txt");
    let shown = console.lines().find_map(|line| line.strip_prefix("VARIABLES ")).unwrap_or_else(|| panic!("{console}"));
    let seen: BTreeSet<&str> = shown.split_whitespace().filter(|name| *name != OF_PYTHON).collect();
    let rows = rows();
    let written: BTreeSet<&str> = rows.iter().flat_map(|(names, _)| names.clone()).collect();
    let unwritten: Vec<_> = seen.difference(&written).filter(|name| !OF_THE_TEST.contains(name)).collect();
    assert!(unwritten.is_empty(), "the README does not name {unwritten:?}");
    let always = rows
        .iter()
        .filter(|(_, when)| *when == "always" || when.contains("`desktop`") || when.contains("`screenshots`"));
    for name in always.flat_map(|(names, _)| names) {
        assert!(seen.contains(name), "the suite does not see {name}: {shown}");
    }
}
