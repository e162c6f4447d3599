//! The Lambda Runtime API, as far as a function's first poll.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::Fallible;

/// What a function asks for when it is ready for its first event.
const POLL: &str = "GET /2018-06-01/runtime/invocation/next ";
/// Longest time that a start may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The environment that the Lambda service gives to a function, and the settings that every step finds in it.
const ENVIRONMENT: [(&str, &str); 18] = [
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ("AWS_LAMBDA_FUNCTION_NAME", "qaops"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_SESSION_TOKEN", "local"),
    ("QAOPS_BUCKET", "qaops-artifacts"),
    ("QAOPS_DEPLOYMENT", "qaops"),
    ("QAOPS_DOCUMENT", "qaops-run-shard"),
    ("QAOPS_FLEET", r#"{"linux": {"template": "lt-1", "types": ["m7i.large"], "subnets": ["subnet-1"]}}"#),
    ("QAOPS_ROLE_ID", "AROA1"),
    ("QAOPS_STATE_MACHINE", "arn:aws:states:eu-central-1:000000000000:stateMachine:qaops"),
    ("QAOPS_TABLE", "qaops"),
    ("QAOPS_TOPIC", "arn:aws:sns:eu-central-1:000000000000:qaops"),
];

/// What a process took until its first poll.
pub(crate) struct Start {
    /// Time on the clock since it was started.
    pub(crate) seconds: f64,
    /// Most memory that it had, in bytes.
    pub(crate) memory: f64,
}

/// Starts a function, waits for its first poll and ends it.
pub(crate) fn first_poll(mut command: Command) -> Fallible<Start> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    command.env_clear().envs(ENVIRONMENT).env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || sender.send(request(&listener)));
    let began = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    let polled = receiver.recv_timeout(PATIENCE);
    let memory = peak(&child);
    end(&mut child)?;
    let (at, line, _connection) = polled.map_err(|_| "a function never polled; see above for what it said")??;
    if !line.starts_with(POLL) {
        return Err(format!("a function asked for something else before an event: {}", line.trim()).into());
    }
    Ok(Start { seconds: at.duration_since(began).as_secs_f64(), memory: memory? })
}

/// The first line of the first request and when it came. The connection stays open, as it does until there is an event.
fn request(listener: &TcpListener) -> std::io::Result<(Instant, String, TcpStream)> {
    let (connection, _) = listener.accept()?;
    let mut line = String::new();
    BufReader::new(&connection).read_line(&mut line)?;
    Ok((Instant::now(), line, connection))
}

/// The most memory that a process had, in bytes.
fn peak(child: &Child) -> Fallible<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.ok_or("the system does not tell a process's peak memory")?.parse::<f64>()? * 1024.0)
}

fn end(child: &mut Child) -> std::io::Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}
