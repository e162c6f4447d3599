//! What names and values may look like, so that none of them breaks a path, a key or Robot Framework's
//! argument file further on. Each check takes the node, so that its problem names the place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::problem::{Problem, quoted};
use crate::base::text::breaks_a_line;
use crate::base::tree::Node;

/// An object in S3, written `s3://bucket/key`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct S3Url {
    /// Bucket.
    pub bucket: String,
    /// Key, without a slash at its start.
    pub key: String,
}

impl S3Url {
    /// Reads `s3://bucket/key`; none if it is anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (bucket, key) = text.strip_prefix("s3://")?.split_once('/')?;
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        let good_bucket = (3..=63).contains(&bucket.len()) && bucket.chars().all(letter);
        let good_key = (1..=1024).contains(&key.len()) && !key.chars().any(char::is_control);
        (good_bucket && good_key).then(|| Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

impl std::fmt::Display for S3Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

impl From<S3Url> for String {
    fn from(url: S3Url) -> Self {
        url.to_string()
    }
}

impl TryFrom<String> for S3Url {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("expected s3://bucket/key, found {}", quoted(&text)))
    }
}

/// True for a suite's name: 1 to 64 letters, digits, `-`, `_` and `.` of ASCII, with a letter or digit first. It becomes
/// a folder, a part of S3 keys and of the ledger's keys.
pub fn is_suite_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    first && name.len() <= 64 && name.chars().all(letter) && !name.contains("..") && !name.ends_with('.')
}

pub(crate) fn suite(node: &Node) -> Result<String, Problem> {
    let name = node.text()?;
    if is_suite_name(name) {
        return Ok(name.to_owned());
    }
    let what = format!("{} is no name for a suite", quoted(name));
    Err(node.problem(what, "write 1 to 64 letters, digits, \"-\", \"_\" or \".\", with a letter or digit first"))
}

pub(crate) fn s3_url(node: &Node) -> Result<S3Url, Problem> {
    S3Url::parse(node.text()?).ok_or_else(|| node.expected("s3://bucket/key"))
}

/// Seconds of a duration within limits, both in seconds.
pub(crate) fn duration(node: &Node, limits: std::ops::RangeInclusive<u64>) -> Result<u64, Problem> {
    let show = |seconds: &u64| crate::base::duration::show(*seconds as f64);
    let expected = format!("a duration from {} to {}, such as \"45m\"", show(limits.start()), show(limits.end()));
    let text = node.text().map_err(|_| node.expected(&expected))?;
    crate::base::duration::parse(text)
        .filter(|seconds| limits.contains(seconds))
        .ok_or_else(|| node.expected(&expected))
}

/// The name of a long option as Robot Framework compares it: case and dashes do not count.
pub(crate) fn long_option(written: &str) -> String {
    written.to_lowercase().replace('-', "")
}

/// Refuses a value that does not reach Robot Framework through an argument file as it is written. Robot Framework looks
/// for `--argumentfile` and `-A` among all words, and rewrites each word that begins with `--` as if it were an option
/// (`robot/utils/argumentparser.py`: `ArgFileParser._get_index` and `ArgumentParser._normalize_long_option`).
pub(crate) fn check_argument(node: &Node, value: &str) -> Result<(), Problem> {
    const FILE: &str = "argumentfile";
    let normal = long_option(value);
    if normal == FILE || normal.starts_with(&format!("{FILE}=")) || value.starts_with("-A") {
        let what = format!("Robot Framework takes {} for its option --argumentfile", quoted(value));
        return Err(node.problem(what, "take another name"));
    }
    let Some(long) = value.strip_prefix("--") else { return Ok(()) };
    let (name, rest) = long.split_at(long.find('=').unwrap_or(long.len()));
    let read = format!("--{}{rest}", long_option(name));
    if read == value {
        return Ok(());
    }
    let what = format!("Robot Framework reads {} as {}, as it does with an option", quoted(value), quoted(&read));
    Err(node.problem(what, "take a name that does not begin with \"--\""))
}

/// A tag as Robot Framework compares it: case, spaces and underscores do not count.
pub fn normal_tag(tag: &str) -> String {
    tag.chars().filter(|c| !c.is_whitespace() && *c != '_').flat_map(char::to_lowercase).collect()
}

/// The tag patterns of a list, each as Robot Framework takes it.
pub(crate) fn tags(node: &Node) -> Result<Vec<String>, Problem> {
    node.list()?.iter().map(tag).collect()
}

fn tag(node: &Node) -> Result<String, Problem> {
    let tag = node.text()?;
    let refused = |why: &str, help: &str| Err(node.problem(format!("the tag {} {why}", quoted(tag)), help));
    if tag.chars().any(breaks_a_line) {
        return refused("has a line break or control character", "take it out");
    }
    if tag.len() > 1000 {
        return refused("is longer than 1000 bytes", "shorten it");
    }
    if matches!(normal_tag(tag).as_str(), "" | "none") {
        return refused("is no tag for Robot Framework, which ignores it", "name a tag or leave it out");
    }
    // An operator with nothing after it, or AND and OR with nothing before, matches no test at all.
    let words: Vec<&str> = tag.split_whitespace().collect();
    let (first, last) = (words.first().copied().unwrap_or(""), words.last().copied().unwrap_or(""));
    if matches!(first, "AND" | "OR") || matches!(last, "AND" | "OR" | "NOT") {
        return refused("has an operator without a tag on both sides", "write it like \"smoke AND fast\"");
    }
    let tag = tag.trim();
    check_argument(node, tag)?;
    Ok(tag.to_owned())
}

/// A variable's name as Robot Framework compares it: case, spaces and underscores do not count.
pub(crate) fn normal_variable(name: &str) -> String {
    normal_tag(name)
}

/// A table of variables: each key a name, each value by `value`. Names that are one for Robot Framework are refused.
pub(crate) fn variables(
    node: &Node,
    value: fn(&Node) -> Result<String, Problem>,
) -> Result<BTreeMap<String, String>, Problem> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut variables = BTreeMap::new();
    for (name, node) in node.entries()? {
        variable_name(name, node)?;
        if let Some(other) = seen.insert(normal_variable(name), name) {
            let what = format!("{} and {} are one variable for Robot Framework", quoted(other), quoted(name));
            return Err(node.problem(what, "keep one of them"));
        }
        variables.insert(name.clone(), value(node)?);
    }
    Ok(variables)
}

fn variable_name(name: &str, node: &Node) -> Result<(), Problem> {
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let first = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let some = !normal_variable(name).is_empty() && !name.ends_with(' ') && name.len() <= 200;
    if first && some && name.chars().all(letter) {
        return Ok(());
    }
    let what = format!("{} is no variable's name for Robot Framework", quoted(name));
    let bare = name.trim_start_matches(['$', '@', '&', '%']).trim_start_matches('{').trim_end_matches('}');
    let help = match bare != name && !bare.is_empty() {
        true => format!("write {bare} without its braces"),
        false => "write letters, digits and \"_\", with a letter first".to_owned(),
    };
    Err(node.problem(what, help))
}

/// A variable's value: one line, because it passes through Robot Framework's argument file.
pub(crate) fn variable_value(node: &Node) -> Result<String, Problem> {
    let value = node.text_or_whole()?;
    if value.chars().any(breaks_a_line) {
        let help = "put it into a variable file of the package and name that in robot.arguments";
        return Err(node.problem("a value cannot have line breaks or control characters", help));
    }
    if value.len() > 4096 {
        return Err(node.problem("the value is longer than 4096 bytes", "put it into a file of the package"));
    }
    if value.ends_with(char::is_whitespace) {
        return Err(node.problem("Robot Framework drops the space at the end of a value", "use ${SPACE} in the suite"));
    }
    Ok(value)
}

/// A parameter's name in SSM.
pub(crate) fn parameter(node: &Node) -> Result<String, Problem> {
    let name = node.text()?;
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    if (1..=1011).contains(&name.len()) && name.chars().all(letter) {
        return Ok(name.to_owned());
    }
    let help = "write the name only, such as \"/qaops/checkout/password\"; its value stays in SSM";
    // The text is not repeated: a person who misunderstood may have written the secret itself.
    Err(node.problem("this is no name of an SSM parameter", help))
}

/// Names of programs, each at most once, for a search along the PATH.
pub(crate) fn programs(node: &Node) -> Result<Vec<String>, Problem> {
    let mut programs: Vec<String> = Vec::new();
    for node in node.list()? {
        let program = program(node)?;
        if programs.contains(&program) {
            return Err(node.problem(format!("{} is named twice", quoted(&program)), "keep one of them"));
        }
        programs.push(program);
    }
    Ok(programs)
}

fn program(node: &Node) -> Result<String, Problem> {
    let name = node.text()?;
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    if first && name.len() <= 64 && name.chars().all(letter) {
        return Ok(name.to_owned());
    }
    let help = "write its name only, such as \"chromium\": 1 to 64 letters, digits, \"_\", \".\" or \"-\"";
    Err(node.problem(format!("{} is no name of a program", quoted(name)), help))
}

/// A relative path below the package's root, with `/` between folders.
pub(crate) fn path(node: &Node) -> Result<String, Problem> {
    let path = node.text()?;
    crate::base::paths::check_path(path)
        .map(|()| path.to_owned())
        .map_err(|why| node.problem(format!("{} {why}", quoted(path)), "write a path below the package's root"))
}

/// Where a report is: one file, so patterns and variables, which nothing resolves, are refused.
pub(crate) fn report(node: &Node) -> Result<String, Problem> {
    let path = path(node)?;
    let refused = |what: &str, help: &str| Err(node.problem(format!("{} {what}", quoted(&path)), help));
    if path.contains(['*', '?']) {
        return refused(
            "is a pattern, and a report is one file",
            "let the hook after the tests write one report of all",
        );
    }
    if ["${", "%{", "$(", "~/"].iter().any(|variable| path.contains(variable)) {
        return refused("has a variable, and nothing gives it a value here", "write a path below the package's root");
    }
    Ok(path)
}

/// A folder below the package's root, empty for the root itself: `tests`, `./tests/`, `.`.
pub(crate) fn folder(node: &Node) -> Result<String, Problem> {
    let written = node.text()?;
    let mut parts: Vec<&str> = Vec::new();
    for (at, part) in written.split('/').enumerate() {
        match part {
            "." => {}
            "" if at > 0 => {}
            ".." if parts.last().is_some_and(|above| !matches!(*above, "" | "..")) => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    let folder = parts.join("/");
    if folder.is_empty() && !written.is_empty() {
        return Ok(folder);
    }
    crate::base::paths::check_path(&folder)
        .map(|()| folder)
        .map_err(|why| node.problem(format!("{} {why}", quoted(written)), "write a path below the package's root"))
}

/// A command for the platform's shell.
pub(crate) fn command(node: &Node) -> Result<String, Problem> {
    let command = node.text()?;
    if command.trim().is_empty() {
        return Err(node.problem("the command is empty", "leave the key out"));
    }
    if command.contains('\0') {
        return Err(node.problem("the command has a NUL character", "take it out"));
    }
    Ok(command.to_owned())
}

/// A branch, as the label `branch` names it.
pub(crate) fn branch(node: &Node) -> Result<String, Problem> {
    let branch = node.text()?;
    if branch.is_empty() || branch.chars().count() > 256 || branch.chars().any(breaks_a_line) {
        return Err(node.problem("a branch is one line of 1 to 256 characters", "name it as git does"));
    }
    Ok(branch.to_owned())
}

/// Labels of a run: at most 50, with keys up to 128 and values up to 256 characters.
pub(crate) fn labels(node: &Node) -> Result<BTreeMap<String, String>, Problem> {
    let entries = node.entries()?;
    if entries.len() > 50 {
        return Err(node.problem(format!("{} labels are too many", entries.len()), "give at most 50"));
    }
    entries.iter().map(|(key, node)| Ok((label_key(key, node)?, label_value(node)?))).collect()
}

fn label_key(key: &str, node: &Node) -> Result<String, Problem> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':');
    if (1..=128).contains(&key.len()) && key.chars().all(letter) {
        return Ok(key.to_owned());
    }
    let what = format!("{} is no key for a label", quoted(key));
    Err(node.problem(what, "write 1 to 128 letters, digits, \"_\", \"-\", \".\", \"/\" or \":\""))
}

fn label_value(node: &Node) -> Result<String, Problem> {
    let value = node.text_or_whole()?;
    if value.chars().count() > 256 || value.chars().any(breaks_a_line) {
        return Err(node.problem("a label's value is one line of at most 256 characters", "shorten it"));
    }
    Ok(value)
}
