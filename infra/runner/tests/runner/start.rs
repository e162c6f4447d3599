//! The program, from its command line to the manifest in the bucket.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use domain::results::manifest::{Exit, Manifest};
use serde_json::json;

use crate::bench::{lives, robot, zip};
use crate::services::{ETAG, SPOT, Services};

pub(crate) const PREFIX: &str = "artifacts/runs/run/environments/AROA1:i-1/0001-1/";
const SLOW: &str = "*** Test Cases ***\nSlow\n    Log To Console    it runs\n    Sleep    1 min\n";

/// An instance with the runner on it.
pub(crate) struct Instance {
    robot: PathBuf,
    pub(crate) services: Services,
    folder: tempfile::TempDir,
}

impl Instance {
    /// An instance and a bucket with plan, order and package for one suite file; none where there is no `robot`.
    pub(crate) fn new(suite: &str) -> Option<Self> {
        let (robot, services, folder) = (robot()?, Services::start(), tempfile::tempdir().unwrap());
        let instance = Self { robot, services, folder };
        instance.package(&[("a.robot".to_owned(), suite.to_owned())]);
        let deadline = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() + 600;
        for attempt in [1, 2] {
            let mut order = json!({ "run": "run", "shard": "0001", "files": ["a.robot"], "deadline": deadline });
            order["attempt"] = attempt.into();
            instance.services.put(&format!("artifacts/runs/run/orders/0001-{attempt}.json"), order.to_string());
        }
        Some(instance)
    }

    /// Writes the plan after a change.
    pub(crate) fn plan(&self, change: impl FnOnce(&mut serde_json::Value)) {
        let size = self.services.get("artifacts/suites/shop.zip").len();
        let package = json!({ "bucket": "artifacts", "key": "suites/shop.zip", "size": size, "etag": ETAG });
        let work = json!({ "suite": "shop", "package": package, "robot": {}, "hooks": {}, "attempt_seconds": 600 });
        let mut plan = json!({
            "run": "run", "started": 0, "deadline": 0, "platform": "linux", "environments": 1, "rerun_failed": 0,
            "work": work, "shards": [], "gates": []
        });
        change(&mut plan);
        self.services.put("artifacts/runs/run/plan.json", plan.to_string());
    }

    pub(crate) fn start(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qaops-runner"));
        command.args(["--run", "run", "--shard", "0001", "--attempt", "1"]);
        self.start_as(command)
    }

    /// Puts the files into the package.
    pub(crate) fn package(&self, files: &[(String, String)]) {
        let package = self.folder.path().join("package.zip");
        zip(&package, files);
        self.services.put("artifacts/suites/shop.zip", std::fs::read(package).unwrap());
        self.plan(|_| {});
    }

    /// Runs the attempt where no program is but those in a folder.
    pub(crate) fn run_with_path(&self, programs: &Path) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qaops-runner"));
        command.args(["--run", "run", "--shard", "0001", "--attempt", "1"]);
        self.in_environment(command, programs.as_os_str()).wait_with_output().unwrap()
    }

    /// Starts a command with the environment of the runner.
    pub(crate) fn start_as(&self, command: Command) -> Child {
        self.in_environment(command, &std::env::var_os("PATH").unwrap_or_default())
    }

    fn in_environment(&self, mut command: Command, path: &OsStr) -> Child {
        command.env_clear().env("PATH", path);
        command.envs([
            ("AWS_ENDPOINT_URL", self.services.endpoint.as_str()),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &self.services.endpoint),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SSM_INSTANCE_ID", "i-1"),
            ("QAOPS_BUCKET", "artifacts"),
            ("QAOPS_ROLE_ID", "AROA1"),
        ]);
        command.env("QAOPS_WORK", self.folder.path().join("work")).env("QAOPS_ROBOT", &self.robot);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn run(&self) -> Output {
        self.start().wait_with_output().unwrap()
    }

    pub(crate) fn manifest(&self) -> Manifest {
        serde_json::from_slice(&self.services.get(&format!("{PREFIX}manifest.json"))).unwrap()
    }

    pub(crate) fn attempt(&self) -> PathBuf {
        self.folder.path().join("work/run/0001-1")
    }

    /// The folder between client and server.
    pub(crate) fn session(&self) -> PathBuf {
        self.folder.path().join("work").join(runner::settings::SESSION)
    }

    /// The text of an object of the attempt.
    pub(crate) fn uploaded(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.services.get(&format!("{PREFIX}{name}"))).into_owned()
    }

    pub(crate) fn has_uploaded(&self, name: &str) -> bool {
        self.services.written().contains(&format!("{PREFIX}{name}"))
    }

    /// Makes the attempt one that was never started.
    pub(crate) fn forget_attempt(&self) {
        std::fs::remove_dir_all(self.attempt()).unwrap();
    }

    /// Command lines of processes that the attempt left behind.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let mark = format!("QAOPS_ATTEMPT={}", self.attempt().display());
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let marked = processes.filter(|process| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).split('\0').any(|variable| variable.starts_with(&mark))
        });
        marked.map(|process| std::fs::read_to_string(process.path().join("cmdline")).unwrap_or_default()).collect()
    }

    /// Waits until the tests run.
    pub(crate) fn wait_for_robot(&self) {
        let console = self.attempt().join("console.txt");
        let end = Instant::now() + Duration::from_secs(60);
        while !std::fs::read_to_string(&console).unwrap_or_default().contains("it runs") {
            assert!(Instant::now() < end, "robot does not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn everything_is_uploaded_with_the_manifest_last_and_a_second_start_does_nothing() {
    let Some(instance) = Instance::new("*** Test Cases ***\nA test\n    Log    hello\n") else { return };
    let ended = instance.run();
    assert!(ended.status.success(), "{ended:?}");
    let manifest = instance.manifest();
    assert_eq!((manifest.exit, manifest.environment.as_str()), (Exit::Passed, "i-1"));
    assert!(manifest.seconds >= manifest.robot_seconds && manifest.robot_seconds > 0.0);
    assert_eq!(manifest.objects.keys().collect::<Vec<_>>(), ["console.txt", "log.html", "output.xml"]);
    for (name, about) in &manifest.objects {
        let bytes = instance.services.get(&format!("{PREFIX}{name}"));
        let sum = {
            use sha2::Digest;
            hex::encode(sha2::Sha256::digest(&bytes))
        };
        assert_eq!((bytes.len() as u64, &sum), (about.size, &about.sha256), "{name}");
    }
    let written = instance.services.written();
    assert_eq!(written.last().unwrap(), &format!("{PREFIX}manifest.json"));
    assert!(is_empty(&instance.attempt()));

    let again = instance.run();
    assert_eq!(again.status.code(), Some(75), "{again:?}");
    assert_eq!(instance.services.written(), written);
}

#[test]
fn an_attempt_without_an_order_is_told_in_a_manifest() {
    let Some(instance) = Instance::new(SLOW) else { return };
    instance.services.state.lock().unwrap().objects.remove("artifacts/runs/run/orders/0001-1.json");
    assert!(instance.run().status.success());
    let Exit::NotStarted { error, cause } = instance.manifest().exit else { panic!("robot was started") };
    assert_eq!(error, "Runner.InputMissing");
    assert!(cause.contains("runs/run/orders/0001-1.json"), "{cause}");
}

#[test]
fn a_package_that_is_not_the_planned_one_is_refused() {
    let Some(instance) = Instance::new(SLOW) else { return };
    instance.plan(|plan| plan["work"]["package"]["etag"] = json!("\"2\""));
    assert!(instance.run().status.success());
    let exit = instance.manifest().exit;
    assert!(matches!(&exit, Exit::NotStarted { error, .. } if error == "Runner.PackageUnavailable"), "{exit:?}");
}

#[test]
fn a_secret_comes_from_its_parameter_and_a_missing_one_is_named() {
    let suite = "*** Test Cases ***\nLogin\n    Log    ${PASSWORD}\n    Length Should Be    ${PASSWORD}    14\n";
    let Some(instance) = Instance::new(suite) else { return };
    instance.plan(|plan| plan["work"]["robot"]["secrets"] = json!({ "PASSWORD": "/shop/password" }));
    instance.services.state.lock().unwrap().parameters.insert("/shop/password".into(), "correct horse!".into());
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Passed);
    for key in instance.services.written() {
        let text = String::from_utf8_lossy(&instance.services.get(&key)).into_owned();
        assert!(!text.contains("correct horse"), "{key}");
    }

    let Some(instance) = Instance::new(suite) else { return };
    instance.plan(|plan| plan["work"]["robot"]["secrets"] = json!({ "PASSWORD": "/shop/password" }));
    assert!(instance.run().status.success());
    let Exit::NotStarted { error, cause } = instance.manifest().exit else { panic!("robot was started") };
    assert_eq!(error, "Runner.SecretMissing");
    assert!(cause.contains("/shop/password") && cause.contains("${PASSWORD}"), "{cause}");
}

#[test]
fn a_signal_to_the_runner_stops_robot_and_uploads_what_there_is() {
    let Some(instance) = Instance::new(SLOW) else { return };
    let runner = instance.start();
    instance.wait_for_robot();
    let kill = Command::new("kill").args(["-TERM", &runner.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let ended = runner.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(instance.manifest().exit, Exit::InstanceReclaimed);
    let output = instance.services.get(&format!("{PREFIX}output.xml"));
    assert!(String::from_utf8_lossy(&output).trim_end().ends_with("</robot>"));
}

#[test]
fn a_spot_notice_stops_robot_and_uploads_what_there_is() {
    let Some(instance) = Instance::new(SLOW) else { return };
    let runner = instance.start();
    instance.wait_for_robot();
    instance.services.put(SPOT, r#"{"action": "terminate", "time": "2020-01-01T00:00:00Z"}"#);
    let ended = runner.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(instance.manifest().exit, Exit::InstanceReclaimed);
}

#[test]
fn a_daemon_that_dropped_its_environment_is_gone_at_the_end() {
    let daemon = "setsid env -i sh -c 'echo $$ > ${OUTPUT DIR}/pid.txt; exec sleep 300' &";
    let suite = format!(
        "*** Settings ***\nLibrary    Process\nLibrary    OperatingSystem\n*** Test Cases ***\nDaemon\n    \
         Run Process    {daemon}    shell=True    stdout=DEVNULL    stderr=DEVNULL\n    \
         Wait Until Created    ${{OUTPUT DIR}}/pid.txt\n"
    );
    let Some(instance) = Instance::new(&suite) else { return };
    assert!(instance.run().status.success());
    assert_eq!(instance.manifest().exit, Exit::Passed);
    let pid = String::from_utf8(instance.services.get(&format!("{PREFIX}pid.txt"))).unwrap();
    assert!(!pid.trim().is_empty() && !lives(&pid), "{pid} lives");
}
