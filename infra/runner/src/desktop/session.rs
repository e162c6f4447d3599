//! A session with a desktop: one with a server that was found, or one that lives as long as its attempt.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use domain::package::plan::Desktop;

use super::exchange::Exchange;
use super::x11;
use crate::account::{Account, create_own, login};
use crate::console::Console;
use crate::error::Failure;
use crate::processes::Processes;

/// How long the programs of a desktop may take to come up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the desktop server is.
#[derive(Debug)]
pub(super) struct Session {
    exchange: Exchange,
    programs: Option<Processes>,
}

impl Session {
    /// One that has a server already.
    pub(super) fn found(exchange: Exchange) -> Self {
        Self { exchange, programs: None }
    }

    /// A new desktop under Xvfb with a window manager, just as large as asked, and a desktop server on it.
    ///
    /// Server and window manager have the account of the tests: whoever works on a desktop can start programs by them.
    pub(super) async fn start(folder: PathBuf, desktop: Desktop, account: Option<Account>) -> Result<Self, Failure> {
        let disk = |source| Failure::disk("the folder of the desktop")(source);
        create_own(&folder).map_err(disk)?;
        let home = folder.with_file_name("session");
        std::fs::create_dir_all(&home).map_err(disk)?;
        account.as_ref().map_or(Ok(()), |account| account.give(&home)).map_err(disk)?;
        let console = Console::create(folder.join("console.txt")).map_err(disk)?;
        let mut programs = Processes::new(&folder, account.clone());
        if account.is_some() {
            login(account.as_ref(), &home).into_iter().for_each(|(name, value)| programs.variable(name, value));
        }
        match bring_up(&folder, &home, desktop, &mut programs, &console).await {
            Ok(()) => Ok(Self { exchange: Exchange::new(folder), programs: Some(programs) }),
            Err(why) => {
                programs.end().await;
                Err(Failure::DesktopAbsent { why: format!("{why}; its programs said: {:?}", console.tail().await) })
            }
        }
    }

    /// The folder between client and server.
    pub(super) fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Ends what was started for the attempt.
    pub(super) async fn end(self) {
        if let Some(mut programs) = self.programs {
            programs.end().await;
        }
    }
}

/// Starts the X server, the window manager and the desktop server; an error says which of them failed, and why.
async fn bring_up(
    folder: &Path,
    home: &Path,
    desktop: Desktop,
    programs: &mut Processes,
    console: &Console,
) -> Result<(), String> {
    let display = server(folder, home, desktop, programs, console).await?;
    let openbox = programs.start("openbox".as_ref(), home, console, |command| {
        command.env("DISPLAY", &display);
    });
    openbox.map_err(|error| format!("failed to start openbox: {error}"))?;
    let asked = display.clone();
    let managed = tokio::task::spawn_blocking(move || x11::wait_for_manager(&asked, PATIENCE)).await;
    managed.map_err(|error| error.to_string())??;
    let runner = std::env::current_exe().map_err(|error| format!("failed to find the runner: {error}"))?;
    let server = programs.start_own(runner.as_os_str(), folder, console, |command| {
        command.args(["desktop".as_ref(), "--folder".as_ref(), folder.as_os_str()]).env("DISPLAY", &display);
    });
    server.map(|_| ()).map_err(|error| format!("failed to start the runner: {error}"))
}

/// Starts an X server on a free display; the display's name.
async fn server(
    folder: &Path,
    home: &Path,
    desktop: Desktop,
    programs: &mut Processes,
    console: &Console,
) -> Result<String, String> {
    let told = folder.join("display");
    let out = std::fs::File::create(&told).map_err(|error| format!("failed to write {}: {error}", told.display()))?;
    let screen = format!("{}x{}x24", desktop.width, desktop.height);
    // Without -noreset the X server resets when its last client leaves, and refuses clients that connect meanwhile.
    // With -ac the runner, which has another account, may look at the desktop: -nolisten lets in nobody else.
    let words = ["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset", "-ac"];
    let started = programs.start("Xvfb".as_ref(), home, console, |command| {
        command.args(words).stdout(Stdio::from(out));
    });
    started.map_err(|error| format!("failed to start Xvfb: {error}"))?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let text = std::fs::read_to_string(&told).unwrap_or_default();
        if let Some(number) = text.strip_suffix('\n') {
            return Ok(format!(":{}", number.trim()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err(format!("Xvfb did not come up within {} s", PATIENCE.as_secs()))
}
