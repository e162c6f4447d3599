//! The series of a load test, by the names that gates write.

use std::collections::BTreeMap;

use domain::reports::{Series, Share, series_name};

/// Adds a series under the word for its name.
///
/// Two names may become the same word. Their series are joined then, so that neither is lost to a gate: counts and
/// rates per second are summed, shares are weighted by the counts where both are known, and of everything else the
/// worse counts, because percentiles of two series do not tell that of both.
pub(super) fn add(all: &mut BTreeMap<String, Series>, name: &str, series: Series) {
    match all.entry(series_name(name)) {
        std::collections::btree_map::Entry::Vacant(free) => drop(free.insert(series)),
        std::collections::btree_map::Entry::Occupied(mut taken) => {
            let both = joined(*taken.get(), series);
            taken.insert(both);
        }
    }
}

fn joined(a: Series, b: Series) -> Series {
    let sum = |a: Option<f64>, b: Option<f64>| with(a, b, |a, b| a + b);
    let max = |a, b| with(a, b, f64::max);
    let share = |of: fn(&Series) -> Option<f64>, worse: fn(f64, f64) -> f64| match (a.count, b.count) {
        (Some(m), Some(n)) if m + n > 0.0 => with(of(&a), of(&b), |x, y| (x * m + y * n) / (m + n)),
        _ => with(of(&a), of(&b), worse),
    };
    Series {
        p50: max(a.p50, b.p50),
        p90: max(a.p90, b.p90),
        p95: max(a.p95, b.p95),
        p99: max(a.p99, b.p99),
        avg: max(a.avg, b.avg),
        max: max(a.max, b.max),
        rate: sum(a.rate, b.rate),
        error_rate: share(|series| series.error_rate, f64::max),
        pass_rate: share(|series| series.pass_rate, f64::min),
        count: sum(a.count, b.count),
        thresholds: match (a.thresholds, b.thresholds) {
            (Some(a), Some(b)) => Some(Share { covered: a.covered + b.covered, all: a.all + b.all }),
            (a, b) => a.or(b),
        },
    }
}

fn with(a: Option<f64>, b: Option<f64>, join: impl Fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (a, b) => a.or(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_whose_names_become_the_same_word_are_joined() {
        let mut all = BTreeMap::new();
        let thresholds = Some(Share { covered: 1, all: 2 });
        let some =
            Series { p95: Some(2.0), count: Some(30.0), error_rate: Some(10.0), thresholds, ..Series::default() };
        let others = Series { p95: Some(1.0), count: Some(10.0), error_rate: Some(50.0), rate: Some(3.0), ..some };
        add(&mut all, "GET /a", some);
        add(&mut all, "GET a", others);
        let thresholds = Some(Share { covered: 2, all: 4 });
        let both = Series { count: Some(40.0), error_rate: Some(20.0), rate: Some(3.0), thresholds, ..some };
        assert_eq!(all, BTreeMap::from([("GET_a".to_owned(), both)]));
    }
}
