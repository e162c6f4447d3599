//! `robot --dryrun` of an unpacked copy of a package: what Robot Framework says of it without running a test.

use std::path::{Component, Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::base::problem::Problem;
use domain::package::settings::Settings;
use tokio::process::Command;

use crate::package::{Package, PackageError};
use local::python::Python;

/// Seconds that a dry run may take: a library may do anything when it is imported.
const SECONDS: u64 = 60;

/// Options that say where output goes; nothing is written.
const OUTPUT: [&str; 8] = ["--dryrun", "--runemptysuite", "--output", "NONE", "--log", "NONE", "--report", "NONE"];

/// Begin of a line in which Robot Framework tells an error in a file.
const ERROR_IN: &str = "[ ERROR ] Error in file '";

/// The `robot` of the local cloud if that was set up, else the one on the search path.
pub(crate) fn robot(cache: &Path) -> Option<PathBuf> {
    Python::found(cache).map(|python| python.program("robot")).or_else(|| which::which("robot").ok())
}

/// What Robot Framework says of a package, a sentence each. What it refuses as a whole is a problem.
pub(crate) async fn imports(
    robot: &Path,
    package: &Package,
    settings: &Settings,
    scratch: &Path,
) -> Result<Result<Vec<String>, Problem>, PackageError> {
    let above = scratch.join("dryrun");
    let root = above.join(&package.suite);
    package.unpack(&root)?;
    // Robot Framework names files by their real paths.
    let root = root.canonicalize().unwrap_or(root);
    let mut command = Command::new(robot);
    command.args(OUTPUT).args(["--consolecolors", "off"]).args(arguments(settings)).arg(".");
    command.current_dir(&root).stdin(Stdio::null()).kill_on_drop(true);
    command.env_remove("ROBOT_OPTIONS").env("PYTHONDONTWRITEBYTECODE", "1");
    let ended = tokio::time::timeout(Duration::from_secs(SECONDS), command.output()).await;
    Ok(match ended {
        Err(_) => {
            Ok(vec![format!("robot --dryrun did not end within {SECONDS} s: a library waits when it is imported")])
        }
        Ok(Err(error)) => Ok(vec![format!("robot --dryrun could not be started: {error}")]),
        Ok(Ok(output)) => told(&String::from_utf8_lossy(&output.stderr), output.status.code(), &root),
    })
}

/// The package's own options. Secrets have no value here: their names stand for it, so that no variable is missing.
fn arguments(settings: &Settings) -> Vec<String> {
    let robot = &settings.robot;
    let option = |name: &str, value: &str| [name.to_owned(), value.to_owned()];
    let mut words = robot.arguments.clone();
    words.extend(robot.variables.iter().flat_map(|(name, value)| option("--variable", &format!("{name}:{value}"))));
    words.extend(robot.secrets.keys().flat_map(|name| option("--variable", &format!("{name}:{name}"))));
    words.extend(robot.include.iter().flat_map(|tag| option("--include", tag)));
    words.extend(robot.exclude.iter().flat_map(|tag| option("--exclude", tag)));
    words
}

fn told(stderr: &str, code: Option<i32>, root: &Path) -> Result<Vec<String>, Problem> {
    let lines: Vec<&str> = stderr.lines().collect();
    if code == Some(252) {
        let error = lines.iter().rev().find_map(|line| line.strip_prefix("[ ERROR ] ")).unwrap_or("it says no reason");
        let error = error.replace(&format!("{}/", root.display()), "");
        return Err(Problem::new("robot --dryrun", format!("Robot Framework refuses the package: {error}"), ""));
    }
    let mut remarks: Vec<String> = lines.iter().filter_map(|line| remark(line, root)).collect();
    remarks.dedup();
    Ok(remarks)
}

/// What a line says of an import: of what lies outside of the package, or of what is not there.
fn remark(line: &str, root: &Path) -> Option<String> {
    let (file, rest) = line.strip_prefix(ERROR_IN)?.split_once("' on line ")?;
    let (number, message) = rest.split_once(": ")?;
    let shown = Path::new(file).strip_prefix(root).unwrap_or(Path::new(file)).display().to_string();
    let place = format!("{shown}: line {number}");
    let imported = message.split('\'').nth(1).unwrap_or_default();
    let folder = Path::new(file).parent().unwrap_or(root);
    let is_path = imported.contains('/') || imported.contains('\\');
    match normal(&folder.join(imported)) {
        path if is_path && !path.starts_with(root) => Some(format!(
            "{place}: {} lies outside of the package, which has only what is in its own folder: put it into the folder, \
             or make the folder above the package",
            below(&path, root)
        )),
        _ => Some(format!("{place}: {}", message.replace(&format!("{}/", root.display()), ""))),
    }
}

/// A path seen from the package's root: `../resources/shop.resource`.
fn below(path: &Path, root: &Path) -> String {
    let above = root.parent().unwrap_or(root);
    path.strip_prefix(above).map_or_else(|_| path.display().to_string(), |path| format!("../{}", path.display()))
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/r/shop";

    #[test]
    fn imports_that_lead_out_of_the_package_are_told_with_file_and_line() {
        let stderr = "[ ERROR ] Error in file '/r/shop/t.robot' on line 2: Resource file '../resources/shop.resource' does not exist.\n\
                      [ ERROR ] Error in file '/r/shop/t.robot' on line 3: Importing library '/r/resources/Keys.py' failed: File does not exist.\n\
                      [ ERROR ] Error in file '/r/shop/a/b.robot' on line 4: Importing library 'Shop' failed: ModuleNotFoundError: No module named 'Shop'\n\
                      Traceback (most recent call last):\n";
        insta::assert_snapshot!(told(stderr, Some(1), Path::new(ROOT)).unwrap().join("\n"), @r"
        t.robot: line 2: ../resources/shop.resource lies outside of the package, which has only what is in its own folder: put it into the folder, or make the folder above the package
        t.robot: line 3: ../resources/Keys.py lies outside of the package, which has only what is in its own folder: put it into the folder, or make the folder above the package
        a/b.robot: line 4: Importing library 'Shop' failed: ModuleNotFoundError: No module named 'Shop'
        ");
    }

    #[test]
    fn what_robot_refuses_as_a_whole_is_a_problem() {
        let stderr = "[ ERROR ] Parsing '/r/shop/t.robot' failed: One file cannot have both tests and tasks.\n\nTry --help for usage information.\n";
        insta::assert_snapshot!(told(stderr, Some(252), Path::new(ROOT)).unwrap_err(), @"robot --dryrun: Robot Framework refuses the package: Parsing 't.robot' failed: One file cannot have both tests and tasks.");
        assert_eq!(told("", Some(0), Path::new(ROOT)), Ok(Vec::new()));
    }
}
