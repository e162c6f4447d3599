//! How fast results are read and merged, and in how much memory, beside a bare loop over the XML and beside Robot
//! Framework itself.
//!
//! ```text
//! cargo run --release -p results --example throughput              # 100 MB
//! cargo run --release -p results --example throughput -- 1000 ours # 1 GB, without Robot Framework
//! ```
//!
//! Each reader gets the same made-up `output.xml` of that many megabytes, and each merge that and the output of a
//! rerun of its failed tests; 8 outputs of an eighth each are merged as shards. Everything runs in a process of its
//! own, in turn with the others, five times; the one with the median speed is told, by its time on the processor, with
//! its peak memory. `$QAOPS_PYTHON`, else `python3`, has to have Robot Framework.
#![expect(clippy::print_stdout, reason = "an example talks to people")]

mod generated;

use std::error::Error;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use generated::Generated;
use quick_xml::Reader;
use quick_xml::events::Event;
use results::{junit, robot};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Bytes of a megabyte.
const MB: u64 = 1_000_000;
/// Outputs that are merged as shards.
const SHARDS: u64 = 8;
/// How often everything is measured, in turn; what is told are the medians.
const ROUNDS: usize = 5;

/// What Robot Framework does with files; prints tests, seconds and peak memory in kilobytes.
const SCRIPT: &str = "
import resource, sys, time
from robot import rebot
from robot.api import ExecutionResult
task, folder, *files = sys.argv[1:]
start = time.process_time()
if task == 'merge':
    rebot(*files, merge=True, output=folder + '/rebot.xml', log=None, report=None, stdout=sys.stderr)
    total = 0
else:
    total = ExecutionResult(files[0], include_keywords=task == 'with').suite.statistics.total
print(total, time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
";

/// What a process measured of itself.
#[derive(Clone, Copy)]
struct Measured {
    tests: u64,
    /// Megabytes in each second.
    speed: f64,
    /// Peak memory in megabytes, where the system tells it.
    peak: f64,
}

fn main() -> Fallible<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match texts.as_slice() {
        ["one", task, files @ ..] => one(task, &files.iter().map(PathBuf::from).collect::<Vec<_>>()),
        [] => compare(100, true),
        [megabytes] => compare(megabytes.parse()?, true),
        [megabytes, ..] => compare(megabytes.parse()?, false),
    }
}

/// Does one thing and prints what it took.
fn one(task: &str, files: &[PathBuf]) -> Fallible<()> {
    let start = Instant::now();
    let first = files.first().ok_or("name a file")?;
    let tests = match task {
        "bare" => bare(first)?,
        "read" => robot::read(open(first)?)?.root.counts().total(),
        _ => merge(files)?,
    };
    println!("{tests} {} {}", busy(start), peak().unwrap_or_default());
    Ok(())
}

fn open(path: &Path) -> io::Result<BufReader<File>> {
    File::open(path).map(|file| BufReader::with_capacity(64 << 10, file))
}

/// Goes over the events and looks at nothing but names.
fn bare(path: &Path) -> Fallible<u64> {
    let mut reader = Reader::from_reader(open(path)?);
    let (mut buffer, mut tests) = (Vec::new(), 0);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer)? {
            Event::Eof => return Ok(tests),
            Event::Start(tag) if tag.name().as_ref() == "test" => tests += 1,
            _ => {}
        }
    }
}

fn merge(files: &[PathBuf]) -> Fallible<u64> {
    let merged = robot::write_merged(files.len(), |at| open(&files[at]), BufWriter::new(io::sink()))?;
    junit::write(&merged.root, BufWriter::new(io::sink()))?;
    Ok(merged.root.counts().total())
}

/// Seconds that this process was on the processor, where the system tells it, else those since `start`.
fn busy(start: Instant) -> f64 {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// Peak memory of this process in kilobytes, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Something to measure.
struct Job<'a> {
    name: &'static str,
    /// What `one` or the script calls it.
    task: &'static str,
    by_robot: bool,
    files: &'a [PathBuf],
}

fn compare(megabytes: u64, with_robot: bool) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let output = write(folder.path(), "output.xml", megabytes * MB, 0, false)?;
    let rerun = write(folder.path(), "rerun.xml", megabytes * MB, 0, true)?;
    // No output has as many suites as bytes.
    let part = megabytes * MB / SHARDS;
    let shards = (0..SHARDS).map(|at| write(folder.path(), &format!("{at}.xml"), part, at * part, false));
    let (pair, shards) = ([output, rerun], shards.collect::<Fallible<Vec<_>>>()?);
    let one = &pair[..1];
    let jobs = [
        Job { name: "a bare loop of quick-xml", task: "bare", by_robot: false, files: one },
        Job { name: "our reader", task: "read", by_robot: false, files: one },
        Job { name: "our merge with a rerun, JUnit too", task: "merge", by_robot: false, files: &pair },
        Job { name: "our merge of 8 shards, JUnit too", task: "merge", by_robot: false, files: &shards },
        Job { name: "ExecutionResult without keywords", task: "without", by_robot: true, files: one },
        Job { name: "ExecutionResult with keywords", task: "with", by_robot: true, files: one },
        Job { name: "rebot --merge with a rerun", task: "merge", by_robot: true, files: &pair },
    ];
    let jobs = || jobs.iter().filter(|job| with_robot || !job.by_robot);
    let mut rounds: Vec<Vec<Measured>> = jobs().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (job, measured) in jobs().zip(&mut rounds) {
            measured.push(if job.by_robot { theirs(job, folder.path())? } else { ours(job)? });
        }
    }
    let medians: Vec<Measured> = rounds.into_iter().filter_map(median).collect();
    for (job, measured) in jobs().zip(&medians) {
        show(job.name, measured);
    }
    let [bare, reader, ..] = &medians[..] else { return Err("nothing was measured".into()) };
    println!("our reader has {:.2} of the bare loop's speed", reader.speed / bare.speed);
    for (job, theirs) in jobs().zip(&medians).filter(|(job, _)| job.by_robot) {
        println!("our reader is {:.0} times as fast as {}", reader.speed / theirs.speed, job.name);
    }
    Ok(())
}

/// The middle one by speed.
fn median(mut measured: Vec<Measured>) -> Option<Measured> {
    measured.sort_by(|a, b| a.speed.total_cmp(&b.speed));
    measured.get(measured.len() / 2).copied()
}

fn write(folder: &Path, name: &str, bytes: u64, first_suite: u64, rerun: bool) -> Fallible<PathBuf> {
    let path = folder.join(name);
    let mut file = BufWriter::new(File::create(&path)?);
    io::copy(&mut Generated::new(bytes, first_suite, rerun), &mut file)?;
    file.flush()?;
    Ok(path)
}

fn ours(job: &Job<'_>) -> Fallible<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["one", job.task]).args(job.files);
    measure(command, job.files)
}

/// Robot Framework's own readers and merge.
fn theirs(job: &Job<'_>, folder: &Path) -> Fallible<Measured> {
    let mut command = Command::new(std::env::var_os("QAOPS_PYTHON").unwrap_or_else(|| "python3".into()));
    command.args(["-c", SCRIPT, job.task]).arg(folder).args(job.files);
    measure(command, job.files)
}

/// Runs a process that reads `files` and prints tests, seconds and kilobytes.
fn measure(mut command: Command, files: &[PathBuf]) -> Fallible<Measured> {
    let ran = command.output()?;
    let printed = String::from_utf8(ran.stdout)?;
    let numbers: Vec<f64> = printed.split_whitespace().filter_map(|text| text.parse().ok()).collect();
    let [tests, seconds, peak] = numbers[..] else {
        return Err(String::from_utf8_lossy(&ran.stderr).into_owned().into());
    };
    let bytes = files.iter().map(|file| Ok(file.metadata()?.len())).sum::<io::Result<u64>>()?;
    Ok(Measured { tests: tests as u64, speed: bytes as f64 / MB as f64 / seconds, peak: peak / 1024.0 * 1.048_576 })
}

fn show(what: &str, measured: &Measured) {
    let Measured { tests, speed, peak } = measured;
    println!("{what:>40} {speed:>9.1} MB/s {peak:>8.0} MB at most {tests:>9} tests");
}
