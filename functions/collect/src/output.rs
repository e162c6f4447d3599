//! Reading the output of an attempt as a stream.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufReader};

use aws::Artifacts;
use domain::base::paths::relative;
use domain::results::errors::{ExecutionError, kept};
use domain::results::interrupted::{Running, leave_out_unended};
use domain::results::manifest::{Exit, Manifest, SelectedTest, Upload, Written};
use domain::results::outcome::{Found, Suite};
use domain::results::summary::{Summary, missing, reported_files};
use domain::run::keys;
use domain::run::order::Selection;
use domain::run::rerun::not_run;
use domain::run::shard::Shard;
use results::digest::{Summing, drain};
use tokio_util::io::SyncIoBridge;

use crate::Error;

/// Name of the output below an attempt's prefix.
const OUTPUT: &str = "output.xml";

/// An output that was read.
pub(crate) struct Summarized {
    /// Its `problem` says why it is incomplete.
    pub(crate) summary: Summary,
    /// Whether the output is whole and tells other tests than those of the shard, or other outcomes than the exit status: the
    /// package's own listener, modifier, parser or hook decided so, and would on any instance.
    pub(crate) by_package: bool,
}

/// Summary of the attempt at `prefix`.
pub(crate) async fn summarize(
    artifacts: &Artifacts,
    prefix: &str,
    shard: &Shard,
    selection: &[Selection],
    manifest: &Manifest,
) -> Result<Summarized, Error> {
    let key = format!("{prefix}{OUTPUT}");
    let output = match manifest.objects.get(OUTPUT) {
        Some(upload) => read(artifacts, &key, upload).await?,
        None => Read { problem: Some(format!("It left no {OUTPUT}")), ..Read::default() },
    };
    let Read { mut root, rpa, errors, problem: mut damage, mut running } = output;
    if manifest.exit.was_stopped() || damage.is_some() {
        running = running.or(leave_out_unended(&mut root));
    }
    let mut reported = manifest.unselected.clone();
    reported.extend(reported_files(&root, &manifest.root).into_iter().map(|(file, _)| file));
    // Only files of the shard count, whatever else a result says.
    reported.retain(|file| shard.files.contains(file));
    let failed = root.counts().failed;
    let root = with_uploaded_pictures(with_relative_sources(root, &manifest.root), manifest);
    let root = with_written_names(root, manifest);
    if manifest.exit.was_stopped() {
        damage =
            Some(if manifest.robot_seconds > 0.0 { ending(&manifest.exit) } else { ending_before(&manifest.exit) });
    }
    let damage = damage.map(|what| what + &while_running(running.as_ref()));
    let unexpected = damage
        .is_none()
        .then(|| contradicted(&manifest.exit, failed).or_else(|| unexpected(shard, &root, &reported, manifest)));
    let unexpected = unexpected.flatten();
    let by_package = unexpected.is_some();
    let problem = damage.or(unexpected);
    let root = if problem.is_some() { of_files(root, &shard.files) } else { root };
    let summary = Summary {
        shard: manifest.shard.clone(),
        attempt: manifest.attempt,
        environment: manifest.environment.clone(),
        exit: manifest.exit.clone(),
        complete: problem.is_none(),
        problem,
        output: key,
        reported,
        robot_seconds: manifest.robot_seconds,
        uploaded: manifest.objects.values().map(|upload| upload.size).sum(),
        reports: reports(prefix, manifest),
        halt: manifest.halt.filter(|_| !manifest.exit.was_stopped()),
        halted_at: manifest.halted_at.clone(),
        not_run: not_run(selection, &root),
        left_out: manifest.left_out.clone(),
        hooks: manifest.hooks.clone(),
        errors: kept(errors.iter().map(|message| ExecutionError::read(message, &manifest.root))),
        rpa,
        root,
    };
    Ok(Summarized { summary, by_package })
}

/// Paths below the run's prefix of the reports that the attempt left, by kind.
fn reports(prefix: &str, manifest: &Manifest) -> BTreeMap<String, String> {
    let kinds = manifest.objects.keys().filter_map(|name| name.strip_prefix("reports/"));
    let path = |kind: &str| Some(keys::below(&manifest.run, &format!("{prefix}reports/{kind}"))?.to_owned());
    kinds.filter_map(|kind| Some((kind.to_owned(), path(kind)?))).collect()
}

/// How Robot Framework begins its complaint about an output that it wrote itself.
const UNREADABLE: &str = "Reading XML source ";

/// Failed tests that an exit status of Robot Framework can tell.
const MOST_TOLD: u64 = 250;

/// Level of what Robot Framework reports as an error.
const ERROR: &str = "ERROR";

/// So often an output is read whose body breaks off.
const MOST_READS: u32 = 3;

/// What an output says.
#[derive(Default)]
struct Read {
    root: Suite,
    /// Whether it reports tasks.
    rpa: bool,
    /// What Robot Framework reports as an error beside the tests.
    errors: Vec<String>,
    /// What is wrong with it, as a sentence without its end.
    problem: Option<String>,
    /// What was running where it breaks off.
    running: Option<Running>,
}

/// Reads an output. That its body breaks off says nothing about it.
async fn read(artifacts: &Artifacts, key: &str, upload: &Upload) -> Result<Read, Error> {
    let mut tried = 1;
    loop {
        let Some(body) = artifacts.open(key).await? else {
            return Ok(Read { problem: Some(format!("Its {OUTPUT} is missing")), ..Read::default() });
        };
        let (bridge, upload) = (SyncIoBridge::new(body), upload.clone());
        let read = tokio::task::spawn_blocking(move || parse(bridge, &upload)).await;
        match read.map_err(|source| Error::Broken { key: key.to_owned(), source })? {
            Ok(read) => return Ok(read),
            Err(error) if tried == MOST_READS => return Err(Artifacts::broken_off(key, error).into()),
            Err(_) => tried += 1,
        }
    }
}

fn parse(body: impl io::Read, upload: &Upload) -> io::Result<Read> {
    let mut summed = BufReader::new(Summing::new(body));
    let output = match results::robot::read(&mut summed) {
        Ok(output) => output,
        Err(results::robot::Error::Read(error)) => return Err(error),
        Err(error) => {
            return Ok(Read { problem: Some(format!("Its {OUTPUT} cannot be read: {error}")), ..Read::default() });
        }
    };
    drain(&mut summed)?;
    let digest = summed.into_inner().digest();
    let changed = digest.size != upload.size || digest.sha256 != upload.sha256;
    if changed {
        let problem = Some(format!("Its {OUTPUT} is not the one that the runner uploaded"));
        return Ok(Read { problem, ..Read::default() });
    }
    let problem = output.problem.map(|problem| format!("Its {OUTPUT} is incomplete: {problem}"));
    let errors = output.errors.into_iter().filter(|message| message.level == ERROR).map(|message| message.text);
    let running = output.running.map(Running::Test);
    Ok(Read { root: output.root, rpa: output.rpa, errors: errors.collect(), problem, running })
}

/// How an attempt ended that was stopped before Robot Framework started, as a sentence without its end.
fn ending_before(exit: &Exit) -> String {
    let why = match exit {
        Exit::DeadlinePassed => "because the time of the run was over",
        Exit::InstanceReclaimed => "because AWS took the Spot instance back",
        _ => return ending(exit),
    };
    format!("It was stopped before Robot Framework started, {why}: requirements, hooks.before and health come first")
}

/// How Robot Framework ended, as a sentence without its end.
fn ending(exit: &Exit) -> String {
    match exit {
        Exit::Passed | Exit::Failed { .. } => "Robot Framework ended by itself".to_owned(),
        Exit::DeadlinePassed => "Robot Framework was stopped, because the time of the run was over".to_owned(),
        Exit::InstanceReclaimed => "Robot Framework was stopped, because AWS took the Spot instance back".to_owned(),
        Exit::DiskFull => {
            "Runner.DiskFailed: the disk was full before Robot Framework had closed its output".to_owned()
        }
        Exit::BadData { why } if why.is_empty() => {
            "Robot Framework refused the test data or an option (252); console.txt says why".to_owned()
        }
        Exit::BadData { why } if why.starts_with(UNREADABLE) => {
            format!(
                "Robot Framework could not read its own {OUTPUT}, which a test may have removed or changed: {}",
                why.trim_end_matches('.')
            )
        }
        Exit::BadData { why } => {
            format!("Robot Framework refused the test data or an option (252): {}", why.trim_end_matches('.'))
        }
        Exit::Interrupted => {
            "Robot Framework was stopped, by a signal or by code of a test that ends Python, and not by QAOps"
                .to_owned()
        }
        Exit::Internal { why } if why.is_empty() => {
            "Robot Framework ended by an error of its own (exit status 255)".to_owned()
        }
        Exit::Internal { why } => {
            format!("Robot Framework ended by an error of its own (exit status 255): {}", why.trim_end_matches('.'))
        }
        Exit::Help => "Robot Framework printed its help and ran no test (exit status 251)".to_owned(),
        Exit::Crashed { code } if *code < 0 => format!("Robot Framework was killed by the signal {}", -code),
        Exit::Crashed { code } => format!("Robot Framework ended with the unknown exit status {code}"),
        Exit::NotStarted { error, cause } => format!("{error}: {cause}"),
    }
}

/// The end of a sentence that names what was running.
fn while_running(running: Option<&Running>) -> String {
    running.map_or(".".to_owned(), |running| format!(", while {running} was running."))
}

/// Robot Framework's exit status is the number of failed tests, at most 250. Where its output says another, one of the two
/// was changed after the tests.
fn contradicted(exit: &Exit, failed: u64) -> Option<String> {
    let told = match exit {
        Exit::Passed => 0,
        Exit::Failed { tests } => *tests,
        _ => return None,
    };
    (u64::from(told) != failed.min(MOST_TOLD)).then(|| {
        let tests = if failed == 1 { "1 failed test" } else { &format!("{failed} failed tests") };
        format!(
            "Robot Framework ended with the exit status {told}, but its {OUTPUT} reports {tests}: a listener that changes \
             results, code that runs at Python's exit, or a hook that changes the file does so."
        )
    })
}

/// A planned shard must report each of its files, and no shard may report tests of another one's: they would count twice.
/// Of a rerun only what it finds counts, and what it does not find leaves the first outcome as it is.
///
/// A listener may take tests out while Robot Framework runs, also where it adds others: a file must report as many as
/// Robot Framework selected there, and each line with such a test.
fn unexpected(shard: &Shard, root: &Suite, reported: &[String], manifest: &Manifest) -> Option<String> {
    let missing = if shard.is_rerun() { Vec::new() } else { missing(&shard.files, reported) };
    if let Some(first) = missing.first() {
        return Some(format!("Its {OUTPUT} does not report {first} ({} missing).", missing.len()));
    }
    let found = root.found();
    let by_file = || untold(shard, manifest).or_else(|| taken_out(&found, manifest));
    if let (false, Some(problem)) = (shard.is_rerun(), by_file()) {
        return Some(problem);
    }
    let other = found.iter().find(|test| !test.id.file.is_empty() && !shard.files.contains(&test.id.file))?;
    Some(format!("Its {OUTPUT} reports {}, which is not a file of this shard.", other.id.file))
}

/// Without the tests that Robot Framework selected in a file nobody knows whether all of them ran.
fn untold(shard: &Shard, manifest: &Manifest) -> Option<String> {
    let is_told = |file: &&String| manifest.selected.contains_key(*file) || manifest.unselected.contains(*file);
    let file = shard.files.iter().find(|file| !is_told(file))?;
    Some(format!(
        "It does not tell which tests of {file} were selected: something removed what the runner's listener wrote."
    ))
}

fn taken_out(found: &[Found<'_>], manifest: &Manifest) -> Option<String> {
    manifest.selected.iter().find_map(|(file, count)| {
        let reported = || found.iter().filter(|test| test.id.file == *file);
        if reported().count() < *count {
            return Some(format!("Its {OUTPUT} reports {} of the {count} tests of {file}.", reported().count()));
        }
        let lines: BTreeSet<u32> = reported().filter_map(|test| test.test.line).collect();
        let names: BTreeSet<&str> = reported().map(|test| test.test.name.as_str()).collect();
        let is_there = |test: &&SelectedTest| match test {
            SelectedTest::Line(line) => lines.contains(line),
            SelectedTest::Name(name) => names.contains(name.as_str()),
        };
        let which = match manifest.selected_tests.get(file)?.iter().find(|test| !is_there(test))? {
            SelectedTest::Line(line) => format!("in line {line}"),
            SelectedTest::Name(name) => format!("\"{name}\""),
        };
        Some(format!("Its {OUTPUT} does not report the test {which} of {file}: a listener removed it."))
    })
}

/// Leaves out tests of other files, in an output that does not count as a result.
fn of_files(mut suite: Suite, files: &[String]) -> Suite {
    if suite.source.as_ref().is_some_and(|source| !files.contains(source)) {
        suite.tests.clear();
    }
    suite.suites = suite.suites.into_iter().map(|suite| of_files(suite, files)).collect();
    suite
}

/// Leaves out pictures that the log names and nobody uploaded.
fn with_uploaded_pictures(mut suite: Suite, manifest: &Manifest) -> Suite {
    for test in &mut suite.tests {
        test.pictures.retain(|path| manifest.objects.contains_key(path));
    }
    suite.suites = suite.suites.into_iter().map(|suite| with_uploaded_pictures(suite, manifest)).collect();
    suite
}

/// Adds the names with variables and what the tests do, in each file that reports as many tests as started.
fn with_written_names(mut suite: Suite, manifest: &Manifest) -> Suite {
    if let Some(written) = suite.source.as_ref().and_then(|source| manifest.written.get(source)) {
        let is_one_to_one = written.of == suite.tests.len();
        for (place, test) in suite.tests.iter_mut().enumerate() {
            test.written = written.names.get(&place).filter(|_| is_one_to_one).cloned();
            let body = if is_one_to_one { written.bodies.get(place) } else { only_body(written, &test.name) };
            test.body = body.filter(|body| !body.is_empty()).cloned();
        }
    }
    suite.suites = suite.suites.into_iter().map(|suite| with_written_names(suite, manifest)).collect();
    suite
}

/// What every start of a test of this name did; none where they differ.
fn only_body<'a>(written: &'a Written, name: &str) -> Option<&'a String> {
    let starts = written.started.iter().zip(&written.bodies).filter(|(started, _)| *started == name);
    let bodies: BTreeSet<&String> = starts.map(|(_, body)| body).collect();
    bodies.first().copied().filter(|_| bodies.len() == 1)
}

fn with_relative_sources(mut suite: Suite, root: &str) -> Suite {
    suite.source = suite.source.and_then(|source| relative(&source, root));
    suite.suites = suite.suites.into_iter().map(|suite| with_relative_sources(suite, root)).collect();
    suite
}
