//! What an account has and allows, for a look before a run: nothing here changes anything.

mod launches;
mod roles;

use std::collections::BTreeMap;

use aws_sdk_ec2::types::Filter;
use domain::run::deployment::{self, Deployment};

use crate::error::failed;
use crate::{Cloud, Error};

pub use launches::DryRun;
pub use roles::{Decision, Statement};

/// An account, seen with the caller's own rights.
#[derive(Clone, Debug)]
pub struct Account {
    ec2: aws_sdk_ec2::Client,
    iam: aws_sdk_iam::Client,
    quotas: aws_sdk_servicequotas::Client,
    scheduler: aws_sdk_scheduler::Client,
    sns: aws_sdk_sns::Client,
    ssm: aws_sdk_ssm::Client,
    sts: aws_sdk_sts::Client,
    region: Option<String>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Account's id.
    pub account: String,
    /// ARN of the user or of the role's session.
    pub arn: String,
}

/// An image of environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `available`, `pending`, `failed` and so on.
    pub state: String,
    /// `x86_64` or `arm64`.
    pub architecture: String,
}

/// Whoever gets a topic's messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, `https`, `sqs` and so on.
    pub protocol: String,
    /// Address.
    pub endpoint: String,
    /// Whether the address has confirmed that it wants them.
    pub confirmed: bool,
}

impl Cloud {
    /// The account that the credentials are of.
    pub fn account(&self) -> Account {
        Account {
            ec2: aws_sdk_ec2::Client::new(&self.config),
            iam: aws_sdk_iam::Client::new(&self.config),
            quotas: aws_sdk_servicequotas::Client::new(&self.config),
            scheduler: aws_sdk_scheduler::Client::new(&self.config),
            sns: aws_sdk_sns::Client::new(&self.config),
            ssm: aws_sdk_ssm::Client::new(&self.config),
            sts: aws_sdk_sts::Client::new(&self.config),
            region: self.config.region().map(ToString::to_string),
        }
    }
}

impl Account {
    /// The region that calls go to; none where nothing says one.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Who calls.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let answer = self.sts.get_caller_identity().send().await.map_err(failed("ask who is calling"))?;
        Ok(Identity { account: answer.account.unwrap_or_default(), arn: answer.arn.unwrap_or_default() })
    }

    /// Where the parts of a deployment are; none where there is none of this name.
    pub async fn deployment(&self, name: &str) -> Result<Option<Deployment>, Error> {
        let parameter = deployment::parameter(name);
        let Some(text) = self.parameter(&parameter).await? else { return Ok(None) };
        let odd = |error| Error::unexpected(format!("read the parameter {parameter}"), error);
        serde_json::from_str(&text).map(Some).map_err(odd)
    }

    /// Names of the deployments of this account and region.
    pub async fn deployments(&self) -> Result<Vec<String>, Error> {
        let mut pages = self.ssm.get_parameters_by_path().path("/qaops").recursive(true).into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed("list the deployments"))?;
            let found = page.parameters.unwrap_or_default().into_iter().filter_map(|parameter| parameter.name);
            names.extend(found.filter_map(|name| deployment::named(&name).map(str::to_owned)));
        }
        Ok(names)
    }

    /// A parameter's value; none where there is no such parameter.
    pub async fn parameter(&self, name: &str) -> Result<Option<String>, Error> {
        let answer = self.ssm.get_parameter().name(name).send().await.map_err(failed(format!("read {name}")));
        match answer {
            Ok(answer) => Ok(answer.parameter.and_then(|parameter| parameter.value)),
            Err(error) if error.has_code(&["ParameterNotFound"]) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A quota's value: the account's own, or AWS's default where the account has never had another one.
    pub async fn quota(&self, service: &str, code: &str) -> Result<Option<f64>, Error> {
        let what = format!("read the quota {code} of {service}");
        let own = self.quotas.get_service_quota().service_code(service).quota_code(code).send().await;
        match own.map_err(failed(&what)) {
            Ok(answer) => return Ok(answer.quota.and_then(|quota| quota.value)),
            Err(error) if error.has_code(&["NoSuchResourceException"]) => {}
            Err(error) => return Err(error),
        }
        let default = self.quotas.get_aws_default_service_quota().service_code(service).quota_code(code).send().await;
        Ok(default.map_err(failed(what))?.quota.and_then(|quota| quota.value))
    }

    /// vCPUs of instance types by their names. A type that EC2 does not know is an error.
    pub async fn vcpus(&self, types: &[String]) -> Result<BTreeMap<String, u32>, Error> {
        let types = types.iter().map(|name| name.as_str().into()).collect();
        let answer = self.ec2.describe_instance_types().set_instance_types(Some(types)).send().await;
        let found = answer.map_err(failed("look up the instance types"))?.instance_types.unwrap_or_default();
        let of = |kind: aws_sdk_ec2::types::InstanceTypeInfo| {
            let vcpus = kind.v_cpu_info.and_then(|info| info.default_v_cpus)?;
            Some((kind.instance_type?.as_str().to_owned(), u32::try_from(vcpus).ok()?))
        };
        Ok(found.into_iter().filter_map(of).collect())
    }

    /// An image; none where the account sees no such image.
    pub async fn image(&self, id: &str) -> Result<Option<Image>, Error> {
        let answer = self.ec2.describe_images().image_ids(id).send().await.map_err(failed(format!("look up {id}")));
        let images = match answer {
            Ok(answer) => answer.images.unwrap_or_default(),
            Err(error) if error.has_code(&["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"]) => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(images.into_iter().next().map(|image| Image {
            state: image.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
            architecture: image.architecture.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        }))
    }

    /// States of the endpoints in a VPC, by the last part of the service's name.
    pub async fn endpoints(&self, vpc: &str) -> Result<BTreeMap<String, String>, Error> {
        let filter = Filter::builder().name("vpc-id").values(vpc).build();
        let mut pages = self.ec2.describe_vpc_endpoints().filters(filter).into_paginator().send();
        let mut states = BTreeMap::new();
        while let Some(page) = pages.next().await {
            for endpoint in page.map_err(failed("list the endpoints"))?.vpc_endpoints.unwrap_or_default() {
                let service = endpoint.service_name.unwrap_or_default();
                let last = service.rsplit("amazonaws.").next().unwrap_or_default();
                let last = last.split_once('.').map_or(last, |(_region, service)| service).to_owned();
                let state = endpoint.state.map(|state| state.as_str().to_lowercase()).unwrap_or_default();
                states.insert(last, state);
            }
        }
        Ok(states)
    }

    /// Who gets a topic's messages.
    pub async fn subscriptions(&self, topic: &str) -> Result<Vec<Subscription>, Error> {
        let mut pages = self.sns.list_subscriptions_by_topic().topic_arn(topic).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed(format!("list the subscriptions of {topic}")))?;
            found.extend(page.subscriptions.unwrap_or_default().into_iter().map(|subscription| Subscription {
                // SNS gives no ARN before the address has confirmed (SNS API reference, `Subscribe`).
                confirmed: subscription.subscription_arn.is_some_and(|arn| arn.starts_with("arn:")),
                protocol: subscription.protocol.unwrap_or_default(),
                endpoint: subscription.endpoint.unwrap_or_default(),
            }));
        }
        Ok(found)
    }

    /// Schedules of a group by name, each with whether it is on.
    pub async fn schedules(&self, group: &str) -> Result<BTreeMap<String, bool>, Error> {
        let mut pages = self.scheduler.list_schedules().group_name(group).into_paginator().send();
        let mut found = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(failed(format!("list the schedules of the group {group}")))?;
            for schedule in page.schedules {
                let is_on = schedule.state.is_some_and(|state| state.as_str() == "ENABLED");
                found.insert(schedule.name.unwrap_or_default(), is_on);
            }
        }
        Ok(found)
    }
}
