//! Whole runs: the real state machine, the real functions, real Robot Framework.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

use domain::quality::gates::Verdict;
use serde_json::json;
use tests::{Suite, begin, end, ended, ledger, living, passing, put_secret, run, sleeping, with_cloud};

const FAILING: &str = "*** Test Cases ***\nGood\n    No Operation\nBad\n    Should Be Equal    1    2\n";

#[test]
fn a_run_that_passes_ends_in_succeeded() {
    with_cloud(async |cloud| {
        let suite = Suite::new("good", "", &passing(4));
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        assert_eq!((run.execution.word.as_str(), run.evaluation().verdict), ("SUCCEEDED", Verdict::Passed));
        assert_eq!(run.counts(), [8, 8, 0, 0, 0]);
        for name in ["verdict.json", "junit.xml", "output.xml", "report.html"] {
            assert!(run.out.path().join(name).is_file(), "{name}");
        }
    });
}

#[test]
fn a_failing_test_ends_the_run_in_gate_failed() {
    with_cloud(async |cloud| {
        let suite = Suite::new("bad", "", &[("a.robot".into(), FAILING.into())]);
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.execution.word.as_str(), run.error()), ("FAILED", "QAOps.GateFailed"));
        assert_eq!(run.counts(), [2, 1, 1, 0, 0]);
        assert_eq!(run.evaluation().failed[0].id.to_string(), "a.robot: Bad.A.Bad");
        assert_eq!(run.evaluation().failed[0].message, "1 != 2");
    });
}

#[test]
fn a_secret_reaches_the_tests_and_nothing_that_is_kept() {
    with_cloud(async |cloud| {
        put_secret(cloud, "/qaops/secret/password", "open sesame");
        let settings = "[robot]\nsecrets = { PASSWORD = \"/qaops/secret/password\" }\n";
        let test =
            "*** Test Cases ***\nKnows\n    Log    Say ${PASSWORD}!\n    Length Should Be    ${PASSWORD}    11\n";
        let suite = Suite::new("secret", settings, &[("a.robot".into(), test.into())]);
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        let output = std::fs::read_to_string(run.out.path().join("output.xml")).unwrap();
        assert!(output.contains("Say ") && !output.contains("open sesame"), "{output}");
    });
}

#[test]
fn sixty_files_give_the_same_counts_in_one_three_and_eight_environments_and_in_one_robot_call() {
    with_cloud(async |cloud| {
        let mut files = passing(57);
        files.push(("deep/__init__.robot".into(), "*** Settings ***\nTest Tags    deep\n".into()));
        files.push(("deep/failing.robot".into(), FAILING.into()));
        files.push(("deep/skipping.robot".into(), "*** Test Cases ***\nSkips\n    Skip    not today\n".into()));
        files.push(("deep/er/one.robot".into(), "*** Test Cases ***\nOne\n    [Tags]    x\n    No Operation\n".into()));
        let suite = Suite::new("sixty", "[gates]\nerror = [\"tests{tag=deep}.total == 4\"]\n", &files);
        let starts = [1, 3, 8].map(|count| begin(cloud, &suite, json!({"environments": count})));
        let mut counts = Vec::new();
        for started in starts {
            let run = end(cloud, started.await).await;
            assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
            counts.push(run.counts());
            assert_eq!(plain_counts(cloud, &run.out.path().join("output.xml")), run.counts()[..4]);
        }
        let robot = suite.path().join("out");
        let mut command = Command::new(cloud.python.program("robot"));
        command.args(["--log", "NONE", "--report", "NONE", "--outputdir"]).arg(&robot).arg(suite.path());
        command.output().unwrap();
        let plain = plain_counts(cloud, &robot.join("output.xml"));
        assert_eq!(plain, [118, 116, 1, 1]);
        assert!(counts.iter().all(|counts| counts[..4] == plain), "{counts:?}");
    });
}

/// Total, passed, failed and skipped tests as Robot Framework itself reads them.
fn plain_counts(cloud: &local::cloud::LocalCloud, output: &std::path::Path) -> [u64; 4] {
    const SCRIPT: &str = "import sys, robot.api; s = robot.api.ExecutionResult(sys.argv[1]).statistics.total; \
                          print(s.total, s.passed, s.failed, s.skipped)";
    let output = Command::new(cloud.python.program("python")).args(["-c", SCRIPT]).arg(output).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let counts: Vec<u64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    counts.try_into().unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn a_budget_is_a_gate_on_what_the_run_costs() {
    with_cloud(async |cloud| {
        let within = "[gates]\nerror = [\"run.cost <= $5\", \"run.cost > $0\"]\n";
        let run = run(cloud, &Suite::new("cheap", within, &passing(2)), json!({"environments": 2})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        let cost = run.evaluation().left.metrics["run.cost"];
        assert!((0.003..0.01).contains(&cost), "two minutes of c7i.large and some fifty transitions: {cost}");
        let report = std::fs::read_to_string(run.out.path().join("report.html")).unwrap();
        assert_eq!(report.matches("<td class=\"number\">$0.00").count(), 3, "the cost of two environments, and all");
        assert_eq!(judged_again(run.out.path()), std::fs::read(run.out.path().join("verdict.json")).unwrap());
    });
    with_cloud(async |cloud| {
        let beyond = "[gates]\nerror = [\"run.cost <= $0.001\"]\n";
        let run = run(cloud, &Suite::new("dear", beyond, &passing(2)), json!({})).await;
        assert_eq!(run.error(), "QAOps.GateFailed");
        assert!(run.evaluation().reasons[0].contains("run.cost is $0.00"), "{:?}", run.evaluation().reasons);
    });
}

/// The verdict that the files of a run come to.
fn judged_again(folder: &std::path::Path) -> Vec<u8> {
    let input = results::evaluation_input::read(|path| std::fs::File::open(folder.join(path))).unwrap();
    domain::evaluation::evaluate::evaluate(&input).to_json().unwrap()
}

#[test]
fn a_test_that_passes_in_a_rerun_is_passed_and_flaky() {
    with_cloud(async |cloud| {
        let marker = tests::shared_folder();
        let flaky = format!(
            "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nFlaky\n    \
             ${{known}} =    Run Keyword And Return Status    File Should Exist    {0}/seen\n    \
             Create File    {0}/seen\n    Should Be True    ${{known}}\nSteady\n    No Operation\n",
            marker.path().display()
        );
        let suite = Suite::new("flaky", "rerun_failed = 1\n", &[("a.robot".into(), flaky)]);
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [2, 2, 0, 0, 1]);
        assert_eq!(run.evaluation().flaky[0].to_string(), "a.robot: Flaky.A.Flaky");
        assert_eq!(plain_counts(cloud, &run.out.path().join("output.xml")), [2, 2, 0, 0]);
    });
}

#[test]
fn a_stop_gate_ends_the_run_early() {
    with_cloud(async |cloud| {
        let mut files = sleeping(8, 1.0);
        files.push(("a_first.robot".into(), FAILING.into()));
        let config = "[gates]\nerror = [\"tests.total > 0\"]\nstop = [\"tests.failed > 0\"]\n";
        let run = run(cloud, &Suite::new("stopped", config, &files), json!({})).await;
        assert_eq!(run.error(), "QAOps.GateFailed");
        assert!(run.evaluation().shards.lost > 0, "{:?}", run.evaluation().shards);
        let not_run = run.evaluation().reasons.iter().filter(|reason| reason.contains("did not run"));
        let told: Vec<&str> = not_run.filter_map(|reason| Some(reason.split_once(", because ")?.1)).collect();
        assert_eq!(
            told,
            ["the run was stopped: tests.failed is 1, which is above 0."],
            "{:?}",
            run.evaluation().reasons
        );
    });
}

#[test]
fn a_file_in_which_no_test_is_selected_is_not_lost() {
    with_cloud(async |cloud| {
        let tagged = "*** Test Cases ***\nTagged\n    [Tags]    wanted\n    No Operation\n";
        let mut files = passing(3);
        files.push(("tagged.robot".into(), tagged.into()));
        files.push(("empty.robot".into(), "*** Keywords ***\nNothing\n    No Operation\n".into()));
        let run = run(cloud, &Suite::new("selected", "", &files), json!({"include": ["wanted"]})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [1, 1, 0, 0, 0]);
    });
}

#[test]
fn bad_input_ends_the_run_before_an_instance_starts() {
    with_cloud(async |cloud| {
        let cases = [
            (json!({"environments": 0}), "Plan.BadRequest", "environments"),
            (json!({"environment": 3}), "Plan.BadRequest", "environment"),
            (json!({"include": ["a\nb"]}), "Plan.BadRequest", "include"),
            (json!({"package": "s3://qaops-artifacts/suites/none.zip"}), "Plan.PackageMissing", "none.zip"),
            (json!({"package": "s3://qaops-artifacts/other/none.zip"}), "Plan.Refused", "source_bucket_arns"),
        ];
        let suite = Suite::new("refused", "", &passing(1));
        for (more, error, word) in cases {
            let started = begin(cloud, &suite, more).await;
            let execution = ended(cloud, &started).await;
            let failure = execution.failure.unwrap();
            assert_eq!(failure.error, error, "{}", failure.cause);
            assert!(failure.cause.contains(word), "{}", failure.cause);
            assert!(cloud.aws.fleet().of_run(&started.id).await.unwrap().is_empty());
        }
        let suite = Suite::new("undecidable", "[gates]\nerror = [\"coverage.line >= 80%\"]\n", &passing(1));
        let started = begin(cloud, &suite, json!({})).await;
        let failure = ended(cloud, &started).await.failure.unwrap();
        assert_eq!(failure.error, "Plan.BadPackage", "{}", failure.cause);
        assert!(failure.cause.contains("is about a coverage report"), "{}", failure.cause);
        assert!(cloud.aws.fleet().of_run(&started.id).await.unwrap().is_empty());
    });
}

#[test]
fn a_run_leaves_nothing_running_and_remembers_what_it_took() {
    with_cloud(async |cloud| {
        let suite = Suite::new("remembered", "", &passing(3));
        let run = run(cloud, &suite, json!({})).await;
        assert!(living(cloud, &run.id).await.is_empty());
        let ledger = ledger(cloud);
        let environments = ledger.environments(&run.id).await.unwrap();
        assert!(!environments.is_empty() && environments.iter().all(|environment| environment.ended.is_some()));
        let past = ledger.past_runs("remembered", 10).await.unwrap();
        assert_eq!(past.iter().map(|past| past.id.as_str()).collect::<Vec<_>>(), [run.id.as_str()]);
        let files = ledger.file_histories("remembered").await.unwrap();
        assert_eq!(files.len(), 3);
        assert!(files.iter().all(|file| file.runs().len() == 1 && file.runs()[0].run == run.id));
        assert!(ledger.open_runs().await.unwrap().iter().all(|open| *open != run.id));
    });
}
