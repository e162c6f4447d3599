//! How fast results are read and merged, and in how much memory, beside a bare loop over the XML and beside Robot
//! Framework itself.
//!
//! ```text
//! cargo run --release -p results --example throughput              # 100 MB
//! cargo run --release -p results --example throughput -- 1000 ours # 1 GB, without Robot Framework
//! ```
//!
//! Each reader gets the same made-up `output.xml` of that many megabytes, and each merge that and the output of a
//! rerun of its failed tests; then 8 outputs of an eighth each are merged as shards. Everything runs in a process of
//! its own, whose time on the processor and peak memory are told. `$QAOPS_PYTHON`, else `python3`, has to have Robot Framework.
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

fn compare(megabytes: u64, with_robot: bool) -> Fallible<()> {
    let folder = tempfile::tempdir()?;
    let output = write(folder.path(), "output.xml", megabytes * MB, 0, false)?;
    let rerun = write(folder.path(), "rerun.xml", megabytes * MB, 0, true)?;
    let pair = [output, rerun];
    let one = &pair[..1];
    let bare = ours("bare", one)?;
    show("a bare loop of quick-xml", &bare);
    let reader = ours("read", one)?;
    show("our reader", &reader);
    show("our merge with a rerun, JUnit too", &ours("merge", &pair)?);
    if with_robot {
        beside(folder.path(), &pair, &reader)?;
    }
    println!("our reader has {:.2} of the bare loop's speed", reader.speed / bare.speed);
    // No output has as many suites as bytes.
    let part = megabytes * MB / SHARDS;
    let shards = (0..SHARDS).map(|at| write(folder.path(), &format!("{at}.xml"), part, at * part, false));
    show("our merge of 8 shards, JUnit too", &ours("merge", &shards.collect::<Fallible<Vec<_>>>()?)?);
    Ok(())
}

/// Robot Framework's own readers and merge.
fn beside(folder: &Path, pair: &[PathBuf], reader: &Measured) -> Fallible<()> {
    let python = std::env::var_os("QAOPS_PYTHON").unwrap_or_else(|| "python3".into());
    let one = &pair[..1];
    let tasks: [(&str, &str, &[PathBuf]); 3] = [
        ("ExecutionResult without keywords", "without", one),
        ("ExecutionResult with keywords", "with", one),
        ("rebot --merge with a rerun", "merge", pair),
    ];
    for (what, task, files) in tasks {
        let mut command = Command::new(&python);
        command.args(["-c", SCRIPT, task]).arg(folder).args(files);
        let theirs = measure(command, files)?;
        show(what, &theirs);
        println!("{:>40} our reader is {:.0} times as fast", "", reader.speed / theirs.speed);
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: u64, first_suite: u64, rerun: bool) -> Fallible<PathBuf> {
    let path = folder.join(name);
    let mut file = BufWriter::new(File::create(&path)?);
    io::copy(&mut Generated::new(bytes, first_suite, rerun), &mut file)?;
    file.flush()?;
    Ok(path)
}

fn ours(task: &str, files: &[PathBuf]) -> Fallible<Measured> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["one", task]).args(files);
    measure(command, files)
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
