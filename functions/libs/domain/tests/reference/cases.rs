//! What the schemas accept and refuse, held against the parsers.

use std::path::{Path, PathBuf};

use domain::package::input::Request;
use domain::package::manifest::Config;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{Fallible, json as as_json, schema};

/// What of a text is refused: by the parser, by the schema.
#[derive(Debug, PartialEq, Eq)]
struct Refused {
    parser: bool,
    schema: bool,
}

const ACCEPTED: Refused = Refused { parser: false, schema: false };
const REFUSED: Refused = Refused { parser: true, schema: true };
/// What a schema cannot know: a limit of a duration, the grammar of gates, the options of `robot`.
const BY_THE_PARSER: Refused = Refused { parser: true, schema: false };

fn of_toml(validator: &Validator, text: &str) -> Fallible<Refused> {
    let value = as_json(&toml::Value::Table(toml::from_str(text)?));
    Ok(Refused { parser: Config::parse(text).is_err(), schema: !validator.is_valid(&value) })
}

fn of_input(validator: &Validator, input: &Value) -> Refused {
    Refused { parser: Request::parse(input).is_err(), schema: !validator.is_valid(input) }
}

#[test]
fn the_schema_of_qaops_toml_refuses_what_the_parser_refuses() -> Fallible<()> {
    let validator = jsonschema::draft202012::new(&schema::qaops_toml())?;
    for (text, wanted) in CASES {
        assert_eq!(of_toml(&validator, text)?, wanted, "{text}");
    }
    Ok(())
}

#[test]
fn the_schema_of_the_input_refuses_what_the_parser_refuses() -> Fallible<()> {
    let validator = jsonschema::draft202012::new(&schema::input())?;
    for (input, wanted) in inputs() {
        assert_eq!(of_input(&validator, &input), wanted, "{input}");
    }
    Ok(())
}

const CASES: [(&str, Refused); 52] = [
    ("", ACCEPTED),
    ("suite = \"Check-out_2.1\"", ACCEPTED),
    ("suite = \"../x\"", REFUSED),
    ("suite = \"a.\"", REFUSED),
    ("suite = 7", REFUSED),
    ("siute = \"a\"", REFUSED),
    ("platform = \"windows\"", ACCEPTED),
    ("platform = \"beos\"", REFUSED),
    ("environments = 500", ACCEPTED),
    ("environments = 0", REFUSED),
    ("environments = 501", REFUSED),
    ("environments = \"4\"", REFUSED),
    ("environments = 3\ntarget = \"10m\"", REFUSED),
    ("timeout = \"1h30m\"", ACCEPTED),
    ("timeout = \"30m1h\"", REFUSED),
    ("timeout = \"\"", REFUSED),
    ("timeout = 45", REFUSED),
    ("timeout = \"25h\"", BY_THE_PARSER),
    ("rerun_failed = 6", REFUSED),
    ("default_branch = \"\"", REFUSED),
    ("needs = [\"chromium\"]", ACCEPTED),
    ("needs = [\"/usr/bin/chromium\"]", REFUSED),
    ("needs = [\"a\", \"a\"]", BY_THE_PARSER),
    ("desktop = { width = 1920, height = 1080 }", ACCEPTED),
    ("desktop = { width = 1920 }", REFUSED),
    ("desktop = { width = 100, height = 1080 }", REFUSED),
    ("desktop = { width = 1920, height = 1080, video = \"sometimes\" }", REFUSED),
    ("platform = \"android\"\ndesktop = { width = 1920, height = 1080 }", BY_THE_PARSER),
    ("[environment]\ntypes = [\"m7i.xlarge\"]", ACCEPTED),
    ("[environment]\ntypes = [\"m7i\"]", REFUSED),
    ("[environment]\nvolume = 7", REFUSED),
    ("[environment]\npackages = [\"libpq5=1\"]", REFUSED),
    ("[environment]\nhealth = { url = \"http://a\" }", ACCEPTED),
    ("[environment]\nhealth = {}", REFUSED),
    ("[environment]\nhealth = { url = \"http://a\", command = \"b\" }", REFUSED),
    ("[environment]\nhealth = { url = \"https://a\" }", REFUSED),
    ("[robot]\ninclude = [\"smoke AND fast\"]", ACCEPTED),
    ("[robot]\ninclude = \"smoke\"", REFUSED),
    ("[robot]\ninclude = [\"_\"]", REFUSED),
    ("[robot]\ninclude = [\"smoke AND\"]", BY_THE_PARSER),
    ("[robot]\nvariables = { \"${URL}\" = \"x\" }", REFUSED),
    ("[robot]\nvariables = { URL = 1.5 }", REFUSED),
    ("[robot]\nvariables = { URL = 3, \"Äpfel\" = \"\" }", ACCEPTED),
    ("[robot]\nsecrets = { A = \"a b\" }", REFUSED),
    ("[robot]\narguments = [\"--outputdir\", \"x\"]", BY_THE_PARSER),
    ("[hooks]\nbefore = \" \"", REFUSED),
    ("[reports]\ncoverage = \"../c.xml\"", REFUSED),
    ("[reports]\ncovrage = \"c.xml\"", REFUSED),
    ("[gates]\nerror = [\"tests.failed = 0\"]", BY_THE_PARSER),
    ("[gates]\nfatal = [\"tests.failed == 0\"]", REFUSED),
    ("[quarantine]\n\"*\" = { owner = \"a\", reason = \"b\", until = 2026-12-31 }", REFUSED),
    ("[quarantine]\n\"a\" = { owner = \"a\", reason = \"b\" }", REFUSED),
];

fn inputs() -> Vec<(Value, Refused)> {
    vec![
        (json!({"suite": "a"}), ACCEPTED),
        (json!({"suite": "a", "target": null, "include": null, "environments": 3}), ACCEPTED),
        (json!({"suite": "a", "environments": 3, "target": "10m"}), REFUSED),
        (json!({"suite": "a", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "arn"}), ACCEPTED),
        (json!({"suite": "a", "variables": {"RETRIES": 3, "URL": ""}}), ACCEPTED),
        (json!({"suite": "a", "labels": {"team/x": "y", "build": 17}}), ACCEPTED),
        (json!({}), REFUSED),
        (json!([]), REFUSED),
        (json!({"suite": null}), REFUSED),
        (json!({"suite": "a", "gates": {}}), REFUSED),
        (json!({"suite": "a", "package": "https://bucket/key"}), REFUSED),
        (json!({"suite": "a", "package": "s3://Bucket/key"}), REFUSED),
        (json!({"suite": "a", "timeout": 45}), REFUSED),
        (json!({"suite": "a", "timeout": "9s"}), BY_THE_PARSER),
        (json!({"suite": "a", "include": "smoke"}), REFUSED),
        (json!({"suite": "a", "include": ["NONE"]}), BY_THE_PARSER),
        (json!({"suite": "a", "variables": {"HEADLESS": true}}), REFUSED),
        (json!({"suite": "a", "variables": {"A": "a\nb"}}), REFUSED),
        (json!({"suite": "a", "variables": {"A": null}}), REFUSED),
        (json!({"suite": "a", "reports": {"coverage": "coverage.xml"}}), REFUSED),
        (json!({"suite": "a", "reports": {"covrage": "s3://bucket/coverage.xml"}}), REFUSED),
        (json!({"suite": "a", "labels": {"two words": "x"}}), REFUSED),
        (json!({"suite": "a", "rerun_failed": -1}), REFUSED),
        (json!({"suite": "a", "environments": 501}), REFUSED),
    ]
}

/// The project's files whose names end so, without what is built or downloaded.
fn files(ending: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let passed_over = ["target", "node_modules"].contains(&name.as_str()) || name.starts_with('.');
            if path.is_dir() && !passed_over {
                folders.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn the_schema_accepts_every_qaops_toml_of_the_project_that_the_parser_accepts() -> Fallible<()> {
    let validator = jsonschema::draft202012::new(&schema::qaops_toml())?;
    let mut accepted = 0;
    for file in files("qaops.toml") {
        let text = std::fs::read_to_string(&file)?;
        if Config::parse(&text).is_ok() {
            assert_eq!(of_toml(&validator, &text)?, ACCEPTED, "{}", file.display());
            accepted += 1;
        }
    }
    assert!(accepted >= 15, "{accepted} files");
    Ok(())
}
