//! Inputs of the kinds that people bring, each with the result of plain Robot Framework or of the report's own tool.
//!
//! | input | test that shows its result |
//! | --- | --- |
//! | tests that a data driver makes at run time run again | `reruns`: `tests_that_are_made_at_run_time_run_again` |
//! | a name with a variable runs again | here, and beside a flaky test `reruns`: `a_test_whose_name_has_a_variable_runs_again_beside_others` |
//! | two tests of one name | `reruns`: `two_tests_of_one_name_never_hide_a_failure` |
//! | two files of one suite name | `reruns`: `two_files_of_one_suite_name_never_hide_a_failure` |
//! | tests and tasks in one package | `infra/cli/tests/inputs.rs`: `tests_and_tasks_are_refused_for_any_number_of_environments`; where only Robot Framework can tell, `endings`: `what_robot_refuses_ends_the_run_in_its_own_words_with_one_instance` |
//! | `Fatal Error` | `endings`: `after_a_fatal_error_nothing_else_runs_in_any_shard` |
//! | `requirements.txt` with `-r`, in UTF-16, with an address, with another index | `infra/cli/tests/inputs.rs`: `requirements_are_judged_before_an_instance_starts` |
//! | `--extension`, `--loglevel VERBOSE` | `infra/cli/tests/command.rs`: `an_argument_that_robot_refuses_or_that_changes_what_runs_gives_exit_status_3_before_anything_starts` |
//! | zips with `./`, `/`, backslashes, names in code page 437 | `infra/cli/tests/inputs.rs`: `zips_as_people_make_them_can_be_run`; unpacked: `infra/runner/src/package/tests/odd.rs` |
//! | hidden files and files named like results | here; what is left out: `infra/cli/src/package/tests.rs` |
//! | strange values in reports of JUnit, Cobertura, LCOV, JMeter, k6 | `infra/cli/tests/inputs.rs`: `reports_with_strange_values_give_the_figures_that_can_be_read`; gates on them: here |
//! | imports that lead out of the package, libraries that are missing | `infra/cli/tests/command.rs`: `check_says_which_imports_lead_out_of_the_package_and_what_cannot_be_imported` |
//! | libraries that are missing: the error stands above the tests that fail | here |
//! | a test that hangs | `endings`: `what_ended_before_a_hang_counts_and_the_test_that_hangs_is_named` |
//! | each environment starts its own server on one port | here |
//! | tools that need a home folder | here |
//! | suites in a folder that read files beside it | here |
//! | a project's own library by `-e .` | `infra/runner/tests/runner/layer.rs`: `a_suite_brings_its_own_library_in_place_for_every_attempt` |

#![expect(clippy::expect_used, reason = "a test may panic")]

use std::fs::File;
use std::io::Write;

use domain::quality::gates::{State, Verdict};
use qaops::package::Package;
use qaops::run::{run_id, start};
use serde_json::json;
use tests::{Finished, Suite, begin, end, with_cloud};

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn failed(run: &Finished) -> Vec<String> {
    run.evaluation().failed.iter().map(|test| test.id.to_string()).collect()
}

/// A name that a variable of the settings completes.
fn variable_name() -> Suite {
    let config = "suite = \"varname\"\nrerun_failed = 1\n[robot]\nvariables = { REGION = \"eu-north-1\" }\n";
    let text = "*** Test Cases ***\nBuy in ${REGION}\n    Fail    no shop\n\nSell in ${REGION}\n    No Operation\n";
    Suite::new("varname", config, &files(&[("region.robot", text)]))
}

/// Files that a packer might take for what is no part of a package.
const HIDDEN: [(&str, &str); 5] = [
    (".env", "SHOP_URL=http://shop"),
    (".config/shop.json", "{\"a\":1}"),
    ("report.html", "<h1>expected</h1>"),
    ("data/output.xml", "<robot/>"),
    (
        "env.robot",
        "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nReads the dot env file\n    ${text}    \
         Get File    ${CURDIR}/.env\n    Should Contain    ${text}    SHOP_URL\nReads a file in a dot folder\n    \
         File Should Exist    ${CURDIR}/.config/shop.json\nReads an expected report\n    \
         File Should Exist    ${CURDIR}/report.html\n    File Should Exist    ${CURDIR}/data/output.xml\n",
    ),
];

/// A zip of [`HIDDEN`].
fn hidden_zip(folder: &tempfile::TempDir) -> std::path::PathBuf {
    let path = folder.path().join("hidden.zip");
    let mut zip = zip::ZipWriter::new(File::create(&path).expect("a file can be made"));
    for (name, text) in HIDDEN.into_iter().chain([("qaops.toml", "suite = \"hidden\"\n")]) {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry can be made");
        zip.write_all(text.as_bytes()).expect("an entry can be written");
    }
    zip.finish().expect("a zip can be made");
    path
}

/// Reports with values that no tool can mean, and gates that need others.
fn strange_reports() -> Suite {
    let junit = include_str!("../functions/libs/results/tests/cases/junit-nan.xml");
    let coverage = include_str!("../functions/libs/results/tests/cases/cobertura-branch-nan.xml");
    let config = "suite = \"nangate\"\n[reports]\njunit = \"reports/junit.xml\"\ncoverage = \"reports/coverage.xml\"\n\
                  [gates]\nerror = [\"tests.failed == 0\", \"tests{source=junit}.failed == 0\", \"coverage.line >= 50%\"]\n\
                  warn = [\"coverage.branch >= 50%\", \"tests{source=junit}.duration < 1h\"]\n";
    let text = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nLeaves reports\n    \
                Copy File    ${CURDIR}/made/nan.xml    ${EXECDIR}/reports/junit.xml\n    \
                Copy File    ${CURDIR}/made/branch-nan.xml    ${EXECDIR}/reports/coverage.xml\n";
    let made = [("t.robot", text), ("made/nan.xml", junit), ("made/branch-nan.xml", coverage)];
    Suite::new("nangate", config, &files(&made))
}

#[test]
fn a_name_that_a_variable_completes_runs_again_once() {
    with_cloud(async |cloud| {
        let started = begin(cloud, &variable_name(), json!({})).await;
        let run = end(cloud, started).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [2, 1, 1, 0, 0]));
        assert_eq!(failed(&run), ["region.robot: Varname.Region.Buy in eu-north-1"]);
        assert_eq!((run.evaluation().failed[0].attempts, run.evaluation().environments), (2, 1));
        assert!(run.shards.iter().all(|shard| shard.losses.is_empty()), "{:?}", run.shards);
    });
}

#[test]
fn a_folder_and_a_zip_of_it_give_the_same_tests_hidden_files_included() {
    with_cloud(async |cloud| {
        let scratch = tempfile::tempdir().expect("a folder can be made");
        let zip = Package::open(&hidden_zip(&scratch), scratch.path()).expect("the zip is good");
        let request = json!({"suite": zip.suite});
        let of_zip = start(cloud, &run_id("zip"), &zip.suite, zip.path(), &request).await.expect("the run starts");
        let of_zip = end(cloud, of_zip).await;
        let folder = Suite::new("hidden", "suite = \"hidden\"\n", &files(&HIDDEN));
        let of_folder = end(cloud, begin(cloud, &folder, json!({})).await).await;
        for run in [of_zip, of_folder] {
            assert_eq!(
                (run.evaluation().verdict, run.counts()),
                (Verdict::Passed, [3, 3, 0, 0, 0]),
                "{:?}",
                failed(&run)
            );
        }
    });
}

#[test]
fn gates_that_need_what_can_be_read_of_a_strange_report_are_decided() {
    with_cloud(async |cloud| {
        let started = begin(cloud, &strange_reports(), json!({})).await;
        let run = end(cloud, started).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        let states: Vec<State> = run.evaluation().gates.iter().map(|gate| gate.state).collect();
        let undecided = State::NoValue;
        assert_eq!(states, [State::Held, State::Held, State::Held, undecided, undecided]);
    });
}

#[test]
fn robot_starts_in_the_folder_that_the_package_names() {
    let test = "*** Test Cases ***\nReads Beside The Tests\n    \
                ${text}=    Evaluate    open(\"../data/price.txt\").read().strip()\n    \
                Should Be Equal    ${text}    3.50\n    Should Be Equal    ${SUITE NAME}    Tests.Price\n";
    let config = "suite = \"sub\"\nrerun_failed = 1\n[robot]\nfolder = \"tests\"\n";
    let other = "*** Test Cases ***\nFails\n    Fail    no\n";
    let all = [("data/price.txt", "3.50\n"), ("tests/price.robot", test), ("old/gone.robot", other)];
    with_cloud(async |cloud| {
        let suite = Suite::new("sub", config, &files(&all));
        let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Passed, [1, 1, 0, 0, 0]), "{:?}", failed(&run));
        let all = files(&[all.as_slice(), &[("tests/shop/pay.robot", other)]].concat());
        let suite = Suite::new("sub", config, &all);
        let run = end(cloud, begin(cloud, &suite, json!({"environments": 2})).await).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [2, 1, 1, 0, 0]));
        assert_eq!(failed(&run), ["tests/shop/pay.robot: Tests.Shop.Pay.Fails"]);
        assert_eq!(run.evaluation().failed[0].attempts, 2, "it ran again");
    });
}

/// A server on one port for each environment, as an application has that is tested.
const SERVER: &str = "*** Settings ***\nLibrary    Process\nSuite Setup    Start Server\nSuite Teardown    \
    Terminate All Processes\n*** Keywords ***\nStart Server\n    Start Process    python3    -m    http.server    5099    \
    --bind    127.0.0.1    stdout=DEVNULL    stderr=DEVNULL    alias=server\n    \
    Wait Until Keyword Succeeds    10 s    200 ms    Server Answers\n    Process Should Be Running    server\n\
    Server Answers\n    Evaluate    urllib.request.urlopen('http://127.0.0.1:5099/').status    modules=urllib.request\n";

#[test]
fn each_environment_starts_its_own_server_on_one_port() {
    let test = |rounds: usize| {
        format!(
            "*** Test Cases ***\nServer Answers For A While\n    FOR    ${{i}}    IN RANGE    {rounds}\n        Sleep    0.5s\n        \
             Evaluate    urllib.request.urlopen('http://127.0.0.1:5099/').status    modules=urllib.request\n    END\n"
        )
    };
    let mut all = vec![("__init__.robot".to_owned(), SERVER.to_owned())];
    all.extend((3..9).map(|rounds| (format!("t{rounds}.robot"), test(rounds))));
    with_cloud(async |cloud| {
        let suite = Suite::new("fixedport", "suite = \"fixedport\"\nenvironments = 3\n", &all);
        let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Passed, [6, 6, 0, 0, 0]), "{:?}", failed(&run));
        assert_eq!(run.evaluation().environments, 3);
    });
}

#[test]
fn tests_have_a_home_although_run_command_sets_none() {
    let config =
        "suite = \"home\"\n[hooks]\nbefore = \"git config --global user.name 'QA bot' && id -un > account.txt\"\n";
    let test = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nHome is there\n    \
                Directory Should Exist    %{HOME}\n    File Should Exist    %{HOME}/.gitconfig\n    \
                ${account}    Get File    ${EXECDIR}/account.txt\n    \
                Should Be Equal    ${account.strip()}    %{USER}\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("home", config, &files(&[("t.robot", test)]));
        let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Passed, [1, 1, 0, 0, 0]), "{:?}", failed(&run));
    });
}

#[test]
fn imports_that_fail_are_told_beside_the_tests_that_fail_by_them() {
    let text = "*** Settings ***\nLibrary    NoSuchLibrary\nResource    gone.resource\nTest Setupp    x\n*** Test Cases ***\n\
                Does\n    Do Something\nLogs\n    Log    no price    ERROR\n";
    let all = files(&[
        ("a.robot", text),
        ("b/c.robot", text),
        ("b/__init__.robot", "*** Settings ***\nResource    no.resource\n"),
    ]);
    with_cloud(async |cloud| {
        let suite = Suite::new("imports", "suite = \"imports\"\nenvironments = 2\n", &all);
        let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
        assert_eq!((run.evaluation().verdict, run.counts()), (Verdict::Failed, [4, 2, 2, 0, 0]));
        let told = run.evaluation().errors.iter().map(|group| (group.error.to_string(), group.elsewhere));
        let mut told: Vec<_> = told.collect();
        told[..4].sort();
        let expected = [
            (
                "a.robot: line 2: Importing library 'NoSuchLibrary' failed: ModuleNotFoundError: No module named 'NoSuchLibrary'",
                1,
            ),
            ("a.robot: line 3: Resource file 'gone.resource' does not exist.", 1),
            ("a.robot: line 4: Non-existing setting 'Test Setupp'. Did you mean: Test Setup", 1),
            ("b/__init__.robot: line 2: Resource file 'no.resource' does not exist.", 0),
            ("no price", 0),
        ];
        assert_eq!(told, expected.map(|(text, elsewhere)| (text.to_owned(), elsewhere)));
    });
}

#[test]
fn tests_that_a_listener_leaves_out_by_a_tag_are_missed() {
    let listener = "ROBOT_LISTENER_API_VERSION = 3\n\n\ndef start_suite(data, result):\n    \
                    for test in data.tests:\n        if test.name == 'Fails':\n            test.tags.add('robot:exclude')\n";
    let test = "*** Test Cases ***\nFails\n    Fail    no\n";
    let config = "suite = \"taken\"\n[robot]\narguments = [\"--listener\", \"taker.py\"]\n[gates]\nerror = [\"tests.failed == 0\"]\n";
    with_cloud(async |cloud| {
        let other = "*** Test Cases ***\nGood\n    No Operation\n";
        let all = [("a.robot", test), ("b.robot", other), ("taker.py", listener)];
        let suite = Suite::new("taken", config, &files(&all));
        let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
        assert_eq!(run.evaluation().verdict, Verdict::Inconclusive, "{:?}", run.evaluation());
    });
}

#[test]
fn a_file_whose_tests_a_variable_leaves_out_is_not_missed() {
    let text = "*** Settings ***\nTest Tags    ${WHICH}\n*** Test Cases ***\nLeft Out\n    Fail    no\n";
    let all = [("a.robot", text), ("b.robot", "*** Test Cases ***\nGood\n    No Operation\n")];
    let config = "suite = \"leftout\"\n[robot]\nvariables = { WHICH = \"robot:exclude\" }\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("leftout", config, &files(&all));
        let run = end(cloud, begin(cloud, &suite, json!({})).await).await;
        assert_eq!(
            (run.evaluation().verdict, run.counts()),
            (Verdict::Passed, [1, 1, 0, 0, 0]),
            "{:?}",
            run.evaluation().reasons
        );
    });
}
