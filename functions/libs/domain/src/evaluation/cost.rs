//! What a run costs: an estimate from the deployment's list prices, not a bill.
//!
//! It counts what the run adds to the bill: the environments' time and volumes, what they transfer, and the state
//! transitions. Functions, requests and storage come to cents and are left out.

use crate::base::time::Time;
use crate::evaluation::evidence::Evidence;
use crate::evaluation::input::EvaluationInput;
use crate::package::plan::Plan;
use crate::run::fleet::Market;
use crate::run::status::Environment;

use crate::package::prices::{Prices, SETTING};

/// The metric.
pub const METRIC: &str = "run.cost";
/// EC2 charges each second, and a minute at least (EC2's page of on-demand prices, "per second billing").
const LEAST_SECONDS: i64 = 60;
const HOUR: f64 = 3600.0;
/// Hours that AWS counts a month as (its pricing calculator).
const MONTH_HOURS: f64 = 730.0;
const GIB: f64 = 1_073_741_824.0;
/// Seconds between two looks at booting instances, as the module of `infra/terraform` has them unless told otherwise.
const LOOK_SECONDS: i64 = 10;
/// Plan, the last Launch and Launched, TerminateRun, Terminated, Evaluate, Record, Notify, Verdict and the end.
const OF_RUN: u64 = 10;
/// Launch, Launched and RunEnvironments.
const OF_ROUND: u64 = 3;
/// AwaitReady, Settled and WaitForReady.
const OF_LOOK: u64 = 3;
/// The child's start, Enter, the last Assign and Assigned, TerminateEnvironment.
const OF_ENVIRONMENT: u64 = 5;
/// Assign, Assigned, RunShard, Collect and Collected.
const OF_ATTEMPT: u64 = 5;

/// What a run costs, in dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Environments' time, by type and market.
    pub instances: f64,
    /// Their root volumes.
    pub volumes: f64,
    /// Their public addresses.
    pub addresses: f64,
    /// The package to each environment, and what attempts uploaded.
    pub transfer: f64,
    /// State transitions.
    pub transitions: f64,
}

impl Cost {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.instances + self.volumes + self.addresses + self.transfer + self.transitions
    }
}

/// The price that is not set, as a fragment that names the place of the setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{SETTING} has no {0}")]
pub struct Unpriced(String);

/// What is counted of a run.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a> {
    /// Environments; one that was not seen to end is taken to have lived until `at`.
    pub environments: &'a [Environment],
    /// Their platform.
    pub platform: &'a str,
    /// When it was evaluated.
    pub at: Time,
    /// Attempts at shards.
    pub attempts: u64,
    /// Bytes that environments took and gave.
    pub bytes: u64,
}

impl<'a> Usage<'a> {
    /// What is known of a run when it is judged.
    pub fn of(input: &'a EvaluationInput) -> Self {
        let EvaluationInput { plan, evidence, firsts, reruns, .. } = input;
        let uploaded: u64 = firsts.iter().chain(reruns).map(|summary| summary.uploaded).sum();
        let taken = plan.work.package.size.saturating_mul(evidence.environments.len() as u64);
        Self {
            environments: &evidence.environments,
            platform: &plan.platform,
            at: evidence.at,
            attempts: evidence.shards.iter().map(|shard| u64::from(shard.attempt)).sum(),
            bytes: taken.saturating_add(uploaded),
        }
    }

    /// State transitions: what each part of the run passes, and the looks at booting environments.
    pub fn transitions(&self) -> u64 {
        let rounds = self.environments.iter().map(|environment| environment.round).max().unwrap_or(0);
        let looks: u64 = (1..=rounds).map(|round| self.looks(round)).sum();
        OF_RUN
            + OF_ROUND * u64::from(rounds)
            + OF_LOOK * looks
            + OF_ENVIRONMENT * self.environments.len() as u64
            + OF_ATTEMPT * self.attempts
    }

    fn looks(&self, round: u32) -> u64 {
        let of_round = self.environments.iter().filter(|environment| environment.round == round);
        let boots = of_round.filter_map(|environment| Some(environment.ready? - environment.launched));
        1 + u64::try_from(boots.max().unwrap_or(0) / LOOK_SECONDS).unwrap_or(0)
    }
}

/// Estimates what a run costs. One price that is not set makes the whole unknown: a sum without it would be a guess.
pub fn estimate(prices: &Prices, usage: &Usage<'_>) -> Result<Cost, Unpriced> {
    let mut cost = Cost {
        transfer: usage.bytes as f64 / GIB * prices.transfer_gib,
        transitions: usage.transitions() as f64 * prices.transition,
        ..Cost::default()
    };
    for environment in usage.environments {
        let one = of_environment(prices, usage.platform, environment, usage.at)?;
        cost.instances += one.instances;
        cost.volumes += one.volumes;
        cost.addresses += one.addresses;
    }
    Ok(cost)
}

/// What one environment of a platform costs, `at` being the time of the evaluation.
pub fn of_environment(prices: &Prices, platform: &str, environment: &Environment, at: Time) -> Result<Cost, Unpriced> {
    let ended = environment.ended.unwrap_or(at);
    let hours = (ended - environment.launched).max(LEAST_SECONDS) as f64 / HOUR;
    let gib = *prices.volume_gib.get(platform).ok_or_else(|| Unpriced(format!("volume_gib.{platform}")))?;
    Ok(Cost {
        instances: hours * hourly(prices, platform, environment)?,
        volumes: hours / MONTH_HOURS * gib * prices.volume_gib_month,
        addresses: hours * prices.address_hour,
        ..Cost::default()
    })
}

/// Dollars an hour of an environment's type in its market.
fn hourly(prices: &Prices, platform: &str, environment: &Environment) -> Result<f64, Unpriced> {
    let kind = &environment.instance_type;
    let price = prices.instances.get(platform).and_then(|types| types.get(kind));
    let (price, word) = match environment.market {
        Market::Spot => (price.and_then(|price| price.spot), "spot"),
        Market::OnDemand => (price.and_then(|price| price.on_demand), "on_demand"),
    };
    price.ok_or_else(|| Unpriced(format!("instances.{platform}.\"{kind}\".{word}")))
}

/// The run's cost in dollars, and a sentence where a gate or a setting asks for it and it is not known.
pub(crate) fn of_run(input: &EvaluationInput) -> (Option<f64>, Option<String>) {
    let plan = &input.plan;
    let Some(prices) = &plan.prices else { return (None, unset(plan)) };
    match estimate(prices, &Usage::of(input)) {
        Ok(cost) => (Some(cost.total()), None),
        Err(unpriced) => (None, Some(format!("The cost of the run is unknown: {unpriced}."))),
    }
}

fn unset(plan: &Plan) -> Option<String> {
    let asked = plan.gates.iter().any(|gate| gate.metric.name == METRIC);
    asked.then(|| format!("The cost of the run is unknown: the deployment sets no {SETTING}."))
}

/// What each environment of a run cost, in the order of the evidence; none where that is not known.
pub fn of_environments(plan: &Plan, evidence: &Evidence) -> Vec<Option<f64>> {
    let one = |environment: &Environment| {
        let prices = plan.prices.as_ref()?;
        of_environment(prices, &plan.platform, environment, evidence.at).ok().map(|cost| cost.total())
    };
    evidence.environments.iter().map(one).collect()
}

#[cfg(test)]
mod tests;
