//! The processes of an attempt: started in groups of their own, ended as a whole.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::account::{Account, is_withheld};
use crate::console::Console;

/// Variable that every process of an attempt inherits; its value is the attempt's folder.
pub const MARK: &str = "QAOPS_ATTEMPT";

/// How often processes that left their group are looked for, 50 ms apart.
const ROUNDS: u32 = 40;

/// The processes of an attempt. They end with it.
#[derive(Debug)]
pub struct Processes {
    mark: PathBuf,
    account: Option<Account>,
    variables: Vec<(&'static str, OsString)>,
    groups: Vec<Group>,
}

/// A command and the processes that it started, as long as they stay in its group (on Windows: its job).
#[derive(Debug)]
pub struct Group {
    child: Box<dyn ChildWrapper>,
}

impl Processes {
    /// No process yet; `mark` is the attempt's folder. They run as an account, or as this process does.
    pub fn new(mark: &Path, account: Option<Account>) -> Self {
        Self { mark: mark.to_owned(), account, variables: Vec::new(), groups: Vec::new() }
    }

    /// No process yet, of the same attempt: they can be ended before the others.
    pub fn apart(&self) -> Self {
        let (mark, account) = (self.mark.clone(), self.account.clone());
        Self { mark, account, variables: self.variables.clone(), groups: Vec::new() }
    }

    /// The command that was started last.
    pub fn last(&mut self) -> Option<&mut Group> {
        self.groups.last_mut()
    }

    /// Gives every further command a variable in its environment.
    pub fn variable(&mut self, name: &'static str, value: OsString) {
        self.variables.push((name, value));
    }

    /// Starts a command of the tests in `folder`, without standard input and with its output in the console. Its environment
    /// has nothing that is for the runner alone.
    pub fn start(
        &mut self,
        program: &OsStr,
        folder: &Path,
        console: &Console,
        configure: impl FnOnce(&mut Command),
    ) -> io::Result<&mut Group> {
        let withheld = std::env::vars_os().map(|(name, _)| name).filter(|name| is_withheld(name));
        let variables = self.variables.clone();
        #[cfg(unix)]
        let account = self.account.clone();
        self.start_own(program, folder, console, |command| {
            for name in withheld {
                command.env_remove(name);
            }
            command.envs(variables);
            #[cfg(unix)]
            if let Some(account) = account {
                // Without a word about further groups, a process that changes its account leaves all of them.
                command.uid(account.user).gid(account.group);
            }
            configure(command);
        })
    }

    /// Starts a command of the runner's own, with its account and its environment.
    pub fn start_own(
        &mut self,
        program: &OsStr,
        folder: &Path,
        console: &Console,
        configure: impl FnOnce(&mut Command),
    ) -> io::Result<&mut Group> {
        let (output, error) = (console.output()?, console.output()?);
        let mut command = CommandWrap::with_new(program, |command| {
            command.current_dir(folder).stdin(Stdio::null()).stdout(output).stderr(error).env(MARK, &self.mark);
            configure(command);
        });
        #[cfg(unix)]
        command.wrap(process_wrap::tokio::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::tokio::JobObject);
        let child = command.wrap(KillOnDrop).spawn()?;
        self.groups.push(Group { child });
        self.groups.last_mut().ok_or_else(|| io::Error::other("the group is gone"))
    }

    /// Ends the command that was started last, and forgets it.
    pub fn end_last(&mut self) {
        if let Some(mut group) = self.groups.pop() {
            group.kill();
        }
    }

    /// Ends all of them for good, those too that left their group.
    pub async fn end(&mut self) {
        self.groups.iter_mut().for_each(Group::kill);
        for _ in 0..ROUNDS {
            if !kill_left(&self.mark) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.groups.iter_mut().for_each(Group::kill);
    }
}

impl Group {
    /// Waits for the command itself; what it started in the background goes on.
    pub async fn exit(&mut self) -> io::Result<ExitStatus> {
        // The wrapper's own wait would wait for the background too.
        self.child.inner_mut().wait().await
    }

    /// Writes to the command's standard input, if it has one, and closes it.
    pub async fn tell(&mut self, words: &[u8]) {
        if let Some(mut input) = self.child.stdin().take() {
            // A command that is over needs no word.
            let _ = input.write_all(words).await;
        }
    }

    /// Asks the command itself to come to an end, as Ctrl-C does.
    pub fn interrupt(&mut self) {
        #[cfg(unix)]
        let _ = self.child.inner().signal(INTERRUPT);
    }

    /// Ends the whole group.
    pub fn kill(&mut self) {
        // A group that is gone already is what we want.
        let _ = self.child.start_kill();
    }
}

/// SIGINT, the same number on every Unix.
#[cfg(unix)]
const INTERRUPT: i32 = 2;

/// Makes this process the parent of whatever its processes leave behind, so that nothing gets away from
/// [`Processes::end`]; only where the whole process is there for one attempt. Linux only: on Windows nothing leaves a job.
pub fn adopt() {
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_child_subreaper(true) {
        eprintln!("qaops-runner: failed to become the parent of what tests leave behind: {error}");
    }
}

/// Keeps what is in the memory of this process from other accounts, also where it crashes. Linux only.
pub fn keep_memory_private() {
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_dumpable(false) {
        eprintln!("qaops-runner: failed to keep its memory from core dumps: {error}");
    }
}

/// Whether what processes leave behind becomes a child of this process.
fn adopts() -> bool {
    #[cfg(target_os = "linux")]
    return nix::sys::prctl::get_child_subreaper().unwrap_or(false);
    #[cfg(not(target_os = "linux"))]
    false
}

/// Kills every process that is left, wherever it went; tells whether there was one.
///
/// A process leaves its group by `setsid`, as daemons do, but keeps the mark in its environment; and a process that
/// drops its environment too is still a descendant of the runner that adopts.
fn kill_left(mark: &Path) -> bool {
    let about = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always).without_tasks();
    let Ok(mut system) = System::new() else { return false };
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, about);
    let variable = [OsStr::new(MARK), mark.as_os_str()].join(OsStr::new("="));
    let adopts = adopts();
    let ours = |process: &Process| process.environ().contains(&variable) || adopts && descends(process, &system);
    let dead = |process: &Process| matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
    let left: Vec<&Process> = system.processes().values().filter(|process| !dead(process) && ours(process)).collect();
    for process in &left {
        process.kill();
    }
    !left.is_empty()
}

/// Whether a process descends from this one.
fn descends(process: &Process, system: &System) -> bool {
    let this = Pid::from_u32(std::process::id());
    let parents = std::iter::successors(process.parent(), |pid| system.process(*pid).and_then(Process::parent));
    // The bound is for a table that changed while it was read.
    parents.take(1000).any(|parent| parent == this)
}
