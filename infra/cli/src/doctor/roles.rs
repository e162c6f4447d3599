//! Looks at roles: those that AWS itself needs, and what the deployment's own may do.

use std::collections::{BTreeMap, BTreeSet};

use aws::account::{Account, Statement};
use domain::run::deployment::Deployment;
use serde_json::Value;

use super::Check;

/// What each role needs, as Terraform gives it.
const POLICIES: [(&str, &str); 15] = [
    ("assign", include_str!("../../../terraform/policies/assign.json")),
    ("collect", include_str!("../../../terraform/policies/collect.json")),
    ("dispatch", include_str!("../../../terraform/policies/dispatch.json")),
    ("evaluate", include_str!("../../../terraform/policies/evaluate.json")),
    ("instance", include_str!("../../../terraform/policies/instance.json")),
    ("launch", include_str!("../../../terraform/policies/launch.json")),
    ("notify", include_str!("../../../terraform/policies/notify.json")),
    ("plan", include_str!("../../../terraform/policies/plan.json")),
    ("ready", include_str!("../../../terraform/policies/ready.json")),
    ("record", include_str!("../../../terraform/policies/record.json")),
    ("resume", include_str!("../../../terraform/policies/resume.json")),
    ("schedule", include_str!("../../../terraform/policies/schedule.json")),
    ("state-machine", include_str!("../../../terraform/policies/state-machine.json")),
    ("sweep", include_str!("../../../terraform/policies/sweep.json")),
    ("terminate", include_str!("../../../terraform/policies/terminate.json")),
];
/// Resources that a deployment may have none of: then the statement about them is left out.
const OPTIONAL: [&str; 3] = ["${image_keys}", "${image_parameters}", "${secrets}"];
/// Most actions that are named.
const NAMED: usize = 5;

/// Whether the account has AWS's own roles, without which no fleet starts.
pub(super) async fn of_services(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let spot = deployment.platforms.values().any(|platform| platform.launch.spot);
    let mut roles = vec![("AWSServiceRoleForEC2Fleet", "ec2fleet.amazonaws.com")];
    roles.extend(spot.then_some(("AWSServiceRoleForEC2Spot", "spot.amazonaws.com")));
    let mut checks = Vec::new();
    for (role, service) in roles {
        checks.push(match account.has_role(role).await {
            Ok(true) => Check::good("service roles", role),
            Ok(false) => Check::bad(
                "service roles",
                format!("the account lacks {role}, so every launch fails with AuthFailure.ServiceLinkedRoleCreationNotPermitted"),
                format!("Set service_linked_roles = [\"{service}\"] of the Terraform module."),
            ),
            Err(error) => Check::unknown("service roles", &error),
        });
    }
    checks
}

/// Whether each role of the deployment may do what its step does.
pub(super) async fn of_deployment(account: &Account, deployment: &Deployment) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, policy) in POLICIES {
        if let Some(role) = deployment.roles.get(name) {
            let found = role_of(account, deployment, role, &needed(policy)).await;
            checks.push(found.unwrap_or_else(|error| Check::unknown("roles", &error)));
        }
    }
    // All good roles are one line.
    let (good, other): (Vec<Check>, Vec<Check>) =
        checks.into_iter().partition(|check| check.state == super::State::Good);
    let names: Vec<&str> = good.iter().map(|check| check.found.as_str()).collect();
    let good = (!names.is_empty()).then(|| Check::good("roles", format!("{} may do what they need", names.join(", "))));
    good.into_iter().chain(other).collect()
}

async fn role_of(
    account: &Account,
    deployment: &Deployment,
    role: &str,
    needed: &BTreeSet<String>,
) -> Result<Check, aws::Error> {
    let cure = "Apply the Terraform configuration again.";
    let Some(statements) = account.statements(role).await? else {
        return Ok(Check::bad("roles", format!("there is no role {role}"), cure));
    };
    let given: BTreeSet<&String> = statements.iter().flat_map(|statement| &statement.actions).collect();
    let missing: Vec<&str> = needed.iter().filter(|action| !given.contains(action)).map(String::as_str).collect();
    if !missing.is_empty() {
        return Ok(Check::bad("roles", format!("no policy of {role} allows {}", listed(&missing)), cure));
    }
    let denied = denied(account, deployment, role, &statements).await?;
    Ok(match denied.first() {
        None => Check::good("roles", role),
        Some((_, by)) => {
            let actions: Vec<&str> = denied.iter().map(|(action, _)| action.as_str()).collect();
            let cure = "The administrator of the account's policies must allow it.";
            Check::bad("roles", format!("{role} may not do {}: the cause is {by}", listed(&actions)), cure)
        }
    })
}

/// Actions that a role may not do although its policy allows them, each with what denies them.
async fn denied(
    account: &Account,
    deployment: &Deployment,
    role: &str,
    statements: &[Statement],
) -> Result<Vec<(String, &'static str)>, aws::Error> {
    let partition = deployment.state_machine.split(':').nth(1).unwrap_or("aws");
    let arn = format!("arn:{partition}:iam::{}:role/{role}", deployment.account);
    let mut denied = BTreeMap::new();
    for statement in statements {
        let decisions = account.simulate(&arn, statement).await?;
        denied.extend(decisions.into_iter().filter_map(|decision| Some((decision.action, decision.denied_by?))));
    }
    Ok(denied.into_iter().collect())
}

/// Actions of a policy that no deployment can be without.
fn needed(policy: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    let is_optional = |statement: &Value| {
        let resources = statement["Resource"].as_array().cloned().unwrap_or_default();
        !resources.is_empty() && resources.iter().all(|one| one.as_str().is_some_and(|text| OPTIONAL.contains(&text)))
    };
    let wanted = statements.iter().filter(|statement| !is_optional(statement));
    let actions = wanted.flat_map(|statement| statement["Action"].as_array().cloned().unwrap_or_default());
    actions.filter_map(|action| action.as_str().map(str::to_owned)).collect()
}

fn listed(actions: &[&str]) -> String {
    let first = actions.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match actions.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_needs_something_but_not_what_a_deployment_may_lack() {
        for (name, policy) in POLICIES {
            assert!(!needed(policy).is_empty(), "{name}");
        }
        let launch = needed(POLICIES.iter().find(|(name, _)| *name == "launch").unwrap().1);
        assert!(launch.contains("ec2:CreateFleet") && !launch.contains("kms:CreateGrant"), "{launch:?}");
    }
}
