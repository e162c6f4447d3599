//! What a function's start takes, beside a Python function that makes the same clients with boto3.
//!
//! ```text
//! infra/terraform/build x86_64                                  # or arm64: the processor of this machine
//! cargo run --example cold_start [REPETITIONS] [PACKAGES]
//! ```
//!
//! Starts what is in each package (`target/lambda/<step>.zip`) some times (9), Python in turn with it. Prints one line a
//! function: the medians of the time from the start of the process to its first poll of the Lambda Runtime API, which is
//! served here, and of its peak memory (`VmHWM`) at that moment, and the package's size. Nothing leaves the machine.
//! `$QAOPS_PYTHON`, else `python3`, has to have boto3. It needs Linux.

mod polled;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use polled::{Start, first_poll};

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// The Python function.
const FUNCTION: &str = include_str!("boto3_function.py");
const MB: f64 = 1e6;
/// Times that a start is to be faster than Python's.
const FASTER: f64 = 25.0;
/// Megabytes that a start is to take at most.
const MEMORY: f64 = 12.0;
/// Megabytes that a package is to have at most.
const PACKAGE: f64 = 6.0;

/// What `main.rs` asks the cloud for, and boto3's names of the services behind it.
const SERVICES: [(&str, &[&str]); 7] = [
    ("artifacts", &["s3"]),
    ("commands", &["ssm"]),
    ("executions", &["stepfunctions"]),
    ("fleet", &["ec2", "ssm"]),
    ("ledger", &["dynamodb"]),
    ("parameters", &["ssm"]),
    ("topic", &["sns"]),
];

/// A package, unpacked.
struct Function {
    step: String,
    program: PathBuf,
    /// Of the package, in bytes.
    size: u64,
    /// Services that it talks to, as boto3 names them, each once: Python would share a client where ours makes two.
    services: Vec<&'static str>,
}

/// Medians of one function.
struct Figures {
    ours: Start,
    theirs: Start,
}

fn main() -> Fallible<()> {
    let mut arguments = std::env::args_os().skip(1);
    let repetitions = arguments.next().map_or(Ok(9), |text| text.to_string_lossy().parse())?;
    let project = tests::project();
    let packages = arguments.next().map_or_else(|| project.join("target/lambda"), PathBuf::from);
    let scratch = tempfile::tempdir()?;
    fs::write(scratch.path().join("function.py"), FUNCTION)?;
    println!("{:>43} {:>24}", "this function", "Python with boto3");
    println!(
        "{:9} {:>9} {:>10} {:>12} {:>12} {:>11} {:>7}  clients",
        "function", "start", "memory", "package", "start", "memory", "faster"
    );
    let (mut least, mut memory, mut size) = (f64::INFINITY, 0.0_f64, 0.0_f64);
    for function in functions(&project, &packages, scratch.path())? {
        let Figures { ours, theirs } = measure(&function, scratch.path(), repetitions)?;
        let faster = theirs.seconds / ours.seconds;
        let package = function.size as f64 / MB;
        print!("{:9} {:6.1} ms {:7.1} MB {package:9.2} MB ", function.step, ours.seconds * 1e3, ours.memory / MB);
        print!("{:9.0} ms {:8.1} MB {faster:6.0}x  ", theirs.seconds * 1e3, theirs.memory / MB);
        println!("{}", function.services.join(" "));
        (least, memory, size) = (least.min(faster), memory.max(ours.memory / MB), size.max(package));
    }
    println!("\n{:24} {:>9} {:>9}", format!("medians of {repetitions}"), "found", "aim");
    println!("{:24} {least:8.0}x {FASTER:8.0}x {}", "faster than Python, least", word(least >= FASTER));
    println!("{:24} {memory:6.1} MB {MEMORY:6.0} MB {}", "memory, most", word(memory <= MEMORY));
    println!("{:24} {size:6.2} MB {PACKAGE:6.0} MB {}", "package, largest", word(size <= PACKAGE));
    println!("{:24} {}", "load average", fs::read_to_string("/proc/loadavg")?.trim());
    Ok(())
}

fn word(reached: bool) -> &'static str {
    if reached { "reached" } else { "missed" }
}

/// Every package in `packages`, by name, with its program unpacked into `scratch`.
fn functions(project: &Path, packages: &Path, scratch: &Path) -> Fallible<Vec<Function>> {
    let listed =
        fs::read_dir(packages).map_err(|error| format!("{}: {error}; build them first", packages.display()))?;
    let mut paths = listed.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "zip"));
    paths.sort();
    if paths.is_empty() {
        return Err(format!("no package lies in {}; build them first", packages.display()).into());
    }
    paths.iter().map(|path| function(project, path, scratch)).collect()
}

fn function(project: &Path, package: &Path, scratch: &Path) -> Fallible<Function> {
    let step = package.file_stem().ok_or("a package has a name")?.to_string_lossy().into_owned();
    let wiring = fs::read_to_string(project.join("functions").join(&step).join("src/main.rs"))?;
    let program = scratch.join(&step);
    let mut archive = zip::ZipArchive::new(fs::File::open(package)?)?;
    io::copy(&mut archive.by_name("bootstrap")?, &mut fs::File::create(&program)?)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let services = services(&wiring)?;
    Ok(Function { step, program, size: package.metadata()?.len(), services })
}

/// The services whose clients a `main.rs` makes.
fn services(wiring: &str) -> Fallible<Vec<&'static str>> {
    let mut found = Vec::new();
    for after in wiring.split("cloud.").skip(1) {
        let asked = after.split('(').next().unwrap_or_default();
        let known = SERVICES.iter().find(|(name, _)| *name == asked);
        let (_, services) = known.ok_or_else(|| format!("the services behind cloud.{asked} are not known here"))?;
        let new: Vec<_> = services.iter().filter(|service| !found.contains(*service)).collect();
        found.extend(new);
    }
    Ok(found)
}

fn measure(function: &Function, scratch: &Path, repetitions: usize) -> Fallible<Figures> {
    let python = std::env::var_os("QAOPS_PYTHON").unwrap_or_else(|| "python3".into());
    let script = [OsString::from(scratch.join("function.py"))];
    let services = function.services.iter().map(OsString::from);
    let arguments: Vec<OsString> = script.into_iter().chain(services).collect();
    let ours = || first_poll(Command::new(&function.program));
    let theirs = || {
        let mut command = Command::new(&python);
        command.args(&arguments);
        first_poll(command)
    };
    // Files that nobody has read yet would count for the one that reads them first.
    ours()?;
    theirs()?;
    let mut pairs = Vec::new();
    for _ in 0..repetitions {
        pairs.push((ours()?, theirs()?));
    }
    let (ours, theirs): (Vec<Start>, Vec<Start>) = pairs.into_iter().unzip();
    Ok(Figures { ours: medians(&ours), theirs: medians(&theirs) })
}

fn medians(starts: &[Start]) -> Start {
    let median = |of: fn(&Start) -> f64| {
        let mut values: Vec<f64> = starts.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Start { seconds: median(|start| start.seconds), memory: median(|start| start.memory) }
}
