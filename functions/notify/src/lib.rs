//! `notify`: one message a run.

mod settings;

use std::collections::BTreeMap;

use aws::{Artifacts, Ledger, Topic};
use domain::base::ids::{RunId, RunRef};
use domain::base::time::Time;
use domain::evaluation::evaluate::Evaluation;
use domain::notify::message::{Ending, Facts, Links, Message, Report, compose};
use domain::quality::baseline::BRANCH;
use domain::quality::history::PastRun;
use domain::run::keys;
use domain::run::status::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use settings::Links as LinkSettings;

/// Runs of a suite that are read, of all its branches.
const RUNS: i32 = 100;

/// The step's connections and settings.
#[derive(Debug)]
pub struct Notify {
    /// The verdict.
    pub artifacts: Artifacts,
    /// Where the message is claimed.
    pub ledger: Ledger,
    /// Who listens.
    pub topic: Topic,
    /// Where messages send their readers.
    pub links: LinkSettings,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: RunId,
    /// The execution's input.
    pub request: Value,
    /// The error that ended the run, where one did.
    #[serde(default)]
    pub error: Option<Failure>,
}

/// What the state machine goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// Whether this call published the message.
    pub published: bool,
}

/// Why nobody was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is neither a verdict nor an error.
    #[error("the run {0} has no verdict to tell of")]
    NoVerdict(RunId),
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["NoVerdict", "Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        match self {
            Self::NoVerdict(_) => "NoVerdict",
            Self::Aws(error) => error.reason(),
        }
    }
}

impl Notify {
    /// Publishes the message of a run.
    ///
    /// SNS cannot tell a message that was sent twice, so the ledger keeps that it was sent. Only a call that dies
    /// between the publishing and that note leads to a second message: rather two than none. Both have the same `id`.
    pub async fn run(&self, input: Input, now: Time) -> Result<Output, Error> {
        if self.ledger.message_was_sent(&input.run).await? {
            return Ok(Output { published: false });
        }
        let message = self.message(&input, now).await?;
        self.topic.publish(&message).await?;
        self.ledger.message_sent(&input.run, now).await?;
        Ok(Output { published: true })
    }

    async fn message(&self, input: &Input, now: Time) -> Result<Message, Error> {
        let evaluation: Option<Evaluation> = self.artifacts.read_json(&keys::verdict(&input.run)).await?;
        let ending = match (&input.error, &evaluation) {
            (Some(failure), _) => Ending::Error(failure),
            (None, Some(evaluation)) => Ending::Evaluation(evaluation),
            (None, None) => return Err(Error::NoVerdict(input.run.clone())),
        };
        let suite = input.request.get("suite").and_then(Value::as_str).unwrap_or_default();
        let past = self.ledger.past_runs(suite, RUNS).await?;
        let own = past.iter().find(|past| past.id == input.run);
        let run = RunRef { run: input.run.clone(), started: own.map_or(now, |own| own.started) };
        let links = self.links(&input.run, evaluation.is_some()).await?;
        Ok(compose(&Facts {
            run: &run,
            suite,
            labels: &labels(&input.request, evaluation.as_ref(), own),
            ending,
            past: &past,
            links: &links,
        }))
    }

    async fn links(&self, run: &RunId, has_report: bool) -> Result<Links, Error> {
        let mut links = Links::new(&self.links.machine, self.artifacts.bucket(), run);
        if has_report {
            let key = keys::result(run, "report.html");
            links.report = Some(match &self.links.site {
                Some(site) => Report { address: format!("{site}/{key}"), seconds: None },
                None => Report {
                    address: self.artifacts.link(&key, self.links.life).await?,
                    seconds: Some(self.links.life.as_secs()),
                },
            });
        }
        Ok(links)
    }
}

/// Labels of a run; of one that was never recorded only the branch that was asked for.
fn labels(request: &Value, evaluation: Option<&Evaluation>, own: Option<&PastRun>) -> BTreeMap<String, String> {
    let known = evaluation.map(|evaluation| &evaluation.labels).or(own.map(|own| &own.labels));
    let branch = request.get("labels").and_then(|labels| labels.get(BRANCH)?.as_str());
    let asked = || branch.map(|branch| (BRANCH.to_owned(), branch.to_owned())).into_iter().collect();
    known.cloned().unwrap_or_else(asked)
}
