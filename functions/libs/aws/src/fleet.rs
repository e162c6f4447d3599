//! EC2 instances and what SSM knows of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_ec2::types::{
    DefaultTargetCapacityType, Filter, FleetBlockDeviceMappingRequest, FleetEbsBlockDeviceRequest,
    FleetLaunchTemplateConfigRequest, FleetLaunchTemplateOverridesRequest, FleetLaunchTemplateSpecificationRequest,
    FleetOnDemandAllocationStrategy, FleetType, InstanceStateName, OnDemandOptionsRequest, ResourceType,
    SpotAllocationStrategy, SpotOptionsRequest, SummaryStatus, Tag, TagSpecification,
    TargetCapacitySpecificationRequest, VolumeType,
};
use aws_sdk_ec2::{Client, types};
use domain::base::ids::{InstanceId, RunId};
use domain::base::time::Time;
use domain::run::fleet::{Instance, InstanceState, InstanceStatus, Market, Platform};
use domain::run::obstacles::Obstacle;

use crate::Error;
use crate::error::failed;

/// Tag with the run's id. Everything that cleans up goes by it.
const RUN_TAG: &str = "qaops:run";
/// Tag with the deployment's name, which the launch templates give: two deployments in one account know theirs by it.
pub(crate) const DEPLOYMENT_TAG: &str = "qaops:deployment";
/// Tag with the Unix time in seconds after which the sweep ends an instance.
const DEADLINE_TAG: &str = "qaops:deadline";
/// Most instance ids that SSM filters by in one request.
const IDS_A_REQUEST: usize = 50;

/// Values that EC2 takes in the filters of one request; with more it answers `FilterLimitExceeded` (EC2 user guide, "Filter
/// your resources").
const VALUES_A_FILTER: usize = 200;

/// What to launch.
#[derive(Clone, Debug)]
pub struct LaunchOrder<'a> {
    /// Run's id.
    pub run: &'a RunId,
    /// How instances of the platform are launched.
    pub platform: &'a Platform,
    /// Device and GiB of the root volume, where it is not the launch template's own.
    pub volume: Option<(&'a str, u32)>,
    /// How the capacity is bought.
    pub market: Market,
    /// Instances wanted.
    pub count: usize,
    /// Client token: the same order sent twice launches once.
    pub token: &'a str,
    /// Further tags.
    pub tags: BTreeMap<String, String>,
    /// When the sweep ends the instances.
    pub deadline: Time,
}

/// What one fleet request brought.
#[derive(Clone, Debug, Default)]
pub struct Launched {
    /// Instances by id, with their types.
    pub instances: BTreeMap<InstanceId, String>,
    /// What stood in the way of more, with AWS's words.
    pub obstacles: Vec<(Obstacle, String)>,
}

/// EC2 and SSM's view of its instances.
#[derive(Clone, Debug)]
pub struct Fleet {
    ec2: Client,
    ssm: aws_sdk_ssm::Client,
}

impl Fleet {
    pub(crate) fn new(ec2: Client, ssm: aws_sdk_ssm::Client) -> Self {
        Self { ec2, ssm }
    }

    /// Sends one fleet request. It may bring fewer instances than asked for; that is no error.
    pub async fn launch(&self, order: &LaunchOrder<'_>) -> Result<Launched, Error> {
        let answer = self
            .ec2
            .create_fleet()
            .r#type(FleetType::Instant)
            .client_token(order.token)
            .launch_template_configs(templates_of(order.platform, order.volume))
            .target_capacity_specification(capacity_of(order.count, order.market)?)
            // Otherwise EC2 takes the cheapest type, whatever the order (API reference, `OnDemandOptionsRequest`).
            .on_demand_options(
                OnDemandOptionsRequest::builder()
                    .allocation_strategy(FleetOnDemandAllocationStrategy::Prioritized)
                    .build(),
            )
            // Of Spot capacity, what is least likely to be taken back comes before a type that is preferred.
            .spot_options(
                SpotOptionsRequest::builder()
                    .allocation_strategy(SpotAllocationStrategy::PriceCapacityOptimized)
                    .build(),
            )
            .set_tag_specifications(Some(vec![tags(order)]))
            .send()
            .await
            .map_err(failed(format!("launch {} instances", order.count)))?;
        let mut launched = Launched::default();
        for set in answer.instances.unwrap_or_default() {
            let kind = set.instance_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default();
            launched
                .instances
                .extend(set.instance_ids.unwrap_or_default().into_iter().map(|id| (id.into(), kind.clone())));
        }
        launched.obstacles = answer
            .errors
            .unwrap_or_default()
            .into_iter()
            .map(|error| {
                let code = error.error_code.unwrap_or_default();
                (Obstacle::from_code(&code), format!("{code}: {}", error.error_message.unwrap_or_default()))
            })
            .collect();
        Ok(launched)
    }

    /// What EC2 and SSM know of `ids`, in the same order.
    pub async fn statuses(&self, ids: &[InstanceId]) -> Result<Vec<InstanceStatus>, Error> {
        let (seen, impaired, online) = tokio::try_join!(self.seen(ids), self.impaired(ids), self.online(ids))?;
        Ok(ids
            .iter()
            .map(|id| InstanceStatus {
                id: id.clone(),
                state: seen.get(id).map(state),
                image: seen.get(id).and_then(|instance| instance.image_id.clone()),
                impaired: impaired.contains(id),
                reason: seen.get(id).and_then(reason),
                online: online.contains(id),
            })
            .collect())
    }

    /// Instances by id. Asking by filter leaves out unknown ids, where asking by id would refuse all of them.
    async fn seen(&self, ids: &[InstanceId]) -> Result<BTreeMap<InstanceId, types::Instance>, Error> {
        let found = self.describe("instance-id", &texts(ids)).await?;
        Ok(found.into_iter().filter_map(|instance| Some((instance.instance_id.clone()?.into(), instance))).collect())
    }

    async fn impaired(&self, ids: &[InstanceId]) -> Result<BTreeSet<InstanceId>, Error> {
        let filter = Filter::builder().name("instance-status.status").values("impaired").build();
        let mut pages = self.ec2.describe_instance_status().filters(filter).into_paginator().items().send();
        let mut impaired = BTreeSet::new();
        while let Some(status) = pages.next().await {
            let status = status.map_err(failed("read the status of instances"))?;
            let bad = status.instance_status.is_some_and(|s| s.status == Some(SummaryStatus::Impaired));
            let id = status.instance_id.map(InstanceId::from);
            impaired.extend(id.filter(|id| bad && ids.contains(id)));
        }
        Ok(impaired)
    }

    async fn online(&self, ids: &[InstanceId]) -> Result<BTreeSet<InstanceId>, Error> {
        let mut online = BTreeSet::new();
        for ids in ids.chunks(IDS_A_REQUEST) {
            let filter = aws_sdk_ssm::types::InstanceInformationStringFilter::builder()
                .key("InstanceIds")
                .set_values(Some(texts(ids)))
                .build()
                .map_err(|error| Error::unexpected("ask SSM for its instances", error))?;
            let mut pages = self.ssm.describe_instance_information().filters(filter).into_paginator().items().send();
            while let Some(information) = pages.next().await {
                let information = information.map_err(failed("ask SSM for its instances"))?;
                let reachable = information.ping_status == Some(aws_sdk_ssm::types::PingStatus::Online);
                online.extend(information.instance_id.filter(|_| reachable).map(InstanceId::from));
            }
        }
        Ok(online)
    }

    /// Instances of a run, those that ended a short while ago included.
    pub async fn of_run(&self, run: &RunId) -> Result<Vec<Instance>, Error> {
        let found = self.describe(&format!("tag:{RUN_TAG}"), &[run.to_string()]).await?;
        Ok(found.iter().filter_map(of_ours).collect())
    }

    /// Instances of all runs of a deployment, those that ended a short while ago included.
    pub async fn of_deployment(&self, deployment: &str) -> Result<Vec<Instance>, Error> {
        let found = self.describe(&format!("tag:{DEPLOYMENT_TAG}"), &[deployment.to_owned()]).await?;
        Ok(found.iter().filter_map(of_ours).collect())
    }

    /// One instance of ours, or none.
    pub async fn instance(&self, id: &InstanceId) -> Result<Option<Instance>, Error> {
        Ok(self.describe("instance-id", &[id.to_string()]).await?.iter().find_map(of_ours))
    }

    /// Terminates instances. Those that are gone already are no error.
    pub async fn terminate(&self, ids: &[InstanceId]) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        let answer = self.ec2.terminate_instances().set_instance_ids(Some(texts(ids))).send().await;
        match answer.map_err(failed(format!("terminate {}", ids.join(", ")))) {
            // EC2 refuses the whole request for one unknown id, so each is tried alone.
            Err(error) if error.has_code(&["InvalidInstanceID.NotFound"]) && ids.len() > 1 => {
                for id in ids {
                    Box::pin(self.terminate(std::slice::from_ref(id))).await?;
                }
                Ok(())
            }
            Err(error) if error.has_code(&["InvalidInstanceID.NotFound"]) => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn describe(&self, filter: &str, values: &[String]) -> Result<Vec<types::Instance>, Error> {
        let mut instances = Vec::new();
        for values in values.chunks(VALUES_A_FILTER) {
            let filter = Filter::builder().name(filter).set_values(Some(values.to_vec())).build();
            let mut pages = self.ec2.describe_instances().filters(filter).into_paginator().items().send();
            while let Some(reservation) = pages.next().await {
                let reservation = reservation.map_err(failed("list instances"))?;
                instances.extend(reservation.instances.unwrap_or_default());
            }
        }
        Ok(instances)
    }
}

/// The launch template of a platform with each of its types in each of its subnets, and a root volume of another size.
pub(crate) fn templates_of(platform: &Platform, volume: Option<(&str, u32)>) -> FleetLaunchTemplateConfigRequest {
    let volume = volume.map(|(device, gib)| root_volume(device, gib));
    let specification = FleetLaunchTemplateSpecificationRequest::builder().version("$Default");
    let specification = if platform.template.starts_with("lt-") {
        specification.launch_template_id(&platform.template)
    } else {
        specification.launch_template_name(&platform.template)
    };
    let overrides = platform.types.iter().enumerate().flat_map(|(priority, kind)| {
        let volume = &volume;
        platform.subnets.iter().map(move |subnet| {
            FleetLaunchTemplateOverridesRequest::builder()
                .instance_type(kind.as_str().into())
                .subnet_id(subnet)
                .priority(priority as f64)
                .set_block_device_mappings(volume.clone().map(|volume| vec![volume]))
                .build()
        })
    });
    FleetLaunchTemplateConfigRequest::builder()
        .launch_template_specification(specification.build())
        .set_overrides(Some(overrides.collect()))
        .build()
}

/// A root volume that replaces that of the launch template, so it repeats all settings of the template's volume.
fn root_volume(device: &str, gib: u32) -> FleetBlockDeviceMappingRequest {
    let ebs = FleetEbsBlockDeviceRequest::builder()
        .delete_on_termination(true)
        .encrypted(true)
        .volume_size(i32::try_from(gib).unwrap_or(i32::MAX))
        .volume_type(VolumeType::Gp3);
    FleetBlockDeviceMappingRequest::builder().device_name(device).ebs(ebs.build()).build()
}

pub(crate) fn capacity_of(count: usize, market: Market) -> Result<TargetCapacitySpecificationRequest, Error> {
    let what = || format!("launch {count} instances");
    let count = i32::try_from(count).map_err(|error| Error::unexpected(what(), error))?;
    let market = match market {
        Market::Spot => DefaultTargetCapacityType::Spot,
        Market::OnDemand => DefaultTargetCapacityType::OnDemand,
    };
    let capacity = TargetCapacitySpecificationRequest::builder().total_target_capacity(count);
    Ok(capacity.default_target_capacity_type(market).build())
}

fn texts(ids: &[InstanceId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn tags(order: &LaunchOrder<'_>) -> TagSpecification {
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let mut tags = vec![tag(RUN_TAG, order.run), tag(DEADLINE_TAG, &order.deadline.seconds().to_string())];
    tags.extend(order.tags.iter().map(|(key, value)| tag(key, value)));
    TagSpecification::builder().resource_type(ResourceType::Instance).set_tags(Some(tags)).build()
}

fn of_ours(instance: &types::Instance) -> Option<Instance> {
    let tags: HashMap<&str, &str> =
        instance.tags().iter().filter_map(|tag| Some((tag.key.as_deref()?, tag.value.as_deref()?))).collect();
    Some(Instance {
        id: instance.instance_id.clone()?.into(),
        run: (*tags.get(RUN_TAG)?).into(),
        state: state(instance),
        launched: instance.launch_time.map_or(0, |time| time.secs()).into(),
        deadline: tags.get(DEADLINE_TAG).and_then(|text| text.parse::<i64>().ok()).map(Time::from),
    })
}

/// Why EC2 ended an instance. Its message repeats the code.
fn reason(instance: &types::Instance) -> Option<String> {
    let reason = instance.state_reason.as_ref()?;
    reason.message.clone().or_else(|| reason.code.clone()).filter(|_| state(instance) == InstanceState::Ending)
}

fn state(instance: &types::Instance) -> InstanceState {
    match instance.state.as_ref().and_then(|state| state.name.as_ref()) {
        None | Some(InstanceStateName::Pending) => InstanceState::Pending,
        Some(InstanceStateName::Running) => InstanceState::Running,
        Some(_) => InstanceState::Ending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(volume: Option<(&str, u32)>) -> Vec<FleetLaunchTemplateOverridesRequest> {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let (types, subnets) = (names(["a.large", "b.large"]), names(["s-1", "s-2"]));
        let platform = Platform { template: "lt-1".into(), types, subnets, spot: false, volume: None };
        let (market, tags) = (Market::OnDemand, BTreeMap::new());
        let order = LaunchOrder {
            run: &"r".into(),
            platform: &platform,
            volume,
            market,
            count: 1,
            token: "t",
            tags,
            deadline: 0.into(),
        };
        templates_of(order.platform, order.volume).overrides.unwrap()
    }

    #[test]
    fn a_larger_volume_goes_with_every_type_and_subnet_and_is_encrypted_as_the_template_s_own() {
        let overrides = overrides(Some(("/dev/xvda", 100)));
        assert_eq!(overrides.len(), 4);
        for one in overrides {
            let [mapping] = one.block_device_mappings() else { panic!("{one:?}") };
            let ebs = mapping.ebs().unwrap();
            assert_eq!((mapping.device_name(), ebs.volume_size()), (Some("/dev/xvda"), Some(100)));
            assert_eq!((ebs.encrypted(), ebs.delete_on_termination()), (Some(true), Some(true)));
            assert_eq!(ebs.volume_type(), Some(&VolumeType::Gp3));
        }
    }

    #[test]
    fn without_a_wish_the_volume_is_the_template_s() {
        assert!(overrides(None).iter().all(|one| one.block_device_mappings().is_empty()));
    }
}
