use std::sync::LazyLock;

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::base::ids::RunRef;
use crate::base::time::Time;
use crate::evaluation::evaluate::FailedTest;
use crate::notify::staleness::{News, Scheduled};
use crate::results::classes::Class;
use crate::results::outcome::TestId;

const TOLD: &str = "2025-11-22T02:00:00Z";

/// What keeps the forms for machines and for chats from their schemas.
fn flaws(message: &Message) -> Vec<String> {
    static SCHEMAS: LazyLock<[Validator; 2]> = LazyLock::new(|| {
        [include_str!("../../../schemas/message.schema.json"), include_str!("../../../schemas/chat.schema.json")]
            .map(|schema| jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap())
    });
    let forms = SCHEMAS.iter().zip([&message.data, &message.chat]);
    forms
        .flat_map(|(schema, form)| schema.iter_errors(form))
        .map(|flaw| format!("{flaw} at {}", flaw.instance_path()))
        .collect()
}

fn started(day: i64) -> Time {
    let first: jiff::Timestamp = TOLD.parse().unwrap();
    Time::from(first) + day * 24 * 3600
}

fn at(day: i64) -> RunRef {
    RunRef { run: format!("nightly-{}", 22 + day).into(), started: started(day) }
}

/// Runs of the nights before, the newest last, by the first letters of how they ended.
fn past(letters: &str) -> Vec<PastRun> {
    let nights = letters.chars().rev().enumerate();
    let runs = nights.map(|(before, letter)| {
        let (day, counts) = (-1 - before as i64, json!({"passed": 1, "failed": 0, "skipped": 0}));
        let status = match letter {
            'p' => "passed",
            'f' => "failed",
            'i' => "inconclusive",
            _ => "error",
        };
        serde_json::from_value(json!({"id": at(day).run, "suite": "checkout", "status": status, "counts": counts,
            "started": started(day), "seconds": 60, "labels": {"branch": "main"}}))
    });
    runs.collect::<Result<_, _>>().unwrap()
}

fn gate(severity: &str, state: &str, gate: &str, why: &str) -> serde_json::Value {
    json!({"gate": gate, "severity": severity, "state": state, "metric": "m", "value": {"raw": 1.0, "text": "1"},
           "threshold": "0", "settled": false, "why": why})
}

fn evaluation(verdict: &str) -> Evaluation {
    let counts = match verdict {
        "failed" => json!({"total": 120, "passed": 117, "failed": 2, "skipped": 1, "flaky": 1}),
        _ => json!({"total": 120, "passed": 119, "failed": 0, "skipped": 1, "flaky": 0}),
    };
    let evaluation = json!({
        "run": at(0).run, "suite": "checkout", "verdict": verdict, "reasons": [], "tests": counts, "gates": [],
        "shards": {"planned": 12, "done": 12, "lost": 0}, "environments": 4, "seconds": 754.3, "metrics": {},
        "failed": [], "flaky": [], "labels": {"branch": "main", "commit": "1a2b3c4", "trigger": "schedule"},
    });
    serde_json::from_value(evaluation).unwrap()
}

fn named(name: &str) -> TestId {
    TestId { name: name.to_owned(), ..TestId::default() }
}

fn failed_test(name: &str, message: &str) -> FailedTest {
    serde_json::from_value(json!({"name": name, "message": message, "class": "product",
                                "attempts": 1, "quarantined": false}))
    .unwrap()
}

fn failed() -> Evaluation {
    let mut evaluation = evaluation("failed");
    evaluation.reasons = vec![
        "tests.failed is 2, but it must be 0.".into(),
        "coverage.line is 71.2%, but it must be at least 80%.".into(),
    ];
    let gates = json!([
        gate("error", "broken", "tests.failed == 0", &evaluation.reasons[0]),
        gate("error", "broken", "coverage.line >= 80%", &evaluation.reasons[1]),
        gate("error", "held", "tests.total > 0", "tests.total is 120, and it must be above 0."),
        gate("warn", "broken", "run.duration <= 10m", "run.duration is 12m34s, but it must be at most 10m."),
    ]);
    evaluation.gates = serde_json::from_value(gates).unwrap();
    let payment = "Checkout.Payment.A Card That The Bank Refuses Is Named To The Customer";
    let basket = "Element 'id:sum' not visible after 5 seconds.\n\nAlso teardown failed:\nBrowser is gone";
    evaluation.failed = vec![failed_test(payment, "1 != 2"), failed_test("Checkout.Basket.The Sum Is Right", basket)];
    evaluation.flaky = vec![named("Checkout.Basket.Two Windows")];
    evaluation
}

fn links() -> Links {
    let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:qaops-run";
    let mut links = Links::new(machine, "qaops-artifacts", &at(0).run);
    let address = "https://qaops-artifacts.s3.eu-west-1.amazonaws.com/runs/nightly-22/report.html?X-Amz-Signature=0a1b";
    links.report = Some(Report { address: address.to_owned(), seconds: Some(43_200) });
    links
}

fn told(ending: Ending<'_>, past: &[PastRun]) -> Message {
    let labels = ending.evaluation().map_or_else(
        || BTreeMap::from([(BRANCH.to_owned(), "main".to_owned())]),
        |evaluation| evaluation.labels.clone(),
    );
    let mut links = links();
    if ending.evaluation().is_none() {
        links.report = None;
    }
    let facts = Facts { run: &at(0), suite: "checkout", labels: &labels, ending, past, links: &links };
    let message = compose(&facts);
    assert_eq!(flaws(&message), Vec::<String>::new());
    message
}

fn of(evaluation: &Evaluation, letters: &str) -> Message {
    told(Ending::Evaluation(evaluation), &past(letters))
}

/// A mail as its reader sees it.
fn mail(message: &Message) -> String {
    for line in message.text.lines().filter(|line| !line.contains("https://")) {
        assert!(line.chars().count() <= text::WIDTH, "{line}");
    }
    format!("Subject: {}\n\n{}", message.subject, message.text)
}

#[test]
fn a_first_failure_says_that_it_is_one() {
    insta::assert_snapshot!(mail(&of(&failed(), "fpp")));
}

#[test]
fn a_failure_that_lasts_says_since_when() {
    let mut evaluation = failed();
    let first = |run: RunRef| Some(RunRef { run: run.run, started: run.started });
    evaluation.failed[0].since = first(at(0));
    evaluation.failed[1].since = first(at(-3));
    evaluation.failed[1].class = Class::Environment;
    evaluation.failed.push(FailedTest { quarantined: true, since: first(at(-9)), ..failed_test("Checkout.Old", "") });
    evaluation.remarks =
        vec!["The quarantine of Checkout.Basket.* is over since 2025-11-20, and its tests fail.".into()];
    let message = of(&evaluation, "pfff");
    insta::assert_snapshot!(mail(&message));
    insta::assert_json_snapshot!(message.data["failed"]);
}

#[test]
fn a_run_that_mends_a_row_of_failures_says_so() {
    insta::assert_snapshot!(mail(&of(&evaluation("passed"), "pfef")));
}

#[test]
fn a_run_that_passes_like_the_one_before_is_short() {
    insta::assert_snapshot!(mail(&of(&evaluation("passed"), "p")));
}

#[test]
fn a_run_that_passes_with_warnings_shows_them() {
    let mut evaluation = evaluation("passed");
    let why = "run.duration is 12m34s, but it must be at most 10m.";
    evaluation.gates = serde_json::from_value(json!([gate("warn", "broken", "run.duration <= 10m", why)])).unwrap();
    let message = of(&evaluation, "p");
    assert_eq!((message.attributes["severity"].as_str(), message.attributes["changed"].as_str()), ("warn", "false"));
    insta::assert_snapshot!(mail(&message));
}

#[test]
fn a_run_that_lost_work_says_that_nobody_can_tell() {
    let mut evaluation = evaluation("inconclusive");
    evaluation.shards.lost = 2;
    evaluation.shards.done = 10;
    evaluation.reasons = vec![
        "Shard 0003 with 4 files is lost. The instance i-0123456789abcdef0 is gone.".into(),
        "Shard 0007 with 1 file is lost. Nothing took it.".into(),
    ];
    insta::assert_snapshot!(mail(&of(&evaluation, "pi")));
}

#[test]
fn a_run_that_ended_by_an_error_shows_the_place_of_the_mistake() {
    let cause = "qaops.toml: gates.error[1]: there is no metric \"covrage.line\"\n    covrage.line >= 80%\n    ^\nwrite coverage.line";
    let failure = Failure { error: "Plan.BadPackage".into(), cause: cause.into() };
    let message = told(Ending::Error(&failure), &past("p"));
    insta::assert_snapshot!(mail(&message));
    insta::assert_json_snapshot!(message.data);
}

#[test]
fn a_suite_that_became_stale_and_came_back_is_told() {
    let heard = Some(started(-2) + 3600);
    let stale = Scheduled {
        suite: "checkout".into(),
        heard,
        run: Some(at(-2)),
        verdict: Some(Status::Passed),
        stale_after: 26 * 3600,
        told: None,
    };
    let back = Scheduled { heard: Some(started(0)), run: Some(at(0)), told: heard, ..stale.clone() };
    let never = Scheduled { run: None, verdict: None, ..stale.clone() };
    let stale_from_the_start = staleness(&never, News::Stale(started(-2)));
    let messages =
        [staleness(&stale, News::Stale(started(-2) + 3600)), stale_from_the_start, staleness(&back, News::Back)];
    for message in &messages {
        assert_eq!(flaws(message), Vec::<String>::new());
    }
    insta::assert_snapshot!(messages.each_ref().map(mail).join("\n-----\n"));
    insta::assert_json_snapshot!(messages.map(|message| message.data));
}

#[test]
fn machines_and_chats_get_their_forms() {
    let message = of(&failed(), "pff");
    insta::assert_json_snapshot!(message.data);
    insta::assert_json_snapshot!(message.chat);
    let attributes: Vec<String> = message.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = ["branch=main", "changed=false", "kind=run", "severity=error", "suite=checkout", "verdict=failed"];
    assert_eq!(attributes, expected);
    for (name, value) in &message.attributes {
        let body = &message.data[name];
        assert_eq!(body.as_str().map_or_else(|| body.to_string(), str::to_owned), *value, "{name}");
    }
    let forms = message.forms();
    assert_eq!(forms.keys().collect::<Vec<_>>(), ["default", "email", "https", "sms"]);
}

#[test]
fn the_messages_of_a_row_of_failures_share_a_thread() {
    let thread = |message: &Message| message.chat["metadata"]["threadId"].as_str().unwrap().to_owned();
    assert_eq!(thread(&of(&failed(), "pff")), thread(&of(&evaluation("passed"), "pff")));
    assert_eq!(thread(&of(&failed(), "pff")), "checkout/main/nightly-20");
    assert_ne!(thread(&of(&failed(), "pp")), thread(&of(&failed(), "pf")));
}

#[test]
fn every_kind_of_message_has_a_subject_of_its_own() {
    let cases =
        [(failed(), ""), (failed(), "p"), (failed(), "pf"), (evaluation("passed"), "f"), (evaluation("passed"), "p")];
    let mut subjects: Vec<String> = cases.iter().map(|(evaluation, letters)| of(evaluation, letters).subject).collect();
    let mut long = failed();
    long.labels.insert(BRANCH.into(), "feature/äöü-".repeat(20));
    subjects.push(of(&long, "").subject);
    let mut gate_only = failed();
    (gate_only.failed, gate_only.reasons) = (Vec::new(), vec![gate_only.reasons[1].clone()]);
    subjects.push(of(&gate_only, "p").subject);
    insta::assert_snapshot!(subjects.join("\n"));
}

#[test]
fn a_chat_is_called_by_nobodys_test() {
    let mut evaluation = failed();
    evaluation.failed[0].id.name = "<!channel> @here *x* `y` <http://evil|ok> [a](b)".into();
    let chat = of(&evaluation, "p").chat.to_string();
    for sign in ["<", ">", "@here", "*", "[a]"] {
        assert!(!chat.contains(sign), "{sign} in {chat}");
    }
}

#[test]
fn the_largest_run_fits_into_a_message() {
    let mut evaluation = failed();
    let long = "😀\"\\".repeat(300);
    evaluation.failed = (0..10_000).map(|n| failed_test(&format!("{n}{long}"), &long)).collect();
    evaluation.reasons = vec![long.clone(); 500];
    evaluation.flaky = vec![named(&long); 500];
    evaluation.labels = (0..50).map(|n| (format!("label{n}"), long.clone())).collect();
    let message = of(&evaluation, "p");
    assert!(message.size() <= LARGEST, "{}", message.size());
    assert!(message.data["left_out"]["failed"].as_u64().unwrap() >= 9_950);
    assert!(message.text.lines().count() < 120, "{}", message.text);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_a_run_holds_its_message_keeps_the_schemas_and_the_limits(
        texts in proptest::collection::vec(any::<String>(), 6), letters in "[pfie]{0,8}", many in 0_usize..200,
        verdict in prop::sample::select(vec!["passed", "failed", "inconclusive"]),
    ) {
        let mut evaluation = evaluation(verdict);
        evaluation.reasons = vec![texts[0].clone(); many];
        evaluation.failed = vec![failed_test(&texts[1], &texts[2]); many];
        evaluation.labels.insert(BRANCH.into(), texts[3].clone());
        let failure = Failure { error: texts[4].clone(), cause: texts[5].clone() };
        for ending in [Ending::Evaluation(&evaluation), Ending::Error(&failure)] {
            let facts = Facts { run: &at(0), suite: &texts[0], labels: &evaluation.labels, ending, past: &past(&letters), links: &links() };
            let message = compose(&facts);
            prop_assert_eq!(flaws(&message), Vec::<String>::new());
            prop_assert!(message.size() <= LARGEST);
            prop_assert!(message.attributes.values().all(|value| !value.is_empty()));
            for line in message.text.lines().filter(|line| !line.contains("://")) {
                let longest_word = line.split_whitespace().map(textwrap::core::display_width).max().unwrap_or(0);
                prop_assert!(textwrap::core::display_width(line) <= text::WIDTH.max(longest_word), "{line}");
            }
        }
    }
}
