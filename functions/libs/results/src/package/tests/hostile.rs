//! Packages that must be refused, and that no bytes make the reader panic or hang.

use proptest::prelude::*;

use super::build::File;
use super::*;

fn refusal(zip: &Zip) -> String {
    checked(&zip.bytes()).unwrap_err().to_string()
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    let names = [
        "../evil.robot",
        "a/../../evil.robot",
        "/etc/passwd",
        "C:/evil.robot",
        "c:evil.robot",
        "a\\..\\evil.robot",
        "",
        ".",
        "a\nb.robot",
        "a\0.robot",
        "//host/share",
        "a\u{2028}b.robot",
    ];
    let messages: Vec<String> = names.iter().map(|name| refusal(&package().and(file(name, "")))).collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    package: "../evil.robot": leads out of its folder, zip the folder's own content with plain relative names
    package: "a/../../evil.robot": leads out of its folder, zip the folder's own content with plain relative names
    package: "/etc/passwd": is an absolute path, zip the folder's own content with plain relative names
    package: "C:/evil.robot": begins with a drive letter, zip the folder's own content with plain relative names
    package: "c:evil.robot": begins with a drive letter, zip the folder's own content with plain relative names
    package: "a\\..\\evil.robot": has a backslash, zip the folder again with "tar -a -c -f package.zip *", which Windows has, too, or with 7-Zip
    package: "": is an empty name, zip the folder's own content with plain relative names
    package: "": is an empty name, zip the folder's own content with plain relative names
    package: "a\nb.robot": has a control character or a line separator, rename it
    package: "a\0.robot": has a control character or a line separator, rename it
    package: "/host/share": is an absolute path, zip the folder's own content with plain relative names
    package: "a\u{2028}b.robot": has a control character or a line separator, rename it
    "#);
}

#[test]
fn links_and_special_files_are_refused() {
    let modes = [0o120_777, 0o010_644, 0o020_644, 0o060_644, 0o140_644];
    let messages: Vec<String> =
        modes.iter().map(|mode| refusal(&package().and(file("x", "/etc/passwd").mode(*mode)))).collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    package: "x": is a symbolic link, put the file itself into the package
    package: "x": is a device, pipe or socket, leave it out
    package: "x": is a device, pipe or socket, leave it out
    package: "x": is a device, pipe or socket, leave it out
    package: "x": is a device, pipe or socket, leave it out
    "#);
}

#[test]
fn names_that_are_not_utf_8_as_the_zip_says_are_refused_and_tildes_are_not() {
    let latin = File { name: b"gr\xfc\xdfe.robot".to_vec(), flags: 1 << 11, ..file("", "") };
    insta::assert_snapshot!(refusal(&package().and(latin)), @r#"package: "gr��e.robot": is a name that is not UTF-8, though the zip says so, zip it anew"#);
    assert!(checked(&package().and(file("notes~", "")).and(file("größe.robot", "")).bytes()).is_ok());
}

#[test]
fn a_name_that_comes_twice_and_a_file_that_is_a_folder_are_refused() {
    insta::assert_snapshot!(refusal(&package().and(file("cart.robot", "x"))), @r#"package: "cart.robot": is in the package twice, keep one of them"#);
    insta::assert_snapshot!(refusal(&package().and(file("cart.robot/deep/x.robot", "x"))), @r#"package: "cart.robot": is a file and the folder of "cart.robot/deep/x.robot", rename one"#);
    insta::assert_snapshot!(refusal(&package().and(file("api/", "content"))), @r#"package: "api/": is a folder with content, zip it anew"#);
}

#[test]
fn encrypted_entries_and_other_methods_are_refused() {
    insta::assert_snapshot!(refusal(&package().and(File { flags: 1, ..file("secret", "") })), @r#"package: "secret": is encrypted, zip it without a password; secrets belong into robot.secrets"#);
    let messages: Vec<String> =
        [9, 12, 14, 93, 99, 1234].map(|method| refusal(&package().and(File { method, ..file("x", "") }))).into();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    package: "x": is compressed by Deflate64, zip it with deflate, as zip programs do by themselves
    package: "x": is compressed by Bzip2, zip it with deflate, as zip programs do by themselves
    package: "x": is compressed by Lzma, zip it with deflate, as zip programs do by themselves
    package: "x": is compressed by Zstd, zip it with deflate, as zip programs do by themselves
    package: "x": is encrypted, zip it without a password; secrets belong into robot.secrets
    package: "x": is compressed by Unrecognized(1234), zip it with deflate, as zip programs do by themselves
    "#);
}

#[test]
fn bombs_are_refused_by_what_the_directory_says() {
    let gib = |name: &str| File { size: Some(1 << 30), compressed: Some(6 << 20), ..file(name, "") };
    // The ratio of one file, before anything else.
    insta::assert_snapshot!(refusal(&package().and(File { size: Some(1 << 30), ..file("zeros", "") })), @r#"package: "zeros": unpacks to 1073741824 bytes from 2, such files fill disks; make it in hooks.before if a test needs it"#);
    let large = "x".repeat(6 << 20);
    let stored = |name: &str| File { size: Some(1 << 30), method: 0, ..file(name, &large) };
    let three = package().and(stored("a")).and(stored("b")).and(stored("c"));
    insta::assert_snapshot!(refusal(&three), @"package: it unpacks to more than 2 GiB, leave out what no test needs, or fetch it in hooks.before");
    insta::assert_snapshot!(refusal(&package().and(gib("a"))), @r#"package: "a": reaches into the next entry, zip it anew"#);
}

#[test]
fn entries_that_share_bytes_are_refused() {
    insta::assert_snapshot!(refusal(&package().and(File { offset: Some(0), ..file("twin", "") })), @r#"package: "qaops.toml": reaches into the next entry, zip it anew"#);
    insta::assert_snapshot!(refusal(&package().and(File { offset: Some(u32::MAX - 1), ..file("far", "") })), @r#"package: "far": reaches into the next entry, zip it anew"#);
}

#[test]
fn a_directory_that_contradicts_its_end_is_refused() {
    let zips = [
        Zip { count: Some(1), ..package() },
        Zip { count: Some(3), ..package() },
        Zip { directory_at: Some(0), ..package() },
        Zip { before: b"#!/bin/sh\n".to_vec(), directory_at: Some(10), ..package() },
        Zip { disk: 1, ..package() },
        package().and(File { size: Some(u32::MAX), ..file("x", "") }),
        package().and(File { size: Some(u32::MAX), extra: vec![1, 0, 2, 0, 1, 1], ..file("x", "") }),
    ];
    let messages: Vec<String> = zips.iter().map(refusal).collect();
    insta::assert_snapshot!(messages.join("\n"), @r#"
    package: its directory has more entries than its end says, zip it anew and upload it whole
    package: entry 3 of its directory cannot be read, zip it anew and upload it whole
    package: its directory does not lie where its end says, zip it anew and upload it whole
    package: its directory does not lie where its end says, zip it anew and upload it whole
    package: it is a zip in several parts, zip it in one part
    package: "x": has no sizes, zip it anew
    package: "x": has no sizes, zip it anew
    "#);
}

#[test]
fn too_many_entries_are_refused_before_they_are_read() {
    // The end of a zip64 archive that claims ten million entries in a directory of a few bytes.
    let mut zip = b"PK\x06\x06".to_vec();
    zip.extend([44, 0, 0, 0, 0, 0, 0, 0, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for long in [10_000_000u64, 10_000_000, 0, 0] {
        zip.extend(long.to_le_bytes());
    }
    zip.extend(b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0PK\x05\x06\0\0\0\0");
    zip.extend([0xff; 12]);
    zip.extend([0, 0]);
    insta::assert_snapshot!(checked(&zip).unwrap_err(), @"package: it has 10000000 entries, but may have 100000, leave out what no test needs");
}

#[test]
fn a_qaops_toml_that_is_too_large_or_no_text_is_refused() {
    let large = Zip::of([file("qaops.toml", &"# \n".repeat(100_000)), file("a.robot", "")]);
    insta::assert_snapshot!(refusal(&large), @r#"package: "qaops.toml": has 300000 bytes, but may have 262144, shorten it"#);
    let binary = Zip::of([File { content: vec![0xff, 0xfe], ..file("qaops.toml", "") }, file("a.robot", "")]);
    insta::assert_snapshot!(refusal(&binary), @r#"package: "qaops.toml": is not UTF-8, save it as UTF-8"#);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes are changed, the reader ends, with a package or with a problem.
    #[test]
    fn changed_bytes_never_make_the_reader_panic(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6), cut in any::<proptest::sample::Index>(), whole in any::<bool>()) {
        let mut zip = package().and(file("a/b.robot", &"some text ".repeat(500))).and(file("c", "x").stored()).bytes();
        for (at, byte) in changes {
            let at = at.index(zip.len());
            zip[at] = byte;
        }
        if !whole {
            zip.truncate(cut.index(zip.len()));
        }
        let _ = checked(&zip);
        if let Ok(directory) = ranges(&zip).0 {
            for entry in directory.entries() {
                let mut out = Vec::new();
                let _ = copy_entry(&directory, entry, &mut Cursor::new(&zip), &mut out);
                prop_assert!(out.len() as u64 <= entry.about.size);
            }
        }
    }

    /// The same for whatever claims to be the end of a zip.
    #[test]
    fn made_up_ends_never_make_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..300), at in any::<proptest::sample::Index>(), zip64 in any::<bool>()) {
        let end = if zip64 { &b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0PK\x05\x06"[..] } else { b"PK\x05\x06" };
        let at = at.index(bytes.len() + 1);
        bytes.splice(at..at, end.iter().copied());
        bytes.splice(..0, b"PK\x06\x06".iter().copied());
        prop_assert!(checked(&bytes).is_err());
    }
}
