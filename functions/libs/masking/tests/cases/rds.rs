//! A snapshot export of RDS: case 11.

use std::collections::BTreeMap;

use masking::rds::Export;
use masking::{Policy, Refusal, Run};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::{case, key, policy, read};

const FOLDER: &str = "11-rds-export/export-2026-11-27";
const TABLE: &str = "shop.public.customers";
const POLICY: &str = "[tables.customers]
files='*/shop/public.customers/*'
unique=['id','email']
[tables.customers.columns]
id={rule='keep'}
email={rule='pseudonym',kind='email'}
balance={rule='keep',reason='amounts say nothing without a name'}
created_at={rule='shift',by='id'}
payload={rule='json',paths={'a'='keep','email'={rule='pseudonym',kind='email'},'user.email'={rule='pseudonym',kind='email'}}}
tags={rule='redact'}
uid={rule='pseudonym',kind='uuid'}
[tables.empty]
files='*/shop/public.empty/*'
[tables.empty.columns]
id={rule='keep'}
";

fn export() -> Export {
    let info = read(&format!("{FOLDER}/export_info_export-2026-11-27.json"));
    let tables = read(&format!("{FOLDER}/export_tables_info_export-2026-11-27_from_1_to_2.json"));
    Export::read(("info", &info), &[("tables", &tables)]).unwrap()
}

/// Keys of all files of the export.
fn keys() -> Vec<String> {
    fn below(folder: &std::path::Path, keys: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { below(&path, keys) } else { keys.push(path.to_str().unwrap().to_owned()) }
        }
    }
    let mut keys = Vec::new();
    below(&case(FOLDER), &mut keys);
    keys
}

fn masked(policy: &Policy, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let (key, mut out) = (key(), Vec::new());
    let mut run = Run::new(policy, &key);
    let types = export().tables[TABLE].clone();
    masking::parquet::mask(run.table("customers")?, "part.parquet", &types, bytes::Bytes::from(bytes), &mut out)?;
    Ok(out)
}

/// Rows as names and texts of their values.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes.to_vec())).unwrap();
    let text = |field: &Field| match field {
        Field::Str(text) => text.clone(),
        Field::Null => "NULL".to_owned(),
        other => other.to_string(),
    };
    let row =
        |row: parquet::record::Row| row.get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect();
    reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect()
}

fn parts() -> Vec<Vec<u8>> {
    let keys = keys();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    export().files(TABLE, &keys).unwrap().into_iter().map(|key| std::fs::read(key).unwrap()).collect()
}

#[test]
fn all_parts_of_a_table_are_found_and_an_empty_table_has_none() {
    let keys = keys();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(export().files(TABLE, &keys).unwrap().len(), 2);
    assert!(export().files("shop.public.empty", &keys).unwrap().is_empty());
    let policy = policy(POLICY);
    assert_eq!(export().target(&policy, "customers").unwrap(), TABLE);
    let without: Vec<&str> = keys.iter().filter(|key| !key.ends_with("/2/_SUCCESS")).copied().collect();
    assert!(export().files(TABLE, &without).unwrap_err().to_string().contains("has no _SUCCESS"));
}

#[test]
fn values_are_masked_by_their_types_in_the_source_and_keep_their_form() {
    let policy = policy(POLICY);
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for part in parts() {
        old.extend(rows(&part));
        new.extend(rows(&masked(&policy, part).unwrap_or_else(|refusal| panic!("{refusal}"))));
    }
    assert_eq!((old.len(), new.len()), (3, 3));
    for (old, new) in old.iter().zip(&new) {
        for kept in ["id", "balance"] {
            assert_eq!(old[kept], new[kept]);
        }
        assert_eq!(old["created_at"].get(10..), new["created_at"].get(10..));
        assert_eq!(old["uid"].len(), new["uid"].len());
        for column in ["email", "created_at", "uid"] {
            assert!(old[column] == "NULL" && new[column] == "NULL" || old[column] != new[column], "{column}: {new:?}");
        }
        assert!(!format!("{new:?}").contains("canary"), "{new:?}");
    }
}

#[test]
fn no_byte_of_the_output_holds_a_canary_also_not_outside_of_pages() {
    let policy = policy(POLICY);
    for part in parts() {
        let out = masked(&policy, part).unwrap();
        for canary in ["canary", "Y2FuYXJ5", "pandas", "ARROW"] {
            assert!(memchr::memmem::find(&out, canary.as_bytes()).is_none(), "{canary}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (policy, part) = (policy(POLICY), parts().remove(0));
    assert_eq!(masked(&policy, part.clone()).unwrap(), masked(&policy, part).unwrap());
}

#[test]
fn a_column_without_a_rule_and_a_rule_by_type_are_known() {
    let part = parts().remove(0);
    let without = POLICY.replace("created_at={rule='shift',by='id'}\n", "");
    let refusal = masked(&policy(&without), part.clone()).unwrap_err().to_string();
    assert!(refusal.starts_with("part.parquet, column created_at: no rule for it"), "{refusal}");
    let typed = without + "[tables.customers.types]\n'timestamp with time zone'={rule='shift',by='id'}\n";
    assert_eq!(masked(&policy(&typed), part.clone()).unwrap(), masked(&policy(POLICY), part).unwrap());
}

#[test]
fn a_column_of_another_type_than_the_policy_says_is_refused() {
    let text = POLICY.replace("created_at={rule='shift',by='id'}", "created_at={rule='shift',by='id',type='date'}");
    let refusal = masked(&policy(&text), parts().remove(0)).unwrap_err().to_string();
    assert!(
        refusal.starts_with(
            "part.parquet, column created_at: its type is timestamp with time zone, and the policy says date"
        ),
        "{refusal}"
    );
}

#[test]
fn what_is_not_complete_or_not_there_is_refused_by_name() {
    let info = read(&format!("{FOLDER}/export_info_export-2026-11-27.json"));
    let tables = read(&format!("{FOLDER}/export_tables_info_export-2026-11-27_from_1_to_2.json"));
    let changed =
        |text: &[u8], old: &str, new: &str| String::from_utf8(text.to_vec()).unwrap().replace(old, new).into_bytes();
    let canceled = changed(&info, "COMPLETE", "CANCELED");
    let refusal = Export::read(("info", &canceled), &[("tables", &tables)]).unwrap_err().to_string();
    assert_eq!(refusal, "info: the export's status is CANCELED, not COMPLETE");
    let failed = changed(
        &tables,
        "\"status\": \"COMPLETE\",\n   \"sizeGB\": 0.0,\n   \"target\": \"shop.public.empty\"",
        "\"status\": \"FAILED\", \"target\": \"shop.public.empty\"",
    );
    let refusal = Export::read(("info", &info), &[("tables", &failed)]).unwrap_err().to_string();
    assert_eq!(refusal, "tables: the status of shop.public.empty is FAILED, not COMPLETE");
    let more = policy(&format!("{POLICY}[tables.orders]\nfiles='*/shop/public.orders/*'"));
    let refusal = export().target(&more, "orders").unwrap_err().to_string();
    assert_eq!(refusal, "dataset.toml: the export has no table for orders: RDS may have left it out");
}

#[test]
fn torn_and_changed_files_are_refused_without_a_panic() {
    let (policy, part) = (policy(POLICY), parts().remove(0));
    for length in (0..part.len()).step_by(97) {
        assert!(masked(&policy, part[..length].to_vec()).is_err(), "{length}");
    }
    for at in (0..part.len()).step_by(13) {
        let mut changed = part.clone();
        changed[at] ^= 0x5a;
        let _ = masked(&policy, changed);
    }
}

/// Writes a file with one column of a type.
fn file<T: DataType>(kind: &str, values: &[T::T], definitions: Option<&[i16]>, repetitions: Option<&[i16]>) -> Vec<u8> {
    let schema = std::sync::Arc::new(parse_message_type(&format!("message m {{ {kind} }}")).unwrap());
    let properties = WriterProperties::builder().set_bloom_filter_enabled(true).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties.into()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<T>().write_batch(values, definitions, repetitions).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

fn masked_file(rules: &str, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    let (policy, key, mut out) = (policy(&format!("[tables.t]\n[tables.t.columns]\n{rules}")), key(), Vec::new());
    let mut run = Run::new(&policy, &key);
    masking::parquet::mask(run.table("t")?, "t.parquet", &BTreeMap::new(), bytes::Bytes::from(bytes), &mut out)?;
    Ok(out)
}

#[test]
fn lists_keep_their_levels() {
    let texts: Vec<ByteArray> = ["a@b.de", "c@d.de", "a@b.de"].map(ByteArray::from).to_vec();
    let kind = "optional group tags (LIST) { repeated group list { optional binary element (STRING); } }";
    let bytes = file::<ByteArrayType>(kind, &texts, Some(&[3, 3, 0, 1, 2, 3]), Some(&[0, 1, 0, 0, 0, 1]));
    let out = masked_file("'tags.list.element'={rule='pseudonym',kind='email'}", bytes.clone()).unwrap();
    let shape = |bytes: &[u8]| -> Vec<String> {
        let plain = |row: &BTreeMap<String, String>| {
            row["tags"].split(['[', ']', ',']).map(|item| item.contains('@').to_string()).collect()
        };
        rows(bytes).iter().map(plain).collect()
    };
    assert_eq!(shape(&bytes), shape(&out));
    assert!(memchr::memmem::find(&out, b"b.de").is_none());
    let refusal = masked_file("id={rule='keep'}", bytes).unwrap_err().to_string();
    assert!(refusal.contains("column id: the policy has a rule for it"), "{refusal}");
}

#[test]
fn null_in_a_required_column_is_refused_before_anything_is_written() {
    let bytes = file::<Int64Type>("required int64 id;", &[1, 2], None, None);
    let refusal = masked_file("id={rule='null'}", bytes.clone()).unwrap_err().to_string();
    assert_eq!(refusal, "t.parquet, column id (null): the column may not be NULL in this file, take another rule");
    let text = masked_file("id={rule='hash'}", bytes).unwrap_err().to_string();
    assert_eq!(text, "t.parquet, row 1, column id (hash): the value is no value that fits its type after masking");
}

#[test]
fn numbers_and_nulls_are_written_anew_with_new_statistics() {
    let bytes = file::<Int64Type>("optional int64 id;", &[1_234_567, 7_654_321], Some(&[1, 0, 1]), None);
    let out = masked_file("id={rule='format',number=true}", bytes).unwrap();
    let new: Vec<String> = rows(&out).iter().map(|row| row["id"].clone()).collect();
    assert_eq!(new[1], "NULL");
    let reader = SerializedFileReader::new(bytes::Bytes::from(out)).unwrap();
    let column = reader.metadata().row_group(0).column(0).clone();
    assert_eq!(column.column_path(), &ColumnPath::from("id"));
    assert!(column.bloom_filter_offset().is_none());
    let statistics = column.statistics().unwrap();
    assert_ne!(statistics.min_bytes_opt(), Some(1_234_567_i64.to_le_bytes().as_slice()));
    assert_eq!(statistics.null_count_opt(), Some(1));
}
