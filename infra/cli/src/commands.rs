//! What each command of `qaops` does, from its flags to its exit status.

use std::ffi::OsString;
use std::fs::File;
use std::io::{IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anstream::AutoStream;
use domain::base::ids::RunId;
use domain::base::problem::Problem;
use domain::base::text::with_causes;
use domain::evaluation::evaluate::{Evaluation, evaluate};
use domain::package::platform::Platform;
use domain::run::status::Failure;
use results::evaluation_input;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{self, BAD_INPUT, Command, RunFlags};
use crate::check::{check, imports, missing_programs, robot, some};
use crate::metrics::{Form, metrics};
use crate::package::{Package, PackageError};
use crate::progress::{Mode, Progress};
use crate::{doctor, run, secrets, show, up};
use local::cloud::{self, LocalCloud};

/// Exit statuses after Ctrl-C, after `kill`, and after the terminal was closed, as a shell gives them: 128 and the signal's
/// number.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;
const HUNG_UP: u8 = 129;
/// The example suites that run here, and those that are only checked here because they need their images.
const EXAMPLES: [&str; 2] = ["calculator", "shop"];
const CHECKED_EXAMPLES: [&str; 2] = ["windows-calculator", "android-clock"];
/// Environments of the examples.
const EXAMPLE_ENVIRONMENTS: u32 = 3;

/// Why a command came to no result.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Problem(#[from] Problem),
    #[error(transparent)]
    Cloud(#[from] local::Error),
    #[error(transparent)]
    Aws(#[from] aws::Error),
    #[error("failed to use the folder {path}")]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("failed to judge the run in {folder}")]
    Judge { folder: PathBuf, source: results::evaluation_input::Error },
    #[error("failed to print")]
    Print(#[source] std::io::Error),
    #[error("robot --dryrun of {suite} failed:\n{output}")]
    DryRun { suite: &'static str, output: String },
}

/// Runs the command with these arguments, the program's name first; its exit status.
pub async fn command(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments = match args::read(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return args::status(&error);
        }
    };
    let json = matches!(&arguments.command, Some(Command::Run(flags)) if flags.json);
    let done = async {
        match arguments.command {
            None => examples().await,
            Some(Command::Run(flags)) => run_one(&flags).await,
            Some(Command::Check { path }) => check_one(&path).await,
            Some(Command::Up) => keep_up().await,
            Some(Command::Doctor { on, live, json }) => look_at(&on, live, json).await,
            Some(Command::Judge { folder }) => judge_again(&folder),
            Some(Command::Metrics { files }) => print_metrics(&files),
        }
    };
    match done.await {
        Ok(status) => status,
        Err(error) => {
            if json {
                println!("{}", show::json_of_error(&error));
            }
            eprintln!("{}", show::error(&error));
            BAD_INPUT
        }
    }
}

fn print_metrics(files: &[PathBuf]) -> Result<u8, Error> {
    let form = if stdout().is_terminal() { Form::List } else { Form::Json };
    let mut out = AutoStream::auto(stdout().lock());
    let all_read = metrics(files, form, &mut out).map_err(Error::Print)?;
    Ok(if all_read { 0 } else { BAD_INPUT })
}

fn judge_again(folder: &Path) -> Result<u8, Error> {
    let failed = |source| Error::Judge { folder: folder.to_owned(), source };
    let input = evaluation_input::read(|path| File::open(folder.join(path))).map_err(failed)?;
    let evaluation = evaluate(&input);
    let bytes = evaluation.to_json().map_err(std::io::Error::from).map_err(Error::Print)?;
    stdout().lock().write_all(&bytes).map_err(Error::Print)?;
    Ok(show::status_of(evaluation.verdict))
}

async fn check_one(path: &Path) -> Result<u8, Error> {
    let scratch = scratch()?;
    let package = Package::open(path, scratch.path())?;
    let told = check(&package)?;
    let settings = RunFlags::default().settings(&package.suite, &package.checked.config)?;
    package.check_suites(&settings.robot)?;
    let mut remarks: Vec<String> =
        settings.check_reports().err().map(|problem| problem.to_string()).into_iter().collect();
    remarks.extend(package.unread_requirements(&settings.robot.folder)?.map(|path| {
        format!("{path} is not installed, because it is not at the package's root: add a requirements.txt there with the line -r {path}")
    }));
    remarks.extend(match robot(&cloud::cache(&project())) {
        Some(robot) => imports(&robot, &package, &settings, scratch.path()).await??,
        None => vec!["No dry run was made: robot is not on the PATH: pip install robotframework".to_owned()],
    });
    println!("{told}");
    remarks.iter().for_each(|remark| println!("\n{}", show::style::plain(remark)));
    Ok(0)
}

/// Name by which the local cloud is meant.
const LOCAL: &str = "local";

async fn look_at(name: &str, live: bool, as_json: bool) -> Result<u8, Error> {
    let local = match name == LOCAL {
        true => Some(LocalCloud::start(&project(), say).await?),
        false => None,
    };
    let (cloud, name) = match &local {
        Some(local) => (local.aws.clone(), local.name()),
        None => (aws::Cloud::connect().await, name),
    };
    let examination = match live {
        true => doctor::examine_live(&cloud, name, say).await,
        false => doctor::examine(&cloud.account(), name).await,
    };
    if let Some(local) = local {
        local.stop().await?;
    }
    let text = match as_json {
        true => doctor::json(&examination),
        false => show::style::fit_for(&stdout(), doctor::text(&examination, show::style::columns())),
    };
    writeln!(stdout().lock(), "{text}").map_err(Error::Print)?;
    Ok(doctor::status(&examination))
}

async fn keep_up() -> Result<u8, Error> {
    let cloud = LocalCloud::start(&project(), say).await?;
    println!("{}", up::instructions(&cloud));
    interrupted().await;
    cloud.stop().await?;
    Ok(0)
}

async fn run_one(flags: &RunFlags) -> Result<u8, Error> {
    let scratch = scratch()?;
    apart(flags)?;
    let package = Package::open(&flags.path, scratch.path());
    // A run that is refused must not leave the verdict of an earlier one there either. By its files the folder was known as
    // one with results, and left out of the package.
    if let Some(out) = &flags.out {
        remove_results(out)?;
    }
    let package = package?;
    let settings = flags.settings(&package.suite, &package.checked.config)?;
    package.check_suites(&settings.robot)?;
    say_packed(&package);
    runnable_here(&package, settings.platform)?;
    let secrets = secrets::values(&settings.robot.secrets, &flags.secret, |name| std::env::var_os(name))?;
    let cloud = LocalCloud::start(&project(), say).await?;
    let status = tokio::select! {
        status = async {
            run::store(&cloud, &secrets).await?;
            run_package(&cloud, &package, flags).await
        } => status,
        status = interrupted() => {
            if flags.json {
                println!("{}", show::json_of_interruption());
            }
            Ok(status)
        }
    };
    if flags.keep && status.is_ok() {
        eprintln!("{}", up::instructions(&cloud));
        interrupted().await;
    }
    cloud.stop().await?;
    status
}

/// Refuses results in the package itself: the next run would pack them.
fn apart(flags: &RunFlags) -> Result<(), Problem> {
    let real = |path: &Path| path.canonicalize().ok();
    match &flags.out {
        Some(out) if real(out).is_some() && real(out) == real(&flags.path) => {
            let place = format!("--out {}", out.display());
            Err(Problem::new(place, "it is the folder of the suites itself", "name another folder, such as results"))
        }
        _ => Ok(()),
    }
}

/// Says how much of a folder is packed and what is left out.
fn say_packed(package: &Package) {
    let Some(packed) = &package.packed else { return };
    let size = indicatif::DecimalBytes(packed.bytes);
    say(&format!("packed {} of {size}", show::style::count(packed.files, "file")));
    for (rule, paths) in &packed.left_out {
        say(&show::style::plain(&format!("left out {rule}: {}", some(paths))));
    }
}

/// The local cloud has environments of Linux only, and only what is on this machine is in them.
fn runnable_here(package: &Package, platform: Platform) -> Result<(), Problem> {
    if platform != Platform::Linux {
        let what = format!("the platform {platform} has its own image and does not run in the local cloud");
        return Err(Problem::new("qaops.toml: platform", what, "check it here with `qaops check`, run it on AWS"));
    }
    missing_programs(&package.checked.config.needs, &std::env::var_os("PATH").unwrap_or_default())
}

async fn run_package(cloud: &LocalCloud, package: &Package, flags: &RunFlags) -> Result<u8, Error> {
    let (id, request) = (run::run_id(&package.suite), flags.request(&package.suite));
    let out = out_folder(flags, &id)?;
    if let Err(error) = cloud.lend_layers(&package.suite).await {
        say(&format!("requirements.txt is installed anew: {}", with_causes(&error)));
    }
    let started = run::start(cloud, &id, &package.suite, package.path(), &request).await?;
    let mut progress = Progress::new(Mode::of(flags.json));
    let execution = run::follow(cloud, &started, &mut progress).await?;
    progress.finish();
    if let Err(error) = cloud.keep_layers(&package.suite).await {
        say(&format!(
            "the next run installs requirements.txt again, because its packages could not be kept: {}",
            with_causes(&error)
        ));
    }
    let (evaluation, out) = fetch(cloud, &started.id, out).await?;
    let end = match evaluation {
        Some(evaluation) if ended_by_its_verdict(&execution) => {
            show::End::Evaluation { evaluation: Box::new(evaluation), out }
        }
        _ => show::End::Error { run: started.id, failure: failure(execution), out },
    };
    println!("{}", if flags.json { show::json(&end) } else { show::text(&end) });
    Ok(show::status(&end))
}

fn failure(execution: aws::Execution) -> Failure {
    let word = execution.word;
    execution.failure.unwrap_or_else(|| Failure {
        error: format!("Run.{word}"),
        cause: "The execution ended without a verdict.".to_owned(),
    })
}

/// Whether the state machine came to the end that the verdict asks for: a run that was not recorded, or told to nobody, is
/// an error whatever its verdict.
fn ended_by_its_verdict(execution: &aws::Execution) -> bool {
    const VERDICTS: [&str; 2] = ["QAOps.GateFailed", "QAOps.Inconclusive"];
    let failure = execution.failure.as_ref().map(|failure| failure.error.as_str());
    execution.status == aws::ExecutionStatus::Succeeded || failure.is_some_and(|error| VERDICTS.contains(&error))
}

/// Brings the results into `out`, or where that cannot be written into the folder of this user's runs or that of temporary
/// files: the bucket of the local cloud goes with it.
async fn fetch(cloud: &LocalCloud, run: &RunId, out: PathBuf) -> Result<(Option<Evaluation>, PathBuf), Error> {
    let mut error = match run::fetch(cloud, run, &out).await {
        Ok(evaluation) => return Ok((evaluation, out)),
        Err(error) => Error::from(error),
    };
    for instead in [own_folder(run), std::env::temp_dir().join("qaops-runs").join(run.as_str())] {
        if instead == out {
            continue;
        }
        eprintln!("{}", show::error(&error));
        eprintln!("The results go to {} instead.", instead.display());
        match fetch_into(cloud, run, instead.clone()).await {
            Ok(evaluation) => return Ok((evaluation, instead)),
            Err(other) => error = other,
        }
    }
    Err(error)
}

async fn fetch_into(cloud: &LocalCloud, run: &RunId, folder: PathBuf) -> Result<Option<Evaluation>, Error> {
    Ok(run::fetch(cloud, run, &usable(folder)?).await?)
}

fn own_folder(run: &RunId) -> PathBuf {
    cloud::cache(&project()).join("runs").join(run.as_str())
}

/// The folder for the results, made before anything runs, and without those of an earlier run.
fn out_folder(flags: &RunFlags, run: &RunId) -> Result<PathBuf, Error> {
    let out = usable(flags.out.clone().unwrap_or_else(|| own_folder(run)))?;
    remove_results(&out)?;
    Ok(out)
}

/// Removes the results of an earlier run. Files of the same names that no run wrote stay, and are a problem.
fn remove_results(out: &Path) -> Result<(), Error> {
    if let Some(name) = run::foreign_file(out) {
        let what = format!("{name} exists already, and no run of QAOps wrote it");
        return Err(Problem::new(format!("--out {}", out.display()), what, "name another folder").into());
    }
    run::remove_results(out).map_err(|source| Error::Folder { path: out.to_owned(), source })
}

/// Makes a folder and a file in it, for a folder that is there may still be one that nobody may write.
fn usable(path: PathBuf) -> Result<PathBuf, Error> {
    let made = std::fs::create_dir_all(&path).and_then(|()| path.canonicalize()).and_then(|path| {
        tempfile::tempfile_in(&path)?;
        Ok(path)
    });
    made.map_err(|source| Error::Folder { path, source })
}

/// Runs the examples one after the other; the status of the worst.
async fn examples() -> Result<u8, Error> {
    let cloud = LocalCloud::start(&project(), say).await?;
    let status = tokio::select! {
        status = run_examples(&cloud) => status,
        status = interrupted() => Ok(status),
    };
    cloud.stop().await?;
    status
}

async fn run_examples(cloud: &LocalCloud) -> Result<u8, Error> {
    let mut worst = 0;
    for example in EXAMPLES {
        let path = project().join("tests/suites").join(example);
        let flags = RunFlags { path, environments: Some(EXAMPLE_ENVIRONMENTS), ..RunFlags::default() };
        let scratch = scratch()?;
        let package = Package::open(&flags.path, scratch.path())?;
        match runnable_here(&package, Platform::Linux) {
            Ok(()) => worst = worst.max(run_package(cloud, &package, &flags).await?),
            Err(problem) => println!("{example} skipped: {problem}"),
        }
    }
    for example in CHECKED_EXAMPLES {
        dry_run(cloud, example).await?;
        println!("{example} passed a dry run; it runs on its own image");
    }
    Ok(worst)
}

async fn dry_run(cloud: &LocalCloud, suite: &'static str) -> Result<(), Error> {
    let folder = project().join("tests/suites").join(suite);
    let mut robot = tokio::process::Command::new(cloud.python.program("robot"));
    robot.args(["--dryrun", "--output", "NONE", "--log", "NONE", "--report", "NONE"]).arg(&folder);
    let path = folder.clone();
    let output = robot.stdin(Stdio::null()).output().await.map_err(|source| Error::Folder { path, source })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::DryRun { suite, output: String::from_utf8_lossy(&output.stdout).into_owned() })
}

/// The project that this program was built from.
fn project() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

fn scratch() -> Result<tempfile::TempDir, Error> {
    tempfile::tempdir().map_err(|source| Error::Folder { path: std::env::temp_dir(), source })
}

/// Waits for a signal that asks the command to end; its exit status.
async fn interrupted() -> u8 {
    tokio::select! {
        () = come(SignalKind::interrupt()) => INTERRUPTED,
        () = come(SignalKind::terminate()) => TERMINATED,
        () = come(SignalKind::hangup()) => HUNG_UP,
    }
}

async fn come(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signals) => _ = signals.recv().await,
        Err(_) => std::future::pending().await,
    }
}

fn say(text: &str) {
    eprintln!("{text}");
}
