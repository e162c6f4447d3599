//! What the end-to-end tests share: one local cloud for all tests of a program, suites made on the spot, runs whose
//! results are given, faults.

#![expect(clippy::expect_used, reason = "a test may panic")]

mod calls;
mod capacity;
mod documents;
mod faults;
mod inbox;
mod seeded;
mod signed_client;
mod suites;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use aws::{Execution, ExecutionStatus, Ledger};
use domain::base::ids::{InstanceId, RunId};
use domain::evaluation::evaluate::{Evaluation, TestCounts};
use domain::results::outcome::Counts;
use domain::run::fleet::{Instance, InstanceState};
use domain::run::shard::Shard;
use local::cloud::LocalCloud;
use local::programs::Programs;
use qaops::package::Package;
use qaops::run::{Started, fetch, start};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

pub use calls::{
    change_account, delete_service_role, invoke, items, log_lines, make_schedule, make_service_role, put_elsewhere,
    put_secret, put_text, settings, start_on, subscribe,
};
pub use capacity::{item_size, write_units};
pub use documents::{Page, blocks, pages};
pub use faults::{Fault, interrupt};
pub use inbox::{Inbox, Notice};
pub use seeded::{IMAGE, SeededRun};
pub use suites::{Suite, passing, sleeping};

/// Longest time that any run of these tests may take.
const PATIENCE: Duration = Duration::from_secs(240);
/// How often something is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Connections belong to the runtime that made them, so every test of a program uses this one.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));
static CLOUD: OnceCell<LocalCloud> = OnceCell::const_new();

/// Runs a test on the shared local cloud.
pub fn with_cloud<T>(test: impl AsyncFnOnce(&'static LocalCloud) -> T) -> T {
    RUNTIME.block_on(async { test(CLOUD.get_or_init(new_cloud).await).await })
}

/// The project's root.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the project").to_owned()
}

/// A new folder that environments see, too, and whose tests may write into it.
pub fn shared_folder() -> TempDir {
    let programs = Programs::folder().expect("this program lies in a folder");
    let folder = tempfile::Builder::new().prefix("shared-").tempdir_in(programs).expect("a folder can be made");
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("it is ours");
    folder
}

async fn new_cloud() -> LocalCloud {
    LocalCloud::start(&project(), |_| {}).await.expect("the local cloud starts")
}

/// A run that has ended.
#[derive(Debug)]
pub struct Finished {
    /// Run's id.
    pub id: RunId,
    /// How its execution ended.
    pub execution: Execution,
    /// Its verdict, where it has one.
    pub evaluation: Option<Evaluation>,
    /// Its shards as the ledger has them.
    pub shards: Vec<Shard>,
    /// Its results.
    pub out: tempfile::TempDir,
}

impl Finished {
    /// The verdict; a run without one fails the test.
    pub fn evaluation(&self) -> &Evaluation {
        self.evaluation.as_ref().unwrap_or_else(|| panic!("no verdict: {:?}", self.execution))
    }

    /// Error of the execution; empty for one that succeeded.
    pub fn error(&self) -> &str {
        self.execution.failure.as_ref().map_or("", |failure| &failure.error)
    }

    /// The merged result has the verdict's counts, whatever became of the run.
    fn says_one_thing(&self) {
        let (Some(evaluation), Ok(output)) = (&self.evaluation, std::fs::read(self.out.path().join("output.xml")))
        else {
            return;
        };
        let merged = results::robot::read(output.as_slice()).expect("the merged result can be read").root.counts();
        let TestCounts { passed, failed, skipped, .. } = evaluation.tests;
        assert_eq!(merged, Counts { passed, failed, skipped }, "{}: output.xml and verdict.json", self.id);
    }

    /// Total, passed, failed, skipped and flaky tests.
    pub fn counts(&self) -> [u64; 5] {
        let tests = &self.evaluation().tests;
        [tests.total, tests.passed, tests.failed, tests.skipped, tests.flaky]
    }
}

/// The ledger of the local cloud.
pub fn ledger(cloud: &LocalCloud) -> Ledger {
    cloud.aws.ledger(cloud.deployment.table.clone())
}

/// Starts a run of `suite` with further keys of the input.
pub async fn begin(cloud: &LocalCloud, suite: &Suite, more: Value) -> Started {
    begin_as(cloud, suite, &qaops::run::run_id("test"), more).await
}

/// Starts a run of `suite` under this id.
pub async fn begin_as(cloud: &LocalCloud, suite: &Suite, id: &str, more: Value) -> Started {
    let scratch = tempfile::tempdir().expect("a folder can be made");
    let package = Package::open(suite.path(), scratch.path()).expect("the package is good");
    let mut request = json!({"suite": package.suite});
    if let (Some(request), Value::Object(more)) = (request.as_object_mut(), more) {
        request.extend(more);
    }
    start(cloud, id, &package.suite, package.path(), &request).await.expect("the run starts")
}

/// Waits until a run has ended.
pub async fn end(cloud: &LocalCloud, started: Started) -> Finished {
    let execution = ended(cloud, &started).await;
    let out = tempfile::tempdir().expect("a folder can be made");
    let evaluation = fetch(cloud, &started.id, out.path()).await.expect("the results can be read");
    let shards = ledger(cloud).shards(&started.id).await.expect("the ledger can be read");
    let finished = Finished { id: started.id, execution, evaluation, shards, out };
    finished.says_one_thing();
    finished
}

/// Waits until an execution has ended.
pub async fn ended(cloud: &LocalCloud, started: &Started) -> Execution {
    let executions = cloud.aws.executions();
    until(PATIENCE, "the execution ends", async || {
        let execution = executions.describe(&started.arn).await.expect("the execution can be read");
        execution.filter(|execution| execution.status != ExecutionStatus::Running)
    })
    .await
}

/// Runs `suite` to its end.
pub async fn run(cloud: &LocalCloud, suite: &Suite, more: Value) -> Finished {
    let started = begin(cloud, suite, more).await;
    end(cloud, started).await
}

/// The first value that `look` gives; fails when none comes in time.
pub async fn until<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begin.elapsed() < patience, "waited {} s until {what}", patience.as_secs());
        tokio::time::sleep(LOOK).await;
    }
}

/// Instances of a run that are not ending.
pub async fn living(cloud: &LocalCloud, run: &RunId) -> Vec<Instance> {
    let found = cloud.aws.fleet().of_run(run).await.expect("instances can be listed");
    found.into_iter().filter(|instance| instance.state != InstanceState::Ending).collect()
}

/// Waits until a shard of the run is running on an instance; the instance's id.
pub async fn busy_instance(cloud: &LocalCloud, run: &RunId) -> InstanceId {
    until(PATIENCE, "a shard runs", async || {
        let shards = ledger(cloud).shards(run).await.expect("the ledger can be read");
        let running = shards.into_iter().find(|shard| shard.command.is_some() && !shard.ended());
        running.and_then(|shard| shard.environment)
    })
    .await
}

/// Ids of the processes of an instance, zombies left out: they carry the instance's folder in their environment.
pub fn processes_of(cloud: &LocalCloud, instance: &InstanceId) -> Vec<u32> {
    let folder = cloud.folder().join(instance.as_str());
    let folder = folder.to_string_lossy().into_owned();
    let processes = std::fs::read_dir("/proc").expect("processes can be listed").flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(|id| {
        let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(&folder)
    })
    .collect()
}
