//! `notify`: one message a run.

use std::collections::BTreeMap;

use aws::{Artifacts, Ledger, Topic};
use domain::judged::Judged;
use domain::keys;
use domain::message::{Ending, compose};
use domain::run::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The step's connections.
#[derive(Debug)]
pub struct Notify {
    /// The verdict.
    pub artifacts: Artifacts,
    /// Where the message is claimed.
    pub ledger: Ledger,
    /// Who listens.
    pub topic: Topic,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: String,
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
    NoVerdict(String),
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
    /// between the publishing and that note leads to a second message: rather two than none.
    pub async fn run(&self, input: Input, now: i64) -> Result<Output, Error> {
        if self.ledger.message_was_sent(&input.run).await? {
            return Ok(Output { published: false });
        }
        let message = self.message(&input).await?;
        self.topic.publish(message).await?;
        self.ledger.message_sent(&input.run, now).await?;
        Ok(Output { published: true })
    }

    async fn message(&self, input: &Input) -> Result<aws::Message, Error> {
        let judged: Option<Judged> = self.artifacts.read_json(&keys::verdict(&input.run)).await?;
        let ending = match (&input.error, &judged) {
            (Some(failure), _) => Ending::Error(failure),
            (None, Some(judged)) => Ending::Judged(judged),
            (None, None) => return Err(Error::NoVerdict(input.run.clone())),
        };
        let suite = input.request.get("suite").and_then(Value::as_str).unwrap_or_default();
        let place = format!("s3://{}/{}", self.artifacts.bucket(), keys::result(&input.run, "report.html"));
        let message = compose(&input.run, suite, ending, &place);
        let data = message.data.to_string();
        let bodies = [("default", data), ("email", message.text)];
        Ok(aws::Message {
            subject: message.subject,
            bodies: BTreeMap::from(bodies.map(|(protocol, body)| (protocol.to_owned(), body))),
            attributes: message.attributes,
        })
    }
}
