//! Packages, good and hostile ones. Hostile ones are made byte by byte, because no program writes them.

mod build;
mod content;
mod hostile;
mod names;
mod suites;

use std::io::Cursor;

use domain::base::problem::Problem;
use domain::package::contents::Checked;

use self::build::{Zip, file};
use super::*;

/// A package as small as one can be.
fn package() -> Zip {
    Zip::of([file("qaops.toml", "suite = \"checkout\"\n"), file("cart.robot", "*** Test Cases ***\n")])
}

/// Reads a directory as `plan` does, with the ranges that were asked for.
fn ranges(zip: &[u8]) -> (Result<Directory, Problem>, Vec<std::ops::Range<u64>>) {
    let mut asked = Vec::new();
    let mut reader = DirectoryReader::new(zip.len() as u64);
    while let Some(range) = reader.wants() {
        asked.push(range.clone());
        if let Err(problem) = reader.feed(&zip[range.start as usize..range.end as usize]) {
            return (Err(problem), asked);
        }
    }
    (reader.finish(), asked)
}

fn checked(zip: &[u8]) -> Result<Checked, Problem> {
    let directory = ranges(zip).0?;
    let Some(mut config) = directory.config()? else { return directory.check(None) };
    while let Some(range) = config.wants() {
        config.feed(&zip[range.start as usize..range.end as usize])?;
    }
    directory.check(Some(&config.finish()?))
}

fn unpacked(zip: &[u8], path: &str) -> Result<String, ReadError> {
    let mut file = Cursor::new(zip);
    let directory = read_directory(&mut file)?;
    let entry = directory.file(path).expect("the entry is there");
    let mut out = Vec::new();
    copy_entry(&directory, entry, &mut file, &mut out)?;
    Ok(String::from_utf8(out).expect("the content is text"))
}

#[test]
fn a_small_package_takes_one_request() {
    let zip = package().bytes();
    let (directory, asked) = ranges(&zip);
    assert_eq!((asked.len(), asked[0].start, asked[0].end), (1, 0, zip.len() as u64));
    let config = directory.unwrap().config().unwrap().unwrap();
    assert_eq!(config.wants(), None);
    assert_eq!(config.finish().unwrap(), "suite = \"checkout\"\n");
    let checked = checked(&zip).unwrap();
    assert_eq!(
        (checked.config.suite.as_deref(), checked.suite_files),
        (Some("checkout"), vec!["cart.robot".to_owned()])
    );
}

#[test]
fn a_large_package_takes_its_end_and_the_one_file_that_is_read() {
    let ballast = (0..40).map(|n| file(&format!("data/{n}.bin"), &"x".repeat(50_000)).stored());
    let zip = Zip::of(package().entries.into_iter().chain(ballast)).bytes();
    let (directory, asked) = ranges(&zip);
    assert_eq!(asked.len(), 1);
    let config = directory.unwrap().config().unwrap().unwrap();
    let wants = config.wants().unwrap();
    assert!(wants.start == 0 && wants.end < 2_000, "{wants:?}");
    assert!(checked(&zip).is_ok());
}

#[test]
fn a_directory_longer_than_the_end_takes_one_request_more() {
    let many = (0..6_000).map(|n| file(&format!("suites/a-rather-long-folder-name/{n:05}.robot"), "").stored());
    let zip = Zip::of(package().entries.into_iter().chain(many)).bytes();
    let (directory, asked) = ranges(&zip);
    assert_eq!((asked.len(), asked[1].end), (2, asked[0].start));
    assert_eq!(directory.unwrap().entries().len(), 6_002);
    assert_eq!(checked(&zip).unwrap().suite_files.len(), 6_001);
}

#[test]
fn a_zip_that_got_shorter_meanwhile_is_refused() {
    let mut reader = DirectoryReader::new(1_000);
    insta::assert_snapshot!(reader.feed(&[0; 10]).unwrap_err(), @"package: it ends before its 1000 bytes, zip it anew and upload it whole");
}

#[test]
fn what_is_no_zip_is_refused() {
    for bytes in [&b""[..], b"PK", b"suite = \"checkout\"", &[0; 100_000]] {
        let message = ranges(bytes).0.unwrap_err().to_string();
        assert_eq!(message, "package: it is no zip, or its end is missing, zip it anew and upload it whole");
    }
}

#[test]
fn an_empty_zip_is_refused_for_what_is_missing() {
    insta::assert_snapshot!(checked(&Zip::of([]).bytes()).unwrap_err(), @r#"package: there is no qaops.toml at its root, add one, in the simplest case with the line suite = "<name>" in qaops.toml"#);
}

#[test]
fn executable_files_and_folders_are_told_apart() {
    let script = file("serve.sh", "#!/bin/sh\n").mode(0o100_755);
    let zip = Zip::of(package().entries.into_iter().chain([script, file("api/", "").mode(0o040_755)])).bytes();
    let directory = ranges(&zip).0.unwrap();
    let told: Vec<_> =
        directory.entries().iter().map(|e| (e.about.path.as_str(), e.about.kind, e.executable)).collect();
    use domain::package::contents::Kind::{File, Folder};
    let expected = [("qaops.toml", File, false), ("cart.robot", File, false), ("serve.sh", File, true)];
    assert_eq!(told, expected.into_iter().chain([("api", Folder, false)]).collect::<Vec<_>>());
}
