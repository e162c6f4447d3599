//! The messages of tests that ran more than once, as `rebot --merge` writes them.

use domain::results::outcome::{Status, Test};

use crate::robot::status::word;

/// Marks a message as HTML.
const HTML: &str = "*HTML*";

/// The message of a test that ran again.
pub(super) fn rerun(new: &Test, old: &Test, rpa: bool) -> String {
    let header = format!(
        "*HTML* <span class=\"merge\">{} has been re-executed and results merged.</span>",
        if rpa { "Task" } else { "Test" }
    );
    let earlier = match old.message.strip_prefix(&header).and_then(|_| old.message.split_once("<hr>")) {
        Some((_, attempts)) => attempts
            .replace(&status_label("New"), &status_label("Old"))
            .replace(&message_label("New"), &message_label("Old")),
        None => attempt("Old", old),
    };
    format!("{header}<hr>{}<hr>{earlier}", attempt("New", new))
}

/// The message of a test whose rerun was skipped, so that the earlier outcome stands.
pub(super) fn skipped(new: &Test, old: &Test, rpa: bool) -> String {
    let what = if rpa { "Task" } else { "Test" };
    let mut message = format!(
        "*HTML* {what} has been re-executed and results merged. Latter result had {} status and was ignored. \
         Message:\n{}",
        status_text(Status::Skipped),
        html(&new.message)
    );
    if !old.message.is_empty() {
        message += &format!("<hr>Original message:\n{}", html(&old.message));
    }
    message
}

fn attempt(state: &str, test: &Test) -> String {
    let status = format!("{} {}<br>", status_label(state), status_text(test.status));
    if test.message.is_empty() {
        return status;
    }
    format!("{status}{} {}<br>", message_label(state), html(&test.message))
}

fn status_label(state: &str) -> String {
    format!("<span class=\"{}-status\">{state} status:</span>", state.to_lowercase())
}

fn message_label(state: &str) -> String {
    format!("<span class=\"{}-message\">{state} message:</span>", state.to_lowercase())
}

fn status_text(status: Status) -> String {
    let word = word(status);
    format!("<span class=\"{}\">{word}</span>", word.to_lowercase())
}

/// A message as HTML: what is HTML already as it stands, text escaped and with links.
fn html(message: &str) -> String {
    match message.strip_prefix(HTML) {
        Some(html) => html.trim_start().to_owned(),
        None => linked(&message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")),
    }
}

/// Makes links of addresses that stand alone or in brackets, quotes and punctuation.
fn linked(text: &str) -> String {
    if !text.contains("://") {
        return text.to_owned();
    }
    text.split('\n').map(linked_line).collect::<Vec<_>>().join("\n")
}

fn linked_line(line: &str) -> String {
    let mut linked = String::with_capacity(line.len());
    let mut rest = line;
    let mut begins = true;
    while !rest.is_empty() {
        // An address may begin at the start of the line and behind each space.
        let found = if begins { address(rest) } else { None };
        begins = false;
        if let Some((before, address)) = found {
            linked.push_str(&rest[..before]);
            linked += &format!("<a href=\"{}\">{address}</a>", address.replace('"', "&quot;"));
            rest = &rest[before + address.len()..];
        } else {
            let next = rest.find(' ').map_or(rest.len(), |space| space + 1);
            linked.push_str(&rest[..next]);
            rest = &rest[next..];
            begins = true;
        }
    }
    linked
}

/// The address that `text` begins with, after the length of the opening characters before it.
fn address(text: &str) -> Option<(usize, &str)> {
    let closes = |c: char| matches!(c, ')' | ']' | '}' | '"' | '\'' | '.' | ',' | '!' | '?' | ':' | ';' | '|');
    let opened = text.trim_start_matches(['"', '\'', '(', '[', '{']);
    let (scheme, after) = opened.split_once("://")?;
    let mut letters = scheme.chars();
    let first = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
    let others = |c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | ',' | '-' | '.');
    if !first || !letters.all(others) {
        return None;
    }
    let run = after.find(|c: char| c.is_whitespace() || c == '|').unwrap_or(after.len());
    let behind = after[run..].trim_start_matches(closes);
    let first = after.chars().next().filter(|_| run > 0)?.len_utf8();
    let stripped = after[..run].trim_end_matches(closes).len().max(first);
    let length = scheme.len() + "://".len() + stripped;
    (behind.is_empty() || behind.starts_with(' ')).then(|| (text.len() - opened.len(), &opened[..length]))
}
