//! What DynamoDB refuses and S3 breaks off: no run passes unless everything ran.

use domain::quality::gates::Verdict;
use local::cloud::LocalCloud;
use qaops::run::Started;
use serde_json::json;
use tests::{Fault, Finished, Suite, begin_as, end, passing, with_cloud};

/// Starts a run of three files, under the id `id`, with faults that strike it.
async fn start(cloud: &LocalCloud, id: &str, faults: &[Fault]) -> Started {
    faults.iter().for_each(|fault| fault.arm(cloud));
    let suite = Suite::new("refusals", "", &passing(3));
    begin_as(cloud, &suite, id, json!({"environments": 2})).await
}

/// Waits for a run, which every fault must have struck.
async fn ended(cloud: &LocalCloud, started: Started, faults: &[Fault]) -> Finished {
    let run = end(cloud, started).await;
    for fault in faults {
        assert!(fault.struck(cloud) > 0, "{}: {fault:?} never struck", run.id);
    }
    run
}

async fn run(cloud: &LocalCloud, id: &str, faults: &[Fault]) -> Finished {
    let started = start(cloud, id, faults).await;
    ended(cloud, started, faults).await
}

fn passed(run: &Finished) {
    assert_eq!(run.evaluation().verdict, Verdict::Passed, "{}: {:?}", run.id, run.evaluation().reasons);
    assert_eq!(run.counts(), [6, 6, 0, 0, 0], "{}", run.id);
}

/// The transactions of a run, by what stands in each: those of `plan`, and the one of `collect`.
const TRANSACTIONS: [&str; 3] = ["SHARD#0001", "QUEUE", "counts.passed"];

#[test]
fn a_transaction_that_is_cancelled_for_a_passing_reason_is_made_again() {
    with_cloud(async |cloud| {
        for reason in ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"] {
            let id = format!("cancelled-{reason}");
            let faults = TRANSACTIONS.map(|what| Fault::cancelled_transaction(reason, &[&id, what], 2));
            passed(&run(cloud, &id, &faults).await);
        }
    });
}

#[test]
fn a_transaction_that_is_never_made_never_leads_to_a_pass() {
    with_cloud(async |cloud| {
        let reasons = ["TransactionConflict", "ThrottlingError", "ValidationError", "ItemCollectionSizeLimitExceeded"];
        let mut runs = Vec::new();
        for reason in reasons {
            let id = format!("never-{reason}");
            let faults = [Fault::cancelled_transaction(reason, &[&id, "SHARD#0001"], 1_000)];
            runs.push((reason, start(cloud, &id, &faults).await, faults));
        }
        for (number, (reason, started, faults)) in runs.into_iter().enumerate() {
            let run = ended(cloud, started, &faults).await;
            let name = if number < 2 { "Plan.Unavailable" } else { "Plan.Refused" };
            assert_eq!((run.error(), run.evaluation.is_none()), (name, true), "{reason}");
        }
    });
}

#[test]
fn a_write_that_meets_a_transaction_is_made_again() {
    with_cloud(async |cloud| {
        let id = "conflicts";
        let writes = ["SHARD#0001", "QUEUE", "ENV#"];
        let faults =
            writes.map(|what| Fault::refused_write("TransactionConflictException", &["UpdateItem", id, what], 3));
        passed(&run(cloud, id, &faults).await);
    });
}

#[test]
fn a_body_that_breaks_off_is_read_again() {
    with_cloud(async |cloud| {
        // What `plan`, `collect`, `evaluate` and the runner read of a run, and the package, which has no run in its path.
        let id = "cut-bodies";
        let read = ["plan.json", "/orders/", "output.xml", "/shards/", "evidence.json"];
        let mut faults: Vec<Fault> = read.iter().map(|what| Fault::cut_body(&["GetObject", id, what], 2)).collect();
        faults.push(Fault::cut_body(&["suites/refusals.zip"], 2));
        let run = run(cloud, id, &faults).await;
        passed(&run);
        assert!(run.shards.iter().all(|shard| shard.losses.is_empty()), "no instance is lost by it");
    });
}

#[test]
fn whoever_reads_a_body_that_breaks_off_reads_it_again() {
    with_cloud(async |cloud| {
        let id = "cut-for-each";
        let package = "suites/refusals.zip";
        let faults = [
            Fault::cut_body(&[package, "qaops-plan"], 2),
            Fault::cut_body(&[package, "qaops-instance"], 2),
            Fault::cut_body(&[id, "output.xml", "qaops-collect"], 2),
            Fault::cut_body(&[id, "output.xml", "qaops-evaluate"], 2),
            Fault::cut_body(&[id, "verdict.json", "qaops-record"], 2),
            Fault::cut_body(&[id, "verdict.json", "qaops-notify"], 2),
        ];
        let run = run(cloud, id, &faults).await;
        passed(&run);
        assert!(run.shards.iter().all(|shard| shard.losses.is_empty()), "no instance is lost by it");
    });
}

#[test]
fn a_conditional_write_that_meets_another_one_is_made_again() {
    with_cloud(async |cloud| {
        let id = "conditional";
        let writes = ["plan.json", "evidence.json"];
        let faults = writes.map(|what| Fault::s3_error("ConditionalRequestConflict", &["PutObject", id, what], 2));
        passed(&run(cloud, id, &faults).await);
    });
}

#[test]
fn writes_whose_answers_are_lost_change_nothing() {
    with_cloud(async |cloud| {
        let id = "lost-answers";
        let writes = [
            ["TransactWriteItems", "SHARD#0001"],
            ["UpdateItem", "QUEUE"],
            ["TransactWriteItems", "counts.passed"],
            ["PutObject", "plan.json"],
            ["PutObject", "/shards/"],
        ];
        let faults = writes.map(|[operation, what]| Fault::lost_answer(&[operation, id, what], 1));
        passed(&run(cloud, id, &faults).await);
    });
}
