//! Launches that are only asked for: `DryRun`.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, LaunchTemplateSpecification, LocationType};
use domain::run::fleet::{Market, Platform};

use super::Account;
use crate::Error;
use crate::error::failed;
use crate::fleet::{DEPLOYMENT_TAG, capacity_of, templates_of};

/// What EC2 says of a launch that it did not make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DryRun {
    /// It would have launched.
    Allowed,
    /// It would have refused, in its own words.
    Refused(String),
}

impl Account {
    /// Whether the caller may launch a platform's instances by a fleet, as a run does. Nothing is launched.
    pub async fn dry_fleet(&self, platform: &Platform, market: Market) -> Result<DryRun, Error> {
        let request = self.ec2.create_fleet().dry_run(true).r#type(aws_sdk_ec2::types::FleetType::Instant);
        let request = request
            .launch_template_configs(templates_of(platform, None))
            .target_capacity_specification(capacity_of(1, market)?);
        dry(request.send().await.map(drop).map_err(failed("ask for a fleet")))
    }

    /// Whether the caller may launch an instance of a platform by its template. Nothing is launched.
    pub async fn dry_instance(&self, platform: &Platform) -> Result<DryRun, Error> {
        let template = LaunchTemplateSpecification::builder().launch_template_id(&platform.template).build();
        let request = self.ec2.run_instances().dry_run(true).min_count(1).max_count(1).launch_template(template);
        let kind = platform.types.first().map(|kind| kind.as_str().into());
        dry(request.set_instance_type(kind).send().await.map(drop).map_err(failed("ask for an instance")))
    }

    /// Whether there is a launch template of this id.
    pub async fn has_template(&self, id: &str) -> Result<bool, Error> {
        let request = self.ec2.describe_launch_templates().launch_template_ids(id);
        match request.send().await.map_err(failed(format!("look up the launch template {id}"))) {
            Ok(answer) => Ok(!answer.launch_templates.unwrap_or_default().is_empty()),
            Err(error) if error.code.as_deref().is_some_and(|code| code.contains("NotFound")) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Those of the types that the region offers.
    pub async fn offered(&self, types: &[String]) -> Result<BTreeSet<String>, Error> {
        let filter = Filter::builder().name("instance-type").set_values(Some(types.to_vec())).build();
        let request = self.ec2.describe_instance_type_offerings().location_type(LocationType::Region).filters(filter);
        let answer = request.send().await.map_err(failed("list the instance types that the region offers"))?;
        let offerings = answer.instance_type_offerings.unwrap_or_default();
        Ok(offerings.into_iter().filter_map(|offer| Some(offer.instance_type?.as_str().to_owned())).collect())
    }

    /// Ids of instances of a deployment that are not ended, each with its run.
    pub async fn instances(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        let tag = Filter::builder().name(format!("tag:{DEPLOYMENT_TAG}")).values(name).build();
        let states = ["pending", "running", "stopping", "stopped", "shutting-down"].map(str::to_owned).to_vec();
        let state = Filter::builder().name("instance-state-name").set_values(Some(states)).build();
        let mut pages = self.ec2.describe_instances().filters(tag).filters(state).into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(reservation) = pages.next().await {
            let reservation = reservation.map_err(failed("list the instances of the deployment"))?;
            for instance in reservation.instances.unwrap_or_default() {
                let tags = instance.tags.unwrap_or_default();
                let run =
                    tags.into_iter().find(|tag| tag.key.as_deref() == Some("qaops:run")).and_then(|tag| tag.value);
                found.push((instance.instance_id.unwrap_or_default(), run.unwrap_or_default()));
            }
        }
        Ok(found)
    }
}

/// EC2 answers a dry run with an error in any case (EC2 API reference, `CreateFleet`: `DryRun`).
fn dry(answer: Result<(), Error>) -> Result<DryRun, Error> {
    match answer {
        Ok(()) => Ok(DryRun::Allowed),
        Err(error) if error.has_code(&["DryRunOperation"]) => Ok(DryRun::Allowed),
        Err(error) if error.kind == crate::Kind::Unavailable => Err(error),
        Err(error) => Ok(DryRun::Refused(error.code.clone().unwrap_or_else(|| error.to_string()))),
    }
}
