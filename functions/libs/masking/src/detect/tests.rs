use super::*;
use crate::{Key, Policy, Run};

fn found(text: &str) -> Vec<String> {
    found_by(Watch::default(), text)
}

fn found_by(watch: Watch, text: &str) -> Vec<String> {
    let mut detector = Detector::new(watch);
    detector.look("t", "c", text);
    detector.suspected(&[]).into_keys().collect()
}

#[test]
fn an_address_is_found_in_twelve_forms() {
    for text in [
        "zoe.real@company.com",
        "ZOE.REAL@COMPANY.COM",
        "write to zoe.real@company.com, please",
        "<zoe.real@company.com>",
        r#"{"user":{"email":"zoe.real@company.com"}}"#,
        r#"{"user":"zoe.real\u0040company.com"}"#,
        r#"{"inner":"{\"email\":\"zoe.real@company.com\"}"}"#,
        "https://x.example/?q=zoe.real%40company.com",
        "zoe.real%2540company.com",
        "em9lLnJlYWxAY29tcGFueS5jb20=",
        "token em9lLnJlYWxAY29tcGFueS5jb20 end",
        "a,b;zoe.real@company.com|c",
    ] {
        assert_eq!(found(text), ["t.c: email"], "{text}");
    }
}

#[test]
fn phone_numbers_cards_and_ibans_are_found_and_pseudonyms_are_not() {
    assert_eq!(found("call +49 151 23456789"), ["t.c: phone"]);
    assert_eq!(found("4111 1111 1111 1111"), ["t.c: card"]);
    assert_eq!(found("DE89370400440532013000"), ["t.c: iban"]);
    let policy = "[tables.t.columns]\na={rule='pseudonym',kind='email'}\nb={rule='pseudonym',kind='phone'}
c={rule='pseudonym',kind='iban'}\nd={rule='pseudonym',kind='card'}\ne={rule='pseudonym',kind='uuid'}\nf={rule='shift'}\ng={rule='hash'}";
    let (policy, key) = (Policy::parse("dataset.toml", policy).unwrap(), Key::new(&[3; 32]).unwrap());
    let mut run = Run::new(&policy, &key).watching();
    let mut text = "a,b,c,d,e,f,g\n".to_owned();
    for n in 0..500 {
        let (phone, uuid) = (1_512_345_000 + n, format!("9bc0d7e7-2370-102f-9d28-d23ebf06{n:04}"));
        text += &format!(
            "u{n}@company.com,+49{phone},DE89370400440532013000,4111111111111111,{uuid},2026-11-26 10:00:00,secret-{n}\n"
        );
    }
    let mut out = Vec::new();
    crate::csv::mask(run.table("t").unwrap(), "t.csv", text.as_bytes(), &mut out).unwrap();
    let mut detector = Detector::new(run.watched());
    let spec = &policy.tables["t"];
    assert_eq!(detector.csv(("t", spec), "t.csv", out.as_slice()).unwrap(), 500);
    let suspected = detector.suspected(&[]);
    assert!(suspected.values().sum::<u64>() <= 3, "{suspected:?}");
    detector.csv(("t", spec), "t.csv", text.as_bytes()).unwrap();
    let suspected = detector.suspected(&[]);
    assert_eq!((suspected["t.a: email"], suspected["t.g: source"], suspected["t.b: phone"]), (500, 500, 500));
}

#[test]
fn values_of_masked_columns_are_found_elsewhere() {
    let policy = "[tables.t.columns]\nname={rule='pseudonym',kind='name'}\nnote={rule='keep'}";
    let (policy, key) = (Policy::parse("dataset.toml", policy).unwrap(), Key::new(&[3; 32]).unwrap());
    let mut run = Run::new(&policy, &key).watching();
    let text = "name,note\nZoë Muster,met ZOË MUSTER today\nHans Beispiel,nothing\nKlara Fall,id=klara%20fall&x\nXaver Zufall,WGF2ZXIgWnVmYWxs\n";
    let mut out = Vec::new();
    crate::csv::mask(run.table("t").unwrap(), "t.csv", text.as_bytes(), &mut out).unwrap();
    let watch = run.watched();
    assert_eq!((watch.len(), watch.one_in()), (4, 1));
    let mut detector = Detector::new(watch);
    detector.csv(("t", &policy.tables["t"]), "t.csv", out.as_slice()).unwrap();
    assert_eq!(detector.suspected(&[]), BTreeMap::from([("t.note: source".to_owned(), 3)]));
}

#[test]
fn what_is_allowed_is_allowed_so_often_and_no_more() {
    let allowed = |most| [Allowed { table: "t".to_owned(), column: "c".to_owned(), finding: "email".to_owned(), most }];
    let mut detector = Detector::new(Watch::default());
    detector.look("t", "c", "support@company.com");
    detector.look("t", "c", "sales@company.com");
    assert!(detector.suspected(&allowed(2)).is_empty());
    assert_eq!(detector.suspected(&allowed(1)).values().sum::<u64>(), 2);
}

#[test]
fn findings_and_debug_show_no_value() {
    let mut detector = Detector::new(Watch::default());
    detector.look("t", "c", "zoe.real@company.com");
    assert!(!format!("{detector:?} {:?}", detector.suspected(&[])).contains("zoe"));
}

#[test]
fn too_many_values_are_sampled() {
    let mut sample = Sample::default();
    (0..20_000_u64).for_each(|n| sample.add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let watch = Watch::new(vec![sample]);
    assert!(watch.one_in() == 2 && watch.len() < 12_000, "{} {}", watch.one_in(), watch.len());
}
