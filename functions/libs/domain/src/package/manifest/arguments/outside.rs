//! Values of options that are paths: none may lead out of the package, for an environment has nothing there.
//!
//! Robot Framework only logs that a listener or variable file cannot be imported, and runs the tests without it.

use super::super::FILE;
use super::values_of;
use crate::base::problem::Problem;

/// Checks the paths among arguments that were read, seen from the folder in which `robot` starts.
pub(crate) fn check(arguments: &[String], folder: &str) -> Result<(), Problem> {
    for option in ["--listener", "--variablefile"] {
        // Arguments follow the path.
        let paths = values_of(arguments, option).filter_map(|value| value.split([':', ';']).next());
        paths.into_iter().try_for_each(|path| inside(option, path, folder))?;
    }
    let searched = values_of(arguments, "--pythonpath").flat_map(|value| value.split([':', ';']));
    searched.into_iter().try_for_each(|path| inside("--pythonpath", path, folder))
}

fn inside(option: &str, path: &str, folder: &str) -> Result<(), Problem> {
    let mut depth = folder.split('/').filter(|part| !part.is_empty()).count();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return Err(outside(option, path)),
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    Ok(())
}

fn outside(option: &str, path: &str) -> Problem {
    let what = format!("{option} {path} lies outside of the package, which has only what is in its own folder");
    let help = "put it into the folder, or run the folder above as the package, with robot.folder";
    Problem::new(format!("{FILE}: robot.arguments"), what, help)
}
