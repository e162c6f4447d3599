//! `evaluate`: summaries become metrics, gates and the verdict, and the shards' outputs one result.

mod merged;
mod report;

use aws::{Artifacts, Ledger};
use domain::gates::Verdict;
use domain::judged::{Evidence, Judged, judged};
use domain::keys;
use domain::plan::Plan;
use domain::queue::Attempt;
use domain::shard::Shard;
use domain::summary::Summary;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The step's connections and settings.
#[derive(Debug)]
pub struct Evaluate {
    /// The plan, the summaries and the results.
    pub artifacts: Artifacts,
    /// Shards and environments.
    pub ledger: Ledger,
    /// Unique id of the instances' role: part of the logs' keys.
    pub role: String,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: String,
    /// When the state was entered: the same for each try, so that each try writes the same verdict.
    pub at: Timestamp,
}

/// What the state machine goes on with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// The verdict.
    pub verdict: Verdict,
    /// What led to it, in one text.
    pub why: String,
}

/// Why a run cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The artifacts do not have the run.
    #[error("the run {0} was never planned")]
    UnknownRun(String),
    /// A shard is done and its summary is not there.
    #[error("the summary {0} is missing")]
    SummaryMissing(String),
    /// The results cannot be written.
    #[error("failed to write {name}")]
    Results {
        /// Name of the file.
        name: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["UnknownRun", "SummaryMissing", "Results", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::UnknownRun(_) => "UnknownRun",
            Self::SummaryMissing(_) => "SummaryMissing",
            Self::Results { .. } => "Results",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Evaluate {
    /// Judges a run and writes its results; twice gives the same bytes.
    pub async fn run(&self, input: Input, _now: i64) -> Result<Output, Error> {
        let plan: Option<Plan> = self.artifacts.read_json(&keys::plan(&input.run)).await?;
        let plan = plan.ok_or_else(|| Error::UnknownRun(input.run.clone()))?;
        let shards = self.ledger.shards(&input.run).await?;
        let environments = self.ledger.environments(&input.run).await?;
        let firsts = self.summaries(&input.run, shards.iter().filter(|shard| !shard.is_rerun())).await?;
        let reruns = self.summaries(&input.run, shards.iter().filter(|shard| shard.is_rerun())).await?;
        let evidence = Evidence {
            plan: &plan,
            shards: &shards,
            environments: &environments,
            firsts: &firsts,
            reruns: &reruns,
            at: input.at.as_second(),
        };
        let judged = judged(&evidence);
        merged::write(&self.artifacts, &judged, &firsts, &reruns).await?;
        self.write_report(&judged, &evidence).await?;
        self.artifacts.write_json(&keys::verdict(&input.run), &judged).await?;
        tracing::info!(run = input.run, verdict = ?judged.verdict, tests = ?judged.tests, "judged");
        Ok(output(&judged))
    }

    async fn write_report(&self, judged: &Judged, evidence: &Evidence<'_>) -> Result<(), Error> {
        let mut html = Vec::new();
        let written = results::report::write(&report::report(judged, evidence, &self.role), &mut html);
        written.map_err(|error| Error::Results { name: "report.html", source: error.into() })?;
        Ok(self.artifacts.write(&keys::result(&judged.run, "report.html"), html).await?)
    }

    /// Summaries of the shards that are done, in the order of the shards.
    async fn summaries(&self, run: &str, shards: impl Iterator<Item = &Shard>) -> Result<Vec<Summary>, Error> {
        let mut summaries = Vec::new();
        for shard in shards {
            let Some(number) = shard.result else { continue };
            let key = keys::summary(run, &Attempt { shard: shard.id.clone(), number });
            summaries.push(self.artifacts.read_json(&key).await?.ok_or(Error::SummaryMissing(key))?);
        }
        Ok(summaries)
    }
}

fn output(judged: &Judged) -> Output {
    let why = if judged.reasons.is_empty() {
        format!("{} of {} tests passed and every gate holds.", judged.tests.passed, judged.tests.total)
    } else {
        judged.reasons.join(" ")
    };
    Output { verdict: judged.verdict, why: cut(why) }
}

/// Longest text that is passed on in the state machine, in characters.
const LONGEST_WHY: usize = 2_000;

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST_WHY) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
