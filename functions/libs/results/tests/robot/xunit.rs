//! JUnit XML, byte by byte as Robot Framework writes it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use results::{junit, robot};

use crate::{corpus, live};

fn written(path: &Path) -> String {
    let file = BufReader::new(File::open(path).expect("the file is there"));
    let suite = robot::read(file).expect("the file is good").root;
    let mut out = Vec::new();
    junit::write(&suite, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("it is UTF-8")
}

#[test]
fn the_merged_result_of_the_corpus_is_written_as_rebot_wrote_it() {
    let Some(corpus) = live::corpus() else { return };
    let theirs = fs::read_to_string(corpus.join("derived/xunit-of-merge123.xml")).expect("the file is there");
    pretty(&written(&corpus.join("derived/rebot-merge-123.xml")), &theirs);
}

#[test]
fn every_result_of_the_corpus_is_written_as_robot_framework_writes_it() {
    let (Some(corpus), Some(python)) = (live::corpus(), live::python()) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let files = corpus::files(&corpus);
    let mut arguments: Vec<&OsStr> = vec![folder.path().as_os_str()];
    arguments.extend(files.iter().map(|file| file.as_os_str()));
    live::run(&python, "xunit.py", &arguments);
    let mut compared = 0;
    for (number, file) in files.iter().enumerate() {
        if let Ok(theirs) = fs::read_to_string(folder.path().join(format!("{number}.xml"))) {
            pretty(&written(file), &theirs);
            compared += 1;
        }
    }
    println!("{compared} files compared");
    assert!(compared > 50);
}

/// Compares line by line, so that a difference in a long file can be seen.
fn pretty(ours: &str, theirs: &str) {
    for (number, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {}", number + 1);
    }
    assert_eq!(ours.len(), theirs.len());
}
