//! The `robot` command: its files, its run, its log.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::results::halt::Halt;
use domain::results::manifest::{Exit, SelectedTest, Written};
use domain::run::order::Selection;
use serde_json::Value;

use crate::account::read_of_tests;
use crate::arguments::{Arguments, fits, glob_escape};
use crate::attempt::{Attempt, Places};
use crate::desktop::recording;
use crate::error::Failure;
use crate::shard::Shard;
use crate::stop::Limits;

/// Tests that were selected, by file; none of a test that nothing tells apart.
type Selected = BTreeMap<String, Vec<Option<SelectedTest>>>;

/// Files of the runner's own that Robot Framework imports. Python knows a module by its name alone, so these have names that no
/// module of a suite has.
const LISTENER: &str = include_str!("listener.py");
const SELECTED: &str = include_str!("selected.py");
const VARIABLES: &str = include_str!("variables.py");

/// Options of `rebot` that say how a log looks, which `robot` knows too.
const LOG_OPTIONS: [&str; 6] =
    ["--logtitle", "--suitestatlevel", "--tagstatinclude", "--tagstatexclude", "--tagstatcombine", "--tagdoc"];

/// Ending of suite files in JSON.
const JSON: &str = ".rbt";

/// Gives the suites of JSON files their place. Robot Framework takes the place that the file names, if it names one
/// (`JsonParser` in `running/builder/parsers.py`): nobody could tell which file the results are of, and imports would start
/// in a folder of another machine.
fn place_json_suites(shard: &Shard, places: &Places) -> Result<(), Failure> {
    for file in shard.order.files.iter().filter(|file| file.to_lowercase().ends_with(JSON)) {
        let path = places.file(file);
        let Ok(text) = std::fs::read(&path) else { continue };
        // Robot Framework itself says what is wrong with a file that is no JSON.
        let Ok(mut suite) = serde_json::from_slice::<Value>(&text) else { continue };
        place_suite(&mut suite, &path);
        std::fs::write(&path, suite.to_string()).map_err(Failure::disk(file))?;
    }
    Ok(())
}

fn place_suite(suite: &mut Value, path: &Path) {
    let Some(suite) = suite.as_object_mut() else { return };
    suite.insert("source".to_owned(), path.to_string_lossy().into());
    let suites = suite.get_mut("suites").and_then(Value::as_array_mut);
    suites.into_iter().flatten().for_each(|suite| place_suite(suite, path));
}

/// Writes everything that `robot` is told.
pub fn prepare(attempt: &Attempt<'_>) -> Result<(), Failure> {
    place_json_suites(attempt.shard, &attempt.places)?;
    let (shard, places) = (attempt.shard, &attempt.places);
    let variables = variables(shard);
    let write = |name: &str, text: &str| {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // Nobody else on the instance reads what may be a secret.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(places.control.join(name));
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(Failure::disk(name))
    };
    write("_qaops_listener.py", LISTENER)?;
    write("_qaops_selected.py", SELECTED)?;
    let files: Vec<PathBuf> = shard.order.files.iter().map(|file| places.file(file)).collect();
    write("files.json", &serde_json::json!(files).to_string())?;
    if !shard.order.selection.is_empty() {
        write("selection.json", &serde_json::json!(selection(shard, places)).to_string())?;
    }
    if let Some(halt) = shard.order.halt {
        write("halt", serde_json::json!(halt).as_str().unwrap_or_default())?;
    }
    if takes_screenshots(shard) {
        write("_qaops_screenshots.py", recording::LISTENER)?;
    }
    if !variables.is_empty() {
        write("_qaops_variables.py", VARIABLES)?;
        write("variables.json", &serde_json::json!(variables).to_string())?;
    }
    write("arguments.txt", &arguments(shard, places, !variables.is_empty())?.text())
}

/// Removes the file with the values of secrets; `robot` removes it itself, unless it was never started.
pub fn forget_variables(places: &Places) {
    let _ = std::fs::remove_file(places.control.join("variables.json"));
}

/// The only tests to run, by the path of their file as Robot Framework has it. `--test` would not do: Robot Framework
/// compares it with names before their variables have values and before data drivers make their tests.
///
/// Tests that run in another order each time have no places.
fn selection(shard: &Shard, places: &Places) -> BTreeMap<String, Selection> {
    let mut selection = BTreeMap::new();
    for mut chosen in shard.order.selection.iter().cloned() {
        if shard.work.robot.randomized().tests {
            chosen.tests.iter_mut().for_each(|test| test.place = None);
        }
        selection.insert(places.file(&chosen.file).to_string_lossy().into_owned(), chosen);
    }
    selection
}

fn takes_screenshots(shard: &Shard) -> bool {
    shard.work.desktop.is_some_and(|desktop| desktop.screenshots)
}

/// Values that go through a file: secrets, and whatever does not fit into a line.
fn variables(shard: &Shard) -> BTreeMap<&str, &str> {
    let plain = shard.work.robot.variables.iter().filter(|(name, value)| !on_a_line(name, value));
    plain.chain(&shard.secrets).map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Whether Robot Framework reads `NAME:value` as just that; `NAME: int:5` would be a number.
fn on_a_line(name: &str, value: &str) -> bool {
    fits(name) && (value.is_empty() || fits(value))
}

fn arguments(shard: &Shard, places: &Places, variable_file: bool) -> Result<Arguments, Failure> {
    let robot = &shard.work.robot;
    let mut arguments = Arguments::default();
    // Before those of the package: of listeners with one priority the first on the command line comes first.
    arguments.path("--listener", &places.control.join("_qaops_selected.py"))?;
    robot.arguments.iter().try_for_each(|word| arguments.word(word))?;
    for (name, value) in robot.variables.iter().filter(|(name, value)| on_a_line(name, value)) {
        arguments.option("--variable", &format!("{name}:{value}"))?;
    }
    if variable_file {
        arguments.path("--variablefile", &places.control.join("_qaops_variables.py"))?;
    }
    robot.include.iter().try_for_each(|tag| arguments.option("--include", tag))?;
    robot.exclude.iter().try_for_each(|tag| arguments.option("--exclude", tag))?;
    for file in &shard.order.files {
        arguments.path("--parseinclude", Path::new(&escaped(&places.file(file))))?;
    }
    arguments.flag("--runemptysuite");
    arguments.path("--listener", &places.control.join("_qaops_listener.py"))?;
    if takes_screenshots(shard) {
        arguments.path("--listener", &places.control.join("_qaops_screenshots.py"))?;
    }
    arguments.path("--outputdir", &places.out)?;
    arguments.option("--output", "output.xml")?;
    // A log packs long texts, so secrets in it could not be found: it is made later, from what was masked.
    arguments.option("--log", if shard.secrets.is_empty() { "log.html" } else { "NONE" })?;
    arguments.option("--report", "NONE")?;
    arguments.option("--consolecolors", "off")?;
    Ok(arguments)
}

fn escaped(path: &Path) -> String {
    glob_escape(&path.to_string_lossy())
}

/// How `robot` ended, and why it was stopped if it was.
pub async fn run(attempt: &mut Attempt<'_>, limits: &mut Limits) -> Result<Exit, Failure> {
    let Attempt { shard, places, processes, console, .. } = attempt;
    let folder = places.start(&shard.work.robot.folder);
    let words =
        [OsString::from("--argumentfile"), places.control.join("arguments.txt").into(), escaped(&folder).into()];
    let started = processes.start(shard.robot.as_os_str(), &folder, console, |command| {
        command.args(words).env_remove("ROBOT_OPTIONS").env_remove("ROBOT_SYSLOG_FILE");
        if !cfg!(unix) {
            command.env("QAOPS_STOP", "file");
        }
    });
    let failed = |source| Failure::Command { command: shard.robot.display().to_string(), source };
    let robot = started.map_err(failed)?;
    let stop = tokio::select! {
        status = robot.exit() => return status.map(exit).map_err(failed),
        stop = limits.stop() => stop,
    };
    console.say("robot is asked to stop");
    robot.interrupt();
    if !cfg!(unix) {
        // Where there is no signal for it, the listener waits for this file.
        let _ = std::fs::write(places.control.join("stop"), "");
    }
    if tokio::time::timeout(limits.grace(), robot.exit()).await.is_err() {
        console.say("robot did not stop and is killed");
        robot.kill();
        let _ = tokio::time::timeout(Duration::from_secs(2), robot.exit()).await;
    }
    Ok(stop.exit())
}

#[cfg(unix)]
fn exit(status: std::process::ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Exit::from_code(code),
        (None, signal) => Exit::Crashed { code: -signal.unwrap_or_default() },
    }
}

#[cfg(not(unix))]
fn exit(status: std::process::ExitStatus) -> Exit {
    status.code().map_or(Exit::Crashed { code: -1 }, Exit::from_code)
}

/// The tests that Robot Framework selected in each ordered file; none where it did not tell.
pub fn selected(shard: &Shard, places: &Places) -> Option<Selected> {
    let text = read_of_tests(&places.control.join("selected.json")).ok()?;
    let selected: BTreeMap<PathBuf, Vec<Option<SelectedTest>>> = serde_json::from_str(&text).ok()?;
    // Tests of a suite whose file nobody knows may be those of any file: of none can be said that it has no test.
    let known: BTreeSet<PathBuf> = shard.order.files.iter().map(|file| places.file(file)).collect();
    let unknown = selected.keys().any(|path| !known.contains(path)).then(Vec::new);
    let of = |file: &String| {
        selected.get(&places.file(file)).cloned().or(unknown.clone()).map(|tests| (file.clone(), tests))
    };
    Some(shard.order.files.iter().filter_map(of).collect())
}

/// How many tests there are in each file, and what tells them apart.
pub fn counted(selected: Selected) -> (BTreeMap<String, usize>, BTreeMap<String, BTreeSet<SelectedTest>>) {
    let counts = selected.iter().map(|(file, lines)| (file.clone(), lines.len())).collect();
    (counts, selected.into_iter().map(|(file, lines)| (file, lines.into_iter().flatten().collect())).collect())
}

/// Ordered files in which Robot Framework selected no test. Without its word for it there are none, and a file that
/// is not there is missing, not empty.
pub fn unselected(shard: &Shard, places: &Places, selected: Option<&Selected>) -> Vec<String> {
    let Some(selected) = selected else { return Vec::new() };
    let without_tests = |file: &&String| !selected.contains_key(*file) && places.file(file).is_file();
    shard.order.files.iter().filter(without_tests).cloned().collect()
}

/// The tests that started in the ordered files, where Robot Framework told them.
pub fn written(shard: &Shard, places: &Places) -> BTreeMap<String, Written> {
    let text = read_of_tests(&places.control.join("written.json")).unwrap_or_default();
    let written: BTreeMap<PathBuf, Written> = serde_json::from_str(&text).unwrap_or_default();
    let of = |file: &String| Some((file.clone(), written.get(&places.file(file))?.clone()));
    shard.order.files.iter().filter_map(of).collect()
}

/// Why Robot Framework ran no further test, if it did not run all.
pub fn halt(places: &Places) -> Option<Halt> {
    let text = read_of_tests(&places.control.join("halted")).ok()?;
    serde_json::from_value(Value::String(text)).ok()
}

/// The ordered file in which Robot Framework was halted, empty where that was before any test of the run; none where it
/// does not say.
pub fn halted_at(shard: &Shard, places: &Places) -> Option<String> {
    let text = read_of_tests(&places.control.join("halted-at")).ok()?;
    if text.is_empty() {
        return Some(text);
    }
    shard.order.files.iter().find(|file| places.file(file) == Path::new(&text)).cloned()
}

/// Takes the tests out of the selected ones that their tags left out when it was their turn. A file without a further test has
/// none that was selected.
pub fn without_left_out(mut selected: Selected, shard: &Shard, places: &Places) -> Selected {
    let text = read_of_tests(&places.control.join("left-out.json")).unwrap_or_default();
    let left_out: BTreeMap<PathBuf, Vec<Option<SelectedTest>>> = serde_json::from_str(&text).unwrap_or_default();
    for file in &shard.order.files {
        let Some(marks) = left_out.get(&places.file(file)) else { continue };
        let Some(tests) = selected.get_mut(file) else { continue };
        for mark in marks {
            if let Some(place) = tests.iter().position(|test| test == mark) {
                tests.remove(place);
            }
        }
        if tests.is_empty() {
            selected.remove(file);
        }
    }
    selected
}

/// Makes `log.html` from a masked `output.xml` by the `rebot` beside `robot`.
pub async fn log(attempt: &mut Attempt<'_>, output: &Path, log: &Path, most: Duration) {
    let Attempt { shard, processes, console, .. } = attempt;
    let name = shard.robot.file_name().unwrap_or_default().to_string_lossy().replacen("robot", "rebot", 1);
    let rebot = shard.robot.with_file_name(name);
    let mut words: Vec<OsString> = ["--nostatusrc", "--report", "NONE", "--output", "NONE"].map(Into::into).to_vec();
    let given = shard.work.robot.arguments.windows(2).filter(|pair| LOG_OPTIONS.contains(&pair[0].as_str()));
    words.extend(given.flatten().map(Into::into));
    words.extend(["--log".into(), log.into(), output.into()]);
    let folder = log.parent().unwrap_or(output);
    let started = processes.start(rebot.as_os_str(), folder, console, |command| {
        command.args(words).env_remove("REBOT_OPTIONS");
    });
    let made = match started {
        Ok(rebot) => tokio::time::timeout(most, rebot.exit()).await.is_ok(),
        Err(_) => false,
    };
    if !made {
        console.say("there is no log: rebot could not make it");
    }
}
