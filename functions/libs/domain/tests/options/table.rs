//! The table is the help.

use std::collections::BTreeSet;
use std::process::Command;

use domain::package::manifest::arguments::{LANGUAGES, OPTIONS};
use serde_json::json;

use crate::judge::{ask, robot};

/// An option's long name, its short names in order, and whether a value follows.
type Row = (String, BTreeSet<char>, bool);

/// The options that a text of help describes: up to four spaces, short names, the long name, and after one space
/// the name of its value.
fn described(help: &str) -> BTreeSet<Row> {
    help.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let names = line.trim_start_matches(' ');
    let (shorts, rest) = names.split_once("--")?;
    let (long, rest) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
    let shorts = shorts.split_whitespace().map(|short| short.strip_prefix('-')?.parse().ok());
    let value = rest.starts_with(' ') && !rest.starts_with("  ");
    let indented = (1..=4).contains(&(line.len() - names.len()));
    indented.then_some((long.to_owned(), shorts.collect::<Option<_>>()?, value))
}

#[test]
fn the_table_is_the_help_of_robot() {
    let Some(robot) = robot() else { return };
    let help = Command::new(robot).arg("--help").env_remove("ROBOT_OPTIONS").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("Version:  7.5"), "the table is not that of this version");
    let table: BTreeSet<Row> = OPTIONS
        .iter()
        .map(|option| (option.long.to_owned(), option.short.chars().collect(), option.takes_value))
        .collect();
    assert_eq!(table, described(&help));
    let order: Vec<String> = help.lines().filter_map(row).map(|(long, _, _)| long).collect();
    assert_eq!(OPTIONS.iter().map(|option| option.long).collect::<Vec<_>>(), order);
}

#[test]
fn the_languages_are_those_of_robot() {
    let Some(answer) = ask(&json!({})) else { return };
    assert_eq!(json!(LANGUAGES.map(|(code, name)| [code, name])), answer["languages"]);
}
