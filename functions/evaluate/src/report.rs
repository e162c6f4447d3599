//! What `report.html` shows of a run.

use domain::gates::GateOutcome;
use domain::judged::{Judged, Material};
use domain::keys;
use domain::outcome::Status;
use domain::queue::Attempt;
use domain::run::Environment;
use domain::shard::{Shard, State};
use domain::summary::Summary;
use jiff::Timestamp;
use results::report::{self, Report};

/// The report of a run; `role` is the unique id of the instances' role, which is part of the logs' keys.
pub(crate) fn report(judged: &Judged, material: &Material<'_>, role: &str) -> Report {
    let plan = material.plan;
    let logs = Logs { run: &plan.run, role };
    Report {
        suite: judged.suite.clone(),
        run: judged.run.clone(),
        verdict: format!("{:?}", judged.verdict).to_lowercase(),
        reasons: judged.reasons.clone(),
        started: Timestamp::from_second(plan.started).map(|time| time.to_string()).unwrap_or_default(),
        seconds: judged.seconds,
        labels: judged.labels.clone().into_iter().collect(),
        passed: judged.tests.passed,
        failed: judged.tests.failed,
        skipped: judged.tests.skipped,
        flaky: judged.tests.flaky,
        gates: judged.gates.iter().map(gate).collect(),
        failures: failures(judged, material, &logs),
        flaky_tests: judged.flaky.iter().map(|name| flaky(name, material)).collect(),
        shards: material.evidence.shards.iter().map(|found| shard(found, material, &logs)).collect(),
        environments: material
            .evidence
            .environments
            .iter()
            .map(|found| environment(found, material.evidence.at))
            .collect(),
        lost: lost(&material.evidence.shards),
        files: ["output.xml", "junit.xml", "verdict.json"].map(|name| (name.to_owned(), name.to_owned())).into(),
        ..Report::default()
    }
}

/// Where the logs of attempts lie, seen from the report.
struct Logs<'a> {
    run: &'a str,
    role: &'a str,
}

impl Logs<'_> {
    fn path(&self, environment: &str, attempt: &Attempt) -> String {
        let key = keys::uploads(self.run, self.role, environment, attempt);
        let below = key.strip_prefix(&keys::result(self.run, "")).unwrap_or(&key);
        format!("{below}log.html")
    }

    fn of(&self, summary: &Summary) -> String {
        self.path(&summary.environment, &Attempt { shard: summary.shard.clone(), number: summary.attempt })
    }
}

fn gate(outcome: &GateOutcome) -> report::Gate {
    report::Gate {
        gate: outcome.gate.clone(),
        severity: format!("{:?}", outcome.severity).to_lowercase(),
        value: outcome.value.as_ref().map(|value| value.text.clone()).unwrap_or_default(),
        ok: outcome.ok(),
        value_number: outcome.value.as_ref().map(|value| value.raw),
        why: outcome.why.clone(),
        ..report::Gate::default()
    }
}

/// Failed tests with the tags and the log of the last attempt that ran them.
fn failures(judged: &Judged, material: &Material<'_>, logs: &Logs<'_>) -> Vec<report::FailedTest> {
    let mut last = std::collections::HashMap::new();
    for summary in material.firsts.iter().chain(material.reruns) {
        summary.root.each_test(&mut |name, _, test| {
            if test.status == Status::Failed {
                last.insert(name.to_owned(), (test, summary));
            }
        });
    }
    let failed = judged.failed.iter();
    failed
        .map(|failed| {
            let found = last.get(&failed.name);
            report::FailedTest {
                name: failed.name.clone(),
                message: failed.message.clone(),
                tags: found.map(|(test, _)| test.tags.clone()).unwrap_or_default(),
                seconds: found.map_or(0.0, |(test, _)| test.seconds),
                log: found.map(|(_, summary)| logs.of(summary)),
                ..report::FailedTest::default()
            }
        })
        .collect()
}

fn flaky(name: &str, material: &Material<'_>) -> report::FlakyTest {
    let (mut attempts, mut message) = (0, String::new());
    for summary in material.firsts.iter().chain(material.reruns) {
        summary.root.each_test(&mut |found, _, test| {
            if found == name {
                attempts += 1;
                if test.status == Status::Failed {
                    message.clone_from(&test.message);
                }
            }
        });
    }
    report::FlakyTest { name: name.to_owned(), attempts, message, outcomes: Vec::new() }
}

fn shard(shard: &Shard, material: &Material<'_>, logs: &Logs<'_>) -> report::Shard {
    let mut summaries = material.firsts.iter().chain(material.reruns);
    let summary = summaries.find(|summary| summary.shard == shard.id);
    let counts = summary.map(|summary| summary.root.counts()).unwrap_or_default();
    report::Shard {
        name: shard.id.clone(),
        files: shard.files.clone(),
        state: state(shard.state).to_owned(),
        environment: shard.environment.clone().unwrap_or_default(),
        attempts: u64::from(shard.attempt),
        began: shard.dispatched.map(|time| (time - material.plan.started) as f64),
        seconds: summary.map_or(0.0, |summary| summary.robot_seconds),
        tests: [counts.passed, counts.failed, counts.skipped],
        log: summary.map(|summary| logs.of(summary)),
        ..report::Shard::default()
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Queued => "not run",
        State::Running => "lost",
        State::Done => "done",
        State::GivenUp => "given up",
    }
}

fn environment(environment: &Environment, at: i64) -> report::Environment {
    let ended = environment.ended.unwrap_or(at);
    report::Environment {
        id: environment.id.clone(),
        kind: format!("{}, {}", environment.instance_type, environment.market),
        boot: environment.ready.map(|ready| (ready - environment.launched) as f64),
        seconds: (ended - environment.launched) as f64,
        end: if environment.ended.is_some() { "terminated" } else { "gone" }.to_owned(),
        ..report::Environment::default()
    }
}

fn lost(shards: &[Shard]) -> Vec<report::Lost> {
    let lost = shards.iter().filter(|shard| shard.state != State::Done);
    lost.map(|shard| report::Lost {
        what: format!("Shard {}: {}", shard.id, shard.files.join(", ")),
        why: shard.losses.last().map_or("Nothing took it.", |loss| &loss.reason).to_owned(),
    })
    .collect()
}
