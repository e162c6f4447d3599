//! Zips as people make them: what the check of `plan` accepts, an instance unpacks to exactly the same files.

use std::collections::BTreeMap;
use std::io::Cursor;

use domain::base::problem::Problem;
use results::package::DirectoryReader;
use zip::ZipWriter;

use super::*;

/// Files by path, each with whether it may be executed.
type Files = BTreeMap<String, bool>;
/// A zip, and its files where it can be used.
type Case = (&'static str, Vec<u8>, Option<&'static [&'static str]>);

/// A name that ends in `/` is a folder, one in `*` a file that may be executed. The name is its file's content, too.
fn write<W: Write + std::io::Seek>(mut zip: ZipWriter<W>, names: &[&str], options: SimpleFileOptions) -> W {
    for name in names {
        match name.strip_suffix('/') {
            Some(_) => zip.add_directory(*name, options).unwrap(),
            None => {
                let mode = if name.ends_with('*') { 0o755 } else { 0o644 };
                zip.start_file(name.trim_end_matches('*'), options.unix_permissions(mode)).unwrap();
                zip.write_all(name.trim_end_matches('*').as_bytes()).unwrap();
            }
        }
    }
    zip.finish().unwrap()
}

fn made(names: &[&str]) -> Vec<u8> {
    made_with(names, SimpleFileOptions::default())
}

fn made_with(names: &[&str], options: SimpleFileOptions) -> Vec<u8> {
    write(ZipWriter::new(Cursor::new(Vec::new())), names, options).into_inner()
}

/// Sizes and checksums stand behind each content, as of a program that writes to a pipe.
fn streamed(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new_stream(Vec::new());
    for name in names {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(name.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn with_comment(names: &[&str]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.set_comment("made by hand").unwrap();
    write(zip, names, SimpleFileOptions::default()).into_inner()
}

/// The zip as if it came from DOS or Windows.
fn of_dos(mut zip: Vec<u8>) -> Vec<u8> {
    let heads: Vec<usize> =
        zip.windows(4).enumerate().filter(|(_, four)| four == b"PK\x01\x02").map(|(at, _)| at).collect();
    heads.into_iter().for_each(|at| zip[at + 5] = 0);
    zip
}

/// The zip with other bytes in the place of these.
fn patched(mut zip: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> =
        zip.windows(from.len()).enumerate().filter(|(_, bytes)| *bytes == from).map(|(at, _)| at).collect();
    places.into_iter().for_each(|at| zip[at..at + from.len()].copy_from_slice(to));
    zip
}

fn cases() -> Vec<Case> {
    let plain = || made(&["a.robot", "deep/b.txt"]);
    let both: Option<&[&str]> = Some(&["a.robot", "deep/b.txt"]);
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    vec![
        ("plain", plain(), both),
        ("stored", made_with(&["a.robot", "deep/b.txt"], stored), both),
        ("with ./ before every name", made(&["./", "./a.robot", "./deep/", "./deep/b.txt"]), both),
        ("with an entry of the root", made(&["/", "a.robot", "deep/b.txt"]), both),
        ("with . and nothing between slashes", made(&["./././a.robot", "deep//b.txt"]), both),
        ("of Windows with backslashes", of_dos(made(&["a.robot", "deep\\b.txt"])), both),
        ("with backslashes, not of Windows", made(&["a.robot", "deep\\b.txt"]), None),
        (
            "with a name in code page 437",
            patched(made(&["a.robot", "gr12e.txt"]), b"gr12e", b"gr\x94\xe1e"),
            Some(&["a.robot", "größe.txt"]),
        ),
        ("with a name flagged as UTF-8", made(&["a.robot", "größe.txt"]), Some(&["a.robot", "größe.txt"])),
        ("with a line separator in a name", made(&["a.robot", "b\u{2028}c.txt"]), None),
        ("with names that differ in case", made(&["a.robot", "A.robot"]), Some(&["A.robot", "a.robot"])),
        ("with a name twice", patched(made(&["a.robot", "b.robot"]), b"b.robot", b"a.robot"), None),
        ("with a name twice in two spellings", made(&["a.robot", "./a.robot"]), None),
        ("with a file that is a folder, too", made(&["a.robot", "a.robot/b.txt"]), None),
        ("with an empty folder", made(&["a.robot", "empty/", "deep/b.txt"]), both),
        ("with a folder twice", patched(made(&["deep/", "deex/", "a.robot", "deep/b.txt"]), b"deex/", b"deep/"), both),
        ("with a program", made(&["a.robot", "bin/run.sh*"]), Some(&["a.robot", "bin/run.sh*"])),
        ("streamed", streamed(&["a.robot", "deep/b.txt"]), both),
        (
            "with sizes of 64 bits",
            made_with(&["a.robot", "deep/b.txt"], SimpleFileOptions::default().large_file(true)),
            both,
        ),
        ("with a comment", with_comment(&["a.robot", "deep/b.txt"]), both),
        ("behind other bytes", [b"#!/bin/sh\n".to_vec(), plain()].concat(), None),
        ("with a name that leads out", made(&["a.robot", "../b.txt"]), None),
        ("with a name from the root", made(&["a.robot", "/etc/b.txt"]), None),
    ]
}

/// Files as `plan` lists them: by ranges of bytes.
fn listed(zip: &[u8]) -> Result<Files, Problem> {
    let mut reader = DirectoryReader::new(zip.len() as u64);
    while let Some(range) = reader.wants() {
        reader.feed(&zip[range.start as usize..range.end as usize])?;
    }
    let directory = reader.finish()?;
    directory.check(Some(""))?;
    let files = directory.entries().iter().filter(|entry| entry.about.kind == Kind::File);
    Ok(files.map(|entry| (entry.about.path.clone(), entry.executable)).collect())
}

/// Files as they lie in the folder that the zip was unpacked into. Each holds the last part of its name.
fn unpacked(folder: &Path, below: &str) -> Files {
    let mut files = Files::new();
    for entry in std::fs::read_dir(folder.join(below)).unwrap().map(Result::unwrap) {
        let path = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files.extend(unpacked(folder, &format!("{path}/")));
        } else {
            files.insert(path, is_executable(&entry.path()));
        }
    }
    files
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().unwrap().permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    false
}

#[test]
fn what_plan_accepts_is_unpacked_to_the_same_files() {
    for (what, bytes, expected) in cases() {
        let folder = tempfile::tempdir().unwrap();
        let (zip, root) = (folder.path().join("package.zip"), folder.path().join("root"));
        std::fs::write(&zip, &bytes).unwrap();
        match (listed(&bytes), expected) {
            (Ok(files), Some(expected)) => {
                unpack(&zip, &root).unwrap_or_else(|error| panic!("{what}: {error}"));
                let expected: Files =
                    expected.iter().map(|name| (name.trim_end_matches('*').to_owned(), name.ends_with('*'))).collect();
                assert_eq!((&files, &unpacked(&root, "")), (&expected, &expected), "{what}");
            }
            (Err(_), None) => {
                assert_eq!(unpack(&zip, &root).unwrap_err().name(), "Runner.PackageRefused", "{what}");
                assert!(!root.exists(), "{what}");
            }
            (listed, expected) => panic!("{what}: {listed:?} where {expected:?} was expected"),
        }
    }
}
