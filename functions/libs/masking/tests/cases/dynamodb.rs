//! An export of DynamoDB: case 12.

use masking::dynamodb::{self, DataFile, Export};
use masking::{Policy, Refusal, Run};

use crate::{key, policy, read};

const FOLDER: &str = "12-dynamodb-export/AWSDynamoDB/01700000000000-a1b2c3d4";
const POLICY: &str = "[tables.users]
files='*/data/*.json.gz'
format='dynamodb'
key=['pk']
[tables.users.columns]
pk={rule='keep'}
email={rule='pseudonym',kind='email'}
'tags[]'={rule='pseudonym',kind='email'}
b={rule='pseudonym',kind='email'}
n={rule='keep'}
nul={rule='hash'}
ok={rule='keep'}
'm.phones[]'={rule='pseudonym',kind='phone'}
";

fn file(name: &str) -> Vec<u8> {
    read(&format!("{FOLDER}/{name}"))
}

fn export() -> Export {
    let [summary, summary_checksum] = ["manifest-summary.json", "manifest-summary.checksum"].map(file);
    let [files, files_checksum] = ["manifest-files.json", "manifest-files.checksum"].map(file);
    Export::read(&summary, &summary_checksum, &files, &files_checksum).unwrap()
}

fn masked(policy: &Policy, data: &DataFile, bytes: &[u8]) -> Result<String, Refusal> {
    let key = key();
    let mut run = Run::new(policy, &key);
    let mut out = Vec::new();
    dynamodb::mask(run.table("users")?, data, bytes, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

fn data() -> (DataFile, Vec<u8>) {
    (export().files[0].clone(), file("data/aaaaexample.json.gz"))
}

#[test]
fn items_are_counted_and_masked_with_their_types() {
    let (data, bytes) = data();
    let out = masked(&policy(POLICY), &data, &bytes).unwrap();
    let item: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    let item = &item["Item"];
    assert_eq!(item["n"]["N"], "12345678901234567890123456789012345678");
    assert_eq!(item["nul"], serde_json::json!({ "NULL": true }));
    assert_eq!(item["email"]["S"], item["tags"]["SS"][0]);
    let phones = &item["m"]["M"]["phones"]["L"];
    assert!(phones[0]["S"].as_str().unwrap().starts_with("+49") && phones[1]["N"].as_str().unwrap().starts_with("49"));
    for canary in ["canary", "Y2FuYXJ5", "4915100000001", "4915100000002"] {
        assert!(!out.contains(canary), "{out}");
    }
    assert_eq!(out.lines().nth(1).unwrap(), r#"{"Item":{"pk":{"S":"u#2"}}}"#);
}

#[test]
fn an_empty_partition_is_fine_and_no_bytes_are_only_if_the_manifest_says_so() {
    let empty = export().files[1].clone();
    assert_eq!(masked(&policy(POLICY), &empty, &file("data/bbbbexample.json.gz")).unwrap(), "");
    let none = DataFile {
        md5: [0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0, 0xb2, 4, 0xe9, 0x80, 9, 0x98, 0xec, 0xf8, 0x42, 0x7e],
        ..empty
    };
    assert_eq!(masked(&policy(POLICY), &none, b"").unwrap(), "");
    assert!(masked(&policy(POLICY), &DataFile { items: 1, ..none }, b"").is_err());
}

#[test]
fn manifests_that_do_not_agree_are_refused() {
    let [summary, checksum] = ["manifest-summary.json", "manifest-summary.checksum"].map(file);
    let [files, files_checksum] = ["manifest-files.json", "manifest-files.checksum"].map(file);
    let refusal = Export::read(&summary, b"x", &files, &files_checksum).unwrap_err().to_string();
    assert_eq!(refusal, "manifest-summary.json: its MD5 is not that of its .checksum file");
    let (text, sum) = dynamodb::manifests(&export().files[1..]);
    let refusal = Export::read(&summary, &checksum, text.as_bytes(), sum.as_bytes()).unwrap_err().to_string();
    assert_eq!(refusal, "manifest-files.json: 0 items where the summary has 2");
    let keys: Vec<String> = export().files.iter().map(|file| file.key.clone()).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert!(export().check_keys(keys.iter().copied()).is_ok());
    assert!(
        export()
            .check_keys(keys[1..].iter().copied())
            .unwrap_err()
            .to_string()
            .contains("aaaaexample.json.gz is missing")
    );
    assert!(
        export()
            .check_keys(keys.iter().copied().chain(["x"]))
            .unwrap_err()
            .to_string()
            .contains("the file x is not in the manifest")
    );
}

#[test]
fn a_file_of_other_bytes_or_items_is_refused() {
    let (data, bytes) = data();
    let other = DataFile { md5: [0; 16], ..data.clone() };
    assert!(
        masked(&policy(POLICY), &other, &bytes)
            .unwrap_err()
            .to_string()
            .ends_with("the file's MD5 is not that of the manifest")
    );
    let more = DataFile { items: 3, ..data };
    assert!(
        masked(&policy(POLICY), &more, &bytes).unwrap_err().to_string().ends_with("2 items where the manifest has 3")
    );
}

#[test]
fn an_attribute_without_a_rule_stops_a_binary_one_too() {
    let (data, bytes) = data();
    for line in ["b=", "'tags[]'=", "'m.phones[]'=", "ok="] {
        let without: String =
            POLICY.lines().filter(|text| !text.starts_with(line)).map(|text| format!("{text}\n")).collect();
        let refusal = masked(&policy(&without), &data, &bytes).unwrap_err().to_string();
        let path = line.trim_end_matches('=').trim_matches('\'');
        assert!(refusal.contains(&format!("row 1, column {path}: no rule for it")), "{refusal}");
    }
}

#[test]
fn a_set_that_would_shrink_is_refused() {
    let (data, bytes) = data();
    let rule = "'tags[]'={rule='constant',value='x'}";
    let text = POLICY.replace("'tags[]'={rule='pseudonym',kind='email'}", rule);
    let refusal = masked(&policy(&text), &data, &bytes).unwrap_err().to_string();
    assert!(
        refusal.contains("column tags[] (constant): the value is no set of values with pseudonyms of their own"),
        "{refusal}"
    );
}

#[test]
fn an_incremental_export_is_refused_by_name() {
    let bytes = read("12-dynamodb-export/incremental/part.json.gz");
    let data = DataFile { key: "part.json.gz".to_owned(), items: 2, md5: [0; 16] };
    let refusal = masked(&policy(POLICY), &data, &bytes).unwrap_err();
    assert!(refusal.to_string().starts_with("part.json.gz, row 1: the line is of an incremental export"), "{refusal}");
    assert!(!format!("{refusal:?}").contains("canary"));
}
