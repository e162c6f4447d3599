//! Values of `--language`: languages of Robot Framework 7.5, and language files of the package.

use super::super::FILE;
use super::values_of;
use crate::base::paths;
use crate::base::problem::{Problem, did_you_mean};

/// Where the package says which Python packages it needs.
const REQUIREMENTS: &str = "requirements.txt";

/// Codes and names of the languages that Robot Framework brings (`robot/conf/languages.py`); the test
/// `the_languages_are_those_of_robot` compares them.
pub const LANGUAGES: [(&str, &str); 26] = [
    ("en", "English"),
    ("cs", "Czech"),
    ("nl", "Dutch"),
    ("bs", "Bosnian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("de", "German"),
    ("pt-BR", "Brazilian Portuguese"),
    ("pt", "Portuguese"),
    ("th", "Thai"),
    ("pl", "Polish"),
    ("uk", "Ukrainian"),
    ("es", "Spanish"),
    ("ru", "Russian"),
    ("zh-CN", "Chinese Simplified"),
    ("zh-TW", "Chinese Traditional"),
    ("tr", "Turkish"),
    ("sv", "Swedish"),
    ("bg", "Bulgarian"),
    ("ro", "Romanian"),
    ("it", "Italian"),
    ("hi", "Hindi"),
    ("vi", "Vietnamese"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("ar", "Arabic"),
];

/// Checks the languages among arguments that were read, by the paths of the package's files. `hook` says that a command
/// of the package runs before `robot`.
///
/// Robot Framework takes the name or code of one of its languages, an existing path from where it starts, which is
/// `folder`, or the name of a module. An absolute path may be a file of the image, and a module may be one that
/// the hook or `requirements.txt` installs.
pub(crate) fn check(arguments: &[String], files: &[&str], folder: &str, hook: bool) -> Result<(), Problem> {
    let installs = hook || files.contains(&REQUIREMENTS);
    let searched = arguments.iter().any(|word| word.starts_with("--pythonpath"));
    for language in values_of(arguments, "--language") {
        if is_known(language) || is_absolute(language) || has_path(language, folder, files) {
            continue;
        }
        let module = module(language, files);
        let importable = is_module(language) && (installs || searched && module.is_some());
        if !importable {
            return Err(missing(language, module));
        }
    }
    Ok(())
}

fn is_known(language: &str) -> bool {
    let normal = normal(language);
    LANGUAGES.iter().any(|names| [names.0, names.1].iter().any(|name| self::normal(name) == normal))
}

/// Case, spaces and hyphens do not count.
fn normal(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_lowercase).collect()
}

fn is_absolute(path: &str) -> bool {
    let drive = path.strip_prefix(|c: char| c.is_ascii_alphabetic()).and_then(|rest| rest.strip_prefix(':'));
    drive.unwrap_or(path).starts_with(['/', '\\'])
}

/// Whether a file or folder of the package has this path, seen from `folder`.
fn has_path(path: &str, folder: &str, files: &[&str]) -> bool {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.pop().is_none() => return false,
            ".." => {}
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    path.is_empty() || files.iter().any(|file| *file == path || paths::below(file, &path).is_some())
}

fn is_module(name: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    name.split('.').all(|part| !part.starts_with(char::is_numeric) && !part.is_empty() && part.chars().all(letter))
}

/// The file of a module of this name, in whichever folder of the package `--pythonpath` may name.
fn module<'a>(name: &str, files: &[&'a str]) -> Option<&'a str> {
    let path = name.replace('.', "/");
    let ends = [format!("{path}.py"), format!("{path}/__init__.py")];
    let is_module = |file: &str| ends.iter().any(|end| file.strip_suffix(end).is_some_and(is_folder));
    files.iter().copied().find(|file| is_module(file))
}

fn is_folder(path: &str) -> bool {
    path.is_empty() || path.ends_with('/')
}

fn missing(language: &str, module: Option<&str>) -> Problem {
    let names = LANGUAGES.iter().flat_map(|(code, name)| [*code, *name]).filter(|name| name.len() > 2);
    let near = did_you_mean(language, names);
    let help = match module {
        Some(path) => format!("write its path, {path}"),
        None if near.starts_with("did") => near,
        None => "write its name or code, or the path of a language file of the package with \"/\" between folders"
            .to_owned(),
    };
    let what = format!("Invalid value for option '--language': Importing language file '{language}' failed");
    Problem::new(format!("{FILE}: robot.arguments"), what, help)
}
