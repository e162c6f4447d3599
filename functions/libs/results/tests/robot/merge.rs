//! Merged results, compared with one plain run and with `rebot --merge`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::results::outcome::{Status, Suite, Test};
use results::robot::{self, MergeError, merge_suites, write_merged};

use crate::corpus::{compare, in_their_words};
use crate::live;

/// Suites with every kind of fixture; outcomes depend on the variable `ATTEMPT`.
const SUITES: &[(&str, &str)] = &[
    (
        "__init__.robot",
        "*** Settings ***\nDocumentation    The root & all\nMetadata    Team    QA <x>\nSuite Setup    Log    root setup\n",
    ),
    (
        "10__first.robot",
        "*** Test Cases ***\nOne\n    [Tags]    a    B\n    Log    <&>\nTwo\n    Fail    no & <b>no</b>\n",
    ),
    ("2__first.robot", "*** Test Cases ***\nOne\n    Pass Execution    *HTML* <i>fine</i>\nOne\n    Log    twice\n"),
    ("folder/__init__.robot", "*** Settings ***\nSuite Teardown    No Operation\n"),
    (
        "folder/Broken.robot",
        "*** Settings ***\nSuite Teardown    Fail    at the end\n*** Test Cases ***\nGood\n    Log    x\nSkipped\n    Skip    not now\n",
    ),
    (
        "folder/a.robot",
        "*** Settings ***\nLibrary    NoSuch\n*** Test Cases ***\nA 1\n    Log    1\nA 2\n    Log    2\n",
    ),
    (
        "folder/deep/flaky.robot",
        "*** Test Cases ***\nFlaky\n    [Tags]    flaky\n    IF    ${ATTEMPT} < 2    Fail    see http://x.example/?a=1, or (https://y.example).\nFailing\n    \
         Fail    <attempt> ${ATTEMPT}\nSkips Later\n    IF    ${ATTEMPT} > 1    Skip    why & how\n    Fail    *HTML* <b>bold</b>\nPasses\n    Log    p\n",
    ),
    ("unset.robot", "*** Settings ***\nSuite Setup    Fail    no setup\n*** Test Cases ***\nNever\n    Log    x\n"),
];

struct Lab {
    folder: tempfile::TempDir,
    python: PathBuf,
}

impl Lab {
    fn new() -> Option<Lab> {
        let lab = Lab { folder: tempfile::tempdir().expect("a folder can be made"), python: live::python()? };
        for (name, text) in SUITES {
            let path = lab.root("suites").join(name);
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        }
        Some(lab)
    }

    fn root(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn python(&self, module: &str, arguments: Vec<OsString>) {
        let done = Command::new(&self.python).arg("-m").arg(module).args(arguments).output().expect("Python starts");
        let code = done.status.code().expect("it ends by itself");
        assert!(code < 250, "{module} ended with {code}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Runs suites into `name` and gives its `output.xml`.
    fn robot(&self, name: &str, attempt: u32, options: &[OsString]) -> PathBuf {
        let output = self.root(&format!("{name}.xml"));
        let mut arguments: Vec<OsString> =
            ["--variable", &format!("ATTEMPT:{attempt}"), "--log", "NONE"].map(Into::into).into();
        arguments.extend(["--report", "NONE", "--output"].map(Into::into));
        arguments.push(output.clone().into());
        arguments.extend_from_slice(options);
        arguments.push(self.root("suites").into());
        self.python("robot", arguments);
        output
    }

    fn shard(&self, name: &str, files: &[&str]) -> PathBuf {
        let file = |file: &&str| ["--parseinclude".into(), self.root("suites").join(file).into()];
        self.robot(name, 1, &files.iter().flat_map(file).collect::<Vec<OsString>>())
    }

    fn shards(&self) -> Vec<PathBuf> {
        vec![
            self.shard("one", &["folder/a.robot", "2__first.robot"]),
            self.shard("two", &["unset.robot", "folder/deep/flaky.robot", "10__first.robot"]),
            self.shard("three", &["folder/Broken.robot"]),
        ]
    }

    /// Merges files on disk into one and gives its path and tree.
    fn merge(&self, inputs: &[PathBuf]) -> (PathBuf, Suite) {
        let path = self.root("merged.xml");
        let mut file = io::BufWriter::new(File::create(&path).expect("a file can be made"));
        let merged = write_merged(inputs.len(), |at| open(&inputs[at]), &mut file).expect("they can be merged");
        drop(file);
        assert!(merged.left_out.is_empty(), "{:?}", merged.left_out);
        (path, merged.root)
    }
}

fn open(path: &Path) -> io::Result<BufReader<File>> {
    File::open(path).map(BufReader::new)
}

fn read(path: &Path) -> Suite {
    robot::read(open(path).expect("the file is there")).expect("the file is good").root
}

/// All that does not depend on time: long names, sources, statuses, messages, tags.
fn outcomes(suite: &Suite) -> Vec<String> {
    let mut lines = Vec::new();
    suite.each_test(&mut |name, suite, test| {
        let source = suite.source.as_deref();
        lines.push(format!("{name} {source:?} {:?} {:?} {:?}", test.status, test.message, test.tags));
    });
    suites(suite, &mut lines);
    lines
}

fn suites(suite: &Suite, into: &mut Vec<String>) {
    into.push(format!("{} {:?} {:?} {:?} {:?}", suite.name, suite.source, suite.doc, suite.metadata, suite.message));
    suite.suites.iter().for_each(|child| suites(child, into));
}

#[test]
fn shards_merged_are_one_plain_run() {
    let Some(lab) = Lab::new() else { return };
    let plain = read(&lab.robot("plain", 1, &[]));
    let shards = lab.shards();
    let (merged, tree) = lab.merge(&shards);
    assert_eq!(outcomes(&tree), outcomes(&plain));
    assert_eq!(tree, merge_suites(shards.iter().map(|path| read(path)).collect()));
    assert_eq!(tree.counts().total(), 13);
    // Robot Framework reads the merged file, and sees the same in it as we do.
    assert_eq!(compare(std::slice::from_ref(&merged), &lab.python), 1);
    assert_eq!(outcomes(&read(&merged)), outcomes(&plain));
    let errors = robot::read(open(&merged).expect("it is there")).expect("it is good").errors;
    assert!(errors.iter().any(|error| error.text.contains("NoSuch")), "{errors:?}");
    lab.python(
        "robot.rebot",
        vec!["--log".into(), lab.root("log.html").into(), "--report".into(), "NONE".into(), merged.into()],
    );
}

#[test]
fn a_shard_for_each_file_makes_the_same_run() {
    let Some(lab) = Lab::new() else { return };
    let plain = read(&lab.robot("plain", 1, &[]));
    let files: Vec<&str> = SUITES.iter().map(|(name, _)| *name).filter(|name| !name.contains("__init__")).collect();
    let shards: Vec<PathBuf> =
        files.iter().enumerate().map(|(at, file)| lab.shard(&format!("shard{at}"), &[file])).collect();
    let (merged, tree) = lab.merge(&shards);
    assert_eq!(outcomes(&tree), outcomes(&plain));
    assert_eq!(outcomes(&read(&merged)), outcomes(&plain));
    assert_eq!(compare(&[merged], &lab.python), 1);
}

#[test]
fn the_order_of_shards_does_not_matter() {
    let Some(lab) = Lab::new() else { return };
    let mut trees: Vec<_> = lab.shards().iter().map(|path| read(path)).collect();
    let forward = outcomes(&merge_suites(trees.clone()));
    trees.reverse();
    assert_eq!(outcomes(&merge_suites(trees)), forward);
}

#[test]
fn reruns_are_merged_as_rebot_merges_them() {
    let Some(lab) = Lab::new() else { return };
    let only = |name: &str| ["--test".into(), format!("Suites.Folder.Deep.Flaky.{name}").into()];
    let reruns: Vec<OsString> = ["Flaky", "Failing", "Skips Later"].into_iter().flat_map(only).collect();
    let inputs = vec![lab.robot("first", 1, &[]), lab.robot("second", 2, &reruns), lab.robot("third", 3, &reruns)];
    let theirs = lab.root("rebot.xml");
    let mut arguments: Vec<OsString> =
        vec!["--merge".into(), "--log=NONE".into(), "--report=NONE".into(), "--output".into()];
    arguments.push(theirs.clone().into());
    arguments.extend(inputs.iter().map(OsString::from));
    lab.python("robot.rebot", arguments);
    let (merged, tree) = lab.merge(&inputs);
    let tests = |suite: &Suite| outcomes(suite);
    assert_eq!(tests(&tree), tests(&read(&theirs)));
    assert_eq!(tests(&read(&merged)), tests(&read(&theirs)));
    assert_eq!(compare(&[merged], &lab.python), 1);
}

#[test]
fn every_pair_of_the_corpus_that_can_be_copied_is_merged_into_what_both_readers_read() {
    let (Some(corpus), Some(lab)) = (live::corpus(), Lab::new()) else { return };
    let files = [
        "local-run/rf-7.5/misc.xml",
        "local-run/rf-3.2.2/misc.xml",
        "derived/utf16.xml",
        "derived/gz.xml.gz",
        "derived/trunc-70pct.xml",
    ];
    let inputs: Vec<_> = files.iter().map(|file| corpus.join(file)).collect();
    let (merged, tree) = lab.merge(&inputs);
    assert_eq!(compare(std::slice::from_ref(&merged), &lab.python), 1);
    assert_eq!(in_their_words(&robot::read(open(&merged).expect("it is there")).expect("it is good"))["tests"], {
        let output = robot::Output { root: tree, ..robot::Output::default() };
        in_their_words(&output)["tests"].clone()
    });
}

fn xml(generator: &str, tests: &[(&str, &str)]) -> String {
    let test = |(name, status): &(&str, &str)| {
        format!(r#"<test id="x" name="{name}"><kw name="k {name}"/><status status="{status}" elapsed="1"/></test>"#)
    };
    let tests: String = tests.iter().map(test).collect();
    format!(
        r#"<robot generator="{generator}"><suite name="S" source="/a/s.robot">{tests}<status elapsed="9"/></suite></robot>"#
    )
}

fn merged(inputs: &[String]) -> Result<String, MergeError> {
    let mut out = Vec::new();
    write_merged(inputs.len(), |at| Ok(inputs[at].as_bytes()), &mut out)?;
    Ok(String::from_utf8(out).expect("it is UTF-8"))
}

#[test]
fn a_rerun_in_another_order_keeps_each_test_with_its_own_keywords() {
    let first = xml("Robot 7", &[("a", "FAIL"), ("b", "FAIL"), ("c", "PASS")]);
    let again = xml("Robot 7", &[("b", "PASS"), ("a", "PASS")]);
    let merged = merged(&[first, again]).expect("they can be merged");
    let place = |text: &str| merged.find(text).unwrap_or_else(|| panic!("{text} in {merged}"));
    assert!(
        place("name=\"a\"") < place("k a") && place("k a") < place("name=\"b\"") && place("name=\"b\"") < place("k b")
    );
    let root = robot::read(merged.as_bytes()).expect("it is good").root;
    assert_eq!(root.counts().passed, 3);
    assert!((root.seconds - 3.0).abs() < 1e-9);
}

#[test]
fn a_failed_teardown_fails_only_the_tests_of_its_own_shard() {
    let part = |file: &str, status: &str| {
        format!(
            r#"<robot generator="Robot 7"><suite name="R" source="/r"><suite name="{file}" source="/r/{file}.robot">
               <test name="t"><status status="PASS" elapsed="1"/></test></suite>
               <kw name="k" type="TEARDOWN"><status status="{status}" elapsed="1">{file} is bad</status></kw></suite></robot>"#
        )
    };
    let merged = merged(&[part("A", "PASS"), part("B", "FAIL"), part("C", "PASS")]).expect("they can be merged");
    let root = robot::read(merged.as_bytes()).expect("it is good").root;
    let messages: Vec<_> = root.suites.iter().map(|suite| suite.tests[0].message.as_str()).collect();
    assert_eq!(messages, ["", "Parent suite teardown failed:\nB is bad", ""]);
    assert_eq!(merged.matches("type=\"TEARDOWN\"").count(), 1);
    assert!(merged.contains("B is bad</status></kw>"));
}

#[test]
fn inputs_that_cannot_be_copied_or_read_are_left_out_and_named() {
    let good = |test: &str| xml("Robot 7", &[(test, "PASS")]);
    let json = r#"{"generator":"Robot 7","suite":{"name":"S"}}"#.to_owned();
    let entities = format!("<!DOCTYPE robot [<!ENTITY x 'y'>]>{}", good("z"));
    let inputs = [good("a"), json, entities, good("b"), "<x/>".into(), String::new()];
    let mut out = Vec::new();
    let merged = write_merged(inputs.len(), |at| Ok(inputs[at].as_bytes()), &mut out).expect("the others are merged");
    let read = robot::read(out.as_slice()).expect("it is good");
    assert_eq!((read.root.counts().passed, merged.root.counts().passed), (2, 2));
    let named: Vec<_> = merged.left_out.iter().map(MergeError::input).collect();
    assert_eq!(named, [Some(1), Some(2), Some(4), Some(5)]);
    assert!(matches!(merged.left_out[1], MergeError::Form { .. }));
    assert!(matches!(merged.left_out[2], MergeError::Read { source: robot::Error::Refused { .. }, .. }));
}

#[test]
fn an_input_that_cannot_be_had_is_an_error() {
    let fails = write_merged(1, |_| Err::<&[u8], _>(io::Error::other("gone")), io::sink());
    assert!(matches!(fails, Err(MergeError::Open { input: 0, .. })));
    let breaks = write_merged(1, |_| Ok(BufReader::new(Breaks)), io::sink());
    assert!(matches!(breaks, Err(MergeError::Read { input: 0, source: robot::Error::Read(_) })));
}

/// A connection that breaks.
struct Breaks;

impl io::Read for Breaks {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("broken"))
    }
}

#[test]
fn an_input_that_changes_meanwhile_is_noticed() {
    let long = xml("Robot 7", &[("a", "PASS"), ("b", "PASS")]);
    let mut opened = 0;
    let open = |_| {
        opened += 1;
        Ok(if opened == 1 { long.as_bytes() } else { &long.as_bytes()[..150] })
    };
    assert!(matches!(write_merged(1, open, io::sink()), Err(MergeError::Changed { input: 0 })));
}

#[test]
fn suites_of_the_same_name_in_different_files_stay_apart() {
    let file = |source: &str| Suite {
        name: "Same".into(),
        source: Some(source.into()),
        tests: vec![passed("t")],
        ..Suite::default()
    };
    let root = |top: &str, child: &str| Suite {
        name: "R".into(),
        source: Some(top.into()),
        suites: vec![file(&format!("{top}/{child}"))],
        ..Suite::default()
    };
    // The roots lie elsewhere on each machine, one of which writes backslashes.
    let merged = merge_suites(vec![
        root("/x", "02__same.robot"),
        root("/y/z", "01__same.robot"),
        root("C:\\w", "02__same.robot"),
    ]);
    let sources: Vec<_> = merged.suites.iter().filter_map(|suite| suite.source.as_deref()).collect();
    assert_eq!(sources, ["/y/z/01__same.robot", "/x/02__same.robot"]);
    assert_eq!(merged.counts().total(), 2);
}

#[test]
fn tests_of_one_name_are_merged_one_by_one() {
    let suite = |tests: &[(&str, u32, Status)]| {
        let test = |&(name, line, status): &(&str, u32, Status)| Test { status, line: Some(line), ..passed(name) };
        Suite { name: "S".into(), tests: tests.iter().map(test).collect(), ..Suite::default() }
    };
    let first = suite(&[("Pay", 2, Status::Failed), ("Look", 5, Status::Passed), ("Pay", 8, Status::Passed)]);
    // The rerun runs in another order, as with `--randomize`.
    let rerun = suite(&[("Pay", 8, Status::Passed), ("Pay", 2, Status::Failed)]);
    let merged = merge_suites(vec![first, rerun]);
    let seen: Vec<_> = merged.tests.iter().map(|test| (test.name.as_str(), test.line, test.status)).collect();
    let (failed, passed) = (Status::Failed, Status::Passed);
    assert_eq!(seen, [("Pay", Some(2), failed), ("Look", Some(5), passed), ("Pay", Some(8), passed)]);
}

fn passed(name: &str) -> Test {
    let xml = format!(r#"<suite><test name="{name}"><status status="PASS" elapsed="1"/></test></suite>"#);
    robot::read(xml.as_bytes()).expect("it is good").root.tests.remove(0)
}

#[test]
fn roots_of_different_names_stand_side_by_side() {
    let root = |name: &str| Suite { name: name.into(), tests: vec![passed("t")], ..Suite::default() };
    let merged = merge_suites(vec![root("A"), root("B"), root("A")]);
    assert_eq!(merged.name, "A & B");
    assert_eq!(merged.counts().total(), 2);
    assert_eq!(merge_suites(vec![root("A")]), root("A"));
    assert_eq!(merge_suites(Vec::new()), Suite::default());
}
