//! Made-up runs of a shop's tests.

use domain::quality::reports::Risk;
use domain::results::outcome::Status;
use results::report::{
    Coverage, Environment, FailedTest, Finding, FlakyTest, Gate, Lost, LostAttempt, Outcome, PastRun, QuarantinedTest,
    Report, Series, Shard, Test,
};

/// Instances of the run.
const IDS: [&str; 3] = ["i-0a1b2c3d4e5f60718", "i-0b9c8d7e6f5a41322", "i-0c2d4e6f8a0b1c3d5"];
/// Id of the run.
const RUN: &str = "nightly-2026-03-14";
/// What a browser showed when a test failed.
pub(crate) const PICTURE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="640" height="400"><rect width="640" height="400" fill="#fbf7f2"/><rect width="640" height="56" fill="#7a3e2b"/><rect x="24" y="88" width="280" height="28" rx="4" fill="#d8cabb"/><rect x="24" y="140" width="400" height="160" rx="8" fill="#fff" stroke="#d8cabb"/><rect x="24" y="324" width="140" height="40" rx="6" fill="#7a3e2b"/></svg>"##;

/// A run with everything that a report can show.
pub(crate) fn full() -> Report {
    Report {
        suite: "checkout".into(),
        run: RUN.into(),
        verdict: "failed".into(),
        reasons: vec![
            "tests.failed is 7, and it must be 0.".into(),
            "tests{tag=critical}.pass_rate is 97%, and it must be 100%.".into(),
            "vulnerabilities{severity=high}.new is 1, and it must be 0.".into(),
        ],
        notes: vec!["The output of shard 4 could not be merged into output.xml: it declares entities.".into()],
        started: "2026-03-14 02:00:07 UTC".into(),
        seconds: 246.3,
        labels: pairs(&[("branch", "main"), ("commit", "4f1c2ab")]),
        baseline: Some("nightly-2026-03-13".into()),
        passed: 181,
        failed: 7,
        skipped: 5,
        flaky: 2,
        gates: gates(),
        history: history(),
        failures: failures(),
        flaky_tests: flaky(),
        quarantined: quarantined(),
        tests: tests(193),
        shards: shards(),
        environments: environments(),
        coverage: coverage(),
        scanned: true,
        findings: findings(),
        performance: performance(),
        cost: Some(0.0072),
        files: pairs(&[("output.xml", "output.xml"), ("junit.xml", "junit.xml"), ("verdict.json", "verdict.json")]),
        ..Report::default()
    }
}

/// A run in which everything went well, and of which little is known.
pub(crate) fn passed() -> Report {
    Report {
        suite: "calculator".into(),
        run: "on-push-4711".into(),
        verdict: "passed".into(),
        started: "2026-03-14 09:12:44 UTC".into(),
        seconds: 41.0,
        passed: 12,
        gates: vec![gate("tests.failed == 0", "error", ("0", 0.0), ("==", 0.0, ""), Some(true), "No test failed.")],
        tests: tests(12).into_iter().map(|test| Test { status: Status::Passed, flaky: false, ..test }).collect(),
        ..Report::default()
    }
}

/// A run that lost work.
pub(crate) fn inconclusive() -> Report {
    let lost = Lost {
        what: "Shard 5: suites/part_5.robot".into(),
        why: "Its environment was interrupted in all 3 attempts.".into(),
    };
    Report {
        verdict: "inconclusive".into(),
        reasons: vec!["Shard 5 with 1 file is lost. Its environment was interrupted in all 3 attempts.".into()],
        lost: vec![lost],
        failures: Vec::new(),
        failed: 0,
        ..full()
    }
}

/// A run of so many tests.
pub(crate) fn large(count: usize) -> Report {
    let tests = tests(count);
    let counted = |status| tests.iter().filter(|test| test.status == status).count() as u64;
    Report {
        passed: counted(Status::Passed),
        failed: counted(Status::Failed),
        skipped: counted(Status::Skipped),
        tests,
        ..full()
    }
}

fn pairs(texts: &[(&str, &str)]) -> Vec<(String, String)> {
    texts.iter().map(|(one, other)| ((*one).into(), (*other).into())).collect()
}

fn gate(
    gate: &str,
    severity: &str,
    (value, number): (&str, f64),
    (operator, limit, unit): (&str, f64, &str),
    ok: Option<bool>,
    why: &str,
) -> Gate {
    // Shares and times wander, counts are mostly what they are wanted to be.
    let wander = |at: usize| (at as f64 * 0.9 + gate.len() as f64).sin() * 0.02 + (at as f64 * 0.21).cos() * 0.03;
    let drift = |at: usize| match unit {
        "" => {
            if (at + gate.len()).is_multiple_of(9) {
                limit + (at % 4) as f64
            } else {
                limit
            }
        }
        _ => (number * (1.0 + wander(at))).min(if unit == "%" { 100.0 } else { f64::MAX }),
    };
    let known = ok.is_some();
    Gate {
        gate: gate.into(),
        severity: severity.into(),
        mandatory: severity == "error" && gate.starts_with("vulnerabilities"),
        value: value.into(),
        value_number: known.then_some(number),
        operator: operator.into(),
        limit_number: known.then_some(limit),
        unit: unit.into(),
        trend: if known { (0..30).map(|at| (format!("r{at}"), drift(at))).collect() } else { Vec::new() },
        ok,
        why: why.into(),
    }
}

fn gates() -> Vec<Gate> {
    let zero = ("==", 0.0, "");
    vec![
        gate(
            "vulnerabilities{severity=high}.new == 0",
            "error",
            ("1", 1.0),
            zero,
            Some(false),
            "1 finding is new since the baseline, and none may be.",
        ),
        gate("tests.failed == 0", "error", ("7", 7.0), zero, Some(false), "7 tests failed, and none may."),
        gate(
            "tests{tag=critical}.pass_rate == 100%",
            "error",
            ("97%", 97.0),
            ("==", 100.0, "%"),
            Some(false),
            "2 of 66 critical tests failed.",
        ),
        gate("coverage.line >= 80%", "error", ("84.2%", 84.2), (">=", 80.0, "%"), Some(true), "84.2% is at least 80%."),
        gate("tests.flaky <= 1", "warn", ("2", 2.0), ("<=", 1.0, ""), Some(false), "2 tests are flaky."),
        gate(
            "run.duration <= baseline * 1.2",
            "warn",
            ("4m6s", 246.3),
            ("<=", 264.0, "s"),
            Some(true),
            "4m6s is at most 4m24s, which is 1.2 times that of nightly-2026-03-13.",
        ),
        gate(
            "performance.http_req_duration.p95 < 500ms",
            "error",
            ("", 0.0),
            ("<", 0.5, "s"),
            None,
            "No report of a load test came.",
        ),
    ]
}

fn history() -> Vec<PastRun> {
    let run = |at: u64| {
        let failed = [0, 0, 1, 0, 0, 3, 0, 0, 0, 12][at as usize % 10];
        let verdict = if at == 17 {
            "inconclusive"
        } else if failed > 0 {
            "failed"
        } else {
            "passed"
        };
        PastRun {
            run: format!("nightly-2026-02-{:02}", at + 1),
            started: format!("2026-02-{:02} 02:00:05 UTC", at + 1),
            verdict: verdict.into(),
            passed: 193 - failed,
            failed,
            seconds: 230.0 + at as f64,
        }
    };
    (0..28).map(run).collect()
}

fn failed(name: &str, message: &str, class: &str) -> FailedTest {
    FailedTest {
        name: name.into(),
        message: message.into(),
        class: class.into(),
        quarantined: false,
        tags: vec!["critical".into(), "checkout".into()],
        attempts: 2,
        first_failed_run: Some(RUN.into()),
        seconds: 3.21,
        screenshots: Vec::new(),
        log: Some("shards/2/log.html#s1-s2-t3".into()),
    }
}

fn failures() -> Vec<FailedTest> {
    let declined =
        "Page should have contained text 'declined' but did not.\n\nAlso teardown failed:\nNo browser is open.";
    let gone = |order: &str| format!("Element with locator 'id:order-{order}' did not appear in 10 seconds.");
    let merged = "*HTML* <span class=\"merge\">Test has been re-executed.</span><hr>New status: FAIL<br>2 &lt; 3<script>alert(1)</script>";
    vec![
        FailedTest {
            screenshots: vec!["shots/declined.svg".into(), "shots/declined.svg".into()],
            ..failed("Checkout.Payment.Card Is Declined", declined, "product")
        },
        failed("Checkout.Orders.Order Is Confirmed By Mail", &gone("7781"), "product"),
        FailedTest {
            first_failed_run: Some("nightly-2026-03-09".into()),
            ..failed("Checkout.Orders.Order Is Shown In The Account", &gone("7792"), "product")
        },
        failed("Checkout.Orders.Order Can Be Cancelled", &gone("8001"), "test"),
        failed("Checkout.Orders.Return Label Is Printed", &gone("8013"), "product"),
        failed("Checkout.Basket.Basket Survives A Reload", merged, "test"),
        FailedTest {
            first_failed_run: None,
            log: None,
            attempts: 3,
            tags: Vec::new(),
            ..failed("Checkout.Search.Finds Umlauts", "OSError: [Errno 28] No space left on device", "environment")
        },
    ]
}

fn flaky() -> Vec<FlakyTest> {
    vec![
        FlakyTest {
            name: "Checkout.Search.Suggests While Typing".into(),
            attempts: 2,
            message: "Timeout after 10 seconds".into(),
            outcomes: [Outcome::NotRun, Outcome::Passed, Outcome::Flaky, Outcome::Failed].repeat(5),
        },
        FlakyTest {
            name: "Checkout.Catalogue.Pictures Load Late".into(),
            attempts: 2,
            message: "StaleElementReferenceException: stale element reference".into(),
            outcomes: Vec::new(),
        },
    ]
}

fn quarantined() -> Vec<QuarantinedTest> {
    let test = |name: &str, status, until: &str, expired| QuarantinedTest {
        name: name.into(),
        status,
        owner: "payments".into(),
        reason: "The bank's sandbox answers with 503 at night, see PAY-1182.".into(),
        until: until.into(),
        expired,
    };
    vec![
        test("Checkout.Payment.Direct Debit", Some(Status::Failed), "2026-04-01", false),
        test("Checkout.Payment.Instalments", Some(Status::Passed), "2026-03-01", true),
        test("Checkout.Payment.Gift Card", None, "2026-05-01", false),
    ]
}

fn tests(count: usize) -> Vec<Test> {
    let suites = ["Payment", "Orders", "Basket", "Search", "Catalogue", "Account", "Mail"];
    let deeds = ["Is Shown", "Is Refused When Empty", "Survives A Reload", "Can Be Undone", "Is Announced To Readers"];
    let test = |at: usize| Test {
        name: format!("Checkout.{}.Part {}.Step {at} {}", suites[at % 7], at / 70, deeds[at % 5]),
        status: match at % 97 {
            13 => Status::Failed,
            41 => Status::Skipped,
            _ => Status::Passed,
        },
        flaky: at % 97 == 60,
        seconds: 0.05 + ((at * 7919) % 4001) as f64 / 310.0,
        shard: (1 + at % 6).to_string(),
        id: format!("s1-s{}-t{}", 1 + at % 7, 1 + at / 7),
    };
    (0..count).map(test).collect()
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
        losses: Vec::new(),
        tests,
        log: Some(format!("shards/{name}/log.html")),
    }
}

fn shards() -> Vec<Shard> {
    let [a, b, c] = IDS;
    let loss = LostAttempt {
        environment: b.into(),
        began: Some(118.0),
        ended: Some(141.0),
        why: "The Spot instance was interrupted.".into(),
    };
    vec![
        shard("1", a, 33.0, 92.0, [61, 0, 2]),
        shard("2", b, 35.5, 80.0, [40, 2, 1]),
        shard("3", c, 34.0, 51.0, [38, 0, 2]),
        shard("4", c, 87.0, 60.0, [42, 4, 0]),
        Shard { attempts: 2, losses: vec![loss], ..shard("5", c, 152.0, 62.0, [20, 1, 0]) },
        shard("6", a, 127.0, 40.0, [18, 0, 0]),
        shard("2 rerun", a, 169.0, 4.0, [1, 1, 0]),
    ]
}

fn environments() -> Vec<Environment> {
    let environment = |id: &str, launched, boot, seconds, end: &str, lost| Environment {
        id: id.into(),
        kind: "c7i.large, spot".into(),
        launched,
        boot: Some(boot),
        seconds,
        end: end.into(),
        lost,
        cost: Some(seconds * 0.045 / 3600.0),
    };
    vec![
        environment(IDS[0], 3.0, 28.4, 214.0, "terminated", false),
        environment(IDS[1], 3.0, 31.0, 138.0, "interrupted", true),
        environment(IDS[2], 3.0, 30.1, 220.0, "terminated", false),
    ]
}

fn coverage() -> Vec<Coverage> {
    let row = |package: &str, lines, branches, missed| {
        let (package, lines, missed) = (package.into(), Some(lines), Some(missed));
        Coverage { package, lines, branches, missed, unread: false }
    };
    vec![
        row("", 84.2, Some(71.4), 1312),
        row("shop.payment", 61.0, Some(48.2), 402),
        row("shop.orders", 88.9, Some(80.0), 211),
        row("shop.search", 97.3, None, 18),
    ]
}

fn findings() -> Vec<(Finding, bool)> {
    let finding = |id: &str, package: &str, severity, fixable, title: &str| Finding {
        id: id.into(),
        package: package.into(),
        version: "2.31.0".into(),
        severity,
        fixable,
        title: title.into(),
        epss: Some(0.0213),
        kev: severity == Risk::Critical,
        ..Finding::default()
    };
    let rule =
        finding("js/xss", "shop/static/pay.js", Risk::Medium, false, "Text from the address is put into the page");
    vec![
        (finding("CVE-2026-1001", "libimage", Risk::Medium, false, "Out-of-bounds read in the decoder"), false),
        (finding("CVE-2026-0417", "webserver", Risk::High, true, "Requests can be smuggled past a proxy"), true),
        (finding("CVE-2025-9911", "archive", Risk::Critical, true, "Files are written outside of the folder"), false),
        (finding("GHSA-xxxx-1234", "colors", Risk::Low, false, ""), false),
        (Finding { version: String::new(), place: "12:4".into(), epss: None, ..rule }, false),
    ]
}

fn performance() -> Vec<(String, Series)> {
    let series = |p50: f64, rate, errors| Series {
        p50: Some(p50),
        p90: Some(p50 * 2.1),
        p95: Some(p50 * 2.6),
        p99: None,
        avg: Some(p50 * 1.2),
        max: Some(p50 * 9.0),
        rate: Some(rate),
        error_rate: Some(errors),
        count: Some(rate * 60.0),
        thresholds: None,
    };
    vec![("http_req_duration".into(), series(0.0812, 182.4, 0.0)), ("POST /orders".into(), series(0.3127, 21.9, 1.3))]
}
