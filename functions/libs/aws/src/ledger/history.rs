//! History: `SUITE#<name>` / `RUN#<time>#<id>` and `FILE#<path>`.

use domain::history::{FileHistory, PastRun};
use domain::silence::Scheduled;

use super::Ledger;
use super::item::{Key, SUITE_LIFE, Update, Updated, from_item};
use crate::Error;

impl Ledger {
    /// What is known of each suite file of a suite.
    pub async fn file_histories(&self, suite: &str) -> Result<Vec<FileHistory>, Error> {
        self.query(&Key::of_suite(suite, "FILE#"), None).await
    }

    /// What is known of one suite file.
    pub async fn file_history(&self, suite: &str, path: &str) -> Result<Option<FileHistory>, Error> {
        self.get(&file_key(suite, path)).await
    }

    /// Replaces what is known of a suite file if it is still as `version` says; the item that stands in the way
    /// otherwise.
    pub async fn put_file_history(
        &self,
        suite: &str,
        file: &FileHistory,
        version: u64,
        now: i64,
    ) -> Result<Option<FileHistory>, Error> {
        let update = Update::new(
            file_key(suite, &file.path),
            "SET #path = :path, runs = :runs, version = :next, expires = :expires",
        )
        .when("attribute_not_exists(pk) OR version = :version")
        .name("#path", "path")
        .value(":path", &file.path)?
        .value(":runs", &file.runs)?
        .value(":next", version + 1)?
        .value(":version", version)?
        .value(":expires", now + SUITE_LIFE)?;
        match self.update(update).await? {
            Updated::Made(_) => Ok(None),
            Updated::Refused(item) => item.map(from_item).transpose(),
        }
    }

    /// Enters a run into its suite's history, once.
    pub async fn add_past_run(&self, run: &PastRun) -> Result<bool, Error> {
        let key = Key::of_suite(&run.suite, format!("RUN#{:012}#{}", run.started, run.id));
        self.put_once(&key, run, run.started + SUITE_LIFE).await
    }

    /// The newest runs of a suite, the newest first.
    pub async fn past_runs(&self, suite: &str, most: i32) -> Result<Vec<PastRun>, Error> {
        self.query(&Key::of_suite(suite, "RUN#"), Some(most)).await
    }

    /// When the scheduled runs of a suite started.
    pub async fn scheduled(&self, suite: &str) -> Result<Option<Scheduled>, Error> {
        self.get(&Key::scheduled(suite)).await
    }

    /// When the scheduled runs of all suites started.
    pub async fn all_scheduled(&self) -> Result<Vec<Scheduled>, Error> {
        self.query(&Key::scheduled(""), None).await
    }

    /// Replaces the starts of a suite's scheduled runs if they are still `old`; tells whether they were.
    pub async fn put_scheduled(&self, new: &Scheduled, old: &[i64], now: i64) -> Result<bool, Error> {
        let update =
            Update::new(Key::scheduled(&new.suite), "SET suite = :suite, starts = :starts, expires = :expires")
                .when("attribute_not_exists(pk) OR starts = :old")
                .value(":suite", &new.suite)?
                .value(":starts", &new.starts)?
                .value(":old", old)?
                .value(":expires", now + SUITE_LIFE)?;
        Ok(self.update(update).await?.made())
    }

    /// Notes that a suite's silence since `start` is told of; tells whether this call noted it.
    pub async fn tell_silence(&self, suite: &str, start: i64) -> Result<bool, Error> {
        let update = Update::new(Key::scheduled(suite), "SET told = :start")
            .when("attribute_exists(pk) AND (attribute_not_exists(told) OR told < :start)")
            .value(":start", start)?;
        Ok(self.update(update).await?.made())
    }
}

fn file_key(suite: &str, path: &str) -> Key {
    Key::of_suite(suite, format!("FILE#{path}"))
}
