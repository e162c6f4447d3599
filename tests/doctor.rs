//! `qaops doctor`: each look at an account finds what is wrong, once it is wrong.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicU32, Ordering};

use domain::run::deployment::{self, Deployment};
use local::cloud::LocalCloud;
use qaops::doctor::{Examination, State, examine, examine_live, status};
use serde_json::json;
use tests::{change_account, delete_service_role, make_schedule, make_service_role, put_text, subscribe, with_cloud};
use tokio::sync::Mutex;

static NUMBER: AtomicU32 = AtomicU32::new(0);
/// Held by the test that has the account: each of them changes something that another one would find.
static ACCOUNT: Mutex<()> = Mutex::const_new(());

/// Runs a test while no other one changes the account.
fn with_account(test: impl AsyncFnOnce(&'static LocalCloud)) {
    with_cloud(async |cloud| {
        let _held = ACCOUNT.lock().await;
        test(cloud).await;
    });
}

/// Looks at the local account with the deployment changed, which then has a name of its own.
async fn look(cloud: &LocalCloud, change: impl FnOnce(&mut Deployment)) -> Examination {
    let account = cloud.aws.account();
    let text = text_of(cloud, change).await;
    // The tests share the account.
    let name = format!("examined-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    put_text(cloud, &deployment::parameter(&name), &text);
    examine(&account, &name).await
}

/// The deployment's parameter, changed.
async fn text_of(cloud: &LocalCloud, change: impl FnOnce(&mut Deployment)) -> String {
    let deployment = cloud.aws.account().deployment(cloud.name()).await;
    let mut deployment = deployment.expect("it can be read").expect("it is there");
    change(&mut deployment);
    serde_json::to_string(&deployment).expect("it is JSON")
}

/// Everything that was found of `check` in this state, each with what to do.
fn found(examination: &Examination, check: &str, state: State) -> String {
    let checks = examination.checks.iter().filter(|one| one.check == check && one.state == state);
    let told: Vec<_> = checks.map(|one| format!("{} | {}", one.found, one.cure)).collect();
    assert!(!told.is_empty(), "no {state:?} {check}: {:#?}", examination.checks);
    told.join("\n")
}

#[test]
fn an_account_is_looked_at_from_its_region_to_its_instances() {
    with_account(async |cloud| {
        let spot = |deployment: &mut Deployment| {
            deployment.platforms.values_mut().for_each(|platform| platform.launch.spot = true);
        };
        delete_service_role(cloud, "AWSServiceRoleForEC2Spot");
        let fresh = look(cloud, spot).await;
        assert_eq!(status(&fresh), 1);
        let told = found(&fresh, "service roles", State::Bad);
        assert!(told.contains("lacks AWSServiceRoleForEC2Spot") && told.contains("[\"spot.amazonaws.com\"]"), "{told}");
        make_service_role(cloud, "spot.amazonaws.com");
        let seen = look(cloud, spot).await;
        let bad: Vec<_> =
            seen.checks.iter().filter(|check| check.state > State::Warning && check.check != "subscriptions").collect();
        assert!(bad.is_empty(), "{bad:#?}");
        let order = [
            "region",
            "credentials",
            "deployment",
            "quotas",
            "service roles",
            "images",
            "launches",
            "endpoints",
            "subscriptions",
            "schedules",
            "roles",
            "instances",
        ];
        let mut names: Vec<_> = seen.checks.iter().map(|check| check.check).collect();
        names.dedup();
        assert_eq!((names, status(&seen)), (order.to_vec(), 0));
        let roles = found(&seen, "roles", State::Good);
        assert!(roles.contains("qaops-launch") && roles.contains("qaops-instance"), "{roles}");
    });
}

#[test]
fn an_account_that_is_another_one_is_told() {
    with_account(async |cloud| {
        let of = async |change: fn(&mut Deployment), state| found(&look(cloud, change).await, "deployment", state);
        let account = of(|deployment| deployment.account = "111111111111".into(), State::Bad).await;
        assert!(
            account.starts_with("qaops is in account 111111111111, and the credentials are of 000000000000"),
            "{account}"
        );
        let region = of(|deployment| deployment.region = "eu-north-1".into(), State::Bad).await;
        assert!(region.starts_with("qaops is in eu-north-1, and the calls go to us-east-1"), "{region}");
        let version = of(|deployment| deployment.version = "9.9.9".into(), State::Warning).await;
        assert!(version.starts_with("qaops is of version 9.9.9"), "{version}");
        let unknown = examine(&cloud.aws.account(), "nobody").await;
        let told = found(&unknown, "deployment", State::Bad);
        assert!(
            told.starts_with("there is none named nobody in us-east-1 | Name one of those") && told.contains("qaops"),
            "{told}"
        );
        assert_eq!((unknown.checks.len(), status(&unknown)), (3, 1), "nothing else is looked at");
        let nowhere = aws::Cloud::connect_to("http://127.0.0.1:9", "us-east-1").await;
        let told = found(&examine(&nowhere.account(), "qaops").await, "credentials", State::Bad);
        assert!(told.contains("failed to ask who is calling") && told.contains("aws sso login"), "{told}");
    });
}

#[test]
fn quotas_that_are_too_small_are_told() {
    with_account(async |cloud| {
        let many = look(cloud, |deployment| deployment.most_environments = 100).await;
        let told = found(&many, "quotas", State::Bad);
        assert!(told.starts_with("100 environments take 200 vCPUs on demand, and the account may have 64"), "{told}");
        let spot = look(cloud, |deployment| {
            deployment.platforms.values_mut().for_each(|platform| platform.launch.spot = true);
            deployment.most_environments = 40;
        });
        let told = spot.await;
        assert_eq!(told.checks.iter().filter(|one| one.check == "quotas" && one.state == State::Bad).count(), 2);
    });
}

#[test]
fn images_templates_and_types_that_are_not_there_are_told() {
    with_account(async |cloud| {
        let platform = async |change: fn(&mut deployment::LaunchablePlatform)| {
            look(cloud, |deployment| deployment.platforms.values_mut().for_each(change)).await
        };
        let image = platform(|platform| platform.image = "/qaops/images/linux/none".into()).await;
        let told = found(&image, "images", State::Bad);
        assert!(
            told.contains("/qaops/images/linux/none does not exist | Build an image, test and promote it"),
            "{told}"
        );
        let image = platform(|platform| platform.image = "ami-00000000000000000".into()).await;
        assert!(found(&image, "images", State::Bad).contains("sees no image ami-00000000000000000"));
        let template = platform(|platform| platform.launch.template = "lt-00000000000000000".into()).await;
        assert!(found(&template, "launches", State::Bad).contains("no launch template lt-00000000000000000"));
    });
}

#[test]
fn endpoints_subscriptions_and_schedules_that_do_not_work_are_told() {
    with_account(async |cloud| {
        let endpoints = look(cloud, |deployment| deployment.network.endpoints = vec!["ssm".into(), "s3".into()]).await;
        assert!(found(&endpoints, "endpoints", State::Bad).contains("has no endpoint of ssm"));
        assert!(found(&look(cloud, |_| {}).await, "schedules", State::Warning).starts_with("no run starts by itself"));
        for (group, is_on) in [("on", true), ("off", false)] {
            make_schedule(cloud, group, is_on);
            let seen = look(cloud, |deployment| deployment.schedule_group = Some(group.into())).await;
            let told = found(&seen, "schedules", if is_on { State::Good } else { State::Warning });
            assert!(told.starts_with(if is_on { "1 schedule on" } else { "nightly off" }), "{told}");
        }
        let silent =
            look(cloud, |deployment| _ = deployment.topics.insert("runs".into(), cloud.deployment.topic.clone())).await;
        assert!(found(&silent, "subscriptions", State::Warning).starts_with("nobody gets the messages of runs"));
        subscribe(cloud, &cloud.deployment.topic, "qa@example.com");
        let waiting = found(&look(cloud, |_| {}).await, "subscriptions", State::Warning);
        assert!(waiting.starts_with("qa@example.com has not confirmed"), "{waiting}");
        let gone = look(cloud, |deployment| {
            _ = deployment.topics.insert("runs".into(), "arn:aws:sns:us-east-1:000000000000:no".into())
        });
        assert!(found(&gone.await, "subscriptions", State::Unknown).contains("failed to list the subscriptions"));
    });
}

#[test]
fn roles_that_may_not_do_their_work_are_told() {
    with_account(async |cloud| {
        let lacks = look(cloud, |deployment| _ = deployment.roles.insert("launch".into(), "qaops-notify".into())).await;
        let told = found(&lacks, "roles", State::Bad);
        assert!(
            told.starts_with("no policy of qaops-notify allows dynamodb:PutItem, ") && told.contains("ec2:CreateFleet"),
            "{told}"
        );
        let gone = look(cloud, |deployment| _ = deployment.roles.insert("launch".into(), "qaops-none".into())).await;
        assert!(found(&gone, "roles", State::Bad).starts_with("there is no role qaops-none"));
        let rule = json!({"Statement": [{"Effect": "Deny", "Action": "ec2:CreateFleet", "Resource": "*"}]});
        change_account(cloud, &json!({"organization": rule}));
        let denied = look(cloud, |_| {}).await;
        change_account(cloud, &json!({"organization": null}));
        let told = found(&denied, "roles", State::Bad);
        assert!(
            told.starts_with("qaops-launch may not do ec2:CreateFleet: the cause is a policy of the organization"),
            "{told}"
        );
    });
}

#[test]
fn the_module_has_the_version_of_the_command() {
    let module = include_str!("../infra/terraform/deployment.tf");
    assert!(module.contains(&format!("version = \"{}\"", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn two_small_runs_show_what_the_account_does() {
    with_account(async |cloud| {
        let said = std::sync::Mutex::new(Vec::new());
        let say = |line: &str| said.lock().expect("nobody panics").push(line.to_owned());
        let examination = examine_live(&cloud.aws, cloud.name(), say).await;
        let smoke = found(&examination, "smoke run", State::Good);
        assert!(smoke.contains("passed: 3 tests"), "{smoke}");
        assert!(found(&examination, "stopped run", State::Good).contains("left nothing"));
        assert!(examination.stages.iter().all(|stage| stage.seconds.is_some()), "{:?}", examination.stages);
        let said = said.into_inner().expect("nobody panics");
        assert!(said[0].contains("a few cents") && said.len() == 3, "{said:?}");
        put_text(
            cloud,
            &deployment::parameter("broken"),
            &text_of(cloud, |deployment| deployment.region = "x".into()).await,
        );
        let broken = examine_live(&cloud.aws, "broken", |_| panic!("nothing is started")).await;
        assert!(found(&broken, "smoke run", State::Warning).starts_with("none was made"));
    });
}
