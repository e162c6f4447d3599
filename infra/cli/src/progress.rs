//! What a person sees while a run goes on, on standard error: a line for each state, and a bar over the shards.

use std::io::{self, IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::show::style::{BAD, BOLD, DIM, DOUBT, GOOD, fit_for, paint};

/// How often the clock beside the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// The states of the state machine that do something, in words. Those without words only choose, and are not told.
const STATES: [(&str, &str); 14] = [
    ("Plan", "reads the package and divides it into shards"),
    ("Launch", "asks for environments for what is left"),
    ("WaitForCapacity", "waits until there is capacity"),
    ("AwaitReady", "waits until the environments are ready"),
    ("WaitForReady", ""),
    ("RunEnvironments", "runs the shards"),
    ("TerminateRun", "terminates what is left of the environments"),
    ("Evaluate", "computes the metrics and evaluates the gates"),
    ("Record", "writes the run into history"),
    ("Notify", "tells everyone"),
    ("Passed", "every error gate holds"),
    ("GateFailed", "an error gate does not hold"),
    ("Inconclusive", "work was lost, or a gate has no value, so nobody can tell"),
    ("Failed", "the run ended by an error"),
];
const CHOICES: [&str; 4] = ["Launched", "Settled", "Terminated", "Verdict"];

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Lines and a bar that moves.
    Terminal,
    /// Plain lines, where there is no terminal.
    Plain,
    /// Nothing at all.
    Silent,
}

impl Mode {
    /// Silent if only JSON is wanted, else by whether standard error is a terminal.
    pub fn of(json: bool) -> Self {
        match (json, stderr().is_terminal()) {
            (true, _) => Self::Silent,
            (false, true) => Self::Terminal,
            (false, false) => Self::Plain,
        }
    }
}

/// Where the shards of a run stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shards {
    /// Shards that are done.
    pub done: u64,
    /// All shards, those of reruns included.
    pub planned: u64,
    /// Shards that were given up.
    pub lost: u64,
    /// Tests that passed so far.
    pub passed: u64,
    /// Tests that failed so far.
    pub failed: u64,
    /// Tests that were skipped so far.
    pub skipped: u64,
    /// Seconds until all are done, where somebody can tell.
    pub expected_left_seconds: Option<f64>,
}

/// Shows the progress of one run. Whenever it goes, the terminal is left as it was found, but for the lines told.
#[derive(Debug)]
pub struct Progress {
    mode: Mode,
    started: Instant,
    bar: Option<ProgressBar>,
    /// The two states that were told last: the machine goes to and fro between two while it waits.
    recent: [String; 2],
    /// The line on the shards that was told last.
    shards: String,
}

impl Progress {
    /// Begins to show a run that starts now. Without a terminal on standard error there is no bar.
    pub fn new(mode: Mode) -> Self {
        let mode = if mode == Mode::Terminal && !stderr().is_terminal() { Mode::Plain } else { mode };
        Self { mode, started: Instant::now(), bar: None, recent: Default::default(), shards: String::new() }
    }

    /// The run entered a state of the state machine, so many seconds after its start.
    pub fn state(&mut self, name: &str, seconds_since_start: f64) {
        if CHOICES.contains(&name) || self.recent.iter().any(|recent| recent == name) {
            return;
        }
        self.recent.rotate_right(1);
        self.recent[0] = name.to_owned();
        if let Some(line) = state_line(name, seconds_since_start) {
            self.line(&line);
        }
    }

    /// The shards stand so now.
    pub fn shards(&mut self, shards: Shards) {
        let line = counts(&shards, None);
        match self.mode {
            Mode::Silent => {}
            Mode::Terminal => {
                let bar = self.bar.get_or_insert_with(|| new_bar(self.started));
                bar.set_length(shards.planned);
                bar.set_position(shards.done);
                bar.set_message(fit_for(&stderr(), counts(&shards, shards.expected_left_seconds)));
            }
            Mode::Plain if line == self.shards || shards.planned == 0 => {}
            Mode::Plain => {
                let seconds = self.started.elapsed().as_secs_f64();
                self.line(&format!("{:>7}  {line}", clock(seconds)));
            }
        }
        self.shards = line;
    }

    /// Tells something else, above the bar.
    pub fn note(&mut self, text: &str) {
        self.line(&format!("{:>7}  {text}", ""));
    }

    /// Ends it: the bar goes, the lines stay.
    pub fn finish(self) {}

    fn line(&self, line: &str) {
        let line = fit_for(&stderr(), line.to_owned());
        let tell = || {
            // A line that cannot be told is no reason to end a run.
            let _ = writeln!(io::stderr(), "{line}");
        };
        match (&self.bar, self.mode) {
            (_, Mode::Silent) => {}
            (Some(bar), _) => bar.suspend(tell),
            (None, _) => tell(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(started: Instant) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let clock = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ = write!(out, "{:>7}", clock(started.elapsed().as_secs_f64()));
    };
    let style = ProgressStyle::with_template("{clock}  {bar:14.green/black.bright} {wide_msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style.with_key("clock", clock).progress_chars("━╸─"));
    bar.enable_steady_tick(TICK);
    bar
}

/// The line for a state; none for one that has nothing to tell.
fn state_line(name: &str, seconds: f64) -> Option<String> {
    let words = STATES.iter().find(|(state, _)| *state == name).map(|(_, words)| *words);
    if words == Some("") {
        return None;
    }
    let words = paint(DIM, words.unwrap_or_default());
    Some(format!("{:>7}  {} {words}", clock(seconds), paint(BOLD, format!("{name:<16}"))))
}

/// `8/12 shards · 41 passed · 1 failed · ~12s left · 2 skipped`, with what matters least last, where a narrow terminal cuts
/// it off. What is zero is left out, but for tests that passed.
fn counts(shards: &Shards, left: Option<f64>) -> String {
    let some = |number: u64, word: &str, style| (number > 0).then(|| paint(style, format!("{number} {word}")));
    let left = left.filter(|seconds| *seconds >= 1.0).map(|seconds| format!("~{} left", coarse(seconds)));
    let parts = [
        Some(format!("{}/{} shards", shards.done, shards.planned)),
        Some(paint(GOOD, format!("{} passed", shards.passed))),
        some(shards.failed, "failed", BAD),
        some(shards.lost, "lost", BAD),
        left,
        some(shards.skipped, "skipped", DOUBT),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `0.4s`, `59.9s`, `1m05s`, `1h02m`: at most six columns.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..60 => format!("{:.1}s", (seconds.max(0.0) * 10.0).floor() / 10.0),
        60..3600 => format!("{}m{:02}s", whole / 60, whole % 60),
        _ => format!("{}h{:02}m", whole / 3600, whole / 60 % 60),
    }
}

/// A duration that is a guess, without figures that nobody can know.
fn coarse(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{}s", seconds.round()),
        ..5400.0 => format!("{}m", (seconds / 60.0).round()),
        _ => format!("{:.1}h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstream::adapter::strip_str;

    #[test]
    fn each_state_is_one_line_in_words() {
        let lines =
            [("Plan", 0.0), ("Launch", 0.44), ("RunEnvironments", 59.99), ("GateFailed", 3725.0), ("New", 61.0)];
        let told = lines.map(|(name, seconds)| strip_str(&state_line(name, seconds).unwrap()).to_string());
        insta::assert_snapshot!(told.join("\n"), @r"
         0.0s  Plan             reads the package and divides it into shards
         0.4s  Launch           asks for environments for what is left
        59.9s  RunEnvironments  runs the shards
        1h02m  GateFailed       an error gate does not hold
        1m01s  New
        ");
        assert_eq!(state_line("WaitForReady", 1.0), None);
    }

    #[test]
    fn going_to_and_fro_is_told_once_and_another_round_again() {
        let mut progress = Progress::new(Mode::Silent);
        let mut told = Vec::new();
        for name in [
            "Launch",
            "Launched",
            "AwaitReady",
            "Settled",
            "WaitForReady",
            "AwaitReady",
            "Settled",
            "WaitForReady",
            "AwaitReady",
            "Settled",
            "RunEnvironments",
            "Launch",
            "Launched",
            "AwaitReady",
        ] {
            let before = progress.recent.clone();
            progress.state(name, 0.0);
            told.extend((before != progress.recent).then_some(name));
        }
        assert_eq!(told, ["Launch", "AwaitReady", "WaitForReady", "RunEnvironments", "Launch", "AwaitReady"]);
    }

    #[test]
    fn every_state_of_the_machine_has_words_or_only_chooses() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../statemachine/qa-run.asl.json");
        let machine: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for (name, state) in machine["States"].as_object().unwrap() {
            let is_choice = state["Type"] == "Choice";
            assert_eq!(CHOICES.contains(&name.as_str()), is_choice, "{name}");
            assert_eq!(STATES.iter().any(|(known, _)| known == name), !is_choice, "{name}");
        }
    }

    #[test]
    fn what_is_zero_is_left_out_of_the_counts() {
        let some = Shards { done: 8, planned: 12, passed: 41, ..Shards::default() };
        let all = Shards { failed: 1, skipped: 2, lost: 3, expected_left_seconds: Some(12.3), ..some };
        let told = [some, all].map(|shards| strip_str(&counts(&shards, shards.expected_left_seconds)).to_string());
        insta::assert_snapshot!(told.join("\n"), @r"
        8/12 shards · 41 passed
        8/12 shards · 41 passed · 1 failed · 3 lost · ~12s left · 2 skipped
        ");
    }

    #[test]
    fn times_are_as_short_as_they_can_be() {
        let clocks = [0.0, 0.44, 9.99, 59.99, 60.0, 3599.9, 3600.0, 36_000.0, -1.0].map(clock);
        assert_eq!(clocks, ["0.0s", "0.4s", "9.9s", "59.9s", "1m00s", "59m59s", "1h00m", "10h00m", "0.0s"]);
        assert_eq!([1.0, 89.0, 90.0, 5399.0, 5400.0].map(coarse), ["1s", "89s", "2m", "90m", "1.5h"]);
    }
}
