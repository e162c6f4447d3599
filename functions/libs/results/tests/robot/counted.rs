//! The merged result says of each test what the verdict says.

use domain::base::paths::relative;
use domain::results::halt::Halt;
use domain::results::outcome::{Status, Suite};
use domain::results::records::{Decided, decide};
use domain::results::summary::Summary;
use domain::run::halted::End;
use proptest::prelude::*;
use results::robot::{self, Attempts, MergeError, write_counted};
use serde_json::json;

/// Suite files, two of which are suites of one name.
const FILES: [(&str, &str); 3] = [("Shop", "01__shop.robot"), ("Shop", "02__shop.robot"), ("Cart", "cart.robot")];
const NAMES: [&str; 3] = ["Pay", "Look", "Leave"];

/// A test that ran: its name, status and line, whether Robot Framework never began it, and whether it does not count.
#[derive(Clone, Debug)]
struct Ran {
    name: &'static str,
    status: &'static str,
    line: Option<u32>,
    not_run: bool,
    unended: bool,
}

#[derive(Clone, Debug)]
struct Attempt {
    file: usize,
    tests: Vec<Ran>,
    halt: Option<Halt>,
}

prop_compose! {
    fn ran()(
        name in prop::sample::select(&NAMES[..]),
        status in prop::sample::select(vec!["PASS", "FAIL", "SKIP"]),
        line in prop::option::of(2_u32..9),
        not_run in prop::bool::weighted(0.1),
        unended in prop::bool::weighted(0.1),
    ) -> Ran {
        Ran { name, status, line, not_run, unended }
    }
}

fn attempt(file: impl Strategy<Value = usize>) -> impl Strategy<Value = Attempt> {
    let halt = prop::option::weighted(0.2, prop::sample::select(vec![Halt::FatalError, Halt::Failure, Halt::Error]));
    (file, prop::collection::vec(ran(), 0..5), halt).prop_map(|(file, tests, halt)| Attempt { file, tests, halt })
}

impl Attempt {
    /// Its `output.xml`, from a machine of its own.
    fn xml(&self, number: usize) -> String {
        let (suite, file) = FILES[self.file];
        let test = |test: &Ran| {
            let line = test.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
            let tag = if test.not_run { "<tag>robot:exit</tag>" } else { "" };
            let (name, status) = (test.name, test.status);
            format!(
                "<test name=\"{name}\"{line}><kw name=\"k\"/>{tag}<status status=\"{status}\" elapsed=\"1\">m</status></test>"
            )
        };
        let tests: String = self.tests.iter().map(test).collect();
        format!(
            "<robot generator=\"Robot 7.5\"><suite name=\"S\" source=\"/w{number}\"><suite name=\"{suite}\" \
             source=\"/w{number}/{file}\">{tests}</suite></suite></robot>"
        )
    }

    /// What of it counts.
    fn summary(&self, number: usize) -> Summary {
        let mut root = robot::read(self.xml(number).as_bytes()).expect("it is good").root;
        let mut unended = self.tests.iter().map(|test| test.unended);
        root.suites[0].tests.retain(|_| !unended.next().unwrap_or_default());
        root.suites[0].source =
            root.suites[0].source.take().and_then(|source| relative(&source, &format!("/w{number}")));
        let halt = self.halt;
        let summary = json!({
            "shard": format!("{number:04}"), "attempt": 1, "environment": "i-1", "exit": {"exit": "passed"}, "halt": halt,
            "complete": true, "output": "", "reported": [], "robot_seconds": 1.0, "root": root,
        });
        serde_json::from_value(summary).expect("it is a summary")
    }
}

/// Attempts at planned shards, each with a file of its own, and at reruns.
fn run() -> impl Strategy<Value = (Vec<Attempt>, Vec<Attempt>)> {
    let firsts = (0..FILES.len()).map(|file| attempt(Just(file))).collect::<Vec<_>>();
    (firsts, prop::collection::vec(attempt(0..FILES.len()), 0..5))
}

/// Status of each test, by file and long name.
type Statuses = Vec<(String, String, Status)>;

fn counted(firsts: &[Summary], reruns: &[Summary]) -> (Decided, Option<End>) {
    let roots = |summaries: &[Summary]| summaries.iter().map(|summary| summary.root.clone()).collect::<Vec<_>>();
    let mut decided = decide(&roots(firsts), &roots(reruns));
    let end = End::of(firsts, true);
    if let Some(end) = &end {
        end.apply(&mut decided.records);
    }
    (decided, end)
}

fn of_records(decided: &Decided) -> Statuses {
    let statuses = decided.records.iter().map(|test| (test.suite_file.clone(), test.long_name.clone(), test.status));
    sorted(statuses.collect())
}

fn of_tree(root: &Suite) -> Statuses {
    let file = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let found = root.found().into_iter().map(|found| (file(&found.id.file), found.id.name, found.test.status));
    sorted(found.collect())
}

fn sorted(mut statuses: Statuses) -> Statuses {
    statuses.sort_by_key(|(file, name, status)| (file.clone(), name.clone(), *status as u8));
    statuses
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_merged_result_says_of_each_test_what_the_verdict_says((firsts, reruns) in run()) {
        let all: Vec<&Attempt> = firsts.iter().chain(&reruns).collect();
        let summaries: Vec<Summary> = all.iter().enumerate().map(|(number, attempt)| attempt.summary(number)).collect();
        let files: Vec<String> = all.iter().enumerate().map(|(number, attempt)| attempt.xml(number)).collect();
        let (decided, end) = counted(&summaries[..firsts.len()], &summaries[firsts.len()..]);
        let roots = summaries.iter().map(|summary| &summary.root).collect();
        let attempts = Attempts { roots, decided: &decided, not_run: end.map(|end| end.halt.message()) };
        let mut out = Vec::new();
        let merged = write_counted(&attempts, |at| Ok(files[at].as_bytes()), &mut out).expect("they can be merged");
        prop_assert!(merged.left_out.is_empty());
        let read = robot::read(out.as_slice()).expect("what we write can be read");
        prop_assert_eq!(of_tree(&read.root), of_records(&decided));
        prop_assert_eq!(merged.root.counts(), read.root.counts());
        for (test, record) in decided.records.iter().enumerate() {
            let attempts = decided.of.iter().flatten().filter(|of| **of == Some(test)).count();
            prop_assert!(attempts > 0, "{record:?} comes from nowhere");
        }
    }
}

fn test(name: &'static str, status: &'static str) -> Ran {
    Ran { name, status, line: None, not_run: false, unended: false }
}

#[test]
fn a_test_that_was_not_to_run_is_told_as_robot_tells_it() {
    let halted = Attempt { file: 0, tests: vec![test("Pay", "FAIL")], halt: Some(Halt::FatalError) };
    let beside = Attempt { file: 2, tests: vec![test("Look", "PASS"), test("Leave", "FAIL")], halt: None };
    let summaries = [halted.summary(0), beside.summary(1)];
    let files = [halted.xml(0), beside.xml(1)];
    let (decided, end) = counted(&summaries, &[]);
    let roots = summaries.iter().map(|summary| &summary.root).collect();
    let attempts = Attempts { roots, decided: &decided, not_run: end.map(|end| end.halt.message()) };
    let mut out = Vec::new();
    write_counted(&attempts, |at| Ok(files[at].as_bytes()), &mut out).expect("they can be merged");
    let root = robot::read(out.as_slice()).expect("it is good").root;
    let told = root.found().into_iter().map(|found| (found.test.message.clone(), found.test.tags.clone()));
    let exit = vec!["robot:exit".to_owned()];
    let expected = [("m", vec![]), ("Test execution stopped due to a fatal error.", exit), ("m", vec![])];
    assert_eq!(told.collect::<Vec<_>>(), expected.map(|(message, tags)| (message.to_owned(), tags)));
    assert_eq!(root.counts().failed, 3);
}

#[test]
fn an_output_that_is_not_the_one_that_was_counted_is_left_out() {
    let one = |status| Attempt { file: 0, tests: vec![test("Pay", status)], halt: None };
    let summary = one("FAIL").summary(0);
    let (decided, _) = counted(std::slice::from_ref(&summary), &[]);
    let other = one("PASS").xml(0);
    let attempts = Attempts { roots: vec![&summary.root], decided: &decided, not_run: None };
    let merged = write_counted(&attempts, |_| Ok(other.as_bytes()), Vec::new()).expect("the others are merged");
    assert!(matches!(merged.left_out[..], [MergeError::Other { input: 0 }]));
    assert_eq!(merged.root.counts().total(), 0);
}
