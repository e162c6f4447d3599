//! What makes a run fail, end to end: the examples below `tests/suites/failing`, and what only several runs tell.

use domain::base::ids::RunId;
use domain::evaluation::evaluate::Evaluation;
use domain::quality::gates::{State, Verdict};
use local::cloud::LocalCloud;
use serde_json::json;
use tests::{Fault, Finished, Suite, begin, begin_as, end, passing, put_elsewhere, run, with_cloud};

/// Each example: its folder, how its run ends, and what one of the reasons says.
const EXAMPLES: [(&str, Verdict, &str); 11] = [
    ("test", Verdict::Failed, "tests.failed is 1"),
    ("coverage", Verdict::Failed, "coverage.line is 62.5%"),
    ("vulnerability", Verdict::Failed, "vulnerabilities{severity=high} is 1"),
    ("performance", Verdict::Failed, "performance.GET__report.p95 is "),
    ("missing-report", Verdict::Inconclusive, "coverage.xml"),
    (
        "damaged-report",
        Verdict::Inconclusive,
        "coverage.line has no value, because the coverage report 0001-1 cannot be read",
    ),
    ("flaky", Verdict::Failed, "tests.flaky is 1"),
    ("quarantine", Verdict::Failed, "tests.failed is 1"),
    ("lost", Verdict::Inconclusive, "Shard 0001 with the file crash.robot is lost. Its output.xml is incomplete"),
    ("hook", Verdict::Inconclusive, "the database of the shop does not answer"),
    ("stop", Verdict::Failed, "so the run was stopped"),
];

#[test]
fn each_example_fails_in_its_own_way() {
    with_cloud(async |cloud| {
        for few in EXAMPLES.chunks(4) {
            let mut started = Vec::new();
            for (name, ..) in few {
                let suite = Suite::example(&format!("failing/{name}"));
                started.push(begin(cloud, &suite, json!({})).await);
            }
            for ((name, verdict, why), started) in few.iter().zip(started) {
                let run = end(cloud, started).await;
                let evaluation = run.evaluation();
                assert_eq!(evaluation.verdict, *verdict, "{name}: {:?}", evaluation.reasons);
                assert!(
                    evaluation.reasons.iter().any(|reason| reason.contains(why)),
                    "{name}: {:?}",
                    evaluation.reasons
                );
                let error = if *verdict == Verdict::Failed { "QAOps.GateFailed" } else { "QAOps.Inconclusive" };
                assert_eq!(run.error(), error, "{name}");
            }
        }
    });
}

#[test]
fn every_example_is_listed() {
    let folder = std::fs::read_dir(Suite::example("failing").path()).unwrap();
    let mut there: Vec<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut listed: Vec<&str> = EXAMPLES.iter().map(|(name, ..)| *name).collect();
    there.sort();
    listed.sort_unstable();
    assert_eq!(there, listed);
}

#[test]
fn the_shop_measures_its_coverage_its_speed_and_its_safety() {
    with_cloud(async |cloud| {
        let run = run(cloud, &Suite::example("shop"), json!({})).await;
        let evaluation = run.evaluation();
        assert_eq!(evaluation.verdict, Verdict::Passed, "{:?}", evaluation.reasons);
        for (metric, least) in [("coverage.line", 85.0), ("performance.total.count", 300.0), ("vulnerabilities", 0.0)] {
            assert!(evaluation.left.metrics[metric] >= least, "{metric}: {:?}", evaluation.left.metrics);
        }
        let measured = ["coverage", "performance", "vulnerabilities"];
        for kind in measured {
            let mut gates = evaluation.gates.iter().filter(|gate| gate.metric.starts_with(kind));
            assert!(gates.any(|gate| gate.state == State::Held), "{kind}: {:?}", evaluation.gates);
        }
    });
}

/// A suite of three files; those named fail, each with this message.
fn regressing(config: &str, failing: &[&str], message: &str) -> Suite {
    let file = |name: &&str| {
        let step = if failing.contains(name) { format!("Fail    {message}") } else { "No Operation".to_owned() };
        (format!("{name}.robot"), format!("*** Test Cases ***\n{name}\n    {step}\n"))
    };
    Suite::new("regressing", config, &["cart", "login", "refund"].iter().map(file).collect::<Vec<_>>())
}

async fn evaluation(cloud: &LocalCloud, suite: &str, config: &str, failing: &[&str]) -> Evaluation {
    let config = format!("suite = \"{suite}\"\n{config}");
    let labels = json!({"labels": {"branch": "main"}});
    let Finished { evaluation, execution, .. } = run(cloud, &regressing(&config, failing, "500"), labels).await;
    evaluation.unwrap_or_else(|| panic!("{execution:?}"))
}

#[test]
fn a_failure_that_the_last_accepted_run_had_is_not_new() {
    with_cloud(async |cloud| {
        let config = "[gates]\nerror = [\"tests.failed.new == 0\"]\nwarn = [\"tests.pass_rate >= baseline\"]\n";
        let first = evaluation(cloud, "known", config, &["login"]).await;
        assert_eq!((first.verdict, first.gates[0].state), (Verdict::Passed, State::NoBaseline));
        let same = evaluation(cloud, "known", config, &["login"]).await;
        assert_eq!((same.verdict, same.gates[0].state), (Verdict::Passed, State::Held));
        assert_eq!(same.baseline.unwrap().run, first.run);
        assert_eq!(same.failed[0].since.as_ref().unwrap().run, first.run);
        let more = evaluation(cloud, "known", config, &["login", "cart"]).await;
        assert_eq!((more.verdict, more.gates[0].state), (Verdict::Failed, State::Broken));
        assert_eq!(more.gates[0].value.as_ref().unwrap().text, "1");
        assert_eq!(more.baseline.unwrap().run, same.run);
        let still = evaluation(cloud, "known", config, &["login", "cart"]).await;
        assert_eq!(still.baseline.unwrap().run, same.run, "a run that failed is no baseline");
    });
}

#[test]
fn a_test_in_quarantine_fails_and_fails_no_gate() {
    with_cloud(async |cloud| {
        let why = "owner = \"payments\"\nreason = \"the bank is down\"\nuntil = 2199-12-31\n";
        let config = format!("[quarantine.\"*.refund\"]\n{why}");
        let excused = evaluation(cloud, "excused", &config, &["refund"]).await;
        assert_eq!((excused.verdict, excused.tests.failed), (Verdict::Passed, 1), "{:?}", excused.reasons);
        assert_eq!(excused.quarantined[0].id.name, "Excused.Refund.refund");
        assert!(excused.failed[0].quarantined);
        let both = evaluation(cloud, "excused", &config, &["refund", "login"]).await;
        assert_eq!((both.verdict, both.tests.failed), (Verdict::Failed, 2));
        assert!(both.reasons[0].contains("tests.failed is 1"), "{:?}", both.reasons);
    });
}

#[test]
fn only_a_failure_of_the_environment_is_tried_again_unasked() {
    with_cloud(async |cloud| {
        // What the first test leaves makes the second fail; in a rerun the second is alone.
        let file = |message: &str| {
            format!(
                "*** Test Cases ***\nLeaves\n    Set Suite Variable    ${{LEFT}}    yes\nMinds\n    \
                 ${{left}} =    Get Variable Value    ${{LEFT}}\n    IF    $left    Fail    {message}\n"
            )
        };
        let suite = |name, message| Suite::new(name, "", &[("a.robot".into(), file(message))]);
        let disk = suite("disk", "OSError: [Errno 28] No space left on device");
        let environment = run(cloud, &disk, json!({})).await;
        assert_eq!(environment.counts(), [2, 2, 0, 0, 1], "{:?}", environment.evaluation().reasons);
        let product = run(cloud, &suite("product", "expected 42 but was 41"), json!({})).await;
        assert_eq!(product.counts(), [2, 1, 1, 0, 0]);
    });
}

/// The input of `infra/terraform/examples/codepipeline`: package and report lie in the pipeline's own bucket.
#[test]
fn a_pipeline_brings_its_package_and_its_coverage_from_its_own_bucket() {
    let coverage = "<coverage line-rate=\"0.5\"><packages><package name=\"shop\"><classes><class name=\"a\" filename=\"a.py\">\
                    <lines><line number=\"1\" hits=\"1\"/><line number=\"2\" hits=\"0\"/></lines></class></classes></package></packages></coverage>";
    let config = "suite = \"gate\"\n[gates]\nerror = [\"tests.failed == 0\", \"coverage.line >= 80%\"]\n";
    with_cloud(async |cloud| {
        let suite = Suite::new("gate", config, &tests::passing(1));
        let scratch = tempfile::tempdir().unwrap();
        let package = qaops::package::Package::open(suite.path(), scratch.path()).unwrap();
        put_elsewhere(cloud, "qaops-pipeline", "gate/1/suites.zip", &std::fs::read(package.path()).unwrap());
        put_elsewhere(cloud, "qaops-pipeline", "gate/1/coverage.xml", coverage.as_bytes());
        let input = json!({
            "package": "s3://qaops-pipeline/gate/1/suites.zip",
            "reports": {"coverage": "s3://qaops-pipeline/gate/1/coverage.xml"},
            "labels": {"branch": "main", "commit": "1a2b3c4"},
        });
        let run = run(cloud, &suite, input).await;
        assert_eq!(run.evaluation().verdict, Verdict::Failed, "{:?}", run.evaluation().reasons);
        assert!(run.evaluation().reasons[0].contains("coverage.line is 50%"), "{:?}", run.evaluation().reasons);
        assert!(run.out.path().join("reports/coverage").is_file(), "the run keeps a copy");
    });
}

/// A report that the input names costs its own gates, whatever is wrong with its place.
#[test]
fn a_given_report_that_cannot_be_fetched_leaves_its_own_gates_undecided() {
    let config = "suite = \"elsewhere\"\n[gates]\nerror = [\"tests.failed == 0\", \"coverage.line >= 80%\"]\n\
                  warn = [\"performance.total.p95 < 1s\", \"vulnerabilities == 0\"]\n";
    with_cloud(async |cloud| {
        put_elsewhere(cloud, "qaops-foreign", "coverage.xml", b"<coverage/>");
        put_elsewhere(cloud, "qaops-pipeline", "there.txt", b"");
        let reports = json!({
            "coverage": "s3://qaops-foreign/coverage.xml",
            "performance": "s3://qaops-nowhere/load.jtl",
            "vulnerabilities": "s3://qaops-pipeline/not-there.json",
        });
        let suite = Suite::new("elsewhere", config, &tests::passing(1));
        let run = run(cloud, &suite, json!({"reports": reports})).await;
        assert_eq!((run.error(), run.counts()), ("QAOps.Inconclusive", [2, 2, 0, 0, 0]));
        let gates = &run.evaluation().gates;
        let (held, undecided) = (State::Held, State::NoValue);
        assert_eq!(
            gates.iter().map(|gate| gate.state).collect::<Vec<_>>(),
            [held, undecided, undecided, undecided],
            "{gates:?}"
        );
        let reasons = run.evaluation().reasons.join("\n");
        let told = "the coverage report s3://qaops-foreign/coverage.xml could not be fetched: ";
        assert!(reasons.contains(told) && reasons.contains("AccessDenied"), "{reasons}");
    });
}

#[test]
fn a_stop_gate_reads_each_summary_once() {
    with_cloud(async |cloud| {
        let files = passing(12);
        let suite = Suite::new("stop-reads", "[gates]\nstop = [\"tests.failed > 5\"]\n", &files);
        let id = RunId::from("stop-reads-1");
        let reads = Fault::counted_body(&["GetObject", "qaops-collect", &format!("runs/{id}/shards/"), ".json"]);
        reads.arm(cloud);
        let run = end(cloud, begin_as(cloud, &suite, &id, json!({"environments": 2})).await).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed);
        // Two functions may be warm, and each reads all of them. Reading them anew after each shard would be many more.
        let (shards, read) = (run.shards.len() as u64, reads.struck(cloud));
        assert!(shards >= 6, "{shards} shards");
        assert!((shards..=2 * shards).contains(&read), "{read} reads of {shards} summaries");
    });
}

#[test]
fn coverage_of_one_file_by_two_shards_is_joined_whatever_its_path() {
    let covers = |lines: &str| {
        let told = format!("SF:${{EXECDIR}}/src/a.c\\n{lines}end_of_record\\n");
        format!(
            "*** Test Cases ***\nCovers\n    Evaluate    open('cov.info', 'w').write($TOLD)\n*** Variables ***\n${{TOLD}}    {told}\n"
        )
    };
    let files = [("a.robot", covers("DA:1,1\\nDA:2,0\\n")), ("b.robot", covers("DA:1,0\\nDA:2,1\\n"))];
    let files = files.map(|(name, text)| (name.to_owned(), text));
    let config = "[gates]\nerror = [\"coverage.line == 100%\"]\n[reports]\ncoverage = \"cov.info\"\n";
    with_cloud(async |cloud| {
        let run = run(cloud, &Suite::new("joined", config, &files), json!({"environments": 2})).await;
        assert_eq!(run.evaluation().verdict, Verdict::Passed, "{:?}", run.evaluation().reasons);
        assert!(run.shards.len() > 1, "the shards are several");
    });
}
