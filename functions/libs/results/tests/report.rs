//! The report of a run, as people and browsers get it.
#![expect(clippy::expect_used, reason = "a test may panic")]

use results::report::{Environment, FailedTest, FlakyTest, Gate, Lost, Report, Shard, write};

fn gate(gate: &str, severity: &str, value: &str, ok: Option<bool>, why: &str) -> Gate {
    Gate { gate: gate.into(), severity: severity.into(), value: value.into(), ok, why: why.into(), ..Gate::default() }
}

fn shard(name: &str, environment: &str, began: f64, seconds: f64, tests: [u64; 3]) -> Shard {
    Shard {
        name: name.into(),
        files: vec![format!("suites/part_{name}.robot"), "suites/common.robot".into()],
        state: "done".into(),
        environment: environment.into(),
        attempts: 1,
        began: Some(began),
        seconds,
        tests,
        log: Some(format!("shards/{name}/log.html")),
        ..Shard::default()
    }
}

fn environment(id: &str, end: &str) -> Environment {
    Environment {
        id: id.into(),
        kind: "c7i.large, spot".into(),
        boot: Some(31.4),
        seconds: 214.0,
        end: end.into(),
        ..Environment::default()
    }
}

fn failed(name: &str, message: &str) -> FailedTest {
    let tags = vec!["critical".into(), "checkout".into()];
    FailedTest {
        name: name.into(),
        message: message.into(),
        tags,
        seconds: 3.21,
        log: Some("shards/2/log.html".into()),
        ..FailedTest::default()
    }
}

fn gates() -> Vec<Gate> {
    vec![
        gate("tests.failed == 0", "error", "2", Some(false), "2 tests failed, and none may."),
        gate("tests{tag=critical}.pass_rate == 100%", "error", "98.5%", Some(false), "1 of 66 critical tests failed."),
        gate("coverage.line >= 80%", "error", "84.2%", Some(true), "84.2% is at least 80%."),
        gate("tests.flaky <= 0", "warn", "1", Some(false), "1 test passed in a rerun only."),
        gate("performance.http_req_duration.p95 < 500ms", "error", "", None, "No report of a load test came."),
    ]
}

/// A run with everything that a report can show.
fn full() -> Report {
    let [a, b, c] = ["i-0a1b2c3d4e5f60718", "i-0b9c8d7e6f5a41322", "i-0c2d4e6f8a0b1c3d5"];
    Report {
        suite: "checkout".into(),
        run: "nightly-2026-03-14".into(),
        verdict: "failed".into(),
        reasons: vec!["tests.failed is 2, and it must be 0.".into(), "Shard 5 was lost 3 times.".into()],
        started: "2026-03-14 02:00:07 UTC".into(),
        seconds: 246.3,
        labels: vec![("branch".into(), "main".into()), ("commit".into(), "4f1c2ab".into())],
        passed: 181,
        failed: 2,
        skipped: 5,
        flaky: 1,
        gates: gates(),
        failures: vec![
            failed(
                "Checkout.Payment.Card Is Declined",
                "Page should have contained text 'declined' but did not.\n\nAlso teardown failed:\nNo browser is open.",
            ),
            failed(
                "Checkout.Basket.Basket Survives A Reload",
                "*HTML* <span class=\"merge\">Test has been re-executed.</span><hr>New status: FAIL<br>2 &lt; 3<script>alert(1)</script>",
            ),
        ],
        flaky_tests: vec![FlakyTest {
            name: "Checkout.Search.Finds Umlauts".into(),
            attempts: 2,
            message: "Timeout after 10 seconds".into(),
            ..FlakyTest::default()
        }],
        shards: vec![
            shard("1", a, 33.0, 92.0, [61, 0, 2]),
            shard("2", b, 35.5, 80.0, [40, 1, 1]),
            shard("3", c, 34.0, 51.0, [38, 0, 2]),
            shard("4", c, 87.0, 60.0, [42, 1, 0]),
            Shard { state: "lost".into(), attempts: 3, log: None, ..shard("5", b, 118.0, 40.0, [0, 0, 0]) },
            shard("2 rerun", a, 127.0, 12.0, [1, 2, 0]),
        ],
        environments: vec![
            environment(a, "terminated"),
            environment(b, "Spot interruption"),
            environment(c, "terminated"),
        ],
        lost: vec![Lost {
            what: "suites/part_5.robot".into(),
            why: "Its environment was interrupted in all 3 attempts.".into(),
        }],
        files: vec![
            ("output.xml".into(), "output.xml".into()),
            ("junit.xml".into(), "junit.xml".into()),
            ("verdict.json".into(), "verdict.json".into()),
        ],
        ..Report::default()
    }
}

/// The page, which is also put into the folder `$QAOPS_REPORTS` for a look at it.
fn html(report: &Report) -> String {
    let mut out = Vec::new();
    write(report, &mut out).expect("memory takes everything");
    if let Some(folder) = std::env::var_os("QAOPS_REPORTS") {
        let path = std::path::Path::new(&folder).join(format!("{}.html", report.verdict));
        std::fs::write(path, &out).expect("the folder is there");
    }
    String::from_utf8(out).expect("it is UTF-8")
}

#[test]
fn everything_of_a_run_is_in_its_report() {
    let page = html(&full());
    for part in
        ["checkout", "nightly-2026-03-14", "failed", "4f1c2ab", "tests.failed == 0", "98.5%", "Card Is Declined"]
    {
        assert!(page.contains(part), "{part}");
    }
    for part in [
        "Finds Umlauts",
        "Its environment was interrupted",
        "shards/4/log.html",
        "Spot interruption",
        "output.xml",
        "4m6s",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_report_loads_nothing_and_runs_no_script() {
    let page = html(&full());
    for part in ["<script", "src=", "@import", "url(", "<link", "onclick", "javascript:"] {
        assert!(!page.contains(part), "{part}");
    }
}

#[test]
fn what_comes_from_tests_is_shown_as_text() {
    let evil = "<img src=x onerror=alert(1)>\"'&";
    let report = Report {
        suite: evil.into(),
        failures: vec![FailedTest { log: Some("javascript:alert(1)".into()), ..failed(evil, evil) }],
        ..full()
    };
    let page = html(&report);
    assert!(!page.contains("<img"));
    assert!(!page.contains("javascript:"));
    assert!(page.contains("&#60;img") || page.contains("&lt;img"));
}

#[test]
fn a_run_that_passed_has_a_short_report() {
    let report = Report {
        suite: "calculator".into(),
        verdict: "passed".into(),
        passed: 12,
        started: "now".into(),
        ..Report::default()
    };
    let page = html(&report);
    assert!(page.contains("12 tests") && page.contains("100% passed"));
    for absent in ["Failed tests", "Flaky tests", "Lost work", "Gates", "Environments", "Why"] {
        assert!(!page.contains(&format!(">{absent}<")), "{absent}");
    }
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
    assert!(page.contains("And 1500 more") && page.contains("12000 characters more"));
    assert!(page.len() < 8 << 20, "{}", page.len());
}
