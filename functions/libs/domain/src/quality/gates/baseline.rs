//! What a run leaves as a baseline.

use std::collections::{BTreeMap, BTreeSet};

use super::{Gate, read_by};
use crate::base::ids::RunId;
use crate::quality::baseline::BaselineFigures;
use crate::quality::metrics::{JUNIT, Metric, Metrics, SOURCE};

/// What the run `run` with these gates and figures leaves.
pub fn baseline_of(run: &RunId, gates: &[Gate], metrics: &Metrics<'_>) -> BaselineFigures {
    let strict = metrics.counting_quarantined();
    let plain = |name: &str| strict.names(&Metric::plain(name));
    let junit = |name: &str| strict.names(&Metric::plain(name).with_label(SOURCE, JUNIT));
    let set = |names: BTreeMap<String, u64>| names.into_keys().collect::<BTreeSet<String>>();
    let told = metrics.told().into_iter().map(|metric| (metric.to_string(), metrics.samples(&metric)));
    let read = gates.iter().map(|gate| (gate.key(), gate.figures(metrics).samples(&gate.metric)));
    BaselineFigures {
        run: run.to_owned(),
        metrics: metrics.figures().into_iter().chain(read_by(gates, metrics)).collect(),
        samples: told.chain(read).filter_map(|(key, samples)| Some((key, samples?))).collect(),
        failed: plain("tests.failed").map(set).unwrap_or_default(),
        flaky: plain("tests.flaky").map(set).unwrap_or_default(),
        quarantined: metrics.excused(),
        findings: plain("vulnerabilities"),
        failed_cases: junit("tests.failed").map(set),
        flaky_cases: junit("tests.flaky").map(set),
    }
}

#[cfg(test)]
mod tests;
