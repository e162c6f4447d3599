//! CSV and NDJSON: cases 01, 02, 04 and 05.

use std::collections::BTreeSet;

use masking::checks::Check;

use crate::{csv, fields, ndjson, policy, policy_of, read, refused};

#[test]
fn twenty_thousand_addresses_stay_as_many() {
    let mut text = "id,email\n".to_owned();
    (1..=20_000).for_each(|n| text.push_str(&format!("{n},user{n:05}@example.com\n")));
    let (out, figures) = csv(&policy_of("01-unique-survives"), "customers", text.as_bytes()).unwrap();
    let different: BTreeSet<&str> = out.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    assert_eq!(different.len(), 20_000);
    assert!(different.iter().all(|email| email.ends_with("@example.com")));
    assert!(
        Check::parse("unique{column=email} == 100%").unwrap().evaluate(&figures).iter().all(|outcome| outcome.held)
    );
}

#[test]
fn a_rule_that_merges_values_is_refused_on_a_unique_column_before_any_data() {
    for rule in [
        "rule='bucket', size=10",
        "rule='constant', value='x'",
        "rule='redact'",
        "rule='pseudonym', kind='name'",
        "rule='null'",
        "rule='pseudonym', kind='card'",
    ] {
        let text = format!("[tables.c]\nunique=[['email']]\n[tables.c.columns]\nemail={{{rule}}}");
        let problem = refused(&text);
        assert!(
            problem.starts_with("dataset.toml: tables.c.columns.email: c.email is unique, and the rule"),
            "{problem}"
        );
    }
}

#[test]
fn null_empty_and_the_word_null_are_three_things() {
    let text = read("02-null-empty-quoted/people.csv");
    let (out, figures) = csv(&policy_of("02-null-empty-quoted"), "people", &text).unwrap();
    assert!(out.starts_with("id,name,nick\n1,,\"\"\n2,\"\",\n3,\""), "{out}");
    let (third, fourth) = (fields(&out, 3), fields(&out, 4));
    assert!(third.iter().chain(&fourth).all(|field| !field.contains("NULL") && !field.contains("\\N")), "{out}");
    assert_eq!(third[1].trim_matches('"'), third[2]);
    assert_ne!(fourth[1], fourth[2].trim_matches('"'));
    assert!(fourth[2].len() > 3, "a space is text: {out}");
    let check = Check::parse("null_rate{column=name} == 25%").unwrap();
    assert!(check.evaluate(&figures)[0].held, "{figures:?}");
}

#[test]
fn a_column_that_nobody_knew_stops_before_the_first_byte() {
    let policy = policy_of("04-new-column");
    let (out, _) = csv(&policy, "customers", &read("04-new-column/day1/customers.csv")).unwrap();
    assert!(!out.contains("a@example.com"));
    let refusal = csv(&policy, "customers", &read("04-new-column/day2/customers.csv")).unwrap_err();
    insta::assert_snapshot!(refusal, @r#"
    customers.csv, column mothers_maiden_name: no rule for it, add to the policy:
      [tables.customers.columns]
      mothers_maiden_name = { rule = "drop" }
    "#);
    assert!(!format!("{refusal:?}").contains("Zzcanary"));
}

#[test]
fn a_new_attribute_in_the_last_row_stops_with_file_row_and_path() {
    let text = String::from_utf8(read("04-new-column/day3/items.ndjson")).unwrap();
    let refusal = ndjson(&policy_of("04-new-column"), "customers", &text).unwrap_err();
    insta::assert_snapshot!(refusal, @r#"
    customers.ndjson, row 2, column profile.ssn: no rule for it, add to the policy:
      [tables.customers.columns]
      "profile.ssn" = { rule = "drop" }
    "#);
    assert!(!format!("{refusal:?}").contains("078-05"));
}

#[test]
fn a_rule_for_a_column_that_is_gone_is_refused() {
    let refusal = csv(&policy_of("04-new-column"), "customers", b"id,mail\n1,a@example.com\n").unwrap_err();
    assert!(refusal.to_string().starts_with("customers.csv, column email: the policy has a rule for it"), "{refusal}");
}

#[test]
fn a_header_that_is_a_row_of_data_does_not_show_it() {
    let refusal = csv(&policy_of("04-new-column"), "customers", b"id,email,Zoe Muster\n").unwrap_err().to_string();
    assert!(refusal.contains("column Aaa Aaaaaa") && !refusal.contains("Muster"), "{refusal}");
}

const EVENTS: &str = "05-json-in-a-column/events.csv";

fn event(row: usize) -> Vec<u8> {
    let text = String::from_utf8(read(EVENTS)).unwrap();
    format!("id,payload\n{}\n", text.lines().nth(row).unwrap()).into_bytes()
}

#[test]
fn values_inside_json_are_masked_and_digits_stay() {
    let (out, _) = csv(&policy_of("05-json-in-a-column"), "events", &event(1)).unwrap();
    let (of_case_4, _) = csv(&policy_of("04-new-column"), "customers", b"id,email\n1,canary1@example.com\n").unwrap();
    let elsewhere = of_case_4.trim().rsplit(',').next().unwrap();
    assert!(
        out.contains(&format!(r#""{{""type"":""login"",""user"":{{""email"":""{elsewhere}"",""tags"":[""#)),
        "{out}"
    );
    assert!(out.contains(r#"]},""n"":9007199254740993,""price"":1.10}""#) && !out.contains("canary"), "{out}");
}

#[test]
fn an_unknown_path_in_json_refuses_and_its_key_is_not_shown() {
    let refusal = csv(&policy_of("05-json-in-a-column"), "events", &event(2)).unwrap_err();
    insta::assert_snapshot!(refusal, @"events.csv, row 1, column payload (json): the path aaaaaa9@aaaaaaa.aaa has no rule, add it to the paths of the rule json");
    let text = format!("{refusal:?}");
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn text_that_is_no_json_refuses_and_null_stays() {
    let policy = policy_of("05-json-in-a-column");
    let refusal = csv(&policy, "events", &event(3)).unwrap_err();
    insta::assert_snapshot!(refusal, @"events.csv, row 1, column payload (json): the value is no JSON value");
    assert_eq!(csv(&policy, "events", &event(4)).unwrap().0, "id,payload\n4,\n");
    let whole = csv(&policy, "events", &read(EVENTS)).unwrap_err().to_string();
    assert!(whole.starts_with("events.csv, row 2, "), "{whole}");
}

#[test]
fn a_keep_of_what_is_called_like_data_of_people_needs_a_reason() {
    let problem = refused("[tables.c.columns]\nemail={rule='keep'}");
    insta::assert_snapshot!(problem, @"dataset.toml: tables.c.columns.email: the rule keep has no reason, say why its values are nobody's: reason = \"…\"");
    assert_eq!(policy("[tables.c.columns]\nid={rule='keep'}").warnings.len(), 1);
}
