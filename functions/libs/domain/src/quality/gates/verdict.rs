//! The verdict of a run.

use serde::{Deserialize, Serialize};

use super::{GateOutcome, Severity, State};

/// How a run is judged, from best to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything was reported and every error gate holds.
    Passed,
    #[default]
    /// Work was lost, or the figure of an error gate or a stop gate is missing: nobody can tell.
    Inconclusive,
    /// An error gate does not hold.
    Failed,
}

/// A verdict and what led to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// How the run is judged.
    pub verdict: Verdict,
    /// Whole sentences; empty for a run that passed.
    pub reasons: Vec<String>,
}

/// Judges a run by its gates and by the work that was lost, each a whole sentence.
///
/// Lost work makes a run inconclusive, because what is missing might change any figure. One thing it cannot change: a
/// gate that is broken for good, such as `tests.failed == 0` when a test did fail. Such a run has failed, with or
/// without lost work, so that people look at the failure and do not start the run again. The same is so for a stop
/// gate whose condition was met: the run was cut short on purpose.
pub fn judge(outcomes: &[GateOutcome], lost: &[String]) -> Judgement {
    let broken = |outcome: &&GateOutcome| {
        outcome.severity != Severity::Warn && outcome.state == State::Broken && (lost.is_empty() || outcome.settled)
    };
    let untold = |outcome: &&GateOutcome| outcome.severity != Severity::Warn && outcome.state == State::NoValue;
    let broken: Vec<&GateOutcome> = outcomes.iter().filter(broken).collect();
    let untold: Vec<&GateOutcome> = outcomes.iter().filter(untold).collect();
    let verdict = match (broken.is_empty(), lost.is_empty() && untold.is_empty()) {
        (false, _) => Verdict::Failed,
        (true, false) => Verdict::Inconclusive,
        (true, true) => Verdict::Passed,
    };
    let why = |outcome: &&GateOutcome| outcome.why.clone();
    let reasons = broken.iter().map(why).chain(lost.iter().cloned()).chain(untold.iter().map(why)).collect();
    Judgement { verdict, reasons }
}
