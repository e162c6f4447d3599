//! What Robot Framework makes of the lines of an argument file: words (`robot/utils/argumentparser.py`), and options by
//! the rules of Python's `getopt`.

use std::collections::VecDeque;

use super::table::{OPTIONS, RobotOption};
use crate::base::problem::{Problem, did_you_mean, quoted};
use crate::base::tree::Node;
use crate::base::validate;

/// A word of a line.
pub(super) struct Word<'a> {
    node: &'a Node,
    text: &'a str,
    /// Whether it is the first of its line.
    first: bool,
    /// Whether its line has a second word.
    split: bool,
}

/// An option as it was given.
pub(super) struct Given<'a> {
    /// Where its name stands.
    pub(super) node: &'a Node,
    /// Its name as it was written.
    pub(super) shown: String,
    pub(super) option: &'static RobotOption,
    /// False for a flag that is switched off.
    pub(super) on: bool,
    /// What follows its name in the same word.
    attached: Option<&'a str>,
}

/// The words of a line. Robot Framework splits a line that begins with `-` at its first space or `=`.
pub(super) fn split<'a>(node: &'a Node, line: &'a str) -> Vec<Word<'a>> {
    let word = |text, first, split| Word { node, text, first, split };
    let at = line.find([' ', '=']).filter(|_| line.starts_with('-'));
    let Some(at) = at else { return vec![word(line, true, false)] };
    let (name, value) = (&line[..at], &line[at + 1..]);
    let value = if line[at..].starts_with(' ') { value.trim() } else { value };
    vec![word(name, true, true), word(value, false, true)]
}

/// The options that a word names: one, or those that are bundled as in `-XL`.
pub(super) fn options<'a>(word: &Word<'a>) -> Result<Vec<Given<'a>>, Problem> {
    if !word.first {
        let what = format!("Robot Framework takes {} for the path of a suite", quoted(word.text));
        return Err(word.node.problem(what, "take it out, because its option takes no value or has one already"));
    }
    match (word.text.strip_prefix("--"), word.text.strip_prefix('-')) {
        (Some(long), _) if !validate::long_option(long).is_empty() => Ok(vec![long_option(word, long)?]),
        (None, Some(short)) if !short.is_empty() => short_options(word, short),
        _ => {
            let what = format!("{} is not an option", quoted(word.text));
            Err(word.node.problem(what, "QAOps itself says which suites run"))
        }
    }
}

/// Robot Framework compares long names without case and dashes, and `getopt` takes each beginning that is unique.
fn long_option<'a>(word: &Word<'a>, written: &str) -> Result<Given<'a>, Problem> {
    let name = validate::long_option(written);
    let all = || OPTIONS.iter().flat_map(|option| spellings(option).map(move |(name, on)| (option, name, on)));
    let exact = all().find(|(_, long, _)| *long == name);
    let begun: Vec<_> = all().filter(|(_, long, _)| long.starts_with(&name)).collect();
    let given = |option: &'static RobotOption, on, shown| Given { node: word.node, shown, option, on, attached: None };
    match (exact, begun.as_slice()) {
        (Some((option, _, on)), _) => Ok(given(option, on, format!("--{written}"))),
        (None, [(option, long, on)]) => Ok(given(option, *on, format!("--{written} (--{long})"))),
        (None, []) => Err(unknown(word, &format!("--{name}"))),
        (None, several) => {
            let longs: Vec<String> = several.iter().take(3).map(|(_, long, _)| format!("--{long}")).collect();
            let what = format!("option --{written} not a unique prefix");
            Err(word.node.problem(what, format!("write it out, such as {}", longs.join(", "))))
        }
    }
}

/// The names of an option, and whether each of them switches it on.
fn spellings(option: &RobotOption) -> impl Iterator<Item = (String, bool)> + use<> {
    let off = (!option.takes_value).then(|| (option.negated(), false));
    std::iter::once((option.long.to_owned(), true)).chain(off)
}

fn short_options<'a>(word: &Word<'a>, cluster: &'a str) -> Result<Vec<Given<'a>>, Problem> {
    let mut given = Vec::new();
    for (at, short) in cluster.char_indices() {
        let named = OPTIONS.iter().find(|option| option.short.contains(short));
        let option = named.ok_or_else(|| unknown(word, &format!("-{short}")))?;
        let rest = &cluster[at + short.len_utf8()..];
        let shown = match cluster.len() == short.len_utf8() {
            true => format!("-{short} (--{})", option.long),
            false => format!("-{short} (--{}) in {}", option.long, quoted(word.text)),
        };
        let attached = (option.takes_value && !rest.is_empty()).then_some(rest);
        given.push(Given { node: word.node, shown, option, on: true, attached });
        if option.takes_value {
            break;
        }
    }
    Ok(given)
}

fn unknown(word: &Word<'_>, name: &str) -> Problem {
    let known: Vec<String> = OPTIONS.iter().map(|option| format!("--{}", option.long)).collect();
    let near = did_you_mean(name, known.iter().map(String::as_str));
    let help = if near.starts_with("did") { near } else { "see \"robot --help\"".to_owned() };
    let written = if name.starts_with("--") { word.text } else { name };
    word.node.problem(format!("Robot Framework has no option {}", quoted(written)), help)
}

impl<'a> Given<'a> {
    /// The option's value and where it stands: the rest of its word, or the next word.
    pub(super) fn value(&self, words: &mut VecDeque<Word<'a>>) -> Result<(&'a Node, &'a str), Problem> {
        let missing = |help: &str| self.node.problem(format!("{} has no value", self.shown), help);
        let (node, value) = match self.attached {
            Some(value) => (self.node, value),
            None => {
                let word = words.pop_front().ok_or_else(|| missing("add it, as in --option=value"))?;
                if word.first && (word.split || word.text.starts_with("--")) {
                    return Err(missing(
                        "write a value that begins with \"-\" on the line of its option: --option=value",
                    ));
                }
                (word.node, word.text)
            }
        };
        validate::check_argument(node, value)?;
        Ok((node, value))
    }
}
