//! Files of the corpus and reruns made of them, merged by us and by `rebot --merge`.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use domain::results::outcome::{Status, Suite};
use results::robot::{self, merge_suites, write_merged};
use serde_json::{Value, json};

use crate::corpus::files;
use crate::live;

/// Files that are merged in one process of Python.
const AT_ONCE: usize = 40;

/// Longest file that is merged, in bytes: what longer ones hold is in shorter ones too.
const LONGEST: u64 = 1 << 18;

/// What both tell of a merged result. How long suites took is left out: `rebot` counts their setups and teardowns in.
fn told(root: &Suite) -> Value {
    let mut tests = Vec::new();
    root.each_test(&mut |name, _, test| {
        let status = match test.status {
            Status::Passed => "PASS",
            Status::Failed => "FAIL",
            Status::Skipped => "SKIP",
        };
        tests.push(json!([name, status, test.message, test.tags, test.seconds]));
    });
    let mut suites = Vec::new();
    each_suite("", root, &mut suites);
    json!({"tests": tests, "suites": suites})
}

fn each_suite(above: &str, suite: &Suite, into: &mut Vec<Value>) {
    let name = if above.is_empty() { suite.name.clone() } else { format!("{above}.{}", suite.name) };
    into.push(json!([name, suite.metadata]));
    suite.suites.iter().for_each(|child| each_suite(&name, child, into));
}

/// A rerun in which every test and keyword that passed fails, and the other way round; none of files in other forms.
fn turned(file: &Path, folder: &Path, number: usize) -> Option<PathBuf> {
    let text = String::from_utf8(fs::read(file).expect("the file is there")).ok()?;
    let turned = text.replace("\"PASS\"", "\"\u{1}\"").replace("\"FAIL\"", "\"PASS\"").replace('\u{1}', "FAIL");
    let path = folder.join(format!("{number}.{}", file.extension()?.to_str()?));
    fs::write(&path, turned).expect("a file can be written");
    Some(path)
}

/// Merges files by ours; the trees are the same where the files are copied.
fn ours(files: &[&Path]) -> Value {
    let bytes: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).expect("the file is there")).collect();
    let trees = bytes.iter().map(|bytes| robot::read(bytes.as_slice()).expect("Robot Framework reads it").root);
    let tree = merge_suites(trees.collect());
    let mut copied = Vec::new();
    let merged = write_merged(bytes.len(), |at| Ok(bytes[at].as_slice()), &mut copied).expect("the others are merged");
    if merged.left_out.is_empty() && !merged.root.name.is_empty() {
        let copied = robot::read(copied.as_slice()).expect("what we write can be read");
        assert_eq!(told(&copied.root)["tests"], told(&tree)["tests"], "{files:?}");
    }
    told(&tree)
}

#[test]
fn reruns_of_the_corpus_are_merged_as_rebot_merges_them() {
    let (Some(corpus), Some(python)) = (live::corpus(), live::python()) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let short = |file: &PathBuf| file.metadata().is_ok_and(|about| about.len() <= LONGEST);
    let files: Vec<PathBuf> = files(&corpus).into_iter().filter(short).collect();
    let mut chains: Vec<Vec<&Path>> = Vec::new();
    let turned: Vec<_> = files.iter().enumerate().map(|(at, file)| turned(file, folder.path(), at)).collect();
    for (file, turned) in files.iter().zip(&turned) {
        chains.push(vec![file, file]);
        chains.extend(turned.as_deref().map(|turned| vec![file, turned]));
        chains.extend(turned.as_deref().map(|turned| vec![file, turned, file]));
    }
    let (mut compared, mut wrong) = (0, Vec::new());
    for chains in chains.chunks(AT_ONCE) {
        let names: Vec<String> = chains.iter().map(|chain| joined(chain)).collect();
        let printed = live::run(&python, "merged.py", &names.iter().map(OsStr::new).collect::<Vec<_>>());
        for (chain, line) in chains.iter().zip(printed.lines()) {
            let theirs: Value = serde_json::from_str(line).expect("the script prints JSON");
            if theirs.get("error").is_none() {
                compared += 1;
                let ours = ours(chain);
                let (ours, theirs) = (without_namesakes(ours), without_namesakes(theirs));
                wrong.extend((ours != theirs).then(|| difference(chain, &ours, &theirs)));
            }
        }
    }
    println!("{compared} chains compared");
    assert!(wrong.is_empty() && compared > 100, "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is left when tests of one name are taken out, which `rebot --merge` does not tell apart and we do.
fn without_namesakes(mut told: Value) -> Value {
    let Some(tests) = told["tests"].as_array().cloned() else { return told };
    let mut count: HashMap<String, usize> = HashMap::new();
    tests.iter().for_each(|test| *count.entry(test[0].to_string()).or_default() += 1);
    told["tests"] = tests.into_iter().filter(|test| count[&test[0].to_string()] == 1).collect();
    told
}

fn joined(chain: &[&Path]) -> String {
    chain.iter().map(|file| file.to_string_lossy()).collect::<Vec<_>>().join("|")
}

/// The first thing that differs.
fn difference(chain: &[&Path], ours: &Value, theirs: &Value) -> String {
    let all = |value: &Value| {
        let parts = ["tests", "suites"].into_iter().filter_map(|part| value[part].as_array());
        parts.flatten().cloned().collect::<Vec<_>>()
    };
    let (ours, theirs) = (all(ours), all(theirs));
    let found = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
    format!("{chain:?}: {} and {} entries, {found:?}", ours.len(), theirs.len())
}
