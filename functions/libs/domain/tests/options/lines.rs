//! Lines in every shape: what is accepted means for Robot Framework what it means for QAOps.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::judge::{read, settled};

/// Lists of lines that are tried.
const TRIED: usize = 6000;

/// An option in one of its spellings, with something after it on the same line, on the next one, or nowhere; or a value
/// alone.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let good: &[&str] = &["doc", "SetTag", "set-tag", "skip", "rpa", "no-rpa", "logl", "ra", "metadata", "tagdoc"];
    let odd: &[&str] = &["exit", "dryrun", "nodryrun", "include", "test", "output", "argumentf", "vari", "", "x"];
    let long = prop_oneof![6 => prop::sample::select(good), 1 => prop::sample::select(odd)];
    let name =
        prop_oneof![5 => long.prop_map(|name| format!("--{name}")), 1 => "-[XLDG.V]{1,3}", 1 => "-[XWTehAx?]{1,2}"];
    let good: &[&str] = &["INFO", "debug:info", "all", "all:1", "10", "bug", "a b", "a=b", "-slow"];
    let odd: &[&str] = &["--Foo-Bar", "--rpa", "argumentfile", "-A", "--", "-", "-L INFO", "#"];
    let value = prop_oneof![6 => prop::sample::select(good), 1 => prop::sample::select(odd)];
    let between = prop::sample::select(&["=", " ", "=", " ", "", "  ", "= ", " ="][..]);
    let both = (name.clone(), between, value.clone())
        .prop_map(|(name, between, value)| vec![format!("{name}{between}{value}")]);
    let apart = (name.clone(), value.clone()).prop_map(|(name, value)| vec![name, value.to_owned()]);
    let (name, value) = (name.prop_map(|name| vec![name]), value.prop_map(|value| vec![value.to_owned()]));
    prop_oneof![8 => both, 8 => apart, 4 => name, 1 => value]
}

fn sample<S: Strategy>(strategy: &S) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..TRIED).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn what_is_accepted_means_the_same_for_robot_as_it_is_written_and_as_it_is_spelt_out() {
    let written = sample(&prop::collection::vec(lines(), 1..4).prop_map(|lines| lines.concat()));
    let accepted: Vec<(Vec<String>, Vec<String>)> =
        written.iter().filter_map(|lines| Some((lines.clone(), read(lines).ok()?))).collect();
    assert!(accepted.len() > TRIED / 10, "{} of {TRIED} lists are accepted", accepted.len());
    let (as_written, spelt_out): (Vec<_>, Vec<_>) = accepted.into_iter().unzip();
    let (Some(one), Some(other)) = (settled(&as_written), settled(&spelt_out)) else { return };
    for ((lines, one), other) in as_written.iter().zip(&one).zip(&other) {
        assert_eq!(one, other, "{lines:?}");
        assert_eq!(one.get("refused"), None, "{lines:?}");
        assert_eq!(one["paths"], json!(["."]), "{lines:?}");
        for ours in ["include", "exclude", "test", "suite", "task", "extension", "parser", "variable"] {
            assert_eq!(one["options"].get(ours), None, "{lines:?}");
        }
        assert_ne!(one["options"]["dryrun"], json!(true), "{lines:?}");
        assert_eq!(one["options"]["output"], json!("output.xml"), "{lines:?}");
    }
}

#[test]
fn a_tag_that_is_accepted_reaches_robot_as_it_is_written() {
    let tags = sample(&"(-|--|-A|argumentfile|Argument-File|--argument-|a|B|=| |#|NOT |\\*|\\[z-a\\]|ä){1,4}");
    let accepted: Vec<String> = tags.iter().filter_map(|tag| accepted(tag)).collect();
    assert!(accepted.len() > TRIED / 10, "{} of {TRIED} tags are accepted", accepted.len());
    let files: Vec<Vec<String>> = accepted.iter().map(|tag| vec![format!("--include {tag}")]).collect();
    let Some(answers) = settled(&files) else { return };
    for (tag, answer) in accepted.iter().zip(&answers) {
        assert_eq!(answer["options"]["include"], json!([tag]), "{answer}");
        assert_eq!(answer["paths"], json!(["."]), "{tag:?}");
    }
}

/// A tag as the runner writes it, if the run's input may name it.
fn accepted(tag: &str) -> Option<String> {
    let input: Value = json!({ "suite": "a", "include": [tag] });
    domain::package::input::Request::parse(&input).ok()?.include?.pop()
}
