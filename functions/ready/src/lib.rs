//! `ready`: which environments SSM can reach and EC2 finds healthy, asked once for the whole fleet.

use aws::{Fleet, Ledger};
use domain::base::ids::{InstanceId, RunId};
use domain::base::time::Time;
use domain::run::fleet::{Readiness, Waited, boot_seconds, readiness, why_lost};
use domain::run::status::Environment;
use serde::Deserialize;

/// The step's connections.
#[derive(Debug)]
pub struct Ready {
    /// Instances.
    pub fleet: Fleet,
    /// Environments of the run.
    pub ledger: Ledger,
}

/// What the state machine passes.
#[derive(Clone, Debug, Deserialize)]
pub struct Input {
    /// Run's id.
    pub run: RunId,
    /// Instances of this round.
    pub instances: Vec<InstanceId>,
    /// When they were launched.
    pub launched: Time,
}

/// Why nothing can be said of the environments.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// AWS did not do what was asked.
    #[error(transparent)]
    Aws(#[from] aws::Error),
}

impl runtime::Named for Error {
    const REASONS: &'static [&'static str] = &["Unavailable", "Refused"];

    fn reason(&self) -> &'static str {
        let Self::Aws(error) = self;
        error.reason()
    }
}

impl Ready {
    /// Looks at the fleet, notes what is ready and ends what is not waited for any more.
    pub async fn run(&self, input: Input, now: Time) -> Result<Readiness, Error> {
        let statuses = self.fleet.statuses(&input.instances).await?;
        let waited = self.waited(&input, now).await?;
        let outcome = readiness(&statuses, waited);
        for environment in &outcome.ready {
            let image =
                statuses.iter().find(|status| status.id == *environment).and_then(|status| status.image.as_deref());
            self.ledger.environment_ready(&input.run, environment, image, now).await?;
        }
        if outcome.settled {
            self.fleet.terminate(&outcome.lost).await?;
            for status in statuses.iter().filter(|status| outcome.lost.contains(&status.id)) {
                let why = why_lost(status, waited);
                tracing::warn!(run = %input.run, environment = %status.id, why, "lost");
                self.ledger.environment_lost(&input.run, &status.id, &why, now).await?;
            }
        }
        Ok(outcome)
    }

    /// How long the round has waited, by what `launch` entered and what was ready at earlier looks.
    async fn waited(&self, input: &Input, now: Time) -> Result<Waited, Error> {
        let known = self.ledger.environments(&input.run).await?.into_iter();
        let round: Vec<Environment> = known.filter(|environment| input.instances.contains(&environment.id)).collect();
        let first = round.iter().filter_map(|environment| environment.ready).min();
        let limit = round.iter().map(|environment| environment.boot_seconds).max();
        Ok(Waited {
            launch: now - input.launched,
            first_ready: first.map_or(0, |first| now - first),
            limit: limit.unwrap_or_else(|| boot_seconds("linux")),
        })
    }
}
