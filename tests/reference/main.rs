//! What the documents say is what the project does.

mod links;

use std::process::Command;

use domain::package::input::Request;
use domain::package::manifest::Config;
use serde_json::Value;
use tests::{blocks, pages, project};

/// What a test of this file ends with.
type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Bytes of all pictures together, which everybody loads who opens the README.
const PICTURES: u64 = 400_000;

fn schema(name: &str) -> Fallible<jsonschema::Validator> {
    let text = std::fs::read_to_string(project().join("functions/libs/domain/reference").join(name))?;
    Ok(jsonschema::draft202012::new(&serde_json::from_str(&text)?)?)
}

/// A TOML value as an editor hands it to a JSON Schema; a day is its text.
fn json(value: &toml::Value) -> Fallible<Value> {
    let text = toml::to_string(value)?;
    let mut value: Value = toml::from_str(&text)?;
    days(&mut value);
    Ok(value)
}

/// Turns what `serde` makes of a date of TOML into its text.
fn days(value: &mut Value) {
    let day = value.get("$__toml_private_datetime").cloned();
    match (day, value) {
        (Some(day), value) => *value = day,
        (None, Value::Object(fields)) => fields.values_mut().for_each(days),
        (None, Value::Array(list)) => list.iter_mut().for_each(days),
        _ => {}
    }
}

#[test]
fn parser_and_schema_accept_every_qaops_toml_in_the_documents() -> Fallible<()> {
    let schema = schema("qaops-toml.schema.json")?;
    let mut seen = 0;
    for page in pages() {
        for text in blocks(&page.text, "toml") {
            Config::parse(&text).map_err(|problem| format!("{}: {problem}\n{text}", page.path))?;
            let value = json(&toml::from_str(&text)?)?;
            assert!(schema.is_valid(&value), "{}: the schema refuses\n{text}", page.path);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} blocks");
    Ok(())
}

/// The texts between `--input '` and the next quote in commands.
fn inputs(text: &str) -> Vec<&str> {
    let after = text.split("start-execution").skip(1).filter_map(|command| command.split_once("--input '"));
    after.filter_map(|(_, rest)| rest.split_once('\'')).map(|(input, _)| input).collect()
}

#[test]
fn parser_and_schema_accept_every_input_in_the_documents() -> Fallible<()> {
    let schema = schema("input.schema.json")?;
    let mut seen = 0;
    for page in pages() {
        for input in blocks(&page.text, "sh").iter().flat_map(|block| inputs(block)) {
            let value: Value = serde_json::from_str(input).map_err(|error| format!("{}: {error}", page.path))?;
            Request::parse(&value).map_err(|problem| format!("{}: {problem}", page.path))?;
            assert!(schema.is_valid(&value), "{}: the schema refuses {input}", page.path);
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen} inputs");
    Ok(())
}

#[test]
fn the_tables_of_the_terraform_module_are_its_variables_and_outputs() -> Fallible<()> {
    let output = Command::new("python3").arg(project().join("infra/terraform/docs.py")).arg("--check").output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

/// The places and names of tests that a cell of the table of invariants names.
fn holders(cell: &str) -> (String, Vec<String>) {
    let code: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
    let place = code.first().copied().unwrap_or_default().to_owned();
    let names = code.iter().skip(1).filter(|name| !name.contains('/') && !name.contains('.'));
    (place, names.map(|name| (*name).to_owned()).collect())
}

#[test]
fn every_invariant_is_held_by_a_test_that_is_there() -> Fallible<()> {
    let text = std::fs::read_to_string(project().join("tests/README.md"))?;
    let table = text.split_once("| invariant | held by |").ok_or("there is no table")?.1;
    let mut seen = 0;
    for cells in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cell = cells.trim_matches('|').rsplit_once('|').ok_or("a row without a second cell")?.1;
        let (place, names) = holders(cell);
        let path = project().join(&place);
        assert!(path.exists(), "{place} is not there: {cells}");
        for name in names {
            let source = std::fs::read_to_string(&path)?;
            assert!(source.contains(&format!("fn {}", name.trim_end_matches('…'))), "{place} has no test {name}");
            seen += 1;
        }
    }
    assert!(seen >= 15, "{seen} tests");
    Ok(())
}

#[test]
fn the_pictures_of_the_readme_are_small() -> Fallible<()> {
    let pictures = project().join("tests/pictures");
    let sizes = ["run.svg", "report.png"].map(|name| std::fs::metadata(pictures.join(name)).map(|about| about.len()));
    let whole: u64 = sizes.into_iter().sum::<Result<_, _>>()?;
    assert!(whole < PICTURES, "{whole} bytes");
    Ok(())
}

/// Paths of the project between backquotes: with a folder, and without a placeholder.
fn paths(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let code = prose.flat_map(|part| part.split('`').skip(1).step_by(2));
    code.filter(|code| code.contains('/') && !code.contains([' ', '<', '~', '=', '…', '*'])).collect()
}

#[test]
fn every_place_that_contributors_are_sent_to_is_there() -> Fallible<()> {
    let text = std::fs::read_to_string(project().join(".github/CONTRIBUTING.md"))?;
    let package = project().join("functions/libs/domain/src/package");
    let found = paths(&text);
    assert!(found.len() >= 20, "{found:?}");
    for path in found {
        let beside = path.starts_with("manifest/") && package.join(path).exists() || path.starts_with("src/");
        assert!(beside || project().join(path).exists(), "{path} is not there");
    }
    Ok(())
}
