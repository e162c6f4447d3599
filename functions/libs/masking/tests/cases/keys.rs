//! Composite keys and self references: case 06.

use masking::{Key, Run};

use crate::{fields, policy, policy_of, read, refused};

const RULES: &str = "[tables.'*'.columns]
tenant={rule='pseudonym',kind='token'}
order_no={rule='hash'}
id={rule='hash'}
customer_id={rule='hash'}
referred_by={rule='hash'}
line={rule='keep'}
sku={rule='keep'}
";

fn ruled(rules: &str) -> String {
    rules.to_owned() + &String::from_utf8(read("06-composite-and-self-keys/dataset.toml")).unwrap()
}

#[test]
fn a_pair_of_columns_maps_the_same_in_both_tables_and_null_references_are_not_broken() {
    let (policy, key) = (policy(&ruled(RULES)), Key::new(&[7; 32]).unwrap());
    let mut run = Run::new(&policy, &key);
    let mut masked = |name: &str| {
        let (mut out, file) = (Vec::new(), format!("{name}.csv"));
        let text = read(&format!("06-composite-and-self-keys/{file}"));
        masking::csv::mask(run.table(name).unwrap(), &file, text.as_slice(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (customers, orders, lines) = (masked("customers"), masked("orders"), masked("lines"));
    assert_eq!(fields(&orders, 1)[..2], fields(&lines, 1)[..2]);
    assert_eq!(fields(&orders, 2)[..2], fields(&lines, 2)[..2]);
    assert_ne!(fields(&lines, 1)[0], fields(&lines, 2)[0]);
    assert_eq!(fields(&customers, 1)[1], fields(&customers, 2)[0]);
    assert_eq!(fields(&customers, 4)[1], "");
    let figures = run.finish().unwrap();
    assert!(figures.references.iter().all(|reference| reference.broken == 0), "{figures:?}");
}

#[test]
fn a_column_without_a_rule_takes_that_of_the_key_it_refers_to() {
    let policy =
        policy(&ruled("[tables.'*'.columns]\ntenant={rule='keep'}\norder_no={rule='keep'}\nid={rule='hash'}\n"));
    for (table, column) in [("orders", "customer_id"), ("customers", "referred_by")] {
        assert_eq!(policy.column(table, column, None).unwrap().unwrap().rule.name(), "hash");
    }
    assert!(policy.column("lines", "sku", None).unwrap().is_none());
}

#[test]
fn two_ends_of_a_reference_with_other_rules_are_refused() {
    let problem = refused(&ruled(&RULES.replace("customer_id={rule='hash'}", "customer_id={rule='hash',digits=20}")));
    assert!(problem.contains("orders.customer_id refers to customers.id, and their rules differ"), "{problem}");
}

#[test]
fn a_case_without_rules_is_a_policy_and_masks_nothing() {
    let (policy, key) = (policy_of("06-composite-and-self-keys"), Key::new(&[7; 32]).unwrap());
    let mut run = Run::new(&policy, &key);
    let text = read("06-composite-and-self-keys/lines.csv");
    let refusal =
        masking::csv::mask(run.table("lines").unwrap(), "lines.csv", text.as_slice(), &mut Vec::new()).unwrap_err();
    assert!(refusal.to_string().contains("line = { rule = \"drop\" }"), "{refusal}");
}

#[test]
fn a_reference_to_a_row_that_is_not_there_is_counted() {
    let text = "[tables.a]\nkey=['id']\n[tables.a.columns]\nid={rule='keep'}\n[tables.b.columns]\na_id={rule='keep'}
[[references]]\nfrom='b(a_id)'\nto='a(id)'";
    let (policy, key) = (policy(text), Key::new(&[7; 32]).unwrap());
    let mut run = Run::new(&policy, &key);
    masking::csv::mask(run.table("a").unwrap(), "a.csv", "id\n1\n2\n".as_bytes(), &mut Vec::new()).unwrap();
    masking::csv::mask(run.table("b").unwrap(), "b.csv", "a_id\n1\n3\n3\n\n".as_bytes(), &mut Vec::new()).unwrap();
    assert_eq!(run.finish().unwrap().references[0].broken, 1);
}

#[test]
fn a_subset_is_whole_and_has_no_more_than_its_roots_need() {
    let (policy, key) = (policy(&ruled(RULES)), Key::new(&[7; 32]).unwrap());
    let text = |name: &str| read(&format!("06-composite-and-self-keys/{name}.csv"));
    let mut subset = masking::subset::Subset::new(&policy, &key).unwrap();
    for name in ["customers", "orders", "lines"] {
        subset.csv(name, &format!("{name}.csv"), text(name).as_slice()).unwrap();
    }
    let selection = subset.select().unwrap();
    assert_eq!(["orders", "lines", "customers"].map(|name| selection.count(name)), [1, 2, 3]);
    let mut run = Run::new(&policy, &key).selecting(selection);
    let mut masked = |name: &str| {
        let mut out = Vec::new();
        masking::csv::mask(run.table(name).unwrap(), name, text(name).as_slice(), &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().count() - 1
    };
    assert_eq!(["orders", "lines", "customers"].map(&mut masked), [1, 2, 3]);
    let figures = run.finish().unwrap();
    assert!(figures.references.iter().all(|reference| reference.broken == 0), "{figures:?}");
}

#[test]
fn a_subset_without_a_root_is_refused() {
    let text = ruled(RULES).replace("'B'", "'C'");
    let (policy, key) = (policy(&text), Key::new(&[7; 32]).unwrap());
    let mut subset = masking::subset::Subset::new(&policy, &key).unwrap();
    subset.csv("orders", "orders.csv", read("06-composite-and-self-keys/orders.csv").as_slice()).unwrap();
    assert!(subset.select().unwrap_err().to_string().contains("the subset has no root"));
}

#[test]
fn a_share_of_the_roots_is_drawn_by_their_keys() {
    let text = "[tables.a]\nkey=['id']\n[tables.a.columns]\nid={rule='keep'}\n[subset]\nroots='a'\nshare='10%'";
    let (policy, key) = (policy(text), Key::new(&[7; 32]).unwrap());
    let rows: String = (0..5000).map(|n| format!("{n}\n")).collect();
    let count = || {
        let mut subset = masking::subset::Subset::new(&policy, &key).unwrap();
        subset.csv("a", "a.csv", format!("id\n{rows}").as_bytes()).unwrap();
        subset.select().unwrap().count("a")
    };
    assert!((400..600).contains(&count()) && count() == count(), "{}", count());
}
