//! Every option of Robot Framework 7.5, and whether a package may give it in `robot.arguments`.
//!
//! Names, short names and values are those of `robot --help`; the test `the_table_is_the_help_of_robot` compares both.

use super::values::{self, Check};

/// An option of `robot`.
#[derive(Clone, Copy, Debug)]
pub struct RobotOption {
    /// Long name as the help has it, without the dashes in front.
    pub long: &'static str,
    /// Short names, each one character.
    pub short: &'static str,
    /// Whether a value follows.
    pub takes_value: bool,
    /// Whether a package may give it.
    pub decision: Decision,
}

/// Whether a package may give an option.
#[derive(Clone, Copy, Debug)]
pub enum Decision {
    /// Yes, with each value that passes the check.
    Allowed(Check),
    /// No, because QAOps gives it itself. The text says what to do instead, or why nothing has to be done.
    Ours(&'static str),
    /// No, because a verdict would no longer mean what it says.
    Refused {
        /// What it would do, as a fragment after its name.
        why: &'static str,
        /// What to do instead.
        help: &'static str,
    },
}

impl RobotOption {
    /// The name that switches a flag off: Robot Framework puts "no" in front of it, or drops it.
    pub fn negated(&self) -> String {
        self.long.strip_prefix("no").map_or_else(|| format!("no{}", self.long), str::to_owned)
    }
}

const fn flag(long: &'static str, short: &'static str, decision: Decision) -> RobotOption {
    RobotOption { long, short, takes_value: false, decision }
}

const fn valued(long: &'static str, short: &'static str, decision: Decision) -> RobotOption {
    RobotOption { long, short, takes_value: true, decision }
}

const ANY: Decision = Decision::Allowed(values::any);
const COLLECTED: Decision = Decision::Ours("QAOps collects the output");
const SELECTED: Decision = Decision::Ours("use robot.include, because QAOps divides the suites");
const NO_TESTS: Decision = Decision::Refused { why: "runs no test", help: "leave it out" };

const fn checked(check: Check) -> Decision {
    Decision::Allowed(check)
}

const fn refused(why: &'static str, help: &'static str) -> Decision {
    Decision::Refused { why, help }
}

/// The options in the order of the help.
///
/// Whatever chooses the tests is a key of QAOps or is refused. `plan` reads the names of files and runs no code of the
/// package, so it cannot follow an option that makes Robot Framework read other files (`--extension`, `--parser`).
///
/// A pre-run modifier is refused for two reasons. It can remove all tests of a planned file, and that file then looks
/// like one in which the tags select no test. And it sees the files of one shard at a time: a modifier that keeps every
/// second test keeps other tests with two environments than with one.
///
/// A listener can change tests as well, but only at run time. It is allowed, because many report results or take
/// screenshots, and because a test library can be a listener without any option. Robot Framework goes on without a
/// listener or a variable file that it cannot import, and so does QAOps.
pub const OPTIONS: &[RobotOption] = &[
    flag("rpa", "", ANY),
    valued("language", "", ANY), // `languages::check` compares it with the files of the package.
    valued(
        "extension",
        "F",
        refused("makes Robot Framework read files that QAOps does not plan", "rename the suite files to *.robot"),
    ),
    valued("parseinclude", "I", Decision::Ours("QAOps selects the files of a shard by it")),
    valued("name", "N", Decision::Ours("the suite's name is that of the run")),
    valued("doc", "D", ANY),
    valued("metadata", "M", ANY),
    valued("settag", "G", ANY),
    valued("test", "t", SELECTED),
    valued("task", "", SELECTED),
    valued("suite", "s", SELECTED),
    valued("include", "i", Decision::Ours("use robot.include")),
    valued("exclude", "e", Decision::Ours("use robot.exclude")),
    valued("rerunfailed", "R", Decision::Ours("use rerun_failed")),
    valued("rerunfailedsuites", "S", Decision::Ours("use rerun_failed")),
    flag("runemptysuite", "", Decision::Ours("QAOps itself tells an empty shard from a failed one")),
    valued("skip", "", ANY),
    valued("skiponfailure", "", ANY),
    valued("variable", "v", Decision::Ours("use robot.variables")),
    valued("variablefile", "V", ANY),
    valued("outputdir", "d", COLLECTED),
    valued("output", "o", COLLECTED),
    flag("legacyoutput", "", COLLECTED),
    valued("log", "l", COLLECTED),
    valued("report", "r", COLLECTED),
    valued("xunit", "x", Decision::Ours("QAOps writes junit.xml")),
    valued("debugfile", "b", checked(values::debug_file)),
    flag("timestampoutputs", "T", COLLECTED),
    flag("splitlog", "", ANY),
    valued("logtitle", "", ANY),
    valued("reporttitle", "", ANY),
    valued("reportbackground", "", checked(values::background)),
    valued("maxerrorlines", "", checked(values::error_lines)),
    valued("maxassignlength", "", checked(values::integer)),
    valued("loglevel", "L", checked(values::log_level)),
    valued("suitestatlevel", "", checked(values::integer)),
    valued("tagstatinclude", "", ANY),
    valued("tagstatexclude", "", ANY),
    valued("tagstatcombine", "", ANY),
    valued("tagdoc", "", ANY),
    valued("tagstatlink", "", checked(values::tag_link)),
    valued("expandkeywords", "", checked(values::expanded)),
    valued("removekeywords", "", checked(values::removed)),
    valued("flattenkeywords", "", checked(values::flattened)),
    flag("nostatusrc", "", Decision::Ours("gates decide, by what the output says")),
    flag(
        "dryrun",
        "",
        refused(
            "runs no keyword of a library, so that a failing test passes",
            "check the suites with \"robot --dryrun\" before the run",
        ),
    ),
    flag("exitonfailure", "X", ANY),
    flag("exitonerror", "", ANY),
    flag("skipteardownonexit", "", ANY),
    valued("randomize", "", checked(values::order)),
    valued("listener", "", ANY),
    valued(
        "prerunmodifier",
        "",
        refused(
            "sees one shard at a time and can remove tests that nobody would miss",
            "choose tests by robot.include and robot.exclude, or change the suites before they are packed",
        ),
    ),
    valued(
        "prerebotmodifier",
        "",
        refused("changes results after the tests", "results are taken as Robot Framework writes them"),
    ),
    valued(
        "parser",
        "",
        refused(
            "makes Robot Framework read files that QAOps does not plan",
            "convert the suites to *.robot files before they are packed",
        ),
    ),
    valued("console", "", checked(values::console)),
    flag("dotted", ".", ANY),
    flag("quiet", "", ANY),
    valued("consolewidth", "W", checked(values::width)),
    valued("consolecolors", "C", Decision::Ours("console.txt has no colors")),
    valued("consolelinks", "", checked(values::links)),
    valued("consolemarkers", "K", checked(values::markers)),
    valued("pythonpath", "P", ANY),
    valued("argumentfile", "A", Decision::Ours("write its lines into robot.arguments")),
    flag("help", "h?", NO_TESTS),
    flag("version", "", NO_TESTS),
];
