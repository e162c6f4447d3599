//! The content of entries: what was zipped comes out, and nothing else does.

use std::io::{Seek, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::build::File;
use super::*;

#[test]
fn stored_and_deflated_content_comes_out_as_it_went_in() {
    let text = "line of text with ümläuts\n".repeat(20_000);
    for entry in [file("data.txt", &text), file("data.txt", &text).stored(), file("data.txt", "")] {
        let zip = package().and(entry.clone()).bytes();
        assert_eq!(unpacked(&zip, "data.txt").unwrap().as_bytes(), entry.content);
    }
}

#[test]
fn content_of_another_size_or_checksum_is_refused() {
    let text = "0123456789".repeat(1_000);
    let lies = [
        File { size: Some(9_999), ..file("x", &text) },
        File { size: Some(10_001), ..file("x", &text) },
        File { size: Some(10), ..file("x", &text).stored() },
        File { crc: Some(1), ..file("x", &text) },
    ];
    let messages: Vec<String> =
        lies.into_iter().map(|entry| unpacked(&package().and(entry).bytes(), "x").unwrap_err().to_string()).collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    package: "x": unpacks to more than the 9999 bytes that the zip says, zip it anew and upload it whole
    package: "x": cannot be unpacked: format: uncompressed size didn't match: expected 10001, got 10000, zip it anew and upload it whole
    package: "x": unpacks to more than the 10 bytes that the zip says, zip it anew and upload it whole
    package: "x": cannot be unpacked: format: checksum didn't match: expected 1, got bdce8b57, zip it anew and upload it whole
    "#);
}

#[test]
fn a_deflated_stream_that_is_broken_is_refused() {
    let mut zip = package().and(file("x", &"0123456789".repeat(1_000))).bytes();
    let header = zip.windows(4).rposition(|window| window == b"PK\x03\x04").unwrap();
    zip[header + 31..header + 39].fill(0xff);
    let message = unpacked(&zip, "x").unwrap_err().to_string();
    assert!(message.starts_with("package: \"x\": cannot be unpacked: "), "{message}");
}

#[test]
fn a_file_that_ends_meanwhile_is_refused() {
    let zip = package().and(file("x", &"0123456789".repeat(1_000)).stored()).bytes();
    let directory = read_directory(&mut Cursor::new(&zip)).unwrap();
    let entry = directory.file("x").unwrap();
    let error = copy_entry(&directory, entry, &mut Cursor::new(&zip[..200]), &mut Vec::new()).unwrap_err();
    insta::assert_snapshot!(error, @r#"package: "x": ends too early, zip it anew and upload it whole"#);
}

/// A writer that cannot go back writes sizes after the content.
struct Forward<W>(W);

impl<W: Write> Write for Forward<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn zips_of_another_writer_are_read_with_sizes_before_after_and_beyond_32_bits() {
    let text = "*** Test Cases ***\n".repeat(3_000);
    let options = SimpleFileOptions::default();
    let mut zips = Vec::new();
    for large in [false, true] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        write(&mut writer, options.large_file(large), &text);
        zips.push(writer.finish().unwrap().into_inner());
        let mut writer = ZipWriter::new_stream(Forward(Vec::new()));
        write(&mut writer, options.large_file(large), &text);
        zips.push(writer.finish().unwrap().into_inner().0);
    }
    for zip in zips {
        assert_eq!(checked(&zip).unwrap().suite_files, ["api/cart.robot"]);
        assert_eq!(unpacked(&zip, "api/cart.robot").unwrap(), text);
        assert_eq!(unpacked(&zip, "qaops.toml").unwrap(), "suite = \"checkout\"\n");
    }
}

fn write<W: Write + Seek>(writer: &mut ZipWriter<W>, options: SimpleFileOptions, text: &str) {
    writer.add_directory("api", options).unwrap();
    writer.start_file("qaops.toml", options).unwrap();
    writer.write_all(b"suite = \"checkout\"\n").unwrap();
    writer.start_file("api/cart.robot", options).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
}
