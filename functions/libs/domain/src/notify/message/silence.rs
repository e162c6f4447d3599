//! The messages of a scheduled suite that fell silent, and of its return.

use serde_json::{Value, json};

use super::text::{iso, moment, paragraph};
use super::{Message, attributes, chat, heading};
use crate::base::duration;
use crate::notify::staleness::{News, Scheduled};
use crate::run::status::Status;

/// The message of a scheduled suite of which there is news.
pub fn silence(suite: &Scheduled, news: News) -> Message {
    match news {
        News::Silent(since) => silent(suite, since),
        News::Back => back(suite),
    }
}

fn silent(suite: &Scheduled, since: i64) -> Message {
    let name = &suite.suite;
    let limit = duration::show(suite.silence as f64);
    let last = match (&suite.run, suite.verdict) {
        (Some(run), Some(verdict)) => {
            format!("The last one {}, {} (run {}).", word(verdict).0, moment(since), run.run)
        }
        _ => format!("None had one since the first, which started {}.", moment(since)),
    };
    let said = [
        format!("No scheduled run of {name} has had a verdict for more than {limit}. {last}"),
        "Look whether its schedule still starts runs, and how those end: one that ends by an error has no verdict."
            .to_owned(),
        format!(
            "This is told once. You hear of {name} again when it has a verdict. How long it may be silent is \
             set by the key silence in its qaops.toml."
        ),
    ];
    message(Told {
        suite,
        kind: "silence",
        since,
        headline: format!("{name} is silent: no verdict for {limit}"),
        verdict: "silent",
        severity: "error",
        sign: "🔇",
        said: &said,
    })
}

fn back(suite: &Scheduled) -> Message {
    let name = &suite.suite;
    let verdict = suite.verdict.unwrap_or(Status::Error);
    let (told, verdict) = word(verdict);
    let since = suite.told.unwrap_or_default();
    let run = suite.run.as_ref().map_or_else(String::new, |run| format!(", {}", heading::at(run)));
    let said = [format!("It was silent since {}. Now it has a verdict again: it {told}{run}.", moment(since))];
    message(Told {
        suite,
        kind: "back",
        since,
        headline: format!("{name} is back: {verdict}"),
        verdict,
        severity: if verdict == "passed" { "none" } else { "error" },
        sign: "🔊",
        said: &said,
    })
}

/// A status as a sentence tells it, and its word.
fn word(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Passed => ("passed", "passed"),
        Status::Failed => ("failed", "failed"),
        Status::Inconclusive => ("was inconclusive", "inconclusive"),
        _ => ("ended by an error", "error"),
    }
}

struct Told<'a> {
    suite: &'a Scheduled,
    kind: &'a str,
    since: i64,
    headline: String,
    verdict: &'a str,
    severity: &'a str,
    sign: &'a str,
    said: &'a [String],
}

fn message(told: Told<'_>) -> Message {
    let name = &told.suite.suite;
    let id = format!("{}/{}/{}", told.kind, name, told.since);
    let attributes = attributes(told.kind, name, told.verdict, told.severity, "true");
    let chat = chat::form(&chat::Note {
        id: &id,
        title: &format!("{} {}", told.sign, chat::plain(&told.headline)),
        description: &told.said.iter().map(|said| chat::plain(said)).collect::<Vec<_>>(),
        next: None,
        thread: &format!("{name}/silence/{}", told.since),
        context: &attributes,
        results: None,
    });
    let paragraphs: Vec<String> = told.said.iter().map(|said| paragraph(said, "", "")).collect();
    Message {
        subject: heading::subject(&told.headline),
        text: format!("{}\n{}", paragraph(&told.headline, "", ""), paragraphs.join("\n")),
        data: data(&told, &id),
        chat,
        attributes,
    }
}

fn data(told: &Told<'_>, id: &str) -> Value {
    let mut data = json!({
        "version": 1,
        "kind": told.kind,
        "id": id,
        "suite": told.suite.suite,
        "verdict": told.verdict,
        "severity": told.severity,
        "changed": true,
        "headline": told.headline,
        "silence": {"since": iso(told.since), "limit_seconds": told.suite.silence},
    });
    if let Some(run) = &told.suite.run {
        data["run"] = json!({"id": run.run, "started": iso(run.started)});
    }
    data
}
