//! The report of a run: one HTML file for people, complete in itself.
//!
//! It loads nothing, runs no script and works from a disk or an attachment. Everything that comes from
//! outside, such as a test's message, is shown as text.

use std::io::{self, Write};

use askama::Template;

mod model;

pub use model::{
    Coverage, Environment, FailedTest, Finding, FlakyTest, Gate, Lost, LostAttempt, PastRun, QuarantinedTest, Report,
    Series, Shard, Test,
};

/// Failed tests that are shown; further ones are only counted.
const MOST_TESTS: usize = 500;
/// Characters of a message that are shown.
const MOST_TEXT: usize = 8_000;
/// Failed tests that are unfolded from the start.
const UNFOLDED: usize = 20;

/// Writes the report.
pub fn write(report: &Report, mut out: impl Write) -> io::Result<()> {
    Page { r: report }.write_into(&mut out)?;
    out.flush()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    r: &'a Report,
}

impl Page<'_> {
    fn total(&self) -> u64 {
        self.r.passed + self.r.failed + self.r.skipped
    }

    /// Share of all tests in percent.
    fn share(&self, count: &u64) -> String {
        format!("{:.3}", *count as f64 * 100.0 / self.total().max(1) as f64)
    }

    /// Passed tests among those that were not skipped, as a word.
    fn rate(&self) -> String {
        let run = self.r.passed + self.r.failed;
        if run == 0 {
            return "no test ran".into();
        }
        // A rate is rounded down, so that 100 % means that all of them passed.
        format!("{}% passed", (self.r.passed as f64 * 1000.0 / run as f64).floor() / 10.0)
    }

    fn verdict_class(&self) -> &'static str {
        match self.r.verdict.as_str() {
            "passed" => "good",
            "failed" => "bad",
            _ => "unsure",
        }
    }

    fn shown(&self) -> impl Iterator<Item = (usize, &FailedTest)> {
        self.r.failures.iter().enumerate().take(MOST_TESTS)
    }

    fn unfolded(&self, at: &usize) -> bool {
        *at < UNFOLDED
    }

    fn more(&self) -> usize {
        self.r.failures.len().saturating_sub(MOST_TESTS)
    }

    /// Environments with the shards that each ran, for the picture; empty where times are missing.
    fn lanes(&self) -> Vec<Lane<'_>> {
        let end = self.r.shards.iter().filter_map(|shard| Some(shard.began? + shard.seconds)).fold(0.0, f64::max);
        let ids = self.r.environments.iter().map(|environment| environment.id.as_str());
        let lane = |id| {
            let own = self.r.shards.iter().filter(|shard| shard.environment == id);
            Lane { id, bars: own.filter_map(|shard| Bar::new(shard, end)).collect() }
        };
        let lanes: Vec<_> = ids.map(lane).filter(|lane| !lane.bars.is_empty()).collect();
        if end > 0.0 { lanes } else { Vec::new() }
    }

    fn span(&self) -> String {
        duration(&self.r.shards.iter().filter_map(|shard| Some(shard.began? + shard.seconds)).fold(0.0, f64::max))
    }
}

/// What one environment ran.
struct Lane<'a> {
    id: &'a str,
    bars: Vec<Bar<'a>>,
}

/// A shard in a lane; place and width in percent.
struct Bar<'a> {
    shard: &'a Shard,
    left: String,
    width: String,
    class: &'static str,
}

impl<'a> Bar<'a> {
    fn new(shard: &'a Shard, end: f64) -> Option<Self> {
        let percent = |seconds: f64| format!("{:.3}", (seconds * 100.0 / end).clamp(0.0, 100.0));
        let class = if shard.state == "done" { if shard.tests[1] > 0 { "bad" } else { "good" } } else { "unsure" };
        Some(Bar { shard, left: percent(shard.began?), width: percent(shard.seconds), class })
    }
}

/// A duration as people read it.
fn duration(seconds: &f64) -> String {
    let step = if *seconds < 1.0 { 1e3 } else { 1e1 };
    domain::duration::show((seconds * step).round() / step)
}

/// A message as plain text of a bearable length.
fn plain(message: &str) -> String {
    let text = match message.strip_prefix("*HTML*") {
        Some(html) => without_markup(html.trim_start()),
        None => message.to_owned(),
    };
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => format!("{}\n… and {} characters more", &text[..end], text[end..].chars().count()),
        None => text,
    }
}

/// The text of a bit of HTML, with line breaks where it has them.
fn without_markup(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, behind) = after.split_once('>').unwrap_or((after, ""));
        let name = tag.trim_matches('/').split_whitespace().next().unwrap_or_default().to_lowercase();
        if matches!(name.as_str(), "br" | "hr" | "p" | "div" | "li" | "tr") && !text.ends_with('\n') {
            text.push('\n');
        }
        rest = behind;
    }
    text.push_str(rest);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    text.trim().to_owned()
}

/// A path that a link may lead to: nothing that could run a script.
fn link(path: &str) -> &str {
    let scheme = path.split(['/', '?', '#']).next().unwrap_or_default();
    let safe = !scheme.contains(':') || path.starts_with("https://") || path.starts_with("http://");
    if safe { path } else { "#" }
}
