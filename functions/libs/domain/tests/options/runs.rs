//! Whole runs, with an argument file as the runner writes it.

use serde_json::json;

use crate::judge::{owned, ran, read};

#[test]
fn arguments_that_are_accepted_run_the_planned_test() {
    let lists = [
        owned(&["--rpa", "--language", "fi", "--doc", "A suite", "-M", "Team:Web", "-G", "nightly"]),
        owned(&["--pythonpath", "lang", "--language", "klingon", "--variablefile", "vars.py", "-PX"]),
        owned(&["--listener", "lib/Listener.py", "--listener", "not.There", "--variablefile", "not_there.py"]),
        owned(&["-X.LTRACE:INFO", "--randomize=all:7", "--exitonerror", "--skipteardownonexit", "-b", "debug"]),
        owned(&["--skip", "wip", "--skiponfailure", "flaky*", "--settag=-slow", "--console", "none", "-W", "40"]),
        owned(&["--splitlog", "--removekeywords", "passed", "--flattenkeywords", "for", "--expandkeywords", "name:*"]),
        owned(&["--logtitle", "A", "--reporttitle", "B", "--reportbackground", "a:b", "--suitestatlevel", "2"]),
        owned(&["--tagstatinclude", "a", "--tagstatexclude", "b", "--tagstatcombine", "aORb:c", "--tagdoc", "a:b"]),
        owned(&["--tagstatlink", "a:b:c", "--maxerrorlines", "10", "--maxassignlength", "0", "--quiet", "-K", "off"]),
    ];
    let spelt: Vec<Vec<String>> = lists.iter().map(|lines| read(lines).unwrap()).collect();
    let (Some(written), Some(spelt)) = (ran(&lists), ran(&spelt)) else { return };
    for ((lines, one), other) in lists.iter().zip(&written).zip(&spelt) {
        assert_eq!((&one["status"], &one["tests"]), (&json!(0), &json!(["Planned"])), "{lines:?} {one}");
        assert_eq!((&other["status"], &other["tests"]), (&json!(0), &json!(["Planned"])), "{lines:?} {other}");
    }
}

/// What happens where QAOps would let these through: `robot` refuses to run (252), prints a text (251), or runs
/// something else than the planned test, in part with status 0.
#[test]
fn arguments_that_end_a_run_or_run_something_else_are_refused() {
    let lists = [
        owned(&["--loglevel", "VERBOSE"]),
        owned(&["--randomize", "al"]),
        owned(&["--language", "klingon"]),
        owned(&["--console", "NoConsole"]),
        owned(&["--parser", "NoParser"]),
        owned(&["--vari", "X:1"]),
        owned(&["--rpa=true"]),
        owned(&["--loglevel"]),
        owned(&["--settag", "-slow wip"]),
        owned(&["--doc", "Argument-File"]),
        owned(&["-Xe*"]),
        owned(&["-iwip"]),
        owned(&["--prerunmodifier", "lib/Nothing.py"]),
        owned(&["--argumentf", "x"]),
        owned(&["-h"]),
        owned(&["--extension", "txt", "-Iold.txt"]),
    ];
    let Some(answers) = ran(&lists) else { return };
    for (lines, answer) in lists.iter().zip(&answers) {
        let fine = answer["status"] == 0 && answer["tests"] == json!(["Planned"]);
        assert!(!fine, "Robot Framework takes {lines:?}");
        assert!(read(lines).is_err(), "{lines:?} {answer}");
    }
}
