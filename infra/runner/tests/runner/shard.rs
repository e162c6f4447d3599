//! Attempts with the real Robot Framework.

use std::process::Stdio;
use std::time::{Duration, Instant};

use domain::results::manifest::Exit;

use crate::bench::{Bench, lives, robot, text};

const PASSES: &str = "*** Test Cases ***\nA test\n    Log    hello\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_shard_runs_only_its_files_and_leaves_output_log_and_console() {
    let Some(bench) = Bench::new(&[("cart/a.robot", PASSES)]) else { return };
    let init = "*** Settings ***\nDocumentation    Init\n";
    let bench = bench.with("b.robot", PASSES).with("cart/__init__.robot", init);
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    let output = text(&outcome, "output.xml");
    assert!(output.contains("cart/a.robot") && !output.contains("b.robot\"") && output.contains("<doc>Init</doc>"));
    assert!(output.trim_end().ends_with("</robot>"));
    assert!(text(&outcome, "log.html").contains("<html"));
    assert!(text(&outcome, "console.txt").contains("1 test, 1 passed, 0 failed"));
    assert_eq!(outcome.unselected, [""; 0]);
    assert!(outcome.robot_seconds > 0.0 && outcome.root.ends_with("shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_tests_are_counted_and_screenshots_and_reports_are_kept() {
    let suite = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nBroken\n    Create File    ${OUTPUT DIR}/shots/one.png    x\n    Create File    ${OUTPUT DIR}/manifest.json    y\n    Create File    reports/cov.xml    <c/>\n    Fail    no\n";
    let Some(mut bench) = Bench::new(&[("a.robot", suite)]) else { return };
    bench.shard.work.reports =
        [("coverage".into(), "reports/cov.xml".into()), ("scan".into(), "none.json".into())].into();
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Failed { tests: 1 }, "{}", text(&outcome, "console.txt"));
    let names: Vec<&str> = outcome.outputs.files.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["console.txt", "files/manifest.json", "log.html", "output.xml", "reports/coverage", "shots/one.png"]
    );
    let shot = &outcome.outputs.files["shots/one.png"].about;
    assert_eq!(shot.size, 1);
    assert_eq!(shot.sha256, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_deadline_robot_closes_its_output() {
    let Some(mut bench) =
        Bench::new(&[("a.robot", "*** Test Cases ***\nFirst\n    Log    1\nSlow\n    Sleep    1 min\n")])
    else {
        return;
    };
    bench.seconds = 6.0;
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::DeadlinePassed);
    let output = text(&outcome, "output.xml");
    assert!(output.trim_end().ends_with("</robot>") && output.contains("name=\"Slow\""), "{output}");
    let console = text(&outcome, "console.txt");
    assert!(console.contains("robot is asked to stop") && !console.contains("is killed"), "{console}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_robot_that_ignores_the_signal_is_killed() {
    let library =
        "import signal, time\ndef hang():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n    time.sleep(600)\n";
    let suite = "*** Settings ***\nLibrary    stubborn.py\n*** Test Cases ***\nStubborn\n    Hang\n";
    let Some(bench) = Bench::new(&[("a.robot", suite)]) else { return };
    let mut bench = bench.with("stubborn.py", library);
    bench.seconds = 6.0;
    let started = Instant::now();
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::DeadlinePassed);
    assert!(started.elapsed() < Duration::from_secs(300), "nobody waited for the test");
    assert!(text(&outcome, "console.txt").contains("did not stop and is killed"));
    // What Robot Framework had not flushed is lost; what is there is uploaded all the same.
    assert!(outcome.outputs.files.contains_key("output.xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grandchild_that_left_its_group_is_gone_at_the_end() {
    let suite = "*** Settings ***\nLibrary    Process\nLibrary    OperatingSystem\n*** Test Cases ***\nDaemon\n    Run Process    setsid sh -c 'echo $$ > ${OUTPUT DIR}/pid.txt; exec sleep 300' &    shell=True    stdout=DEVNULL    stderr=DEVNULL\n    Wait Until Created    ${OUTPUT DIR}/pid.txt\n";
    let Some(bench) = Bench::new(&[("a.robot", suite)]) else { return };
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    let pid = text(&outcome, "pid.txt");
    assert!(!pid.trim().is_empty() && !lives(&pid), "{pid} lives");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_the_hook_serves_the_tests_and_dies_with_the_shard() {
    let suite = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nServed\n    ${pid} =    Get File    server.pid\n    Directory Should Exist    /proc/${pid.strip()}\n    Copy File    server.pid    ${OUTPUT DIR}/pid.txt\n";
    let Some(mut bench) = Bench::new(&[("a.robot", suite)]) else { return };
    bench.shard.work.hooks.before = Some("sleep 300 & echo $! > server.pid".into());
    bench.shard.work.hooks.after = Some("cat server.pid > /dev/null && echo after; exit 3".into());
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    assert!(!lives(&text(&outcome, "pid.txt")));
    let console = text(&outcome, "console.txt");
    assert!(console.contains("after\n") && console.contains("the hook `after` ended with exit status: 3"), "{console}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_whose_command_is_not_there_is_told_from_one_that_fails() {
    for (hook, name) in [
        ("no-such-command", "Runner.HookMissing"),
        ("./a.robot", "Runner.HookMissing"),
        ("exit 1", "Runner.HookFailed"),
    ] {
        let Some(mut bench) = Bench::new(&[("a.robot", PASSES)]) else { return };
        bench.shard.work.hooks.before = Some(hook.into());
        let exit = bench.run().await.exit;
        assert!(matches!(&exit, Exit::NotStarted { error, .. } if error == name), "{hook}: {exit:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_hook_is_told_with_its_last_words() {
    let Some(mut bench) = Bench::new(&[("a.robot", PASSES)]) else { return };
    bench.shard.work.hooks.before = Some("echo no database with s3cret-value >&2; exit 7".into());
    bench.shard.secrets = [("PASSWORD".into(), "s3cret-value".into())].into();
    let outcome = bench.run().await;
    let Exit::NotStarted { error, cause } = &outcome.exit else { panic!("{:?}", outcome.exit) };
    assert_eq!(error, "Runner.HookFailed");
    assert!(cause.contains("exit status: 7") && cause.contains("no database with ***"), "{cause}");
    assert!(!outcome.outputs.files.contains_key("output.xml"));
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_reach_the_tests_and_no_upload() {
    let secret = "a<b>&\"c'\\é 9";
    let suite = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nLogin\n    [Documentation]    ${PASSWORD}\n    Log    the password is ${PASSWORD}\n    Log To Console    ${PASSWORD}\n    Log    ${{ 'long enough to be packed ' * 20 + $PASSWORD }}\n    Log    <b>${PASSWORD}</b>    html=True\n    Create File    ${OUTPUT DIR}/note.txt    ${PASSWORD}\n    Length Should Be    ${PASSWORD}    12\n    File Should Not Exist    ${EXECDIR}/../../control/variables.json\n    Fail    ${PASSWORD}\n";
    let Some(mut bench) = Bench::new(&[("a.robot", suite)]) else { return };
    bench.shard.secrets = [("PASSWORD".into(), secret.into())].into();
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Failed { tests: 1 }, "{}", text(&outcome, "console.txt"));
    let output = text(&outcome, "output.xml");
    assert!(output.contains("the password is ***") && output.contains(">***</status>"), "{output}");
    assert_eq!(text(&outcome, "note.txt"), "***");
    for name in outcome.outputs.files.keys() {
        let text = text(&outcome, name);
        assert!(!text.contains("\\é 9") && !text.contains("é 9"), "{name}: {text}");
    }
    assert!(text(&outcome, "log.html").contains("<html"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_too_short_to_be_masked_is_refused() {
    let Some(mut bench) = Bench::new(&[("a.robot", PASSES)]) else { return };
    bench.shard.secrets = [("PIN".into(), "123".into())].into();
    let outcome = bench.run().await;
    assert!(matches!(&outcome.exit, Exit::NotStarted { error, .. } if error == "Runner.SecretRefused"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_selected_tests_is_told_apart_from_one_that_is_missing() {
    let tagged = "*** Test Cases ***\nA test\n    [Tags]    smoke\n    Log    hello\n";
    let Some(mut bench) = Bench::new(&[("a.robot", tagged), ("sub/b [1].robot", PASSES), ("c.robot", tagged)]) else {
        return;
    };
    bench.shard.work.robot.include = vec!["smoke".into()];
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed);
    assert_eq!(outcome.unselected, ["sub/b [1].robot"]);

    bench.shard.work.robot.exclude = vec!["smoke".into()];
    let mut again = bench;
    again.folder = tempfile::tempdir().unwrap();
    let outcome = again.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "an empty shard is no failure: {}", text(&outcome, "console.txt"));
    assert_eq!(outcome.unselected.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_parsed_is_not_called_unselected() {
    let Some(bench) = Bench::new(&[("a.robot", PASSES), ("broken.robot", "*** Test Cases ***\n")]) else { return };
    let mut bench = bench;
    bench.shard.order.files.push("gone.robot".into());
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    assert_eq!(outcome.unselected, ["broken.robot"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_robot_refuses_is_told_in_its_own_words_without_secrets() {
    let tasks = "*** Tasks ***\nA task\n    Log    hello\n";
    let Some(mut bench) = Bench::new(&[("a.robot", PASSES), ("b.robot", tasks)]) else { return };
    bench.shard.secrets = [("PASSWORD".into(), "Conflicting".into())].into();
    let outcome = bench.run().await;
    let Exit::BadData { why } = &outcome.exit else { panic!("{:?}", outcome.exit) };
    assert!(why.starts_with("*** execution modes: Suite 'Shop.A' has tests but suite 'Shop.B' has tasks."), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_may_hold_anything() {
    let values = [
        ("EQUALS", "a=b c: d # e"),
        ("TYPED", " int:5"),
        ("SPACE", " x "),
        ("LINES", "one\ntwo"),
        ("EMPTY_ONE", ""),
        ("DASH", "--x"),
    ];
    let suite = values
        .iter()
        .map(|(name, _)| format!("    Append To File    ${{OUTPUT DIR}}/seen.txt    ${{{{ repr(${name}) }}}};\n"));
    let suite =
        format!("*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nSee\n{}", suite.collect::<String>());
    let Some(mut bench) = Bench::new(&[("a.robot", &suite)]) else { return };
    bench.shard.work.robot.variables = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    assert_eq!(text(&outcome, "seen.txt"), "'a=b c: d # e';' int:5';' x ';'one\\ntwo';'';'--x';");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_goes_away_stops_robot_in_time() {
    let Some(bench) = Bench::new(&[("a.robot", "*** Test Cases ***\nSlow\n    Sleep    1 min\n")]) else { return };
    let notice = bench.notice();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        notice.send_replace(Some(tokio::time::Instant::now() + Duration::from_secs(30)));
    });
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::InstanceReclaimed);
    assert!(text(&outcome, "output.xml").trim_end().ends_with("</robot>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_in_the_package_stays_executable() {
    let Some(bench) = Bench::new(&[("a.robot", PASSES)]) else { return };
    let mut bench = bench.with("tools/run.sh", "#!/bin/sh\necho from the script\n");
    bench.shard.work.hooks.before = Some("tools/run.sh".into());
    let outcome = bench.run().await;
    assert!(text(&outcome, "console.txt").contains("from the script"), "{outcome:?}");
}

/// Where a system has no signal for it, the listener itself stops Robot Framework.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_stops_robot_where_there_is_no_signal() {
    let Some(robot) = robot() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("_qaops_selected.py"), include_str!("../../src/selected.py")).unwrap();
    std::fs::write(path("files.json"), "[]").unwrap();
    std::fs::write(path("_qaops_listener.py"), include_str!("../../src/listener.py")).unwrap();
    std::fs::write(path("a.robot"), "*** Test Cases ***\nSlow\n    Sleep    1 min\n").unwrap();
    let mut command = tokio::process::Command::new(robot);
    command.current_dir(folder.path()).env("QAOPS_STOP", "file").stdout(Stdio::null()).stderr(Stdio::null());
    let mut robot = command
        .args(["--listener", "_qaops_selected.py", "--listener", "_qaops_listener.py", "a.robot"])
        .spawn()
        .unwrap();
    while !path("selected.json").exists() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    std::fs::write(path("stop"), "").unwrap();
    let status = tokio::time::timeout(Duration::from_secs(30), robot.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(std::fs::read_to_string(path("output.xml")).unwrap().contains("Execution terminated by signal"));
}
