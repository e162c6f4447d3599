//! The figures of a run for CloudWatch, by suite.

use domain::base::time::Time;
use domain::quality::baseline::{COMMIT, branch_of};
use domain::quality::history::PastRun;
use domain::run::shards::median;
use domain::run::status::{Environment, Status};
use runtime::{Figures, Unit};

/// CloudWatch's folder for the figures.
const NAMESPACE: &str = "QAOps";

/// Figures of a run that ended at `now`.
///
/// What came of it stands as 0 or 1, so that a sum counts runs and an average is a share.
pub(crate) fn figures(past: &PastRun, environments: &[Environment], now: Time) -> Figures {
    let is = |status: Status| f64::from(u8::from(past.status == status));
    let figures = Figures::new(NAMESPACE, now)
        .by("Suite", &past.suite)
        .figure("Runs", Unit::Count, 1.0)
        .figure("RunsPassed", Unit::Count, is(Status::Passed))
        .figure("RunsFailed", Unit::Count, is(Status::Failed))
        .figure("RunsInconclusive", Unit::Count, is(Status::Inconclusive))
        .figure("RunsInError", Unit::Count, is(Status::Error))
        .figure("Duration", Unit::Seconds, past.seconds as f64)
        .property("Run", past.id.as_str())
        .property("Branch", branch_of(&past.labels))
        .property("Commit", past.labels.get(COMMIT).map_or("-", String::as_str));
    with_fleet(with_tests(figures, past), environments, now)
}

/// A run without a verdict has no tests to tell of: a zero would pull down every average.
fn with_tests(figures: Figures, past: &PastRun) -> Figures {
    if past.status == Status::Error {
        return figures;
    }
    let figures = figures
        .figure("Tests", Unit::Count, past.counts.total() as f64)
        .figure("TestsPassed", Unit::Count, past.counts.passed as f64)
        .figure("TestsFailed", Unit::Count, past.counts.failed as f64)
        .figure("TestsSkipped", Unit::Count, past.counts.skipped as f64)
        .figure("TestsFlaky", Unit::Count, past.flaky as f64);
    let figures = match past.metrics.get("tests.pass_rate") {
        Some(rate) => figures.figure("PassRate", Unit::Percent, *rate),
        None => figures,
    };
    // CloudWatch has no unit for money.
    past.cost.map_or(figures.clone(), |cost| figures.figure("CostDollars", Unit::None, cost))
}

fn with_fleet(figures: Figures, environments: &[Environment], now: Time) -> Figures {
    let lived = environments.iter().map(|one| (one.ended.unwrap_or(now) - one.launched).max(0) as f64);
    let boots = environments.iter().filter_map(|one| Some((one.ready? - one.launched).max(0) as f64));
    let figures = figures.figure("Environments", Unit::Count, environments.len() as f64).figure(
        "EnvironmentTime",
        Unit::Seconds,
        lived.sum(),
    );
    median(&boots.collect::<Vec<_>>()).map_or(figures.clone(), |boot| figures.figure("BootTime", Unit::Seconds, boot))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::results::outcome::Counts;
    use domain::run::fleet::Market;
    use serde_json::Value;

    use super::*;

    fn past(status: Status) -> PastRun {
        PastRun {
            id: "r1".into(),
            suite: "shop".into(),
            status,
            started: 100.into(),
            seconds: 240,
            cost: Some(0.25),
            counts: Counts { passed: 7, failed: 1, skipped: 2 },
            flaky: 1,
            metrics: BTreeMap::from([("tests.pass_rate".into(), 87.5)]),
            labels: BTreeMap::from([("branch".into(), "fix".into()), ("commit".into(), "0a1b".into())]),
        }
    }

    fn environment(launched: Time, ready: Option<Time>, ended: Option<Time>) -> Environment {
        Environment {
            id: "i-1".into(),
            instance_type: "c7i.large".into(),
            market: Market::Spot,
            image: None,
            round: 1,
            boot_seconds: 300,
            launched,
            ready,
            ended,
            lost: None,
        }
    }

    fn root(past: &PastRun, environments: &[Environment]) -> Value {
        serde_json::from_str(&figures(past, environments, 400.into()).line()).unwrap()
    }

    #[test]
    fn a_run_tells_its_verdict_its_tests_and_its_environments() {
        let fleet = [
            environment(110.into(), Some(140.into()), Some(310.into())),
            environment(110.into(), Some(150.into()), None),
            environment(120.into(), None, Some(130.into())),
        ];
        let root = root(&past(Status::Failed), &fleet);
        let wanted = [
            ("Runs", 1.0),
            ("RunsPassed", 0.0),
            ("RunsFailed", 1.0),
            ("Duration", 240.0),
            ("Tests", 10.0),
            ("TestsFailed", 1.0),
            ("TestsFlaky", 1.0),
            ("PassRate", 87.5),
            ("CostDollars", 0.25),
            ("Environments", 3.0),
            ("EnvironmentTime", 500.0),
            ("BootTime", 35.0),
        ];
        for (name, value) in wanted {
            assert_eq!(root[name], value, "{name}");
        }
        assert_eq!((&root["Suite"], &root["Branch"], &root["Run"]), (&"shop".into(), &"fix".into(), &"r1".into()));
        assert_eq!(root["_aws"]["CloudWatchMetrics"][0]["Dimensions"], serde_json::json!([["Suite"]]));
    }

    #[test]
    fn a_run_without_a_verdict_tells_of_no_tests() {
        let root = root(&past(Status::Error), &[]);
        assert_eq!((&root["RunsInError"], &root["Environments"]), (&1.0.into(), &0.0.into()));
        for name in ["Tests", "PassRate", "CostDollars", "BootTime"] {
            assert_eq!(root[name], Value::Null, "{name}");
        }
    }
}
