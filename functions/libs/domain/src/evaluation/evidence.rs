//! `runs/<run>/evidence.json`: what a run is judged by, written once before it is judged.
//!
//! The run can be judged again, by `evaluate` or by a person with the run's folder. Both read the same evidence and
//! the same inputs, whose digests are here, and come to the same verdict, byte for byte.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::base::ids::{RunId, RunRef, ShardId};
use crate::base::time::Time;
use crate::quality::baseline::BaselineFigures;
use crate::quality::flakiness::Ground;
use crate::quality::history::{FileHistory, FileRun, Outcome, PastRun};
use crate::quality::reports::Kind;
use crate::results::summary::Summary;
use crate::run::shard::Shard;
use crate::run::status::{Environment, LaunchObstacle};

/// What a run is judged by. Paths are below the run's prefix in the artifacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Run's id.
    pub run: RunId,
    /// When it was evaluated.
    pub at: Time,
    /// Shards as the ledger had them, without the secrets of callbacks.
    pub shards: Vec<Shard>,
    /// Environments that were launched.
    pub environments: Vec<Environment>,
    /// What kept EC2 from giving environments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obstacles: Vec<LaunchObstacle>,
    /// Why the run gave out nothing more before its plan was done, if it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// Summaries of the shards that are done, without those of reruns.
    pub firsts: Vec<String>,
    /// Summaries of the shards of reruns that are done.
    pub reruns: Vec<String>,
    /// Summaries of the last attempts at planned shards that have no result: what had ended before they were stopped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partials: Vec<String>,
    /// Reports of other tools.
    pub reports: Vec<ReportFile>,
    /// What the pinned baseline left; none where there is no baseline, or its verdict is no longer kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineFigures>,
    /// The last runs of the same suite and branch, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<PastRun>,
    /// What earlier runs say of tests, by file and name; only of tests that failed in one of them or in this one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub past: BTreeMap<String, PastTest>,
    /// SHA-256 of every file that is read, by path, in lower case hexadecimal digits.
    pub inputs: BTreeMap<String, String>,
}

/// What the last runs of its file say of a test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastTest {
    /// The run in which it failed first, if it has failed in every run since that ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_failed: Option<RunRef>,
    /// How it ended in each run, the newest last.
    pub outcomes: Vec<PastOutcome>,
}

/// How a test ended in an earlier run, and on what ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastOutcome {
    /// How it ended.
    pub outcome: Outcome,
    /// Commit that was tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Id of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl PastTest {
    /// What `history` says of `test`.
    pub fn of(history: &FileHistory, test: &str) -> Self {
        let first = history.first_failed(test);
        let past = |(outcome, run): (Outcome, &FileRun)| PastOutcome {
            outcome,
            commit: run.commit.clone(),
            image: run.image.clone(),
        };
        Self {
            first_failed: first.map(|first| RunRef { run: first.run.clone(), started: first.started }),
            outcomes: history.outcomes_of(test).into_iter().map(past).collect(),
        }
    }

    /// Whether it ever failed, be it before a rerun passed.
    pub fn ever_failed(&self) -> bool {
        self.outcomes.iter().any(|past| matches!(past.outcome, Outcome::Failed | Outcome::Flaky))
    }

    /// Its outcomes with the ground of each.
    pub fn earlier(&self) -> Vec<(Outcome, Ground<'_>)> {
        self.outcomes.iter().map(|past| (past.outcome, past.ground())).collect()
    }
}

impl PastOutcome {
    fn ground(&self) -> Ground<'_> {
        Ground { commit: self.commit.as_deref(), image: self.image.as_deref() }
    }
}

/// A report of another tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFile {
    /// Kind that the package or the input names it as.
    pub kind: Kind,
    /// Attempt that left it, or the place in S3 that the input names.
    pub origin: String,
    /// Where it lies; none where nobody delivered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why it could not be fetched from its place in S3; a fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
    /// Shard that left it; none where whoever started the run gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<ShardId>,
}

impl Evidence {
    /// The reports that `summaries` left. A kind in `expected` that no attempt left gets an entry without a path.
    pub fn reports_of(summaries: &[&Summary], expected: &BTreeMap<String, String>) -> Vec<ReportFile> {
        let left = summaries.iter().flat_map(|summary| {
            let origin = format!("{}-{}", summary.shard, summary.attempt);
            let known = summary.reports.iter().filter_map(|(kind, path)| Some((Kind::from_str(kind).ok()?, path)));
            known.map(move |(kind, path)| ReportFile {
                kind,
                origin: origin.clone(),
                path: Some(path.clone()),
                unavailable: None,
                shard: Some(summary.shard.clone()),
            })
        });
        let mut reports: Vec<ReportFile> = left.collect();
        for (kind, path) in expected.iter().filter_map(|(kind, path)| Some((Kind::from_str(kind).ok()?, path))) {
            if reports.iter().all(|report| report.kind != kind) {
                reports.push(ReportFile { kind, origin: path.clone(), path: None, unavailable: None, shard: None });
            }
        }
        reports
    }
}
