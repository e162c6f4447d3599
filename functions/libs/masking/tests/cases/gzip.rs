//! gzip: case 09.

use masking::source::{Compression, Sink, open};
use masking::{Refusal, Run};

use crate::{key, policy_of, read};

fn masked(file: &str) -> Result<(u64, String), Refusal> {
    let (policy, key) = (policy_of("09-gzip-members"), key());
    let mut run = Run::new(&policy, &key);
    let bytes = read(&format!("09-gzip-members/{file}"));
    let reader = open(Compression::of_name(file), bytes.as_slice()).map_err(|why| Refusal::file(file, why))?;
    let mut out = Vec::new();
    let rows = masking::csv::mask(run.table_of(file)?, file, reader, &mut out)?;
    Ok((rows, String::from_utf8(out).unwrap()))
}

#[test]
fn two_members_are_one_file() {
    let (rows, out) = masked("two.csv.gz").unwrap();
    assert_eq!(rows, 2);
    assert!(!out.contains("canary"));
}

#[test]
fn a_torn_file_is_refused_with_file_and_row() {
    let refusal = masked("torn.csv.gz").unwrap_err();
    assert!(refusal.row.is_some_and(|row| row > 1), "{refusal}");
    assert!(refusal.to_string().ends_with("the compressed data is torn, or something follows it"), "{refusal}");
}

#[test]
fn what_follows_the_last_member_is_refused_zeros_too() {
    for file in ["trailing.csv.gz", "zeros.csv.gz"] {
        let refusal = masked(file).expect_err(file).to_string();
        assert!(refusal.contains("is torn, or something follows it"), "{refusal}");
    }
}

#[test]
fn an_empty_member_has_no_rows_and_no_bytes_are_no_gzip() {
    let read_all = |file: &str| {
        let bytes = read(&format!("09-gzip-members/{file}"));
        let mut text = String::new();
        let mut reader = open(Compression::Gzip, bytes.as_slice())?;
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        Ok::<_, masking::Why>(text)
    };
    assert_eq!(read_all("empty.json.gz").unwrap(), "");
    assert_eq!(read_all("zero-bytes.json.gz").unwrap_err().to_string(), "the file is no gzip, and its name says so");
}

#[test]
fn what_is_written_as_gzip_is_read_again_and_has_no_time() {
    use std::io::Write;
    let gzip = || {
        let mut sink = Sink::new(Compression::Gzip, Vec::new());
        sink.write_all(b"id\n1\n").unwrap();
        sink.finish().unwrap()
    };
    assert_eq!(gzip(), gzip());
    assert_eq!(gzip()[4..8], [0; 4]);
}
