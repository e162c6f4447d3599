//! What subscribers get: each run once and in their form, what broke since when, and suites that became stale.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use domain::base::ids::{RunId, RunRef};
use domain::base::time::Time;
use domain::notify::staleness::{CLAIM, Scheduled};
use domain::run::status::Status;
use local::cloud::LocalCloud;
use serde_json::{Value, json};
use tests::{Fault, Inbox, Notice, Suite, begin_as, end, invoke, ledger, passing, until, with_cloud};

const FAILING: &str = "*** Test Cases ***\nGood\n    No Operation\nBad\n    Should Be Equal    1    2\n";
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a suite on the branch main under this id and waits for its message.
async fn told(cloud: &LocalCloud, inbox: &Inbox, suite: &Suite, id: &str) -> Notice {
    let started = begin_as(cloud, suite, id, json!({"labels": {"branch": "main"}})).await;
    end(cloud, started).await;
    first(inbox, id).await
}

async fn first(inbox: &Inbox, part: &str) -> Notice {
    until(PATIENCE, part, async || inbox.with(&format!("\"id\":\"{part}\"")).pop()).await
}

#[test]
fn subscribers_are_told_what_broke_since_when_each_in_its_form() {
    with_cloud(async |cloud| {
        let machine = Inbox::subscribe(cloud, "http", None);
        let chat = Inbox::subscribe(cloud, "https", None);
        let changes = Inbox::subscribe(cloud, "http", Some(&json!({"suite": ["told"], "changed": ["true"]})));
        let bad = Suite::new("told", "", &[("a.robot".into(), FAILING.into())]);
        let good = Suite::new("told", "", &passing(1));
        let mut seen = Vec::new();
        for (id, suite) in [("told-1", &good), ("told-2", &bad), ("told-3", &bad), ("told-4", &good)] {
            let notice = told(cloud, &machine, suite, id).await;
            let form = notice.json();
            for name in ["suite", "branch", "verdict", "severity", "kind"] {
                assert_eq!(form[name], notice.attribute(name), "{name}");
            }
            let told = [form["trend"]["kind"].as_str().unwrap(), notice.attribute("changed"), notice.subject()];
            seen.push(told.join(" | "));
        }
        insta::assert_snapshot!(seen.join("\n"), @"
        steady | true | QAOps: told passed on main: 2 tests passed
        first_failure | true | QAOps: told broke on main: 1 of 2 tests failed
        still_failing | false | QAOps: told still fails on main, run 2 in a row: 1 of 2 tests failed
        fixed | true | QAOps: told is fixed on main: 2 tests passed
        ");
        let thread =
            |id: &str| chat.with(&format!("\"id\":\"{id}\"")).pop().unwrap().json()["metadata"]["threadId"].clone();
        first(&chat, "told-4").await;
        assert_eq!([thread("told-2"), thread("told-3"), thread("told-4")], ["told/main/told-2"; 3].map(Value::from));
        let changed: Vec<Value> = changes.with("").iter().map(|notice| notice.json()["id"].clone()).collect();
        assert_eq!(changed, ["told-1", "told-2", "told-4"]);
        report_opens(&machine.with("told-4").pop().unwrap().json());
    });
}

/// The link in a message brings the report to a browser that knows no credentials.
fn report_opens(form: &Value) {
    let address = form["links"]["report"].as_str().unwrap();
    assert!(address.contains("X-Amz-Signature=") && address.contains("X-Amz-Expires=43200"), "{address}");
    let mut answer = ureq::get(address).call().unwrap();
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let report = answer.body_mut().read_to_string().unwrap();
    assert!(report.contains("</html>") && report.contains("told-4"), "{report}");
}

#[test]
fn a_run_is_told_once_unless_its_teller_dies_right_after_publishing() {
    with_cloud(async |cloud| {
        let inbox = Inbox::subscribe(cloud, "http", Some(&json!({"suite": ["once"]})));
        let suite = Suite::new("once", "", &passing(1));
        let mut runs = Vec::new();
        for call in 1..=5 {
            let id = RunId::from(format!("once-{call}"));
            let fault = Fault::kill_after_call("notify", call, &id);
            fault.arm(cloud);
            runs.push((fault, begin_as(cloud, &suite, &id, json!({})).await));
        }
        let mut copies = Vec::new();
        for (fault, started) in runs {
            let run = end(cloud, started).await;
            assert_eq!((run.execution.word.as_str(), fault.struck(cloud)), ("SUCCEEDED", 1), "{}", run.id);
            assert_eq!(invoke(cloud, "notify", &json!({"run": run.id, "request": {}})), json!({"published": false}));
            first(&inbox, &run.id).await;
            copies.push(inbox.with(&format!("\"id\":\"{}\"", run.id)).len());
        }
        // Of its five calls the fourth publishes: whether it was sent, the verdict, the history, SNS, that it was sent.
        assert_eq!(copies, [1, 1, 1, 2, 1]);
    });
}

fn now() -> Time {
    jiff::Timestamp::now().into()
}

const NIGHT: u64 = 26 * 3600;

/// Notes a verdict of a scheduled run so many seconds ago.
async fn heard(cloud: &LocalCloud, suite: &str, ago: i64) {
    let run = RunRef { run: format!("{suite}-{ago}").into(), started: now() - ago };
    ledger(cloud).heard_of(suite, &run, Status::Passed, now() - ago, NIGHT).await.unwrap();
}

async fn known(cloud: &LocalCloud, suite: &str) -> Scheduled {
    let all = ledger(cloud).all_scheduled().await.unwrap();
    all.into_iter().find(|known| known.suite == suite).unwrap()
}

/// Longer than two of the local cloud's sweeps, which are five seconds apart.
const TWO_SWEEPS: Duration = Duration::from_secs(14);

#[test]
fn a_stale_suite_is_told_once_and_so_is_its_return() {
    with_cloud(async |cloud| {
        let inbox = Inbox::subscribe(cloud, "http", Some(&json!({"kind": ["stale", "back"], "suite": ["quiet"]})));
        let loud = Inbox::subscribe(cloud, "http", Some(&json!({"kind": ["stale", "back"], "suite": ["loud"]})));
        heard(cloud, "loud", 25 * 3600).await;
        heard(cloud, "quiet", 27 * 3600).await;
        until(PATIENCE, "the staleness is reported", async || inbox.with("").pop()).await;
        tokio::time::sleep(TWO_SWEEPS).await;
        heard(cloud, "quiet", 10).await;
        heard(cloud, "quiet", 3600).await;
        until(PATIENCE, "the return is told", async || inbox.with("\"kind\":\"back\"").pop()).await;
        tokio::time::sleep(TWO_SWEEPS).await;
        let subjects: Vec<String> = inbox.with("").iter().map(|notice| notice.subject().to_owned()).collect();
        assert_eq!(subjects, ["QAOps: quiet is stale: no verdict for 26h", "QAOps: quiet is back: passed"]);
        assert!(loud.with("").is_empty(), "{:?}", loud.with(""));
    });
}

#[test]
fn a_sweep_that_dies_before_it_reported_a_stale_suite_leaves_that_to_a_later_one() {
    with_cloud(async |cloud| {
        let filter = json!({"kind": ["stale"], "suite": ["abandoned", "claimed"]});
        let inbox = Inbox::subscribe(cloud, "http", Some(&filter));
        let ledger = ledger(cloud);
        for (suite, ago) in [("abandoned", CLAIM + 1), ("claimed", 0)] {
            let since = now() - 27 * 3600;
            // It is stale only once the claim is made, so that no sweep comes first.
            ledger.watch(suite, since, Some(10 * NIGHT)).await.unwrap();
            let known = known(cloud, suite).await;
            assert!(ledger.claim_news(&known, now() - ago).await.unwrap(), "{suite}");
            assert!(ago > CLAIM || !ledger.claim_news(&known, now()).await.unwrap(), "{suite}");
            ledger.watch(suite, since, Some(NIGHT)).await.unwrap();
        }
        until(PATIENCE, "a later sweep tells", async || inbox.with("abandoned").pop()).await;
        tokio::time::sleep(TWO_SWEEPS).await;
        assert_eq!((inbox.with("abandoned").len(), inbox.with("claimed").len()), (1, 0));
    });
}
