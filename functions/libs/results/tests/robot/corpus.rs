//! Every file of the corpus is read as Robot Framework reads it.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::live;
use domain::results::outcome::{Counts, Status, Suite};
use results::robot::{self, Error, Output};
use serde_json::{Value, json};

/// A line of the index.
struct Entry {
    file: String,
    /// None if Robot Framework refuses the file.
    counts: Option<Counts>,
}

fn index(corpus: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(corpus.join("index.tsv")).expect("the index is readable");
    let header: Vec<_> = text.lines().next().expect("the index has a header").split('\t').collect();
    let column = |name: &str| header.iter().position(|head| *head == name).expect("the column is there");
    let [file, passed, failed, skipped, error] = ["file", "passed", "failed", "skipped", "rf75_error"].map(column);
    let entry = |line: &str| {
        let cells: Vec<_> = line.split('\t').collect();
        let number = |at: usize| cells[at].parse().expect("a count is a number");
        let refused = cells.get(error).is_some_and(|error| !error.is_empty());
        let counts = || Counts { passed: number(passed), failed: number(failed), skipped: number(skipped) };
        Entry { file: cells[file].to_owned(), counts: (!refused).then(counts) }
    };
    text.lines().skip(1).map(entry).collect()
}

/// Every file of the index.
pub(crate) fn files(corpus: &Path) -> Vec<PathBuf> {
    index(corpus).into_iter().map(|entry| corpus.join(entry.file)).collect()
}

fn read(path: &Path) -> Result<Output, Error> {
    robot::read(BufReader::new(File::open(path).expect("the file is there")))
}

/// Robot Framework does not unpack, so the truth of a packed file is that of the plain one.
fn expected(entry: &Entry, all: &[Entry]) -> Option<Counts> {
    let plain = all.iter().find(|other| other.file == "local-run/rf-7.5/misc.xml").and_then(|other| other.counts);
    if entry.file.ends_with(".gz") { plain } else { entry.counts }
}

#[test]
fn every_file_has_the_counts_of_the_index() {
    let Some(corpus) = live::corpus() else { return };
    let index = index(&corpus);
    let (mut whole, mut salvaged, mut refused, mut wrong) = (0, 0, 0, Vec::new());
    for entry in &index {
        match (read(&corpus.join(&entry.file)), expected(entry, &index)) {
            (Ok(output), Some(counts)) if output.complete && output.root.counts() == counts => whole += 1,
            (Ok(output), None) if !output.complete && output.problem.is_some() => salvaged += 1,
            (Err(Error::Refused { .. }), None) => refused += 1,
            (read, counts) => {
                let read = read.map(|output| (output.complete, output.root.counts()));
                wrong.push(format!("{}: {read:?}, not {counts:?}", entry.file));
            }
        }
    }
    println!("{} files: {whole} whole, {salvaged} salvaged, {refused} refused", index.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_read_as_robot_framework_reads_it() {
    let (Some(corpus), Some(python)) = (live::corpus(), live::python()) else { return };
    let files = files(&corpus);
    let compared = compare(&files, &python);
    println!("{compared} files compared");
    assert!(compared > 0);
}

/// Compares what both readers read from each file; gives the number of files that Robot Framework accepts.
pub(crate) fn compare(files: &[PathBuf], python: &PathBuf) -> usize {
    let names: Vec<_> = files.iter().map(|file| file.as_os_str()).collect();
    let printed = live::run(python, "results.py", &names);
    let mut compared = 0;
    for (file, line) in files.iter().zip(printed.lines()) {
        let theirs: Value = serde_json::from_str(line).expect("the script prints JSON");
        if theirs.get("error").is_none() {
            let ours = read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            assert_same(file, &in_their_words(&ours), &theirs);
            compared += 1;
        }
    }
    compared
}

fn assert_same(file: &Path, ours: &Value, theirs: &Value) {
    for part in ["generator", "tests", "suites", "errors"] {
        let (Some(ours), Some(theirs)) = (ours[part].as_array(), theirs[part].as_array()) else {
            assert_eq!(ours[part], theirs[part], "{}", file.display());
            continue;
        };
        for (ours, theirs) in ours.iter().zip(theirs) {
            assert_eq!(ours, theirs, "{}", file.display());
        }
        assert_eq!(ours.len(), theirs.len(), "{}: {part}", file.display());
    }
}

pub(crate) fn in_their_words(output: &Output) -> Value {
    let mut tests = Vec::new();
    output.root.each_test(&mut |name, _, test| {
        tests.push(json!({
            "name": name, "status": word(test.status), "message": test.message, "tags": test.tags,
            "start": time(test.start), "seconds": test.seconds,
        }));
    });
    let mut suites = Vec::new();
    each_suite("", &output.root, &mut suites);
    let errors: Vec<_> = output.errors.iter().map(|error| json!([error.level, error.text])).collect();
    json!({"generator": output.generator, "tests": tests, "suites": suites, "errors": errors})
}

fn each_suite(above: &str, suite: &Suite, into: &mut Vec<Value>) {
    let name = if above.is_empty() { suite.name.clone() } else { format!("{above}.{}", suite.name) };
    into.push(json!({
        "name": name, "doc": suite.doc, "message": suite.message, "metadata": suite.metadata,
        "start": time(suite.start), "seconds": suite.seconds,
    }));
    suite.suites.iter().for_each(|child| each_suite(&name, child, into));
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Passed => "PASS",
        Status::Failed => "FAIL",
        Status::Skipped => "SKIP",
    }
}

/// As Python writes times: microseconds only where there are some.
fn time(time: Option<jiff::civil::DateTime>) -> Option<String> {
    time.map(|time| if time.subsec_nanosecond() == 0 { format!("{time}") } else { format!("{time:.6}") })
}
