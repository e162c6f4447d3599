//! Environments: `RUN#<run>` / `ENV#<instance>`.

use domain::base::ids::{InstanceId, RunId};
use domain::run::status::Environment;

use super::Ledger;
use super::item::{Key, RUN_LIFE, Update};
use crate::Error;

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
        now: i64,
    ) -> Result<(), Error> {
        let Some(image) = image else {
            return self.note(run, environment, "SET ready = if_not_exists(ready, :now)", now).await;
        };
        let expression = "SET ready = if_not_exists(ready, :now), image = if_not_exists(image, :image)";
        let update = Update::new(key(run, environment), expression).when("attribute_exists(pk)");
        self.update(update.value(":now", now)?.value(":image", image)?).await.map(drop)
    }

    /// Notes when an environment was first terminated.
    pub async fn environment_ended(&self, run: &RunId, environment: &InstanceId, now: i64) -> Result<(), Error> {
        self.note(run, environment, "SET ended = if_not_exists(ended, :now)", now).await
    }

    async fn note(&self, run: &RunId, environment: &InstanceId, expression: &str, now: i64) -> Result<(), Error> {
        let update = Update::new(key(run, environment), expression).when("attribute_exists(pk)").value(":now", now)?;
        self.update(update).await.map(drop)
    }
}

fn key(run: &RunId, environment: &InstanceId) -> Key {
    Key::of_run(run, format!("ENV#{environment}"))
}
