//! The JSON Schemas (draft 2020-12).

use domain::base::duration;
use domain::base::table::{Form, Key, Table, Takes, Without};
use domain::package::{input, manifest};
use serde_json::{Map, Value, json};

/// A duration as `base::duration` reads it.
const DURATION: &str = r"^\s*(?=[0-9])(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?\s*$";

/// A key that Step Functions' documentation tells to pass along; the parser passes over it.
const STARTED_BY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

/// Of `qaops.toml`.
pub(crate) fn qaops_toml() -> Value {
    whole("qaops.toml of a QAOps suite package", table(&manifest::keys::ALL, false))
}

/// Of the input, where any key may be null.
pub(crate) fn input() -> Value {
    let mut schema = table(&input::keys::ALL, true);
    schema["properties"][STARTED_BY] = json!({"description": "The execution that started this one. Nothing reads it."});
    whole("Input of a QAOps run", schema)
}

fn whole(title: &str, table: Value) -> Value {
    let mut schema = json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title});
    if let (Some(schema), Value::Object(table)) = (schema.as_object_mut(), table) {
        schema.extend(table);
    }
    schema
}

fn table(table: &Table, null: bool) -> Value {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), property(key, null))).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    let required: Vec<&str> =
        table.keys.iter().filter(|key| key.without == Without::Required).map(|key| key.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if table.needs_one {
        schema["oneOf"] = table.apart.iter().map(|name| json!({"required": [name]})).collect();
    } else if !table.apart.is_empty() {
        let given = |name: &&str| ((*name).to_owned(), json!({"not": {"type": "null"}}));
        let given: Map<String, Value> = table.apart.iter().map(given).collect();
        schema["not"] = json!({"required": table.apart, "properties": given});
    }
    schema
}

fn property(key: &Key, null: bool) -> Value {
    let mut schema = takes(&key.takes, null);
    if null && key.without != Without::Required {
        schema["type"] = json!([schema["type"], "null"]);
    }
    schema["description"] = json!(key.about);
    schema
}

fn text(form: &Form) -> Value {
    json!({"type": "string", "pattern": form.pattern})
}

fn takes(takes: &Takes, null: bool) -> Value {
    match takes {
        Takes::Text(form) => text(form),
        Takes::TextOrWhole(form) => json!({"type": ["string", "integer"], "pattern": form.pattern}),
        Takes::Whole(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Takes::Duration(least, most) => {
            let limits = [least, most].map(|seconds| duration::show(*seconds as f64));
            json!({"type": "string", "pattern": DURATION, "$comment": format!("{} to {}", limits[0], limits[1])})
        }
        Takes::Truth => json!({"type": "boolean"}),
        Takes::Day => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        Takes::Word(words) => json!({"type": "string", "enum": words}),
        Takes::List(form) => json!({"type": "array", "items": text(form)}),
        Takes::Table(inner) => table(inner, null),
        Takes::Map(name, inner) => json!({
            "type": "object",
            "propertyNames": text(name),
            "additionalProperties": self::takes(inner, null),
        }),
    }
}
