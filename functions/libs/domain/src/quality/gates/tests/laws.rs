//! What holds of gates and verdicts for all results.

use proptest::prelude::*;
use strum::VariantArray;

use super::*;

/// Gates that people write: more passing tests never hurt them, more failing ones and more findings never help.
const SANE: [&str; 20] = [
    "tests.failed == 0",
    "tests.failed <= 3",
    "tests.pass_rate >= 80%",
    "tests.pass_rate == 100%",
    "tests.pass_rate >= 80% min 5",
    "tests.pass_rate >= baseline - 10%",
    "tests.pass_rate >= baseline * 0.9 min 3",
    "tests.failed <= baseline + 1",
    "tests.failed.new == 0",
    "tests.flaky <= 1",
    "tests{tag=critical}.failed < 2",
    "tests{tag=crit*,tag!=smoke}.pass_rate > 50%",
    "tests{name!=*.T1}.failed.new <= 1",
    "tests.total > 0",
    "vulnerabilities == 0",
    "vulnerabilities{severity=high}.new == 0",
    "vulnerabilities{severity=low} <= 1",
    "vulnerabilities{severity!=low,id=CVE-*} <= baseline",
    "tests{source=junit}.failed == 0",
    "tests{source=junit}.pass_rate >= 50%",
];

/// Everything that a run is judged by.
#[derive(Clone, Debug)]
struct Run {
    records: Vec<TestRecord>,
    reports: Vec<ReportState>,
    gates: Vec<Gate>,
    baseline: Option<BaselineFigures>,
    lost: Vec<String>,
}

impl Run {
    fn outcomes(&self) -> Vec<GateOutcome> {
        let metrics = Metrics::from_run(&self.records, RunFacts::default()).with_reports(&self.reports);
        evaluate(&self.gates, &metrics, self.baseline.as_ref())
    }

    /// Whether a gate is about tests that do not exist.
    fn is_about_nothing(&self) -> bool {
        let metrics = Metrics::from_run(&self.records, RunFacts::default()).with_reports(&self.reports);
        self.gates.iter().any(|gate| metrics.is_about_nothing(&gate.metric))
    }

    fn verdict(&self) -> Verdict {
        judge(&self.outcomes(), &self.lost).verdict
    }
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![3 => Just(Status::Passed), 1 => Just(Status::Failed), 1 => Just(Status::Skipped)]
}

fn record() -> impl Strategy<Value = TestRecord> {
    let tags = prop_oneof![Just(vec![]), Just(vec!["critical"]), Just(vec!["smoke", "critical"])];
    (status(), tags, 0..30, any::<bool>()).prop_map(|(status, tags, n, flaky)| {
        let flaky = flaky && status == Status::Passed;
        TestRecord { long_name: format!("S.T{n}"), flaky, quarantined: n % 5 == 0, ..test(status, &tags) }
    })
}

fn records() -> impl Strategy<Value = Vec<TestRecord>> {
    prop_oneof![prop::collection::vec(record(), 0..6), prop::collection::vec(record(), 15..25)]
}

fn found() -> impl Strategy<Value = Finding> {
    let risk = prop::sample::select(Risk::VARIANTS);
    (0..4, risk, any::<bool>()).prop_map(|(n, risk, kev)| Finding { kev, ..finding(&format!("CVE-{n}"), risk) })
}

fn case() -> impl Strategy<Value = Case> {
    let case =
        |(status, n)| Case { name: format!("C.t{n}"), status, seconds: 0.1, message: String::new(), flaky: false };
    (status(), 0..9).prop_map(case)
}

fn reports() -> impl Strategy<Value = Vec<ReportState>> {
    let findings = prop::collection::vec(found(), 0..4).prop_map(|list| report(Report::Vulnerabilities(list)));
    let cases = prop::collection::vec(case(), 0..4).prop_map(|list| report(Report::Tests(list)));
    let kind = || prop::sample::select(&[Kind::Vulnerabilities, Kind::Junit][..]);
    let named = |kind, state| ReportState { kind, name: "r".to_owned(), state, remarks: vec![], shard: None };
    let missing = kind().prop_map(move |kind| named(kind, Reading::Missing));
    let unavailable = kind().prop_map(move |kind| named(kind, Reading::Unavailable("no right".to_owned())));
    let refused = kind().prop_map(move |kind| named(kind, Reading::Refused("no XML".to_owned())));
    let readable = prop_oneof![4 => Just(None), 1 => remark().prop_map(Some)];
    let with = |(report, remark): (ReportState, Option<Remark>)| ReportState {
        remarks: remark.into_iter().collect(),
        ..report
    };
    let told = (prop_oneof![findings, cases], readable).prop_map(with);
    prop::collection::vec(prop_oneof![12 => told, 1 => missing, 1 => unavailable, 1 => refused], 0..5)
}

/// A remark on a value that cannot be read, of any report.
fn remark() -> impl Strategy<Value = Remark> {
    let unknown = prop_oneof![
        (0..9).prop_map(|n| Unknown::Time(Some(format!("C.t{n}")))),
        (0..9).prop_map(|n| Unknown::Outcome { name: format!("C.t{n}"), seconds: 1.0 }),
        Just(Unknown::Outcomes),
        Just(Unknown::Unshown),
        Just(Unknown::Tests),
        Just(Unknown::Label("severity".to_owned())),
        Just(Unknown::Findings),
    ];
    unknown.prop_map(|unknown| Remark { told: "line 3: x=\"?\" is not a value".to_owned(), unknown: Some(unknown) })
}

fn gates() -> impl Strategy<Value = Vec<Gate>> {
    let severity = prop_oneof![3 => Just(Severity::Error), 1 => Just(Severity::Warn)];
    let gate = (prop::sample::select(&SANE[..]), severity, prop::bool::weighted(0.3));
    let gate = gate.prop_map(|(text, severity, mandatory)| Gate { mandatory, ..Gate::parse(text, severity).unwrap() });
    prop::collection::vec(gate, 0..4)
}

fn lost() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![2 => Just(vec![]), 1 => Just(vec!["a shard was lost.".to_owned()])]
}

fn run() -> impl Strategy<Value = Run> {
    let baseline = prop::option::of((records(), reports()));
    (records(), reports(), gates(), baseline, lost()).prop_map(|(records, reports, gates, then, lost)| {
        let baseline = then.map(|(records, reports)| {
            let metrics = Metrics::from_run(&records, RunFacts::default()).with_reports(&reports);
            baseline_of(&"before".into(), &gates, &metrics)
        });
        Run { records, reports, gates, baseline, lost }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A test that fails instead of passing never makes the verdict better.
    #[test]
    fn more_failures_never_improve_a_verdict(run in run(), at in any::<prop::sample::Index>()) {
        let mut worse = run.clone();
        if !worse.records.is_empty() {
            let at = at.index(worse.records.len());
            worse.records[at].status = Status::Failed;
        }
        prop_assert!(worse.verdict() >= run.verdict());
    }

    /// A further test that fails never makes the verdict better, except that there are tests that the gates are about.
    #[test]
    fn a_further_failing_test_never_improves_a_verdict(run in run(), further in record()) {
        prop_assume!(!run.records.is_empty() && !run.is_about_nothing());
        let mut worse = run.clone();
        worse.records.push(TestRecord { status: Status::Failed, ..further });
        prop_assert!(worse.verdict() >= run.verdict());
    }

    /// A further finding, or a further unit test that fails, never makes the verdict better.
    #[test]
    fn more_in_a_report_never_improves_a_verdict(run in run(), more in found(), case in case()) {
        let mut worse = run.clone();
        for report in &mut worse.reports {
            match &mut report.state {
                Reading::Read(Report::Vulnerabilities(findings)) => findings.push(more.clone()),
                Reading::Read(Report::Tests(cases)) => cases.push(Case { status: Status::Failed, ..case.clone() }),
                _ => {}
            }
        }
        prop_assert!(worse.verdict() >= run.verdict());
    }

    /// A report that is missing or cannot be read never makes a run pass.
    #[test]
    fn a_report_less_never_makes_a_run_pass(run in run(), at in any::<prop::sample::Index>(), how in 0..3) {
        let mut worse = run.clone();
        if !worse.reports.is_empty() {
            let at = at.index(worse.reports.len());
            match how {
                0 => worse.reports[at].state = Reading::Missing,
                1 => worse.reports[at].state = Reading::Refused("it is empty".to_owned()),
                // A kind of which nobody gives any.
                _ => {
                    let kind = worse.reports[at].kind;
                    worse.reports.retain(|report| report.kind != kind);
                }
            }
        }
        prop_assert!(run.verdict() == Verdict::Passed || worse.verdict() > Verdict::Passed);
    }

    /// A value that cannot be read never makes the verdict better, and no gate holds that needs it. Only a report that
    /// states tests without failures, and shows none of them, says more than one without a test.
    #[test]
    fn a_value_that_cannot_be_read_never_holds_a_gate(run in run(), at in any::<prop::sample::Index>(), remark in remark()) {
        prop_assume!(remark.unknown != Some(Unknown::Unshown) || !run.is_about_nothing());
        let mut worse = run.clone();
        if !worse.reports.is_empty() {
            let at = at.index(worse.reports.len());
            worse.reports[at].remarks.push(remark);
        }
        prop_assert!(worse.verdict() >= run.verdict() || run.verdict() == Verdict::Failed);
        prop_assert!(worse.verdict() > Verdict::Passed || run.verdict() == Verdict::Passed);
        let metrics = Metrics::from_run(&worse.records, RunFacts::default()).with_reports(&worse.reports);
        let unknown = metrics.unknown();
        for outcome in worse.outcomes().iter().filter(|outcome| unknown.contains(&outcome.metric)) {
            prop_assert!(matches!(outcome.state, State::Broken | State::NoValue), "{}", outcome.why);
        }
    }

    /// A gate more never makes the verdict better, and a package without its own is still judged by the platform's.
    #[test]
    fn a_mandatory_gate_never_improves_a_verdict(run in run(), asked in gates(), dropped in any::<bool>()) {
        let with = |gates: &[Gate]| Run { gates: with_mandatory(gates.to_vec(), asked.clone()), ..run.clone() };
        let worse = with(&run.gates);
        let own: Vec<Gate> = run.gates.iter().filter(|gate| !gate.mandatory).cloned().collect();
        let without = Run { gates: own.clone(), ..run.clone() }.verdict();
        prop_assert!(with(&own).verdict() >= without);
        let alone = with(&[]);
        prop_assert!(worse.verdict() >= alone.verdict());
        let asked_for = |run: &Run| run.outcomes().into_iter().filter(|outcome| outcome.mandatory).count();
        let package: &[Gate] = if dropped { &[] } else { &own };
        prop_assert_eq!(asked_for(&with(package)), asked.len());
    }

    /// Quarantine never makes a mandatory gate hold.
    #[test]
    fn quarantine_changes_no_mandatory_gate(run in run(), at in any::<prop::sample::Index>()) {
        let gates = run.gates.iter().filter(|gate| gate.metric.name != "tests.quarantined");
        let gates: Vec<Gate> = gates.map(|gate| Gate { mandatory: true, ..gate.clone() }).collect();
        let run = Run { gates, ..run };
        let mut quarantined = run.clone();
        if !quarantined.records.is_empty() {
            let at = at.index(quarantined.records.len());
            quarantined.records[at].quarantined ^= true;
        }
        prop_assert_eq!(run.outcomes(), quarantined.outcomes());
    }

    /// A further test that passes never turns a run that passed into another, if it stands on enough samples.
    #[test]
    fn a_further_passing_test_never_spoils_a_run(run in run(), further in record()) {
        let counted = |gate: &&Gate| gate.least.is_none() && gate.limit_is_fixed();
        let gates: Vec<Gate> = run.gates.iter().filter(counted).cloned().collect();
        let run = Run { gates, lost: vec![], ..run };
        let mut better = run.clone();
        better.records.push(TestRecord { status: Status::Passed, flaky: false, ..further });
        prop_assert!(better.verdict() <= run.verdict());
    }

    /// Neither the order of the tests nor that of the gates or reports makes a difference.
    #[test]
    fn order_makes_no_difference(run in run()) {
        let mut turned = run.clone();
        turned.records.reverse();
        turned.reports.reverse();
        turned.gates.reverse();
        let mut outcomes = turned.outcomes();
        outcomes.reverse();
        // Only which of two reports is named differs.
        let told = |outcomes: Vec<GateOutcome>| outcomes.into_iter().map(|o| (o.gate, o.value, o.limit, o.state, o.settled));
        prop_assert!(told(outcomes).eq(told(run.outcomes())));
        prop_assert_eq!(turned.verdict(), run.verdict());
    }

    /// Lost work never makes a run pass.
    #[test]
    fn a_run_with_lost_work_never_passes(run in run()) {
        let lost = vec!["a shard was lost.".to_owned()];
        let verdict = Run { lost, ..run }.verdict();
        prop_assert!(verdict > Verdict::Passed);
    }

    /// What is settled with results missing stays broken whatever the missing results are.
    #[test]
    fn a_settled_gate_stays_broken_whatever_comes(run in run(), more in records(), reports in reports()) {
        let mut all = run.clone();
        all.records.extend(more);
        all.reports.extend(reports);
        for (before, after) in run.outcomes().iter().zip(&all.outcomes()) {
            prop_assert!(!before.settled || after.state == State::Broken, "{} {}", before.why, after.why);
        }
    }

    /// A stop gate that fired fires for all results that come after it.
    #[test]
    fn a_stop_gate_that_fired_stays_fired(records in records(), more in records(), limit in 0..3) {
        let stop = [Gate::parse(&format!("tests.failed > {limit}"), Severity::Stop).unwrap()];
        let fired = first_stop(&stop, &Metrics::from_run(&records, RunFacts::default())).is_some();
        let all: Vec<TestRecord> = records.into_iter().chain(more).collect();
        let later = first_stop(&stop, &Metrics::from_run(&all, RunFacts::default())).is_some();
        prop_assert!(!fired || later);
    }

    /// A run that is compared with itself has nothing new and is no worse.
    #[test]
    fn a_run_is_no_worse_than_itself(run in run()) {
        let texts = ["tests.failed.new == 0", "tests.flaky.new == 0", "vulnerabilities.new == 0", "tests.failed <= baseline", "tests.pass_rate >= baseline"];
        let gates: Vec<Gate> = texts.iter().map(|text| gate(text)).collect();
        let metrics = Metrics::from_run(&run.records, RunFacts::default()).with_reports(&run.reports);
        let baseline = baseline_of(&"itself".into(), &gates, &metrics);
        for outcome in evaluate(&gates, &metrics, Some(&baseline)) {
            let refused = outcome.value.is_none();
            prop_assert!(refused || outcome.state != State::Broken, "{}", outcome.why);
        }
    }

    /// Any text is a gate or is refused at a column within it.
    #[test]
    fn any_text_is_a_gate_or_refused(text in "(tests|failed|\\{tag=|\\}|\\.|==|<|baseline|min|[0-9%$a-z \"ü*!,-]){0,20}") {
        if let Err(refusal) = Gate::parse(&text, Severity::Error) {
            prop_assert!(refusal.column <= text.chars().count());
        }
    }

    /// A gate reads the same as it is displayed.
    #[test]
    fn a_gate_is_read_from_what_it_displays(gate in any_gate()) {
        let shown = gate.to_string();
        let again = Gate::parse(&shown, gate.severity);
        prop_assert!(again.is_ok(), "{shown}");
        prop_assert_eq!(Gate { text: gate.text.clone(), ..again.unwrap() }, gate);
    }
}

/// Any gate, by its text.
fn any_gate() -> impl Strategy<Value = Gate> {
    let metric = prop::sample::select(
        &[
            ("tests", "failed", "7"),
            ("tests", "pass_rate", "99.25%"),
            ("vulnerabilities", "new", "3"),
            ("coverage", "line", "0.125%"),
            ("performance", "a.b-c.p95", "1m0.3ms"),
            ("performance", "data_sent.rate", "1.7KiB/s"),
            ("run", "cost", "$1.1"),
        ][..],
    );
    let value = "[ -!#-~äß]{1,12}".prop_filter("a value is not empty", |value| !value.trim().is_empty());
    let limit = (0..5, 0.001..9.0_f64);
    let parts = (metric, any::<bool>(), value, prop::sample::select(&["==", "!=", "<", ">="][..]), limit, 0..3);
    parts.prop_filter_map(
        "not every mixture is a gate",
        |((family, figure, number), equal, value, sign, limit, least)| {
            let label = match family {
                "tests" => "suite",
                "vulnerabilities" => "package",
                "coverage" => "file",
                _ => "",
            };
            let labels = if label.is_empty() {
                String::new()
            } else {
                format!("{{{label}{}\"{value}\"}}", if equal { "=" } else { "!=" })
            };
            let limit = match limit {
                (0, _) if figure != "new" => "baseline".to_owned(),
                (1, factor) if figure != "new" => format!("baseline * {factor}"),
                (2, factor) if figure != "new" => format!("baseline*{factor} - {number}"),
                _ => number.to_owned(),
            };
            let least = if least == 0 { String::new() } else { format!(" min {least}") };
            Gate::parse(&format!("{family}{labels}.{figure} {sign} {limit}{least}"), Severity::Error).ok()
        },
    )
}
