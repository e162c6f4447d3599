//! Runs: `RUN#<run>` / `RUN`.

use domain::base::ids::RunId;
use domain::base::time::Time;
use domain::package::plan::Plan;
use domain::results::outcome::Counts;
use domain::run::halted::End;
use domain::run::queue::Queue;
use domain::run::shard::Shard;
use domain::run::status::{Failure, Run, Status};
use serde::{Deserialize, Serialize};

use super::Ledger;
use super::item::{Key, RUN_LIFE, Update, Updated, from_item, item};
use super::queue;
use crate::Error;

impl Ledger {
    /// Enters a planned run: its shards, its queue, and last the run itself. Entering it twice is entering it once.
    pub async fn begin(&self, plan: &Plan) -> Result<(), Error> {
        let expires = plan.started + RUN_LIFE;
        let shards = plan.shards.iter().map(|planned| {
            let shard = Shard::queued(planned.id.clone(), planned.files.clone(), planned.expected_seconds);
            item(&Key::shard(&plan.run, &planned.id), &shard, expires)
        });
        self.put_all_once(shards.collect::<Result<_, _>>()?).await?;
        let queue = Queue::new(plan.shards.iter().map(|shard| shard.id.clone()));
        let queue = queue::new_item(&plan.run, &queue, expires)?;
        let run = new_run(plan);
        let open = item(&open_key(&run.id), &OpenRun { run: run.id.clone() }, expires)?;
        self.put_all_once(vec![queue, item(&run_key(&run.id), &run, expires)?, open]).await
    }

    /// A run; none when there is none of this id.
    pub async fn run(&self, run: &RunId) -> Result<Option<Run>, Error> {
        self.get(&run_key(run)).await
    }

    /// Lets nothing be launched for a run any more; the run as it is then, or none.
    pub async fn close_run(&self, run: &RunId) -> Result<Option<Run>, Error> {
        let update =
            Update::new(run_key(run), "SET closed = :true").when("attribute_exists(pk)").value(":true", true)?;
        match self.update(update).await? {
            Updated::Made(item) => from_item(item).map(Some),
            Updated::Refused(_) => Ok(None),
        }
    }

    /// Has every test of a run after `end` that has not begun fail without being run. Of several ends the earliest stays.
    pub async fn halt_run(&self, run: &RunId, end: &End) -> Result<(), Error> {
        while let Some(Run { halted, .. }) = self.run(run).await? {
            let update = Update::new(run_key(run), "SET halted = :end").value(":end", end)?;
            let update = match &halted {
                None => update.when("attribute_exists(pk) AND attribute_not_exists(halted)"),
                Some(known) if end.is_earlier_than(known) => update.when("halted = :known").value(":known", known)?,
                Some(_) => break,
            };
            if let Updated::Made(_) = self.update(update).await? {
                break;
            }
        }
        Ok(())
    }

    /// Ends a run that is still running; tells whether this call ended it.
    pub async fn end_run(
        &self,
        run: &RunId,
        status: Status,
        failure: Option<&Failure>,
        now: Time,
    ) -> Result<bool, Error> {
        let mut expression = "SET #status = :status, ended = :now, closed = :true".to_owned();
        if failure.is_some() {
            expression += ", #error = :error";
        }
        let mut update = Update::new(run_key(run), expression)
            .when("attribute_exists(pk) AND #status = :running")
            .name("#status", "status")
            .value(":status", status)?
            .value(":running", Status::Running)?
            .value(":now", now)?
            .value(":true", true)?;
        if let Some(failure) = failure {
            update = update.name("#error", "error").value(":error", failure)?;
        }
        let ended = self.update(update).await?.made();
        self.delete(&open_key(run)).await?;
        Ok(ended)
    }

    /// Ids of the runs that nothing has ended yet.
    pub async fn open_runs(&self) -> Result<Vec<RunId>, Error> {
        let runs: Vec<OpenRun> = self.query(&open_key(&"".into()), None).await?;
        Ok(runs.into_iter().map(|open| open.run).collect())
    }

    /// Enters a run that ended before it was planned; once.
    pub async fn enter_failed(&self, run: &Run) -> Result<bool, Error> {
        self.put_once(&run_key(&run.id), run, run.started + RUN_LIFE).await
    }

    /// Notes that the message of a run was published.
    pub async fn message_sent(&self, run: &RunId, now: Time) -> Result<(), Error> {
        let update =
            Update::new(Key::of_run(run, "MESSAGE"), "SET sent = if_not_exists(sent, :now), expires = :expires");
        self.update(update.value(":now", now)?.value(":expires", now + RUN_LIFE)?).await.map(drop)
    }

    /// Whether the message of a run was published.
    pub async fn message_was_sent(&self, run: &RunId) -> Result<bool, Error> {
        let message: Option<serde_json::Value> = self.get(&Key::of_run(run, "MESSAGE")).await?;
        Ok(message.is_some_and(|message| message.get("sent").is_some()))
    }
}

/// `OPEN` / `RUN#<run>`: there as long as nothing has ended the run, so that the sweep need not look at every run.
#[derive(Debug, Serialize, Deserialize)]
struct OpenRun {
    run: RunId,
}

fn open_key(run: &RunId) -> Key {
    Key::open(run)
}

pub(super) fn run_key(run: &RunId) -> Key {
    Key::of_run(run, "RUN")
}

fn new_run(plan: &Plan) -> Run {
    Run {
        id: plan.run.clone(),
        suite: plan.work.suite.clone(),
        status: Status::Running,
        started: plan.started,
        deadline: plan.deadline,
        closed: false,
        halted: None,
        counts: Counts::default(),
        done: 0,
        shards: plan.shards.len() as u64,
        ended: None,
        error: None,
    }
}
