//! What `report.html` shows of a run.

mod attempts;
#[cfg(test)]
mod samples;
mod sections;

use domain::base::ids::{Attempt, RunId};
use domain::base::time::Time;
use domain::evaluation::completeness::{Lost, lost};
use domain::evaluation::cost;
use domain::evaluation::evaluate::{Evaluation, FailedTest};
use domain::evaluation::input::EvaluationInput;
use domain::quality::gates::GateOutcome;
use domain::quality::metrics::Joined;
use domain::results::outcome::TestId;
use domain::results::summary::Summary;
use domain::run::keys;
use domain::run::shard::{Loss, Shard, State};
use domain::run::status::Environment;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use results::report::{self, Report};

use self::attempts::{AttemptAt, Attempts};
use crate::merged::Written;

/// The report of a run; `role` is the unique id of the instances' role, which is part of the logs' keys, and `beside`
/// what else was written.
pub(crate) fn report(evaluation: &Evaluation, input: &EvaluationInput, role: &str, beside: &Written) -> Report {
    let plan = &input.plan;
    let logs = Logs { run: &plan.run, role };
    let attempts = Attempts::of(input);
    let joined = Joined::of(&input.reports);
    let environments = &input.evidence.environments;
    let costs = cost::of_environments(plan, &input.evidence);
    Report {
        suite: evaluation.suite.clone(),
        run: evaluation.run.to_string(),
        verdict: format!("{:?}", evaluation.verdict).to_lowercase(),
        reasons: evaluation.reasons.clone(),
        started: plan.started.rfc3339(),
        seconds: evaluation.seconds,
        labels: evaluation.labels.clone().into_iter().collect(),
        passed: evaluation.tests.passed,
        failed: evaluation.tests.failed,
        skipped: evaluation.tests.skipped,
        flaky: evaluation.tests.flaky,
        gates: evaluation.gates.iter().map(|outcome| gate(outcome, input)).collect(),
        history: sections::history(&input.evidence),
        baseline: evaluation.baseline.as_ref().map(|baseline| baseline.run.to_string()),
        notes: evaluation
            .remarks
            .iter()
            .chain(&beside.left_out)
            .cloned()
            .chain(sections::left_out(input.firsts.iter().chain(&input.reruns)))
            .chain(sections::strange(&input.reports))
            .collect(),
        quarantined: evaluation.quarantined.iter().map(sections::quarantined).collect(),
        coverage: sections::coverage(&joined, &input.reports),
        scanned: sections::scanned(input),
        findings: sections::found(input),
        performance: joined.series.into_iter().collect(),
        cost: evaluation.left.metrics.get("run.cost").copied(),
        errors: evaluation.errors.clone(),
        failures: evaluation.failed.iter().map(|found| failure(found, &attempts, &logs)).collect(),
        pictures: Default::default(),
        flaky_tests: evaluation.flaky.iter().map(|test| flaky(test, &attempts, input)).collect(),
        tests: attempts.listed(input),
        shards: input.evidence.shards.iter().map(|found| shard(found, input, &logs)).collect(),
        environments: environments.iter().zip(costs).map(|(found, cost)| environment(found, cost, input)).collect(),
        lost: lost(input).iter().map(shown).collect(),
        files: beside.files.iter().chain(&["verdict.json"]).map(|name| ((*name).into(), (*name).into())).collect(),
    }
}

/// What a path in a link keeps as it stands.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// Where the logs of attempts lie, seen from the report, and what stands beside them.
struct Logs<'a> {
    run: &'a RunId,
    role: &'a str,
}

impl Logs<'_> {
    fn folder(&self, summary: &Summary) -> String {
        let attempt = Attempt { shard: summary.shard.clone(), number: summary.attempt };
        let key = keys::uploads(self.run, self.role, &summary.environment, &attempt);
        key.strip_prefix(&keys::result(self.run, "")).unwrap_or(&key).to_owned()
    }

    fn of(&self, summary: &Summary) -> String {
        self.folder(summary) + "log.html"
    }

    /// Links to what an attempt at a test shows in its log.
    fn pictures(&self, of: &AttemptAt<'_>) -> Vec<String> {
        let folder = self.folder(of.summary);
        of.test.pictures.iter().map(|path| format!("{folder}{}", utf8_percent_encode(path, PLAIN))).collect()
    }
}

fn gate(outcome: &GateOutcome, input: &EvaluationInput) -> report::Gate {
    let said = |gate: &&domain::quality::gates::Gate| gate.text == outcome.gate && gate.severity == outcome.severity;
    let gate = input.plan.gates.iter().find(said);
    report::Gate {
        gate: outcome.gate.clone(),
        severity: format!("{:?}", outcome.severity).to_lowercase(),
        value: outcome.value.as_ref().map(|value| value.text.clone()).unwrap_or_default(),
        ok: outcome.ok(),
        value_number: outcome.value.as_ref().map(|value| value.raw),
        mandatory: outcome.mandatory,
        operator: gate.map(|gate| gate.operator.sign().to_owned()).unwrap_or_default(),
        limit_number: outcome.limit,
        unit: gate.map(|gate| gate.unit().to_owned()).unwrap_or_default(),
        trend: sections::trend(outcome, &input.evidence),
        why: outcome.why.clone(),
    }
}

/// A failed test with the tags, the log and the pictures of the last attempt that failed.
fn failure(failed: &FailedTest, attempts: &Attempts<'_>, logs: &Logs<'_>) -> report::FailedTest {
    let last = attempts.failed(&failed.id);
    report::FailedTest {
        name: failed.id.label(),
        message: failed.message.clone(),
        class: failed.class.word().to_owned(),
        quarantined: failed.quarantined,
        first_failed_run: failed.since.as_ref().map(|since| since.run.to_string()),
        tags: last.map(|of| of.test.tags.clone()).unwrap_or_default(),
        attempts: attempts.all(&failed.id).len() as u64,
        seconds: last.map_or(0.0, |of| of.test.seconds),
        log: last.map(|of| format!("{}#{}", logs.of(of.summary), of.id)),
        screenshots: last.map(|of| logs.pictures(of)).unwrap_or_default(),
    }
}

fn flaky(test: &TestId, attempts: &Attempts<'_>, input: &EvaluationInput) -> report::FlakyTest {
    let past = input.evidence.past.get(&test.to_string()).into_iter().flat_map(|past| &past.outcomes);
    report::FlakyTest {
        name: test.label(),
        attempts: attempts.all(test).len() as u64,
        message: attempts.failed(test).map(|of| of.test.message.clone()).unwrap_or_default(),
        outcomes: past.map(|past| past.outcome).collect(),
    }
}

fn shard(shard: &Shard, input: &EvaluationInput, logs: &Logs<'_>) -> report::Shard {
    let mut summaries = input.firsts.iter().chain(&input.reruns);
    let summary = summaries.find(|summary| summary.shard == shard.id);
    let counts = summary.map(|summary| summary.root.counts()).unwrap_or_default();
    let environments = &input.evidence.environments;
    report::Shard {
        name: shard.id.to_string(),
        files: shard.files.clone(),
        state: state(shard.state).to_owned(),
        environment: shard.environment.clone().unwrap_or_default().into(),
        attempts: u64::from(shard.attempt),
        began: shard.dispatched.map(|time| (time - input.plan.started) as f64),
        seconds: summary.map_or(0.0, |summary| summary.robot_seconds),
        losses: shard.losses.iter().map(|found| loss(found, input.plan.started, environments)).collect(),
        tests: [counts.passed, counts.failed, counts.skipped],
        log: summary.map(|summary| logs.of(summary)),
    }
}

fn loss(loss: &Loss, started: Time, environments: &[Environment]) -> report::LostAttempt {
    let environment = loss.environment.clone().unwrap_or_default();
    // What went with its environment is noticed later, when others have ended too.
    let gone = environments.iter().find(|found| found.id == environment).and_then(|found| found.ended);
    let possible = |ended: &Time| loss.began.is_none_or(|began| began <= *ended);
    let ended = loss.noticed.into_iter().chain(gone).filter(possible).min();
    let seconds = |time: Time| (time - started) as f64;
    let (began, ended) = (loss.began.map(seconds), ended.map(seconds));
    report::LostAttempt { environment: environment.into(), began, ended, why: loss.reason.clone() }
}

fn state(state: State) -> &'static str {
    match state {
        State::Queued => "not run",
        State::Running => "lost",
        State::Done => "done",
        State::GivenUp => "given up",
    }
}

fn environment(environment: &Environment, cost: Option<f64>, input: &EvaluationInput) -> report::Environment {
    let ended = environment.ended.unwrap_or(input.evidence.at);
    let mut losses = input.evidence.shards.iter().flat_map(|shard| &shard.losses);
    report::Environment {
        id: environment.id.to_string(),
        kind: format!("{}, {}", environment.instance_type, environment.market),
        launched: (environment.launched - input.plan.started).max(0) as f64,
        boot: environment.ready.map(|ready| (ready - environment.launched) as f64),
        seconds: (ended - environment.launched) as f64,
        end: if environment.ended.is_some() { "terminated" } else { "gone" }.to_owned(),
        lost: losses.any(|loss| loss.environment.as_deref() == Some(&environment.id)),
        cost,
    }
}

/// A part of the plan that nobody answers for.
fn shown(lost: &Lost) -> report::Lost {
    let why = if lost.not_begun { format!("It did not run, because {}", lost.why) } else { lost.why.clone() };
    report::Lost { what: format!("Shard {}: {}", lost.shard, lost.files.join(", ")), why }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::results::outcome::{Status, Test};
    use domain::run::fleet::Market;

    #[test]
    fn pictures_are_linked_beside_the_log_of_their_attempt() {
        let pictures = vec!["a.png".into(), "b c/ü#1?%20.png".into()];
        let test = Test { pictures, ..samples::test("T", Status::Failed) };
        let summary = samples::summary("0001", Vec::new());
        let logs = Logs { run: &"run".into(), role: "AROA" };
        let log = logs.of(&summary);
        let folder = log.strip_suffix("log.html").unwrap();
        let shown = logs.pictures(&AttemptAt { test: &test, summary: &summary, id: String::new() });
        assert_eq!(shown, [format!("{folder}a.png"), format!("{folder}b%20c/%C3%BC%231%3F%2520.png")]);
    }

    #[test]
    fn a_lost_attempt_ends_with_its_environment_or_when_it_was_noticed() {
        let environment = |id: &str, ended| Environment {
            id: id.into(),
            instance_type: "c7i.large".into(),
            market: Market::Spot,
            image: None,
            round: 1,
            boot_seconds: 300,
            launched: 1_000.into(),
            ready: None,
            ended,
            lost: None,
        };
        let environments =
            [environment("i-1", Some(1_050.into())), environment("i-2", None), environment("i-3", Some(1_010.into()))];
        let of = |id: &str, began, noticed| {
            let lost = Loss { attempt: 1, environment: Some(id.into()), reason: "It is gone.".into(), began, noticed };
            let lost = loss(&lost, 1_000.into(), &environments);
            (lost.began, lost.ended)
        };
        assert_eq!(of("i-1", Some(1_020.into()), Some(1_090.into())), (Some(20.0), Some(50.0)));
        assert_eq!(of("i-2", Some(1_020.into()), Some(1_090.into())), (Some(20.0), Some(90.0)));
        assert_eq!(of("i-3", Some(1_020.into()), Some(1_090.into())), (Some(20.0), Some(90.0)), "clocks differ");
        assert_eq!(of("i-2", None, None), (None, None), "a record of an older version does not tell");
    }
}
