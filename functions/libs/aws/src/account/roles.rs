//! What roles may do, by IAM's own simulator.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::Account;
use crate::Error;
use crate::error::failed;

/// A statement of a role's policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its actions.
    pub actions: Vec<String>,
    /// Its resources.
    pub resources: Vec<String>,
    /// Keys of its conditions, each with the values that meet them.
    pub context: Vec<(String, Vec<String>)>,
}

/// What the simulator says of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The action.
    pub action: String,
    /// Who denies it, as a fragment: `a policy of the organization`; none where it is allowed.
    pub denied_by: Option<&'static str>,
}

impl Account {
    /// Whether the account has a role of this name.
    pub async fn has_role(&self, name: &str) -> Result<bool, Error> {
        match self.iam.get_role().role_name(name).send().await.map_err(failed(format!("look up the role {name}"))) {
            Ok(_) => Ok(true),
            Err(error) if error.has_code(&["NoSuchEntity", "NoSuchEntityException"]) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What a role's own policies allow; none where there is no such role.
    pub async fn statements(&self, role: &str) -> Result<Option<Vec<Statement>>, Error> {
        let what = format!("read the policies of the role {role}");
        let names = match self.iam.list_role_policies().role_name(role).send().await.map_err(failed(&what)) {
            Ok(answer) => answer.policy_names,
            Err(error) if error.has_code(&["NoSuchEntity", "NoSuchEntityException"]) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut statements = Vec::new();
        for name in names {
            let request = self.iam.get_role_policy().role_name(role).policy_name(name);
            let answer = request.send().await.map_err(failed(&what))?;
            // IAM writes policies as a part of a URI (IAM API reference, `GetRolePolicy`).
            let document = percent_decode_str(&answer.policy_document).decode_utf8_lossy();
            let policy: Value = serde_json::from_str(&document).map_err(|error| Error::unexpected(&what, error))?;
            statements.extend(listed(&policy["Statement"]).iter().filter_map(allowed));
        }
        Ok(Some(statements))
    }

    /// Asks IAM whether a role may do what a statement of its policies allows, on each of its resources: a permissions
    /// boundary and the organization's policies count there, too. IAM is not asked about resources with a variable.
    pub async fn simulate(&self, role: &str, statement: &Statement) -> Result<Vec<Decision>, Error> {
        let known = statement.resources.iter().filter(|resource| !resource.contains("${"));
        // A resource of the simulator has no pattern; `*` alone stands for a resource that an action does not name.
        let resources = known.map(|one| if one == "*" { one.clone() } else { one.replace('*', "any") });
        let resources: Vec<String> = resources.collect();
        if resources.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.iam.simulate_principal_policy().policy_source_arn(role);
        let request = request
            .set_action_names(Some(statement.actions.clone()))
            .set_resource_arns(Some(resources))
            .set_context_entries(Some(statement.context.iter().map(entry).collect()));
        let results = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        Ok(results.map_err(failed(format!("simulate what {role} may do")))?.into_iter().map(decision).collect())
    }
}

/// A key of conditions with the values that meet them.
fn entry((key, values): &(String, Vec<String>)) -> ContextEntry {
    let kind = if values.len() > 1 { ContextKeyTypeEnum::StringList } else { ContextKeyTypeEnum::String };
    let entry = ContextEntry::builder().context_key_name(key).context_key_type(kind);
    entry.set_context_key_values(Some(values.clone())).build()
}

fn decision(result: EvaluationResult) -> Decision {
    let organization = result.organizations_decision_detail.is_some_and(|detail| !detail.allowed_by_organizations);
    let boundary =
        result.permissions_boundary_decision_detail.is_some_and(|detail| !detail.allowed_by_permissions_boundary);
    let denied_by = match result.eval_decision {
        PolicyEvaluationDecisionType::Allowed => None,
        _ if organization => Some("a policy of the organization"),
        _ if boundary => Some("the permissions boundary of the role"),
        PolicyEvaluationDecisionType::ExplicitDeny => Some("a policy that denies it"),
        _ => Some("the lack of a policy that allows it"),
    };
    Decision { action: result.eval_action_name, denied_by }
}

/// A statement that allows something.
fn allowed(statement: &Value) -> Option<Statement> {
    (statement["Effect"] == "Allow").then(|| Statement {
        actions: texts(&statement["Action"]),
        resources: texts(&statement["Resource"]),
        context: context(&statement["Condition"]),
    })
}

/// `{"StringEquals": {"key": ["a", "b"]}}` as `key` with a value that meets it: the first one.
fn context(conditions: &Value) -> Vec<(String, Vec<String>)> {
    let operators = conditions.as_object().into_iter().flatten();
    let keys =
        operators.flat_map(|(operator, keys)| keys.as_object().into_iter().flatten().map(move |key| (operator, key)));
    keys.map(|(operator, (key, values))| {
        let values = texts(values);
        let first = values.first().map(|value| value.replace('*', "any")).into_iter().collect();
        (key.clone(), if operator.starts_with("ForAllValues") { values } else { first })
    })
    .collect()
}

fn listed(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn texts(value: &Value) -> Vec<String> {
    listed(value).iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_asked_for_with_values_that_meet_its_conditions() {
        let policy = serde_json::json!({
            "Effect": "Allow", "Action": "ec2:CreateTags", "Resource": ["a", "b"],
            "Condition": {"StringLike": {"aws:RequestTag/qaops:run": "*"}, "StringEquals": {"ec2:CreateAction": ["CreateFleet", "RunInstances"]}},
        });
        let statement = allowed(&policy).unwrap();
        assert_eq!((statement.actions, statement.resources.len()), (vec!["ec2:CreateTags".to_owned()], 2));
        assert_eq!(
            statement.context,
            [
                ("ec2:CreateAction".to_owned(), vec!["CreateFleet".to_owned()]),
                ("aws:RequestTag/qaops:run".to_owned(), vec!["any".to_owned()]),
            ]
        );
        assert_eq!(allowed(&serde_json::json!({"Effect": "Deny", "Action": "*", "Resource": "*"})), None);
    }
}
