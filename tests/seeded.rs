//! Runs whose results are there although no environment ran them, so that what comes after can be looked at by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use aws::Error;
use domain::base::ids::{Attempt, RunId};
use domain::base::time::Time;
use domain::evaluation::evaluate::{Evaluation, TestCounts};
use domain::package::plan::Plan;
use domain::quality::baseline::BaselineFigures;
use domain::quality::gates::Verdict;
use domain::results::manifest::{Exit, HookEffects};
use domain::results::outcome::{Counts, Status, Suite, Test};
use domain::results::summary::Summary;
use domain::run::fleet::Market;
use domain::run::keys;
use domain::run::status::Environment;
use local::cloud::LocalCloud;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{Fault, until};

/// Suite files in one shard.
const FILES_A_SHARD: usize = 25;
/// The environment that every shard was run by, and its image.
const ENVIRONMENT: &str = "i-0123456789abcdef0";
/// Image of that environment.
pub const IMAGE: &str = "ami-0123456789abcdef0";

/// A run that is over but for its record.
#[derive(Clone, Debug)]
pub struct SeededRun {
    /// Run's id.
    pub id: RunId,
    /// Suite's name.
    pub suite: String,
    /// When it started.
    pub started: Time,
    /// Labels, such as `branch` and `commit`.
    pub labels: BTreeMap<String, String>,
    /// Tests of each suite file, with how they ended. One that failed fails the run.
    pub files: BTreeMap<String, Vec<(String, Status)>>,
}

impl SeededRun {
    /// Makes everything that is there when `record` is called: plan, shards, summaries and the verdict.
    ///
    /// From then on the local cloud is without its sweep, for that would end a run that has no execution.
    pub async fn make(&self, cloud: &LocalCloud) -> Result<(), Error> {
        UNSWEPT.get_or_init(|| stop_sweeping(cloud)).await;
        let artifacts = cloud.aws.artifacts(cloud.deployment.bucket.clone());
        let ledger = crate::ledger(cloud);
        let plan = self.plan();
        artifacts.write_json(&keys::plan(&self.id), &plan).await?;
        ledger.begin(&plan).await?;
        ledger.add_environment(&self.id, &environment(self.started)).await?;
        ledger.environment_ready(&self.id, &ENVIRONMENT.into(), Some(IMAGE), self.started + 31).await?;
        for shard in &plan.shards {
            let attempt = Attempt { shard: shard.id.clone(), number: 1 };
            let summary = self.summary(&attempt, &shard.files);
            ledger.dispatch(&self.id, &attempt, &ENVIRONMENT.into(), "token", self.started + 40).await?;
            ledger.finish_shard(&self.id, &attempt, summary.root.counts()).await?;
            artifacts.write_json(&keys::summary(&self.id, &attempt), &summary).await?;
        }
        ledger.environment_ended(&self.id, &ENVIRONMENT.into(), self.started + 300).await?;
        artifacts.write_json(&keys::verdict(&self.id), &self.evaluation()).await
    }

    /// Enters the run into the ledger and no more: a run that has no execution.
    pub async fn open(&self, cloud: &LocalCloud) -> Result<(), Error> {
        crate::ledger(cloud).begin(&self.plan()).await.map(drop)
    }

    fn evaluation(&self) -> Evaluation {
        let mut counts = Counts::default();
        self.files.values().flatten().for_each(|(_, status)| counts.add(*status));
        let Counts { passed, failed, skipped } = counts;
        Evaluation {
            run: self.id.clone(),
            suite: self.suite.clone(),
            verdict: if failed == 0 { Verdict::Passed } else { Verdict::Failed },
            tests: TestCounts { total: counts.total(), passed, failed, skipped, flaky: 0 },
            seconds: 310.0,
            left: BaselineFigures {
                metrics: BTreeMap::from([("tests.failed".to_owned(), failed as f64)]),
                ..BaselineFigures::default()
            },
            labels: self.labels.clone(),
            ..Evaluation::default()
        }
    }

    /// What the state machine passes to `record`.
    pub fn input(&self) -> Value {
        json!({"run": self.id, "started": self.started.rfc3339(), "request": {"suite": self.suite}})
    }

    fn plan(&self) -> Plan {
        let files: Vec<&String> = self.files.keys().collect();
        let shards = files.chunks(FILES_A_SHARD).zip(1..);
        let shards: Vec<Value> = shards
            .map(|(files, n)| json!({"id": format!("{n:04}"), "files": files, "expected_seconds": 60.0}))
            .collect();
        let package = json!({"bucket": "b", "key": "k.zip", "size": 1, "etag": "e"});
        let work = json!({"suite": self.suite, "package": package, "robot": {}, "hooks": {}, "attempt_seconds": 600});
        let plan = json!({
            "run": self.id, "started": self.started, "deadline": self.started + 3600, "platform": "linux",
            "environments": 1, "rerun_failed": 0, "work": work, "shards": shards, "labels": self.labels,
            "gates": [{"gate": "tests.failed == 0", "severity": "error"}],
        });
        serde_json::from_value(plan).expect("the plan is good")
    }

    fn summary(&self, attempt: &Attempt, files: &[String]) -> Summary {
        let suites: Vec<Suite> = files.iter().map(|path| suite(path, &self.files[path])).collect();
        Summary {
            shard: attempt.shard.clone(),
            attempt: attempt.number,
            environment: ENVIRONMENT.into(),
            exit: Exit::Passed,
            complete: true,
            problem: None,
            output: String::new(),
            reported: files.to_vec(),
            robot_seconds: suites.iter().map(|suite| suite.seconds).sum(),
            uploaded: 0,
            reports: BTreeMap::new(),
            halt: None,
            halted_at: None,
            not_run: Vec::new(),
            errors: Vec::new(),
            rpa: false,
            left_out: Vec::new(),
            hooks: HookEffects::default(),
            root: Suite { name: title(&self.suite), suites, ..Suite::default() },
        }
    }
}

/// Done once in a program, which has one local cloud.
static UNSWEPT: OnceCell<()> = OnceCell::const_new();

/// Returns when a sweep has died, so that none that began before goes on.
async fn stop_sweeping(cloud: &LocalCloud) {
    let fault = Fault::no_sweep();
    fault.arm(cloud);
    until(Duration::from_secs(60), "a sweep dies", async || (fault.struck(cloud) > 0).then_some(())).await;
}

fn environment(started: Time) -> Environment {
    Environment {
        id: ENVIRONMENT.into(),
        instance_type: "c7i.large".to_owned(),
        market: Market::Spot,
        image: None,
        round: 1,
        boot_seconds: 300,
        launched: started + 1,
        ready: None,
        ended: None,
        lost: None,
    }
}

fn suite(path: &str, tests: &[(String, Status)]) -> Suite {
    let name = path.trim_end_matches(".robot").rsplit('/').next().unwrap_or(path);
    let test = |(name, status): &(String, Status)| Test {
        name: name.clone(),
        status: *status,
        message: String::new(),
        tags: Vec::new(),
        start: None,
        seconds: 1.25,
        line: None,
        written: None,
        body: None,
        pictures: Vec::new(),
    };
    let tests: Vec<Test> = tests.iter().map(test).collect();
    let seconds = tests.iter().map(|test| test.seconds).sum();
    Suite { name: title(name), source: Some(path.to_owned()), seconds, tests, ..Suite::default() }
}

/// As Robot Framework makes the name of a suite from that of its file.
fn title(name: &str) -> String {
    let words = name.split(['_', ' ']).map(|word| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    });
    words.collect::<Vec<_>>().join(" ")
}
