//! Whether the results of a run answer for everything that was planned.
//!
//! The plan alone says what must be reported. The ledger (it may hold nothing, less, more or something else) and the
//! summaries only say what has happened. A planned file counts as run if two conditions are true: the attempt that
//! the ledger names as its shard's result reports it in a complete output, and no other attempt reports it.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::ids::ShardId;
use crate::evaluation::input::EvaluationInput;
use crate::quality::gates::STOPPED;
use crate::results::summary::Summary;
use crate::run::shard::{Shard, State, is_rerun, origin};
use crate::run::shards::PlannedShard;

/// A part of the plan that nobody answers for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The shard.
    pub shard: ShardId,
    /// Its files that no complete output reports.
    pub files: Vec<String>,
    /// Why, in whole sentences.
    pub why: String,
    /// Whether nothing ever ran it, because the run gave out nothing more.
    pub not_begun: bool,
}

impl Lost {
    /// What is lost and why, in whole sentences.
    pub fn sentence(&self) -> String {
        match self.files.as_slice() {
            [file] => format!("Shard {} with the file {file} is lost. {}", self.shard, self.why),
            files => format!("Shard {} with {} files is lost. {}", self.shard, files.len(), self.why),
        }
    }
}

/// What is lost and why, in whole sentences. What a stopped run did not begin is told once, for it has one reason.
pub fn sentences(lost: &[Lost]) -> Vec<String> {
    let (not_begun, others): (Vec<&Lost>, Vec<&Lost>) = lost.iter().partition(|lost| lost.not_begun);
    others.into_iter().map(Lost::sentence).chain(not_run(&not_begun)).collect()
}

fn not_run(lost: &[&Lost]) -> Option<String> {
    let first = lost.first()?;
    let files: usize = lost.iter().map(|lost| lost.files.len()).sum();
    let what = match (lost, first.files.as_slice()) {
        ([_], [file]) => format!("Shard {} with the file {file}", first.shard),
        ([_], _) => format!("Shard {} with {files} files", first.shard),
        (shards, _) => format!("{} shards with {files} files", shards.len()),
    };
    Some(format!("{what} did not run, because {}", first.why))
}

/// Planned shards, or the part of one, that no attempt answers for.
pub fn lost(input: &EvaluationInput) -> Vec<Lost> {
    input.plan.shards.iter().filter_map(|planned| lost_of(planned, input)).collect()
}

fn lost_of(planned: &PlannedShard, input: &EvaluationInput) -> Option<Lost> {
    let missing = |files: Vec<String>, why: &str| {
        Some(Lost { shard: planned.id.clone(), files, why: why.to_owned(), not_begun: false })
    };
    let all = || planned.files.clone();
    let mut entries = input.evidence.shards.iter().filter(|shard| shard.id == planned.id);
    let (entry, others) = (entries.next(), entries.count());
    let Some(entry) = entry.filter(|_| others == 0) else {
        return missing(all(), "The ledger does not hold it exactly once.");
    };
    if let (true, Some(reason)) = (is_untouched(entry), &input.evidence.stopped) {
        let why = format!("the run was stopped: {}", without_end(reason));
        return Some(Lost { shard: planned.id.clone(), files: all(), why, not_begun: true });
    }
    let summary = match counted(entry, &input.firsts) {
        Ok(summary) => summary,
        Err(why) => return missing(all(), why),
    };
    let reported: BTreeSet<&str> = summary.reported.iter().map(String::as_str).collect();
    let left: Vec<String> = planned.files.iter().filter(|file| !reported.contains(file.as_str())).cloned().collect();
    match left.is_empty() {
        true => None,
        false => missing(left, "They were planned, and no complete output reports them."),
    }
}

/// Whether no environment ever took it.
fn is_untouched(shard: &Shard) -> bool {
    shard.state == State::Queued && shard.losses.is_empty()
}

/// The reason as a sentence, without what a stop gate says of the run.
fn without_end(reason: &str) -> String {
    let reason = reason.strip_suffix(STOPPED).unwrap_or(reason).trim_end();
    let end = if reason.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{reason}{end}")
}

/// The summary of the attempt that counts for a shard, or why there is none.
fn counted<'a>(shard: &'a Shard, summaries: &'a [Summary]) -> Result<&'a Summary, &'a str> {
    let (State::Done, Some(result)) = (shard.state, shard.result) else {
        return Err(shard.losses.last().map_or("No environment took it.", |loss| &loss.reason));
    };
    let mut own = summaries.iter().filter(|summary| summary.shard == shard.id);
    match (own.next(), own.next()) {
        (Some(summary), None) if summary.attempt == result && summary.complete => Ok(summary),
        (Some(_), None) => Err("Its summary is not that of a complete attempt that the ledger names."),
        (Some(_), Some(_)) => Err("It has more than one summary."),
        (None, _) => Err("Its summary is missing."),
    }
}

/// Results that the plan does not explain, each as a whole sentence. They make a run inconclusive, too: a test that
/// counts twice or for another one says nothing.
pub fn unexplained(input: &EvaluationInput) -> Vec<String> {
    let planned: BTreeMap<&str, &PlannedShard> =
        input.plan.shards.iter().map(|shard| (shard.id.as_str(), shard)).collect();
    let files: BTreeSet<&str> = planned.values().flat_map(|shard| &shard.files).map(String::as_str).collect();
    let of = |summary: &Summary| unexplained_by(summary, planned.get(origin(&summary.shard)).copied(), &files);
    let firsts = input.firsts.iter().flat_map(|summary| match is_rerun(&summary.shard) {
        true => vec![format!("The rerun {} counts as a planned shard.", summary.shard)],
        false => of(summary),
    });
    let reruns = input.reruns.iter().flat_map(|summary| match (is_rerun(&summary.shard), summary.complete) {
        (true, true) => of(summary),
        (true, false) => vec![format!("The rerun {} counts and is not complete.", summary.shard)],
        (false, _) => vec![format!("Shard {} counts as a rerun.", summary.shard)],
    });
    firsts.chain(reruns).chain(mixed(input)).collect()
}

/// Tests in one shard and tasks in another: Robot Framework refuses them in one run ("Conflicting execution modes"), so
/// no number of environments may accept them.
fn mixed(input: &EvaluationInput) -> Option<String> {
    let all = || input.firsts.iter().chain(&input.reruns);
    let first = |rpa: bool| all().find(|summary| summary.rpa == rpa && !summary.root.found().is_empty());
    let (tests, tasks) = (first(false)?, first(true)?);
    Some(format!(
        "Shard {} ran tests and shard {} ran tasks, which Robot Framework refuses in one run. Make two packages of them, \
         or write arguments = [\"--norpa\"] or [\"--rpa\"] below [robot].",
        tests.shard, tasks.shard
    ))
}

fn unexplained_by(summary: &Summary, planned: Option<&PlannedShard>, all: &BTreeSet<&str>) -> Vec<String> {
    let Some(planned) = planned else {
        return vec![format!("Shard {} was not planned, and there are results of it.", summary.shard)];
    };
    let files: BTreeSet<&str> = planned.files.iter().map(String::as_str).collect();
    let found = summary.root.found();
    // A test without a file, such as one that a modifier made, counts for itself and answers for no file.
    let tested = found.iter().map(|test| test.id.file.as_str()).filter(|file| !file.is_empty());
    let reported = summary.reported.iter().map(String::as_str).filter(|file| all.contains(file));
    let others: BTreeSet<&str> = tested.chain(reported).filter(|file| !files.contains(file)).collect();
    others.iter().map(|file| format!("Shard {} reports {file}, which it was not to run.", summary.shard)).collect()
}

#[cfg(test)]
mod tests;
