//! `robot --dryrun` of an unpacked copy of a package: what Robot Framework says of it without running a test.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use domain::base::problem::Problem;
use domain::package::settings::Settings;
use domain::results::errors::{ExecutionError, Placed, missing_module, placed};
use process_wrap::tokio::{CommandWrap, KillOnDrop, ProcessGroup};
use tokio::process::Command;

use super::outcomes;
use crate::package::{Package, PackageError};
use local::python::Python;

/// Seconds that a dry run may take: a library may do anything when it is imported.
const SECONDS: u64 = 60;

/// Options that make it a dry run, with an output only.
const DRY: [&str; 6] = ["--dryrun", "--runemptysuite", "--log", "NONE", "--report", "NONE"];

/// Begin of a line in which Robot Framework tells an error.
const ERROR: &str = "[ ERROR ] ";

/// Where a package says which Python packages it needs.
const REQUIREMENTS: &str = "requirements.txt";

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
    let written = above.join("output.xml");
    command.args(DRY).arg("--output").arg(&written);
    command.args(["--consolecolors", "off"]).args(arguments(settings)).arg(".");
    command
        .current_dir(root.join(&settings.robot.folder))
        .env_remove("ROBOT_OPTIONS")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let ended = tokio::time::timeout(Duration::from_secs(SECONDS), ended(command, &above.join("stderr"))).await;
    Ok(match ended {
        Err(_) => {
            Ok(vec![format!("robot --dryrun did not end within {SECONDS} s: a library waits when it is imported")])
        }
        Ok(Err(error)) => Ok(vec![format!("robot --dryrun could not be started: {error}")]),
        Ok(Ok((code, stderr))) => told(&stderr, code, &root, brings(&root, settings)).map(|mut remarks| {
            remarks.extend(outcomes::remarks(&written, settings, remarks.is_empty()));
            remarks
        }),
    })
}

/// Runs a command to its end; its exit status and what it wrote to its standard error. What it started and left behind ends
/// with it: a library may do anything when it is imported.
async fn ended(mut command: Command, stderr: &Path) -> io::Result<(Option<i32>, String)> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(stderr)?);
    let mut group = CommandWrap::from(command).wrap(ProcessGroup::leader()).wrap(KillOnDrop).spawn()?;
    // The wrapper's own wait would wait for what is left behind, too.
    let status = group.inner_mut().wait().await?;
    let _ = group.start_kill();
    Ok((status.code(), String::from_utf8_lossy(&std::fs::read(stderr)?).into_owned()))
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

fn told(stderr: &str, code: Option<i32>, root: &Path, brings: Option<&str>) -> Result<Vec<String>, Problem> {
    let errors = errors(stderr);
    if code == Some(252) {
        let error = errors.last().and_then(|error| error.lines().next()).unwrap_or("it says no reason");
        let error = inside(error, root);
        return Err(Problem::new("robot --dryrun", format!("Robot Framework refuses the package: {error}"), ""));
    }
    let (elsewhere, told): (Vec<&String>, Vec<&String>) =
        errors.iter().partition(|error| brings.is_some() && missing_module(error).is_some());
    let mut remarks: Vec<String> = told.into_iter().map(|error| remark(error, root)).collect();
    remarks.dedup();
    let modules: BTreeSet<&str> = elsewhere.into_iter().filter_map(|error| missing_module(error)).collect();
    remarks.extend(brings.filter(|_| !modules.is_empty()).map(|brings| not_here(&modules, brings)));
    Ok(remarks)
}

/// The errors, each with the lines that belong to it: suggestions, or a traceback.
fn errors(stderr: &str) -> Vec<String> {
    let mut errors: Vec<String> = Vec::new();
    let mut inside = false;
    for line in stderr.lines() {
        let error = line.strip_prefix(ERROR);
        inside = error.is_some() || (inside && !line.starts_with("[ "));
        match (error, errors.last_mut()) {
            (Some(error), _) => errors.push(error.to_owned()),
            (None, Some(last)) if inside => *last += &format!("\n{line}"),
            _ => {}
        }
    }
    errors
}

fn not_here(modules: &BTreeSet<&str>, brings: &str) -> String {
    let modules: Vec<&str> = modules.iter().copied().collect();
    format!("Not checked: this machine does not have {}, which {brings} may install", modules.join(", "))
}

/// What brings Python modules to an environment that this machine need not have.
fn brings(root: &Path, settings: &Settings) -> Option<&'static str> {
    match (root.join(REQUIREMENTS).exists(), settings.hooks.before.is_some()) {
        (true, _) => Some(REQUIREMENTS),
        (false, true) => Some("the hook \"before\""),
        (false, false) => None,
    }
}

/// A message with the package's paths as they are in the package.
fn inside(message: &str, root: &Path) -> String {
    message.replace(&format!("{}/", root.display()), "")
}

/// What an error says and what to do: of an import that leads out of the package, or of what is not there.
fn remark(error: &str, root: &Path) -> String {
    let read = ExecutionError::read(error, &root.display().to_string());
    let Some(Placed { file, line: number, message }) = placed(error) else {
        return with_cure(format!("robot --dryrun: {}", read.text), &read);
    };
    let file = initialization(Path::new(file));
    let shown = file.strip_prefix(root).unwrap_or(&file).display().to_string();
    let imported = message.split('\'').nth(1).unwrap_or_default();
    let folder = file.parent().unwrap_or(root);
    let is_path = imported.contains('/') || imported.contains('\\');
    match normal(&folder.join(imported)) {
        path if is_path && !path.starts_with(root) => format!(
            "{shown}: line {number}: {} lies outside of the package, which has only what is in its own folder: put it \
             into the folder, or run the folder above as the package, with robot.folder",
            below(&path, root)
        ),
        _ => with_cure(format!("{shown}: line {number}: {}", read.text), &read),
    }
}

fn with_cure(told: String, error: &ExecutionError) -> String {
    match error.cure() {
        Some(cure) => format!("{}. {cure}", told.trim_end_matches('.')),
        None => told,
    }
}

/// Robot Framework names a folder where it means the folder's initialization file.
fn initialization(path: &Path) -> PathBuf {
    let files = path.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let is_it = |file: &PathBuf| file.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("__init__"));
    let readable = |file: &PathBuf| file.extension().is_some_and(|kind| kind != "py" && kind != "pyc");
    files.filter(is_it).find(readable).unwrap_or_else(|| path.to_owned())
}

/// A path seen from the package's root: `../resources/shop.resource`.
fn below(path: &Path, root: &Path) -> String {
    for (ups, above) in root.ancestors().enumerate().skip(1) {
        if let Ok(path) = path.strip_prefix(above) {
            return format!("{}{}", "../".repeat(ups), path.display());
        }
    }
    path.display().to_string()
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
        insta::assert_snapshot!(told(stderr, Some(1), Path::new(ROOT), None).unwrap().join("\n"), @"
        t.robot: line 2: ../resources/shop.resource lies outside of the package, which has only what is in its own folder: put it into the folder, or run the folder above as the package, with robot.folder
        t.robot: line 3: ../resources/Keys.py lies outside of the package, which has only what is in its own folder: put it into the folder, or run the folder above as the package, with robot.folder
        a/b.robot: line 4: Importing library 'Shop' failed: ModuleNotFoundError: No module named 'Shop'. The environment has no Python module Shop. Name the Python package that has it in requirements.txt. If it is a file of the package, name the folder that holds Shop by --pythonpath in robot.arguments.
        ");
    }

    #[test]
    fn what_robot_refuses_as_a_whole_is_a_problem() {
        let stderr = "[ ERROR ] Parsing '/r/shop/t.robot' failed: One file cannot have both tests and tasks.\n\nTry --help for usage information.\n";
        insta::assert_snapshot!(told(stderr, Some(252), Path::new(ROOT), None).unwrap_err(), @"robot --dryrun: Robot Framework refuses the package: Parsing 't.robot' failed: One file cannot have both tests and tasks.");
        assert_eq!(told("", Some(0), Path::new(ROOT), None), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_in_a_file_is_told_too() {
        let stderr = "[ ERROR ] Variable file 'vars.py' does not exist.\n\
                      [ ERROR ] Taking listener 'Shots' into use failed: Importing listener 'Shots' failed: ModuleNotFoundError: No module named 'Shots'\n";
        insta::assert_snapshot!(told(stderr, Some(0), Path::new(ROOT), None).unwrap().join("\n"), @"
        robot --dryrun: Variable file 'vars.py' does not exist. An environment has only the files of the package. A path starts at the folder in which robot starts, and a capital letter differs from a small one.
        robot --dryrun: Taking listener 'Shots' into use failed: Importing listener 'Shots' failed: ModuleNotFoundError: No module named 'Shots'. The environment has no Python module Shots. Name the Python package that has it in requirements.txt. If it is a file of the package, name the folder that holds Shots by --pythonpath in robot.arguments.
        ");
    }

    #[test]
    fn modules_that_the_environment_gets_are_not_missed() {
        let stderr = "[ ERROR ] Error in file '/r/shop/a.robot' on line 2: Importing library 'shoplib' failed: ModuleNotFoundError: No module named 'shoplib'\n\
                      [ ERROR ] Error in file '/r/shop/b.robot' on line 2: Importing library 'shoplib' failed: ModuleNotFoundError: No module named 'shoplib'\n\
                      [ ERROR ] Error in file '/r/shop/b.robot' on line 3: Resource file 'gone.resource' does not exist.\n";
        insta::assert_snapshot!(told(stderr, Some(1), Path::new(ROOT), Some(REQUIREMENTS)).unwrap().join("\n"), @"
        b.robot: line 3: Resource file 'gone.resource' does not exist. An environment has only the files of the package. A path starts at the folder of the file that imports, and a capital letter differs from a small one.
        Not checked: this machine does not have shoplib, which requirements.txt may install
        ");
    }

    #[test]
    fn an_initialization_file_is_named_instead_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("__init__.py"), "").unwrap();
        std::fs::write(folder.path().join("__INIT__.robot"), "").unwrap();
        let root = folder.path().display();
        let line = format!("[ ERROR ] Error in file '{root}' on line 2: Resource file '../x.resource' does not exist.");
        let told = told(&line, Some(1), folder.path(), None).unwrap();
        assert!(told[0].starts_with("__INIT__.robot: line 2: ../x.resource lies outside of the package"), "{told:?}");
    }
}
