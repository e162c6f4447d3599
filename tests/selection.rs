//! Which tests Robot Framework selects, and which of them the run counts: tags that have variables, paths that differ in the case
//! of letters, modules of a suite that have any name, suites that hooks make.

use domain::quality::gates::Verdict;
use local::cloud::LocalCloud;
use serde_json::json;
use tests::{Suite, put_secret, run, with_cloud};

/// The verdict of a package of this name and these files, with its counts in all, passed and failed; and what is told.
async fn verdict(
    cloud: &LocalCloud,
    name: &str,
    config: &str,
    files: &[(&str, &str)],
    environments: u32,
) -> (Verdict, [u64; 3], String) {
    let files: Vec<(String, String)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let run = run(cloud, &Suite::new(name, config, &files), json!({"environments": environments})).await;
    let [total, passed, failed, ..] = run.counts();
    let told = [run.evaluation().reasons.join("\n"), run.evaluation().remarks.join("\n")].join("\n");
    (run.evaluation().verdict, [total, passed, failed], told)
}

const TAKER: &str = "ROBOT_LISTENER_API_VERSION = 3\n\n\ndef start_suite(data, result):\n    \
    data.tests[:] = [test for test in data.tests if test.name != 'C']\n";

#[test]
fn a_test_with_a_variable_in_a_tag_is_missed_like_any_other() {
    let suite =
        "*** Variables ***\n${T}    slow\n*** Test Cases ***\nA\n    No Operation\nC\n    [Tags]    ${T}\n    Fail\n";
    let ends = "*** Variables ***\n${T}    slow\n*** Test Cases ***\nA\n    [Tags]    zz\n    No Operation\nB\n    [Tags]    ${T}\n    \
                Evaluate    subprocess.run([sys.executable, '-m', 'robot', '--outputdir', $OUTPUT_DIR, '-i', 'zz', $SUITE_SOURCE])    \
                modules=subprocess,sys\n    Evaluate    os._exit(0)    modules=os\nC\n    [Tags]    ${T}\n    Fail\n";
    let taker = "[robot]\narguments = [\"--listener\", \"taker.py\"]\n";
    with_cloud(async |cloud| {
        let taken = verdict(cloud, "taken", taker, &[("a.robot", suite), ("taker.py", TAKER)], 1).await;
        assert_eq!(taken.0, Verdict::Inconclusive, "{}", taken.2);
        let ended = verdict(cloud, "ended", "", &[("a.robot", ends)], 1).await;
        assert_eq!(ended.0, Verdict::Inconclusive, "{}", ended.2);
    });
}

#[test]
fn a_suite_that_removes_what_was_selected_leaves_it_unknown() {
    let suite = "*** Settings ***\nLibrary    OperatingSystem\n*** Test Cases ***\nA\n    \
                 Remove File    %{QAOPS_ATTEMPT}/control/selected.json\n";
    with_cloud(async |cloud| {
        let (verdict, _, told) = verdict(cloud, "removed", "", &[("a.robot", suite)], 1).await;
        assert_eq!(verdict, Verdict::Inconclusive, "{told}");
        assert!(told.contains("It does not tell which tests of a.robot were selected"), "{told}");
    });
}

#[test]
fn tests_that_their_tags_leave_out_are_not_missed_however_the_tag_is_spelled() {
    let spellings = [
        "@{T}",
        "%{NONE_OF_IT=robot:exclude}",
        "robot:ex\\x63lude",
        "Robot :\\u3000Exclude",
        "Robot:_Exc\u{a0}lude",
        "robot:excl${EMPTY}ude",
    ];
    let tests: String =
        spellings.iter().enumerate().map(|(at, tag)| format!("Out {at}\n    [Tags]    {tag}\n    Fail\n")).collect();
    let suite =
        format!("*** Variables ***\n@{{T}}    wip    robot:exclude\n*** Test Cases ***\n{tests}In\n    No Operation\n");
    let whole = "*** Variables ***\n@{T}    wip    robot:exclude\n*** Settings ***\nTest Tags    @{T}\n*** Test Cases ***\nA\n    Fail\n";
    with_cloud(async |cloud| {
        let (verdict, counts, told) =
            verdict(cloud, "left-out", "", &[("a.robot", &suite), ("b.robot", whole)], 2).await;
        assert_eq!((verdict, counts), (Verdict::Passed, [1, 1, 0]), "{told}");
    });
}

#[test]
fn paths_that_differ_in_the_case_of_letters_are_two_files() {
    let passes = "*** Test Cases ***\nA\n    No Operation\n";
    let (smoke, other) = (passes.replace("    No", "    [Tags]    smoke\n    No"), "*** Test Cases ***\nB\n    Fail\n");
    let once = "*** Test Cases ***\nFlaky\n    ${there} =    Evaluate    os.path.exists('mark')    modules=os\n    \
                Evaluate    open('mark', 'w').close()\n    Should Be True    ${there}\n";
    with_cloud(async |cloud| {
        let files = [
            ("m/t.robot", passes),
            ("m/T.robot", passes),
            ("M/t.robot", passes),
            ("ss.robot", passes),
            ("SS.robot", other),
        ];
        let (verdict, counts, told) = self::verdict(cloud, "cases", "", &files, 3).await;
        assert_eq!((verdict, counts), (Verdict::Failed, [5, 4, 1]), "{told}");
        let include = "[robot]\ninclude = [\"smoke\"]\n";
        let (verdict, counts, told) =
            self::verdict(cloud, "include", include, &[("Login.robot", &smoke), ("login.robot", other)], 2).await;
        assert_eq!((verdict, counts), (Verdict::Passed, [1, 1, 0]), "{told}");
        let again = "rerun_failed = 1\n";
        let (verdict, counts, told) =
            self::verdict(cloud, "again", again, &[("t.robot", once), ("T.robot", passes)], 1).await;
        assert_eq!((verdict, counts), (Verdict::Failed, [2, 1, 1]), "each attempt has a package of its own: {told}");
    });
}

#[test]
fn modules_of_a_suite_may_have_any_name() {
    let library = "def sel():\n    return 1\n";
    let suite = "*** Settings ***\nLibrary    selected\nLibrary    listener\nLibrary    screenshots\nVariables    variables\n\
                 *** Test Cases ***\nA\n    selected.Sel\n    listener.Sel\n    screenshots.Sel\n    Should Be Equal    ${X}    ${1}\n    \
                 Should Be Equal    ${PW}    long enough\n";
    let config = "[robot]\narguments = [\"--pythonpath\", \"lib\"]\nsecrets = { PW = \"/qaops/selection/pw\" }\n";
    let files = [
        ("a.robot", suite),
        ("lib/selected.py", library),
        ("lib/listener.py", library),
        ("lib/screenshots.py", library),
        ("lib/variables.py", "X = 1\n"),
    ];
    with_cloud(async |cloud| {
        put_secret(cloud, "/qaops/selection/pw", "long enough");
        let (verdict, counts, told) = verdict(cloud, "modules", config, &files, 1).await;
        assert_eq!((verdict, counts), (Verdict::Passed, [1, 1, 0]), "{told}");
    });
}

#[test]
fn what_hooks_did_is_told() {
    let writes = |file: &str, name: &str| {
        format!("[hooks]\nbefore = \"printf '*** Test Cases ***\\\\n{name}\\\\n    No Operation\\\\n' > {file}\"\n")
    };
    let files = [("a.robot", "*** Test Cases ***\nA\n    No Operation\nB\n    Fail\n")];
    with_cloud(async |cloud| {
        let (_, counts, told) = verdict(cloud, "made", &writes("made.robot", "C"), &files, 1).await;
        assert_eq!(counts, [2, 1, 1]);
        assert!(told.contains("made suite files that no shard has, so their tests did not run: made.robot."), "{told}");
        let (_, counts, told) = verdict(cloud, "changed", &writes("a.robot", "A"), &files, 1).await;
        assert_eq!(counts, [1, 1, 0]);
        assert!(
            told.contains("changed suite files: a.robot. The tests that ran are those that it left there."),
            "{told}"
        );
        let failing = "[hooks]\nafter = \"exit 3\"\n";
        let (_, counts, told) = verdict(cloud, "after", failing, &files, 2).await;
        assert_eq!(counts, [2, 1, 1]);
        assert!(told.contains("The hook after ended with exit status: 3; the results stand."), "{told}");
    });
}
