//! A data set that is masked in parts.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use masking::{Key, Policy, Run};
use proptest::prelude::*;

const RULES: &str = "[tables.a.columns]\nid={rule='keep'}\nnote={rule='hash'}
[tables.b.columns]\na_id={rule='keep'}\n[[references]]\nfrom='b(a_id)'\nto='a(id)'\n";

fn policy(header: &str) -> Policy {
    Policy::parse("dataset.toml", &format!("[tables.a]\nkey=['id']\n{header}\n{RULES}")).unwrap()
}

fn key() -> Key {
    Key::new(&[1; 32]).unwrap()
}

/// Masks one file in a run of its own.
fn part(policy: &Policy, table: &str, text: &str) -> Vec<u8> {
    let key = key();
    let mut run = Run::new(policy, &key);
    masking::csv::mask(run.table(table).unwrap(), table, text.as_bytes(), &mut Vec::new()).unwrap();
    run.into_part()
}

#[test]
fn uniqueness_and_references_are_checked_across_parts() {
    let (policy, key) = (policy(""), key());
    let parts = [
        part(&policy, "a", "id,note\n1,x\n2,y\n"),
        part(&policy, "b", "a_id\n1\n3\n4\n"),
        part(&policy, "a", "id,note\n3,x\n"),
    ];
    let mut run = Run::new(&policy, &key);
    parts.iter().for_each(|bytes| run.absorb("part", bytes).unwrap());
    let figures = run.finish().unwrap();
    assert_eq!((figures.tables["a"].rows, figures.references[0].broken), (3, 1));
    let mut run = Run::new(&policy, &key);
    [&parts[0], &parts[0], &parts[1]].into_iter().for_each(|bytes| run.absorb("part", bytes).unwrap());
    assert!(run.finish().unwrap_err().to_string().contains("column id: 2 rows repeat a value"));
}

#[test]
fn a_part_of_another_policy_or_form_is_refused() {
    let (policy, other, key) = (policy(""), policy("null='-'"), key());
    let bytes = part(&other, "a", "id,note\n1,x\n");
    let mut run = Run::new(&policy, &key);
    assert!(run.absorb("part", &bytes).unwrap_err().to_string().contains("masked by another policy"));
    let bytes = part(&policy, "a", "id,note\n1,x\n");
    for length in 0..bytes.len() {
        assert!(run.absorb("part", &bytes[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn parts_between_cuts_give_the_bytes_of_the_whole(rows in proptest::collection::vec("[a-z]{0,5}|\"([a-z\n,]|\"\"){0,9}\"", 0..40), size in 1..60u64) {
        let body: String = rows.iter().enumerate().map(|(n, note)| format!("{n},{note}\n")).collect();
        let text = format!("id,note\n{body}");
        let masked = |policy: &Policy, text: &str| {
            let key = key();
            let mut run = Run::new(policy, &key);
            let mut out = Vec::new();
            masking::csv::mask(run.table("a").unwrap(), "a", text.as_bytes(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let cuts: Vec<usize> = masking::csv::cuts(text.as_bytes(), size).unwrap().into_iter().map(|cut| cut as usize).collect();
        let ends = cuts.iter().copied().chain([text.len()]);
        let mut out = String::new();
        for (start, end) in [0].into_iter().chain(cuts.iter().copied()).zip(ends) {
            let header = if start == 0 { "" } else { "header=['id','note']" };
            out += &masked(&policy(header), &text[start..end]);
        }
        prop_assert_eq!(out, masked(&policy(""), &text));
    }
}
