//! The messages of a scheduled suite that became stale, and of its return.

use serde_json::{Value, json};

use super::text::{moment, paragraph};
use super::{Message, attributes, chat, heading};
use crate::base::duration;
use crate::base::time::Time;
use crate::notify::staleness::{News, Scheduled};
use crate::run::status::Status;

/// The message of a scheduled suite of which there is news.
pub fn staleness(suite: &Scheduled, news: News) -> Message {
    match news {
        News::Stale(since) => stale(suite, since),
        News::Back => back(suite),
    }
}

fn stale(suite: &Scheduled, since: Time) -> Message {
    let name = &suite.suite;
    let limit = duration::show(suite.stale_after as f64);
    let last = match (&suite.run, suite.verdict) {
        (Some(run), Some(verdict)) => {
            format!("The last one {}, {} (run {}).", word(verdict).0, moment(since), run.run)
        }
        _ => format!("No scheduled run has had a verdict since the first one started, {}.", moment(since)),
    };
    let said = [
        format!("No scheduled run of {name} has had a verdict for more than {limit}. {last}"),
        "Look whether its schedule still starts runs, and how those end: one that ends by an error has no verdict."
            .to_owned(),
        format!(
            "This message is sent once. You get another one when {name} has a verdict again. The key stale_after in its \
             qaops.toml sets the limit."
        ),
    ];
    message(Told {
        suite,
        kind: "stale",
        since,
        headline: format!("{name} is stale: no verdict for {limit}"),
        verdict: "stale",
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
    let said = [format!("It was stale since {}. Now it has a verdict again: it {told}{run}.", moment(since))];
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
    since: Time,
    headline: String,
    verdict: &'a str,
    severity: &'a str,
    sign: &'a str,
    said: &'a [String],
}

fn message(told: Told<'_>) -> Message {
    let name = &told.suite.suite;
    let id = format!("{}/{}/{}", told.kind, name, told.since.seconds());
    let attributes = attributes(told.kind, name, told.verdict, told.severity, "true");
    let chat = chat::form(&chat::Note {
        id: &id,
        title: &format!("{} {}", told.sign, chat::plain(&told.headline)),
        description: &told.said.iter().map(|said| chat::plain(said)).collect::<Vec<_>>(),
        next: None,
        thread: &format!("{name}/stale/{}", told.since.seconds()),
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
        "staleness": {"since": told.since.rfc3339(), "limit_seconds": told.suite.stale_after},
    });
    if let Some(run) = &told.suite.run {
        data["run"] = json!({"id": run.run, "started": run.started.rfc3339()});
    }
    data
}
