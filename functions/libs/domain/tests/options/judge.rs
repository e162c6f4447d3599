//! The real Robot Framework, and QAOps beside it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use domain::package::contents::{self, Entry, Kind};
use domain::package::manifest::Config;
use serde_json::{Value, json};

/// The `robot` that the project pins; none, with a word, where the environment does not name it. One on the search path
/// may be of another version, with other options.
pub(crate) fn robot() -> Option<PathBuf> {
    let robot = std::env::var_os("QAOPS_ROBOT").map(PathBuf::from);
    if robot.is_none() {
        eprintln!("skipped: QAOPS_ROBOT does not name the robot of infra/local/requirements.txt");
    }
    robot
}

/// The answers of `judge.py` to a question; none where there is no `robot`.
pub(crate) fn ask(question: &Value) -> Option<Value> {
    let python = robot()?.with_file_name("python3");
    let mut command = Command::new(python);
    command.args(["-c", include_str!("judge.py")]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.env_remove("ROBOT_OPTIONS").env("PYTHONDONTWRITEBYTECODE", "1").spawn().unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge ended with {}", output.status);
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What Robot Framework makes of argument files before it reads a suite.
pub(crate) fn settled(files: &[Vec<String>]) -> Option<Vec<Value>> {
    list(ask(&json!({ "settle": files }))?, "settled")
}

/// How runs with argument files end.
pub(crate) fn ran(files: &[Vec<String>]) -> Option<Vec<Value>> {
    list(ask(&json!({ "run": files }))?, "ran")
}

fn list(mut answer: Value, key: &str) -> Option<Vec<Value>> {
    match answer[key].take() {
        Value::Array(list) => Some(list),
        other => panic!("expected a list, found {other}"),
    }
}

/// The arguments as `plan` and `qaops check` read them, in a package with the files of `judge.py`; else their problem.
pub(crate) fn read(lines: &[String]) -> Result<Vec<String>, String> {
    let lines: Vec<toml::Value> = lines.iter().map(|line| toml::Value::from(line.as_str())).collect();
    let config = format!("[robot]\narguments = {}", toml::Value::from(lines));
    let entry = |path: &str| Entry { path: path.to_owned(), kind: Kind::File, size: 0, compressed: 0 };
    let files = ["qaops.toml", "a.robot", "old.txt", "lang/klingon.py", "lib/Listener.py", "vars.py"].map(entry);
    let checked = contents::check(&files, Some(&config)).map_err(|problem| problem.to_string())?;
    assert_eq!(Config::parse(&config).unwrap(), checked.config);
    Ok(checked.config.robot.arguments)
}

pub(crate) fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}
