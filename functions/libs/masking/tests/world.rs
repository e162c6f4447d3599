//! A small world of three tables with planted canaries: nothing of them is left, joins hold to the row, and a second run gives the
//! same bytes.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use masking::detect::Detector;
use masking::{Figures, Key, Policy, Run};

const POLICY: &str =
    "checks=['references.broken == 0','unique{table=customers,column=email} == 100%','pii.suspected == 0']
[tables.customers]
key=['id']
unique=['email']
[tables.customers.columns]
id={rule='format',number=true}
email={rule='pseudonym',kind='email'}
name={rule='pseudonym',kind='name'}
phone={rule='pseudonym',kind='phone'}
payload={rule='json',paths={'mail'={rule='pseudonym',kind='email'},'n'='keep','link'='drop'}}
[tables.orders]
key=['id']
[tables.orders.columns]
id={rule='keep'}
email={rule='pseudonym',kind='email'}
note={rule='redact',also=['email']}
[tables.tickets]
[tables.tickets.columns]
order_id={rule='keep'}
'opened_by'={rule='pseudonym',kind='email'}
attachment={rule='drop'}
[[references]]
from='orders(customer_id)'
to='customers(id)'
[[references]]
from='orders(email)'
to='customers(email)'
[[references]]
from='tickets(order_id)'
to='orders(id)'
";

const CUSTOMERS: usize = 2000;

fn mail(n: usize) -> String {
    format!("canary.{n}@company.com")
}

/// An address in twelve forms, as people and programs write it.
fn form(n: usize, form: usize) -> String {
    let mail = mail(n);
    match form {
        0 => mail,
        1 => mail.to_uppercase(),
        2 => format!("write to {mail}, please"),
        3 => format!("<{mail}>"),
        4 => format!("mailto:{mail}?subject=x"),
        5 => format!("{mail};{mail}"),
        6 => format!("'{mail}'"),
        7 => format!("({mail})"),
        8 => format!("from={mail}&to=x"),
        9 => format!("a\nline with {mail}\nin it"),
        10 => format!("{mail}. And more"),
        _ => format!("\u{201e}{mail}\u{201c}"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn extract() -> BTreeMap<&'static str, String> {
    let mut customers = "id,email,name,phone,payload\n".to_owned();
    let mut orders = "id,customer_id,email,note\n".to_owned();
    let mut tickets = "order_id,opened_by,attachment\n".to_owned();
    for n in 0..CUSTOMERS {
        let (id, mail) = (1_000_000 + n, mail(n));
        let payload = quoted(&format!(
            r#"{{"mail": "{mail}", "n": {n}.50, "link": "https://x/?m={}"}}"#,
            mail.replace('@', "%40")
        ));
        customers += &format!("{id},{mail},Canary Person{n},+4915100{n:06},{payload}\n");
        for order in 0..2 {
            let number = n * 2 + order;
            orders += &format!(
                "{number},{id},{},{}\n",
                if order == 0 { mail.clone() } else { mail.to_uppercase() },
                quoted(&form(n, number % 12))
            );
            tickets += &format!("{number}, {mail} ,{}\n", STANDARD.encode(&mail));
        }
    }
    BTreeMap::from([("customers", customers), ("orders", orders), ("tickets", tickets)])
}

fn refresh(key: u8) -> (BTreeMap<&'static str, String>, Figures) {
    let (policy, key) = (Policy::parse("dataset.toml", POLICY).unwrap(), Key::new(&[key; 32]).unwrap());
    let mut run = Run::new(&policy, &key).watching();
    let mut masked = BTreeMap::new();
    for (name, text) in extract() {
        let mut out = Vec::new();
        masking::csv::mask(run.table(name).unwrap(), name, text.as_bytes(), &mut out)
            .unwrap_or_else(|refusal| panic!("{refusal}"));
        masked.insert(name, String::from_utf8(out).unwrap());
    }
    let mut detector = Detector::new(run.watched());
    for (name, text) in &masked {
        detector.csv((name, &policy.tables[*name]), name, text.as_bytes()).unwrap();
    }
    let mut figures = run.finish().unwrap();
    figures.suspected = detector.suspected(&policy.allowed);
    for outcome in policy.checks.iter().flat_map(|check| check.evaluate(&figures)) {
        assert!(outcome.held, "{outcome:?} {:?}", figures.suspected);
    }
    (masked, figures)
}

fn column(text: &str, at: usize) -> Vec<&str> {
    text.lines().skip(1).map(|line| line.split(',').nth(at).unwrap_or("")).collect()
}

#[test]
fn no_canary_is_left_in_any_form() {
    let (masked, _) = refresh(1);
    for (name, text) in &masked {
        let lower = text.to_lowercase();
        assert!(!lower.contains("canary") && !lower.contains("company.com"), "{name}");
        for encoded in ["Y2FuYXJ5", "NhbmFyeS", "jYW5hcnk", "%40"] {
            assert!(!text.contains(encoded), "{name} {encoded}");
        }
        assert!(!text.contains("+4915100"), "{name}");
    }
}

#[test]
fn joins_hold_to_the_row_and_values_stay_as_many() {
    let (masked, figures) = refresh(1);
    let (ids, mails) = (column(&masked["customers"], 0), column(&masked["customers"], 1));
    assert_eq!(mails.iter().collect::<BTreeSet<_>>().len(), CUSTOMERS);
    let known: BTreeMap<&str, &str> = ids.into_iter().zip(mails).collect();
    let orders = masked["orders"].lines().filter(|line| line.matches(',').count() >= 3);
    let orders: Vec<(&str, &str)> =
        orders.skip(1).map(|line| (line.split(',').nth(1).unwrap(), line.split(',').nth(2).unwrap())).collect();
    assert_eq!(orders.len(), CUSTOMERS * 2);
    assert!(orders.iter().all(|(id, mail)| known.get(id) == Some(mail)));
    assert_eq!(figures.tables["tickets"].rows, CUSTOMERS as u64 * 2);
}

#[test]
fn a_second_refresh_gives_the_same_bytes_and_another_key_other_ones() {
    assert_eq!(refresh(1).0, refresh(1).0);
    assert_ne!(refresh(1).0["customers"], refresh(2).0["customers"]);
}
