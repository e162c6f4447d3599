//! Hooks and tests run as an account without privileges, and reach nothing of the runner's.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use domain::results::manifest::Exit;

use crate::bench::{Bench, text};

/// Every system has it.
const ACCOUNT: &str = "nobody";

/// A bench whose tests run as another account, with a command in place of `robot`; none, with a word, where this process may not
/// change its account. The real `robot` may lie where the account cannot go.
fn bench(robot: &str, hook: &str) -> Option<Bench> {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("skipped: only root can run tests as another account");
        return None;
    }
    let mut bench = Bench::new(&[("a.robot", "*** Test Cases ***\nA\n    No Operation\n")])?;
    open(bench.folder.path(), 0o711);
    bench.shard.account = Some(ACCOUNT.to_owned());
    bench.shard.robot = bench.folder.path().join("robot");
    std::fs::write(&bench.shard.robot, format!("#!/bin/sh\n{robot}\n")).unwrap();
    open(&bench.shard.robot.clone(), 0o755);
    bench.shard.work.hooks.before = Some(hook.to_owned());
    Some(bench)
}

fn open(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_and_robot_have_the_account_its_home_and_the_package() {
    let says = "id -un; id -G; echo $USER $LOGNAME $SHELL; touch \"$HOME/mine\" here; echo again >/dev/stdout";
    let Some(bench) = bench(says, says) else { return };
    let outcome = bench.run().await;
    let console = text(&outcome, "console.txt");
    assert_eq!(outcome.exit, Exit::Passed, "{console}");
    let group = nix::unistd::User::from_name(ACCOUNT).unwrap().unwrap().gid;
    let said = format!("{ACCOUNT}\n{group}\n{ACCOUNT} {ACCOUNT} /bin/bash\nagain\n");
    assert_eq!(console, said.repeat(2));
}

/// Each of these must fail; those that do not are told.
const TRIES: &str = r#"
try() { if sh -c "$1" >/dev/null 2>&1; then echo "reached: $1"; fi; }
try 'cat /proc/$RUNNER/environ'
try 'cat /proc/$RUNNER/maps'
try 'ls /proc/$RUNNER/fd/'
try 'kill -0 $RUNNER'
try 'touch "$QAOPS_ATTEMPT/file"'
try 'mv "$QAOPS_ATTEMPT/control" "$QAOPS_ATTEMPT/other"'
try 'echo x >>"$QAOPS_ATTEMPT/console.txt"'
try 'cat /etc/shadow'
try 'sudo -n true'
try 'env | grep -E "^(AWS_|SSM_|QAOPS_BUCKET=|QAOPS_ROLE_ID=)"'
"#;

#[tokio::test(flavor = "multi_thread")]
async fn tests_reach_nothing_of_the_runner() {
    let Some(bench) = bench("exit 0", "RUNNER=$PPID sh ./tries.sh") else { return };
    let bench = bench.with("tries.sh", TRIES);
    let outcome = bench.run().await;
    assert_eq!((text(&outcome, "console.txt").as_str(), outcome.exit), ("", Exit::Passed));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_and_pipes_of_tests_lead_the_runner_nowhere() {
    let hook = "mkfifo \"$QAOPS_ATTEMPT/control/selected.json\" \"$QAOPS_ATTEMPT/out/output.xml\"
        ln -s /etc/shadow \"$QAOPS_ATTEMPT/out/shadow\"; ln -s /etc \"$QAOPS_ATTEMPT/out/etc\"
        ln -s /etc/shadow \"$QAOPS_ATTEMPT/control/written.json\"; ln -s /etc etc";
    let Some(mut bench) = bench("exit 0", hook) else { return };
    bench.shard.work.reports = [("coverage".to_owned(), "etc/shadow".to_owned())].into();
    let outcome = bench.run().await;
    assert_eq!(outcome.outputs.files.keys().collect::<Vec<_>>(), ["console.txt", "left-out.txt"]);
    assert_eq!(outcome.outputs.left_out, ["reports/coverage: a link leads out of the package"]);
    assert!(outcome.written.is_empty() && outcome.selected.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tests_leave_running_is_ended() {
    let Some(bench) = bench("exit 0", "setsid sleep 300 & echo $! >$HOME/pid; sleep 0.2") else { return };
    let _outcome = bench.run().await;
    let pid = std::fs::read_to_string(bench.attempt().join("home/pid")).unwrap();
    assert!(!crate::bench::lives(&pid));
}
