//! The form for machines, by `schemas/message.schema.json`.

use serde_json::{Map, Value, json};

use super::text::{line, lines};
use super::{Ending, Links, Story, heading};
use crate::base::ids::RunRef;
use crate::evaluation::evaluate::Evaluation;
use crate::notify::trend::Trend;

/// Longest name or sentence, in characters.
const LONGEST: usize = 500;
/// Longest cause of an error, in characters.
const CAUSE: usize = 4_000;

/// The form of a run with at most `entries` of each list.
pub(super) fn data(story: &Story<'_>, entries: usize) -> Value {
    let facts = story.facts;
    let mut data = json!({
        "version": 1,
        "kind": "run",
        "id": facts.run.run,
        "suite": story.suite,
        "verdict": facts.ending.word(),
        "severity": facts.ending.severity(),
        "changed": story.changed,
        "headline": heading::headline(story),
        "run": run(facts.run),
        "trend": trend(&story.trend),
        "links": links(facts.links),
    });
    let mut lists = Lists { entries, left_out: Map::new() };
    let labels = facts.labels.iter().map(|(name, value)| (line(name, 128), line(value, 256)));
    data["labels"] = Value::Object(labels.take(entries).map(|(name, value)| (name, Value::String(value))).collect());
    lists.note("labels", facts.labels.len());
    if let Some(branch) = &story.branch {
        data["branch"] = json!(branch);
    }
    match facts.ending {
        Ending::Evaluation(evaluation) => judged_part(story, evaluation, &mut data, &mut lists),
        Ending::Error(failure) => {
            data["error"] = json!({"error": line(&failure.error, LONGEST), "cause": lines(&failure.cause, CAUSE)});
        }
    }
    if !lists.left_out.is_empty() {
        data["left_out"] = Value::Object(lists.left_out);
    }
    data
}

/// Cuts lists to a number of entries and remembers what was left out.
struct Lists {
    entries: usize,
    left_out: Map<String, Value>,
}

impl Lists {
    fn list<T>(&mut self, name: &str, all: &[T], entry: impl Fn(&T) -> Value) -> Value {
        self.note(name, all.len());
        all.iter().take(self.entries).map(entry).collect()
    }

    fn note(&mut self, name: &str, all: usize) {
        if all > self.entries {
            self.left_out.insert(name.to_owned(), json!(all - self.entries));
        }
    }
}

fn judged_part(story: &Story<'_>, evaluation: &Evaluation, data: &mut Value, lists: &mut Lists) {
    let text = |text: &String| Value::String(line(text, LONGEST));
    data["seconds"] = json!(evaluation.seconds.max(0.0));
    data["tests"] = json!(evaluation.tests);
    data["reasons"] = lists.list("reasons", &evaluation.reasons, text);
    data["gates"] = lists.list("gates", &story.facts.ending.open_gates(), |gate| {
        let mut told = json!({"gate": line(&gate.gate, LONGEST), "severity": gate.severity, "state": gate.state,
                              "why": line(&gate.why, LONGEST)});
        if let Some(value) = &gate.value {
            told["value"] = json!(value.text);
        }
        told
    });
    data["failed"] = lists.list("failed", &evaluation.failed, |test| {
        let mut told = json!({"name": line(&test.id.label(), LONGEST), "message": line(&test.message, LONGEST),
                              "class": test.class, "quarantined": test.quarantined});
        if let Some(since) = &test.since {
            told["since"] = run(since);
        }
        told
    });
    data["remarks"] = lists.list("remarks", &evaluation.remarks, text);
    data["flaky"] = lists.list("flaky", &evaluation.flaky, |test| Value::String(line(&test.label(), LONGEST)));
}

fn run(run: &RunRef) -> Value {
    json!({"id": run.run, "started": run.started.rfc3339()})
}

fn trend(trend: &Trend) -> Value {
    let mut told = match trend {
        Trend::Steady => json!({"kind": "steady"}),
        Trend::FirstFailure { passed } => json!({"kind": "first_failure", "passed": passed.as_ref().map(run)}),
        Trend::StillFailing { since, runs, or_longer } => {
            json!({"kind": "still_failing", "since": run(since), "runs": runs, "or_longer": or_longer})
        }
        Trend::Fixed { since, runs, or_longer } => {
            json!({"kind": "fixed", "since": run(since), "runs": runs, "or_longer": or_longer})
        }
        Trend::Untold { runs, last, status } => {
            json!({"kind": "untold", "runs": runs, "last": last.as_ref().map(run), "status": status})
        }
    };
    without_nulls(&mut told);
    told
}

fn links(links: &Links) -> Value {
    let mut told = json!({
        "results": links.results,
        "report": links.report.as_ref().map(|report| &report.address),
        "report_seconds": links.report.as_ref().and_then(|report| report.seconds),
        "console": links.console,
        "execution": links.execution,
    });
    without_nulls(&mut told);
    told
}

fn without_nulls(value: &mut Value) {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
}
