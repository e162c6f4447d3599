//! `evaluate`: summaries become metrics, gates and the verdict, and the shards' outputs one result.

mod case;
mod merged;
mod pictures;
mod report;

use aws::{Artifacts, Ledger};
use domain::evaluation::evaluate::{Judged, Material};
use domain::quality::gates::Verdict;
use domain::run::keys;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::merged::Written;

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
    /// A file is not what it was when the run was judged first, or cannot be understood.
    #[error("failed to judge the run {run}")]
    Dossier {
        /// Run's id.
        run: String,
        /// Why.
        source: ::results::dossier::Error,
    },
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
    const REASONS: &'static [&'static str] =
        &["UnknownRun", "SummaryMissing", "Dossier", "Results", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::UnknownRun(_) => "UnknownRun",
            Self::SummaryMissing(_) => "SummaryMissing",
            Self::Dossier { .. } => "Dossier",
            Self::Results { .. } => "Results",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Evaluate {
    /// Judges a run and writes its results; twice gives the same bytes.
    pub async fn run(&self, input: Input, _now: i64) -> Result<Output, Error> {
        let folder = tempfile::tempdir().map_err(|error| results("evidence.json", error))?;
        let case = Case { artifacts: &self.artifacts, run: &input.run, folder: folder.path() };
        case.bring(&self.ledger, input.at.as_second()).await?;
        let dossier = case.open().await?;
        let judged = dossier.judge();
        let written = merged::write(&self.artifacts, &input.run, &dossier.firsts, &dossier.reruns).await?;
        self.write_report(&judged, &dossier.material(), &written).await?;
        let bytes = judged.to_json().map_err(|error| results("verdict.json", error))?;
        self.artifacts.write(&keys::verdict(&input.run), bytes).await?;
        tracing::info!(run = input.run, verdict = ?judged.verdict, tests = ?judged.tests, "judged");
        Ok(output(&judged))
    }

    async fn write_report(&self, judged: &Judged, material: &Material<'_>, beside: &Written) -> Result<(), Error> {
        let mut report = report::report(judged, material, &self.role, beside);
        pictures::bring(&self.artifacts, &mut report).await?;
        let mut html = Vec::new();
        let written = ::results::report::write(&report, &mut html);
        written.map_err(|error| results("report.html", error))?;
        Ok(self.artifacts.write(&keys::result(&judged.run, "report.html"), html).await?)
    }
}

fn results(name: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Results { name, source: source.into() }
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
