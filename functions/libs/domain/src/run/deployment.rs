//! A deployment by its name: the SSM parameter `/qaops/<name>/deployment` says where its parts are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::run::fleet::Platform;

/// Where the parts of a deployment are, as `infra/terraform/deployment.tf` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Prefix of all names.
    pub name: String,
    /// Version of QAOps that it was made with.
    pub version: String,
    /// Account that it is in.
    pub account: String,
    /// Region that it is in.
    pub region: String,
    /// ARN that runs are started with.
    pub state_machine: String,
    /// Bucket of artifacts.
    pub bucket: String,
    /// Ledger's table.
    pub ledger: String,
    /// Topics' ARNs: `runs`, and `alarms` where there are any.
    pub topics: BTreeMap<String, String>,
    /// Group of the schedules that start runs; none where nothing can be scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule_group: Option<String>,
    /// Names of the roles: by step, and `instance`, `schedule`, `state-machine`.
    pub roles: BTreeMap<String, String>,
    /// The VPC, and the services that instances reach by endpoints in it.
    pub network: Network,
    /// Most environments that run at the same time, as the quotas are checked for.
    pub most_environments: u32,
    /// How instances are launched, by platform.
    pub platforms: BTreeMap<String, LaunchablePlatform>,
}

/// The network of the instances.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// VPC's id.
    pub vpc: String,
    /// Last parts of the endpoints' services, such as `ssm`; empty where instances have another way to AWS.
    #[serde(default)]
    pub endpoints: Vec<String>,
}

/// A platform with its image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchablePlatform {
    /// Id of an image, or the parameter that has it.
    pub image: String,
    /// How instances are launched.
    pub launch: Platform,
}

/// Name of the parameter of the deployment `name`.
pub fn parameter(name: &str) -> String {
    format!("/qaops/{name}/deployment")
}

/// Name of the deployment that a parameter is of; none of another parameter.
pub fn named(parameter: &str) -> Option<&str> {
    let name = parameter.strip_prefix("/qaops/")?.strip_suffix("/deployment")?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_and_a_name_belong_together() {
        assert_eq!(named(&parameter("nightly")), Some("nightly"));
        for other in ["/qaops/nightly/images/linux/stable", "/qaops//deployment", "/qaops/a/b/deployment", "deployment"]
        {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
