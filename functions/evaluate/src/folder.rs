//! The files of a run in a folder, as they lie below its prefix in the artifacts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use aws::{Artifacts, Ledger};
use domain::base::ids::{Attempt, RunId};
use domain::base::text::with_causes;
use domain::base::time::Time;
use domain::evaluation::evaluate::Evaluation;
use domain::evaluation::evidence::{Evidence, PastTest, ReportFile};
use domain::evaluation::input::EvaluationInput;
use domain::package::plan::Plan;
use domain::quality::baseline::{BaselineFigures, branch_of};
use domain::quality::history::{FileHistory, PastRun};
use domain::quality::reports::Kind;
use domain::results::outcome::Status;
use domain::results::summary::Summary;
use domain::run::keys;
use domain::run::shard::Shard;
use results::digest::digest;
use results::evaluation_input::{self, EVIDENCE, PLAN};

use crate::{Error, results as failed};

/// So many runs of the suite are looked at, those of other branches among them.
const LOOKED_AT: i32 = 150;
/// So many runs are shown beside this one.
const SHOWN: usize = 30;

/// Largest report that is fetched from elsewhere, in bytes: all kinds together fit into half of the function's storage.
const MOST_GIVEN: u64 = 512 << 20;
/// Seconds from the first try after which a report from elsewhere that cannot be had at the moment is judged without.
const GIVEN_PATIENCE: i64 = 15;

/// A run and the folder that its files are brought to.
pub(crate) struct RunFolder<'a> {
    pub(crate) artifacts: &'a Artifacts,
    pub(crate) run: &'a RunId,
    pub(crate) folder: &'a Path,
}

impl RunFolder<'_> {
    /// Brings what the run is judged by. The evidence is written once: a later try reads the first one's.
    ///
    /// `at` is when the state was entered, and `now` the time of this try.
    pub(crate) async fn bring(&self, ledger: &Ledger, at: Time, now: Time) -> Result<(), Error> {
        let evidence = match self.known().await? {
            Some(evidence) => evidence,
            None => self.fix(self.gather(ledger, at, now).await?).await?,
        };
        for path in evidence.inputs.keys() {
            self.fetch(path).await?;
        }
        self.write(EVIDENCE, &evidence)
    }

    /// Reads the files as anyone with the folder would.
    pub(crate) async fn open(&self) -> Result<EvaluationInput, Error> {
        let (folder, run) = (self.folder.to_owned(), self.run.to_owned());
        let read =
            tokio::task::spawn_blocking(move || evaluation_input::read(|path| File::open(folder.join(path)))).await;
        read.map_err(|error| failed(EVIDENCE, error))?.map_err(|source| Error::File { run, source })
    }

    async fn known(&self) -> Result<Option<Evidence>, Error> {
        Ok(self.artifacts.read_json(&keys::evidence(self.run)).await?)
    }

    /// Writes the evidence, or takes that of another try that was first.
    async fn fix(&self, evidence: Evidence) -> Result<Evidence, Error> {
        if self.artifacts.write_json_once(&keys::evidence(self.run), &evidence).await? {
            return Ok(evidence);
        }
        Ok(self.known().await?.unwrap_or(evidence))
    }

    async fn gather(&self, ledger: &Ledger, at: Time, now: Time) -> Result<Evidence, Error> {
        let plan: Option<Plan> = self.artifacts.read_json(&keys::plan(self.run)).await?;
        let plan = plan.ok_or_else(|| Error::UnknownRun(self.run.to_owned()))?;
        let shards = ledger.shards(self.run).await?;
        let environments = ledger.environments(self.run).await?;
        let (reruns, firsts): (Vec<&Shard>, Vec<&Shard>) = shards.iter().partition(|shard| shard.is_rerun());
        let (firsts, reruns) = (self.paths(&firsts), self.paths(&reruns));
        let partials = self.partials(&shards).await?;
        let mut summaries = Vec::new();
        for path in firsts.iter().chain(&reruns) {
            let summary = self.summary(path).await?;
            summaries.push(summary.ok_or_else(|| Error::SummaryMissing(keys::result(self.run, path)))?);
        }
        let mut reports = Evidence::reports_of(&summaries.iter().collect::<Vec<_>>(), &plan.work.reports);
        reports.extend(self.given_reports(&plan, now - at >= GIVEN_PATIENCE).await?);
        let read = reports.iter().filter_map(|report| report.path.clone());
        let paths = firsts.iter().chain(&reruns).chain(&partials).cloned().chain(read).chain([PLAN.to_owned()]);
        let inputs = self.digests(paths.collect()).await?;
        Ok(Evidence {
            run: self.run.to_owned(),
            at,
            shards: shards.iter().map(without_token).collect(),
            baseline: self.baseline(&plan).await?,
            runs: self.runs(ledger, &plan).await?,
            past: past(&ledger.file_histories(&plan.work.suite).await?, &plan, &summaries),
            stopped: ledger.queue(self.run).await?.stopped,
            environments,
            obstacles: ledger.obstacles(self.run).await?,
            firsts,
            reruns,
            partials,
            reports,
            inputs,
        })
    }

    /// The last runs of the suite and branch that ended before this one.
    async fn runs(&self, ledger: &Ledger, plan: &Plan) -> Result<Vec<PastRun>, Error> {
        let runs = ledger.past_runs(&plan.work.suite, LOOKED_AT).await?.into_iter();
        let same = |run: &PastRun| run.id != *self.run && branch_of(&run.labels) == branch_of(&plan.labels);
        Ok(runs.filter(same).take(SHOWN).collect())
    }

    /// What the pinned baseline left, as long as its verdict is kept.
    async fn baseline(&self, plan: &Plan) -> Result<Option<BaselineFigures>, Error> {
        let Some(pinned) = &plan.baseline else { return Ok(None) };
        let evaluation: Option<Evaluation> = self.artifacts.read_json(&keys::verdict(&pinned.run)).await?;
        Ok(evaluation.map(|evaluation| evaluation.left))
    }

    /// Summaries of the last attempts at planned shards that were lost and still left something.
    async fn partials(&self, shards: &[Shard]) -> Result<Vec<String>, Error> {
        let mut partials = Vec::new();
        for shard in shards.iter().filter(|shard| !shard.is_rerun() && shard.result.is_none()) {
            let Some(loss) = shard.losses.last() else { continue };
            let key = keys::summary(self.run, &Attempt { shard: shard.id.clone(), number: loss.attempt });
            let Some(path) = keys::below(self.run, &key) else { continue };
            if self.fetch(path).await?.exists() {
                partials.push(path.to_owned());
            }
        }
        Ok(partials)
    }

    /// A summary by its path, from the folder; none where it is not in the artifacts.
    async fn summary(&self, path: &str) -> Result<Option<Summary>, Error> {
        let file = self.fetch(path).await?;
        if !file.exists() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || Ok(serde_json::from_slice(&std::fs::read(file)?)?));
        let summary: std::io::Result<Summary> = read.await.map_err(|error| failed("evidence.json", error))?;
        summary.map(Some).map_err(|error| failed("evidence.json", error))
    }

    /// Paths of the summaries of the shards that are done, in the order of the shards.
    fn paths(&self, shards: &[&Shard]) -> Vec<String> {
        let attempts =
            shards.iter().filter_map(|shard| Some(Attempt { shard: shard.id.clone(), number: shard.result? }));
        let keys = attempts.map(|attempt| keys::summary(self.run, &attempt));
        keys.filter_map(|key| keys::below(self.run, &key).map(str::to_owned)).collect()
    }

    /// Reports from elsewhere, copied to the run, for their places are not ours to keep.
    async fn given_reports(&self, plan: &Plan, late: bool) -> Result<Vec<ReportFile>, Error> {
        let mut reports = Vec::new();
        for (kind, url) in plan.given_reports.iter().filter_map(|(kind, url)| Some((Kind::from_str(kind).ok()?, url))) {
            let key = keys::given_report(self.run, kind.word());
            let file = self.folder.join("given");
            let (there, unavailable) = match self.artifacts.fetch_from(url, &file, MOST_GIVEN).await {
                Err(error) if late || error.kind == aws::Kind::Refused => (false, Some(with_causes(&error))),
                fetched => (fetched?, None),
            };
            if there {
                self.artifacts.write_file(&key, &file).await?;
            }
            let _ = std::fs::remove_file(&file);
            let path = there.then(|| keys::below(self.run, &key).map(str::to_owned)).flatten();
            reports.push(ReportFile { kind, origin: url.to_string(), path, unavailable, shard: None });
        }
        Ok(reports)
    }

    async fn digests(&self, paths: Vec<String>) -> Result<BTreeMap<String, String>, Error> {
        let mut digests = BTreeMap::new();
        for path in paths {
            let file = self.fetch(&path).await?;
            let sum = tokio::task::spawn_blocking(move || digest(File::open(file)?)).await;
            let sum = sum.map_err(|error| failed(EVIDENCE, error))?.map_err(|error| failed(EVIDENCE, error))?;
            digests.insert(path, sum.sha256);
        }
        Ok(digests)
    }

    /// Brings a file unless it is there; one that is missing is told when it is read.
    async fn fetch(&self, path: &str) -> Result<PathBuf, Error> {
        let file = self.folder.join(path);
        if !file.exists() {
            self.artifacts.fetch(&keys::result(self.run, path), &file).await?;
        }
        Ok(file)
    }

    fn write(&self, path: &'static str, evidence: &Evidence) -> Result<(), Error> {
        let bytes = serde_json::to_vec(evidence).map_err(|error| failed(path, error))?;
        std::fs::write(self.folder.join(path), bytes).map_err(|error| failed(path, error))
    }
}

/// What earlier runs say of the tests that failed in one of them or in this one.
fn past(histories: &[FileHistory], plan: &Plan, summaries: &[Summary]) -> BTreeMap<String, PastTest> {
    let found = summaries.iter().flat_map(|summary| summary.root.found());
    let failed = found.filter(|found| found.test.status == Status::Failed);
    let failed: BTreeSet<String> = failed.map(|found| found.id.to_string()).collect();
    let planned = histories.iter().filter(|history| planned(plan, &history.path));
    let tests = planned.flat_map(|history| {
        history.tests().map(move |test| (format!("{}: {test}", history.path), PastTest::of(history, test)))
    });
    tests.filter(|(test, past)| past.ever_failed() || failed.contains(test)).collect()
}

fn planned(plan: &Plan, file: &str) -> bool {
    plan.shards.iter().any(|shard| shard.files.iter().any(|planned| planned == file))
}

/// A task token would let its reader answer for the shard.
fn without_token(shard: &Shard) -> Shard {
    Shard { token: None, ..shard.clone() }
}
