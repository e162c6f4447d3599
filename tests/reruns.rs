//! Failed tests run again, and tests of one name hide nothing of one another.

use domain::evaluation::evaluate::Evaluation;
use domain::quality::gates::Verdict;
use serde_json::{Value, json};
use tests::{Finished, Suite, run, with_cloud};

const AGAIN: &str = "rerun_failed = 1\n";

/// Files of a package by path.
fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Attempts that were made and lost, of the planned shards and of those of reruns.
fn attempts(run: &Finished) -> [usize; 2] {
    let of = |rerun| run.shards.iter().filter(move |shard| shard.is_rerun() == rerun);
    [of(false), of(true)].map(|shards| shards.map(|shard| shard.attempt as usize + shard.losses.len()).sum())
}

fn failed(run: &Finished) -> Vec<String> {
    run.evaluation().failed.iter().map(|test| test.id.to_string()).collect()
}

/// One test makes its mark and passes when it finds it: it is flaky.
fn second_time(folder: &tempfile::TempDir) -> String {
    let mark = folder.path().join("mark");
    format!(
        "*** Settings ***\nLibrary    OperatingSystem\n*** Variables ***\n${{REGION}}    north\n*** Test Cases ***\n\
         Passes the second time\n    ${{there}}    Run Keyword And Return Status    File Should Exist    {0}\n    \
         Create File    {0}\n    Should Be True    ${{there}}\nFails in ${{REGION}}\n    Fail    no\n",
        mark.display()
    )
}

#[test]
fn a_test_whose_name_has_a_variable_runs_again_beside_others() {
    with_cloud(async |cloud| {
        let folder = tests::shared_folder();
        let suite = Suite::new("beside", AGAIN, &files(&[("t.robot", &second_time(&folder))]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!(run.counts(), [2, 1, 1, 0, 1]);
        assert_eq!(failed(&run), ["t.robot: Beside.T.Fails in north"]);
        assert_eq!((attempts(&run), run.evaluation().failed[0].attempts), ([1, 1], 2));
    });
}

#[test]
fn a_stop_gate_waits_for_reruns_and_leaves_out_what_is_in_quarantine() {
    let passes = "*** Test Cases ***\nGood\n    No Operation\n";
    let excused = "*** Test Cases ***\nBad\n    Fail    no\n";
    let config = format!(
        "{AGAIN}[quarantine.\"*.Bad\"]\nowner = \"a\"\nreason = \"b\"\nuntil = \"2099-01-01\"\n[gates]\n\
         error = [\"tests.failed == 0\"]\nstop = [\"tests.failed > 0\"]\n"
    );
    with_cloud(async |cloud| {
        let folder = tests::shared_folder();
        let flaky = second_time(&folder).split("Fails in").next().unwrap().to_owned();
        let all = [("a.robot", flaky.as_str()), ("b.robot", excused), ("c.robot", passes), ("d.robot", passes)];
        let suite = Suite::new("patient", &config, &files(&all));
        let run = run(cloud, &suite, json!({"environments": 1})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert_eq!(run.counts(), [4, 3, 1, 0, 1]);
    });
}

#[test]
fn tests_that_are_made_at_run_time_run_again() {
    let driver = "class Driver:\n    ROBOT_LISTENER_API_VERSION = 3\n\n    def __init__(self):\n        \
                  self.ROBOT_LIBRARY_LISTENER = self\n\n    def start_suite(self, data, result):\n        \
                  template = data.tests[0]\n        data.tests.clear()\n        for user in ['ada', 'nobody', 'eve']:\n            \
                  data.tests.append(template.copy(name=f'Log in as {user}'))\n";
    let logins = "*** Settings ***\nLibrary    Driver.py\n*** Test Cases ***\nLog in as ${user}\n    \
                  Should Not Contain    ${TEST NAME}    nobody\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("driven", AGAIN, &files(&[("logins.robot", logins), ("Driver.py", driver)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.counts(), attempts(&run)), ([3, 2, 1, 0, 0], [1, 1]));
        assert_eq!(run.evaluation().failed[0].attempts, 2, "it really ran again");
    });
}

/// Rows as data drivers give them, each with what the good one reads as.
const ROWS: [(&str, &str); 4] = [
    ("row", "pass"),
    ("Argument(None, row)", "pass"),
    ("{1: row, 'b': 0}", "{1: 'pass', 'b': 0}"),
    ("datetime.date(2026, 1, 1 if row == 'pass' else 2)", "2026-01-01"),
];

/// Robot Framework's own `--rerunfailed` takes the good row for the one that failed.
#[test]
fn rows_of_a_data_driver_that_change_their_order_hide_no_failure() {
    let folder = tests::shared_folder();
    let cases = "*** Test Cases ***\nTemplate\n    Should Be Equal As Strings    a    b\n";
    let config = format!("{AGAIN}[robot]\narguments = [\"--listener\", \"rows.py\"]\n");
    with_cloud(async |cloud| {
        for (number, (row, good)) in ROWS.into_iter().enumerate() {
            let driver = format!(
                "import copy\nimport datetime\nimport os\nfrom robot.running.model import Argument\n\n\
                 ROBOT_LISTENER_API_VERSION = 3\n\n\ndef start_suite(data, result):\n    \
                 if not data.tests:\n        return\n    rows = [\"fail\", \"pass\"]\n    \
                 if os.path.exists(\"{mark}\"):\n        rows.reverse()\n    open(\"{mark}\", \"w\").close()\n    \
                 template = data.tests[0]\n    data.tests = []\n    for number, row in enumerate(rows):\n        \
                 test = copy.deepcopy(template)\n        test.name = f\"Case {{number}}\"\n        \
                 test.body[0].args = [{row}, \"{good}\"]\n        data.tests.append(test)\n",
                mark = folder.path().join(number.to_string()).display()
            );
            let suite = Suite::new("rows", &config, &files(&[("cases.robot", cases), ("rows.py", &driver)]));
            let run = run(cloud, &suite, json!({})).await;
            let Evaluation { verdict, errors, remarks, .. } = run.evaluation();
            assert!(errors.is_empty(), "{errors:?}");
            assert_eq!((verdict, run.counts()), (&Verdict::Failed, [2, 1, 1, 0, 0]), "{row}: {:?}", failed(&run));
            let remarks = remarks.join("\n");
            assert!(
                remarks.contains("or their steps or arguments were others there") && remarks.contains("Case 0"),
                "{row}: {remarks}"
            );
        }
    });
}

/// Robot Framework replaces `${CURDIR}` while it parses, and each attempt has a folder of its own.
#[test]
fn a_test_that_names_its_folder_is_one_test() {
    let folder = tests::shared_folder();
    let text = second_time(&folder).replace("Fails in ${REGION}", "Fails in ${CURDIR}");
    let text = format!("*** Settings ***\nTest Teardown    Log    ${{CURDIR}}\n{text}");
    with_cloud(async |cloud| {
        let run = run(cloud, &Suite::new("folder", AGAIN, &files(&[("t.robot", &text)])), json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [2, 1, 1, 0, 1]), "{:?}", failed(&run));
        assert!(run.evaluation().remarks.is_empty(), "{:?}", run.evaluation().remarks);
    });
}

/// They name no place, or one on another machine.
#[test]
fn suites_in_json_are_told_apart_by_their_files() {
    let suite = |source: &str, tests: &[(&str, &str)]| {
        let test = |(name, keyword): &(&str, &str)| json!({"name": name, "body": [{"name": keyword}]});
        let mut suite = json!({"name": "J", "tests": tests.iter().map(test).collect::<Vec<_>>()});
        if !source.is_empty() {
            suite["source"] = source.into();
        }
        suite.to_string()
    };
    let bad = suite("/somewhere/else/j.robot", &[("One", "No Operation"), ("Two", "Fail")]);
    let good = suite("", &[("One", "No Operation")]);
    let taker = "ROBOT_LISTENER_API_VERSION = 3\n\n\ndef start_suite(data, result):\n    \
                 if len(data.tests) == 2:\n        data.tests.pop()\n        data.tests.create(name='New').body.create_keyword('No Operation')\n";
    let taken = format!("{AGAIN}[robot]\narguments = [\"--listener\", \"taker.py\"]\n");
    let all = files(&[("a.rbt", bad.as_str()), ("b.rbt", &good), ("taker.py", taker)]);
    with_cloud(async |cloud| {
        let run = run(cloud, &Suite::new("json", AGAIN, &all), json!({"environments": 2})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [3, 2, 1, 0, 0]), "{:?}", failed(&run));
        assert_eq!((failed(&run), run.evaluation().failed[0].attempts), (vec!["a.rbt: Json.J.Two".to_owned()], 2));
        let run = tests::run(cloud, &Suite::new("json", &taken, &all), json!({"environments": 1})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Inconclusive);
        assert!(run.evaluation().reasons.join("").contains("does not report the test \"Two\" of a.rbt"));
        // Suites within one file, and a file that Python reads as JSON and nobody else does.
        let inner = |name: &str, tests: Value| json!({"name": name, "tests": tests});
        let test = |name: &str| json!({"name": name, "body": [{"name": "No Operation"}]});
        let nested = json!({"name": "J", "suites": [
            inner("X", json!([test("One"), test("Two")])), inner("Y", json!([test("Three")])),
        ]});
        let odd = good.replacen('{', "{\"metadata\": {\"n\": NaN},", 1);
        let cases =
            [(nested.to_string(), Verdict::Passed, "\"Two\" of a.rbt"), (odd, Verdict::Inconclusive, "report a.rbt")];
        for (text, whole, missed) in cases {
            let all = files(&[("a.rbt", &text), ("taker.py", taker)]);
            let run = tests::run(cloud, &Suite::new("nested", "", &all), json!({})).await;
            assert_eq!(run.evaluation().verdict, whole, "{:?}", run.evaluation().reasons);
            let run = tests::run(cloud, &Suite::new("nested", &taken, &all), json!({})).await;
            let told = run.evaluation().reasons.join("");
            assert!(run.evaluation().verdict == Verdict::Inconclusive && told.contains(missed), "{told}");
        }
    });
}

#[test]
fn two_tests_of_one_name_never_hide_a_failure() {
    let basket = "*** Test Cases ***\nPay\n    Fail    card refused\nLook\n    No Operation\nPay\n    No Operation\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("twice", AGAIN, &files(&[("basket.robot", basket)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [3, 2, 1, 0, 0]));
        assert_eq!(
            (failed(&run), run.evaluation().failed[0].attempts),
            (vec!["basket.robot: Twice.Basket.Pay".into()], 2)
        );
        let output = std::fs::read(run.out.path().join("output.xml")).unwrap();
        assert_eq!(results::robot::read(&*output).unwrap().root.counts().failed, 1, "the merged output says the same");
    });
}

#[test]
fn two_files_of_one_suite_name_never_hide_a_failure() {
    let (fails, passes) =
        ("*** Test Cases ***\nPay\n    Fail    card refused\n", "*** Test Cases ***\nPay\n    No Operation\n");
    with_cloud(async |cloud| {
        let suite = Suite::new("same", AGAIN, &files(&[("01__shop.robot", fails), ("02__shop.robot", passes)]));
        for environments in [1, 2] {
            let run = run(cloud, &suite, json!({"environments": environments})).await;
            assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [2, 1, 1, 0, 0]), "{environments}");
            assert_eq!(failed(&run), ["01__shop.robot: Same.Shop.Pay"]);
        }
    });
}

/// A name of another value each time is told by the name that its file has.
#[test]
fn a_test_whose_name_differs_each_time_is_one_test() {
    let folder = tests::shared_folder();
    let flaky = second_time(&folder).replace("Passes the second time", "Passes at ${{time.time()}}");
    let moving = flaky.replace("Fails in ${REGION}", "Fails at ${WHEN}").replace(
        "*** Variables ***",
        "Suite Setup    Name It\n*** Keywords ***\nName It\n    ${now}    Evaluate    time.time()    modules=time\n    \
         Set Suite Variable    ${WHEN}    ${now}\n*** Variables ***",
    );
    with_cloud(async |cloud| {
        let suite = Suite::new("moving", AGAIN, &files(&[("t.robot", &moving)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [2, 1, 1, 0, 1]), "{:?}", failed(&run));
        assert_eq!(attempts(&run), [1, 1]);
        assert_eq!((run.evaluation().failed[0].attempts, run.evaluation().flaky.len()), (2, 1));
        assert!(run.evaluation().remarks.is_empty(), "{:?}", run.evaluation().remarks);
    });
}

/// Makes a test of another name each time, which nothing tells from another one.
const MAKER: &str = "import time\n\nROBOT_LISTENER_API_VERSION = 3\n\n\ndef start_suite(data, result):\n    \
    if data.tests:\n        test = data.tests.create(name=f\"Order {time.time()}\")\n        \
    test.body.create_keyword(name=\"Fail\", args=[\"no\"])\n";

#[test]
fn a_test_that_cannot_be_found_again_costs_one_attempt_and_is_told() {
    let config = format!("{AGAIN}[robot]\narguments = [\"--listener\", \"maker.py\"]\n");
    with_cloud(async |cloud| {
        let test = "*** Test Cases ***\nStays\n    No Operation\n";
        let suite = Suite::new("moving", &config, &files(&[("t.robot", test), ("maker.py", MAKER)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, attempts(&run)), (Verdict::Failed, [1, 1]), "{:?}", run.evaluation());
        let remarks = run.evaluation().remarks.join("\n");
        assert!(remarks.contains("were not found in the rerun") && remarks.contains("t.robot: Order "), "{remarks}");
    });
}

/// So many that the list of them would not fit into an item of the ledger.
#[test]
fn thousands_of_failed_tests_run_again() {
    let mut many = "*** Test Cases ***\n".to_owned();
    (0..4500).for_each(|n| {
        many += &format!("A test with a rather long name that says what it does, number {n}\n    Fail    no\n")
    });
    with_cloud(async |cloud| {
        let suite = Suite::new("many", AGAIN, &files(&[("many.robot", &many)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.counts(), attempts(&run)), ([4500, 0, 4500, 0, 0], [1, 1]));
        assert!(run.evaluation().failed.iter().all(|test| test.attempts == 2));
    });
}

#[test]
fn a_unit_test_that_a_rerun_repeats_counts_once_and_stays_failed() {
    let config = format!(
        "{AGAIN}[reports]\njunit = \"reports/junit.xml\"\n[gates]\nerror = [\"tests.failed == 0\", \
         \"tests{{source=junit}}.failed == 0\", \"tests{{source=junit}}.total == 2\", \"tests{{source=junit}}.passed == 1\"]\n"
    );
    with_cloud(async |cloud| {
        let folder = tests::shared_folder();
        let mark = folder.path().join("mark");
        let text = format!(
            "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nUnit tests\n    \
             ${{there}}    Run Keyword And Return Status    File Should Exist    {0}\n    Create File    {0}\n    \
             ${{end}}    Set Variable If    ${{there}}    ${{EMPTY}}    <failure/>\n    \
             Create File    ${{EXECDIR}}/reports/junit.xml    \
             <testsuite name=\"u\"><testcase classname=\"c\" name=\"a\" time=\"1\"/><testcase classname=\"c\" name=\"b\" time=\"1\">${{end}}</testcase></testsuite>\n    \
             Should Be True    ${{there}}\n",
            mark.display()
        );
        let suite = Suite::new("units", &config, &files(&[("t.robot", &text)]));
        let run = run(cloud, &suite, json!({})).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [1, 1, 0, 0, 1]));
        assert_eq!(run.evaluation().reasons, ["tests{source=junit}.failed is 1, but it must be 0."]);
    });
}
