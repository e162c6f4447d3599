//! Cutting a run's suite files into shards.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::ids::ShardId;

/// A shard shorter than this costs more in starting `robot` than it brings in parallel work.
const LEAST_SHARD_SECONDS: f64 = 20.0;
/// So many shards for each environment let a late or lost one cost little.
const SHARDS_AN_ENVIRONMENT: usize = 4;
/// What a file is taken to need when nothing is known of any file: equal weights, and half a shard worth starting.
const UNKNOWN_FILE_SECONDS: f64 = 10.0;

/// A shard as planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedShard {
    /// Four digits, counted from `0001`; the longest shard is the first.
    pub id: ShardId,
    /// Suite files below the package's root.
    pub files: Vec<String>,
    /// Seconds that `robot` is expected to need.
    pub expected_seconds: f64,
}

/// Packs `files` into shards for `environments`, longest first.
///
/// `history` holds the median seconds of files that ran before; an unknown file counts as the median of the
/// known ones. Each file goes to the shard that is shortest so far, longest files first (LPT), so the longest
/// shard is at most a third longer than the best possible. There are four shards for each environment, or as few as
/// leave each one 20 s, but one for each environment in any case.
pub fn pack(files: &[String], history: &BTreeMap<String, f64>, environments: usize) -> Vec<PlannedShard> {
    let mut weighted = weigh(files, history);
    weighted.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
    let mut bins: Vec<(f64, Vec<String>)> = vec![(0.0, Vec::new()); shard_count(&weighted, environments)];
    for (file, seconds) in weighted {
        if let Some(bin) = bins.iter_mut().min_by(|(x, _), (y, _)| x.total_cmp(y)) {
            bin.0 += seconds;
            bin.1.push(file);
        }
    }
    bins.retain(|(_, files)| !files.is_empty());
    bins.sort_by(|(x, a), (y, b)| y.total_cmp(x).then_with(|| a.cmp(b)));
    bins.into_iter().zip(1..).map(|((expected_seconds, files), n)| planned(n, files, expected_seconds)).collect()
}

fn planned(n: usize, mut files: Vec<String>, expected_seconds: f64) -> PlannedShard {
    files.sort();
    PlannedShard { id: format!("{n:04}").into(), files, expected_seconds }
}

fn weigh(files: &[String], history: &BTreeMap<String, f64>) -> Vec<(String, f64)> {
    let known: Vec<f64> = files.iter().filter_map(|file| history.get(file)).copied().collect();
    let unknown = median(&known).unwrap_or(UNKNOWN_FILE_SECONDS);
    files.iter().map(|file| (file.clone(), history.get(file).copied().unwrap_or(unknown).max(0.0))).collect()
}

fn shard_count(weighted: &[(String, f64)], environments: usize) -> usize {
    let wanted = environments.saturating_mul(SHARDS_AN_ENVIRONMENT).clamp(1, weighted.len().max(1));
    let total: f64 = weighted.iter().map(|(_, seconds)| seconds).sum();
    // An environment without any shard would be launched for nothing, so each gets one even of short shards.
    let worthwhile = (total / LEAST_SHARD_SECONDS).floor() as usize;
    wanted.min(worthwhile.max(environments))
}

/// Median of `values`; none of none.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

/// Most environments of a run.
pub const MOST_ENVIRONMENTS: u32 = 500;

/// Environments with which files of `history` and unknown ones may be over in `target` seconds; no more than a run may have.
pub fn environments_for(files: &[String], history: &BTreeMap<String, f64>, target: f64) -> usize {
    let total: f64 = weigh(files, history).iter().map(|(_, seconds)| seconds).sum();
    ((total / target.max(1.0)).ceil() as usize).clamp(1, files.len().clamp(1, MOST_ENVIRONMENTS as usize))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("suite{i:02}.robot")).collect()
    }

    #[test]
    fn unknown_files_make_four_shards_for_each_environment() {
        assert_eq!(pack(&names(60), &BTreeMap::new(), 3).len(), 12);
    }

    #[test]
    fn few_unknown_files_share_shards_but_every_environment_gets_one() {
        assert_eq!(pack(&names(9), &BTreeMap::new(), 3).len(), 4);
        assert_eq!(pack(&names(4), &BTreeMap::new(), 3).len(), 3);
        assert_eq!(pack(&names(2), &BTreeMap::new(), 3).len(), 2);
    }

    #[test]
    fn short_files_are_packed_until_a_shard_is_worth_starting() {
        let history = names(60).into_iter().map(|file| (file, 1.0)).collect();
        let shards = pack(&names(60), &history, 2);
        assert_eq!(shards.len(), 3);
        assert!(shards.iter().all(|shard| shard.expected_seconds >= LEAST_SHARD_SECONDS));
    }

    #[test]
    fn an_unknown_file_counts_as_the_median_of_the_known() {
        let history = BTreeMap::from([("suite00.robot".to_owned(), 30.0), ("suite01.robot".to_owned(), 50.0)]);
        let total: f64 = pack(&names(3), &history, 1).iter().map(|shard| shard.expected_seconds).sum();
        assert!((total - 120.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn every_file_is_in_exactly_one_shard_and_the_longest_comes_first(
            seconds in proptest::collection::vec(proptest::option::of(0.0..500.0f64), 1..80),
            environments in 1usize..20,
        ) {
            let files = names(seconds.len());
            let history = files.iter().cloned().zip(&seconds).filter_map(|(f, s)| s.map(|s| (f, s))).collect();
            let shards = pack(&files, &history, environments);
            let mut packed: Vec<_> = shards.iter().flat_map(|shard| shard.files.clone()).collect();
            packed.sort();
            let mut all = files;
            all.sort();
            prop_assert_eq!(packed, all);
            prop_assert!(shards.windows(2).all(|pair| pair[0].expected_seconds >= pair[1].expected_seconds));
            prop_assert!(shards.len() <= environments * SHARDS_AN_ENVIRONMENT);
        }
    }

    #[test]
    fn a_target_never_takes_more_environments_than_a_run_may_have() {
        let files: Vec<String> = (0..2_000).map(|n| format!("{n}.robot")).collect();
        assert_eq!(environments_for(&files, &BTreeMap::new(), 1.0), MOST_ENVIRONMENTS as usize);
        assert_eq!(environments_for(&files[..3], &BTreeMap::new(), 1.0), 3);
        assert_eq!(environments_for(&[], &BTreeMap::new(), 1.0), 1);
    }
}
