//! What goes wrong on AWS without anyone's mistake: instances die, events are lost or doubled, functions are killed,
//! executions are stopped.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use domain::gates::Verdict;
use qaops::cloud::LocalCloud;
use serde_json::json;
use tests::{Fault, Suite, begin, busy_instance, end, ended, ledger, living, passing, processes_of, run, sleeping, until, with_cloud};

#[test]
fn a_shard_that_is_lost_with_its_instance_runs_again_and_counts_once() {
    with_cloud(async |cloud| {
        let suite = Suite::new("killed", "", &sleeping(4, 3.0));
        let started = begin(cloud, &suite, json!({"environments": 2})).await;
        let instance = busy_instance(cloud, &started.id).await;
        cloud.aws.fleet().terminate(&[instance.clone()]).await.unwrap();
        let run = end(cloud, started).await;
        assert_eq!(run.judged().verdict, Verdict::Passed, "{:?}", run.judged().reasons);
        assert_eq!(run.counts(), [4, 4, 0, 0, 0]);
        let losses: Vec<_> = run.shards.iter().flat_map(|shard| &shard.losses).collect();
        assert_eq!(losses.len(), 1);
        assert_eq!(losses[0].environment.as_deref(), Some(instance.as_str()));
        assert!(run.shards.iter().any(|shard| shard.result == Some(2)));
    });
}

#[test]
fn a_run_whose_every_instance_dies_is_inconclusive() {
    with_cloud(async |cloud| {
        let suite = Suite::new("doomed", "timeout = \"120s\"\n", &sleeping(2, 30.0));
        let started = begin(cloud, &suite, json!({"environments": 2})).await;
        let id = started.id.clone();
        let killer = async {
            loop {
                for instance in living(cloud, &id).await {
                    cloud.aws.fleet().terminate(&[instance.id]).await.unwrap();
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let run = tokio::select! {
            run = end(cloud, started) => run,
            () = killer => unreachable!("the killer never ends"),
        };
        assert_eq!(run.error(), "QAOps.Inconclusive");
        assert_eq!(run.judged().shards.lost, 2);
    });
}

#[test]
fn events_that_come_twice_change_nothing() {
    with_cloud(async |cloud| {
        let suite = Suite::new("doubled", "", &passing(6));
        Fault::double_event(&["qaops:suite=doubled"]).arm(cloud);
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        assert_eq!(run.judged().verdict, Verdict::Passed, "{:?}", run.judged().reasons);
        assert_eq!(run.counts(), [12, 12, 0, 0, 0]);
        assert!(run.shards.iter().all(|shard| shard.losses.is_empty() && shard.result == Some(1)));
    });
}

#[test]
fn events_that_never_come_are_made_good_by_the_sweep() {
    with_cloud(async |cloud| {
        let suite = Suite::new("deaf", "", &passing(3));
        let fault = Fault::no_event(&["qaops:suite=deaf"]);
        fault.arm(cloud);
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        assert_eq!(run.judged().verdict, Verdict::Passed, "{:?}", run.judged().reasons);
        assert_eq!(run.counts(), [6, 6, 0, 0, 0]);
        assert!(fault.struck(cloud) > 0);
    });
}

/// Steps that a plain run calls, with the number of AWS calls after which to kill them.
const KILLED: [&str; 9] =
    ["plan", "launch", "ready", "assign", "dispatch", "collect", "evaluate", "record", "notify"];

#[test]
fn a_function_that_dies_before_its_answer_leaves_the_run_right() {
    with_cloud(async |cloud| {
        let suite = Suite::new("mortal", "", &passing(3));
        let mut runs = Vec::new();
        for step in KILLED.into_iter().chain(["terminate", "resume"]) {
            let name = format!("mortal-{step}");
            let fault = Fault::kill_before_answer(step, &name);
            fault.arm(cloud);
            runs.push((fault, tests::begin_as(cloud, &suite, &name, json!({"environments": 2})).await));
        }
        for (fault, started) in runs {
            let run = end(cloud, started).await;
            assert_eq!(run.judged().verdict, Verdict::Passed, "{}: {:?}", run.id, run.judged().reasons);
            assert_eq!(run.counts(), [6, 6, 0, 0, 0], "{}", run.id);
            assert!(fault.struck(cloud) == 1 || run.id.ends_with("resume"), "{} was not killed", run.id);
            assert!(run.shards.iter().all(|shard| shard.losses.is_empty()), "{}: {:?}", run.id, run.shards);
            let past = ledger(cloud).past_runs("mortal", 100).await.unwrap();
            assert_eq!(past.iter().filter(|past| past.id == run.id).count(), 1);
            assert!(living(cloud, &run.id).await.is_empty());
        }
    });
}

#[test]
fn a_stopped_run_leaves_nothing_in_whichever_state_it_was_stopped() {
    with_cloud(async |cloud| {
        let states = ["Plan", "Launch", "Launched", "AwaitReady", "WaitForReady", "RunEnvironments", "TerminateRun",
            "Evaluate", "Record", "Notify"];
        for states in states.chunks(3) {
            let stopped: Vec<_> = states.iter().map(|state| stop_in(cloud, state)).collect();
            for run in stopped {
                let (run, instances) = run.await;
                nothing_left(cloud, &run, &instances).await;
            }
        }
    });
}

/// Stops a run as soon as it has entered `state`; its id and the instances that it had then.
async fn stop_in(cloud: &LocalCloud, state: &str) -> (String, Vec<String>) {
    let suite = Suite::new("stopped", "", &sleeping(3, 2.0));
    let started = begin(cloud, &suite, json!({"environments": 2})).await;
    let executions = cloud.aws.executions();
    until(Duration::from_secs(60), state, async || {
        let entered = executions.states(&started.arn, 0).await.unwrap();
        entered.iter().any(|entered| entered.name == state).then_some(())
    })
    .await;
    executions.stop(&started.arn).await.unwrap();
    let execution = ended(cloud, &started).await;
    assert!(matches!(execution.word.as_str(), "ABORTED" | "SUCCEEDED"), "{execution:?}");
    let instances = living(cloud, &started.id).await.into_iter().map(|instance| instance.id).collect();
    (started.id, instances)
}

async fn nothing_left(cloud: &LocalCloud, run: &str, instances: &[String]) {
    until(Duration::from_secs(30), "no instance and no process is left", async || {
        let living = living(cloud, run).await;
        let processes = instances.iter().map(|id| processes_of(cloud, id).len()).sum::<usize>();
        (living.is_empty() && processes == 0).then_some(())
    })
    .await;
    until(Duration::from_secs(30), "the ledger knows that the run is over", async || {
        ledger(cloud).open_runs().await.unwrap().iter().all(|open| open != run).then_some(())
    })
    .await;
}
