//! Which files Robot Framework takes for suites when it is given a folder of the package.

use crate::base::paths;

/// Endings of suite files, in lower case.
const ENDINGS: [&str; 4] = [".robot", ".rbt", ".robot.rst", ".robot.md"];

/// The suite files in `folder`, empty for the root, among paths below the root, in the order in which Robot Framework
/// runs them: in each folder by name without regard to case, files and folders together. These are not suite files:
/// init files, files in a folder `CVS`, and files whose name, or the name of a folder of theirs, begins with `_` or
/// `.`.
pub fn suite_files<'a>(paths: impl IntoIterator<Item = &'a str>, folder: &str) -> Vec<String> {
    let is_suite_file = |path: &&str| paths::below(path, folder).is_some_and(is_suite_file);
    let mut files: Vec<&str> = paths.into_iter().filter(is_suite_file).collect();
    let key = |path: &str| -> Vec<String> { path.split('/').map(str::to_lowercase).collect() };
    files.sort_by_cached_key(|path| (key(path), (*path).to_owned()));
    files.into_iter().map(str::to_owned).collect()
}

fn is_suite_file(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let ignored = |part: &str| part.starts_with(['_', '.']);
    let in_ignored = folders.split('/').any(|folder| ignored(folder) || folder == "CVS");
    let lower = name.to_lowercase();
    !in_ignored && !ignored(name) && ENDINGS.iter().any(|ending| lower.ends_with(ending))
}
