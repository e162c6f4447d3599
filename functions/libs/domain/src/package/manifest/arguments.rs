//! Further arguments of `robot` from `robot.arguments`.
//!
//! They are read as Robot Framework reads an argument file, and held against one table of all its options. So whatever
//! it would refuse, and whatever would change which tests run, is refused before any instance starts.

mod languages;
mod outside;
mod table;
mod values;
mod words;

use std::collections::VecDeque;

pub use self::languages::LANGUAGES;
pub(crate) use self::languages::check as check_languages;
pub(crate) use self::outside::check as check_paths;
pub use self::table::{Decision, OPTIONS, RobotOption};
pub use self::values::{Check, Invalid};
use self::words::{Given, Word};
use crate::base::problem::Problem;
use crate::base::text::breaks_a_line;
use crate::base::tree::Node;

/// The arguments of a list of lines, spelt out: the long name of each option, and its value as the next word. A value
/// that no line of its own can hold stands on the option's line: `--settag=-slow`.
pub(crate) fn read(node: &Node) -> Result<Vec<String>, Problem> {
    let mut words = VecDeque::new();
    for node in node.list()? {
        words.extend(line(node)?);
    }
    let mut arguments = Vec::new();
    while let Some(word) = words.pop_front() {
        for given in words::options(&word)? {
            arguments.extend(spelt_out(&given, &mut words)?);
        }
    }
    Ok(arguments)
}

/// The values of an option among arguments that were read.
fn values_of<'a>(arguments: &'a [String], option: &str) -> impl Iterator<Item = &'a str> {
    let own_line = arguments.windows(2).filter(move |pair| pair[0] == option).map(|pair| pair[1].as_str());
    let same_line = move |word: &'a String| word.strip_prefix(option)?.strip_prefix('=');
    own_line.chain(arguments.iter().filter_map(same_line))
}

fn line(node: &Node) -> Result<Vec<Word<'_>>, Problem> {
    let line = node.text()?;
    if line.is_empty() || line.chars().any(breaks_a_line) {
        return Err(node.problem("an argument is one line with something in it", ""));
    }
    if line.trim() != line || line.starts_with('#') {
        let what = "Robot Framework's argument file drops spaces around a line, and lines that begin with \"#\"";
        return Err(node.problem(what, "write the value into the line of its option: --option=value"));
    }
    Ok(words::split(node, line))
}

fn spelt_out<'a>(given: &Given<'a>, words: &mut VecDeque<Word<'a>>) -> Result<Vec<String>, Problem> {
    let check = allowed(given)?;
    let long = given.option.long;
    if !given.option.takes_value {
        return Ok(vec![if given.on { format!("--{long}") } else { format!("--{}", given.option.negated()) }]);
    }
    let (node, value) = given.value(words)?;
    check(long, value).map_err(|Invalid { reason, help }| node.problem(reason, help))?;
    let own_line = !value.is_empty() && value.trim() == value && !value.starts_with(['-', '#']);
    Ok(if own_line { vec![format!("--{long}"), value.to_owned()] } else { vec![format!("--{long}={value}")] })
}

/// The check of an option's value, if a package may give the option. A package may switch off a refused option,
/// because this is the same as leaving it out.
fn allowed(given: &Given<'_>) -> Result<Check, Problem> {
    let Given { node, shown, option, on, .. } = given;
    match option.decision {
        Decision::Allowed(check) => Ok(check),
        Decision::Ours(help) => Err(node.problem(format!("{shown} is set by QAOps"), help)),
        Decision::Refused { why, help } if *on => Err(node.problem(format!("{shown} {why}"), help)),
        Decision::Refused { .. } => Ok(values::any),
    }
}

#[cfg(test)]
mod tests;
