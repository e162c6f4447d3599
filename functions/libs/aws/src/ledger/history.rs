//! History: `SUITE#<name>` / `RUN#<time>#<id>` and `FILE#<path>`.

use domain::base::ids::RunRef;
use domain::base::time::Time;
use domain::quality::history::{FileHistory, FileRun, Outcomes, PastRun, StoredHistory};

use super::Ledger;
use super::item::{Key, SUITE_LIFE, Update, Updated, from_item};
use crate::Error;

impl Ledger {
    /// What is known of each suite file of a suite.
    pub async fn file_histories(&self, suite: &str) -> Result<Vec<FileHistory>, Error> {
        let stored = self.query(&Key::of_suite(suite, "FILE#"), None).await?;
        Ok(stored.into_iter().map(|stored| readable(suite, stored)).collect())
    }

    /// What is known of one suite file.
    pub async fn file_history(&self, suite: &str, path: &str) -> Result<Option<FileHistory>, Error> {
        let stored = self.get(&file_key(suite, path)).await?;
        Ok(stored.map(|stored| readable(suite, stored)))
    }

    /// Adds a run to what is known of a suite file, once. False where others write the same item all the time.
    pub async fn add_file_run(
        &self,
        suite: &str,
        path: &str,
        run: &FileRun,
        outcomes: &Outcomes,
        now: Time,
    ) -> Result<bool, Error> {
        let mut known = self.file_history(suite, path).await?;
        for _ in 0..MOST_READS {
            let old = known.unwrap_or_else(|| FileHistory::new(path));
            let Some(new) = old.with(run.clone(), outcomes) else { return Ok(true) };
            known = self.put_file_history(suite, &new, now).await?;
            if known.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Replaces what is known of a suite file if it is still of the same version; the item that stands in the way
    /// otherwise.
    async fn put_file_history(&self, suite: &str, file: &FileHistory, now: Time) -> Result<Option<FileHistory>, Error> {
        let stored =
            file.store().map_err(|error| Error::unexpected(format!("pack the history of {}", file.path), error))?;
        let update = Update::new(
            file_key(suite, &file.path),
            "SET #path = :path, packed = :packed, version = :next, expires = :expires REMOVE runs",
        )
        .when("attribute_not_exists(pk) OR version = :version")
        .name("#path", "path")
        .value(":path", &stored.path)?
        .value(":packed", &stored.packed)?
        .value(":next", stored.version + 1)?
        .value(":version", stored.version)?
        .value(":expires", now + SUITE_LIFE)?;
        match self.update(update).await? {
            Updated::Made(_) => Ok(None),
            Updated::Refused(item) => Ok(item.map(from_item).transpose()?.map(|stored| readable(suite, stored))),
        }
    }

    /// The last accepted run of a branch; none where there is none.
    pub async fn baseline(&self, suite: &str, branch: &str) -> Result<Option<RunRef>, Error> {
        self.get(&baseline_key(suite, branch)).await
    }

    /// Makes an accepted run the baseline of its branch unless a newer one is; tells whether it is one now.
    pub async fn accept(&self, suite: &str, branch: &str, run: &RunRef, now: Time) -> Result<bool, Error> {
        let expression = "SET #run = :run, started = :started, expires = :expires";
        let update = Update::new(baseline_key(suite, branch), expression)
            .when("attribute_not_exists(pk) OR started < :started OR (started = :started AND #run <= :run)")
            .name("#run", "run")
            .value(":run", &run.run)?
            .value(":started", run.started)?
            .value(":expires", now + SUITE_LIFE)?;
        Ok(self.update(update).await?.made())
    }

    /// Enters a run into its suite's history, once.
    pub async fn add_past_run(&self, run: &PastRun) -> Result<bool, Error> {
        let key = Key::of_suite(&run.suite, format!("RUN#{:012}#{}", run.started.seconds(), run.id));
        self.put_once(&key, run, run.started + SUITE_LIFE).await
    }

    /// The newest runs of a suite, the newest first.
    pub async fn past_runs(&self, suite: &str, most: i32) -> Result<Vec<PastRun>, Error> {
        self.query(&Key::of_suite(suite, "RUN#"), Some(most)).await
    }
}

/// Tries at an item that others write at the same time.
const MOST_READS: usize = 20;
/// Longest path or branch in a sort key, in bytes: DynamoDB takes 1,024 of them, with the word before it.
const LONGEST_NAME: usize = 1_000;

fn file_key(suite: &str, path: &str) -> Key {
    Key::of_suite(suite, format!("FILE#{}", fitting(path)))
}

fn baseline_key(suite: &str, branch: &str) -> Key {
    Key::of_suite(suite, format!("BASELINE#{}", fitting(branch)))
}

/// The end of a name that is too long for a key, which tells more of a path than its beginning.
fn fitting(name: &str) -> &str {
    let cut = (name.len().saturating_sub(LONGEST_NAME)..=name.len()).find(|at| name.is_char_boundary(*at));
    &name[cut.unwrap_or(0)..]
}

/// What cannot be read is forgotten, for a history must not stand in a run's way.
fn readable(suite: &str, stored: StoredHistory) -> FileHistory {
    let forgotten = stored.forgotten();
    stored.read().unwrap_or_else(|error| {
        tracing::warn!(suite, path = forgotten.path, %error, "the history of a file cannot be read and is begun anew");
        forgotten
    })
}

#[cfg(test)]
mod tests {
    use domain::quality::history::StoredHistory;

    use super::*;

    #[test]
    fn a_name_that_is_too_long_for_a_key_is_cut_where_a_letter_begins() {
        assert_eq!(fitting("a/b.robot"), "a/b.robot");
        for name in ["x".repeat(1024), "\u{1f600}".repeat(256), format!("a{}", "\u{e9}".repeat(511))] {
            let cut = fitting(&name);
            assert!(name.ends_with(cut) && (997..=LONGEST_NAME).contains(&cut.len()), "{}", cut.len());
        }
    }

    #[test]
    fn a_history_that_cannot_be_read_is_begun_anew_at_its_version() {
        let json = r#"{"path": "a.robot", "version": 4, "packed": [1, 2, 3]}"#;
        let damaged: StoredHistory = serde_json::from_str(json).unwrap();
        let history = readable("shop", damaged);
        assert_eq!((history.path.as_str(), history.version, history.runs().len()), ("a.robot", 4, 0));
    }
}
