//! The `qaops` command as a person or a pipeline uses it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const PASSING: &str = "*** Test Cases ***\nGood\n    [Tags]    smoke\n    No Operation\n";
const FAILING: &str = "*** Test Cases ***\nBad\n    Should Be Equal    1    2\n";

fn qaops(arguments: &[&str], path: Option<&Path>) -> Output {
    struck(arguments, path, "[]")
}

/// The command on a local cloud with these faults.
fn struck(arguments: &[&str], path: Option<&Path>, faults: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qaops"));
    command.args(arguments).args(path).env("QAOPS_LOCAL_FAULTS", faults).output().unwrap()
}

fn suite(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_failing_test_gives_exit_status_1_and_one_json_object() {
    let suite = suite(&[("qaops.toml", "suite = \"mixed\"\n"), ("a.robot", PASSING), ("b.robot", FAILING)]);
    let out = tempfile::tempdir().unwrap();
    let arguments = ["run", "--json", "--environments", "2", "--out", out.path().to_str().unwrap()];
    let output = qaops(&arguments, Some(suite.path()));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let run = json(&output);
    assert_eq!(run["verdict"], "failed");
    assert_eq!(run["tests"], serde_json::json!({"total": 2, "passed": 1, "failed": 1, "skipped": 0, "flaky": 0}));
    assert_eq!(run["shards"], serde_json::json!({"planned": 2, "done": 2, "lost": 0}));
    let gate = serde_json::json!({"gate": "tests.failed == 0", "severity": "error", "value": 1.0, "ok": false});
    assert_eq!(run["gates"][0], gate);
    for name in ["output.xml", "junit.xml", "verdict.json", "report.html"] {
        assert!(out.path().join(name).is_file(), "{name}");
    }
    assert_eq!(logs(out.path()), 2);
    judged_again(out.path());
}

/// The folder of a failed run gives the verdict's very bytes, and a file that was changed is told.
fn judged_again(run: &Path) {
    let again = qaops(&["judge"], Some(run));
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(again.stdout, std::fs::read(run.join("verdict.json")).unwrap());
    let summary = run.join("shards/0001-1.json");
    let better = std::fs::read_to_string(&summary).unwrap().replace("\"failed\"", "\"passed\"");
    std::fs::write(&summary, format!("{better}\n")).unwrap();
    let changed = qaops(&["judge"], Some(run));
    assert_eq!(changed.status.code(), Some(3));
    let told = String::from_utf8(changed.stderr).unwrap();
    assert!(told.contains("shards/0001-1.json has changed"), "{told}");
    std::fs::remove_file(summary).unwrap();
    let told = String::from_utf8(qaops(&["judge"], Some(run)).stderr).unwrap();
    assert!(told.contains("shards/0001-1.json is missing"), "{told}");
}

/// Files named `log.html` below a folder.
fn logs(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let count = |path: &Path| if path.is_dir() { logs(path) } else { usize::from(path.ends_with("log.html")) };
    entries.map(|entry| count(&entry.path())).sum()
}

#[test]
fn a_run_in_which_every_test_passes_gives_exit_status_0() {
    let suite = suite(&[("qaops.toml", "suite = \"good\"\n"), ("a.robot", PASSING), ("b.robot", FAILING)]);
    let out = tempfile::tempdir().unwrap();
    let arguments = ["run", "--include", "smoke", "--out", out.path().to_str().unwrap()];
    let output = qaops(&arguments, Some(suite.path()));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("PASSED good") && text.contains("report.html"), "{text}");
}

#[test]
fn files_of_others_in_the_folder_for_the_results_stay() {
    let suite = suite(&[("qaops.toml", "suite = \"good\"\n"), ("a.robot", PASSING)]);
    let out = tempfile::tempdir().unwrap();
    let mine = out.path().join("output.xml");
    std::fs::write(&mine, "mine").unwrap();
    let output = qaops(&["run", "--out", out.path().to_str().unwrap()], Some(suite.path()));
    assert_eq!(output.status.code(), Some(3));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("output.xml exists already, and no run of QAOps wrote it, name another folder"), "{told}");
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
}

#[test]
fn bad_input_gives_exit_status_3_and_one_message_before_anything_starts() {
    let bad = suite(&[("qaops.toml", "[gates]\nerror = [\"tests.failedd == 0\"]\n"), ("a.robot", PASSING)]);
    for command in ["check", "run"] {
        let output = qaops(&[command], Some(bad.path()));
        assert_eq!(output.status.code(), Some(3));
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("qaops.toml: gates.error[0]") && text.contains("tests.failed"), "{text}");
    }
    let output = qaops(&["run", "--json", "--environments", "10000"], Some(bad.path()));
    assert_eq!((output.status.code(), json(&output)["verdict"].as_str()), (Some(3), Some("error")));
}

#[test]
fn an_argument_that_robot_refuses_or_that_changes_what_runs_gives_exit_status_3_before_anything_starts() {
    let cases = [
        (
            "[\"--loglevel\", \"VERBOSE\"]",
            "robot.arguments[1]: Invalid value for option '--loglevel': Invalid log level",
        ),
        ("[\"--language\", \"klingon\"]", "robot.arguments: Invalid value for option '--language'"),
        ("[\"--extension\", \"txt\"]", "robot.arguments[0]: --extension makes Robot Framework read files"),
        ("[\"-Xe*\"]", "robot.arguments[0]: -e (--exclude) in \"-Xe*\" is set by QAOps, use robot.exclude"),
    ];
    for (arguments, told) in cases {
        let config = format!("suite = \"a\"\n[robot]\narguments = {arguments}\n");
        let bad = suite(&[("qaops.toml", &config), ("new.robot", PASSING), ("old.txt", FAILING)]);
        for command in ["check", "run"] {
            let output = qaops(&[command], Some(bad.path()));
            let text = String::from_utf8(output.stderr).unwrap();
            assert_eq!((output.status.code(), text.contains(told)), (Some(3), true), "{text}");
        }
    }
}

#[test]
fn metrics_are_one_line_a_file_and_need_no_local_cloud() {
    let folder = suite(&[
        (
            "output.xml",
            "<robot generator=\"Robot 7.5\"><suite name=\"S\"><test name=\"a\"><status status=\"PASS\"/></test></suite></robot>",
        ),
        ("broken.xml", "no result"),
    ]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let output = qaops(&["metrics", &path("output.xml"), &path("broken.xml")], None);
    assert_eq!(output.status.code(), Some(3));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["tests"], &lines[0]["passed"], &lines[0]["complete"]), (&1.into(), &1.into(), &true.into()));
    assert!(lines[1]["error"].is_string());
}

#[test]
fn a_run_that_ends_by_an_error_gives_exit_status_3_whatever_its_verdict_and_keeps_no_old_one() {
    let suite = suite(&[("a.robot", "*** Test Cases ***\nGood\n    No Operation\n")]);
    let out = tempfile::tempdir().unwrap();
    let arguments = ["run", "--json", "--out", out.path().to_str().unwrap()];
    let denied = |texts: &str| {
        format!(r#"[{{"kind": "dynamodb-error", "match": [{texts}], "error": "AccessDeniedException"}}]"#)
    };
    // The verdict is there, and the run is not recorded.
    let unrecorded = struck(&arguments, Some(suite.path()), &denied(r#""PutItem", "SUITE#""#));
    assert_eq!(
        (unrecorded.status.code(), json(&unrecorded)["error"]["error"].as_str()),
        (Some(3), Some("Record.Refused"))
    );
    assert!(out.path().join("verdict.json").is_file());
    let unplanned = struck(&arguments, Some(suite.path()), &denied(r#""SHARD#0001""#));
    assert_eq!((unplanned.status.code(), json(&unplanned)["error"]["error"].as_str()), (Some(3), Some("Plan.Refused")));
    assert!(!out.path().join("verdict.json").exists(), "no verdict of the run before");
}

#[test]
fn a_folder_that_cannot_hold_the_results_is_told_before_the_run() {
    let suite = suite(&[("a.robot", "*** Test Cases ***\nGood\n    No Operation\n")]);
    let file = tempfile::NamedTempFile::new().unwrap();
    for out in [file.path().to_owned(), file.path().join("below"), "/proc/nowhere".into()] {
        let output = qaops(&["run", "--out", out.to_str().unwrap()], Some(suite.path()));
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains("failed to use the folder") && !told.contains("Plan"), "{told}");
    }
}

/// Runs a suite with a folder for its results that holds 64 KiB; none, with a word, where nobody may mount one.
fn on_a_full_disk(suite: &Path, out: &Path) -> Option<Output> {
    let mount = "mount -t tmpfs -o size=64k tmpfs \"$OUT\" || exit 99; exec \"$0\" run --out \"$OUT\" \"$SUITE\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", mount, env!("CARGO_BIN_EXE_qaops")]);
    let output = command.env("OUT", out).env("SUITE", suite).env("QAOPS_LOCAL_FAULTS", "[]").output().ok()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(99) || told.contains("unshare") {
        eprintln!("skipped: no small disk can be mounted here: {told}");
        return None;
    }
    Some(output)
}

#[test]
fn a_full_disk_loses_no_result() {
    let suite = suite(&[("a.robot", FAILING)]);
    let out = tempfile::tempdir().unwrap();
    let Some(output) = on_a_full_disk(suite.path(), out.path()) else { return };
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("No space left on device"), "{told}");
    let instead = told.lines().find_map(|line| line.strip_prefix("The results go to ")?.strip_suffix(" instead."));
    let instead = Path::new(instead.unwrap_or_else(|| panic!("{told}")));
    for name in ["output.xml", "junit.xml", "verdict.json", "report.html", "evidence.json"] {
        assert!(instead.join(name).is_file(), "{name}");
    }
    assert_eq!(logs(instead), 1);
    assert!(String::from_utf8(output.stdout).unwrap().contains(&*instead.to_string_lossy()));
    std::fs::remove_dir_all(instead).unwrap();
}

/// `qaops check` with Robot Framework's folder first on the PATH; none, with a word, where there is none.
fn check(path: &Path) -> Option<(Option<i32>, String)> {
    let Some(robot) = std::env::var_os("QAOPS_ROBOT") else {
        eprintln!("skipped: there is no QAOPS_ROBOT");
        return None;
    };
    let folder = Path::new(&robot).parent().unwrap().to_owned();
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let path_variable = std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&paths))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_qaops"));
    let output = command.arg("check").arg(path).env("PATH", path_variable).output().unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Some((output.status.code(), text))
}

#[test]
fn check_says_which_imports_lead_out_of_the_package_and_what_cannot_be_imported() {
    let above = suite(&[("shop.resource", "*** Keywords ***\nShop Opens\n    No Operation\n")]);
    let tests = above.path().join("tests");
    std::fs::create_dir(&tests).unwrap();
    let text = "*** Settings ***\nResource    ../shop.resource\nLibrary    ../Keys.py\nLibrary    NoSuchLibrary\n\
                *** Test Cases ***\nBuy\n    Shop Opens\n";
    std::fs::write(tests.join("t.robot"), text).unwrap();
    let Some((status, told)) = check(&tests) else { return };
    assert_eq!(status, Some(0), "{told}");
    for part in ["t.robot: line 2: ../shop.resource lies outside of the package", "line 3: ../Keys.py lies outside"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(told.contains("line 4: Importing library 'NoSuchLibrary' failed"), "{told}");
}

#[test]
fn check_refuses_what_no_instance_could_run() {
    let tasks = "*** Tasks ***\nOne\n    No Operation\n";
    let refused: [(&[(&str, &str)], &str); 4] = [
        (&[("a.robot", PASSING), ("b.robot", tasks)], "has tests but \"b.robot\" has tasks"),
        (&[("a.robot", PASSING), ("requirements.txt", "a @ git+https://git.example/a@v1")], "requirements.txt: line 1"),
        (&[("a.robot", PASSING), ("requirements.txt", "-r more.txt")], "has no file \"more.txt\""),
        (&[("a.robot", &format!("{PASSING}{tasks}"))], "has both tests and tasks"),
    ];
    for (files, part) in refused {
        let output = qaops(&["check"], Some(suite(files).path()));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(3) && told.contains(part), "{told}");
    }
}
