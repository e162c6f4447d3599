//! The reference of `qaops.toml` and of the run's input, and their JSON Schemas: written from the parser's own tables.
//!
//! A page or a schema that is not what the tables give fails. `QAOPS_WRITE=1 cargo test -p domain --test reference`
//! writes them.

mod cases;
mod page;
mod schema;

use std::path::{Path, PathBuf};

use domain::base::table::{Key, Table, Without};
use domain::package::manifest::Config;
use domain::package::settings::settings;
use domain::package::{input, manifest};
use serde_json::Value;

/// What a test of this file ends with.
type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference")
}

/// Fails unless the file is `text`, or writes it where that is asked for.
fn is_written(file: &str, text: &str) -> Fallible<()> {
    let path = folder().join(file);
    if std::env::var_os("QAOPS_WRITE").is_some() {
        return Ok(std::fs::write(&path, text)?);
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{file} is not what the tables say: QAOPS_WRITE=1 cargo test -p domain --test reference");
    Ok(())
}

#[test]
fn the_reference_of_qaops_toml_is_what_the_parser_knows() -> Fallible<()> {
    is_written("qaops-toml.md", &page::qaops_toml())
}

#[test]
fn the_reference_of_the_input_is_what_the_parser_knows() -> Fallible<()> {
    is_written("input.md", &page::input()?)
}

#[test]
fn the_schema_of_qaops_toml_is_what_the_parser_knows() -> Fallible<()> {
    is_written("qaops-toml.schema.json", &(serde_json::to_string_pretty(&schema::qaops_toml())? + "\n"))
}

#[test]
fn the_schema_of_the_input_is_what_the_parser_knows() -> Fallible<()> {
    is_written("input.schema.json", &(serde_json::to_string_pretty(&schema::input())? + "\n"))
}

/// The TOML value of `text` as JSON; a day is its text, as editors see it.
fn value(text: &str) -> Fallible<Value> {
    let table: toml::Table = toml::from_str(&format!("value = {text}"))?;
    Ok(json(&table["value"]))
}

/// A TOML value as an editor hands it to a JSON Schema.
fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text.as_str()),
        toml::Value::Integer(number) => Value::from(*number),
        toml::Value::Float(number) => Value::from(*number),
        toml::Value::Boolean(truth) => Value::from(*truth),
        toml::Value::Datetime(time) => Value::from(time.to_string()),
        toml::Value::Array(list) => list.iter().map(json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}

/// A file with the table of `key` and what must stand there beside it.
fn around(place: &[&str], table: &Table, key: &Key) -> String {
    let needed = table.keys.iter().filter(|other| page::is_needed(table, key, other));
    let lines = needed.map(|other| format!("{} = {}\n", other.name, other.example));
    let head = if place.is_empty() { String::new() } else { format!("[{}]\n", place.join(".")) };
    head + &lines.collect::<String>()
}

#[test]
fn every_key_of_qaops_toml_has_an_example_that_the_parser_reads_and_that_changes_something() {
    let mut seen = 0;
    page::walk(&manifest::keys::ALL, &mut Vec::new(), &mut |place, table, key| {
        let without = around(place, table, key);
        let text = format!("{without}{} = {}\n", key.name, key.example);
        let read = Config::parse(&text).unwrap_or_else(|problem| panic!("{problem}\n{text}"));
        assert_ne!(Some(read), Config::parse(&without).ok(), "{} changes nothing:\n{text}", key.name);
        seen += 1;
    });
    assert!(seen > 35, "{seen} keys");
}

#[test]
fn every_default_of_qaops_toml_is_what_holds_without_the_key() -> Fallible<()> {
    let asked = input::Request::parse(&serde_json::json!({"suite": "a"}))?;
    let settings = |text: &str| settings(&asked, &Config::parse(text)?);
    let mut seen = 0;
    page::walk(&manifest::keys::ALL, &mut Vec::new(), &mut |place, table, key| {
        if let Without::Value(default) = key.without {
            let without = around(place, table, key);
            let said = settings(&format!("{without}{} = {default}\n", key.name));
            assert_eq!(said, settings(&without), "{}", key.name);
            seen += 1;
        }
    });
    assert!(seen > 12, "{seen} defaults");
    Ok(())
}

#[test]
fn every_key_of_the_input_has_an_example_that_the_parser_reads_and_that_changes_something() -> Fallible<()> {
    let empty = serde_json::json!({"suite": "other"});
    for key in input::keys::ALL.keys {
        let mut asked = empty.clone();
        asked[key.name] = value(key.example)?;
        let read = input::Request::parse(&asked)?;
        assert_ne!(read, input::Request::parse(&empty)?, "{}", key.name);
    }
    Ok(())
}
