//! What is kept of a desktop, if a suite asks for it: a video of the attempt, and a screenshot at each failure.
//!
//! Both are taken by ffmpeg in the session of the desktop server. Nothing can be masked in them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use domain::package::plan::{Desktop, Video};
use domain::results::manifest::Exit;
use tokio::time::Instant;

use crate::attempt::Attempt;
use crate::console::Console;
use crate::error::Failure;
use crate::processes::Processes;

/// The listener of `robot` that takes screenshots.
pub const LISTENER: &str = include_str!("screenshots.py");

/// Name of the video below `${OUTPUT DIR}`.
pub const VIDEO: &str = "desktop.mp4";

/// How long ffmpeg may take until it records, and for one picture.
const START: Duration = Duration::from_secs(20);

/// How long ffmpeg may take to close a video. One that is cut off can be played up to its last fragment.
const CLOSE: Duration = Duration::from_secs(5);

/// Pictures a second: enough to see what was clicked, and little work beside the tests.
const RATE: &str = "10";

/// How a video is packed: it stays small where little moves, and never takes more than an instance has to spare.
const PACKED: [&str; 10] = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "30", "-maxrate", "2M", "-bufsize", "4M"];

/// Players know no other colours; and these need even sides.
const COLOURS: [&str; 4] = ["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p"];

/// A file that can be played however it ended: one that is cut off lacks its last two seconds or so.
const FRAGMENTED: [&str; 8] =
    ["-movflags", "+empty_moov+default_base_moof", "-frag_duration", "1000000", "-flush_packets", "1", "-f", "mp4"];

/// What is recorded of an attempt.
#[derive(Debug)]
pub struct Recording {
    video: Option<(Processes, PathBuf)>,
    keep: Video,
}

impl Recording {
    /// Begins to record what the suite asks for; an error where ffmpeg is missing or sees nothing.
    pub async fn begin(attempt: &mut Attempt<'_>) -> Result<Self, Failure> {
        let Some(desktop) = attempt.shard.work.desktop else { return Ok(Self { video: None, keep: Video::Never }) };
        if desktop.screenshots {
            try_screenshot(desktop, attempt).await?;
            let command: Vec<String> = screenshot(desktop).iter().map(|word| word.to_string_lossy().into()).collect();
            attempt.processes.variable("QAOPS_SCREENSHOT", serde_json::json!(command).to_string().into());
            attempt.processes.variable("QAOPS_SCREENSHOTS", attempt.places.out.clone().into());
        }
        let video = match desktop.video {
            Video::Never => None,
            Video::Failed | Video::Always => Some(film(desktop, attempt).await?),
        };
        Ok(Self { video, keep: desktop.video })
    }

    /// Closes the video, and drops it where nobody asked for one of such an end.
    pub async fn end(self, exit: Option<&Exit>, console: &mut Console) {
        let Some((mut programs, file)) = self.video else { return };
        if let Some(ffmpeg) = programs.last() {
            ffmpeg.tell(b"q").await;
            if tokio::time::timeout(CLOSE, ffmpeg.exit()).await.is_err() {
                console.say("the video was not closed in time and ends a little early");
            }
        }
        drop(programs);
        if self.keep == Video::Failed && exit == Some(&Exit::Passed) {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Starts a video, and waits until there is a picture in it.
async fn film(desktop: Desktop, attempt: &Attempt<'_>) -> Result<(Processes, PathBuf), Failure> {
    let Attempt { shard, places, processes, console, .. } = attempt;
    let (mut programs, file) = (processes.apart(), places.out.join(VIDEO));
    let mut words = source(desktop, RATE);
    // A video that nobody would upload fills no disk, and half of the room is for what tests leave behind.
    let most = (shard.most_bytes / 2).to_string();
    words.extend(PACKED.into_iter().chain(COLOURS).chain(["-fs", &most]).chain(FRAGMENTED).map(OsString::from));
    words.push(file.clone().into());
    let started = programs.start("ffmpeg".as_ref(), &places.out, console, |command| {
        // A word on its standard input ends it on every system as it should.
        command.args(words).stdin(Stdio::piped());
    });
    let ffmpeg = started.map_err(missing)?;
    let end = Instant::now() + START;
    while std::fs::metadata(&file).map_or(0, |about| about.len()) == 0 {
        let ended = tokio::time::timeout(Duration::from_millis(50), ffmpeg.exit()).await;
        if ended.is_ok() || Instant::now() > end {
            return Err(Failure::Unrecorded { what: "a video", tail: console.tail().await });
        }
    }
    Ok((programs, file))
}

/// Takes a screenshot that nobody needs, so that it is known before the first test that they can be taken.
async fn try_screenshot(desktop: Desktop, attempt: &Attempt<'_>) -> Result<(), Failure> {
    let Attempt { places, processes, console, .. } = attempt;
    let file = places.control.join("screenshot.png");
    let words = screenshot(desktop);
    let mut programs = processes.apart();
    let started = programs.start(words[0].as_os_str(), &places.out, console, |command| {
        command.args(&words[1..]).arg(&file);
    });
    let ended = tokio::time::timeout(START, started.map_err(missing)?.exit()).await;
    if ended.is_ok_and(|status| status.is_ok_and(|status| status.success())) && file.is_file() {
        return Ok(());
    }
    Err(Failure::Unrecorded { what: "a screenshot", tail: console.tail().await })
}

/// The command of a screenshot, but for the file's path.
fn screenshot(desktop: Desktop) -> Vec<OsString> {
    let mut words = vec![OsString::from("ffmpeg")];
    words.extend(source(desktop, RATE));
    words.extend(["-frames:v", "1", "-update", "1"].map(OsString::from));
    words
}

/// What ffmpeg looks at: the desktop of its session.
fn source(desktop: Desktop, rate: &str) -> Vec<OsString> {
    let size = format!("{}x{}", desktop.width, desktop.height);
    let quiet = ["-hide_banner", "-loglevel", "error", "-y"];
    // An X11 desktop without a name is that of the variable DISPLAY.
    let (kind, name) = if cfg!(windows) { ("gdigrab", "desktop") } else { ("x11grab", "") };
    let input = ["-f", kind, "-framerate", rate, "-video_size", &size, "-i", name];
    quiet.into_iter().chain(input).map(OsString::from).collect()
}

fn missing(source: std::io::Error) -> Failure {
    Failure::Command { command: "ffmpeg to record the desktop".to_owned(), source }
}
