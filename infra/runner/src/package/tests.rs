use std::io::Write;

use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use super::*;

mod odd;

/// A folder with a zip of these entries.
fn zipped(entries: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.zip");
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, text) in entries {
        zip.start_file(*name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    (folder, path)
}

fn error_name(folder: &Path, zip: &Path) -> &'static str {
    unpack(zip, &folder.join("root")).unwrap_err().name()
}

#[test]
fn a_package_is_unpacked_with_its_folders() {
    let (folder, zip) = zipped(&[("qaops.toml", "suite = \"a\""), ("deep/er/a.robot", "text")]);
    unpack(&zip, &folder.path().join("root")).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join("root/deep/er/a.robot")).unwrap(), "text");
}

#[test]
fn an_entry_that_leads_out_is_refused_before_anything_is_written() {
    for bad in ["../evil.txt", "/evil.txt", "a/../../evil.txt", "a\\evil.txt"] {
        let (folder, zip) = zipped(&[("a.robot", "text"), (bad, "evil")]);
        assert_eq!(error_name(folder.path(), &zip), "Runner.PackageRefused", "{bad}");
        assert!(!folder.path().join("root").exists(), "{bad}");
    }
}

#[test]
fn a_damaged_file_is_refused() {
    let (folder, zip) = zipped(&[("a.robot", "the text of a suite")]);
    let mut bytes = std::fs::read(&zip).unwrap();
    let at = bytes.windows(8).position(|window| window == b"the text").unwrap();
    bytes[at] = b'T';
    std::fs::write(&zip, &bytes).unwrap();
    assert_eq!(error_name(folder.path(), &zip), "Runner.PackageRefused");
}

#[test]
fn a_truncated_zip_and_a_folder_that_is_there_are_refused() {
    let (folder, zip) = zipped(&[("a.robot", "text")]);
    let bytes = std::fs::read(&zip).unwrap();
    std::fs::write(&zip, &bytes[..bytes.len() - 10]).unwrap();
    assert_eq!(error_name(folder.path(), &zip), "Runner.PackageRefused");

    std::fs::write(&zip, &bytes).unwrap();
    std::fs::create_dir(folder.path().join("root")).unwrap();
    assert_eq!(error_name(folder.path(), &zip), "Runner.DiskFailed");
}

#[test]
fn every_version_of_a_package_has_a_file_of_its_own() {
    let one =
        PackageVersion { bucket: "b".into(), key: "k".into(), version: Some("1".into()), size: 3, etag: "e".into() };
    let two = PackageVersion { version: Some("2".into()), ..one.clone() };
    assert_ne!(name(&one), name(&two));
    assert_eq!(name(&one), name(&one.clone()));
}
