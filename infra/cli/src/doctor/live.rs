//! Two runs for real: one of three small tests, and one that is stopped. They show what the account does, and how long it
//! takes.

use std::io::Write;
use std::time::{Duration, Instant};

use aws::account::Account;
use aws::{Cloud, ExecutionStatus};
use domain::base::ids::RunId;
use domain::base::time::Time;
use domain::evaluation::evaluate::Evaluation;
use domain::quality::gates::Verdict;
use domain::run::deployment::Deployment;
use domain::run::keys;
use serde::Serialize;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::Check;
use crate::run::run_id;
use crate::show::style::count;

/// Suite of the runs.
const SUITE: &str = "qaops-doctor";
/// Its tests: three that are quick, and one that a run is stopped in.
const TESTS: &str = "*** Test Cases ***\nAdds\n    Should Be Equal As Integers    ${{1 + 1}}    2\nWrites a file\n    \
    Evaluate    open('doctor.txt', 'w').write('x')\nHas a name\n    Should Be Equal    ${TEST NAME}    Has a name\n\
    Waits to be stopped\n    [Tags]    slow\n    Sleep    8 minutes\n";
/// Its tag.
const SLOW: &str = "slow";
/// Longest time that either run is waited for, and that instances have to go after a stop.
const PATIENCE: Duration = Duration::from_secs(30 * 60);
const LEAVING: Duration = Duration::from_secs(5 * 60);
/// How often AWS is asked.
const LOOK: Duration = Duration::from_secs(2);

/// How long a stage of a run took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// From where to where.
    pub stage: &'static str,
    /// What is expected of a Linux instance.
    pub expected: &'static str,
    /// Seconds that it took here; none where it did not come to it.
    pub seconds: Option<i64>,
}

/// What it does and costs, to be said before.
fn announcement(deployment: &Deployment) -> String {
    let types = deployment.platforms.values().flat_map(|platform| platform.launch.types.first());
    let first = types.map(String::as_str).next().unwrap_or("no type");
    format!(
        "This starts two runs of the suite {SUITE} on {}, with one instance of {first} each for some minutes: a few cents, \
         and never a dollar. It uploads suites/{SUITE}.zip. Subscribers get messages about both runs. Nothing else is changed. \
         If you end the doctor, the runs end by themselves within ten minutes.",
        deployment.name
    )
}

/// Makes both runs.
pub(super) async fn live(cloud: &Cloud, deployment: &Deployment, say: impl Fn(&str)) -> (Vec<Check>, Vec<Stage>) {
    let look = Live { cloud, deployment, account: cloud.account() };
    say(&announcement(deployment));
    if let Err(error) = look.upload().await {
        return (vec![Check::unknown("smoke run", &error)], Vec::new());
    }
    let (smoke, stages) =
        look.smoke(&say).await.unwrap_or_else(|error| (Check::unknown("smoke run", &error), Vec::new()));
    let stopped = look.stopped(&say).await.unwrap_or_else(|error| Check::unknown("stopped run", &error));
    (vec![smoke, stopped], stages)
}

struct Live<'a> {
    cloud: &'a Cloud,
    deployment: &'a Deployment,
    account: Account,
}

impl Live<'_> {
    async fn upload(&self) -> Result<(), aws::Error> {
        self.cloud
            .artifacts(self.deployment.bucket.clone())
            .write(&keys::package(SUITE), package(self.platform()))
            .await
    }

    /// Linux where the deployment has it, else its first platform.
    fn platform(&self) -> &str {
        let mut names = self.deployment.platforms.keys();
        let first = names.clone().next();
        names.find(|name| *name == "linux").or(first).map_or("linux", String::as_str)
    }

    /// Starts a run; its id and the ARN of its execution.
    async fn start(&self, more: Value) -> Result<(RunId, String), aws::Error> {
        let id = run_id(SUITE);
        let mut request = json!({"suite": SUITE, "environments": 1, "timeout": "10m", "labels": {"trigger": "doctor"}});
        for (key, value) in more.as_object().into_iter().flatten() {
            request[key] = value.clone();
        }
        let machine = &self.deployment.state_machine;
        let arn = self.cloud.executions().start(machine, &id, &request.to_string()).await?;
        Ok((id, arn))
    }

    /// A run of three tests that passes.
    async fn smoke(&self, say: &impl Fn(&str)) -> Result<(Check, Vec<Stage>), aws::Error> {
        let (run, arn) = self.start(json!({"exclude": [SLOW]})).await?;
        say(&format!("{run}: started"));
        let begun = Instant::now();
        let status = loop {
            match self.cloud.executions().describe(&arn).await? {
                Some(execution) if execution.status != ExecutionStatus::Running => break Some(execution.status),
                _ if begun.elapsed() > PATIENCE => break None,
                _ => tokio::time::sleep(LOOK).await,
            }
        };
        let stages = self.stages(&run).await?;
        let artifacts = self.cloud.artifacts(self.deployment.bucket.clone());
        let verdict: Option<Evaluation> = artifacts.read_json(&keys::result(&run, "verdict.json")).await?;
        let cure = format!("Look at the execution {run} of the state machine, and at the report of the run.");
        Ok(match (status, verdict) {
            (Some(_), Some(found)) if found.verdict == Verdict::Passed && found.tests.passed == 3 => {
                (Check::good("smoke run", format!("{run} passed: 3 tests")), stages)
            }
            (Some(_), Some(found)) => {
                let why = found.reasons.join(" ");
                (Check::bad("smoke run", format!("{run} did not pass its 3 tests. {why}"), cure), stages)
            }
            (Some(status), None) => {
                (Check::bad("smoke run", format!("{run} ended without a verdict: {status:?}"), cure), stages)
            }
            (None, _) => (Check::bad("smoke run", format!("{run} did not end within 30 minutes"), cure), stages),
        })
    }

    /// What the ledger tells of the times of a run.
    async fn stages(&self, run: &RunId) -> Result<Vec<Stage>, aws::Error> {
        let ledger = self.cloud.ledger(self.deployment.ledger.clone());
        let (found, environments, shards) =
            tokio::try_join!(ledger.run(run), ledger.environments(run), ledger.shards(run))?;
        let environment = environments.first();
        let started = found.as_ref().map(|run| run.started);
        let launched = environment.map(|environment| environment.launched);
        let ready = environment.and_then(|environment| environment.ready);
        let dispatched = shards.first().and_then(|shard| shard.dispatched);
        let left = environment.and_then(|environment| environment.ended);
        let ended = found.and_then(|run| run.ended);
        let between = |from: Option<Time>, to: Option<Time>| Some(to? - from?);
        Ok(vec![
            Stage { stage: "start to launch", expected: "1 to 5 s", seconds: between(started, launched) },
            Stage { stage: "launch to ready", expected: "20 s to 6 min", seconds: between(launched, ready) },
            Stage { stage: "ready to first order", expected: "1 to 5 s", seconds: between(ready, dispatched) },
            Stage { stage: "first order to termination", expected: "10 to 60 s", seconds: between(dispatched, left) },
            Stage { stage: "start to end", expected: "1 to 8 min", seconds: between(started, ended) },
        ])
    }

    /// A run that is stopped while its instance lives, and what is left of it.
    async fn stopped(&self, say: &impl Fn(&str)) -> Result<Check, aws::Error> {
        let (run, arn) = self.start(json!({"include": [SLOW]})).await?;
        say(&format!("{run}: started, and stopped as soon as it has an instance"));
        let cure = "End the instances by hand, and look at the logs of terminate and sweep.";
        let runs = async || {
            let execution = self.cloud.executions().describe(&arn).await?;
            Ok(execution.is_none_or(|execution| execution.status == ExecutionStatus::Running))
        };
        self.until(PATIENCE, async || Ok(!self.instances(&run).await?.is_empty() || !runs().await?)).await?;
        if self.instances(&run).await?.is_empty() {
            self.cloud.executions().stop(&arn).await?;
            return Ok(Check::bad("stopped run", format!("{run} got no instance"), cure));
        }
        self.cloud.executions().stop(&arn).await?;
        let stopped = Instant::now();
        let is_gone = self.until(LEAVING, async || Ok(self.instances(&run).await?.is_empty())).await?;
        let left = self.instances(&run).await?;
        Ok(match is_gone {
            true => Check::good(
                "stopped run",
                format!("{run} left nothing {} s after its stop", stopped.elapsed().as_secs()),
            ),
            false => {
                let found = format!(
                    "{run} left {} 5 minutes after its stop: {}",
                    count(left.len(), "instance"),
                    left.join(", ")
                );
                Check::bad("stopped run", found, cure)
            }
        })
    }

    /// Ids of the run's instances that are not ended.
    async fn instances(&self, run: &RunId) -> Result<Vec<String>, aws::Error> {
        let found = self.account.instances(&self.deployment.name).await?;
        Ok(found.into_iter().filter(|(_, of)| **of == **run).map(|(id, _)| id).collect())
    }

    /// Whether something comes true in time.
    async fn until(
        &self,
        patience: Duration,
        come: impl AsyncFn() -> Result<bool, aws::Error>,
    ) -> Result<bool, aws::Error> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if come().await? {
                return Ok(true);
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(false)
    }
}

/// The package as a zip.
fn package(platform: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [
        ("qaops.toml", format!("suite = \"{SUITE}\"\nplatform = \"{platform}\"\n")),
        ("doctor.robot", TESTS.to_owned()),
    ] {
        // Memory takes everything.
        let _ = zip.start_file(name, SimpleFileOptions::default());
        let _ = zip.write_all(text.as_bytes());
    }
    zip.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}
