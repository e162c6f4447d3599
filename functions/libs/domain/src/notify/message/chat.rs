//! The form for chats, by `schemas/chat.schema.json`: a custom notification of Amazon Q Developer in chat applications.
//!
//! Slack and Teams write links differently, so addresses stand there bare. The messages of one row of failures share a
//! thread, which the run that fixes it closes.

use serde_json::{Map, Value, json};

use super::text::line;
use super::{Ending, Story, heading};
use crate::base::ids::RunRef;
use crate::notify::trend::Trend;

/// So many entries of each list stand in a chat.
const ENTRIES: usize = 5;
/// Longest sentence or name, in characters.
const LONGEST: usize = 200;
/// Longest description, in characters.
const DESCRIPTION: usize = 8_000;
/// Longest address, in characters: one of a session's credentials has some 1,500.
const ADDRESS: usize = 2_500;

/// What a chat is told.
pub(super) struct Note<'a> {
    /// The same for a message that is sent twice.
    pub(super) id: &'a str,
    /// One line.
    pub(super) title: &'a str,
    /// Lines, in the chat's markdown.
    pub(super) description: &'a [String],
    /// What a reader may do.
    pub(super) next: Option<String>,
    /// The id of the thread that related messages share.
    pub(super) thread: &'a str,
    /// Words and values for machines behind the chat: the message's attributes.
    pub(super) context: &'a std::collections::BTreeMap<String, String>,
    /// Where the results are.
    pub(super) results: Option<&'a str>,
}

/// A note in the form of the schema.
pub(super) fn form(note: &Note<'_>) -> Value {
    let words = ["suite", "branch", "verdict"].into_iter().filter_map(|name| note.context.get(name));
    let keywords: Vec<String> = words.map(|word| line(&plain(word), 75)).collect();
    let mut content = json!({
        "textType": "client-markdown",
        "title": line(note.title, 200),
        "description": cut(&note.description.join("\n")),
        "keywords": keywords,
    });
    if let Some(next) = &note.next {
        content["nextSteps"] = json!([line(next, 300)]);
    }
    let context: Map<String, Value> =
        note.context.iter().map(|(name, value)| (name.clone(), json!(line(value, 300)))).collect();
    let mut metadata = json!({
        "threadId": line(note.thread, 250),
        "summary": line(note.title, 200),
        "eventType": format!("qaops.{}", note.context.get("kind").map_or("run", String::as_str)),
        "additionalContext": context,
    });
    if let Some(results) = note.results {
        metadata["relatedResources"] = json!([line(results, 300)]);
    }
    json!({"version": "1.0", "source": "custom", "id": line(note.id, 200), "content": content, "metadata": metadata})
}

/// The form of a run.
pub(super) fn chat(story: &Story<'_>) -> Value {
    let facts = story.facts;
    let title = format!("{} {}", sign(story), plain(&heading::headline(story)));
    let mut context = story.attributes();
    context.insert("run".to_owned(), facts.run.run.to_string());
    form(&Note {
        id: &facts.run.run,
        title: &title,
        description: &description(story),
        next: next(story),
        thread: &thread(story),
        context: &context,
        results: Some(&facts.links.results),
    })
}

fn sign(story: &Story<'_>) -> &'static str {
    match (&story.facts.ending.severity(), &story.trend) {
        (&"none", _) => "✅",
        (&"warn", _) | (_, Trend::Untold { .. }) => "⚠️",
        _ => "❌",
    }
}

fn description(story: &Story<'_>) -> Vec<String> {
    let mut lines: Vec<String> = heading::since(story).iter().map(|since| plain(since)).collect();
    match &story.facts.ending {
        Ending::Evaluation(evaluation) => {
            let warnings = story.facts.ending.warnings();
            list(&mut lines, &evaluation.reasons, |reason| plain(&line(reason, LONGEST)));
            list(&mut lines, &evaluation.failed, |test| code(&line(&test.id.label(), LONGEST)));
            list(&mut lines, &warnings, |gate| format!("Warning: {}", plain(&line(&gate.why, LONGEST))));
        }
        Ending::Error(failure) => lines.push(plain(&line(&failure.cause, 1_000))),
    }
    let links = story.facts.links;
    let is_error = matches!(story.facts.ending, Ending::Error(_));
    let report = links.report.as_ref().map(|report| report.address.clone());
    let execution = links.execution.clone().filter(|_| is_error);
    let console = links.console.clone();
    let named = [("Report", report), ("Run", execution), ("Results", console)];
    let named = named.into_iter().filter_map(|(name, address)| Some((name, address?)));
    lines.extend(
        named.filter(|(_, address)| address.len() <= ADDRESS).map(|(name, address)| format!("{name}: {address}")),
    );
    if lines.is_empty() {
        lines.push(plain(&story.facts.links.results));
    }
    lines
}

fn list<T>(lines: &mut Vec<String>, all: &[T], entry: impl Fn(&T) -> String) {
    lines.extend(all.iter().take(ENTRIES).map(|one| format!("• {}", entry(one))));
    if all.len() > ENTRIES {
        lines.push(format!("and {} more", all.len() - ENTRIES));
    }
}

fn next(story: &Story<'_>) -> Option<String> {
    Some(match (&story.trend, &story.facts.ending) {
        (_, Ending::Error(_)) => "Fix what the error names, and start the run again.".to_owned(),
        (Trend::Untold { .. }, _) => "Start the run again: lost work says nothing about the build.".to_owned(),
        (Trend::FirstFailure { passed: Some(RunRef { run, .. }) }, _) => {
            format!("Look at what changed since run {}, which passed.", plain(run))
        }
        (Trend::StillFailing { since: RunRef { run, .. }, .. }, _) => {
            format!("Look at run {}, which failed first.", plain(run))
        }
        _ => return None,
    })
}

fn thread(story: &Story<'_>) -> String {
    let first = match &story.trend {
        Trend::StillFailing { since, .. } | Trend::Fixed { since, .. } => &since.run,
        _ => &story.facts.run.run,
    };
    format!("{}/{}/{first}", story.suite, story.branch.as_deref().unwrap_or("-"))
}

/// A text from outside, changed so that nothing in it is markdown, a link or a mention of somebody.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => plain.push('‹'),
            '>' => plain.push('›'),
            '`' => plain.push('\''),
            '*' => plain.push('∗'),
            '~' => plain.push('∼'),
            '[' => plain.push('⟦'),
            ']' => plain.push('⟧'),
            // Nobody sees the mark, and no chat finds a name after it.
            '@' => plain.push_str("@\u{2060}"),
            _ => plain.push(sign),
        }
    }
    plain
}

fn code(text: &str) -> String {
    format!("`{}`", plain(text))
}

fn cut(description: &str) -> String {
    let most = description.char_indices().nth(DESCRIPTION);
    most.map_or(description, |(end, _)| &description[..end]).to_owned()
}
