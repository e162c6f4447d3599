//! The context of one attempt: the stages take it, and it imports none of them.

use std::io;
use std::path::{Path, PathBuf};

use domain::results::manifest::HookEffects;

use crate::account::{self, Account};
use crate::console::Console;
use crate::processes::{Group, Processes};
use crate::shard::Shard;

/// One attempt at a shard.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// What it runs.
    pub shard: &'a Shard,
    /// Where its files lie.
    pub places: Places,
    /// The processes that it started.
    pub processes: Processes,
    /// What these processes write.
    pub console: Console,
    /// The account of these processes; none for that of the runner.
    pub account: Option<Account>,
    /// What the hooks did that the report tells.
    pub hooks: HookEffects,
    /// The archive of a layer that it built for later runs, too.
    pub layer: Option<PathBuf>,
}

impl<'a> Attempt<'a> {
    /// Makes the folders and the console of an attempt below `folder`. What the tests may write belongs to their account.
    pub fn begin(shard: &'a Shard, folder: &Path) -> io::Result<Self> {
        let places = Places::new(folder, &shard.work.suite);
        let account = shard.account.as_deref().map(Account::named).transpose().map_err(io::Error::other)?;
        std::fs::create_dir_all(&places.out)?;
        std::fs::create_dir_all(&places.control)?;
        std::fs::create_dir_all(&places.home)?;
        let console = Console::create(folder.join("console.txt"))?;
        account.as_ref().map_or(Ok(()), |account| console.give(account))?;
        let mut processes = Processes::new(folder, account.clone());
        if cfg!(unix) {
            let login = account::login(account.as_ref(), &places.home);
            login.into_iter().for_each(|(name, value)| processes.variable(name, value));
        }
        let attempt = Self { shard, places, processes, console, account, hooks: HookEffects::default(), layer: None };
        for folder in [&attempt.places.out, &attempt.places.control, &attempt.places.home] {
            attempt.give(folder)?;
        }
        Ok(attempt)
    }

    /// Gives the account of the tests a file, or a folder with all that is in it.
    pub fn give(&self, path: &Path) -> io::Result<()> {
        self.account.as_ref().map_or(Ok(()), |account| account.give(path))
    }

    /// Starts a command in the package's root, in a shell of the platform.
    pub fn start_shell(&mut self, command: &str) -> io::Result<&mut Group> {
        let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        self.processes.start(shell.as_ref(), &self.places.root, &self.console, |shell| {
            shell.arg(option).arg(command);
        })
    }
}

/// Where everything of an attempt lies, below its folder.
#[derive(Clone, Debug)]
pub struct Places {
    /// The attempt's folder.
    pub folder: PathBuf,
    /// The unpacked package.
    pub root: PathBuf,
    /// What `robot` writes.
    pub out: PathBuf,
    /// Home of the tests, where the account has none.
    pub home: PathBuf,
    /// What the runner tells `robot`; nothing of it is uploaded.
    pub control: PathBuf,
}

impl Places {
    /// Places below `folder` for a suite.
    pub fn new(folder: &Path, suite: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            // The package may have any name for its suite, and so no other folder may lie beside it.
            root: folder.join("package").join(suite),
            out: folder.join("out"),
            home: folder.join("home"),
            control: folder.join("control"),
        }
    }

    /// A folder of the package on the disk, where `robot` starts; of an empty path the package's root.
    pub fn start(&self, folder: &str) -> PathBuf {
        if folder.is_empty() { self.root.clone() } else { self.file(folder) }
    }

    /// A suite file on the disk.
    pub fn file(&self, file: &str) -> PathBuf {
        self.root.join(file.split('/').collect::<PathBuf>())
    }
}
