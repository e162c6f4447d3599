//! The roles of functions and instances, with the policies that Terraform gives them: what a policy lacks fails here, too.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::account::{ACCOUNT, NAME, REGION, ROLE_ID};
use crate::error::Error;
use crate::programs::STEPS;

/// A further bucket that packages and reports may lie in, such as that of a pipeline. It is there if somebody makes it.
const SOURCES: &str = "arn:aws:s3:::qaops-pipeline";

/// A role as the emulator takes it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Role {
    /// Its unique id.
    id: String,
    /// Its one policy.
    policy: Value,
}

/// Every role by name, from the policies in `infra/terraform`.
pub(crate) fn roles(project: &Path) -> Result<BTreeMap<String, Role>, Error> {
    let steps = STEPS.map(|step| (step, step));
    let names = steps.into_iter().chain([("instance", "instance"), ("run", "state-machine")]).enumerate();
    let roles = names.map(|(number, (name, file))| {
        let id = if name == "instance" { ROLE_ID.to_owned() } else { format!("AROALOCALQAOPSROLE1{number:02}") };
        Ok((format!("{NAME}-{name}"), Role { id, policy: policy(project, file)? }))
    });
    roles.collect()
}

fn policy(project: &Path, name: &str) -> Result<Value, Error> {
    let path = project.join("infra/terraform/policies").join(format!("{name}.json"));
    let failed = |source| Error::Io { path: path.clone(), source };
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let mut policy: Value = serde_json::from_str(&filled(text)).map_err(|error| failed(error.into()))?;
    if let Some(statements) = policy["Statement"].as_array_mut() {
        statements.retain(|statement| statement["Resource"] != serde_json::json!([""]));
    }
    Ok(policy)
}

/// A template of a policy with the names of the local deployment, as `infra/terraform/policies.tf` fills it in. What
/// EC2 itself gives an id is any one of its kind, for it has none yet.
fn filled(text: String) -> String {
    let of = |service: &str, what: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{what}");
    let bucket = format!("arn:aws:s3:::{NAME}-artifacts");
    let values = [
        ("bucket", bucket.clone()),
        ("document", of("ssm", &format!("document/{NAME}-run-shard"))),
        ("ec2", format!("arn:aws:ec2:{REGION}:{ACCOUNT}")),
        ("executions", of("states", &format!("execution:{NAME}-run"))),
        ("functions", of("lambda", &format!("function:{NAME}-*"))),
        ("group", format!("arn:aws:ec2:{REGION}::none/none")),
        ("image_keys", String::new()),
        ("image_parameters", of("ssm", &format!("parameter/{NAME}/images/*"))),
        ("images", format!("arn:aws:ec2:{REGION}::image/*")),
        ("key", of("kms", "key/none")),
        ("ledger", of("dynamodb", &format!("table/{NAME}-ledger"))),
        ("machine", of("states", &format!("stateMachine:{NAME}-run"))),
        ("name", NAME.to_owned()),
        ("packages", format!("{bucket}/suites/*\", \"{SOURCES}/*")),
        ("region", REGION.to_owned()),
        ("role", format!("arn:aws:iam::{ACCOUNT}:role/{NAME}-instance")),
        // As `secret_parameters = ["/*"]` of a deployment: which ones a deployment allows is not known here.
        ("secrets", of("ssm", "parameter/*")),
        ("snapshots", format!("arn:aws:ec2:{REGION}::snapshot/*")),
        ("source_keys", of("kms", "key/none")),
        ("sources", format!("{bucket}\", \"{SOURCES}")),
        ("subnets", of("ec2", "subnet/*")),
        ("templates", of("ec2", "launch-template/*")),
        ("topic", of("sns", &format!("{NAME}-runs"))),
    ];
    // Terraform writes a variable of IAM with two dollars, for one would be its own.
    let kept = text.replace("$${", "\u{0}");
    let fill = |text: String, (name, value): (&str, String)| text.replace(&format!("${{{name}}}"), &value);
    values.into_iter().fold(kept, fill).replace('\u{0}', "${")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_a_policy_is_filled_in_but_those_of_iam() {
        let roles = roles(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
        assert_eq!(roles.len(), STEPS.len() + 2);
        let own = roles["qaops-instance"].policy.to_string();
        assert!(own.contains("arn:aws:s3:::qaops-artifacts/runs/*/environments/${aws:userid}/*"), "{own}");
        for (name, role) in roles {
            let left = role.policy.to_string().replace("${aws:userid}", "");
            assert!(!left.contains("${") && !left.contains("\"\""), "{name}: {left}");
        }
    }
}
