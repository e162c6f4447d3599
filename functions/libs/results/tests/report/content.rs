//! What is in the page.

use domain::results::errors::{ExecutionError, GroupedError};
use domain::results::outcome::Status;
use results::report::{FailedTest, FlakyTest, Gate, PastRun, QuarantinedTest, Report, Shard, Test, write};

use crate::sample;

pub(crate) fn html(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("memory takes everything");
    String::from_utf8(out).expect("it is UTF-8")
}

fn failed(name: &str, message: &str) -> FailedTest {
    FailedTest { name: name.into(), message: message.into(), ..FailedTest::default() }
}

fn error(text: &str) -> GroupedError {
    let error = ExecutionError { file: "shop/pay.robot".into(), line: Some(2), text: text.into() };
    GroupedError { error, elsewhere: 3, places: vec!["shop/a.robot, line 4".into()] }
}

#[test]
fn errors_of_robot_framework_stand_above_the_tests_that_fail_by_them() {
    let missing = error("Importing library 'Shop' failed: ModuleNotFoundError: No module named 'Shop'");
    let page = html(&Report { errors: vec![missing], ..sample::full() });
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is there"));
    let order = [
        "id=\"gates\"",
        "shop/pay.robot: line 2: Importing library",
        "and in shop/a.robot, line 4; and 2 further places",
        "The environment has no Python module Shop.",
        "id=\"failures\"",
    ];
    assert!(order.map(place).is_sorted());
    assert!(!html(&sample::full()).contains("id=\"errors\""));
}

#[test]
fn everything_of_a_run_is_in_its_report() {
    let page = html(&sample::full());
    let parts = [
        "nightly-2026-03-14",
        "4f1c2ab",
        "it declares entities",
        "tests.failed == 0",
        "mandatory",
        "Over 30 earlier runs: from",
        "84.2% against 80%",
        "19 of the last 28 runs passed",
        "7 with 4 messages",
        "Card Is Declined",
        "shards/2/log.html#s1-s2-t3",
        "shots/declined.svg",
        "fails since <b>nightly-2026-03-09",
        "No space left on device",
        "Suggests While Typing",
        "PAY-1182",
        "past: counts again",
        "Shard 5, lost: The Spot instance was interrupted.",
        "busy 85% of their ready time",
        "interrupted",
        "$0.0072",
        "shop.payment",
        "CVE-2025-9911",
        "POST /orders",
        "output.xml",
        "4m6s",
    ];
    for part in parts {
        assert!(page.contains(part), "{part}");
    }
    assert!(html(&sample::inconclusive()).contains("interrupted in all 3 attempts"));
}

#[test]
fn the_verdict_and_why_come_before_anything_else() {
    let page = html(&sample::full());
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is there"));
    let order =
        ["</style>", "class=\"verdict\"", "and it must be 100%", "id=\"counts\"", "id=\"gates\"", "id=\"failures\""];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
}

#[test]
fn a_report_loads_nothing_and_only_its_own_script_may_run() {
    let page = html(&sample::full());
    for part in ["@import", "url(", "<link", "onclick", "onerror=", "javascript:", "src=\"http", "<iframe", "<object"] {
        assert!(!page.contains(part), "{part}");
    }
    let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).expect("it has a policy");
    let policy = policy.split('"').next().expect("the policy ends");
    assert!(policy.starts_with("default-src 'none'; ") && policy.contains("script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("script-src 'unsafe-inline'"));
    assert_eq!(page.matches("<script").count(), 2, "the island and the script");
}

/// Where each text of a report says what the others do not.
pub(crate) fn evil() -> Report {
    let evil = "</script></style><img src=x onerror=alert(1)>\"'&";
    let text = || evil.to_owned();
    let bad_link = || Some("javascript:alert(1)".to_owned());
    Report {
        suite: text(),
        run: text(),
        verdict: text(),
        reasons: vec![text()],
        notes: vec![text()],
        started: text(),
        labels: vec![(text(), text())],
        gates: vec![Gate { gate: text(), severity: text(), value: text(), why: text(), ..Gate::default() }],
        history: vec![PastRun { run: text(), started: text(), verdict: text(), ..PastRun::default() }],
        errors: vec![error(evil)],
        failures: vec![FailedTest {
            class: text(),
            tags: vec![text()],
            first_failed_run: Some(text()),
            screenshots: bad_link().into_iter().collect(),
            log: bad_link(),
            ..failed(evil, evil)
        }],
        flaky_tests: vec![FlakyTest { name: text(), message: format!("*HTML* {evil}"), ..FlakyTest::default() }],
        quarantined: vec![QuarantinedTest {
            name: text(),
            owner: text(),
            reason: text(),
            ..QuarantinedTest::default()
        }],
        tests: vec![Test {
            name: text(),
            status: Status::Failed,
            flaky: false,
            seconds: 1.0,
            shard: text(),
            id: text(),
        }],
        shards: vec![Shard { name: text(), files: vec![text()], state: text(), log: bad_link(), ..Shard::default() }],
        files: vec![(text(), "javascript:alert(1)".into())],
        ..sample::full()
    }
}

#[test]
fn what_comes_from_tests_is_shown_as_text() {
    let page = html(&evil());
    assert!(!page.contains("<img src=x") && !page.contains("javascript:"));
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("</style").count(), 1);
    assert!(page.contains("&#60;img src=x") && page.contains("\\u003cimg src=x"));
}

#[test]
fn a_run_that_passed_has_a_short_report() {
    let page = html(&Report { tests: Vec::new(), ..sample::passed() });
    assert!(page.contains("All 12 tests passed, and every gate holds.") && page.contains("100% passed"));
    let parts = ["failures", "flaky", "lost", "quarantine", "timeline", "coverage", "findings", "performance", "tests"];
    for part in parts.into_iter().chain(["history", "slowest", "files", "island"]) {
        assert!(!page.contains(&format!("id=\"{part}\"")), "{part}");
    }
}

#[test]
fn a_scan_that_found_nothing_says_so() {
    let page = html(&Report { scanned: true, ..Report::default() });
    assert!(page.contains("id=\"findings\"") && page.contains("None was found."));
}

#[test]
fn a_run_without_tests_says_so() {
    let page = html(&Report { verdict: "failed".into(), ..Report::default() });
    assert!(page.contains("No test ran.") && page.contains("no test ran"));
}

#[test]
fn a_rate_is_never_rounded_up_to_all() {
    let report = Report { verdict: "inconclusive".into(), passed: 99_999, failed: 1, ..Report::default() };
    assert!(html(&report).contains("99.9% passed"));
}

#[test]
fn thousands_of_failures_and_long_messages_are_cut_short() {
    let failures = (0..2000).map(|at| failed(&format!("T{at}"), &"x".repeat(20_000))).collect();
    let page = html(&Report { failures, failed: 2000, verdict: "failed".into(), ..Report::default() });
    assert!(page.contains("And 1,950 more"));
    assert!(page.len() < 1 << 20, "{}", page.len());
}

#[test]
fn twenty_thousand_tests_are_data_and_not_rows() {
    let page = html(&sample::large(20_000));
    assert!(page.matches("<tr>").count() < 300, "{}", page.matches("<tr>").count());
    assert!(page.contains("The first 100 of 20,000 tests"));
    assert!(page.len() < 2 << 20, "{}", page.len());
}
