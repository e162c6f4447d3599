//! Further arguments of `robot` from `robot.arguments`.
//!
//! QAOps itself says what runs and where output goes, so those options are refused here rather than that two
//! wills meet on the command line; and a misspelt option is found before any instance starts.

use crate::names::breaks_a_line;
use crate::problem::{Problem, did_you_mean, quoted};
use crate::tree::Node;

/// Options of Robot Framework that a package may set, without dashes, with their short form and whether they take
/// a value.
const ALLOWED: [(&str, Option<char>, bool); 44] = [
    ("rpa", None, false),
    ("language", None, true),
    ("extension", Some('F'), true),
    ("doc", Some('D'), true),
    ("metadata", Some('M'), true),
    ("settag", Some('G'), true),
    ("skip", None, true),
    ("skiponfailure", None, true),
    ("variablefile", Some('V'), true),
    ("pythonpath", Some('P'), true),
    ("listener", None, true),
    ("prerunmodifier", None, true),
    ("parser", None, true),
    ("dryrun", None, false),
    ("exitonfailure", Some('X'), false),
    ("exitonerror", None, false),
    ("skipteardownonexit", None, false),
    ("randomize", None, true),
    ("loglevel", Some('L'), true),
    ("debugfile", Some('b'), true),
    ("maxerrorlines", None, true),
    ("maxassignlength", None, true),
    ("removekeywords", None, true),
    ("flattenkeywords", None, true),
    ("expandkeywords", None, true),
    ("logtitle", None, true),
    ("reporttitle", None, true),
    ("reportbackground", None, true),
    ("suitestatlevel", None, true),
    ("tagstatinclude", None, true),
    ("tagstatexclude", None, true),
    ("tagstatcombine", None, true),
    ("tagdoc", None, true),
    ("tagstatlink", None, true),
    ("splitlog", None, false),
    ("console", None, true),
    ("dotted", None, false),
    ("quiet", None, false),
    ("consolewidth", Some('W'), true),
    ("consolecolors", Some('C'), true),
    ("consolelinks", None, true),
    ("consolemarkers", Some('K'), true),
    ("norpa", None, false),
    ("nodryrun", None, false),
];

/// Options that QAOps sets, with their short form and what to do instead.
const OWNED: [(&str, Option<char>, &str); 23] = [
    ("include", Some('i'), "use robot.include"),
    ("exclude", Some('e'), "use robot.exclude"),
    ("variable", Some('v'), "use robot.variables"),
    ("name", Some('N'), "the suite's name is that of the run"),
    ("suite", Some('s'), "use robot.include, because QAOps divides the suites"),
    ("test", Some('t'), "use robot.include, because QAOps divides the suites"),
    ("task", None, "use robot.include, because QAOps divides the suites"),
    ("parseinclude", Some('I'), "QAOps selects the files of a shard by it"),
    ("runemptysuite", None, "QAOps itself tells an empty shard from a failed one"),
    ("rerunfailed", Some('R'), "use rerun_failed"),
    ("rerunfailedsuites", Some('S'), "use rerun_failed"),
    ("outputdir", Some('d'), "QAOps collects the output"),
    ("output", Some('o'), "QAOps collects the output"),
    ("log", Some('l'), "QAOps collects the output"),
    ("report", Some('r'), "QAOps collects the output"),
    ("xunit", Some('x'), "QAOps writes junit.xml"),
    ("timestampoutputs", Some('T'), "QAOps collects the output"),
    ("legacyoutput", None, "QAOps collects the output"),
    ("nostatusrc", None, "gates decide, by what the output says"),
    ("statusrc", None, "gates decide, by what the output says"),
    ("prerebotmodifier", None, "results are taken as Robot Framework wrote them"),
    ("argumentfile", Some('A'), "write the arguments into robot.arguments"),
    ("help", Some('h'), "no test runs with it"),
];

/// The arguments of a list, each one line: options, and values right after options that take one.
pub(crate) fn read(node: &Node) -> Result<Vec<String>, Problem> {
    let mut value_follows = false;
    let read = |node: &Node| {
        let argument = node.text()?;
        check_line(node, argument)?;
        value_follows = if value_follows { false } else { option(node, argument)? };
        Ok(argument.to_owned())
    };
    node.list()?.iter().map(read).collect()
}

fn check_line(node: &Node, argument: &str) -> Result<(), Problem> {
    if argument.is_empty() || argument.chars().any(breaks_a_line) {
        return Err(node.problem("an argument is one line with something in it", ""));
    }
    if argument.trim() != argument || argument.starts_with('#') {
        let what = "Robot Framework's argument file drops spaces around a line, and lines that begin with \"#\"";
        return Err(node.problem(what, "write the value into the line of its option: --option=value"));
    }
    Ok(())
}

/// Checks an option; true if the next argument is its value.
fn option(node: &Node, argument: &str) -> Result<bool, Problem> {
    if let Some(long) = argument.strip_prefix("--") {
        return Ok(long_option(node, long)? && !argument.contains(['=', ' ']));
    }
    match argument.strip_prefix('-').and_then(|rest| rest.chars().next()) {
        Some(short) => Ok(short_option(node, short)? && argument.chars().nth(2).is_none()),
        None => Err(node.problem(format!("{} is no option", quoted(argument)), "QAOps itself says which suites run")),
    }
}

/// True if the option takes a value. Robot Framework compares long options without case and dashes.
fn long_option(node: &Node, long: &str) -> Result<bool, Problem> {
    let name = long.split(['=', ' ']).next().unwrap_or(long);
    let plain = name.to_lowercase().replace('-', "");
    if let Some((_, _, mend)) = OWNED.iter().find(|(owned, _, _)| *owned == plain) {
        return Err(owned(node, &format!("--{name}"), mend));
    }
    if let Some((_, _, takes_value)) = ALLOWED.iter().find(|(allowed, _, _)| *allowed == plain) {
        return Ok(*takes_value);
    }
    let known: Vec<String> = ALLOWED.iter().map(|(allowed, _, _)| format!("--{allowed}")).collect();
    let near = did_you_mean(&format!("--{plain}"), known.iter().map(String::as_str));
    let mend = if near.starts_with("did") { near } else { "see \"robot --help\"".to_owned() };
    Err(node.problem(format!("Robot Framework has no option {}", quoted(&format!("--{name}"))), mend))
}

fn short_option(node: &Node, short: char) -> Result<bool, Problem> {
    if let Some((_, _, mend)) = OWNED.iter().find(|(_, owned, _)| *owned == Some(short)) {
        return Err(owned(node, &format!("-{short}"), mend));
    }
    if let Some((_, _, takes_value)) = ALLOWED.iter().find(|(_, allowed, _)| *allowed == Some(short)) {
        return Ok(*takes_value);
    }
    let what = format!("Robot Framework has no option {}", quoted(&format!("-{short}")));
    Err(node.problem(what, "see \"robot --help\""))
}

fn owned(node: &Node, option: &str, mend: &str) -> Problem {
    node.problem(format!("{option} is set by QAOps"), mend)
}
