//! What a run leaves in its suite's history: recorded twice, late, by a function that dies, or beside another run.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use domain::base::ids::RunId;
use domain::quality::history::{Outcome, PastRun};
use domain::results::outcome::Status;
use domain::run::status;
use local::cloud::LocalCloud;
use serde_json::{Value, json};
use tests::{Fault, IMAGE, SeededRun, Suite, invoke, ledger, log_lines, passing, run, with_cloud};

/// Start of the runs here; a later run starts so many seconds later.
const BEGIN: i64 = 1_790_000_000;

/// A run of three files, which started `late` seconds after the first; `failed` is the file whose test failed.
fn given(suite: &str, id: &str, late: i64, failed: &str) -> SeededRun {
    let status = |file: &str| if file == failed { Status::Failed } else { Status::Passed };
    let file = |name: &str| {
        let tests = vec![("One".to_owned(), status(name)), ("Two".to_owned(), Status::Passed)];
        (format!("deep/{name}.robot"), tests)
    };
    SeededRun {
        id: format!("{suite}-{id}").into(),
        suite: suite.to_owned(),
        started: (BEGIN + late).into(),
        labels: BTreeMap::from([("branch".into(), "fix/cart".into()), ("commit".into(), format!("{id}0a1b2c"))]),
        files: ["a", "b", "c"].map(file).into(),
    }
}

async fn recorded(cloud: &LocalCloud, run: &SeededRun) {
    run.make(cloud).await.unwrap();
    let answer = record(cloud, run);
    assert!(answer["status"].is_string(), "{answer}");
}

fn record(cloud: &LocalCloud, run: &SeededRun) -> Value {
    invoke(cloud, "record", &run.input())
}

/// Everything that a suite's history holds, with the ids of its runs.
#[derive(Debug, PartialEq)]
struct Remembered {
    past: Vec<PastRun>,
    baseline: Option<RunId>,
    files: Vec<(String, u64, Vec<Told>)>,
}

/// A test, a run, and what came of the test in it.
type Told = (String, RunId, Outcome);

async fn remembered(cloud: &LocalCloud, suite: &str) -> Remembered {
    let ledger = ledger(cloud);
    let files = ledger.file_histories(suite).await.unwrap();
    let files = files.iter().map(|file| {
        let outcomes = file.tests().flat_map(|test| {
            let told = file.outcomes_of(test);
            told.into_iter().map(|(outcome, run)| (test.to_owned(), run.run.clone(), outcome)).collect::<Vec<_>>()
        });
        (file.path.clone(), file.version, outcomes.collect())
    });
    Remembered {
        files: files.collect(),
        past: ledger.past_runs(suite, 100).await.unwrap(),
        baseline: ledger.baseline(suite, "fix/cart").await.unwrap().map(|baseline| baseline.run),
    }
}

/// The lines of figures that were printed for a run.
fn figures(cloud: &LocalCloud, run: &SeededRun) -> Vec<Value> {
    let lines = log_lines(cloud, "record", &format!("\"Run\":\"{}\"", run.id));
    let lines = lines.iter().filter(|line| line.contains("CloudWatchMetrics"));
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn a_run_that_is_recorded_twice_is_recorded_once() {
    with_cloud(async |cloud| {
        let run = given("twice", "r1", 0, "");
        recorded(cloud, &run).await;
        let once = remembered(cloud, "twice").await;
        assert_eq!(record(cloud, &run), json!({"status": "passed"}));
        assert_eq!(remembered(cloud, "twice").await, once);
        assert_eq!((once.past.len(), once.baseline.as_deref()), (1, Some("twice-r1")));
        let past = &once.past[0];
        assert_eq!((past.status, past.counts.passed, past.metrics["tests.failed"]), (status::Status::Passed, 6, 0.0));
        let figures = figures(cloud, &run);
        assert_eq!(figures.len(), 1, "CloudWatch adds up what it is given twice");
        assert_eq!((&figures[0]["Suite"], &figures[0]["Tests"]), (&json!("twice"), &json!(6.0)));
        assert_eq!((&figures[0]["BootTime"], &figures[0]["RunsPassed"]), (&json!(30.0), &json!(1.0)));
    });
}

#[test]
fn a_file_remembers_what_its_tests_did_and_on_which_commit_and_image() {
    with_cloud(async |cloud| {
        for (n, failed) in ["", "a", "a", "b"].into_iter().enumerate() {
            recorded(cloud, &given("told", &format!("r{n}"), n as i64 * 60, failed)).await;
        }
        let file = ledger(cloud).file_history("told", "deep/a.robot").await.unwrap().unwrap();
        let outcomes: Vec<Outcome> = file.outcomes_of("Told.A.One").into_iter().map(|(outcome, _)| outcome).collect();
        assert_eq!(outcomes, [Outcome::Passed, Outcome::Failed, Outcome::Failed, Outcome::Passed]);
        let other = ledger(cloud).file_history("told", "deep/b.robot").await.unwrap().unwrap();
        assert_eq!(other.first_failed("Told.B.One").map(|run| run.run.as_str()), Some("told-r3"));
        let newest = file.runs().last().unwrap();
        assert_eq!((newest.commit.as_deref(), newest.image.as_deref()), (Some("r30a1b2c"), Some(IMAGE)));
        assert_eq!(newest.seconds, 2.5);
    });
}

#[test]
fn a_late_run_takes_its_place_and_never_that_of_a_newer_one() {
    with_cloud(async |cloud| {
        recorded(cloud, &given("late", "newer", 600, "")).await;
        recorded(cloud, &given("late", "older", 0, "a")).await;
        recorded(cloud, &given("late", "between", 300, "")).await;
        let late = remembered(cloud, "late").await;
        let order: Vec<&str> = late.past.iter().map(|past| past.id.as_str()).collect();
        assert_eq!(order, ["late-newer", "late-between", "late-older"]);
        assert_eq!(late.baseline.as_deref(), Some("late-newer"), "a late run is no baseline");
        let file = ledger(cloud).file_history("late", "deep/a.robot").await.unwrap().unwrap();
        let runs: Vec<&str> = file.runs().iter().map(|run| run.run.as_str()).collect();
        assert_eq!(runs, ["late-older", "late-between", "late-newer"]);
        assert_eq!(file.first_failed("Late.A.One"), None);
    });
}

#[test]
fn only_an_accepted_run_becomes_the_baseline() {
    with_cloud(async |cloud| {
        recorded(cloud, &given("accepted", "good", 0, "")).await;
        recorded(cloud, &given("accepted", "bad", 60, "c")).await;
        let history = remembered(cloud, "accepted").await;
        assert_eq!((history.past.len(), history.baseline.as_deref()), (2, Some("accepted-good")));
        let figures = figures(cloud, &given("accepted", "bad", 60, "c"));
        assert_eq!((&figures[0]["RunsFailed"], &figures[0]["TestsFailed"]), (&json!(1.0), &json!(1.0)));
    });
}

#[test]
fn a_record_that_dies_between_two_calls_is_made_good_by_the_next_try() {
    with_cloud(async |cloud| {
        recorded(cloud, &given("whole", "r1", 0, "")).await;
        let whole = named(remembered(cloud, "whole").await, "whole", "x");
        let mut died = 0;
        for call in 1.. {
            let suite = format!("dies{call}");
            let run = given(&suite, "r1", 0, "");
            run.make(cloud).await.unwrap();
            let fault = Fault::kill_after_call("record", call, &run.id);
            fault.arm(cloud);
            let first = record(cloud, &run);
            assert_eq!(record(cloud, &run), json!({"status": "passed"}), "after call {call}: {first}");
            assert_eq!(named(remembered(cloud, &suite).await, &suite, "x"), whole, "after call {call}");
            let ended = ledger(cloud).run(&run.id).await.unwrap().unwrap();
            assert_eq!(ended.status, status::Status::Passed, "after call {call}");
            assert!(figures(cloud, &run).len() <= 1, "after call {call}");
            if fault.struck(cloud) == 0 {
                break;
            }
            died += 1;
        }
        assert!(died > 10, "it died {died} times only");
    });
}

/// The same with another name for the suite, so that the histories of two suites can be compared.
fn named(history: Remembered, suite: &str, other: &str) -> Remembered {
    let text = |text: &str| text.to_lowercase().replace(suite, other);
    let past =
        history.past.into_iter().map(|past| PastRun { id: text(&past.id).into(), suite: text(&past.suite), ..past });
    let files = history.files.into_iter().map(|(path, version, outcomes)| {
        let outcomes = outcomes.iter().map(|(test, run, outcome)| (text(test), text(run).into(), *outcome));
        (path, version, outcomes.collect())
    });
    Remembered { past: past.collect(), files: files.collect(), baseline: history.baseline.map(|run| text(&run).into()) }
}

#[test]
fn runs_that_are_recorded_at_the_same_time_are_all_remembered() {
    with_cloud(async |cloud| {
        let runs: Vec<SeededRun> = (0..4).map(|n| given("beside", &format!("r{n}"), n * 60, "")).collect();
        for run in &runs {
            run.make(cloud).await.unwrap();
        }
        // The last one twice, as Lambda may.
        let calls = runs.iter().chain(runs.last()).map(|run| {
            let run = run.clone();
            tokio::task::spawn_blocking(move || record(cloud, &run))
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap(), json!({"status": "passed"}));
        }
        let history = remembered(cloud, "beside").await;
        assert_eq!((history.past.len(), history.baseline.as_deref()), (4, Some("beside-r3")));
        for (path, version, outcomes) in &history.files {
            assert_eq!((*version, outcomes.len()), (4, 8), "{path}: {outcomes:?}");
        }
        assert!(runs.iter().all(|run| figures(cloud, run).len() == 1));
    });
}

#[test]
fn a_run_is_compared_with_the_last_accepted_one_of_its_branch_or_of_the_default_branch() {
    with_cloud(async |cloud| {
        let suite = Suite::new("compared", "default_branch = \"trunk\"\n", &passing(1));
        let on = |branch: &str| json!({"labels": {"branch": branch}});
        let mut pinned = Vec::new();
        let mut runs = Vec::new();
        for branch in ["fix", "trunk", "other", "fix"] {
            let run = run(cloud, &suite, on(branch)).await;
            let artifacts = cloud.aws.artifacts(cloud.deployment.bucket.clone());
            let plan: domain::package::plan::Plan =
                artifacts.read_json(&domain::run::keys::plan(&run.id)).await.unwrap().unwrap();
            pinned.push(plan.baseline.map(|baseline| (baseline.branch, baseline.run)));
            runs.push(run.id);
        }
        let of = |branch: &str, n: usize| Some((branch.to_owned(), runs[n].clone()));
        assert_eq!(pinned, [None, None, of("trunk", 1), of("fix", 0)]);
    });
}
