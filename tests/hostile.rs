//! A suite that tries to get at what is not its own: each try must fail, in one test each.

use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use domain::quality::gates::Verdict;
use serde_json::json;
use tests::{Suite, run, with_cloud};

/// Tries that fail wherever environments have processes and files of their own; then those that fail where tests have an account
/// of their own, too. `$RUNNER` is the process of the runner.
const APART: [(&str, &str); 4] = [
    ("the processes of another environment", "test $(pgrep -fc 'robot[ ]--argumentfile') -gt 1"),
    (
        "the files of another environment",
        "test $(ls \"$(dirname \"$QAOPS_LOCAL_OWNER\")\"/*/instances | grep -c ^i-) -gt 1",
    ),
    ("a file in the /tmp of this machine", "test -e /tmp/qaops-hostile"),
    ("keys of AWS", "env | grep -E '^(AWS|SSM)_'"),
];
const ACCOUNT: [(&str, &str); 9] = [
    ("the environment of the runner", "cat /proc/$RUNNER/environ"),
    ("the memory of the runner", "cat /proc/$RUNNER/maps"),
    ("the end of the runner", "kill -9 $RUNNER"),
    ("the end of the instance", "shutdown -h now"),
    ("the package of another run", "ls /tmp/qaops/packages"),
    ("the commands of the instance", "cat $QAOPS_LOCAL_OWNER/instances/*/commands/*/*/_script.sh"),
    ("the folder of the attempt", "mv \"$QAOPS_ATTEMPT/out\" \"$QAOPS_ATTEMPT/other\""),
    ("the files of root", "cat /etc/shadow"),
    ("the rights of root", "sudo -n true || su -c true </dev/null"),
];

/// Whether environments can have processes of their own here, and tests an account of their own.
fn separated() -> (bool, bool) {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0);
    let user: &[&str] = if is_root { &[] } else { &["--user", "--map-current-user", "--keep-caps"] };
    let mut unshare = Command::new("unshare");
    unshare.args(user).args(["--mount", "--pid", "--ipc", "--fork", "sh", "-c", "mount -t proc proc /proc"]);
    let apart = unshare.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    (apart, apart && is_root)
}

/// A suite file with a test for each try, and one that leaves a process behind.
fn suite(tries: &[(&str, &str)], daemon: &str) -> String {
    let head = "*** Settings ***\nLibrary    Process\nTest Template    Should Fail\n*** Keywords ***\nShould Fail\n    \
                [Arguments]    ${command}\n    ${done} =    Run Process    RUNNER\\=$(pgrep -o qaops-runner); ${command}    shell=True\n    \
                Should Not Be Equal As Integers    ${done.rc}    0    ${done.stdout}\n*** Test Cases ***\n";
    let escaped = |command: &str| command.replace('\\', "\\\\").replace('$', "\\$").replace('=', "\\=");
    let tests = tries.iter().map(|(what, command)| format!("Gets {what}\n    {}\n", escaped(command)));
    let leaves = format!(
        "Leaves a daemon\n    [Template]    NONE\n    Start Process    setsid env -i {daemon} &    shell=True\n    Sleep    1s\n"
    );
    head.to_owned() + &tests.collect::<String>() + &leaves
}

/// Whether a process of this command line is at work on this machine.
fn is_at_work(words: &str) -> bool {
    Command::new("pgrep").args(["-fx", words]).stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[test]
fn a_suite_gets_at_nothing_that_is_not_its_own() {
    let (apart, has_account) = separated();
    if !apart {
        eprintln!("skipped: environments cannot have processes of their own here");
        return;
    }
    if !has_account {
        eprintln!("skipped in part: only root can give tests an account of their own");
    }
    let mine = std::env::temp_dir().join("qaops-hostile");
    let is_made = std::fs::write(&mine, "mine").is_ok();
    let tries: Vec<(&str, &str)> = APART.into_iter().chain(ACCOUNT.into_iter().filter(|_| has_account)).collect();
    let daemon = format!("sleep 7{:05}", std::process::id() % 100_000);
    let text = suite(&tries, &daemon);
    with_cloud(async |cloud| {
        let files = ["a.robot", "b.robot"].map(|name| (name.to_owned(), text.clone()));
        let run = run(cloud, &Suite::new("hostile", "", &files), json!({"environments": 2})).await;
        let failed = &run.evaluation().failed;
        assert_eq!(
            (run.evaluation().verdict, failed.len()),
            (Verdict::Passed, 0),
            "{failed:?} {:?}",
            run.evaluation().reasons
        );
        assert_eq!(run.counts()[0], 2 * (tries.len() as u64 + 1));
        assert!(!is_at_work(&daemon), "it outlives its attempt");
    });
    if is_made {
        let _ = std::fs::remove_file(mine);
    }
}

/// A suite that serves for some seconds, and one that looks for the server all the time.
const SERVES: &str = "*** Settings ***\nLibrary    Process\n*** Test Cases ***\nServes\n    \
    Start Process    python3    -m    http.server    47811\n    Wait Until Keyword Succeeds    10s    0.2s    Answers\n    \
    Sleep    8s\n*** Keywords ***\nAnswers\n    Evaluate    urllib.request.urlopen('http://127.0.0.1:47811')    modules=urllib.request\n";
const LOOKS: &str = "*** Settings ***\nLibrary    Process\n*** Test Cases ***\nFinds no server\n    \
    FOR    ${look}    IN RANGE    40\n        FOR    ${host}    IN    127.0.0.1    10.0.2.2    10.0.2.100    10.0.2.15\n            \
    ${status} =    Evaluate    socket.socket().connect_ex(('${host}', 47811))    modules=socket\n            \
    Should Not Be Equal As Integers    ${status}    0    ${host} answers\n        END\n        Sleep    0.2s\n    END\n";

#[test]
fn a_server_of_another_environment_is_out_of_reach() {
    let has_network = std::fs::File::options().read(true).write(true).open("/dev/net/tun").is_ok();
    if !separated().0 || !has_network || which::which("slirp4netns").is_err() {
        eprintln!("skipped: environments cannot have networks of their own here");
        return;
    }
    with_cloud(async |cloud| {
        let files = [("a.robot", SERVES), ("b.robot", LOOKS)].map(|(name, text)| (name.to_owned(), text.to_owned()));
        let run = run(cloud, &Suite::new("ports", "", &files), json!({"environments": 2})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().failed);
    });
}
