//! Scheduled suites: `SCHEDULED` / `SUITE#<name>`. What counts as stale stands in `domain::notify::stale_after`.

use domain::base::ids::RunRef;
use domain::base::time::Time;
use domain::notify::staleness::{CLAIM, News, Scheduled};
use domain::package::plan::STALE_AFTER_SECONDS;
use domain::run::status::Status;

use super::Ledger;
use super::item::{Key, SUITE_LIFE, Update};
use crate::Error;

impl Ledger {
    /// What is known of the scheduled runs of all suites.
    pub async fn all_scheduled(&self) -> Result<Vec<Scheduled>, Error> {
        self.query(&Key::scheduled(""), None).await
    }

    /// Notes a verdict of a scheduled run, given `at` this time, unless a newer one is known.
    pub async fn heard_of(
        &self,
        suite: &str,
        run: &RunRef,
        verdict: Status,
        at: Time,
        stale_after: u64,
    ) -> Result<(), Error> {
        let set = "SET suite = :suite, heard = :at, #run = :run, verdict = :verdict, stale_after = :stale_after, \
                   expires = :expires";
        let update = Update::new(Key::scheduled(suite), set)
            .when("attribute_not_exists(verdict) OR attribute_not_exists(heard) OR heard < :at")
            .name("#run", "run")
            .value(":suite", suite)?
            .value(":at", at)?
            .value(":run", run)?
            .value(":verdict", verdict)?
            .value(":stale_after", stale_after)?
            .value(":expires", at + SUITE_LIFE)?;
        self.update(update).await.map(drop)
    }

    /// Notes a scheduled run without a verdict, and when it began. A suite that has never had a verdict is watched
    /// from that time on. `stale_after` is none if the run ended before it was known.
    pub async fn watch(&self, suite: &str, started: Time, stale_after: Option<u64>) -> Result<(), Error> {
        let (set, seconds) = match stale_after {
            Some(seconds) => ("stale_after = :stale_after", seconds),
            None => ("stale_after = if_not_exists(stale_after, :stale_after)", STALE_AFTER_SECONDS),
        };
        let set = format!(
            "SET suite = :suite, heard = if_not_exists(heard, :started), \
             expires = if_not_exists(expires, :expires), {set}"
        );
        let update = Update::new(Key::scheduled(suite), set)
            .value(":suite", suite)?
            .value(":started", started)?
            .value(":stale_after", seconds)?
            .value(":expires", started + SUITE_LIFE)?;
        self.update(update).await.map(drop)
    }

    /// Claims the telling of news of a suite, so that no two sweeps tell it; tells whether this call has it. A claim
    /// lasts as long as a sweep may run, so a sweep that died with a claim does not block later messages.
    pub async fn claim_news(&self, suite: &Scheduled, now: Time) -> Result<bool, Error> {
        let told = condition(suite.told);
        let update = Update::new(Key::scheduled(&suite.suite), "SET claimed = :now")
            .when(format!("heard = :heard AND {told} AND (attribute_not_exists(claimed) OR claimed <= :over)"))
            .value(":heard", suite.heard)?
            .value(":now", now)?
            .value(":over", now - CLAIM)?;
        Ok(self.update(with(update, suite.told)?).await?.made())
    }

    /// Notes that news of a suite was told and gives the claim back. A verdict that came in between is news of its own.
    pub async fn news_told(&self, suite: &Scheduled, news: News) -> Result<(), Error> {
        let key = Key::scheduled(&suite.suite);
        let update = match Scheduled::told_after(news) {
            Some(heard) => Update::new(key, "SET told = :new REMOVE claimed").value(":new", heard)?,
            None => Update::new(key, "REMOVE told, claimed"),
        };
        self.update(with(update.when(condition(suite.told)), suite.told)?).await.map(drop)
    }
}

/// That nobody else told anything in between.
fn condition(told: Option<Time>) -> &'static str {
    if told.is_some() { "told = :told" } else { "attribute_not_exists(told)" }
}

/// The value that the condition needs.
fn with(update: Update, told: Option<Time>) -> Result<Update, Error> {
    match told {
        Some(told) => update.value(":told", told),
        None => Ok(update),
    }
}
