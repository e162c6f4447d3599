//! What a suite asks of its environments, end to end: a desktop that breaks is replaced, and no test is blamed; instance
//! types are those that were asked for, and the first test waits until the application is healthy.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use aws::LaunchOrder;
use domain::base::ids::{InstanceId, RunId};
use domain::base::time::Time;
use domain::quality::gates::Verdict;
use domain::run::fleet::{Market, Platform};
use domain::run::status::Environment;
use local::cloud::LocalCloud;
use serde_json::{Value, json};
use tests::{
    Fault, Suite, begin, begin_as, end, invoke, ledger, log_lines, passing, project, run, settings, start_on, until,
    with_cloud,
};

const CONFIG: &str = "desktop = { width = 640, height = 480, screenshots = true, video = \"failed\" }\n\
    [environment]\ntypes = [\"m7i.large\"]\nvolume = 64\nhealth = { command = \"test -e started\" }\n\
    [hooks]\nbefore = \"(sleep 3; touch started) &\"\n";

/// A file whose test lets its desktop be taken away in its first attempt, and then fails; the second finds all well.
fn broken(fault: &str, step: &str) -> (String, String) {
    let text = format!(
        "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nOnly\n    \
         File Should Exist    ${{EXECDIR}}/started\n    \
         ${{again}} =    Run Keyword And Return Status    File Should Exist    ${{SEEN}}/{fault}\n    \
         IF    not ${{again}}\n        Create File    ${{SEEN}}/{fault}    \
         %{{QAOPS_LOCAL_INSTANCE}} %{{DISPLAY}}\n        {step}\n        \
         Fail    no\n    END\n"
    );
    (format!("{fault}.robot"), text)
}

fn can_have_desktops() -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &&str| std::env::split_paths(&paths).any(|folder| folder.join(name).is_file());
    let can = ["Xvfb", "openbox", "ffmpeg"].iter().all(there);
    if !can {
        eprintln!("skipped: there is no Xvfb, no openbox or no ffmpeg on the search path");
    }
    can
}

/// Takes a desktop away from outside of its attempt, as soon as a test says which.
async fn take_away(cloud: &LocalCloud, seen: &Path, fault: &str) {
    let place = until(Duration::from_secs(120), "a test is on its desktop", async || {
        std::fs::read_to_string(seen.join(fault)).ok().filter(|place| !place.is_empty())
    })
    .await;
    let (instance, display) = place.split_once(' ').unwrap();
    let (python, told) = (cloud.python.program("python"), seen.join(format!("{fault}.done")));
    // Of this machine's files, an environment sees what is shared with it.
    let program = seen.join(format!("{fault}.py"));
    std::fs::copy(project().join("tests/desktop_faults.py"), &program).unwrap();
    let command = match fault {
        "kill" => "(pkill -KILL -f 'qaops-runner deskto[p]'; echo done)".to_owned(),
        _ => format!("'{}' '{}' {fault}", python.display(), program.display()),
    };
    let command = format!("{command} >'{}.part' & ", told.display());
    let wait = format!("until grep -q done '{0}.part'; do sleep 0.1; done; mv '{0}.part' '{0}'; wait", told.display());
    start_on(cloud, instance, &format!("export DISPLAY={display}\n{command}\n{wait}"));
}

#[test]
fn a_desktop_that_breaks_is_replaced_and_no_test_is_blamed() {
    if !can_have_desktops() {
        return;
    }
    with_cloud(async |cloud| {
        let seen = tests::shared_folder();
        let wait = |fault: &str| format!("Wait Until Created    ${{SEEN}}/{fault}.done    1 min");
        let files = [broken("kill", &wait("kill")), broken("lock", &wait("lock")), broken("blacken", &wait("blacken"))];
        let suite = Suite::new("desktops", CONFIG, &files);
        let variables = json!({ "SEEN": seen.path() });
        let started = begin(cloud, &suite, json!({ "environments": 3, "variables": variables })).await;
        let [kill, lock, blacken] = ["kill", "lock", "blacken"].map(|fault| take_away(cloud, seen.path(), fault));
        let (run, (), (), ()) = tokio::join!(end(cloud, started), kill, lock, blacken);
        assert_eq!(
            run.evaluation().verdict,
            Verdict::Passed,
            "{:?} {:?}",
            run.evaluation().reasons,
            run.evaluation().failed
        );
        assert_eq!(run.counts(), [3, 3, 0, 0, 0]);
        let mut told = Vec::new();
        for shard in &run.shards {
            assert_eq!((shard.result, shard.losses.len()), (Some(2), 1), "{:?}", shard.losses);
            let name = shard.losses[0].reason.split(':').next().unwrap_or_default();
            told.push(format!("{} {name}", shard.files.join(" ")));
        }
        told.sort();
        let names =
            ["blacken.robot Runner.DesktopBlank", "kill.robot Runner.DesktopLost", "lock.robot Runner.DesktopLocked"];
        assert_eq!(told, names);
        let environments = ledger(cloud).environments(&run.id).await.unwrap();
        let types: Vec<&str> = environments.iter().map(|environment| environment.instance_type.as_str()).collect();
        assert_eq!(types, ["m7i.large"; 6], "no environment is used again, and all are as the suite asks");
    });
}

#[test]
fn the_type_that_a_suite_prefers_is_launched_also_where_another_is_cheaper() {
    let config = "[environment]\ntypes = [\"m7i.large\", \"c7i.large\"]\n";
    with_cloud(async |cloud| {
        let run = run(cloud, &Suite::new("picky", config, &passing(1)), json!({})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        let environments = ledger(cloud).environments(&run.id).await.expect("the ledger can be read");
        let types: Vec<&str> = environments.iter().map(|one| one.instance_type.as_str()).collect();
        assert_eq!(types, ["m7i.large"]);
    });
}

#[test]
fn what_stands_in_the_way_of_environments_is_among_the_reasons() {
    with_cloud(async |cloud| {
        let suite = Suite::new("hindered", "", &passing(1));
        let of = async |id: &str, fault: Fault| {
            fault.arm(cloud);
            let started = begin_as(cloud, &suite, id, json!({})).await;
            end(cloud, started).await
        };
        let dead = of("hindered-dead", Fault::dies_at_launch("Client.InternalError", &"hindered-dead".into())).await;
        assert_eq!(dead.evaluation().verdict, Verdict::Inconclusive);
        let reasons = dead.evaluation().reasons.join("\n");
        assert!(reasons.contains("(Client.InternalError: Client error on launch)"), "{reasons}");
        assert!(reasons.contains("let the role of launch use the key of the image"), "{reasons}");
        assert!(!log_lines(cloud, "ready", "Client.InternalError").is_empty(), "the log tells what was lost");
        let scarce = of("hindered-scarce", Fault::no_capacity(&"hindered-scarce".into())).await;
        let reasons = scarce.evaluation().reasons.join("\n");
        assert!(reasons.contains("EC2 did not give all environments (InsufficientInstanceCapacity: "), "{reasons}");
        assert!(!log_lines(cloud, "launch", "InsufficientInstanceCapacity").is_empty(), "the log tells the obstacle");
        let role = "AuthFailure.ServiceLinkedRoleCreationNotPermitted";
        let denied = of("hindered-denied", Fault::launch_refused(role, &"hindered-denied".into())).await;
        let failure = denied.execution.failure.as_ref().unwrap();
        assert_eq!(failure.error, "Launch.Denied");
        assert!(failure.cause.contains(role) && failure.cause.contains("set service_linked_roles"), "{failure:?}");
        let odd = of("hindered-odd", Fault::launch_refused("InvalidParameterValue", &"hindered-odd".into())).await;
        assert_eq!(odd.execution.failure.as_ref().unwrap().error, "Launch.Refused");
    });
}

#[test]
fn what_the_deployment_does_not_have_starts_nothing() {
    with_cloud(async |cloud| {
        let cases = [("types = [\"p5.48xlarge\"]", "Launch.UnknownType"), ("volume = 101", "Launch.UnknownVolume")];
        for (asked, error) in cases {
            let suite = Suite::new("greedy", &format!("[environment]\n{asked}\n"), &passing(1));
            let run = run(cloud, &suite, json!({})).await;
            assert_eq!(run.error(), error);
            assert!(ledger(cloud).environments(&run.id).await.unwrap().is_empty());
        }
    });
}

#[test]
fn more_environments_than_a_request_may_name_are_asked_about() {
    with_cloud(async |cloud| {
        let ids: Vec<InstanceId> = (0..201).map(|n| format!("i-{n:017x}").as_str().into()).collect();
        let statuses = cloud.aws.fleet().statuses(&ids).await.unwrap();
        assert_eq!(statuses.iter().map(|status| status.id.clone()).collect::<Vec<_>>(), ids);
    });
}

#[test]
fn others_boot_for_a_minute_after_the_first_is_ready_and_as_long_as_their_platform_may() {
    with_cloud(async |cloud| {
        let now: Time = jiff::Timestamp::now().into();
        let (first, other) = (launched(cloud, &"waits-first".into()).await, InstanceId::from("i-00000000000000b00"));
        let look = async |run: &str, ago: i64, boot_seconds: i64, ids: &[&InstanceId]| -> Value {
            for id in ids {
                let environment = Environment {
                    id: (*id).clone(),
                    instance_type: "c7i.large".to_owned(),
                    market: Market::OnDemand,
                    image: None,
                    round: 1,
                    launched: now - ago,
                    boot_seconds,
                    ready: None,
                    ended: None,
                    lost: None,
                };
                ledger(cloud).add_environment(&run.into(), &environment).await.unwrap();
            }
            invoke(cloud, "ready", &json!({"run": run, "instances": ids, "launched": now - ago}))
        };
        let online = async || {
            let told = look("waits-first", 0, 300, &[&first]).await;
            (told["ready"] == json!([first])).then_some(())
        };
        until(Duration::from_secs(60), "the first is ready", online).await;
        // Its boot took 100 seconds, which is no reason to give up the other one.
        look("waits-grace", 100, 300, &[&first, &other]).await;
        let told = look("waits-grace", 100, 300, &[&first, &other]).await;
        assert_eq!(told, json!({"ready": [first], "lost": [], "settled": false}), "grace counts from the first");
        let told = look("waits-long", 400, 900, &[&other]).await;
        assert_eq!(told, json!({"ready": [], "lost": [], "settled": false}), "its platform may boot for 900 s");
        cloud.aws.fleet().terminate(&[first]).await.unwrap();
    });
}

/// An instance of no run.
async fn launched(cloud: &LocalCloud, run: &RunId) -> InstanceId {
    let platforms: BTreeMap<String, Platform> =
        serde_json::from_str(&settings(cloud, "launch")["QAOPS_FLEET"]).unwrap();
    let order = LaunchOrder {
        run,
        platform: &platforms["linux"],
        volume: None,
        market: Market::OnDemand,
        count: 1,
        token: run,
        tags: BTreeMap::new(),
        deadline: Time::from(jiff::Timestamp::now()) + 600,
    };
    cloud.aws.fleet().launch(&order).await.unwrap().instances.into_keys().next().unwrap()
}
