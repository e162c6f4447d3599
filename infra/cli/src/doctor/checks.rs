//! Looks at the parts of a deployment other than its roles and launches.

use std::collections::BTreeMap;

use aws::account::{Account, Identity};
use domain::run::deployment::Deployment;

use super::Check;
use crate::show::style::count;

/// Quotas of EC2 that count the vCPUs of ordinary types, on demand and of Spot capacity (Service Quotas, `ec2`).
const ON_DEMAND: &str = "L-1216C47A";
const SPOT: &str = "L-34B43A08";
/// Families that those count: the first letters of `m7i.large` and its kind.
const ORDINARY: [char; 9] = ['a', 'c', 'd', 'h', 'i', 'm', 'r', 't', 'z'];

/// Whether the deployment is of this account, this region and this version.
pub(super) fn deployment(deployment: &Deployment, identity: &Identity, region: &str) -> Check {
    let Deployment { name, version, .. } = deployment;
    let cure = "Use the credentials and the region of the deployment.";
    if deployment.account != identity.account {
        let found =
            format!("{name} is in account {}, and the credentials are of {}", deployment.account, identity.account);
        return Check::bad("deployment", found, cure);
    }
    if deployment.region != region {
        return Check::bad(
            "deployment",
            format!("{name} is in {}, and the calls go to {region}", deployment.region),
            cure,
        );
    }
    let own = env!("CARGO_PKG_VERSION");
    match version == own {
        true => Check::good("deployment", format!("{name}, of version {version}")),
        false => Check::warning(
            "deployment",
            format!("{name} is of version {version}, and this command of {own}"),
            "Use the command of the deployment's version, or deploy this one.",
        ),
    }
}

/// Whether the account may have as many vCPUs as the most environments take.
pub(super) async fn quotas(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let launches = deployment.platforms.values().map(|platform| &platform.launch);
    let types: Vec<String> = launches.clone().filter_map(|launch| launch.types.first().cloned()).collect();
    let vcpus = match account.vcpus(&types).await {
        Ok(vcpus) => vcpus,
        Err(error) => return vec![Check::unknown("quotas", &error)],
    };
    let mut needs: BTreeMap<&str, u32> = BTreeMap::new();
    for launch in launches {
        let ordinary = launch.types.first().filter(|kind| kind.starts_with(ORDINARY));
        let Some(each) = ordinary.and_then(|kind| vcpus.get(kind)) else { continue };
        let need = each.saturating_mul(deployment.most_environments);
        for code in if launch.spot { &[ON_DEMAND, SPOT][..] } else { &[ON_DEMAND] } {
            needs.entry(code).and_modify(|most| *most = need.max(*most)).or_insert(need);
        }
    }
    let mut checks = Vec::new();
    for (code, need) in needs {
        checks.push(quota(account, deployment, code, need).await);
    }
    checks
}

async fn quota(account: &Account, deployment: &Deployment, code: &str, need: u32) -> Check {
    let market = if code == SPOT { "of Spot capacity" } else { "on demand" };
    let takes = format!("{} take {need} vCPUs {market}", count(deployment.most_environments as usize, "environment"));
    match account.quota("ec2", code).await {
        Ok(Some(value)) if value >= f64::from(need) => {
            Check::good("quotas", format!("{takes}, and the account may have {value}"))
        }
        Ok(value) => Check::bad(
            "quotas",
            format!("{takes}, and the account may have {}", value.unwrap_or_default()),
            format!("Ask for more of the quota {code} of EC2 in Service Quotas, or lower quotas.most_environments."),
        ),
        Err(error) => Check::unknown("quotas", &error),
    }
}

/// Whether the endpoints through which instances reach AWS exist.
pub(super) async fn endpoints(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let wanted = &deployment.network.endpoints;
    if wanted.is_empty() {
        return vec![Check::good("endpoints", "none are needed: instances have another way to AWS")];
    }
    let states = match account.endpoints(&deployment.network.vpc).await {
        Ok(states) => states,
        Err(error) => return vec![Check::unknown("endpoints", &error)],
    };
    let broken = wanted.iter().filter_map(|service| match states.get(service).map(String::as_str) {
        Some("available") => None,
        Some(state) => Some(format!("the endpoint of {service} is {state}")),
        None => Some(format!("{} has no endpoint of {service}", deployment.network.vpc)),
    });
    let broken: Vec<String> = broken.collect();
    match broken.is_empty() {
        true => vec![Check::good("endpoints", wanted.join(", "))],
        false => vec![Check::bad(
            "endpoints",
            broken.join("; "),
            "Instances cannot reach these services. Apply the Terraform configuration again.",
        )],
    }
}

/// Whether somebody gets the messages of each topic.
pub(super) async fn subscriptions(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, topic) in &deployment.topics {
        checks.push(topic_of(account, name, topic).await);
    }
    checks
}

async fn topic_of(account: &Account, name: &str, topic: &str) -> Check {
    let subscriptions = match account.subscriptions(topic).await {
        Ok(subscriptions) => subscriptions,
        Err(error) => return Check::unknown("subscriptions", &error),
    };
    let waiting: Vec<&str> =
        subscriptions.iter().filter(|one| !one.confirmed).map(|one| one.endpoint.as_str()).collect();
    match (subscriptions.len(), waiting.is_empty()) {
        (0, _) => {
            let key = if name == "runs" { "subscriptions" } else { "alarm_subscriptions" };
            Check::warning(
                "subscriptions",
                format!("nobody gets the messages of {name}"),
                format!("Set {key} of the Terraform module."),
            )
        }
        (all, true) => Check::good("subscriptions", format!("{} of {name}", count(all, "subscription"))),
        (_, false) => Check::warning(
            "subscriptions",
            format!("{} has not confirmed that it wants the messages of {name}", waiting.join(", ")),
            "Open the link in the mail of AWS with the subject \"Subscription Confirmation\".",
        ),
    }
}

/// Whether schedules are on.
pub(super) async fn schedules(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let set = "Set schedules of the Terraform module, if runs are to start by themselves.";
    let Some(group) = &deployment.schedule_group else {
        return vec![Check::warning("schedules", "no run starts by itself", set)];
    };
    let schedules = match account.schedules(group).await {
        Ok(schedules) => schedules,
        Err(error) => return vec![Check::unknown("schedules", &error)],
    };
    let off: Vec<&str> = schedules.iter().filter(|(_, is_on)| !**is_on).map(|(name, _)| name.as_str()).collect();
    match (schedules.len(), off.is_empty()) {
        (0, _) => vec![Check::warning("schedules", "no run starts by itself", set)],
        (all, true) => vec![Check::good("schedules", format!("{} on", count(all, "schedule")))],
        (_, false) => vec![Check::warning(
            "schedules",
            format!("{} off", off.join(", ")),
            "Nothing starts these runs. If that is not meant, set enabled = true in schedules.",
        )],
    }
}

/// What of the deployment runs now.
pub(super) async fn instances(account: &Account, deployment: &Deployment) -> Vec<Check> {
    match account.instances(&deployment.name).await {
        Ok(found) if found.is_empty() => vec![Check::good("instances", "none runs now")],
        Ok(found) => {
            let runs: Vec<String> = found.into_iter().map(|(id, run)| format!("{id} of {run}")).collect();
            vec![Check::good("instances", format!("{} now: {}", count(runs.len(), "instance"), runs.join(", ")))]
        }
        Err(error) => vec![Check::unknown("instances", &error)],
    }
}
