//! What DynamoDB takes for writing an item, by its own rules: "DynamoDB item sizes and formats" in its guide.
//!
//! The local cloud's table does not count, so what a real one would charge is computed from the item.

use serde_json::{Map, Value};

/// Bytes that one write unit pays for.
const UNIT: usize = 1024;
/// Bytes of overhead of a list or a map, and of each of its elements.
const NESTED: usize = 3;

/// Bytes of an item, given as DynamoDB's own JSON.
pub fn item_size(item: &Value) -> usize {
    item.as_object().map_or(0, |attributes| attributes.iter().map(|(name, value)| name.len() + size(value)).sum())
}

/// Write units of replacing an item of `old` bytes by one of `new` bytes: an update pays for the larger of the two.
pub fn write_units(old: usize, new: usize) -> usize {
    old.max(new).div_ceil(UNIT).max(1)
}

fn size(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else { return 0 };
    match kind.as_str() {
        "S" => value.as_str().map_or(0, str::len),
        "N" => value.as_str().map_or(0, number),
        "B" => value.as_str().map_or(0, decoded),
        "BOOL" | "NULL" => 1,
        "L" => NESTED + value.as_array().map_or(0, |list| list.iter().map(|value| 1 + size(value)).sum()),
        "M" => NESTED + value.as_object().map_or(0, map),
        _ => value.as_array().map_or(0, |set| set.iter().filter_map(Value::as_str).map(str::len).sum()),
    }
}

fn map(entries: &Map<String, Value>) -> usize {
    entries.iter().map(|(name, value)| 1 + name.len() + size(value)).sum()
}

/// A byte for two significant digits and one more, and one for a sign.
fn number(text: &str) -> usize {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_start_matches('0').trim_end_matches('0').len();
    significant.div_ceil(2) + 1 + usize::from(text.starts_with('-'))
}

/// Bytes of what stands in base64.
fn decoded(base64: &str) -> usize {
    base64.trim_end_matches('=').len() * 3 / 4
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sizes_are_those_of_the_guide() {
        let cases = [
            // The example in DynamoDB's page on quotas.
            (json!({"shirt-color": {"S": "R"}, "shirt-size": {"S": "M"}}), 23),
            (json!({"a": {"S": "\u{e9}"}}), 3),
            (json!({"n": {"N": "27"}}), 3),
            (json!({"n": {"N": "-27"}}), 4),
            (json!({"n": {"N": "0"}}), 2),
            (json!({"n": {"N": "1790000000"}}), 4),
            (json!({"n": {"N": "0.00125"}}), 4),
            (json!({"b": {"B": "AAAA"}}), 4),
            (json!({"b": {"B": "AAA="}}), 3),
            (json!({"b": {"B": "AA=="}}), 2),
            (json!({"t": {"BOOL": true}, "u": {"NULL": true}}), 4),
            (json!({"l": {"L": []}, "m": {"M": {}}}), 8),
            (json!({"l": {"L": [{"S": "ab"}, {"N": "5"}]}}), 1 + 3 + 1 + 2 + 1 + 2),
            (json!({"m": {"M": {"k": {"S": "ab"}}}}), 1 + 3 + 1 + 1 + 2),
        ];
        for (item, wanted) in cases {
            assert_eq!(item_size(&item), wanted, "{item}");
        }
    }

    #[test]
    fn a_write_pays_for_the_larger_item_and_for_whole_units() {
        let cases = [((0, 1), 1), ((0, 1024), 1), ((0, 1025), 2), ((3000, 100), 3), ((0, 0), 1)];
        for ((old, new), wanted) in cases {
            assert_eq!(write_units(old, new), wanted, "{old} {new}");
        }
    }
}
