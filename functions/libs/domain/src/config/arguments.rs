//! Further arguments of `robot` from `robot.arguments`.
//!
//! QAOps itself says what runs and where output goes, so those options are refused here rather than that two
//! wills meet on the command line; and a misspelt option is found before any instance starts.

use crate::names::breaks_a_line;
use crate::problem::{Problem, did_you_mean, quoted};
use crate::tree::Node;

/// Options of Robot Framework that a package may set, without dashes, with their short form.
const ALLOWED: [(&str, Option<char>); 44] = [
    ("rpa", None),
    ("language", None),
    ("extension", Some('F')),
    ("doc", Some('D')),
    ("metadata", Some('M')),
    ("settag", Some('G')),
    ("skip", None),
    ("skiponfailure", None),
    ("variablefile", Some('V')),
    ("pythonpath", Some('P')),
    ("listener", None),
    ("prerunmodifier", None),
    ("parser", None),
    ("dryrun", None),
    ("exitonfailure", Some('X')),
    ("exitonerror", None),
    ("skipteardownonexit", None),
    ("randomize", None),
    ("loglevel", Some('L')),
    ("debugfile", Some('b')),
    ("maxerrorlines", None),
    ("maxassignlength", None),
    ("removekeywords", None),
    ("flattenkeywords", None),
    ("expandkeywords", None),
    ("logtitle", None),
    ("reporttitle", None),
    ("reportbackground", None),
    ("suitestatlevel", None),
    ("tagstatinclude", None),
    ("tagstatexclude", None),
    ("tagstatcombine", None),
    ("tagdoc", None),
    ("tagstatlink", None),
    ("splitlog", None),
    ("console", None),
    ("dotted", None),
    ("quiet", None),
    ("consolewidth", Some('W')),
    ("consolecolors", Some('C')),
    ("consolelinks", None),
    ("consolemarkers", Some('K')),
    ("norpa", None),
    ("nodryrun", None),
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

/// The arguments of a list, each one line.
pub(crate) fn read(node: &Node) -> Result<Vec<String>, Problem> {
    node.list()?.iter().map(argument).collect()
}

fn argument(node: &Node) -> Result<String, Problem> {
    let argument = node.text()?;
    if argument.is_empty() || argument.chars().any(breaks_a_line) {
        return Err(node.problem("an argument is one line with something in it", ""));
    }
    if let Some(long) = argument.strip_prefix("--") {
        long_option(node, long)?;
    } else if let Some(short) = argument.strip_prefix('-').and_then(|rest| rest.chars().next()) {
        short_option(node, short)?;
    }
    Ok(argument.to_owned())
}

/// Robot Framework compares long options without case and dashes.
fn long_option(node: &Node, long: &str) -> Result<(), Problem> {
    let name = long.split(['=', ' ']).next().unwrap_or(long);
    let plain = name.to_lowercase().replace('-', "");
    if let Some((_, _, mend)) = OWNED.iter().find(|(owned, _, _)| *owned == plain) {
        return Err(owned(node, &format!("--{name}"), mend));
    }
    if ALLOWED.iter().any(|(allowed, _)| *allowed == plain) {
        return Ok(());
    }
    let known: Vec<String> = ALLOWED.iter().map(|(allowed, _)| format!("--{allowed}")).collect();
    let near = did_you_mean(&format!("--{plain}"), known.iter().map(String::as_str));
    let mend = if near.starts_with("did") { near } else { "see \"robot --help\"".to_owned() };
    Err(node.problem(format!("Robot Framework has no option {}", quoted(&format!("--{name}"))), mend))
}

fn short_option(node: &Node, short: char) -> Result<(), Problem> {
    if let Some((_, _, mend)) = OWNED.iter().find(|(_, owned, _)| *owned == Some(short)) {
        return Err(owned(node, &format!("-{short}"), mend));
    }
    if ALLOWED.iter().any(|(_, allowed)| *allowed == Some(short)) {
        return Ok(());
    }
    let what = format!("Robot Framework has no option {}", quoted(&format!("-{short}")));
    Err(node.problem(what, "see \"robot --help\""))
}

fn owned(node: &Node, option: &str, mend: &str) -> Problem {
    node.problem(format!("{option} is set by QAOps"), mend)
}
