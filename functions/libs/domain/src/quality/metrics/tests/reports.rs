//! Figures of reports.

use super::*;
use crate::quality::reports::{Case, FileCoverage, Finding, Lines, Part, Remark, Series, Share, Unknown};

fn file(package: &str, file: &str, lines: (u64, u64), branches: (u64, u64)) -> FileCoverage {
    let share = |(covered, all)| Share { covered, all };
    let (package, file) = (package.into(), file.into());
    FileCoverage { package, file, lines: share(lines), branches: share(branches), hits: Lines::default() }
}

fn coverage(files: Vec<FileCoverage>) -> ReportState {
    report(Report::Coverage(Coverage { files, ..Coverage::default() }))
}

fn stated(line: f64) -> ReportState {
    report(Report::Coverage(Coverage { stated_line: Some(line), ..Coverage::default() }))
}

fn finding(id: &str, package: &str, severity: Risk) -> Finding {
    Finding { id: id.into(), package: package.into(), version: "1".into(), severity, ..Finding::default() }
}

fn series(list: &[(&str, Series)]) -> ReportState {
    report(Report::Performance(list.iter().map(|(name, series)| ((*name).to_owned(), *series)).collect()))
}

fn value(reports: &[ReportState], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    Metrics::from_run(&[], RunFacts::default()).with_reports(reports).value(&metric(name, labels))
}

fn remark(reports: &[ReportState], name: &str, labels: &[(&str, &str)]) -> String {
    Metrics::from_run(&[], RunFacts::default()).with_reports(reports).remark(&metric(name, labels))
}

/// A metric's name and labels, and its value.
type Expected<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<f64>);

#[test]
fn coverage_is_counted_from_the_files() {
    let files = vec![
        file("com.acme", "src/Cart.java", (8, 10), (1, 4)),
        file("com.acme.pay", "src/pay/Card.java", (2, 10), (0, 0)),
        file("", "gen/Empty.java", (0, 0), (0, 0)),
    ];
    let reports = [report(Report::Coverage(Coverage { files, stated_line: Some(99.0), stated_branch: Some(99.0) }))];
    let cases: [Expected; 9] = [
        ("coverage.line", &[], Some(50.0)),
        ("coverage.branch", &[], Some(25.0)),
        ("coverage.line", &[("package", "com.acme")], Some(80.0)),
        ("coverage.line", &[("package", "com.acme*")], Some(50.0)),
        ("coverage.line", &[("package!", "com.acme.pay")], Some(80.0)),
        ("coverage.line", &[("file", "SRC/*")], Some(50.0)),
        ("coverage.line", &[("file", "src/pay/Card.java")], Some(20.0)),
        ("coverage.branch", &[("file", "src/pay/*")], None),
        ("coverage.line", &[("file", "lib/*")], None),
    ];
    for (name, labels, expected) in cases {
        assert_eq!(value(&reports, name, labels), expected, "{name} {labels:?}");
    }
    assert_eq!(
        remark(&reports, "coverage.line", &[("file", "lib/*")]),
        "the coverage report has no file with file=lib/*"
    );
    assert_eq!(
        remark(&reports, "coverage.branch", &[("file", "src/pay/*")]),
        "the coverage report has no branches there"
    );
    assert_eq!(remark(&[coverage(vec![])], "coverage.branch", &[]), "the coverage report has no branches");
}

#[test]
fn a_file_in_two_coverage_reports_counts_once() {
    let a = coverage(vec![file("p", "a.rs", (4, 10), (0, 2)), file("p", "b.rs", (1, 10), (0, 0))]);
    let b = coverage(vec![file("p", "a.rs", (7, 10), (1, 2))]);
    assert_eq!(value(&[a.clone(), b.clone()], "coverage.line", &[]), Some(40.0));
    assert_eq!(value(&[b, a.clone()], "coverage.branch", &[]), Some(50.0));
    assert_eq!(value(&[a.clone(), stated(20.0)], "coverage.line", &[]), Some(20.0));
    assert_eq!(value(&[stated(60.0), stated(70.0)], "coverage.line", &[]), Some(60.0));
    assert_eq!(value(&[stated(70.0), a], "coverage.line", &[("file", "a.rs")]), Some(40.0));
}

#[test]
fn a_line_is_covered_if_one_report_says_so() {
    let part = |lines: &[(u32, bool)]| {
        let hits = Lines::of(lines.iter().copied());
        coverage(vec![FileCoverage { file: "a.rs".into(), lines: hits.share(), hits, ..FileCoverage::default() }])
    };
    let one = part(&[(1, true), (2, false), (3, false), (4, false)]);
    let two = part(&[(1, false), (2, true), (3, true), (4, false)]);
    let counted = coverage(vec![file("", "a.rs", (2, 4), (0, 0))]);
    assert_eq!(value(&[one.clone(), two.clone()], "coverage.line", &[]), Some(75.0));
    assert_eq!(value(&[two.clone(), one.clone(), two], "coverage.line", &[]), Some(75.0));
    assert_eq!(value(&[one.clone(), counted.clone()], "coverage.line", &[]), Some(50.0));
    assert_eq!(value(&[counted, one.clone(), part(&[(2, true), (3, true)])], "coverage.line", &[]), Some(75.0));
}

#[test]
fn a_finding_counts_once_and_by_its_labels() {
    let fixable = Finding { fixable: true, ..finding("CVE-1", "zlib", Risk::High) };
    let other_name = Finding { aliases: vec!["CVE-1".into()], ..finding("GHSA-1", "zlib", Risk::Medium) };
    let exploited = Finding { kev: true, ..finding("CVE-2", "openssl", Risk::Critical) };
    let first = report(Report::Vulnerabilities(vec![fixable.clone(), exploited, finding("CVE-3", "zlib", Risk::Low)]));
    let second = report(Report::Vulnerabilities(vec![fixable, other_name]));
    let reports = [first, second];
    let cases: [(&[(&str, &str)], f64); 11] = [
        (&[], 3.0),
        (&[("severity", "high")], 1.0),
        // The second report rates it so.
        (&[("severity", "medium")], 1.0),
        (&[("severity!", "low")], 2.0),
        (&[("severity!", "low"), ("severity!", "unknown")], 2.0),
        (&[("package", "ZLIB")], 2.0),
        (&[("package", "z*"), ("severity", "low")], 1.0),
        (&[("id", "cve-*")], 3.0),
        (&[("fixable", "true")], 1.0),
        (&[("kev", "true")], 1.0),
        (&[("kev!", "true")], 2.0),
    ];
    for (labels, expected) in cases {
        assert_eq!(value(&reports, "vulnerabilities", labels), Some(expected), "{labels:?}");
    }
    assert_eq!(value(&[report(Report::Vulnerabilities(vec![]))], "vulnerabilities", &[]), Some(0.0));
    assert_eq!(value(&[], "vulnerabilities", &[]), None);
}

#[test]
fn series_have_the_names_that_gates_can_write() {
    let login = Series {
        p95: Some(0.4),
        count: Some(10.0),
        thresholds: Some(Share { covered: 1, all: 3 }),
        ..Series::default()
    };
    let reports = [series(&[("GET /api/cart", login), ("http_req_duration", Series::default())])];
    assert_eq!(value(&reports, "performance.GET__api_cart.p95", &[]), Some(0.4));
    assert_eq!(value(&reports, "performance.GET__api_cart.thresholds_failed", &[]), Some(1.0));
    let said = ["GET__api_cart.avg", "GET__api_car.p95", "login.p95", "http_req_duration.p95"];
    let said = said.map(|name| remark(&reports, &format!("performance.{name}"), &[]));
    insta::assert_snapshot!(said.join("\n"), @r#"
    the series "GET__api_cart" does not tell avg, it tells p95, count, thresholds_failed
    the performance report has no series "GET__api_car", did you mean "GET__api_cart"
    the performance report has no series "login", expected one of GET__api_cart, http_req_duration
    the series "http_req_duration" does not tell anything
    "#);
    assert_eq!(remark(&[series(&[])], "performance.login.p95", &[]), "the performance report has no series");
}

#[test]
fn two_series_of_a_name_are_as_bad_as_the_worse() {
    let one = Series {
        p95: Some(0.4),
        avg: Some(0.1),
        rate: Some(50.0),
        error_rate: Some(0.0),
        count: Some(300.0),
        ..Series::default()
    };
    let two = Series {
        p95: Some(0.3),
        avg: Some(0.5),
        max: Some(2.0),
        rate: Some(20.0),
        error_rate: Some(4.0),
        count: Some(100.0),
        ..Series::default()
    };
    let reports = [series(&[("login", one)]), series(&[("login", two)])];
    let expected = [("p95", 0.4), ("avg", 0.2), ("max", 2.0), ("rate", 20.0), ("error_rate", 1.0), ("count", 400.0)];
    for (figure, expected) in expected {
        let value = value(&reports, &format!("performance.login.{figure}"), &[]).unwrap();
        assert!((value - expected).abs() < 1e-9, "{figure} {value}");
    }
    let uncounted = Series { avg: Some(0.5), ..Series::default() };
    assert_eq!(value(&[series(&[("a", one)]), series(&[("a", uncounted)])], "performance.a.avg", &[]), Some(0.5));
}

#[test]
fn unit_tests_are_tests_of_another_source() {
    let case =
        |name: &str, status, flaky| Case { name: name.into(), status, seconds: 0.5, message: String::new(), flaky };
    let cases = vec![
        case("com.acme.CartTest.adds", Status::Passed, true),
        case("com.acme.CartTest.removes", Status::Failed, false),
        case("com.acme.PayTest.pays", Status::Skipped, false),
    ];
    let reports = [report(Report::Tests(cases.clone())), report(Report::Tests(cases[..1].to_vec()))];
    let source = ("source", "junit");
    let expected = [
        ("total", 4.0),
        ("passed", 2.0),
        ("failed", 1.0),
        ("skipped", 1.0),
        ("flaky", 2.0),
        ("duration", 2.0),
        ("pass_rate", 200.0 / 3.0),
    ];
    for (figure, expected) in expected {
        assert_eq!(value(&reports, &format!("tests.{figure}"), &[source]), Some(expected), "{figure}");
    }
    assert_eq!(value(&reports, "tests.failed", &[]), Some(0.0));
    assert_eq!(value(&reports, "tests.failed", &[source, ("suite", "com.acme.CartTest")]), Some(1.0));
    assert_eq!(value(&reports, "tests.total", &[source, ("name", "adds")]), Some(2.0));
    assert_eq!(value(&reports, "tests.total", &[source, ("suite!", "*.CartTest")]), Some(1.0));
    assert_eq!(remark(&reports, "tests.pass_rate", &[source, ("name", "x")]), "no unit test has the name \"x\"");
    assert_eq!(remark(&[], "tests.failed", &[source]), "no junit report was given");
}

#[test]
fn what_two_shards_both_report_is_joined_as_the_metrics_are() {
    let shard = || coverage(vec![file("shop", "cart.py", (3, 4), (0, 0))]);
    let load = |p95| series(&[("GET /cart", Series { p95: Some(p95), ..Series::default() })]);
    let joined = Joined::of(&[shard(), shard(), load(0.2), load(0.4)]);
    assert_eq!(joined.coverage.unwrap().files, [file("shop", "cart.py", (3, 4), (0, 0))]);
    assert_eq!(joined.series["GET__cart"].p95, Some(0.4));
    assert_eq!(Joined::of(&[]), Joined::default());
}

fn unread(mut report: ReportState, unknown: Unknown) -> ReportState {
    report.remarks.push(Remark { told: "line 3: x=\"?\" is not a value".to_owned(), unknown: Some(unknown) });
    report
}

/// The metrics that a value which cannot be read leaves unknown.
struct Unreadable(Metrics<'static>);

impl Unreadable {
    fn of(report: ReportState, unknown: Unknown) -> Self {
        Self(Metrics::from_run(&[], RunFacts::default()).with_reports(&[unread(report, unknown)]))
    }

    fn names(&self) -> String {
        self.0.unknown().into_iter().collect::<Vec<_>>().join(" ")
    }

    /// Whether a metric with these labels is one of them.
    fn has(&self, name: &str, labels: &[(&str, &str)]) -> bool {
        matches!(self.0.standing(&metric(name, labels)), Standing::Unread(..))
    }
}

#[test]
fn a_value_that_cannot_be_read_costs_the_figures_that_need_it() {
    let case =
        |name: &str, status| Case { name: name.into(), status, seconds: 0.5, message: String::new(), flaky: false };
    let cases =
        || report(Report::Tests(vec![case("Shop.Cart.adds", Status::Passed), case("Shop.Pay.pays", Status::Failed)]));
    let junit = |labels: &[(&'static str, &'static str)]| [&[("source", "junit")], labels].concat();
    let outcomes =
        ["failed", "flaky", "pass_rate", "passed", "skipped"].map(|f| format!("tests{{source=junit}}.{f}")).join(" ");
    let of = Unreadable::of(cases(), Unknown::Time(Some("Shop.Cart.adds".into())));
    assert_eq!(of.names(), "tests{source=junit}.duration");
    assert!(
        of.has("tests.duration", &junit(&[("suite", "shop.cart")]))
            && !of.has("tests.duration", &junit(&[("suite", "shop.pay")]))
    );
    let ended = Unknown::Outcome { name: "Shop.Cart.waits".into(), seconds: 2.0 };
    let of = Unreadable::of(cases(), ended.clone());
    assert_eq!(of.names(), outcomes);
    assert!(
        of.has("tests.failed", &junit(&[("name", "waits")]))
            && !of.has("tests.failed", &junit(&[("suite", "Shop.Pay")]))
    );
    let ended = [unread(cases(), ended)];
    assert_eq!(value(&ended, "tests.total", &junit(&[])), Some(3.0));
    assert_eq!(value(&ended, "tests.duration", &junit(&[("suite", "Shop.Cart")])), Some(2.5));
    assert_eq!(Unreadable::of(cases(), Unknown::Outcomes).names(), outcomes);
    assert_eq!(Unreadable::of(cases(), Unknown::Unshown).names().split(' ').count(), 6);
    assert_eq!(Unreadable::of(cases(), Unknown::Tests).names().split(' ').count(), 7);

    let files = || coverage(vec![file("p", "a.rs", (1, 2), (1, 2)), file("p", "b.rs", (1, 2), (1, 2))]);
    let part = |file: &str| Part::File { package: "p".into(), file: file.into() };
    let of = Unreadable::of(files(), Unknown::Lines(part("a.rs")));
    assert_eq!(of.names(), "coverage.line");
    assert!(of.has("coverage.line", &[("package", "p")]) && !of.has("coverage.line", &[("file", "b.rs")]));
    let of = Unreadable::of(files(), Unknown::Branches(Part::Stated));
    assert_eq!((of.names().as_str(), of.has("coverage.branch", &[("file", "a.rs")])), ("coverage.branch", false));
    assert!(Unreadable::of(files(), Unknown::Branches(Part::Any)).has("coverage.branch", &[("file", "c.rs")]));

    let logins = || series(&[("GET /login", Series { max: Some(1.0), ..Series::default() })]);
    let p95 = Unknown::Series { names: vec!["GET /login".into()], figures: vec!["p95".into()] };
    assert_eq!(Unreadable::of(logins(), p95).names(), "performance.GET__login.p95");
    assert_eq!(Unreadable::of(logins(), Unknown::AllSeries).names(), "performance.GET__login.max");
}

#[test]
fn a_finding_whose_severity_cannot_be_read_is_of_none_and_counts() {
    let strange = Finding { unread: vec!["severity".into()], ..finding("CVE-1", "zlib", Risk::Unknown) };
    let found = vec![strange, finding("CVE-2", "openssl", Risk::High)];
    let found = report(Report::Vulnerabilities(found));
    let of = Unreadable::of(found.clone(), Unknown::Label("severity".into()));
    assert_eq!(of.names().split(' ').count(), 5);
    assert!(of.has("vulnerabilities", &[("severity!", "low"), ("package", "zlib")]));
    assert!(
        !of.has("vulnerabilities", &[("severity!", "low"), ("package", "openssl")]) && !of.has("vulnerabilities", &[])
    );
    let reported = [unread(found, Unknown::Label("severity".into()))];
    assert_eq!(value(&reported, "vulnerabilities", &[]), Some(2.0));
    assert_eq!(value(&reported, "vulnerabilities", &[("severity!", "low")]), Some(1.0));
    assert_eq!(
        remark(&reported, "vulnerabilities", &[("severity", "critical")]),
        "a value in the vulnerabilities report report cannot be read: line 3: x=\"?\" is not a value"
    );
}
