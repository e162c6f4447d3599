//! Zips as people make them: names are those that Python's `zipfile` and Info-ZIP's `unzip` give.

use std::path::Path;
use std::process::Command;

use flate2::Crc;

use super::build::File;
use super::*;

/// Entries of a zip and the names of its files.
type Case = (Vec<File>, Vec<&'static str>);

fn named(name: &[u8]) -> File {
    File { name: name.to_vec(), ..file("", "x") }
}

fn folder(name: &str) -> File {
    file(name, "").stored().mode(0o040_755)
}

fn dos(name: &[u8]) -> File {
    File { host: 0, mode: 0, ..named(name) }
}

/// A name in code page 437 with Info-ZIP's extra field.
fn with_unicode_path(name: &[u8], path: &str) -> File {
    let mut crc = Crc::new();
    crc.update(name);
    let field = [&[1][..], &crc.sum().to_le_bytes(), path.as_bytes()].concat();
    let extra = [&0x7075_u16.to_le_bytes()[..], &(field.len() as u16).to_le_bytes(), &field].concat();
    File { extra, ..named(name) }
}

/// What both programs read as we do.
fn agreed() -> Vec<Case> {
    vec![
        (
            vec![folder("./"), named(b"./a.robot"), folder("./api/"), named(b"./api/b.robot")],
            vec!["a.robot", "api/b.robot"],
        ),
        (vec![folder("/"), named(b"a.robot")], vec!["a.robot"]),
        (vec![named(b"a//b.robot"), named(b"c/./d.robot")], vec!["a/b.robot", "c/d.robot"]),
        (vec![folder("api/"), folder("api/"), named(b"api/a.robot")], vec!["api/a.robot"]),
        (vec![File { flags: 1 << 11, ..named("größe.robot".as_bytes()) }], vec!["größe.robot"]),
        (
            vec![named(b"__MACOSX/._a.robot"), named(b".DS_Store"), named(b"a.robot")],
            vec![".DS_Store", "__MACOSX/._a.robot", "a.robot"],
        ),
        (vec![named(b"a.robot"), named(b"A.robot")], vec!["A.robot", "a.robot"]),
    ]
}

/// What only `unzip` reads as we do: Python's older versions know neither the extra field nor backslashes outside of
/// Windows, and take every name without a flag for code page 437.
fn of_unzip() -> Vec<Case> {
    vec![
        (vec![named("größe.robot".as_bytes())], vec!["größe.robot"]),
        (vec![with_unicode_path(b"gr\x94\xe1e.txt", "größe.txt")], vec!["größe.txt"]),
        (
            vec![dos(b"a.robot"), dos(b"api\\b.robot"), dos(b"api\\lib\\c.py")],
            vec!["a.robot", "api/b.robot", "api/lib/c.py"],
        ),
    ]
}

/// What only Python reads as we do: `unzip` depends on how it was built.
fn of_python() -> Vec<Case> {
    vec![
        (vec![named(b"gr\x94\xe1e.txt")], vec!["größe.txt"]),
        (vec![dos(b"gr\x94\xe1e.txt"), dos(b"\x80\xa5.txt")], vec!["größe.txt", "ÇÑ.txt"]),
    ]
}

fn bytes(entries: &[File]) -> Vec<u8> {
    Zip::of(entries.to_vec()).bytes()
}

#[test]
fn zips_as_people_make_them_are_read() {
    for (entries, expected) in [agreed(), of_unzip(), of_python()].concat() {
        let directory = ranges(&bytes(&entries)).0.unwrap();
        let files =
            directory.entries().iter().filter(|entry| entry.about.kind == domain::package::contents::Kind::File);
        let mut names: Vec<&str> = files.map(|entry| entry.about.path.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, expected);
        for name in names {
            assert_eq!(unpacked(&bytes(&entries), name).unwrap(), "x");
        }
    }
}

#[test]
fn an_extra_field_of_another_name_says_nothing() {
    let other = File { name: b"b.txt".to_vec(), ..with_unicode_path(b"a.txt", "evil.txt") };
    assert_eq!(ranges(&bytes(&[other])).0.unwrap().entries()[0].about.path, "b.txt");
    let evil = with_unicode_path(b"a.txt", "../evil.txt");
    assert!(ranges(&bytes(&[evil])).0.is_err());
}

#[test]
fn the_same_file_under_two_spellings_is_refused() {
    for entries in [vec![named(b"a"), named(b"./a")], vec![named(b"a/b"), dos(b"a\\b")]] {
        assert!(ranges(&bytes(&entries)).0.unwrap_err().to_string().contains("is in the package twice"));
    }
}

#[test]
fn backslashes_of_a_zip_that_is_not_of_dos_are_refused_with_the_command_that_helps() {
    insta::assert_snapshot!(ranges(&bytes(&[named(b"api\\a.robot")])).0.unwrap_err(), @r#"package: "api\\a.robot": has a backslash, zip the folder again with "tar -a -c -f package.zip *", which Windows has, too, or with 7-Zip"#);
}

/// Files below a folder, by their paths.
fn files(folder: &Path, below: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder.join(below)).unwrap().flatten() {
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        match entry.path().is_dir() {
            true => files(folder, &format!("{name}/"), found),
            false => found.push(name),
        }
    }
}

fn compare(command: &[&str], cases: Vec<Case>) {
    for (entries, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("package.zip"), bytes(&entries)).unwrap();
        std::fs::create_dir(folder.path().join("out")).unwrap();
        let mut unpack = Command::new(command[0]);
        unpack.args(&command[1..]).current_dir(folder.path().join("out")).env("LC_ALL", "C.UTF-8");
        let output = unpack.output().unwrap();
        let mut found = Vec::new();
        files(&folder.path().join("out"), "", &mut found);
        found.sort_unstable();
        assert_eq!(found, expected, "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn python_gives_the_same_names() {
    let named = std::env::var("QAOPS_PYTHON").ok();
    let Some(python) = named.or_else(|| which::which("python3").ok()?.to_str().map(str::to_owned)) else {
        eprintln!("skipped: there is no python3 on the search path and none in QAOPS_PYTHON");
        return;
    };
    compare(&[&python, "-m", "zipfile", "-e", "../package.zip", "."], [agreed(), of_python()].concat());
}

#[test]
fn unzip_gives_the_same_names() {
    if which::which("unzip").is_err() {
        eprintln!("skipped: there is no unzip on the search path");
        return;
    }
    compare(&["unzip", "-q", "-o", "../package.zip"], [agreed(), of_unzip()].concat());
}
