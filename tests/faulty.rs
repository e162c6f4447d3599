//! What goes wrong on AWS without anyone's mistake: instances die, events are lost or doubled, functions are killed,
//! executions are stopped.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::time::Duration;

use aws::LaunchOrder;
use domain::base::ids::{InstanceId, RunId};
use domain::quality::gates::Verdict;
use domain::run::fleet::{Market, Platform};
use domain::run::status::Status;
use local::cloud::LocalCloud;
use qaops::run::Started;
use serde_json::json;
use tests::{
    Fault, Finished, SeededRun, Suite, begin, begin_as, busy_instance, end, ended, ledger, living, log_lines, passing,
    processes_of, run, settings, sleeping, until, with_cloud,
};

#[test]
fn a_shard_that_is_lost_with_its_instance_runs_again_and_counts_once() {
    with_cloud(async |cloud| {
        let suite = Suite::new("killed", "", &sleeping(4, 3.0));
        let started = begin(cloud, &suite, json!({"environments": 2})).await;
        let instance = busy_instance(cloud, &started.id).await;
        cloud.aws.fleet().terminate(std::slice::from_ref(&instance)).await.unwrap();
        let run = end(cloud, started).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
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
        assert_eq!(run.evaluation().shards.lost, 2);
    });
}

#[test]
fn events_that_come_twice_change_nothing() {
    with_cloud(async |cloud| {
        let suite = Suite::new("doubled", "", &passing(6));
        Fault::double_event(&["qaops:suite=doubled"]).arm(cloud);
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
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
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [6, 6, 0, 0, 0]);
        assert!(fault.struck(cloud) > 0);
    });
}

#[test]
fn without_any_event_a_killed_instance_costs_a_shard_and_a_stopped_run_leaves_nothing() {
    with_cloud(async |cloud| {
        let suite = Suite::new("unheard", "", &sleeping(4, 3.0));
        Fault::no_event(&["qaops:suite=unheard"]).arm(cloud);
        Fault::no_event(&["aws.states", "unheard-stopped"]).arm(cloud);
        let stopped = begin_as(cloud, &suite, "unheard-stopped", json!({"environments": 2})).await;
        let started = begin(cloud, &suite, json!({"environments": 2})).await;
        let instances = [busy_instance(cloud, &stopped.id).await];
        cloud.aws.executions().stop(&stopped.arn).await.unwrap();
        let instance = busy_instance(cloud, &started.id).await;
        cloud.aws.fleet().terminate(std::slice::from_ref(&instance)).await.unwrap();
        nothing_left(cloud, &stopped.id, &instances).await;
        let run = end(cloud, started).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [4, 4, 0, 0, 0]);
    });
}

/// Steps that every run calls.
const STEPS: [&str; 11] =
    ["plan", "launch", "ready", "assign", "dispatch", "resume", "collect", "terminate", "evaluate", "record", "notify"];

#[test]
fn a_function_that_dies_before_its_answer_leaves_the_run_right() {
    with_cloud(async |cloud| {
        let suite = Suite::new("mortal", "", &passing(3));
        for steps in STEPS.chunks(SIDE_BY_SIDE) {
            let runs: Vec<_> = steps.iter().map(|step| killed(cloud, &suite, step, None)).collect();
            for (fault, run) in all(cloud, runs).await {
                assert_eq!(fault.struck(cloud), 1, "{} was not killed", run.id);
                is_right(cloud, "mortal", &run, [6, 6, 0, 0, 0]).await;
            }
        }
    });
}

#[test]
fn a_function_that_dies_between_two_calls_leaves_the_run_right() {
    with_cloud(async |cloud| {
        let suite = Suite::new("broken-off", "", &passing(3));
        let calls = [("plan", 5), ("launch", 6), ("dispatch", 4), ("collect", 6), ("evaluate", 6), ("record", 6)];
        let cases: Vec<_> = calls.into_iter().flat_map(|(step, most)| (1..=most).map(move |n| (step, n))).collect();
        let mut alive: Vec<&(&str, u32)> = Vec::new();
        for cases in cases.chunks(SIDE_BY_SIDE) {
            let runs: Vec<_> = cases.iter().map(|(step, call)| killed(cloud, &suite, step, Some(*call))).collect();
            for ((fault, run), case) in all(cloud, runs).await.into_iter().zip(cases) {
                alive.extend((fault.struck(cloud) != 1).then_some(case));
                is_right(cloud, "broken-off", &run, [6, 6, 0, 0, 0]).await;
            }
        }
        assert!(alive.is_empty(), "these steps make fewer calls and were not killed: {alive:?}");
    });
}

#[test]
fn a_second_command_for_an_attempt_ends_nothing_while_the_first_works() {
    with_cloud(async |cloud| {
        let suite = Suite::new("sent-twice", "", &sleeping(1, 6.0));
        // Dispatch dies right after it has sent the command, so it sends another.
        let name = RunId::from("sent-twice".to_owned());
        let fault = Fault::kill_after_call("dispatch", 4, &name);
        fault.arm(cloud);
        let started = begin_as(cloud, &suite, &name, json!({"environments": 1})).await;
        let run = end(cloud, started).await;
        assert_eq!(fault.struck(cloud), 1);
        is_right(cloud, "sent-twice", &run, run.counts()).await;
        assert_eq!(run.shards.iter().map(|shard| shard.attempt).collect::<Vec<_>>(), [1], "the first attempt counts");
    });
}

/// Runs at the same time, on two cores.
const SIDE_BY_SIDE: usize = 4;

/// Starts a run in which `step` dies once: before its answer, or after its call number `call`.
async fn killed(cloud: &LocalCloud, suite: &Suite, step: &str, call: Option<u32>) -> (Fault, Started) {
    let name = RunId::from(format!("{step}-dies-{}-{}", call.unwrap_or(0), qaops::run::run_id("x")));
    let fault = match call {
        None => Fault::kill_before_answer(step, &name),
        Some(call) => Fault::kill_after_call(step, call, &name),
    };
    fault.arm(cloud);
    (fault, begin_as(cloud, suite, &name, json!({"environments": 2})).await)
}

async fn all(cloud: &LocalCloud, runs: Vec<impl Future<Output = (Fault, Started)>>) -> Vec<(Fault, Finished)> {
    let mut started = Vec::new();
    for run in runs {
        started.push(run.await);
    }
    let mut finished = Vec::new();
    for (fault, run) in started {
        finished.push((fault, end(cloud, run).await));
    }
    finished
}

/// Passed, counted once, recorded once, and nothing left.
async fn is_right(cloud: &LocalCloud, suite: &str, run: &Finished, counts: [u64; 5]) {
    assert_eq!(run.evaluation().verdict, Verdict::Passed, "{}: {:?}", run.id, run.evaluation().reasons);
    assert_eq!(run.counts(), counts, "{}", run.id);
    assert!(run.shards.iter().all(|shard| shard.losses.is_empty()), "{}: {:?}", run.id, run.shards);
    let past = ledger(cloud).past_runs(suite, 100).await.unwrap();
    assert_eq!(past.iter().filter(|past| past.id == run.id).count(), 1, "{}", run.id);
    assert!(living(cloud, &run.id).await.is_empty(), "{}", run.id);
}

#[test]
fn a_sweep_ends_overdue_instances_of_its_own_deployment_only() {
    with_cloud(async |cloud| {
        let theirs = overdue(cloud, &"of-another".into(), Some("another")).await;
        let ours = overdue(cloud, &"of-ours".into(), None).await;
        let gone = async || living(cloud, &"of-ours".into()).await.is_empty().then_some(());
        until(Duration::from_secs(60), "the sweep ends what is ours", gone).await;
        // Instances of other tests may go in the same sweep.
        let told = async || {
            let swept = log_lines(cloud, "sweep", "swept");
            let line = uncoloured(swept.iter().find(|line| line.contains(ours[0].as_str()))?);
            let ended = line.split("answered: ").next()?.matches("InstanceId(").count();
            line.contains(&format!("terminated={ended} ")).then_some(())
        };
        until(Duration::from_secs(60), "a line tells how many", told).await;
        assert_eq!(living(cloud, &"of-another".into()).await.len(), 1);
        cloud.aws.fleet().terminate(&theirs).await.unwrap();
    });
}

#[test]
fn a_run_that_cannot_be_looked_after_keeps_no_other_from_it() {
    with_cloud(async |cloud| {
        let open = async |id: &str| {
            let files = BTreeMap::from([("a.robot".to_owned(), Vec::new())]);
            let run = SeededRun {
                id: id.into(),
                suite: "adrift".to_owned(),
                started: jiff::Timestamp::now().into(),
                labels: BTreeMap::new(),
                files,
            };
            run.open(cloud).await.unwrap();
        };
        let sick = Fault::refused_write("AccessDeniedException", &["adrift-1-sick"], 40);
        // The sweep looks at runs by name.
        for id in ["adrift-1-sick", "adrift-2-sound"] {
            open(id).await;
        }
        sick.arm(cloud);
        overdue(cloud, &"adrift-0".into(), None).await;
        let status = async |id: &str| ledger(cloud).run(&id.into()).await.unwrap().unwrap().status;
        let ended = async || (status("adrift-2-sound").await == Status::Aborted).then_some(());
        until(Duration::from_secs(60), "the sweep ends the other run", ended).await;
        assert!(sick.struck(cloud) > 0);
        let gone = async || living(cloud, &"adrift-0".into()).await.is_empty().then_some(());
        until(Duration::from_secs(60), "the sweep ends the instance", gone).await;
    });
}

/// A line without the escapes that colour it.
fn uncoloured(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

/// An instance of no run, long overdue, with the tag of another deployment if there is one.
async fn overdue(cloud: &LocalCloud, run: &RunId, deployment: Option<&str>) -> Vec<InstanceId> {
    let platforms: BTreeMap<String, Platform> =
        serde_json::from_str(&settings(cloud, "launch")["QAOPS_FLEET"]).unwrap();
    let tags = deployment.map(|name| ("qaops:deployment".to_owned(), name.to_owned())).into_iter().collect();
    let platform = &platforms["linux"];
    let order = LaunchOrder {
        run,
        platform,
        volume: None,
        market: Market::OnDemand,
        count: 1,
        token: run,
        tags,
        deadline: 1.into(),
    };
    let launched = cloud.aws.fleet().launch(&order).await.unwrap().instances.into_keys().collect();
    // EC2 does not show an instance at once.
    let seen = async || (!living(cloud, run).await.is_empty()).then_some(());
    until(Duration::from_secs(60), "the instance is shown", seen).await;
    launched
}

#[test]
fn a_sweep_that_dies_is_made_good_by_the_next() {
    with_cloud(async |cloud| {
        let suite = Suite::new("swept", "", &passing(2));
        Fault::no_event(&["qaops:suite=swept"]).arm(cloud);
        let fault = Fault::kill_before_answer("sweep", &RunId::default());
        fault.arm(cloud);
        let run = run(cloud, &suite, json!({})).await;
        is_right(cloud, "swept", &run, [4, 4, 0, 0, 0]).await;
        assert_eq!(fault.struck(cloud), 1);
    });
}

#[test]
fn a_spot_notice_costs_an_attempt_and_never_a_test() {
    with_cloud(async |cloud| {
        let suite = Suite::new("spot", "", &sleeping(4, 4.0));
        let started = begin(cloud, &suite, json!({"environments": 2})).await;
        let instance = busy_instance(cloud, &started.id).await;
        tests::interrupt(cloud, &instance, 8.0);
        let run = end(cloud, started).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [4, 4, 0, 0, 0]);
        assert!(
            run.shards.iter().flat_map(|shard| &shard.losses).all(|loss| loss.environment.as_ref() == Some(&instance))
        );
    });
}

#[test]
fn a_stopped_run_leaves_nothing_in_whichever_state_it_was_stopped() {
    with_cloud(async |cloud| {
        let top = [
            "WaitForCapacity",
            "Plan",
            "Launch",
            "Launched",
            "AwaitReady",
            "Settled",
            "WaitForReady",
            "RunEnvironments",
            "TerminateRun",
            "Terminated",
            "Evaluate",
            "Record",
            "Notify",
            "Verdict",
        ];
        // The states of the children follow one another while their parent is in RunEnvironments.
        let below = (1..=8).map(|n| ("RunEnvironments", f64::from(n) * 0.4));
        let moments: Vec<_> = top.into_iter().map(|state| (state, 0.0)).chain(below).collect();
        for moments in moments.chunks(SIDE_BY_SIDE) {
            let mut stopped = Vec::new();
            for (state, seconds) in moments {
                stopped.push(stop_in(cloud, state, Duration::from_secs_f64(*seconds)).await);
            }
            for (run, instances) in stopped {
                nothing_left(cloud, &run, &instances).await;
            }
        }
    });
}

/// Stops a run `after` it has entered `state`; its id and the instances that it had then.
async fn stop_in(cloud: &LocalCloud, state: &str, after: Duration) -> (RunId, Vec<InstanceId>) {
    let suite = Suite::new("stopped", "", &sleeping(3, 0.5));
    let id = qaops::run::run_id(state);
    if state == "WaitForCapacity" {
        Fault::no_capacity(&id).arm(cloud);
    }
    let started = begin_as(cloud, &suite, &id, json!({"environments": 2})).await;
    let executions = cloud.aws.executions();
    until(Duration::from_secs(60), state, async || {
        let entered = executions.states(&started.arn, 0).await.unwrap();
        entered.iter().any(|entered| entered.name == state).then_some(())
    })
    .await;
    tokio::time::sleep(after).await;
    let instances = living(cloud, &started.id).await.into_iter().map(|instance| instance.id).collect();
    // A run that ended in the meantime cannot be stopped, which is no error here.
    let _ = executions.stop(&started.arn).await;
    let execution = ended(cloud, &started).await;
    assert!(matches!(execution.word.as_str(), "ABORTED" | "SUCCEEDED"), "{execution:?}");
    (started.id, instances)
}

async fn nothing_left(cloud: &LocalCloud, run: &RunId, instances: &[InstanceId]) {
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
