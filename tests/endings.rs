//! Runs that end before every test was run: by a hang, a fatal error, a failure that ends all, a refusal.

use domain::base::ids::RunId;
use domain::quality::gates::{State, Verdict};
use serde_json::json;
use tests::{Finished, Suite, begin_as, end, run, with_cloud};

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn failed(run: &Finished) -> Vec<(String, String)> {
    run.evaluation().failed.iter().map(|test| (test.id.to_string(), test.message.clone())).collect()
}

fn named(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, message)| ((*name).to_owned(), (*message).to_owned())).collect()
}

/// A test that fails, one that never ends, and one that is never begun.
fn hanging(how: &str) -> String {
    format!(
        "*** Test Cases ***\nPasses\n    No Operation\nFails first\n    Fail    early\nHangs\n    Evaluate    {how}\n\
         Never starts\n    No Operation\n"
    )
}

#[test]
fn what_ended_before_a_hang_counts_and_the_test_that_hangs_is_named() {
    let ways = [
        "__import__('time').sleep(600)",
        // Robot Framework cannot close its result: it is killed.
        "[__import__('signal').signal(2, __import__('signal').SIG_IGN), __import__('time').sleep(600)]",
    ];
    with_cloud(async |cloud| {
        for way in ways {
            let suite = Suite::new("hang", "timeout = \"20s\"\n", &files(&[("t.robot", &hanging(way))]));
            let run = run(cloud, &suite, json!({})).await;
            let evaluation = run.evaluation();
            assert_eq!(
                (evaluation.verdict, run.counts()),
                (Verdict::Failed, [2, 1, 1, 0, 0]),
                "{:?}",
                evaluation.reasons
            );
            assert_eq!(failed(&run), named(&[("t.robot: Hang.T.Fails first", "early")]));
            assert_eq!(evaluation.gates[0].ok(), Some(false));
            let reasons = evaluation.reasons.join("\n");
            assert!(
                reasons.contains("the time of the run was over, while the test Hang.T.Hangs was running."),
                "{reasons}"
            );
            assert_eq!((evaluation.environments, evaluation.shards.lost), (1, 1), "no instance for the last seconds");
        }
    });
}

#[test]
fn a_run_in_which_nothing_failed_before_the_hang_is_inconclusive() {
    let text = "*** Test Cases ***\nPasses\n    No Operation\nHangs\n    Sleep    10 min\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("slow", "timeout = \"20s\"\n", &files(&[("t.robot", text)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Inconclusive, [1, 1, 0, 0, 0]));
    });
}

const FATAL: &str = "Test execution stopped due to a fatal error.";

#[test]
fn after_a_fatal_error_nothing_else_runs_in_any_shard() {
    let mut suite = vec![(
        "s1.robot",
        "*** Test Cases ***\nFirst\n    Fatal Error    the system is down\nSecond\n    No Operation\n",
    )];
    let other = "*** Test Cases ***\nFirst\n    Sleep    1s\nSecond\n    No Operation\n";
    suite.extend(["s2.robot", "s3.robot", "s4.robot"].map(|file| (file, other)));
    with_cloud(async |cloud| {
        let suite = Suite::new("fatal", "rerun_failed = 1\n", &files(&suite));
        for environments in [1, 2] {
            let run = run(cloud, &suite, json!({"environments": environments})).await;
            assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [8, 0, 8, 0, 0]), "{environments}");
            let failed = failed(&run);
            let (first, others): (Vec<_>, Vec<_>) = failed.iter().partition(|(test, _)| test.ends_with("S1.First"));
            assert_eq!(first, [&("s1.robot: Fatal.S1.First".to_owned(), "the system is down".to_owned())]);
            assert!(others.iter().all(|(_, message)| message == FATAL), "{failed:?}");
            assert!(run.shards.iter().all(|shard| !shard.is_rerun()), "what was halted is not run again");
        }
    });
}

/// Eight files are four shards, of which the first has the first and the fifth file.
#[test]
fn what_robot_would_have_run_before_a_fatal_error_still_runs() {
    let other = "*** Test Cases ***\nFirst\n    No Operation\n";
    let of = |number: usize| {
        if number == 5 { other.replace("No Operation", "Fatal Error    down") } else { other.to_owned() }
    };
    let suite: Vec<_> = (1..=8).map(|number| (format!("s{number}.robot"), of(number))).collect();
    with_cloud(async |cloud| {
        let suite = Suite::new("early", "rerun_failed = 1\n", &suite);
        for environments in [1, 2] {
            let run = run(cloud, &suite, json!({"environments": environments})).await;
            assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [8, 4, 4, 0, 0]), "{environments}");
            let mut names: Vec<_> = failed(&run).into_iter().map(|(test, _)| test).collect();
            names.sort();
            assert_eq!(names, [5, 6, 7, 8].map(|number| format!("s{number}.robot: Early.S{number}.First")));
        }
    });
}

/// The shard in which the setup of a folder halts has a file before that folder, and other shards have more of them. That
/// the file has a setting that Robot Framework does not know halts nothing without `--exitonerror`.
#[test]
fn what_robot_would_have_run_before_a_fatal_setup_still_runs() {
    let other = "*** Test Cases ***\nFirst\n    No Operation\n";
    let names = ["a", "B/one", "B/two", "b2", "c/x", "c/y", "D", "e"];
    let mut suite: Vec<_> = names.iter().map(|name| (format!("{name}.robot"), other.to_owned())).collect();
    suite[2].1 = format!("*** Settings ***\nNo Setting    x\n{other}");
    suite.push(("c/__init__.robot".into(), "*** Settings ***\nSuite Setup    Fatal Error    no server\n".into()));
    with_cloud(async |cloud| {
        let suite = Suite::new("setup", "", &suite);
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [8, 4, 4, 0, 0]), "{:?}", failed(&run));
    });
}

/// An error of parsing is there before the first test of the whole run.
#[test]
fn with_exitonerror_a_file_that_cannot_be_parsed_ends_all_before_the_first_test() {
    let other = "*** Test Cases ***\nFirst\n    No Operation\n";
    let of = |number: usize| {
        if number == 5 { format!("*** Settings ***\nNo Setting    x\n{other}") } else { other.to_owned() }
    };
    let suite: Vec<_> = (1..=8).map(|number| (format!("s{number}.robot"), of(number))).collect();
    with_cloud(async |cloud| {
        let config = "[robot]\narguments = [\"--exitonerror\"]\n";
        let suite = Suite::new("parse", config, &suite);
        for environments in [1, 4] {
            let run = run(cloud, &suite, json!({"environments": environments})).await;
            assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [8, 0, 8, 0, 0]), "{environments}");
        }
    });
}

#[test]
fn after_a_fatal_error_no_environment_starts_for_a_rerun() {
    let fails = "*** Test Cases ***\nFails at once\n    Fail    no\n";
    let fatal = "*** Test Cases ***\nFatal later\n    Sleep    3s\n    Fatal Error    the system is down\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("halted", "rerun_failed = 1\n", &files(&[("a.robot", fails), ("b.robot", fatal)]));
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [2, 0, 2, 0, 0]));
        assert_eq!(run.evaluation().environments, 2, "none was launched without work");
    });
}

#[test]
fn a_failure_that_ends_all_leaves_what_came_before_it() {
    let (passes, fails) = (
        "*** Test Cases ***\nGood\n    No Operation\n",
        "*** Test Cases ***\nBad\n    Fail    no\nGood\n    No Operation\n",
    );
    with_cloud(async |cloud| {
        let config = "[robot]\narguments = [\"--exitonfailure\"]\n";
        let suite = Suite::new("exit", config, &files(&[("a.robot", passes), ("B.robot", fails), ("c.robot", passes)]));
        let run = run(cloud, &suite, json!({"environments": 1})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [4, 1, 3, 0, 0]));
        let message = "Failure occurred and exit-on-failure mode is in use.";
        let expected =
            [("B.robot: Exit.B.Bad", "no"), ("B.robot: Exit.B.Good", message), ("c.robot: Exit.C.Good", message)];
        assert_eq!(failed(&run), named(&expected));
    });
}

/// A suite whose files Robot Framework refuses to run together, where only it can know which tests are selected.
fn mixed(name: &str) -> Suite {
    let tests = "*** Test Cases ***\nGood\n    [Tags]    smoke\n    No Operation\n";
    let tasks = "*** Tasks ***\nGood\n    [Tags]    smoke\n    No Operation\n";
    let config = "[robot]\ninclude = [\"smoke\"]\n";
    Suite::new(name, config, &files(&[("a.robot", tests), ("b.robot", tasks), ("c.robot", tests), ("d.robot", tests)]))
}

#[test]
fn what_robot_refuses_ends_the_run_in_its_own_words_with_one_instance() {
    with_cloud(async |cloud| {
        let run = run(cloud, &mixed("refused"), json!({"environments": 1})).await;
        assert_eq!((run.evaluation().verdict, run.evaluation().environments), (Verdict::Inconclusive, 1));
        assert_eq!(run.shards.iter().map(|shard| shard.losses.len()).sum::<usize>(), 1, "no second attempt");
        let reasons = run.evaluation().reasons.join("\n");
        // The first shard has two files with tests, the second one with tasks and one with tests.
        let told = "(252): Conflicting execution modes: Suite 'Refused.B' has tasks but suite 'Refused.D' has tests.";
        assert!(reasons.contains(told), "{reasons}");
    });
}

#[test]
fn tests_and_tasks_do_not_pass_when_each_instance_sees_only_one_kind() {
    with_cloud(async |cloud| {
        let run = run(cloud, &mixed("divided"), json!({"environments": 4})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Inconclusive, "{:?}", run.evaluation().reasons);
        let reasons = run.evaluation().reasons.join("\n");
        assert!(reasons.contains("Robot Framework refuse"), "{reasons}");
    });
}

#[test]
fn a_package_that_no_instance_can_run_ends_the_run_at_the_first_shard() {
    let requirement = [("requirements.txt", "no-such-project-of-anyone==1.0\n")];
    let text = "*** Test Cases ***\nGood\n    Sleep    2s\n";
    let mut all = files(&["a.robot", "b.robot", "c.robot", "d.robot"].map(|file| (file, text)));
    all.extend(files(&requirement));
    with_cloud(async |cloud| {
        let suite = Suite::new("unrunnable", "", &all);
        let run = run(cloud, &suite, json!({"environments": 1})).await;
        assert_eq!((run.evaluation().verdict, run.evaluation().environments), (Verdict::Inconclusive, 1));
        assert_eq!(run.shards.iter().map(|shard| shard.attempt).collect::<Vec<_>>(), [1, 0], "{:?}", run.shards);
        let reasons = run.evaluation().reasons.join("\n");
        assert!(reasons.contains("No matching distribution found for no-such-project-of-anyone==1.0"), "{reasons}");
        let not_run = "did not run, because the run was stopped: Runner.RequirementsRefused: ";
        assert!(reasons.contains(not_run) && !reasons.contains("No environment took it"), "{reasons}");
    });
}

/// Listeners that take tests out while Robot Framework runs.
const TAKERS: [(&str, &str); 4] = [
    ("all tests of a file, when its turn comes", "if data.name == 'B': data.tests.clear()"),
    ("all tests of a file, at the start", "if data.parent is None: data.suites[1].tests.clear()"),
    ("one of two tests", "if data.name == 'B': data.tests = data.tests[1:]"),
    (
        "one, and adds another",
        "if data.name == 'B': data.tests.pop(0); data.tests.create(name='New').body.create_keyword(name='No Operation')",
    ),
];

#[test]
fn tests_that_a_listener_takes_out_are_missing() {
    let (passes, fails) = (
        "*** Test Cases ***\nGood\n    No Operation\n",
        "*** Test Cases ***\nBad\n    Fail    no\nGood\n    No Operation\n",
    );
    let config = "[robot]\narguments = [\"--pythonpath\", \".\", \"--listener\", \"Taker\"]\n";
    with_cloud(async |cloud| {
        for (what, how) in TAKERS {
            let taker = format!(
                "ROBOT_LISTENER_API_VERSION = 3\nROBOT_LISTENER_PRIORITY = float('inf')\n\n\
                 def start_suite(data, result):\n    {how}\n"
            );
            let suite =
                Suite::new("taken", config, &files(&[("a.robot", passes), ("b.robot", fails), ("Taker.py", &taker)]));
            let run = run(cloud, &suite, json!({})).await;
            assert_eq!(run.evaluation().verdict, Verdict::Inconclusive, "{what}: {:?}", run.evaluation().reasons);
            let losses: Vec<usize> = run.shards.iter().map(|shard| shard.losses.len()).collect();
            assert!(losses.iter().all(|losses| *losses <= 1), "{what}: no other instance can find them: {losses:?}");
        }
    });
}

#[test]
fn a_file_that_a_listener_takes_out_is_missing_also_where_a_variable_might_exclude_it() {
    let tagged =
        "*** Variables ***\n${TAG}    smoke\n*** Test Cases ***\nTagged\n    [Tags]    ${TAG}\n    No Operation\n";
    let good = "*** Test Cases ***\nGood\n    No Operation\n";
    let how = "data.suites = [suite for suite in data.suites if suite.name != 'A']";
    let taker = format!("ROBOT_LISTENER_API_VERSION = 3\n\ndef start_suite(data, result):\n    {how}\n");
    let config = "[robot]\narguments = [\"--pythonpath\", \".\", \"--listener\", \"Taker\"]\n";
    with_cloud(async |cloud| {
        let suite =
            Suite::new("variable-tag", config, &files(&[("a.robot", tagged), ("b.robot", good), ("Taker.py", &taker)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Inconclusive, "{:?}", run.evaluation().reasons);
    });
}

#[test]
fn failed_suite_teardowns_are_failed_tests_for_exit_status_and_output_alike() {
    let torn = "*** Settings ***\nSuite Teardown    Fail    torn down\n*** Test Cases ***\nPasses\n    No Operation\nSkips\n    Skip\n";
    let good = "*** Test Cases ***\nGood\n    No Operation\n";
    let folder = "*** Settings ***\nSuite Teardown    Fail    no\n";
    let many: String = (0..260).map(|n| format!("Fails {n}\n    Fail    no\n")).collect();
    let many = format!("*** Test Cases ***\n{many}");
    let all = [("a.robot", torn), ("d/__init__.robot", folder), ("d/b.robot", good), ("many.robot", many.as_str())];
    with_cloud(async |cloud| {
        let run = run(cloud, &Suite::new("torn", "", &files(&all)), json!({"environments": 1})).await;
        let reasons = &run.evaluation().reasons;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [263, 0, 262, 1, 0]), "{reasons:?}");
        assert_eq!(run.evaluation().shards.lost, 0, "{reasons:?}");
    });
}

#[test]
fn a_suite_teardown_that_hangs_hides_no_failure_and_is_named() {
    let text = "*** Settings ***\nSuite Teardown    Sleep    10 min\n*** Test Cases ***\nPasses\n    No Operation\n\
                Really fails\n    Fail    real failure\nPasses too\n    No Operation\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("teardown", "timeout = \"20s\"\n", &files(&[("a.robot", text)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [1, 0, 1, 0, 0]));
        assert_eq!(failed(&run), named(&[("a.robot: Teardown.A.Really fails", "real failure")]));
        let reasons = run.evaluation().reasons.join("\n");
        assert!(reasons.contains("while the teardown of the suite Teardown.A was running."), "{reasons}");
    });
}

#[test]
fn a_gate_holds_for_nobody_where_work_was_lost() {
    let text = "*** Test Cases ***\nEnds all\n    Evaluate    __import__('os')._exit(77)\n";
    with_cloud(async |cloud| {
        let config = "[gates]\nerror = [\"tests.failed == 0\", \"tests.total >= 1\"]\n";
        let good = "*** Test Cases ***\nGood\n    No Operation\n";
        let suite = Suite::new("crash", config, &files(&[("a.robot", text), ("b.robot", good)]));
        let run = run(cloud, &suite, json!({"environments": 2})).await;
        let states: Vec<State> = run.evaluation().gates.iter().map(|gate| gate.state).collect();
        // More tests cannot make the number of tests too small.
        assert_eq!((run.evaluation().verdict, &*states), (Verdict::Inconclusive, &[State::Undecided, State::Held][..]));
    });
}

#[test]
fn an_exit_status_that_the_output_contradicts_is_believed() {
    let listener = "import os\nROBOT_LISTENER_API_VERSION = 3\ndef close():\n    os._exit(1)\n";
    let good = "*** Test Cases ***\nGood\n    No Operation\n";
    with_cloud(async |cloud| {
        let config = "[robot]\narguments = [\"--listener\", \"Liar.py\"]\n";
        let suite = Suite::new("liar", config, &files(&[("a.robot", good), ("Liar.py", listener)]));
        let run = run(cloud, &suite, json!({})).await;
        let reasons = run.evaluation().reasons.join("\n");
        assert_eq!(run.evaluation().verdict, Verdict::Inconclusive, "{reasons}");
        assert!(reasons.contains("exit status 1, but its output.xml reports 0 failed tests"), "{reasons}");
    });
}

#[test]
fn a_file_whose_tests_are_all_excluded_is_not_lost() {
    let excluded = "*** Test Cases ***\nNot this one\n    [Tags]    Robot:Ex_clude\n    Fail\n";
    let good = "*** Test Cases ***\nGood\n    No Operation\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("excluded", "", &files(&[("a.robot", excluded), ("b.robot", good)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Passed, [1, 1, 0, 0, 0]));
    });
}

#[test]
fn a_report_that_came_with_the_package_is_none_of_the_run() {
    let good = "*** Test Cases ***\nGood\n    No Operation\n";
    let report = "<testsuite><testcase name=\"a\" time=\"1\"/></testsuite>";
    with_cloud(async |cloud| {
        let config = "[gates]\nerror = [\"tests{source=junit}.failed == 0\"]\n[reports]\njunit = \"old.xml\"\n";
        let suite = Suite::new("stale-report", config, &files(&[("a.robot", good), ("old.xml", report)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Inconclusive, "{:?}", run.evaluation().reasons);
    });
}

#[test]
fn a_run_may_have_a_name_that_looks_like_an_option() {
    let good = "*** Test Cases ***\nGood\n    No Operation\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("dashes", "", &files(&[("a.robot", good)]));
        for name in ["-lead", "--help", "---"] {
            let run = end(cloud, begin_as(cloud, &suite, &RunId::from(name), json!({})).await).await;
            assert_eq!(run.evaluation().verdict, Verdict::Passed, "{name}: {:?}", run.evaluation().reasons);
        }
    });
}
