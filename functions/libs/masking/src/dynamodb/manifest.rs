//! `manifest-summary.json`, `manifest-files.json` and their checksums.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use crate::error::{Refusal, Why};

const SUMMARY: &str = "manifest-summary.json";
const FILES: &str = "manifest-files.json";

/// An export whose manifests agree with each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Items of the table.
    pub items: u64,
    /// Time of the table that the export shows, as the manifest writes it.
    pub time: String,
    /// Its data files.
    pub files: Vec<DataFile>,
}

/// A data file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFile {
    /// Key in S3.
    pub key: String,
    /// Items in it.
    pub items: u64,
    /// MD5 of its bytes.
    pub md5: [u8; 16],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    item_count: u64,
    output_format: String,
    export_type: Option<String>,
    #[serde(default)]
    export_time: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    item_count: u64,
    md5_checksum: String,
    #[serde(default)]
    etag: String,
    data_file_s3_key: String,
}

impl Export {
    /// Reads both manifests and compares them with their `.checksum` files and with each other. Incremental exports, and exports in
    /// Ion, are refused by name.
    pub fn read(summary: &[u8], summary_checksum: &[u8], files: &[u8], files_checksum: &[u8]) -> Result<Self, Refusal> {
        checksum(SUMMARY, summary, summary_checksum)?;
        checksum(FILES, files, files_checksum)?;
        let head: Summary =
            serde_json::from_slice(summary).map_err(|_| wrong(SUMMARY, "it is no summary of an export"))?;
        if head.output_format != "DYNAMODB_JSON" {
            return Err(wrong(SUMMARY, "the export is not in DYNAMODB_JSON, export it again in this format"));
        }
        if head.export_type.is_some_and(|kind| kind != "FULL_EXPORT") {
            return Err(wrong(SUMMARY, "an incremental export is not supported, make a full export"));
        }
        let files = lines(files)?;
        let items: u64 = files.iter().map(|file| file.items).sum();
        if items != head.item_count {
            return Err(wrong(FILES, format!("{items} items where the summary has {}", head.item_count)));
        }
        Ok(Self { items, time: head.export_time, files })
    }

    /// Refuses data files that are missing or too many among the keys below the export's folder `data`.
    pub fn check_keys<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Result<(), Refusal> {
        let found: BTreeSet<&str> = keys.into_iter().collect();
        let named: BTreeSet<&str> = self.files.iter().map(|file| file.key.as_str()).collect();
        if let Some(missing) = named.difference(&found).next() {
            return Err(wrong(FILES, format!("the file {missing} is missing")));
        }
        match found.difference(&named).next() {
            Some(more) => Err(wrong(FILES, format!("the file {more} is not in the manifest"))),
            None => Ok(()),
        }
    }
}

fn wrong(file: &str, what: impl Into<String>) -> Refusal {
    Refusal::file(file, Why::Manifest(what.into()))
}

fn checksum(file: &str, text: &[u8], checksum: &[u8]) -> Result<(), Refusal> {
    let right = STANDARD.encode(Md5::digest(text));
    let same = checksum.trim_ascii() == right.as_bytes();
    if same { Ok(()) } else { Err(wrong(file, "its MD5 is not that of its .checksum file")) }
}

fn lines(text: &[u8]) -> Result<Vec<DataFile>, Refusal> {
    let text = std::str::from_utf8(text).map_err(|_| wrong(FILES, "it is no UTF-8"))?;
    let mut files: Vec<DataFile> = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let refused = |what: &str| Refusal::row(FILES, at as u64 + 1, Why::Manifest(what.to_owned()));
        let line: Line = serde_json::from_str(line).map_err(|_| refused("it is no line of a manifest"))?;
        let md5 = STANDARD.decode(&line.md5_checksum).ok().and_then(|md5| md5.try_into().ok());
        let md5 = md5.ok_or_else(|| refused("md5Checksum is no MD5 in base64"))?;
        if files.iter().any(|file| file.key == line.data_file_s3_key) {
            return Err(refused("the file is named twice"));
        }
        files.push(DataFile { key: line.data_file_s3_key, items: line.item_count, md5 });
    }
    Ok(files)
}

/// The text of `manifest-files.json` for files that were written, and of its `.checksum`.
pub fn manifests(files: &[DataFile]) -> (String, String) {
    let line = |file: &DataFile| {
        let line = Line {
            item_count: file.items,
            md5_checksum: STANDARD.encode(file.md5),
            etag: hex::encode(file.md5),
            data_file_s3_key: file.key.clone(),
        };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    };
    let text: String = files.iter().map(line).collect();
    let checksum = STANDARD.encode(Md5::digest(&text));
    (text, checksum)
}
