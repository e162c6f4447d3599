//! The pages of the reference.

use domain::base::duration;
use domain::base::table::{Key, Table, Takes, Without};
use domain::package::{input, manifest};

use crate::{Fallible, value};

const NOTICE: &str = "<!-- Written from the parser's tables: QAOPS_WRITE=1 cargo test -p domain --test reference -->";

/// A key of the user's choice in the names of tables.
const EXAMPLE: &str = "\"Shop.Cart.*\"";

const QAOPS_TOML: &str = "# `qaops.toml`

The file lies at the root of a suite package. A package without it is refused on AWS; `qaops run` and `qaops check` add an empty
one to a folder that has none. Every key has a default, so one line is enough: `suite = \"checkout\"`. `cargo run -- check PATH` reads it without running anything, and says where it is wrong and how to fix that.

An editor completes and explains the keys by the [JSON Schema](qaops-toml.schema.json). Even Better TOML (VS Code) and Taplo take it from a line at
the top of the file, as an address or as a path from the file:

```toml
#:schema ./qaops-toml.schema.json
```

A duration is written with `h`, `m` and `s`: `45m`, `1h30m`, `90s`.
";

const INPUT: &str = "# The run's input

A run is one execution of the state machine. Its input is a JSON object, from a schedule, a pipeline or a person. Only `suite` must be
there. For any other key that is left out, the package's [`qaops.toml`](qaops-toml.md) decides. A `null` means that the
key is left out: a state machine writes `null` for a value that it was not given. A wrong input ends the execution with
`Plan.BadRequest`, before an instance starts.

```sh
aws stepfunctions start-execution --state-machine-arn \"$STATE_MACHINE\" --name checkout-pr-17 \\
    --input '{\"suite\": \"checkout\", \"include\": [\"smoke\"], \"labels\": {\"branch\": \"pr-17\"}}'
```

The name of the execution is the run's id: 1 to 80 letters, digits, `-` and `_`. Step Functions makes one where none is given.

An editor completes and explains the keys by the [JSON Schema](input.schema.json). A duration is written with `h`, `m` and `s`: `45m`, `1h30m`, `90s`.
";

/// The page of `qaops.toml`.
pub(crate) fn qaops_toml() -> String {
    let example = |key: &Key| Ok(key.example.to_owned());
    page(QAOPS_TOML, &manifest::keys::ALL, &example).unwrap_or_default()
}

/// The page of the input; its examples are JSON.
pub(crate) fn input() -> Fallible<String> {
    page(INPUT, &input::keys::ALL, &|key: &Key| Ok(value(key.example)?.to_string()))
}

fn page(head: &str, table: &'static Table, example: &dyn Fn(&Key) -> Fallible<String>) -> Fallible<String> {
    let mut text = format!("{NOTICE}\n{head}\n## At the top\n\n");
    rows(&mut text, "", table, example)?;
    for (place, table) in tables(table) {
        text.push_str(&format!("\n## `{place}`\n\n"));
        rows(&mut text, &place, table, example)?;
    }
    Ok(text)
}

/// All tables below, each with the name that people have for it.
fn tables(table: &'static Table) -> Vec<(String, &'static Table)> {
    let mut found: Vec<(String, &'static Table)> = Vec::new();
    walk(table, &mut Vec::new(), &mut |place, table, _| {
        let name = place.join(".");
        if !place.is_empty() && !found.iter().any(|(known, _)| *known == name) {
            found.push((name, table));
        }
    });
    found
}

fn rows(text: &mut String, place: &str, table: &Table, example: &dyn Fn(&Key) -> Fallible<String>) -> Fallible<()> {
    text.push_str("| key | what it is for | value | default | example |\n| --- | --- | --- | --- | --- |\n");
    for key in table.keys {
        let below = format!("[table](#{})", anchor(&format!("{place}{}", key.name)));
        let value = takes(&key.takes, &below);
        let cells = [code(key.name), key.about.to_owned(), value, without(key.without), code(&example(key)?)];
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    if let [one, other] = table.apart {
        let rule = if table.needs_one { "Give one of" } else { "Give at most one of" };
        text.push_str(&format!("\n{rule} `{one}` and `{other}`.\n"));
    }
    Ok(())
}

/// The anchor that GitHub gives to the heading of a table.
fn anchor(place: &str) -> String {
    let name = if place == "quarantine" { format!("{place}{EXAMPLE}") } else { place.to_owned() };
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn without(without: Without) -> String {
    match without {
        Without::Value(value) => code(value),
        Without::Words(words) => words.to_owned(),
        Without::Required => "**must be given**".to_owned(),
    }
}

/// What a value may be; `below` leads to the table that it is.
fn takes(takes: &Takes, below: &str) -> String {
    let seconds = |seconds: &u64| duration::show(*seconds as f64);
    match takes {
        Takes::Text(form) => form.is.to_owned(),
        Takes::TextOrWhole(form) => format!("{}, or a whole number", form.is),
        Takes::Whole(least, most) => format!("whole number, {least} to {most}"),
        Takes::Duration(least, most) => format!("duration, {} to {}", seconds(least), seconds(most)),
        Takes::Truth => "`true` or `false`".to_owned(),
        Takes::Day => "a day".to_owned(),
        Takes::Word(words) => words.iter().map(|word| code(&format!("\"{word}\""))).collect::<Vec<_>>().join(", "),
        Takes::List(form) => format!("list; each {}", form.is),
        Takes::Table(_) => below.to_owned(),
        Takes::Map(name, inner) => format!("table; each key {}, each value {}", name.is, self::takes(inner, below)),
    }
}

/// Calls `visit` with every key, its table and the names of the tables around it.
pub(crate) fn walk(
    table: &'static Table,
    place: &mut Vec<&'static str>,
    visit: &mut impl FnMut(&[&'static str], &'static Table, &'static Key),
) {
    for key in table.keys {
        visit(place, table, key);
    }
    for key in table.keys {
        let (inner, name) = match key.takes {
            Takes::Table(inner) => (inner, None),
            Takes::Map(_, Takes::Table(inner)) => (*inner, Some(EXAMPLE)),
            _ => continue,
        };
        place.extend([key.name].into_iter().chain(name));
        walk(inner, place, visit);
        place.truncate(place.len() - 1 - usize::from(name.is_some()));
    }
}

/// Whether `other` must stand beside `key`.
pub(crate) fn is_needed(table: &Table, key: &Key, other: &Key) -> bool {
    let needs = other.without == Without::Required
        || table.needs_one && table.apart.first() == Some(&other.name) && !table.apart.contains(&key.name);
    needs && other.name != key.name
}
