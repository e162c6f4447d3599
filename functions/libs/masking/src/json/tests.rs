use proptest::prelude::*;

use super::*;
use crate::policy::{Action, Policy};

fn tree(paths: &str) -> Tree {
    let text = format!("[tables.t.columns]\nc={{rule='json',paths={{{paths}}}}}");
    let policy = Policy::parse("dataset.toml", &text).unwrap_or_else(|problem| panic!("{problem}"));
    let column = policy.column("t", "c", None).unwrap().unwrap();
    let Action::Json(paths) = &column.rule.action else { panic!("no json") };
    Tree::of_paths(paths, &Key::new(&[1; 32]).unwrap(), &mut Peers::default()).unwrap()
}

fn rewritten(paths: &str, text: &str) -> Result<String, Why> {
    let mut out = String::new();
    tree(paths).rewrite(text, &[], &mut out).map(|()| out)
}

fn ok(paths: &str, text: &str) -> String {
    rewritten(paths, text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn what_is_kept_stays_byte_for_byte() {
    let text = " { \"a\" : 9007199254740993 , \"b\":[ 1.10, -0.0e+5 ,\"\\u00e9\\n\" ], \"c\": {} } ";
    assert_eq!(ok("a='keep','b[]'='keep',c='keep'", text), text);
}

#[test]
fn dropped_members_leave_no_comma_behind() {
    for (text, expected) in [
        (r#"{"x":1,"a":2,"b":3}"#, r#"{"a":2,"b":3}"#),
        (r#"{"a":2,"x":1,"b":3}"#, r#"{"a":2,"b":3}"#),
        (r#"{"a":2,"b":3,"x":{"y":[1]}}"#, r#"{"a":2,"b":3}"#),
        (r#"{"x":1}"#, "{}"),
        (r#"{ "x":1 , "x":2 , "a":3 }"#, r#"{"a":3 }"#),
    ] {
        assert_eq!(ok("a='keep',b='keep',x='drop'", text), expected);
    }
}

#[test]
fn lists_of_objects_and_any_key_have_paths() {
    assert_eq!(ok("'[].a'='null'", r#"[{"a":1},{"a":"x"},{"a":null}]"#), r#"[{"a":null},{"a":null},{"a":null}]"#);
    assert_eq!(ok("'m.*'={rule='constant',value=0}", r#"{"m":{"x":1,"y":"z"}}"#), r#"{"m":{"x":0,"y":0}}"#);
    assert_eq!(ok("'a\\.b'='keep'", r#"{"a.b":1}"#), r#"{"a.b":1}"#);
}

#[test]
fn a_value_of_another_kind_than_the_rule_expects_refuses() {
    let hash = "a={rule='hash'}";
    for text in
        [r#"{"a":true}"#, r#"{"a":{"b":1}}"#, r#"{"a":[1]}"#, r#"{"a":1}"#, r#"{"b":1}"#, "1", "{}x", r#"{"a":"x",}"#]
    {
        assert!(rewritten(hash, text).is_err(), "{text}");
    }
    assert!(rewritten("'a.b'='keep'", r#"{"a":"text"}"#).is_err());
    assert_eq!(ok("'a.b'='keep'", r#"{"a":null}"#), r#"{"a":null}"#);
}

#[test]
fn a_number_stays_a_number() {
    assert!(ok("a={rule='format',number=true}", r#"{"a":12345678}"#).len() == r#"{"a":12345678}"#.len());
    assert_eq!(ok("a={rule='bucket',size=10}", r#"{"a":-12.5}"#), r#"{"a":-20.0}"#);
    assert!(
        matches!(rewritten("a={rule='hash'}", r#"{"a":1}"#), Err(Why::Inside { why, .. }) if matches!(*why, Why::NoNumber))
    );
}

#[test]
fn an_unknown_path_shows_the_first_value_and_shapes_of_strange_keys() {
    let path = |text: &str| match rewritten("a='keep'", text) {
        Err(Why::UnknownPath { path }) => path,
        other => panic!("{other:?}"),
    };
    assert_eq!(path(r#"{"a":1,"profile":{"tags":[{"ssn":1}]}}"#), "profile.tags[].ssn");
    assert_eq!(path(r#"{"zoe@example.com":true}"#), "aaa@aaaaaaa.aaa");
    assert_eq!(path(r#"{"b":[]}"#), "b");
}

#[test]
fn depth_is_bounded() {
    let deep = "[".repeat(100_000);
    assert!(rewritten("a='keep'", &format!("{{\"a\":{deep}")).is_err());
    assert!(rewritten("a={rule='hash'}", &format!("{{\"b\":{deep}")).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[\\[\\]{}\",:a1.\\\\eu \\-]{0,30}") {
        let _ = rewritten("a={rule='hash'},'b[]'='keep','*'='null'", &text);
        let _ = Collector::new(&["a".to_owned(), "b[]".to_owned()]).values(&text);
    }

    #[test]
    fn what_is_written_is_json_again(key in ".{1,6}", value in ".{0,20}") {
        let text = serde_json::json!({ "a": value, "b": [value], "c": { key: value } }).to_string();
        let out = ok("a={rule='hash'},'b[]'='keep','c.*'={rule='pseudonym',kind='name'}", &text);
        let read: serde_json::Value = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(&read["b"][0], &serde_json::Value::from(value));
    }
}
