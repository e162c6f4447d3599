//! Shards: `RUN#<run>` / `SHARD#<id>`.

use aws_sdk_dynamodb::types::{TransactWriteItem, Update as TransactUpdate};
use domain::base::ids::{Attempt, InstanceId, RunId, ShardId};
use domain::base::time::Time;
use domain::results::outcome::Counts;
use domain::run::shard::{Loss, Outcome, Shard, State};

use super::Ledger;
use super::item::{Key, Update, Updated, from_item};
use super::runs::run_key;
use crate::Error;

impl Ledger {
    /// Shards of a run by their ids, those of reruns included.
    pub async fn shards(&self, run: &RunId) -> Result<Vec<Shard>, Error> {
        self.query(&Key::of_run(run, "SHARD#"), None).await
    }

    /// A shard; none when there is none of this id.
    pub async fn shard(&self, run: &RunId, shard: &ShardId) -> Result<Option<Shard>, Error> {
        self.get(&Key::shard(run, shard)).await
    }

    /// Notes, before the command is sent, that `environment` works on `attempt` and which token waits for it.
    ///
    /// The shard as it is then; none when the attempt is no longer the one to make. A repeated dispatch of the same
    /// attempt replaces the token, for the state machine waits for the new one only.
    pub async fn dispatch(
        &self,
        run: &RunId,
        attempt: &Attempt,
        environment: &InstanceId,
        token: &str,
        now: Time,
    ) -> Result<Option<Shard>, Error> {
        let fresh = Update::new(
            Key::shard(run, &attempt.shard),
            "SET #state = :running, attempt = :attempt, environment = :environment, #token = :token, \
             dispatched = :now, answered = :false REMOVE outcome, command",
        )
        .when("attribute_exists(pk) AND attempt < :attempt AND #state = :queued")
        .name("#state", "state")
        .name("#token", "token")
        .value(":running", State::Running)?
        .value(":queued", State::Queued)?
        .value(":attempt", attempt.number)?
        .value(":environment", environment)?
        .value(":token", token)?
        .value(":now", now)?
        .value(":false", false)?;
        if let Updated::Made(item) = self.update(fresh).await? {
            return from_item(item).map(Some);
        }
        self.replace_token(run, attempt, environment, token).await
    }

    async fn replace_token(
        &self,
        run: &RunId,
        attempt: &Attempt,
        environment: &InstanceId,
        token: &str,
    ) -> Result<Option<Shard>, Error> {
        let again = Update::new(Key::shard(run, &attempt.shard), "SET #token = :token, answered = :false")
            .when("attempt = :attempt AND environment = :environment AND #state = :running")
            .name("#state", "state")
            .name("#token", "token")
            .value(":running", State::Running)?
            .value(":attempt", attempt.number)?
            .value(":environment", environment)?
            .value(":token", token)?
            .value(":false", false)?;
        match self.update(again).await? {
            Updated::Made(item) => from_item(item).map(Some),
            Updated::Refused(_) => Ok(None),
        }
    }

    /// Notes the command that was sent for `attempt`. The first one stays, for the runner refuses later ones.
    pub async fn dispatched(&self, run: &RunId, attempt: &Attempt, command: &str) -> Result<(), Error> {
        let update = Update::new(Key::shard(run, &attempt.shard), "SET command = if_not_exists(command, :command)")
            .when("attempt = :attempt")
            .value(":attempt", attempt.number)?
            .value(":command", command)?;
        self.update(update).await.map(drop)
    }

    /// Stores how `attempt` ended unless it is stored already; the shard with the outcome that stays, or none when
    /// another attempt is the current one.
    pub async fn settle(&self, run: &RunId, attempt: &Attempt, outcome: &Outcome) -> Result<Option<Shard>, Error> {
        let update = Update::new(Key::shard(run, &attempt.shard), "SET outcome = if_not_exists(outcome, :outcome)")
            .when("attempt = :attempt AND #state = :running")
            .name("#state", "state")
            .value(":outcome", outcome)?
            .value(":running", State::Running)?
            .value(":attempt", attempt.number)?;
        match self.update(update).await? {
            Updated::Made(item) => from_item(item).map(Some),
            Updated::Refused(_) => Ok(None),
        }
    }

    /// Notes that `token` was given its answer.
    pub async fn answered(&self, run: &RunId, attempt: &Attempt, token: &str) -> Result<(), Error> {
        let update = Update::new(Key::shard(run, &attempt.shard), "SET answered = :true")
            .when("attempt = :attempt AND #token = :token")
            .name("#token", "token")
            .value(":true", true)?
            .value(":token", token)?
            .value(":attempt", attempt.number)?;
        self.update(update).await.map(drop)
    }

    /// Ends a shard with the result of `attempt` and counts its tests in the run, both or neither.
    ///
    /// Tells whether this call did it: a shard ends once, and not in a run that is over.
    pub async fn finish_shard(&self, run: &RunId, attempt: &Attempt, counts: Counts) -> Result<bool, Error> {
        let shard = Update::new(Key::shard(run, &attempt.shard), "SET #state = :done, #result = :attempt")
            .when("attempt = :attempt AND #state = :running")
            .name("#state", "state")
            .name("#result", "result")
            .value(":done", State::Done)?
            .value(":running", State::Running)?
            .value(":attempt", attempt.number)?;
        let progress = Update::new(
            run_key(run),
            "SET counts.passed = counts.passed + :passed, counts.failed = counts.failed + :failed, \
             counts.skipped = counts.skipped + :skipped, done = done + :one",
        )
        .when("#status = :running")
        .name("#status", "status")
        .value(":running", domain::run::status::Status::Running)?
        .value(":passed", counts.passed)?
        .value(":failed", counts.failed)?
        .value(":skipped", counts.skipped)?
        .value(":one", 1)?;
        let what = format!("end shard {}", attempt.shard);
        Ok(self.transact(&what, &[self.transacted(shard)?, self.transacted(progress)?]).await?.is_ok())
    }

    fn transacted(&self, update: Update) -> Result<TransactWriteItem, Error> {
        let built = TransactUpdate::builder()
            .table_name(&self.table)
            .set_key(Some(update.key.attributes()))
            .update_expression(&update.expression)
            .set_condition_expression(update.condition.clone())
            .set_expression_attribute_names(update.names())
            .set_expression_attribute_values(update.values())
            .build()
            .map_err(|error| Error::unexpected(format!("update {}", update.key), error))?;
        Ok(TransactWriteItem::builder().update(built).build())
    }

    /// Notes the loss of an attempt and where the shard stands then; tells whether this call noted it.
    pub async fn lose_attempt(&self, run: &RunId, shard: &ShardId, loss: &Loss, state: State) -> Result<bool, Error> {
        let update = Update::new(
            Key::shard(run, shard),
            "SET losses = list_append(losses, :losses), #state = :state, attempt = :attempt",
        )
        .when("attempt <= :attempt AND #state IN (:running, :queued) AND size(losses) < :attempt")
        .name("#state", "state")
        .value(":losses", [loss])?
        .value(":attempt", loss.attempt)?
        .value(":state", state)?
        .value(":running", State::Running)?
        .value(":queued", State::Queued)?;
        Ok(self.update(update).await?.made())
    }
}
