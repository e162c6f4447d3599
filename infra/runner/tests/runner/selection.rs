//! Reruns: the tests that failed run again, whatever their names are made of.

use domain::results::manifest::Exit;
use domain::run::order::{Selected, Selection};

use crate::bench::{Bench, text};

/// Names of the tests that run when those are chosen that have a place, of a file that had so many tests.
async fn ran(bench: Option<Bench>, file: &str, chosen: &[(&str, Option<usize>)], of: usize) -> Option<Vec<String>> {
    let mut bench = bench?;
    let tests = chosen.iter();
    let tests =
        tests.map(|(name, place)| Selected { name: (*name).into(), written: written(name), body: None, place: *place });
    let tests = tests.collect();
    bench.shard.order.selection = vec![Selection { file: file.into(), tests, of }];
    let outcome = bench.run().await;
    assert_eq!(outcome.exit, Exit::Passed, "{}", text(&outcome, "console.txt"));
    let output = results::robot::read(text(&outcome, "output.xml").as_bytes()).unwrap();
    Some(output.root.found().into_iter().map(|found| found.test.name.clone()).collect())
}

/// The name that the file has, where it has variables, or what looks like them.
fn written(name: &str) -> Option<String> {
    match name {
        "Buy in north" => Some("Buy in ${REGION}".into()),
        "Costs ${5}" => Some("Costs \\${5}".into()),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_with_what_patterns_and_robot_itself_give_a_meaning_are_found() {
    let suite = "*** Variables ***\n${REGION}    north\n*** Test Cases ***\nPay [1] *?\n    Log    1\nPay 1 xx\n    Log    2\n\
                 Buy in ${REGION}\n    Log    3\nCosts \\${5}\n    Log    4\nCafe\u{301}\n    Log    5\n";
    for name in ["Pay [1] *?", "Buy in north", "Costs ${5}", "Caf\u{e9}"] {
        let bench = Bench::new(&[("a b [x].robot", suite)]);
        let Some(ran) = ran(bench, "a b [x].robot", &[(name, None)], 0).await else { return };
        assert_eq!(ran, [name]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_another_one_now_is_found_by_the_file_or_by_its_place() {
    let suite = "*** Settings ***\nSuite Setup    Set Suite Variable    ${REGION}    south\n*** Test Cases ***\n\
                 Sell\n    Log    1\nBuy in ${REGION}\n    Log    2\nLook\n    Log    3\n";
    let bench = Bench::new(&[("a.robot", suite)]);
    let Some(seen) = ran(bench, "a.robot", &[("Buy in north", None)], 9).await else { return };
    assert_eq!(seen, ["Buy in south"]);
    let by_place =
        async |of| ran(Bench::new(&[("a.robot", suite)]), "a.robot", &[("Made", Some(2))], of).await.unwrap();
    assert_eq!(by_place(3).await, ["Look"]);
    // The file has other tests than before, so its places mean nothing, and all of it runs.
    assert_eq!(by_place(4).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn places_mean_nothing_where_tests_run_in_any_order() {
    let suite = "*** Test Cases ***\nSell\n    Log    1\nBuy\n    Log    2\n";
    let Some(mut bench) = Bench::new(&[("a.robot", suite)]) else { return };
    bench.shard.work.robot.arguments = ["--randomize", "tests:7"].map(Into::into).to_vec();
    let mut seen = ran(Some(bench), "a.robot", &[("Made", Some(1))], 2).await.unwrap();
    seen.sort();
    assert_eq!(seen, ["Buy", "Sell"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_of_one_name_run_together() {
    let suite = "*** Test Cases ***\nPay\n    Log    1\nLook\n    Log    2\nPay\n    Log    3\n";
    let bench = Bench::new(&[("a.robot", suite)]);
    let Some(ran) = ran(bench, "a.robot", &[("Pay", Some(0)), ("Pay", Some(2))], 3).await else { return };
    assert_eq!(ran, ["Pay", "Pay"]);
}

/// A data driver as they are written: a listener of its own that makes tests of one template when the suite starts.
const DRIVER: &str = r#"
class Driver:
    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self):
        self.ROBOT_LIBRARY_LISTENER = self

    def start_suite(self, data, result):
        template = data.tests[0]
        data.tests.clear()
        for user in ["ada", "bob", "eve"]:
            test = template.copy(name=f"Log in as {user}")
            data.tests.append(test)
"#;

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_are_made_at_run_time_are_found() {
    let suite = "*** Settings ***\nLibrary    Driver.py\n*** Test Cases ***\nLog in as ${user}\n    Log    1\n";
    let bench = Bench::new(&[("a.robot", suite)]).map(|bench| bench.with("Driver.py", DRIVER));
    let Some(seen) = ran(bench, "a.robot", &[("Log in as bob", Some(1))], 3).await else { return };
    assert_eq!(seen, ["Log in as bob"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_is_not_there_takes_no_other_with_it() {
    let suite = "*** Test Cases ***\nPay\n    Log    1\nLook\n    Log    2\n";
    let bench = Bench::new(&[("a.robot", suite), ("b.robot", suite)]);
    let Some(seen) = ran(bench, "a.robot", &[("Pay", Some(0)), ("Gone", Some(7))], 8).await else { return };
    assert_eq!(seen, ["Pay", "Look", "Pay", "Look"], "both files are ordered, and only one is narrowed");
}
