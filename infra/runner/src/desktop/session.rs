//! A session with a desktop: one with a server that was found, or one that lives as long as its attempt.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use domain::package::plan::Desktop;

use super::exchange::Exchange;
use super::x11;
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
    pub(super) async fn start(folder: PathBuf, desktop: Desktop) -> Result<Self, Failure> {
        let disk = |source| Failure::disk("the folder of the desktop")(source);
        std::fs::create_dir_all(&folder).map_err(disk)?;
        let console = Console::create(folder.join("console.txt")).map_err(disk)?;
        let mut programs = Processes::new(&folder);
        match bring_up(&folder, desktop, &mut programs, &console).await {
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
async fn bring_up(folder: &Path, desktop: Desktop, programs: &mut Processes, console: &Console) -> Result<(), String> {
    let display = server(folder, desktop, programs, console).await?;
    start("openbox".as_ref(), folder, programs, console, |command| {
        command.env("DISPLAY", &display);
    })?;
    let asked = display.clone();
    let managed = tokio::task::spawn_blocking(move || x11::wait_for_manager(&asked, PATIENCE)).await;
    managed.map_err(|error| error.to_string())??;
    let runner = std::env::current_exe().map_err(|error| format!("failed to find the runner: {error}"))?;
    start(runner.as_os_str(), folder, programs, console, |command| {
        command.args(["desktop".as_ref(), "--folder".as_ref(), folder.as_os_str()]).env("DISPLAY", &display);
    })
}

/// Starts an X server on a free display; the display's name.
async fn server(
    folder: &Path,
    desktop: Desktop,
    programs: &mut Processes,
    console: &Console,
) -> Result<String, String> {
    let told = folder.join("display");
    let out = std::fs::File::create(&told).map_err(|error| format!("failed to write {}: {error}", told.display()))?;
    let screen = format!("{}x{}x24", desktop.width, desktop.height);
    // Without -noreset the X server resets when its last client leaves, and refuses clients that connect meanwhile.
    let words = ["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"];
    start("Xvfb".as_ref(), folder, programs, console, |command| {
        command.args(words).stdout(Stdio::from(out));
    })?;
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

fn start(
    program: &OsStr,
    folder: &Path,
    programs: &mut Processes,
    console: &Console,
    configure: impl FnOnce(&mut tokio::process::Command),
) -> Result<(), String> {
    let failed = |error: io::Error| format!("failed to start {}: {error}", program.display());
    programs.start(program, folder, console, configure).map_err(failed).map(|_| ())
}
