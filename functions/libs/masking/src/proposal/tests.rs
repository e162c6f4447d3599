use super::*;
use crate::{Key, Policy, Run};

fn extract() -> String {
    let mut text = "id,email,Full Name,phone,born,amount,state,note,payload,zip\n".to_owned();
    for n in 0..300 {
        let day = 1 + n % 28;
        text += &format!(
            "{},zoe{n}@company.com,Zoe Muster{n},+49 151 {},1980-02-{day:02},{n}.50,open,the customer {n} called again,\"{{\"\"a\"\":{n}}}\",{:05}\n",
            1_000_000 + n,
            10_000_000 + n,
            10_000 + n
        );
    }
    text
}

#[test]
fn a_proposal_shows_kinds_and_shapes_and_no_value() {
    let proposal = csv("customers", "customers.csv", extract().as_bytes(), 1000).unwrap();
    let text = proposal.to_toml();
    insta::assert_snapshot!(text);
    for value in ["zoe", "Muster", "company", "1980"] {
        assert!(!text.contains(value), "{value}");
    }
}

#[test]
fn what_is_proposed_is_a_policy_that_masks_the_extract() {
    let text = csv("customers", "customers.csv", extract().as_bytes(), 1000).unwrap().to_toml();
    let policy = Policy::parse("dataset.toml", &text.replace("\"Aaaa Aaaa\"", "\"Full Name\"")).unwrap();
    let key = Key::new(&[1; 32]).unwrap();
    let mut run = Run::new(&policy, &key);
    let mut out = Vec::new();
    crate::csv::mask(run.table("customers").unwrap(), "customers.csv", extract().as_bytes(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(!out.contains("zoe") && !out.contains("Muster"));
}

#[test]
fn paths_of_json_are_proposed_too() {
    let text = "{\"id\":1,\"user\":{\"email\":\"zoe@company.com\",\"tags\":[\"a\",\"b\"]}}\n{\"id\":2,\"user\":null}\n";
    let proposal = ndjson("users", "users.ndjson", text.as_bytes(), 1000).unwrap();
    let kinds: Vec<(&str, &str)> =
        proposal.columns.iter().map(|column| (column.name.as_str(), column.kind.as_str())).collect();
    assert_eq!(kinds, [("id", "integer"), ("user", "text"), ("user.email", "email"), ("user.tags[]", "text")]);
    assert!(proposal.to_toml().contains("\"user.email\" = { rule = \"pseudonym\", kind = \"email\" }"));
}

#[test]
fn only_so_many_rows_are_read() {
    assert_eq!(csv("t", "t.csv", extract().as_bytes(), 10).unwrap().rows, 10);
}
