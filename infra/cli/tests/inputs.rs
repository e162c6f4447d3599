//! Inputs as people bring them, through `qaops check`, `qaops metrics` and the refusals of `qaops run`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const GOOD: &[u8] = b"*** Test Cases ***\nWorks\n    No Operation\n";

fn qaops(arguments: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qaops")).args(arguments).arg(path).output().unwrap()
}

fn told(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn suite(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Inputs of this crate, or reports that the readers of reports are tested with.
fn input(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// As Windows writes a text file: UTF-16 with a byte order mark.
fn utf_16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn requirements_are_judged_before_an_instance_starts() {
    let utf_16 = utf_16("robotframework-datadriver\r\n");
    let base = ("requirements-base.txt", &b"pyyaml\n"[..]);
    let cases: [(&[u8], Option<&str>); 4] = [
        (b"-r requirements-base.txt\nrobotframework-datadriver\n", None),
        (&utf_16, None),
        (
            b"robotframework-datadriver\nour-keywords @ git+https://git.example/qa/keywords.git@v1\n",
            Some("requirements.txt: line 2: names the address"),
        ),
        (
            b"--extra-index-url https://pypi.example/simple\nrobotframework-datadriver\n",
            Some("requirements.txt: line 1: has the option --extra-index-url"),
        ),
    ];
    for (text, refusal) in cases {
        let package = suite(&[("t.robot", GOOD), base, ("requirements.txt", text)]);
        let output = qaops(&["check"], package.path());
        let told = told(&output);
        assert_eq!(output.status.code(), Some(if refusal.is_some() { 3 } else { 0 }), "{told}");
        assert!(told.contains(refusal.unwrap_or("can be run")), "{told}");
    }
}

#[test]
fn tests_and_tasks_are_refused_for_any_number_of_environments() {
    let tasks = b"*** Tasks ***\nOne task\n    No Operation\n";
    let mixed = suite(&[("a_tests.robot", GOOD), ("b_tasks.robot", tasks)]);
    for arguments in [&["check"][..], &["run", "--environments", "1"], &["run", "--environments", "2"]] {
        let output = qaops(arguments, mixed.path());
        let told = told(&output);
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains(r#""a_tests.robot": has tests but "b_tasks.robot" has tasks"#), "{told}");
    }
}

/// Made by Windows PowerShell 5.1, by a program that writes names in code page 437, by `zip` with `./` before every name,
/// and by Dropbox, which adds an entry `/`.
const ZIPS: [&str; 4] = ["backslash.zip", "cp437.zip", "dotslash.zip", "dropbox-slash-entry.zip"];

#[test]
fn zips_as_people_make_them_can_be_run() {
    for name in ZIPS {
        let output = qaops(&["check"], &input("infra/cli/tests/zips").join(name));
        let told = told(&output);
        assert!(output.status.success() && told.contains("1 suite file"), "{name}: {told}");
    }
}

/// The one line of `qaops metrics` of a report.
fn metrics(name: &str) -> Value {
    let output = qaops(&["metrics"], &input("functions/libs/results/tests/cases").join(name));
    assert!(output.status.success(), "{name}: {}", told(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn reports_with_strange_values_give_the_figures_that_can_be_read() {
    let cases = [
        ("junit-nan.xml", json!({"tests{source=junit}.passed": 2.0, "tests{source=junit}.duration": null})),
        ("junit-comma.xml", json!({"tests{source=junit}.duration": 2.66})),
        ("junit-comma6.xml", json!({"tests{source=junit}.duration": 3.0})),
        ("cobertura-branch-nan.xml", json!({"coverage.line": 50.0, "coverage.branch": null})),
        ("cobertura-comma-rates.xml", json!({"coverage.line": 50.0, "coverage.branch": 75.0})),
        ("cobertura-neg-hits.xml", json!({"coverage.line": 0.0})),
        ("lcov-negative.info", json!({"coverage.line": 50.0})),
        ("lcov-comment-first.info", json!({"coverage.line": 50.0})),
        (
            "jmeter-transactions.csv",
            json!({"performance.total.count": 4.0, "performance.total.error_rate": 25.0, "performance.Checkout.count": 2.0}),
        ),
        ("k6-machine-readable.json", json!({"performance.http_req_duration.p95": 0.25})),
    ];
    for (name, figures) in cases {
        let line = metrics(name);
        for (figure, value) in figures.as_object().unwrap() {
            assert_eq!(line["metrics"].get(figure).unwrap_or(&Value::Null), value, "{name}: {figure}: {line}");
            let unknown = line["unknown"].as_array().is_some_and(|unknown| unknown.contains(&json!(figure)));
            assert_eq!(unknown, value.is_null(), "{name}: {figure}: {line}");
        }
    }
}

#[test]
fn a_strange_value_is_told_with_its_line() {
    let cases = [
        ("junit-nan.xml", r#"line 3: time="NaN" is not a duration"#),
        ("cobertura-branch-nan.xml", r#"line 3: branch-rate="NaN" is not a share"#),
        ("cobertura-neg-hits.xml", r#"line 3: hits="-1" is below zero and counts as no hit"#),
        ("lcov-negative.info", r#"line 3: hits="-3" is below zero and counts as no hit"#),
    ];
    for (name, remark) in cases {
        assert_eq!(metrics(name)["remarks"], json!([remark]), "{name}");
    }
}

#[test]
fn a_run_that_is_refused_leaves_no_verdict_of_an_earlier_one() {
    let out = tempfile::tempdir().unwrap();
    let package = suite(&[("t.robot", GOOD), ("qaops.toml", b"junk = [")]);
    let nowhere = package.path().join("nowhere");
    for path in [package.path(), &nowhere] {
        for name in ["verdict.json", "report.html", "own.txt"] {
            std::fs::write(out.path().join(name), "before").unwrap();
        }
        let output = qaops(&["run", "--out", out.path().to_str().unwrap()], path);
        assert_eq!(output.status.code(), Some(3), "{}", told(&output));
        let left = std::fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(left.collect::<Vec<_>>(), ["own.txt"], "{}", path.display());
    }
}

#[test]
fn a_suite_file_in_very_many_folders_is_refused() {
    let package = tempfile::tempdir().unwrap();
    let deep = package.path().join("d/".repeat(60));
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(deep.join("t.robot"), GOOD).unwrap();
    let output = qaops(&["check"], package.path());
    assert!(told(&output).contains("lies in more than 50 folders"), "{}", told(&output));
}
