use super::*;
use crate::package::contents::{self, Entry, Kind};
use crate::package::manifest::Config;

fn qaops_toml(arguments: &[&str]) -> String {
    let lines: Vec<toml::Value> = arguments.iter().map(|line| toml::Value::from(*line)).collect();
    format!("[robot]\narguments = {}", toml::Value::from(lines))
}

fn read(arguments: &[&str]) -> Vec<String> {
    Config::parse(&qaops_toml(arguments)).unwrap().robot.arguments
}

fn refusals(cases: &[&[&str]]) -> String {
    let told = |arguments: &&[&str]| Config::parse(&qaops_toml(arguments)).unwrap_err().to_string();
    cases.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_way_to_write_an_option_is_spelt_out() {
    let cases: [(&[&str], &[&str]); 20] = [
        (&["--loglevel", "DEBUG:INFO"], &["--loglevel", "DEBUG:INFO"]),
        (&["-L TRACE"], &["--loglevel", "TRACE"]),
        (&["-L=TRACE"], &["--loglevel", "TRACE"]),
        (&["-LTRACE"], &["--loglevel", "TRACE"]),
        (&["-XLTRACE"], &["--exitonfailure", "--loglevel", "TRACE"]),
        (&["-X.L", "TRACE"], &["--exitonfailure", "--dotted", "--loglevel", "TRACE"]),
        (&["--Skip-On-Failure=bug"], &["--skiponfailure", "bug"]),
        (&["--SKIPONFAILURE bug or  wip"], &["--skiponfailure", "bug or  wip"]),
        (&["--metadata   Team: Web"], &["--metadata", "Team: Web"]),
        (&["--ra all:7"], &["--randomize", "all:7"]),
        (&["--logl", "NONE"], &["--loglevel", "NONE"]),
        (&["--norpa", "--rpa"], &["--norpa", "--rpa"]),
        (&["--nodryrun"], &["--nodryrun"]),
        (&["--no-exit-on-f"], &["--noexitonfailure"]),
        (&["--doc="], &["--doc="]),
        (&["--doc= x"], &["--doc= x"]),
        (&["--doc=a=b c"], &["--doc", "a=b c"]),
        (&["--settag", "-slow"], &["--settag=-slow"]),
        (&["--settag=-slow wip"], &["--settag=-slow wip"]),
        (&["--doc=#1"], &["--doc=#1"]),
    ];
    for (written, spelt) in cases {
        assert_eq!(read(written), spelt, "{written:?}");
        assert_eq!(read(spelt), spelt, "{written:?}");
    }
}

#[test]
fn an_option_that_qaops_sets_is_refused_with_what_to_do_instead() {
    insta::assert_snapshot!(refusals(&[
        &["--outputdir=x"],
        &["-d"],
        &["--Output-Dir x"],
        &["--outp x"],
        &["--include=a"],
        &["-v"],
        &["-XT"],
        &["-Xe*"],
        &["--Parse-Include", "x.robot"],
        &["--runemptysuite"],
        &["--norunemptysuite"],
        &["--statusrc"],
        &["-R", "output.xml"],
        &["--test", "A"],
        &["-Aargs.txt"],
        &["--argumentf", "args.txt"],
        &["-XA", "args.txt"],
        &["--consolecolors=on"],
    ]), @r#"
    qaops.toml: robot.arguments[0]: --outputdir is set by QAOps, QAOps collects the output
    qaops.toml: robot.arguments[0]: -d (--outputdir) is set by QAOps, QAOps collects the output
    qaops.toml: robot.arguments[0]: --Output-Dir is set by QAOps, QAOps collects the output
    qaops.toml: robot.arguments[0]: option --outp not a unique prefix, write it out, such as --outputdir, --output
    qaops.toml: robot.arguments[0]: --include is set by QAOps, use robot.include
    qaops.toml: robot.arguments[0]: -v (--variable) is set by QAOps, use robot.variables
    qaops.toml: robot.arguments[0]: -T (--timestampoutputs) in "-XT" is set by QAOps, QAOps collects the output
    qaops.toml: robot.arguments[0]: -e (--exclude) in "-Xe*" is set by QAOps, use robot.exclude
    qaops.toml: robot.arguments[0]: --Parse-Include is set by QAOps, QAOps selects the files of a shard by it
    qaops.toml: robot.arguments[0]: --runemptysuite is set by QAOps, QAOps itself tells an empty shard from a failed one
    qaops.toml: robot.arguments[0]: --norunemptysuite is set by QAOps, QAOps itself tells an empty shard from a failed one
    qaops.toml: robot.arguments[0]: --statusrc is set by QAOps, gates decide, by what the output says
    qaops.toml: robot.arguments[0]: -R (--rerunfailed) is set by QAOps, use rerun_failed
    qaops.toml: robot.arguments[0]: --test is set by QAOps, use robot.include, because QAOps divides the suites
    qaops.toml: robot.arguments[0]: -A (--argumentfile) in "-Aargs.txt" is set by QAOps, write its lines into robot.arguments
    qaops.toml: robot.arguments[0]: --argumentf (--argumentfile) is set by QAOps, write its lines into robot.arguments
    qaops.toml: robot.arguments[0]: -A (--argumentfile) in "-XA" is set by QAOps, write its lines into robot.arguments
    qaops.toml: robot.arguments[0]: --consolecolors is set by QAOps, console.txt has no colors
    "#);
}

#[test]
fn an_option_that_changes_what_a_verdict_means_is_refused_with_the_reason() {
    insta::assert_snapshot!(refusals(&[
        &["--extension", "txt"],
        &["-Fmd:txt"],
        &["--parser", "lib/Parser.py"],
        &["--dryrun"],
        &["--dryrun", "--nodryrun"],
        &["--dry"],
        &["--prerunmodifier", "lib/EverySecond.py:2"],
        &["--prerebotmodifier", "lib/Green.py"],
        &["--help"],
        &["-?"],
        &["--version"],
    ]), @r#"
    qaops.toml: robot.arguments[0]: --extension makes Robot Framework read files that QAOps does not plan, rename the suite files to *.robot
    qaops.toml: robot.arguments[0]: -F (--extension) in "-Fmd:txt" makes Robot Framework read files that QAOps does not plan, rename the suite files to *.robot
    qaops.toml: robot.arguments[0]: --parser makes Robot Framework read files that QAOps does not plan, convert the suites to *.robot files before they are packed
    qaops.toml: robot.arguments[0]: --dryrun runs no keyword of a library, so that a failing test passes, check the suites with "robot --dryrun" before the run
    qaops.toml: robot.arguments[0]: --dryrun runs no keyword of a library, so that a failing test passes, check the suites with "robot --dryrun" before the run
    qaops.toml: robot.arguments[0]: --dry (--dryrun) runs no keyword of a library, so that a failing test passes, check the suites with "robot --dryrun" before the run
    qaops.toml: robot.arguments[0]: --prerunmodifier sees one shard at a time and can remove tests that nobody would miss, choose tests by robot.include and robot.exclude, or change the suites before they are packed
    qaops.toml: robot.arguments[0]: --prerebotmodifier changes results after the tests, results are taken as Robot Framework writes them
    qaops.toml: robot.arguments[0]: --help runs no test, leave it out
    qaops.toml: robot.arguments[0]: -? (--help) runs no test, leave it out
    qaops.toml: robot.arguments[0]: --version runs no test, leave it out
    "#);
}

#[test]
fn an_option_that_robot_does_not_know_is_refused_with_the_nearest_one() {
    insta::assert_snapshot!(refusals(&[
        &["--loglvl=DEBUG"],
        &["--vari X:1"],
        &["--no"],
        &["-z"],
        &["-Xz"],
        &["-L DEBUG", "-é"],
    ]), @r#"
    qaops.toml: robot.arguments[0]: Robot Framework has no option "--loglvl", did you mean "--loglevel"
    qaops.toml: robot.arguments[0]: option --vari not a unique prefix, write it out, such as --variable, --variablefile
    qaops.toml: robot.arguments[0]: option --no not a unique prefix, write it out, such as --norpa, --norunemptysuite, --nolegacyoutput
    qaops.toml: robot.arguments[0]: Robot Framework has no option "-z", see "robot --help"
    qaops.toml: robot.arguments[0]: Robot Framework has no option "-z", see "robot --help"
    qaops.toml: robot.arguments[1]: Robot Framework has no option "-é", see "robot --help"
    "#);
}

#[test]
fn lines_that_robot_would_read_as_something_else_are_refused() {
    insta::assert_snapshot!(refusals(&[
        &[""],
        &["a\nb"],
        &["#x"],
        &["-L TRACE "],
        &["suites"],
        &["--rpa", "suites"],
        &["--rpa=true"],
        &["-LTRACE x"],
        &["-"],
        &["--"],
        &["--=x"],
        &["--loglevel"],
        &["-L"],
        &["-XL"],
        &["--settag", "--rpa"],
        &["--settag", "-slow wip"],
        &["--settag", "-a=b"],
        &["--settag", "-Alpha"],
        &["--doc", "Argument-File"],
        &["--doc", "argumentfile=x"],
        &["--doc=--Big-Title"],
    ]), @r##"
    qaops.toml: robot.arguments[0]: an argument is one line with something in it
    qaops.toml: robot.arguments[0]: an argument is one line with something in it
    qaops.toml: robot.arguments[0]: Robot Framework's argument file drops spaces around a line, and lines that begin with "#", write the value into the line of its option: --option=value
    qaops.toml: robot.arguments[0]: Robot Framework's argument file drops spaces around a line, and lines that begin with "#", write the value into the line of its option: --option=value
    qaops.toml: robot.arguments[0]: "suites" is not an option, QAOps itself says which suites run
    qaops.toml: robot.arguments[1]: "suites" is not an option, QAOps itself says which suites run
    qaops.toml: robot.arguments[0]: Robot Framework takes "true" for the path of a suite, take it out, because its option takes no value or has one already
    qaops.toml: robot.arguments[0]: Robot Framework takes "x" for the path of a suite, take it out, because its option takes no value or has one already
    qaops.toml: robot.arguments[0]: "-" is not an option, QAOps itself says which suites run
    qaops.toml: robot.arguments[0]: "--" is not an option, QAOps itself says which suites run
    qaops.toml: robot.arguments[0]: "--" is not an option, QAOps itself says which suites run
    qaops.toml: robot.arguments[0]: --loglevel has no value, add it, as in --option=value
    qaops.toml: robot.arguments[0]: -L (--loglevel) has no value, add it, as in --option=value
    qaops.toml: robot.arguments[0]: -L (--loglevel) in "-XL" has no value, add it, as in --option=value
    qaops.toml: robot.arguments[0]: --settag has no value, write a value that begins with "-" on the line of its option: --option=value
    qaops.toml: robot.arguments[0]: --settag has no value, write a value that begins with "-" on the line of its option: --option=value
    qaops.toml: robot.arguments[0]: --settag has no value, write a value that begins with "-" on the line of its option: --option=value
    qaops.toml: robot.arguments[1]: Robot Framework takes "-Alpha" for its option --argumentfile, take another name
    qaops.toml: robot.arguments[1]: Robot Framework takes "Argument-File" for its option --argumentfile, take another name
    qaops.toml: robot.arguments[1]: Robot Framework takes "argumentfile=x" for its option --argumentfile, take another name
    qaops.toml: robot.arguments[0]: Robot Framework reads "--Big-Title" as "--bigtitle", as it does with an option, take a name that does not begin with "--"
    "##);
}

#[test]
fn a_value_that_robot_refuses_is_refused_in_its_words() {
    insta::assert_snapshot!(refusals(&[
        &["--loglevel", "VERBOSE"],
        &["-L INFO:FAIL"],
        &["-LINFO:DEBUG"],
        &["--loglevel="],
        &["--randomize", "al"],
        &["--randomize", "tests:x"],
        &["--maxerrorlines", "9"],
        &["--maxerrorlines", "many"],
        &["--maxassignlength", "1.5"],
        &["--suitestatlevel", "1__0"],
        &["--consolewidth=wide"],
        &["-W2000"],
        &["--reportbackground", "green"],
        &["--tagstatlink", "bug-*:http"],
        &["--removekeywords", "wait"],
        &["--flattenkeywords", "all"],
        &["--expandkeywords", "BuiltIn.Log"],
        &["--console", "lib/Console.py"],
        &["--consolelinks", "on"],
        &["-K yes"],
    ]), @r#"
    qaops.toml: robot.arguments[1]: Invalid value for option '--loglevel': Invalid log level 'VERBOSE', use TRACE, DEBUG, INFO, WARN, ERROR or NONE
    qaops.toml: robot.arguments[0]: Invalid value for option '--loglevel': Invalid log level 'FAIL', use TRACE, DEBUG, INFO, WARN, ERROR or NONE
    qaops.toml: robot.arguments[0]: Invalid value for option '--loglevel': Level in log 'DEBUG' is lower than execution level 'INFO', write DEBUG:INFO
    qaops.toml: robot.arguments[0]: Invalid value for option '--loglevel': Invalid log level '', use TRACE, DEBUG, INFO, WARN, ERROR or NONE
    qaops.toml: robot.arguments[1]: Invalid value for option '--randomize': Expected 'TESTS', 'SUITES', 'ALL' or 'NONE', got 'AL', write tests, suites, all or none, and a seed as in "all:1234"
    qaops.toml: robot.arguments[1]: Invalid value for option '--randomize': Seed should be integer, got 'X', write a whole number after the colon
    qaops.toml: robot.arguments[1]: Invalid value for option '--maxerrorlines': Expected integer greater than 10, got 9, write 10 or more, or NONE for all lines
    qaops.toml: robot.arguments[1]: Invalid value for option '--maxerrorlines': Expected integer, got 'many', write a whole number
    qaops.toml: robot.arguments[1]: Invalid value for option '--maxassignlength': Expected integer, got '1.5', write a whole number
    qaops.toml: robot.arguments[1]: Invalid value for option '--suitestatlevel': Expected integer, got '1__0', write a whole number
    qaops.toml: robot.arguments[0]: Invalid value for option '--consolewidth': Expected integer, got 'wide', write a whole number
    qaops.toml: robot.arguments[0]: Invalid value for option '--consolewidth': Lines of 2000 characters fill the disk, write at most 1000
    qaops.toml: robot.arguments[1]: Invalid value for option '--reportbackground': Expected format 'pass:fail:skip' or 'pass:fail', got 'green', write colors as in "green:red:yellow"
    qaops.toml: robot.arguments[1]: Invalid value for option '--tagstatlink': Expected format 'tag:link:title', got 'bug-*:http', write it as in "bug-*:http://bugs/%1:Bug %1"
    qaops.toml: robot.arguments[1]: Invalid value for option '--removekeywords': Expected 'ALL', 'PASSED', 'NAME:<pattern>', 'TAG:<pattern>', 'FOR' or 'WUKS', got 'wait', write one of these, or WHILE
    qaops.toml: robot.arguments[1]: Invalid value for option '--flattenkeywords': Expected 'FOR', 'WHILE', 'ITERATION', 'TAG:<pattern>' or 'NAME:<pattern>', got 'all', write one of these
    qaops.toml: robot.arguments[1]: Invalid value for option '--expandkeywords': Expected 'TAG:<pattern>' or 'NAME:<pattern>', got 'BuiltIn.Log', write one of these
    qaops.toml: robot.arguments[1]: Invalid value for option '--console': 'lib/Console.py' is not a console of Robot Framework, write verbose, dotted, quiet or none, and give a class of your own as --listener
    qaops.toml: robot.arguments[1]: Invalid console link 'on', write AUTO or OFF
    qaops.toml: robot.arguments[0]: Invalid console marker 'yes', write AUTO, ON or OFF
    "#);
}

#[test]
fn a_debug_file_lies_beside_the_output_and_overwrites_nothing() {
    for good in ["debug", "debug.txt", "logs/debug.txt", "console/debug", "output.txt", "none", "NONE"] {
        assert_eq!(read(&["-b", good]), ["--debugfile", good]);
    }
    insta::assert_snapshot!(refusals(&[
        &["--debugfile", "/tmp/debug.txt"],
        &["--debugfile", "../debug.txt"],
        &["--debugfile", "C:/debug.txt"],
        &["--debugfile", "logs/"],
        &["--debugfile", "Output.XML"],
        &["--debugfile", "output.xml/debug.txt"],
        &["--debugfile", "log.html"],
        &["--debugfile", "console"],
        &["--debugfile", "output.xml."],
        &["--debugfile", "reports/junit"],
    ]), @r#"
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': The path '/tmp/debug.txt' is an absolute path, write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': The path '../debug.txt' leads out of its folder, write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': The path 'C:/debug.txt' begins with a drive letter, write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': The path 'logs/' has an empty part, write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': QAOps itself writes 'output.xml', write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': QAOps itself writes 'output.xml', write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': QAOps itself writes 'log.html', write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': QAOps itself writes 'console.txt', write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': QAOps itself writes 'output.xml', write a file name such as debug.txt, which lies beside output.xml
    qaops.toml: robot.arguments[1]: Invalid value for option '--debugfile': QAOps itself writes 'reports', write a file name such as debug.txt, which lies beside output.xml
    "#);
}

fn with_files(arguments: &str, files: &[&str]) -> Result<(), String> {
    let entry = |path: &&str| Entry { path: (*path).to_owned(), kind: Kind::File, size: 0, compressed: 0 };
    let entries: Vec<Entry> = ["qaops.toml", "a.robot"].iter().chain(files).map(entry).collect();
    let checked = contents::check(&entries, Some(arguments));
    checked.map(|_| ()).map_err(|problem| problem.to_string())
}

#[test]
fn a_language_is_one_of_robot_or_a_file_of_the_package() {
    let good: [(&[&str], &[&str]); 13] = [
        (&["--language", "fi"], &[]),
        (&["--language", "FINNISH"], &[]),
        (&["--language", "pt br"], &[]),
        (&["--language", "Pt-Br"], &[]),
        (&["--language", "brazilian-portuguese"], &[]),
        (&["--language", "klingon.py"], &["klingon.py"]),
        (&["--language", "./lang/../lang/klingon.py"], &["lang/klingon.py"]),
        (&["--language", "lang"], &["lang/klingon.py"]),
        (&["--language", "klingon", "-Plang"], &["lang/klingon.py"]),
        (&["--pythonpath=lib", "--language=langs.klingon"], &["lib/langs/klingon/__init__.py"]),
        (&["--language", "/opt/languages/klingon.py"], &[]),
        (&["--language", "C:/languages/klingon.py"], &[]),
        (&["--language", "klingon"], &["requirements.txt"]),
    ];
    for (arguments, files) in good {
        assert_eq!(with_files(&qaops_toml(arguments), files), Ok(()), "{arguments:?}");
    }
    let hook = format!("{}\n[hooks]\nbefore = \"pip install klingon\"", qaops_toml(&["--language=klingon"]));
    assert_eq!(with_files(&hook, &[]), Ok(()));
    let bad: [(&[&str], &[&str]); 9] = [
        (&["--language", "klingon"], &[]),
        (&["--language", "fi", "--language", "Finish"], &[]),
        (&["--language", "pt_BR"], &[]),
        (&["--language", "klingon"], &["lang/klingon.py"]),
        (&["--language", "klingon", "-Plang"], &["lang/old_klingon.py"]),
        (&["--language", "klingon.py"], &["lang/klingon.py"]),
        (&["--language", "lang/klingon"], &["lang/klingon.py", "requirements.txt"]),
        (&["--language", "../klingon.py"], &["klingon.py"]),
        (&["--language=-klingon"], &["klingon.py"]),
    ];
    let told = bad.map(|(arguments, files)| with_files(&qaops_toml(arguments), files).unwrap_err());
    insta::assert_snapshot!(told.join("\n"), @r#"
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'klingon' failed, write its name or code, or the path of a language file of the package with "/" between folders
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'Finish' failed, did you mean "Finnish"
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'pt_BR' failed, did you mean "pt-BR"
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'klingon' failed, write its path, lang/klingon.py
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'klingon' failed, write its name or code, or the path of a language file of the package with "/" between folders
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'klingon.py' failed, write its name or code, or the path of a language file of the package with "/" between folders
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file 'lang/klingon' failed, write its path, lang/klingon.py
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file '../klingon.py' failed, write its name or code, or the path of a language file of the package with "/" between folders
    qaops.toml: robot.arguments: Invalid value for option '--language': Importing language file '-klingon' failed, write its name or code, or the path of a language file of the package with "/" between folders
    "#);
}

#[test]
fn what_lies_outside_of_the_package_is_refused() {
    let good: [&[&str]; 4] = [
        &["--variablefile", "vars/../vars.py:../argument"],
        &["--listener", "lib.Screens;../shots"],
        &["--pythonpath", "lib:.:/opt/lib:C:\\lib"],
        &["-V", "..vars/a.py"],
    ];
    for arguments in good {
        assert_eq!(with_files(&qaops_toml(arguments), &[]), Ok(()), "{arguments:?}");
    }
    let bad: [&[&str]; 6] = [
        &["--variablefile", "../vars.py:x"],
        &["-V../vars.py"],
        &["--listener", "lib/../../Screens.py"],
        &["--pythonpath", "lib:../lib"],
        &["--pythonpath", "lib/../.."],
        &["-P", "..\\lib"],
    ];
    let told = bad.map(|arguments| with_files(&qaops_toml(arguments), &[]).unwrap_err());
    insta::assert_snapshot!(told.join("\n"), @r"
    qaops.toml: robot.arguments: --variablefile ../vars.py lies outside of the package, which has only what is in its own folder, put it into the folder, or run the folder above as the package, with robot.folder
    qaops.toml: robot.arguments: --variablefile ../vars.py lies outside of the package, which has only what is in its own folder, put it into the folder, or run the folder above as the package, with robot.folder
    qaops.toml: robot.arguments: --listener lib/../../Screens.py lies outside of the package, which has only what is in its own folder, put it into the folder, or run the folder above as the package, with robot.folder
    qaops.toml: robot.arguments: --pythonpath ../lib lies outside of the package, which has only what is in its own folder, put it into the folder, or run the folder above as the package, with robot.folder
    qaops.toml: robot.arguments: --pythonpath lib/../.. lies outside of the package, which has only what is in its own folder, put it into the folder, or run the folder above as the package, with robot.folder
    qaops.toml: robot.arguments: --pythonpath ..\lib lies outside of the package, which has only what is in its own folder, put it into the folder, or run the folder above as the package, with robot.folder
    ");
}

#[test]
fn paths_are_seen_from_the_folder_in_which_robot_starts() {
    let config = |word: &str| format!("suite = \"s\"\n[robot]\nfolder = \"tests/web\"\narguments = {}\n", word);
    let files = ["tests/web/a.robot", "tests/web/klingon.py", "lang/elvish.py"];
    for good in
        [r#"["-V", "../../vars.py"]"#, r#"["--language", "klingon.py"]"#, r#"["--language", "../../lang/elvish.py"]"#]
    {
        assert_eq!(with_files(&config(good), &files), Ok(()), "{good}");
    }
    for bad in [r#"["-V", "../../../vars.py"]"#, r#"["--language", "lang/elvish.py"]"#] {
        assert!(with_files(&config(bad), &files).is_err(), "{bad}");
    }
}

#[test]
fn each_option_stands_in_the_table_once_under_each_of_its_names() {
    let longs: std::collections::BTreeSet<&str> = OPTIONS.iter().map(|option| option.long).collect();
    let shorts: Vec<char> = OPTIONS.iter().flat_map(|option| option.short.chars()).collect();
    let different: std::collections::BTreeSet<&char> = shorts.iter().collect();
    assert_eq!((longs.len(), different.len()), (OPTIONS.len(), shorts.len()));
}

proptest::proptest! {
    /// Whatever is accepted is spelt out once and for all: read again, it is the same.
    #[test]
    fn what_is_spelt_out_is_read_as_it_is(lines in proptest::collection::vec(line(), 0..5)) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        if let Ok(config) = Config::parse(&qaops_toml(&lines)) {
            let spelt: Vec<&str> = config.robot.arguments.iter().map(String::as_str).collect();
            proptest::prop_assert_eq!(&read(&spelt), &config.robot.arguments);
        }
    }
}

fn line() -> impl proptest::strategy::Strategy<Value = String> {
    "(--(doc|settag|skip|rpa|norpa|tagd|LogLevel|metadata)|-[XLDG.V]{1,3})?[ =]?[-#a -zA=:]{0,6}"
}
