//! Environments: `RUN#<run>` / `ENV#<instance>`.

use domain::base::ids::{InstanceId, RunId};
use domain::base::time::Time;
use domain::run::status::{Environment, LaunchObstacle};

use super::Ledger;
use super::item::{Key, RUN_LIFE, Update};
use crate::Error;

/// Characters of an obstacle in its key, of which DynamoDB takes 1,024 bytes.
const LONGEST_OBSTACLE: usize = 200;

impl Ledger {
    /// Environments of a run.
    pub async fn environments(&self, run: &RunId) -> Result<Vec<Environment>, Error> {
        self.query(&Key::of_run(run, "ENV#"), None).await
    }

    /// Enters an environment, once.
    pub async fn add_environment(&self, run: &RunId, environment: &Environment) -> Result<(), Error> {
        self.put_once(&key(run, &environment.id), environment, environment.launched + RUN_LIFE).await.map(drop)
    }

    /// Notes when an environment was first seen ready, and its image.
    pub async fn environment_ready(
        &self,
        run: &RunId,
        environment: &InstanceId,
        image: Option<&str>,
        now: Time,
    ) -> Result<(), Error> {
        let Some(image) = image else {
            return self.note(run, environment, "SET ready = if_not_exists(ready, :now)", now).await;
        };
        let expression = "SET ready = if_not_exists(ready, :now), image = if_not_exists(image, :image)";
        let update = Update::new(key(run, environment), expression).when("attribute_exists(pk)");
        self.update(update.value(":now", now)?.value(":image", image)?).await.map(drop)
    }

    /// Notes when an environment was first terminated.
    pub async fn environment_ended(&self, run: &RunId, environment: &InstanceId, now: Time) -> Result<(), Error> {
        self.note(run, environment, "SET ended = if_not_exists(ended, :now)", now).await
    }

    /// Notes why an environment was given up before it was ready, and that it was terminated; the first time counts.
    pub async fn environment_lost(
        &self,
        run: &RunId,
        environment: &InstanceId,
        why: &str,
        now: Time,
    ) -> Result<(), Error> {
        let expression = "SET ended = if_not_exists(ended, :now), lost = if_not_exists(lost, :why)";
        let update = Update::new(key(run, environment), expression).when("attribute_exists(pk)");
        self.update(update.value(":now", now)?.value(":why", why)?).await.map(drop)
    }

    /// Enters what kept EC2 from giving environments, once for each round.
    pub async fn add_obstacle(&self, run: &RunId, obstacle: &LaunchObstacle) -> Result<(), Error> {
        let what: String = obstacle.told.chars().take(LONGEST_OBSTACLE).collect();
        let key = Key::of_run(run, format!("OBSTACLE#{}#{what}", obstacle.round));
        self.put_once(&key, obstacle, obstacle.at + RUN_LIFE).await.map(drop)
    }

    /// What kept EC2 from giving environments, by round.
    pub async fn obstacles(&self, run: &RunId) -> Result<Vec<LaunchObstacle>, Error> {
        self.query(&Key::of_run(run, "OBSTACLE#"), None).await
    }

    async fn note(&self, run: &RunId, environment: &InstanceId, expression: &str, now: Time) -> Result<(), Error> {
        let update = Update::new(key(run, environment), expression).when("attribute_exists(pk)").value(":now", now)?;
        self.update(update).await.map(drop)
    }
}

fn key(run: &RunId, environment: &InstanceId) -> Key {
    Key::of_run(run, format!("ENV#{environment}"))
}
