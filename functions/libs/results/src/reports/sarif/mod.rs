//! Results of scanners and linters in the Static Analysis Results Interchange Format (SARIF) 2.1.0.
//!
//! # What counts
//! A result of kind `fail` (also the default), `open` or `review`, as nobody has cleared it; one of kind `pass`,
//! `notApplicable` or `informational` does not. A suppressed result does not count: one with suppressions none of
//! which is rejected or under review (§3.27.23; a suppression without a status is accepted). A result whose
//! `baselineState` is `absent` is gone and does not count. sarif-tools counts all of these; we follow the standard.
//!
//! # A scan that tells nothing
//! A run whose `results` are absent or null did not scan (§3.14.23), and GitHub refuses it. A run with an invocation whose
//! `executionSuccessful` is false broke off (§3.20.14). The number of findings is then not known: those that are there
//! are the least.
//!
//! # Severity
//! A `security-severity` of the result or its rule has the bands that GitHub documents; tools that write a word there,
//! as Semgrep's rules do, mean the word. A score of 0 or beyond 10 says nothing, as on GitHub. Without one the level
//! counts, found as §3.27.10 has it: error is high, warning is medium, note is low (the mapping that DefectDojo
//! has too), and none is unknown. There is no level for critical. A level, a kind or a `security-severity` that the standard
//! does not have leaves the severity of its result unknown, and the result counts. A suppression with a status of
//! that sort is not one that was accepted.
//!
//! # One finding
//! A result is one finding however many locations it has. It is told from others of its rule by file and place: the
//! fingerprint of its line where there is one, as on GitHub, so that a finding whose line moves stays the same, else
//! line and column. Other fingerprints are not used: Semgrep without an account writes the same for all. Results at
//! one place with different messages are different findings.
//! Trivy and Grype scan packages and tell them in the text; their findings have the package's name and version
//! instead of a place, so that they join with those of other reports.

mod log;
mod packages;
mod place;
mod rules;

use domain::quality::reports::{Finding, Report, Risk, Unknown};

use self::log::{ExternalResults, Log, Rule, Run, SarifResult};
use self::place::Places;
use self::rules::Rules;
use super::error::Error;
use super::findings::{self, Draft};
use super::json::{Document, Top};
use super::loose::List;
use super::notes::{Book, is_not};
use super::numbers;
use crate::input::Refusal;

pub(super) fn looks_like(top: &Top) -> bool {
    top.object().is_some_and(|keys| keys.has("runs"))
}

pub(super) fn read(document: &Document, book: &mut Book) -> Result<Report, Error> {
    // Before anything is made of the rest: other versions have other shapes.
    let version = document.top().object().and_then(|keys| keys.text("version")).unwrap_or_default();
    if !version.starts_with("2.1.0") {
        return Err(Error::at_key("version", Refusal::value("version of SARIF", version)));
    }
    let log: Log = document.parsed()?;
    let mut places = Places::default();
    let mut found = Vec::new();
    findings::note_strange(&log.runs, "runs", book);
    if log.runs.is_empty() {
        book.bad("runs", "no run, so nothing was scanned", Unknown::Findings);
    }
    for (at, run) in log.runs.numbered() {
        found.extend(of_run(run, &format!("runs[{at}]"), &mut places, book)?);
    }
    Ok(findings::report(found))
}

fn of_run(run: &Run, path: &str, places: &mut Places, book: &mut Book) -> Result<Vec<Finding>, Error> {
    let here = |reason| Error::at_key(path, reason);
    if !run.external.as_ref().is_none_or(ExternalResults::is_empty) {
        return Err(here(Refusal::Unsupported("a run with its results in other files")));
    }
    let failed = run.invocations.entries().iter().any(|invocation| invocation.successful == Some(false));
    match (failed, &run.results) {
        (true, None) => return Err(here(Refusal::Shape("the tool failed and gave no results".to_owned()))),
        (true, Some(_)) => {
            book.bad(path, "the tool did not come to its end: executionSuccessful is false", Unknown::Findings)
        }
        (false, None) => book.bad(path, "a run without results, so nothing was scanned", Unknown::Findings),
        (false, Some(_)) => {}
    }
    let rules = Rules::of(run);
    let mut found = Vec::new();
    let path = format!("{path}.results");
    run.results.iter().for_each(|results| findings::note_strange(results, &path, book));
    for (at, result) in run.results.iter().flat_map(List::numbered).filter(|(_, result)| counts(result)) {
        let finding = of_result(run, &rules, result).finish(&format!("{path}[{at}]"), book);
        found.extend(finding.and_then(|finding| places.told_apart(finding, result)));
    }
    Ok(found)
}

/// Whether a result tells of something that is wrong now and that nobody has accepted.
fn counts(result: &SarifResult) -> bool {
    let is_cleared = matches!(result.kind.as_deref(), Some("pass" | "notApplicable" | "informational"));
    let is_gone = result.baseline.as_deref() == Some("absent");
    let suppressions = result.suppressions.entries();
    let is_accepted = |status: Option<&str>| matches!(status, None | Some("accepted"));
    let is_suppressed = !suppressions.is_empty() && suppressions.iter().all(|entry| is_accepted(entry.status()));
    !is_cleared && !is_gone && !is_suppressed
}

fn of_result(run: &Run, rules: &Rules<'_>, result: &SarifResult) -> Draft {
    let rule = rules.of_result(result);
    let id = result.rule_id().or(rule.and_then(|rule| rule.id.as_deref()));
    let told = result.text().or(rule.and_then(|rule| rule.short.as_ref()?.text.as_deref()));
    let severity = severity(rules, result, rule);
    let finding = Finding {
        id: id.unwrap_or(run.tool_name()).to_owned(),
        package: place::file(run, result),
        place: place::within(result),
        severity: severity.clone().unwrap_or_default(),
        fixable: !result.fixes.is_empty(),
        title: findings::title(told.unwrap_or_default()),
        ..Finding::default()
    };
    let mut draft = Draft::of(packages::of_scanner(run.tool_name(), finding, result, rule));
    if let Err(what) = severity {
        draft.unread("severity", what);
    }
    draft
}

/// The severity by the result's or the rule's `security-severity`, or else by the level. An error says what of it cannot be
/// read.
fn severity(rules: &Rules<'_>, result: &SarifResult, rule: Option<&Rule>) -> Result<Risk, String> {
    let bags = [Some(result.properties.as_ref()), rule.map(|rule| rule.properties.as_ref())];
    let told = bags.into_iter().flatten().flatten().filter_map(|bag| bag.severity.as_deref());
    for text in told {
        if let Some(risk) = of_security(text)? {
            return Ok(risk);
        }
    }
    of_level(rules.level(result, rule)?)
}

/// What `security-severity` says; none where it says nothing.
fn of_security(text: &str) -> Result<Option<Risk>, String> {
    let text = text.trim();
    let known = |risk: Option<Risk>| risk.map(Some).ok_or_else(|| is_not("security-severity", text, "a score"));
    match numbers::signed(text) {
        Some(score) => Ok(Risk::of_score(score)),
        None if text.is_empty() => Ok(None),
        None => known(Risk::of_word(text)),
    }
}

fn of_level(level: &str) -> Result<Risk, String> {
    match level {
        "error" => Ok(Risk::High),
        "warning" => Ok(Risk::Medium),
        "note" => Ok(Risk::Low),
        "none" => Ok(Risk::Unknown),
        other => Err(is_not("level", other, "a level")),
    }
}
