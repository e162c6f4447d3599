//! As much of JSON Schema (draft 2020-12) as our two schemas use. A keyword that is not known here is a flaw, so no
//! part of a schema is ignored without an error.

use serde_json::{Map, Value};

/// Keywords that only explain.
const EXPLAINING: [&str; 6] = ["$schema", "$id", "$defs", "$comment", "title", "description"];

/// What is wrong with `value` by `schema`, each with its place; empty for one that keeps the schema.
pub(super) fn flaws(schema: &Value, value: &Value) -> Vec<String> {
    let mut check = Check { root: schema, flaws: Vec::new() };
    check.value(schema, value, "$");
    check.flaws
}

struct Check<'a> {
    root: &'a Value,
    flaws: Vec<String>,
}

impl Check<'_> {
    fn flaw(&mut self, place: &str, what: &str) {
        self.flaws.push(format!("{place}: {what}"));
    }

    fn value(&mut self, schema: &Value, value: &Value, place: &str) {
        let Some(keywords) = schema.as_object() else {
            if schema != &Value::Bool(true) {
                self.flaw(place, "nothing may stand here");
            }
            return;
        };
        for (keyword, limit) in keywords.iter().filter(|(keyword, _)| !EXPLAINING.contains(&keyword.as_str())) {
            if let Some(what) = self.keyword(keyword, limit, value, place) {
                self.flaw(place, &what);
            }
        }
        if let Value::Object(fields) = value {
            self.fields(keywords, fields, place);
        }
    }

    /// What is wrong by one keyword; those of parts check the parts.
    fn keyword(&mut self, keyword: &str, limit: &Value, value: &Value, place: &str) -> Option<String> {
        let size = |size: Option<usize>, fits: fn(u64, u64) -> bool| {
            size.zip(limit.as_u64()).is_some_and(|(size, limit)| !fits(size as u64, limit))
        };
        let characters = value.as_str().map(|text| text.chars().count());
        let items = value.as_array().map(Vec::len);
        let wrong = match keyword {
            "type" => !is_of(limit, value),
            "const" => value != limit,
            "enum" => !limit.as_array().is_some_and(|options| options.contains(value)),
            "minimum" => value.as_f64().zip(limit.as_f64()).is_some_and(|(value, least)| value < least),
            "minLength" => size(characters, |size, least| size >= least),
            "maxLength" => size(characters, |size, most| size <= most),
            "minItems" => size(items, |size, least| size >= least),
            "maxItems" => size(items, |size, most| size <= most),
            "required" => return missing(limit, value),
            "items" => {
                for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.value(limit, item, &format!("{place}[{number}]"));
                }
                false
            }
            "$ref" => {
                let target = limit.as_str().and_then(|path| self.root.pointer(path.strip_prefix('#')?));
                match target.cloned() {
                    Some(schema) => self.value(&schema, value, place),
                    None => return Some(format!("the schema has no {limit}")),
                }
                false
            }
            "properties" | "additionalProperties" => false,
            _ => return Some(format!("the schema's keyword {keyword} is not known")),
        };
        wrong.then(|| format!("{keyword} is {limit}"))
    }

    fn fields(&mut self, keywords: &Map<String, Value>, fields: &Map<String, Value>, place: &str) {
        let known = keywords.get("properties").and_then(Value::as_object);
        for (name, value) in fields {
            let schema = known.and_then(|known| known.get(name)).or_else(|| keywords.get("additionalProperties"));
            if let Some(schema) = schema {
                self.value(schema, value, &format!("{place}.{name}"));
            }
        }
    }
}

fn is_of(kinds: &Value, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("null") => value.is_null(),
        _ => false,
    };
    kinds.as_array().map_or_else(|| is(kinds), |kinds| kinds.iter().any(is))
}

fn missing(names: &Value, value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let missing = names.as_array()?.iter().filter_map(Value::as_str).find(|name| !fields.contains_key(*name))?;
    Some(format!("{missing} is missing"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_keep_a_schema_is_named_with_its_place() {
        let schema = json!({
            "type": "object", "required": ["a"], "additionalProperties": false,
            "properties": {
                "a": {"$ref": "#/$defs/word"}, "b": {"type": "array", "maxItems": 1, "items": {"enum": [1, 2]}},
                "c": {"type": ["integer", "null"], "minimum": 0}, "d": {"const": true},
                "e": {"additionalProperties": {"type": "string"}}, "f": {"minItems": 1, "type": "array"},
            },
            "$defs": {"word": {"type": "string", "minLength": 1, "maxLength": 3}},
        });
        let good = json!({"a": "äöü", "b": [2], "c": null, "d": true, "e": {"x": ""}, "f": [0]});
        assert_eq!(flaws(&schema, &good), Vec::<String>::new());
        let cases = [
            (json!([]), "$: type is \"object\""),
            (json!({}), "$: a is missing"),
            (json!({"a": ""}), "$.a: minLength is 1"),
            (json!({"a": "abcd"}), "$.a: maxLength is 3"),
            (json!({"a": 1}), "$.a: type is \"string\""),
            (json!({"a": "a", "b": [1, 2]}), "$.b: maxItems is 1"),
            (json!({"a": "a", "b": [3]}), "$.b[0]: enum is [1,2]"),
            (json!({"a": "a", "c": -1}), "$.c: minimum is 0"),
            (json!({"a": "a", "c": 1.5}), "$.c: type is [\"integer\",\"null\"]"),
            (json!({"a": "a", "d": false}), "$.d: const is true"),
            (json!({"a": "a", "e": {"x": 1}}), "$.e.x: type is \"string\""),
            (json!({"a": "a", "f": []}), "$.f: minItems is 1"),
            (json!({"a": "a", "g": 1}), "$.g: nothing may stand here"),
        ];
        for (value, flaw) in cases {
            assert_eq!(flaws(&schema, &value), [flaw], "{value}");
        }
    }

    #[test]
    fn a_keyword_that_is_not_known_is_a_flaw() {
        let flaw = "$: the schema's keyword pattern is not known";
        assert_eq!(flaws(&json!({"pattern": "x"}), &json!("x")), [flaw]);
        assert_eq!(flaws(&json!({"$ref": "#/$defs/x"}), &json!(1)), ["$: the schema has no \"#/$defs/x\""]);
    }
}
