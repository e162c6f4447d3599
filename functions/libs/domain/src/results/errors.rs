//! What Robot Framework reports beside the tests: files that it could read only in part, and imports that failed. A test
//! that lacks a keyword because of it says only that there is no such keyword.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::paths::relative;

/// Most errors of one attempt that are kept.
pub const MOST: usize = 100;
/// Most further places of an error that are named.
const NAMED: usize = 3;
/// Folders above the package that may be its attempt's own.
const LEVELS: usize = 2;
/// Most characters of an error that are kept.
const LONGEST: usize = 1_000;
/// What begins the part of an error that is for the author of a library.
const FOR_AUTHORS: [&str; 2] = ["Traceback (most recent call last):", "PYTHONPATH:"];

/// An entry of the "Test Execution Errors" of Robot Framework's log, of the level `ERROR`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExecutionError {
    /// File that it is about: path below the package's root, or the whole path of one elsewhere; empty if it names none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Line in that file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// What is wrong, in Robot Framework's words, on one line.
    pub text: String,
}

impl ExecutionError {
    /// Reads a message. `root` is the folder that the package was unpacked into.
    pub fn read(message: &str, root: &str) -> Self {
        let placed = placed(message);
        let (file, line) = placed.as_ref().map_or((String::new(), None), |at| (named(at.file, root), Some(at.line)));
        let text = placed.map_or(message, |at| at.message);
        let ends = FOR_AUTHORS.iter().filter_map(|begin| text.find(begin));
        let text = &text[..ends.min().unwrap_or(text.len())];
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        ExecutionError { file, line, text: shortened(&within(&text, root)) }
    }

    /// Such as `shop/pay.robot, line 2`; none of an error that names no file.
    fn place(&self) -> Option<String> {
        let line = self.line.map(|line| format!(", line {line}")).unwrap_or_default();
        (!self.file.is_empty()).then(|| format!("{}{line}", self.file))
    }

    /// What a user can do about it, as a whole sentence.
    pub fn cure(&self) -> Option<String> {
        let imported = self.text.split('\'').nth(1).unwrap_or_default();
        let is_path = imported.contains(['/', '\\']) || imported.ends_with(".py");
        // Robot Framework looks for a file that is not there as for a module of the same name.
        let is_itself = |module: &&str| is_path && stem(imported) == *module;
        if let Some(module) = missing_module(&self.text).filter(|module| !is_itself(module)) {
            return Some(format!(
                "The environment has no Python module {module}. Name the Python package that has it in requirements.txt. If it \
                 is a file of the package, name the folder that holds {} by --pythonpath in robot.arguments.",
                module.split('.').next().unwrap_or(module)
            ));
        }
        if let Some(variable) = missing_variable(&self.text) {
            return Some(format!(
                "Nothing gives {variable} a value before the import. Set it in robot.variables or by --variable, or in a \
                 *** Variables *** section of the same file."
            ));
        }
        let kinds = ["Resource file '", "Variable file '", "Library '", "Importing ", "Taking listener '"];
        let is_file = kinds.iter().any(|begin| self.text.starts_with(begin));
        let absent = self.text.contains("does not exist") || (is_path && missing_module(&self.text).is_some());
        let from = if self.file.is_empty() { "in which robot starts" } else { "of the file that imports" };
        let slashes =
            if imported.contains('\\') { " Write / between folders: a Linux environment takes no \\." } else { "" };
        let told = || {
            format!(
                "An environment has only the files of the package. A path starts at the folder {from}, and a capital letter \
                 differs from a small one.{slashes}"
            )
        };
        (is_file && absent).then(told)
    }
}

impl std::fmt::Display for ExecutionError {
    /// With its place: `shop/pay.robot: line 2: Resource file 'x.resource' does not exist.`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}: ", self.file)?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// An error that stands in one file or in many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupedError {
    /// The first of them.
    #[serde(flatten)]
    pub error: ExecutionError,
    /// Further places with the same text.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub elsewhere: usize,
    /// The first [`NAMED`] of those places, such as `shop/pay.robot, line 2`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
}

impl GroupedError {
    /// Where else it is, such as `and in a.robot, line 2; b.robot, line 3; and 4 further places`.
    pub fn others(&self) -> Option<String> {
        let more = match self.elsewhere.saturating_sub(self.places.len()) {
            0 => None,
            1 => Some("1 further place".to_owned()),
            more => Some(format!("{more} further places")),
        };
        let places = self.places.join("; ");
        match (places.is_empty(), more) {
            (true, None) => None,
            (false, None) => Some(format!("and in {places}")),
            (true, Some(more)) => Some(format!("and in {more}")),
            (false, Some(more)) => Some(format!("and in {places}; and {more}")),
        }
    }
}

/// A text with the package's paths as they are in the package. A path above the package begins with `../`: where an
/// attempt unpacks the package is nobody's business, and differs from one attempt to the next.
fn within(text: &str, root: &str) -> String {
    let inside =
        ["/", "\\"].iter().fold(text.to_owned(), |text, separator| text.replace(&format!("{root}{separator}"), ""));
    let above = Path::new(root).ancestors().skip(1).take(LEVELS).filter(|folder| folder.components().count() > LEVELS);
    above.zip(1..).fold(inside, |text, (folder, ups)| {
        text.replace(&format!("'{}/", folder.display()), &format!("'{}", "../".repeat(ups)))
    })
}

/// Name of a file without its folder and its ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Where an error is, and what it says.
pub struct Placed<'a> {
    /// The file, as Robot Framework writes it.
    pub file: &'a str,
    /// The line.
    pub line: u32,
    /// What is wrong.
    pub message: &'a str,
}

/// File, line and message of an error in a file: `Error in file '/w/shop/t.robot' on line 2: …`.
pub fn placed(message: &str) -> Option<Placed<'_>> {
    let (file, rest) = message.strip_prefix("Error in file '")?.split_once("' on line ")?;
    let (line, message) = rest.split_once(": ")?;
    Some(Placed { file, line: line.parse().ok()?, message })
}

/// The module that Python does not find.
pub fn missing_module(message: &str) -> Option<&str> {
    message.split_once("No module named '")?.1.split('\'').next()
}

/// The variable of an import that has no value: `Replacing variables from setting 'Resource' failed: Variable '${X}' not
/// found.`
fn missing_variable(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("Replacing variables from setting ")?.split_once(" failed: Variable '")?.1;
    rest.split_once("' not found").map(|(variable, _)| variable)
}

/// The errors of an attempt, each once, at most [`MOST`] and a last one that counts the others.
pub fn kept(errors: impl IntoIterator<Item = ExecutionError>) -> Vec<ExecutionError> {
    let mut seen = HashSet::new();
    let mut errors: Vec<ExecutionError> = errors.into_iter().filter(|error| seen.insert(error.clone())).collect();
    // What a test logs as an error takes no error of a file away.
    errors.sort_by_key(|error| error.file.is_empty());
    let more = errors.len().saturating_sub(MOST);
    if more > 0 {
        errors.truncate(MOST);
        let text = format!("There are {more} further errors; the log of the shard has them.");
        errors.push(ExecutionError { text, ..ExecutionError::default() });
    }
    errors
}

/// Errors of all attempts, those of one text together. Those about a file come first: what tests log as an error comes last.
pub fn grouped<'a>(errors: impl IntoIterator<Item = &'a ExecutionError>) -> Vec<GroupedError> {
    let mut groups: Vec<GroupedError> = Vec::new();
    let (mut places, mut seen) = (HashMap::<_, usize>::new(), HashSet::new());
    for error in errors.into_iter().filter(|error| seen.insert(*error)) {
        match places.entry(&error.text) {
            Entry::Occupied(place) => {
                let group = &mut groups[*place.get()];
                group.elsewhere += 1;
                group.places.extend(error.place().filter(|_| group.places.len() < NAMED));
            }
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push(GroupedError { error: error.clone(), ..GroupedError::default() });
            }
        }
    }
    groups.sort_by_key(|group| group.error.file.is_empty());
    groups
}

/// A file as people know it. Robot Framework names a folder where it means the folder's initialization file.
fn named(file: &str, root: &str) -> String {
    const INITIALIZATION: &str = "__init__.robot";
    if file == root {
        return INITIALIZATION.to_owned();
    }
    let path = relative(file, root).unwrap_or_else(|| file.to_owned());
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    if last.contains('.') { path } else { format!("{path}/{INITIALIZATION}") }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> String {
        ExecutionError::read(message, "/w/shop").to_string()
    }

    #[test]
    fn errors_are_told_with_file_and_line_without_what_is_for_authors_of_libraries() {
        let import = "Error in file '/w/shop/a/t.robot' on line 2: Importing library 'Shop' failed: ModuleNotFoundError: No \
                      module named 'Shop'\nTraceback (most recent call last):\n  None\nPYTHONPATH:\n  /usr/lib";
        let cases = [
            (import, "a/t.robot: line 2: Importing library 'Shop' failed: ModuleNotFoundError: No module named 'Shop'"),
            (
                "Error in file '/w/shop/t.robot' on line 5: Non-existing setting 'Test Setupp'. Did you mean:\n    Test Setup",
                "t.robot: line 5: Non-existing setting 'Test Setupp'. Did you mean: Test Setup",
            ),
            (
                "Error in file '/w/shop' on line 1: Resource file '/w/shop/x.resource' does not exist.",
                "__init__.robot: line 1: Resource file 'x.resource' does not exist.",
            ),
            (
                "Error in file '/w/shop/pay' on line 1: It's 'on line 2: x",
                "pay/__init__.robot: line 1: It's 'on line 2: x",
            ),
            ("Error in file '/usr/lib/x.resource' on line 1: Invalid.", "/usr/lib/x.resource: line 1: Invalid."),
            ("Variable file 'vars.py' does not exist.", "Variable file 'vars.py' does not exist."),
            ("no price\nfor 3", "no price for 3"),
            ("", ""),
        ];
        for (message, told) in cases {
            assert_eq!(read(message), told);
        }
        let above = |text| ExecutionError::read(text, "/var/w/1/shop").to_string();
        assert_eq!(above("Library '/var/w/1/x.py' does not exist."), "Library '../x.py' does not exist.");
        assert_eq!(above("Library '/var/w/x.py' does not exist."), "Library '../../x.py' does not exist.");
        assert_eq!(above("Library '/var/x.py' does not exist."), "Library '/var/x.py' does not exist.");
        let windows =
            ExecutionError::read(r"Error in file 'C:\w\shop\a\t.robot' on line 2: No 'C:\w\shop\b'.", r"C:\w\shop");
        assert_eq!(windows.to_string(), "a/t.robot: line 2: No 'b'.");
        assert!(read(&"ä".repeat(2_000)).ends_with("ä …"));
    }

    #[test]
    fn missing_modules_and_files_have_a_cure() {
        let of = |text: &str| ExecutionError::read(text, "/w/shop").cure().unwrap_or_default();
        assert!(
            of("Importing library 'X' failed: ModuleNotFoundError: No module named 'x.y'").contains("module x.y. Name")
        );
        assert!(of("Resource file '../x.resource' does not exist.").starts_with("An environment has only the files"));
        assert!(
            of("Importing library '/r/Keys.py' failed: File does not exist.").starts_with("An environment has only")
        );
        assert!(of("Library '../out.py' does not exist.").starts_with("An environment has only"));
        let listener = "Taking listener '/w/x.py' into use failed: Importing listener '/w/x.py' failed: ModuleNotFoundError: No module named 'x'";
        assert!(of(listener).starts_with("An environment has only"));
        let own = "Importing library 'broken.py' failed: ModuleNotFoundError: No module named 'gone'";
        assert!(of(own).starts_with("The environment has no Python module gone."));
        let variable =
            "Replacing variables from setting 'Resource' failed: Variable '${X}' not found. Did you mean: ${Y}";
        assert!(of(variable).starts_with("Nothing gives ${X} a value before the import."));
        assert!(
            of(r"Resource file 'sub\x.resource' does not exist.")
                .ends_with("Write / between folders: a Linux environment takes no \\.")
        );
        assert_eq!(of("the order does not exist"), "");
        assert_eq!(of("Importing library 'X' failed: SyntaxError: invalid syntax"), "");
    }

    #[test]
    fn the_same_error_of_many_files_stands_once_and_those_of_files_come_first() {
        let error = |file: &str, text: &str| ExecutionError { file: file.into(), line: None, text: text.into() };
        let all = [error("", "logged"), error("a", "x"), error("b", "x"), error("a", "x"), error("a", "y")];
        let told: Vec<_> = grouped(&all).into_iter().map(|group| (group.error.to_string(), group.elsewhere)).collect();
        assert_eq!(told, [("a: x".to_owned(), 1), ("a: y".to_owned(), 0), ("logged".to_owned(), 0)]);
    }

    #[test]
    fn further_places_of_an_error_are_named() {
        let error = |at: u32| ExecutionError { file: "a".into(), line: Some(at), text: "x".into() };
        let others = |count: u32| grouped(&(1..=count).map(error).collect::<Vec<_>>())[0].others();
        assert_eq!((others(1), others(2).as_deref()), (None, Some("and in a, line 2")));
        assert_eq!(others(5).as_deref(), Some("and in a, line 2; a, line 3; a, line 4; and 1 further place"));
    }

    #[test]
    fn a_flood_of_errors_is_counted() {
        let all = (0..150).map(|at| ExecutionError { text: at.to_string(), ..ExecutionError::default() });
        let import = ExecutionError { file: "a.robot".into(), line: Some(2), text: "no module".into() };
        let kept = kept(all.clone().chain(all).chain([import.clone()]));
        assert_eq!((kept.len(), &kept[0]), (MOST + 1, &import));
        assert_eq!(kept[MOST].text, "There are 51 further errors; the log of the shard has them.");
    }
}
