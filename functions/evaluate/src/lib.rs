//! `evaluate`: summaries become metrics, gates and the verdict, and the shards' outputs one result.

mod folder;
mod merged;
mod pictures;
mod report;

use aws::{Artifacts, Ledger};
use domain::base::ids::RunId;
use domain::base::time::Time;
use domain::evaluation::evaluate::{Evaluation, evaluate};
use domain::evaluation::input::EvaluationInput;
use domain::quality::gates::Verdict;
use domain::run::keys;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::folder::RunFolder;
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
    pub run: RunId,
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
    UnknownRun(RunId),
    /// A shard is done and its summary is not there.
    #[error("the summary {0} is missing")]
    SummaryMissing(String),
    /// A file is not what it was when the run was judged first, or cannot be understood.
    #[error("failed to evaluate the run {run}")]
    File {
        /// Run's id.
        run: RunId,
        /// Why.
        source: ::results::evaluation_input::Error,
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
        &["UnknownRun", "SummaryMissing", "BadFile", "Results", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::UnknownRun(_) => "UnknownRun",
            Self::SummaryMissing(_) => "SummaryMissing",
            Self::File { .. } => "BadFile",
            Self::Results { .. } => "Results",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Evaluate {
    /// Evaluates a run and writes its results; twice gives the same bytes.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        let place = tempfile::tempdir().map_err(|error| results("evidence.json", error))?;
        let folder = RunFolder { artifacts: &self.artifacts, run: &input.run, folder: place.path() };
        folder.bring(&self.ledger, input.at.into(), now).await?;
        let files = folder.open().await?;
        let evaluation = evaluate(&files);
        let written = merged::write(&self.artifacts, &input.run, &files).await?;
        self.write_report(&evaluation, &files, &written).await?;
        let bytes = evaluation.to_json().map_err(|error| results("verdict.json", error))?;
        self.artifacts.write(&keys::verdict(&input.run), bytes).await?;
        tracing::info!(run = %input.run, verdict = ?evaluation.verdict, tests = ?evaluation.tests, "evaluated");
        Ok(output(&evaluation))
    }

    async fn write_report(
        &self,
        evaluation: &Evaluation,
        input: &EvaluationInput,
        beside: &Written,
    ) -> Result<(), Error> {
        let mut report = report::report(evaluation, input, &self.role, beside);
        pictures::bring(&self.artifacts, &mut report).await?;
        let mut html = Vec::new();
        let written = ::results::report::write(&report, &mut html);
        written.map_err(|error| results("report.html", error))?;
        Ok(self.artifacts.write(&keys::result(&evaluation.run, "report.html"), html).await?)
    }
}

fn results(name: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Results { name, source: source.into() }
}

fn output(evaluation: &Evaluation) -> Output {
    let why = if evaluation.reasons.is_empty() {
        format!("{} of {} tests passed and every gate holds.", evaluation.tests.passed, evaluation.tests.total)
    } else {
        evaluation.reasons.join(" ")
    };
    Output { verdict: evaluation.verdict, why: cut(why) }
}

/// Longest text that is passed on in the state machine, in characters.
const LONGEST_WHY: usize = 2_000;

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST_WHY) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
