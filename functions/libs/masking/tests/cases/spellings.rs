//! One person in two spellings: case 07.

use crate::{csv, fields, policy, policy_of, read, refused};

fn one(file: &str) -> String {
    let (table, _) = file.split_once('.').unwrap();
    let text =
        "[tables.b]\n".to_owned() + &String::from_utf8(read("07-same-person-other-spelling/dataset.toml")).unwrap();
    let text = text
        .replacen("[tables.b]\n", "", 1)
        .replace(if table == "a" { "[tables.b]\nfiles=\"b.csv\"\n" } else { "[tables.a]\nfiles=\"a.csv\"\n" }, "");
    let policy = policy(&text);
    csv(&policy, table, &read(&format!("07-same-person-other-spelling/{file}"))).unwrap().0
}

#[test]
fn two_spellings_of_an_address_and_of_a_name_give_one_pseudonym() {
    assert_eq!(one("a.csv"), one("b.csv"));
    assert!(
        policy_of("07-same-person-other-spelling").column("a", "email", None).unwrap().unwrap().rule.normal.to_string()
            == "casefold+nfc+trim"
    );
}

#[test]
fn case_counts_where_the_policy_says_so_and_spaces_stay_where_it_says_so() {
    let exact = policy("[tables.a.columns]\nemail={rule='pseudonym',kind='email',case='exact',space='keep'}");
    let (out, _) = csv(&exact, "a", b"email\nZoe@Example.com\nzoe@example.com \nzoe@example.com\n").unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_ne!(lines[1], lines[3]);
    assert_eq!(lines[2], format!("{} ", lines[3]));
}

#[test]
fn one_uuid_in_two_cases_gives_one_in_its_own_cases() {
    let policy = policy("[tables.c.columns]\nid={rule='keep'}\nowner={rule='pseudonym',kind='uuid'}");
    let (out, _) = csv(&policy, "c", &read("07-same-person-other-spelling/c.csv")).unwrap();
    let (upper, lower) = (fields(&out, 1)[1], fields(&out, 2)[1]);
    assert!(upper.to_lowercase() == lower && upper.to_uppercase() == upper && upper != lower, "{out}");
    assert!(lower.len() == 36 && !lower.contains("9bc0"));
}

#[test]
fn two_spellings_in_a_unique_column_are_a_refusal_and_no_merge() {
    let policy = policy("[tables.a]\nunique=['email']\n[tables.a.columns]\nemail={rule='pseudonym',kind='email'}");
    let refusal = csv(&policy, "a", b"email\nZoe@example.com\nzoe@example.com\n").unwrap_err().to_string();
    assert!(refusal.starts_with("a, column email: 1 rows repeat a value of this unique key"), "{refusal}");
}

#[test]
fn a_domain_that_reaches_somebody_is_refused() {
    let problem = refused("[tables.a.columns]\nemail={rule='pseudonym',kind='email',domain='company.com'}");
    assert!(problem.contains("mail to this domain may reach somebody"), "{problem}");
}
