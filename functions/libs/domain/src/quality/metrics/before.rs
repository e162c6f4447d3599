//! The countable things of the baseline.

use std::collections::{BTreeMap, BTreeSet};

use super::Metric;
use crate::quality::baseline::BaselineFigures;

/// Names of the things that a countable metric counted, with how many there were; none where it is not known.
/// A test that was in quarantine counts as one that did not fail, so that its failure is new when the
/// quarantine is over, unless `strict` has the quarantine count for nothing.
pub(super) fn names(baseline: &BaselineFigures, metric: &Metric, strict: bool) -> Option<BTreeMap<String, u64>> {
    let one = |name: &String| (name.clone(), 1);
    let tests = |names: &BTreeSet<String>| {
        names.iter().filter(|name| strict || !baseline.quarantined.contains(*name)).map(one).collect()
    };
    match (metric.name.as_str(), metric.is_junit()) {
        ("tests.failed", false) => Some(tests(&baseline.failed)),
        ("tests.flaky", false) => Some(tests(&baseline.flaky)),
        ("tests.failed", true) => Some(baseline.failed_cases.as_ref()?.iter().map(one).collect()),
        ("tests.flaky", true) => Some(baseline.flaky_cases.as_ref()?.iter().map(one).collect()),
        ("vulnerabilities", _) => baseline.findings.clone(),
        _ => None,
    }
}
