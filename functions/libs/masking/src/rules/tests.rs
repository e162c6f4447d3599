use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::policy::Policy;

fn masker(rule: &str, key: u8) -> (Masker, Peers) {
    let text = format!("[tables.t.columns]\nc={{{rule}}}");
    let policy = Policy::parse("dataset.toml", &text).unwrap_or_else(|problem| panic!("{problem}"));
    let mut peers = Peers::default();
    let column = policy.column("t", "c", None).unwrap().unwrap();
    (Masker::new(&column.rule, &Key::new(&[key; 32]).unwrap(), &mut peers).unwrap(), peers)
}

fn masked(rule: &str, text: &str) -> Result<String, Why> {
    let mut out = String::new();
    let effect = masker(rule, 1).0.mask(text, &[None, None], &mut out)?;
    Ok(if effect == Effect::Same { text.to_owned() } else { out })
}

fn ok(rule: &str, text: &str) -> String {
    masked(rule, text).unwrap_or_else(|why| panic!("{rule} {text}: {why}"))
}

const EMAIL: &str = "rule='pseudonym',kind='email'";
const PHONE: &str = "rule='pseudonym',kind='phone'";
const IBAN: &str = "rule='pseudonym',kind='iban'";
const CARD: &str = "rule='pseudonym',kind='card'";

#[test]
fn pseudonyms_are_pinned_because_a_change_breaks_joins_with_older_versions() {
    let values = [
        (EMAIL, "zoe@example.org"),
        ("rule='pseudonym',kind='name'", "Zoe Muster"),
        (PHONE, "+49 151 23456789"),
        (IBAN, "DE89370400440532013000"),
        (CARD, "4111 1111 1111 1111"),
        ("rule='pseudonym',kind='uuid'", "9BC0D7E7-2370-102F-9D28-D23EBF06DE46"),
        ("rule='hash',digits=16", "42"),
        ("rule='format'", "AB-1234567"),
        ("rule='format'", "1234567"),
        ("rule='shift'", "2026-11-26 21:00:00.123456+00"),
        ("rule='noise'", "-1234.50"),
    ];
    let lines: Vec<String> = values.iter().map(|(rule, text)| ok(rule, text)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn one_phone_number_in_four_spellings_is_one() {
    let of = |text| ok("rule='pseudonym',kind='phone',country='49'", text);
    let plain = of("4915123456789");
    assert_eq!(of("+49 (0)151-23456789"), format!("+{plain}"));
    assert_eq!(of("004915123456789"), format!("00{plain}"));
    assert_eq!(of("0151 23456789"), format!("0{}", &plain[2..]));
}

#[test]
fn phone_numbers_reach_nobody() {
    for text in
        ["+4915123456789", "+12125551234", "+447911123456", "+33612345678", "+61412345678", "+8613800138000", "123"]
    {
        for rule in [PHONE, "rule='pseudonym',kind='phone',range='unassigned'"] {
            let digits: String = ok(rule, text).chars().filter(char::is_ascii_digit).collect();
            assert!(is_free(&digits), "{text} {digits}");
        }
    }
}

#[test]
fn checksums_are_right_and_belong_to_nobody() {
    for text in
        ["DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947", "x"]
    {
        let new = ok(IBAN, text);
        assert!(is_no_bank(&new), "{new}");
        assert_eq!(new.contains(' '), text.contains(' '));
        assert_eq!(ok("rule='pseudonym',kind='iban'", text), new);
    }
    for text in ["DE89370400440532013000", "GB82WEST12345698765432"] {
        assert!(ok(IBAN, text).parse::<iban::Iban>().is_ok(), "{text}");
    }
    for text in ["4111 1111 1111 1111", "378282246310005", "5555-5555-5555-4444", "?"] {
        let digits: String = ok(CARD, text).chars().filter(char::is_ascii_digit).collect();
        assert!(luhn(&digits).is_multiple_of(10) && is_test_card(&digits), "{digits}");
    }
}

#[test]
fn an_empty_text_stays_empty_under_every_rule_but_null() {
    for rule in [
        EMAIL,
        "rule='hash'",
        "rule='constant',value='x'",
        "rule='format'",
        "rule='shift'",
        "rule='json',paths={a='keep'}",
    ] {
        assert_eq!(ok(rule, ""), "", "{rule}");
    }
    assert_eq!(masker("rule='null'", 1).0.mask("", &[], &mut String::new()).unwrap(), Effect::Null);
}

#[test]
fn values_that_are_excepted_stay() {
    let rule = "rule='hash',except=['0'],reason='the system itself'";
    assert_eq!(ok(rule, "0"), "0");
    assert_ne!(ok(rule, "1"), "1");
}

#[test]
fn a_scope_sets_pseudonyms_apart() {
    assert_ne!(ok("rule='hash'", "42"), ok("rule='hash',scope='tickets'", "42"));
}

#[test]
fn format_is_a_permutation_that_keeps_the_shape() {
    let different: BTreeSet<String> = (0..3000).map(|n| ok("rule='format'", &format!("{:07}", n))).collect();
    assert_eq!(different.len(), 3000);
    let new = ok("rule='format'", "ab-12-XY9-zz");
    assert!(crate::shape::shape(&new) == "aa-99-AA9-aa" && new != "ab-12-XY9-zz", "{new}");
    for n in 0..300 {
        let new = ok("rule='format',number=true", &(1_000_000 + n * 7919).to_string());
        assert!(new.len() == 7 && !new.starts_with('0'), "{new}");
    }
    for short in ["12345", "AB12", "x"] {
        assert!(matches!(masked("rule='format'", short), Err(Why::TooShort)), "{short}");
    }
}

#[test]
fn dates_of_a_person_move_together_and_keep_their_form() {
    let (masker, peers) = masker("rule='shift',days=100,by='person'", 1);
    assert_eq!(peers.names, ["person"]);
    let moved = |text: &str, person: &str| {
        let mut out = String::new();
        masker.mask(text, &[Some(person)], &mut out).unwrap();
        out
    };
    let day = |text: &str| text.get(..10).unwrap().parse::<jiff::civil::Date>().unwrap();
    let (first, second) = (moved("2026-11-26", "7"), moved("2026-12-26 21:00:00.123456+00", "7"));
    assert_eq!((day(&second) - day(&first)).get_days(), 30);
    assert!(second.ends_with(" 21:00:00.123456+00") && first != "2026-11-26");
    assert!((0..50).map(|n| moved("2026-11-26", &n.to_string())).collect::<BTreeSet<_>>().len() > 20);
    assert_eq!(moved("infinity", "7"), "infinity");
    for wrong in ["26.11.2026", "2026-02-30", "0000-00-00", "9999-12-31x", "2026-11-26 Zoe"] {
        assert!(masker.mask(wrong, &[Some("7")], &mut String::new()).is_err(), "{wrong}");
    }
}

#[test]
fn numbers_keep_their_digits_after_the_point() {
    assert_eq!(ok("rule='bucket',size=10", "-12.50"), "-20.00");
    assert_eq!(ok("rule='bucket',size=1000", "123456"), "123000");
    assert_eq!(ok("rule='bucket',to='month'", "2026-11-26 21:10:00.5+00"), "2026-11-01 00:00:00.0+00");
    assert_eq!(ok("rule='noise'", "NaN"), "NaN");
    for n in 1..200 {
        let (old, new) = (f64::from(n) * 10.25, ok("rule='noise',percent=10", &format!("{:.2}", f64::from(n) * 10.25)));
        assert!((new.parse::<f64>().unwrap() - old).abs() <= old * 0.1 + 0.01, "{old} {new}");
    }
    for wrong in ["", "1e5", "--1", ".", "1.", "x", "1234567890123456789012345678901"] {
        assert!(numbers::bucket(wrong, 10, &mut String::new()).is_err(), "{wrong}");
    }
}

#[test]
fn free_text_loses_what_looks_like_data_and_what_other_columns_say() {
    let (masker, _) = masker("rule='redact',also=['name'],patterns=['email','phone','K-\\d+']", 1);
    let mut out = String::new();
    masker
        .mask("Dear ZOE MUSTER, zoe@example.org or +49 151 2345678, case K-77", &[Some("Zoe Muster")], &mut out)
        .unwrap();
    assert_eq!(out, "Dear [name], [email] or [phone], case [redacted]");
}

proptest! {
    #[test]
    fn no_text_makes_a_rule_panic_and_each_gives_the_same_twice(text in ".{0,40}", rule in 0..14usize) {
        let rules = [
            EMAIL, PHONE, IBAN, CARD, "rule='pseudonym',kind='uuid'", "rule='pseudonym',kind='address',space='keep'", "rule='hash'",
            "rule='format'", "rule='format',number=true", "rule='shift'", "rule='noise'", "rule='bucket',size=7",
            "rule='bucket',to='year'", "rule='redact'",
        ];
        prop_assert_eq!(masked(rules[rule], &text).ok(), masked(rules[rule], &text).ok());
        let secret = format!("Zq9{text}");
        if let Err(why) = masked(rules[rule], &secret) {
            let shown = format!("{why} {why:?}");
            prop_assert!(!shown.contains(&secret));
        }
    }

    #[test]
    fn format_keeps_different_values_different(one in "[a-z]{2}[0-9]{6}", other in "[a-z]{2}[0-9]{6}") {
        prop_assert_eq!(one == other, ok("rule='format'", &one) == ok("rule='format'", &other));
    }

    #[test]
    fn another_key_gives_another_world(text in "[a-z]{3,20}") {
        let of = |key| {
            let mut out = String::new();
            masker(EMAIL, key).0.mask(&text, &[], &mut out).map(|_| out).ok()
        };
        prop_assert_ne!(of(1), of(2));
    }

    #[test]
    fn numbers_never_change_their_form(whole in -1_000_000_000_i64..1_000_000_000, part in "[0-9]{0,6}") {
        let text = if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") };
        for rule in ["rule='noise'", "rule='bucket',size=100"] {
            let new = ok(rule, &text);
            prop_assert_eq!(new.split_once('.').map(|(_, part)| part.len()), text.split_once('.').map(|(_, part)| part.len()));
        }
    }
}
