//! A second opinion on what the steps ask of AWS: moto's server, an implementation that shares nothing with the local cloud.
//!
//! A whole run takes its way there, step by step. The instance's part is played here: what its runner would upload.
//! `infra/local/emulator/README.md` lists what moto does not have, and where the two differ.

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws::provision::{Blueprint, Deployment};
use aws::{Answers, Artifacts, Cloud, Commands, Ledger, Summaries, Topic};
use domain::base::ids::{Attempt, InstanceId, RunId, ShardId};
use domain::base::time::Time;
use domain::quality::gates::Verdict;
use domain::run::keys;
use local::programs::STEPS;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tests::project;
use zip::write::SimpleFileOptions;

/// Names a Python that has moto with its extra `server`.
const MOTO: &str = "QAOPS_MOTO";
const NAME: &str = "qaops";
const REGION: &str = "us-east-1";
const ACCOUNT: &str = "123456789012";
const ROLE_ID: &str = "AROASECONDOPINION000";
/// An image that moto knows.
const IMAGE: &str = "ami-12c6146b";

/// moto's server, until it is dropped.
struct Moto {
    server: Child,
    address: String,
}

impl Moto {
    /// None where it is not installed.
    fn start() -> Option<Self> {
        let Some(python) = std::env::var_os(MOTO) else {
            eprintln!("skipped: moto is not there (pip install 'moto[server]'), or {MOTO} does not name its Python");
            return None;
        };
        let roles = STEPS.iter().chain(&["run", "instance"]).map(|step| format!("{NAME}-{step}"));
        let mut server = Command::new(python)
            .arg(project().join("tests/second_opinion.py"))
            .args(roles)
            .env("AWS_ACCESS_KEY_ID", "second")
            .env("AWS_SECRET_ACCESS_KEY", "second")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the Python of moto starts");
        let mut address = String::new();
        let output = server.stdout.take().expect("it has a standard output");
        BufReader::new(output).read_line(&mut address).expect("it tells its address");
        assert!(!address.is_empty(), "moto's server does not start: does this Python have moto[server]?");
        Some(Self { server, address: address.trim().to_owned() })
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}

fn blueprint() -> Blueprint {
    let zip = zipped(&[("bootstrap", "")]);
    Blueprint {
        name: NAME.into(),
        region: REGION.into(),
        account: ACCOUNT.into(),
        role_id: ROLE_ID.into(),
        functions: STEPS.map(|step| (step.to_owned(), zip.clone())).into(),
        definition: std::fs::read_to_string(project().join("statemachine/qa-run.asl.json")).expect("it can be read"),
        seconds: [("ready_seconds", 1), ("capacity_seconds", 1), ("rerun_seconds", 1)]
            .map(|(name, seconds)| (name.to_owned(), seconds))
            .into(),
        command: vec!["true".into()],
        image: IMAGE.into(),
        types: vec!["c5.large".into(), "m5.large".into()],
        user_data: "#!/bin/sh\n".into(),
        sweep: "rate(1 minute)".into(),
        settings: Default::default(),
        events: true,
    }
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("memory takes everything");
        zip.write_all(text.as_bytes()).expect("memory takes everything");
    }
    zip.finish().expect("memory takes everything").into_inner()
}

/// An attempt, and the instance that it is at.
struct At<'a> {
    environment: &'a InstanceId,
    shard: &'a ShardId,
    attempt: u32,
}

/// The steps of a deployment, wired as their `main.rs` does.
struct Steps {
    cloud: Cloud,
    made: Deployment,
    run: RunId,
    request: Value,
    started: Time,
}

impl Steps {
    fn artifacts(&self) -> Artifacts {
        self.cloud.artifacts(self.made.bucket.clone())
    }

    fn summaries(&self) -> Summaries {
        self.cloud.summaries(self.made.bucket.clone())
    }

    fn ledger(&self) -> Ledger {
        self.cloud.ledger(self.made.table.clone())
    }

    fn answers(&self) -> Answers {
        Answers { ledger: self.ledger(), executions: self.cloud.executions() }
    }

    fn commands(&self) -> Commands {
        self.cloud.commands(self.made.document.clone())
    }

    fn topic(&self) -> Topic {
        self.cloud.topic(self.made.topic.clone())
    }

    /// An input with the run's id.
    fn input<T: DeserializeOwned>(&self, more: &Value) -> T {
        let mut input = json!({"run": self.run});
        for (key, value) in more.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        serde_json::from_value(input).expect("the step takes it")
    }

    async fn plan(&self) -> plan::Output {
        let (mandatory, prices) = (String::new(), String::new());
        let step = plan::Plan { artifacts: self.artifacts(), ledger: self.ledger(), mandatory, prices };
        let input = self.input(&json!({"started": self.started.rfc3339(), "request": self.request}));
        step.run(input, self.started).await.expect("plan")
    }

    async fn launch(&self, platforms: &Value) -> launch::Output {
        let step = launch::Launch {
            artifacts: self.artifacts(),
            fleet: self.cloud.fleet(),
            ledger: self.ledger(),
            platforms: serde_json::from_value(platforms.clone()).expect("they are platforms"),
            boot_seconds: BTreeMap::new(),
        };
        step.run(self.input(&json!({"round": 1})), self.started).await.expect("launch")
    }

    async fn assign(&self, environment: &InstanceId, turn: u64) -> assign::Output {
        let step = assign::Assign { ledger: self.ledger() };
        step.run(self.input(&json!({"environment": environment, "turn": turn})), self.started).await.expect("assign")
    }

    async fn dispatch(&self, at: &At<'_>) {
        let step = dispatch::Dispatch {
            answers: self.answers(),
            artifacts: self.artifacts(),
            commands: self.commands(),
            ledger: self.ledger(),
        };
        let input = self.input(&of(at, &json!({"token": "a-token"})));
        step.run(input, self.started).await.expect("dispatch");
    }

    /// What the runner leaves of an attempt at the file `a.robot` with one test.
    async fn upload(&self, at: &At<'_>, status: &str) {
        let ended = format!("<status status=\"{status}\" start=\"2026-01-01T00:00:00\" elapsed=\"1\"/>");
        let output = format!(
            "<robot rpa=\"false\" schemaversion=\"5\"><suite id=\"s1\" name=\"Second\" source=\"/w/second\">\
             <suite id=\"s1-s1\" name=\"A\" source=\"/w/second/a.robot\"><test id=\"s1-s1-t1\" name=\"Good\" line=\"2\">\
             {ended}</test>{ended}</suite>{ended}</suite><statistics/><errors/></robot>"
        );
        let attempt = Attempt { shard: at.shard.clone(), number: at.attempt };
        let prefix = keys::uploads(&self.run, ROLE_ID, at.environment, &attempt);
        let sum = results::digest::digest(output.as_bytes()).expect("memory can be read").sha256;
        let exit = if status == "PASS" { json!({"exit": "passed"}) } else { json!({"exit": "failed", "tests": 1}) };
        let mut manifest = of(at, &exit);
        for (key, value) in [
            ("run", json!(self.run)),
            ("root", json!("/w/second")),
            ("selected", json!({"a.robot": 1})),
            ("robot_seconds", json!(1.0)),
            ("seconds", json!(2.0)),
            ("objects", json!({"output.xml": {"size": output.len(), "sha256": sum}})),
        ] {
            manifest[key] = value;
        }
        let artifacts = self.artifacts();
        artifacts.write(&format!("{prefix}output.xml"), output.into_bytes()).await.expect("it is written");
        artifacts.write_json(&format!("{prefix}manifest.json"), &manifest).await.expect("it is written");
    }

    async fn collect(&self, at: &At<'_>) -> bool {
        let step = collect::Collect {
            artifacts: self.artifacts(),
            summaries: self.summaries(),
            fleet: self.cloud.fleet(),
            ledger: self.ledger(),
            role: ROLE_ID.into(),
        };
        step.run(self.input(&of(at, &json!({}))), self.started).await.expect("collect").usable
    }

    async fn terminate(&self) -> terminate::Output {
        let step = terminate::Terminate { fleet: self.cloud.fleet(), ledger: self.ledger() };
        step.run(self.input(&json!({})), self.started).await.expect("terminate")
    }

    async fn evaluate(&self) -> evaluate::Output {
        let step = evaluate::Evaluate { artifacts: self.artifacts(), ledger: self.ledger(), role: ROLE_ID.into() };
        step.run(self.input(&json!({"at": self.started.rfc3339()})), self.started).await.expect("evaluate")
    }

    async fn record(&self) {
        let step = record::Record { artifacts: self.artifacts(), summaries: self.summaries(), ledger: self.ledger() };
        let input = self.input(&json!({"started": self.started.rfc3339(), "request": self.request}));
        step.run(input, self.started).await.expect("record");
    }

    async fn notify(&self) -> notify::Output {
        let links =
            notify::LinkSettings { machine: self.made.machine.clone(), life: Duration::from_secs(60), site: None };
        let step = notify::Notify { artifacts: self.artifacts(), ledger: self.ledger(), topic: self.topic(), links };
        step.run(self.input(&json!({"request": self.request})), self.started).await.expect("notify")
    }
}

/// An attempt's part of an input, and more.
fn of(at: &At<'_>, more: &Value) -> Value {
    let mut input = json!({"environment": at.environment, "shard": at.shard, "attempt": at.attempt});
    for (key, value) in more.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    input
}

/// A run that was planned and has its environment.
async fn begun(moto: &Moto, config: &str) -> (Steps, InstanceId) {
    let cloud = Cloud::connect_to(&moto.address, REGION).await;
    let made = cloud.provision(&blueprint()).await.expect("moto makes the deployment");
    let deployment = cloud.account().deployment(NAME).await.expect("it can be read").expect("it is there");
    let platforms: BTreeMap<_, _> =
        deployment.platforms.iter().map(|(name, platform)| (name, &platform.launch)).collect();
    let platforms = serde_json::to_value(platforms).expect("it is JSON");
    let request = json!({"suite": "second", "environments": 1});
    let steps = Steps { cloud, made, run: "second-1".into(), request, started: jiff::Timestamp::now().into() };
    let config = format!("suite = \"second\"\n{config}");
    let package = zipped(&[("qaops.toml", &config), ("a.robot", "*** Test Cases ***\nGood\n    No Operation\n")]);
    steps.artifacts().write(&keys::package("second"), package).await.expect("it is written");
    assert_eq!(steps.plan().await, steps.plan().await, "twice is once");
    let launched = steps.launch(&platforms).await;
    let [environment] = launched.instances.as_slice() else { panic!("{launched:?}") };
    (steps, environment.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_takes_its_way_on_another_implementation() {
    let Some(moto) = Moto::start() else { return };
    let (steps, environment) = begun(&moto, "").await;
    let taken = steps.assign(&environment, 1).await;
    let assign::Output::Run { shard, attempt } = &taken else { panic!("{taken:?}") };
    assert_eq!(taken, steps.assign(&environment, 1).await, "twice is once");
    let at = At { environment: &environment, shard, attempt: *attempt };
    steps.dispatch(&at).await;
    steps.upload(&at, "PASS").await;
    assert!(steps.collect(&at).await && steps.collect(&at).await, "twice is once");
    assert_eq!(steps.assign(&environment, 2).await, assign::Output::End);
    assert_eq!(steps.terminate().await.terminated, std::slice::from_ref(&environment));
    assert!(steps.terminate().await.terminated.is_empty(), "twice is once");
    let evaluated = steps.evaluate().await;
    assert_eq!(evaluated.verdict, Verdict::Passed, "{evaluated:?}");
    steps.record().await;
    assert!(steps.notify().await.published);
    assert!(!steps.notify().await.published, "twice is once");
    steps.record().await;
    assert_eq!(steps.ledger().past_runs("second", 10).await.expect("they can be read").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_or_fails_runs_again_on_another_implementation() {
    let Some(moto) = Moto::start() else { return };
    let (steps, environment) = begun(&moto, "rerun_failed = 1\n").await;
    for (turn, (expected, status)) in
        (1..).zip([("0001-1", None), ("0001-2", Some("FAIL")), ("0001r1-1", Some("PASS"))])
    {
        let taken = steps.assign(&environment, turn).await;
        let assign::Output::Run { shard, attempt } = &taken else { panic!("{expected}: {taken:?}") };
        assert_eq!(format!("{shard}-{attempt}"), expected);
        let at = At { environment: &environment, shard, attempt: *attempt };
        steps.dispatch(&at).await;
        if let Some(status) = status {
            steps.upload(&at, status).await;
        }
        assert_eq!(steps.collect(&at).await, status.is_some(), "{expected}");
    }
    assert_eq!(steps.assign(&environment, 4).await, assign::Output::End);
    steps.terminate().await;
    assert_eq!(steps.evaluate().await.verdict, Verdict::Passed);
    let shards = steps.ledger().shards(&steps.run).await.expect("they can be read");
    assert_eq!(shards.iter().map(|shard| shard.losses.len()).collect::<Vec<_>>(), [1, 0]);
}
