//! Laws that hold for any input.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use masking::{Key, Policy, Refusal, Run};
use proptest::prelude::*;

const POLICY: &str = "[tables.t]
[tables.t.columns]
a={rule='keep'}
b={rule='pseudonym',kind='email'}
c={rule='hash'}
";

fn masked(policy: &str, key: u8, text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let (policy, key) = (Policy::parse("dataset.toml", policy).unwrap(), Key::new(&[key; 32]).unwrap());
    let mut run = Run::new(&policy, &key);
    let mut out = Vec::new();
    masking::csv::mask(run.table("t")?, "t.csv", text, &mut out)?;
    Ok(out)
}

/// A field as it is written, and what it says; none for NULL.
type Field = (String, Option<String>);

fn field() -> impl Strategy<Value = Field> {
    let text = "[a-z0-9 ,\"\n\r;äß]{0,8}";
    prop_oneof![
        Just((String::new(), None)),
        text.prop_map(|text| (format!("\"{}\"", text.replace('"', "\"\"")), Some(text))),
        "[a-z0-9 ;äß]{1,8}".prop_map(|text| (text.clone(), Some(text))),
    ]
}

fn rows() -> impl Strategy<Value = Vec<(Field, Field, Field)>> {
    proptest::collection::vec((field(), field(), field()), 0..20)
}

fn written(rows: &[(Field, Field, Field)], ending: &str) -> String {
    let lines = rows.iter().map(|(a, b, c)| format!("{},{},{}{ending}", a.0, b.0, c.0));
    std::iter::once(format!("a,b,c{ending}")).chain(lines).collect()
}

/// Reads rows by a splitter of its own, one character after the other.
fn read(text: &str) -> Vec<Vec<Field>> {
    let (mut rows, mut row, mut raw, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => (inside = !inside, raw.push(c)).0,
            ',' if !inside => row.push(std::mem::take(&mut raw)),
            '\n' if !inside => {
                row.push(std::mem::take(&mut raw).trim_end_matches('\r').to_owned());
                rows.push(std::mem::take(&mut row).into_iter().map(value).collect());
            }
            c => raw.push(c),
        }
    }
    rows
}

fn value(raw: String) -> Field {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let value = match inner {
        Some(inner) => Some(inner.replace("\"\"", "\"")),
        None if raw.is_empty() => None,
        None => Some(raw.clone()),
    };
    (raw, value)
}

proptest! {
    #[test]
    fn rows_columns_kept_bytes_nulls_and_empty_texts_stay(rows in rows(), crlf in any::<bool>()) {
        let text = written(&rows, if crlf { "\r\n" } else { "\n" });
        let out = String::from_utf8(masked(POLICY, 1, text.as_bytes()).unwrap()).unwrap();
        let new = read(&out);
        prop_assert_eq!(new.len(), rows.len() + 1);
        for ((a, b, c), new) in rows.iter().zip(new.iter().skip(1)) {
            prop_assert_eq!(new.len(), 3);
            prop_assert_eq!(&new[0].0, &a.0);
            for (old, new) in [(b, &new[1]), (c, &new[2])] {
                prop_assert_eq!(old.1.is_none(), new.1.is_none());
                prop_assert_eq!(old.1.as_deref() == Some(""), new.1.as_deref() == Some(""));
                prop_assert_eq!(old.0.starts_with('"'), new.0.starts_with('"'));
            }
        }
    }

    #[test]
    fn values_that_differ_still_differ_and_those_that_are_one_are_one(rows in rows()) {
        let out = String::from_utf8(masked(POLICY, 1, written(&rows, "\n").as_bytes()).unwrap()).unwrap();
        let new = read(&out);
        let pairs: Vec<_> = rows.iter().zip(new.iter().skip(1)).map(|((_, _, c), new)| (c.1.clone(), new[2].1.clone())).collect();
        for (old, new) in &pairs {
            for (other_old, other_new) in &pairs {
                prop_assert_eq!(old == other_old, new == other_new);
            }
        }
    }

    #[test]
    fn the_same_key_gives_the_same_bytes_and_another_key_others(rows in rows()) {
        let text = written(&rows, "\n");
        let of = |key| masked(POLICY, key, text.as_bytes()).unwrap();
        prop_assert_eq!(of(1), of(1));
        let some = rows.iter().any(|(_, _, c)| c.1.as_deref().is_some_and(|text| !text.is_empty()));
        prop_assert_eq!(some, of(1) != of(2) && some);
    }

    #[test]
    fn no_bytes_make_it_panic_and_a_refusal_shows_none_of_them(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut text = b"a,b,c\n".to_vec();
        text.extend(&bytes);
        let _ = masked(POLICY, 1, &bytes);
        if let Err(refusal) = masked(POLICY, 1, &text) {
            prop_assert_eq!(&refusal.file, "t.csv");
            prop_assert!(refusal.row.is_some());
        }
    }

    #[test]
    fn small_reads_give_the_same_as_large_ones(rows in rows(), size in 1..7usize) {
        struct Slow<'a>(&'a [u8], usize);
        impl std::io::Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let length = self.1.min(self.0.len()).min(buffer.len());
                let (now, rest) = self.0.split_at(length);
                buffer[..length].copy_from_slice(now);
                self.0 = rest;
                Ok(length)
            }
        }
        let text = written(&rows, "\r\n");
        let (policy, key) = (Policy::parse("dataset.toml", POLICY).unwrap(), Key::new(&[1; 32]).unwrap());
        let mut run = Run::new(&policy, &key);
        let mut out = Vec::new();
        masking::csv::mask(run.table("t").unwrap(), "t.csv", Slow(text.as_bytes(), size), &mut out).unwrap();
        prop_assert_eq!(out, masked(POLICY, 1, text.as_bytes()).unwrap());
    }
}

#[test]
fn rows_longer_than_a_buffer_are_whole() {
    let long = "x".repeat(300_000);
    let text = format!("a,b,c\n\"{long}\n{long}\",e@example.org,1\n1,,\n");
    let out = String::from_utf8(masked(POLICY, 1, text.as_bytes()).unwrap()).unwrap();
    assert_eq!(read(&out)[1][0].0.len(), 600_003);
}

#[test]
fn every_bad_row_gives_its_number() {
    let cases: [(&[u8], &str); 9] = [
        (b"a,b,c\n1,2,3\n1,2\n", "t.csv, row 2: 2 fields where the header has 3"),
        (b"a,b,c\n1,2,3,4\n", "t.csv, row 1: 4 fields where the header has 3"),
        (b"a,b,c\n1,\"2,3\n", "t.csv, row 1: a quote is not closed"),
        (b"a,b,c\n1,2\"x,3\n", "t.csv, row 1: a quote inside of a field without quotes"),
        (b"a,b,c\n1,\"2\"x,3\n", "t.csv, row 1: text follows a closing quote"),
        (b"a,b,c\n1,2\r,3\n", "t.csv, row 1: a carriage return without a line feed, put the field in quotes"),
        (b"a,b,c\n1,\xff,3\n", "t.csv, row 1: the text is no UTF-8, export it as UTF-8"),
        (b"a,b,a\n", "t.csv, column a: two columns have this name, give one of them another name in the extract"),
        (b"", "t.csv: the file is empty, without a header"),
    ];
    for (text, expected) in cases {
        assert_eq!(masked(POLICY, 1, text).unwrap_err().to_string(), expected);
    }
    assert!(masked(POLICY, 1, b"\xff\xfea\0").unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn a_byte_order_mark_stays_and_a_last_row_needs_no_line_end() {
    let out = masked(POLICY, 1, "\u{feff}a,b,c\n1,,".as_bytes()).unwrap();
    assert_eq!(out, "\u{feff}a,b,c\n1,,".as_bytes());
}

#[test]
fn columns_that_are_dropped_leave_header_and_rows() {
    let policy = "[tables.t.columns]\na={rule='drop'}\nb={rule='keep'}\nc={rule='drop'}";
    assert_eq!(masked(policy, 1, b"a,b,c\n1,2,3\n\"x\",,\n").unwrap(), b"b\n2\n\n");
}

#[test]
fn rows_that_are_nobodys_keep_their_values() {
    let policy = format!("{POLICY}[[tables.t.when]]\nwhere=\"a == 'bot'\"\nkeep=['b']\nreason='programs are nobody'\n");
    let out =
        String::from_utf8(masked(&policy, 1, b"a,b,c\nbot,b@example.org,1\nman,m@example.org,1\n").unwrap()).unwrap();
    assert!(out.contains("bot,b@example.org,") && !out.contains("m@example.org"), "{out}");
}

#[test]
fn a_required_value_and_a_length_are_held() {
    let policy = |more: &str| {
        format!("[tables.t]\n{more}\n[tables.t.columns]\na={{rule='constant',value='long text',length=9}}")
    };
    let refusal = masked(&policy("required=['a']\nnull='-'"), 1, b"a\nx\n-\n").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "t.csv, row 2, column a (constant): the value is missing, and the policy requires it"
    );
    let long = "[tables.t.columns]\na={rule='redact',length=8}";
    let refusal = masked(long, 1, b"a\na@b.de x\n").unwrap_err();
    assert_eq!(refusal.to_string(), "t.csv, row 1, column a (redact): the masked value is longer than 8 characters");
}

#[test]
fn the_text_format_of_postgres_keeps_its_escapes() {
    let policy =
        Policy::parse("dataset.toml", &POLICY.replace("[tables.t]\n", "[tables.t]\nheader=['a','b','c']\n")).unwrap();
    let key = Key::new(&[1; 32]).unwrap();
    let mut run = Run::new(&policy, &key);
    let mut out = Vec::new();
    let text = "x\\ty\\\\\t\\N\tz\n\\N\t\\x61@b.de\t\n\\.\n";
    let rows = masking::csv::mask_copy(run.table("t").unwrap(), "t.copy", text.as_bytes(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(rows, 2);
    assert!(out.starts_with("x\\ty\\\\\t\\N\t") && out.ends_with("\t\n\\.\n") && out.contains("@example.com"), "{out}");
}
