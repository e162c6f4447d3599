//! What the functions read and write: bucket, table, topic, document, launch template.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};
use aws_sdk_ec2::types::{
    LaunchTemplateHttpTokensState, LaunchTemplateIamInstanceProfileSpecificationRequest,
    LaunchTemplateInstanceMetadataOptionsRequest, LaunchTemplateTagSpecificationRequest, RequestLaunchTemplateData,
    ResourceType, ShutdownBehavior, Tag,
};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use aws_sdk_ssm::types::{DocumentFormat, DocumentType, ParameterType};
use domain::run::deployment::{self, LaunchablePlatform, Network};
use domain::run::fleet::{Platform, RootVolume};
use serde_json::json;

use super::{Deployment, Maker};
use crate::Error;
use crate::commands::STEPS;
use crate::error::failed;
use crate::fleet::DEPLOYMENT_TAG;

impl Maker<'_> {
    pub(super) async fn bucket(&self) -> Result<(), Error> {
        let name = self.named("artifacts");
        self.s3.create_bucket().bucket(&name).send().await.map_err(failed("make the bucket"))?;
        let versions = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = self.s3.put_bucket_versioning().bucket(&name).versioning_configuration(versions);
        request.send().await.map(drop).map_err(failed("turn on the versions of the bucket"))
    }

    pub(super) async fn table(&self) -> Result<(), Error> {
        let what = "make the ledger's table";
        let odd = |error| Error::unexpected(what, error);
        let mut request = self.dynamo.create_table().table_name(self.named("ledger"));
        request = request.billing_mode(BillingMode::PayPerRequest);
        for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            request = request.attribute_definitions(attribute.build().map_err(odd)?);
            let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
            request = request.key_schema(key.build().map_err(odd)?);
        }
        request.send().await.map_err(failed(what))?;
        let life = TimeToLiveSpecification::builder().attribute_name("expires").enabled(true).build().map_err(odd)?;
        let request =
            self.dynamo.update_time_to_live().table_name(self.named("ledger")).time_to_live_specification(life);
        request.send().await.map(drop).map_err(failed("set the life of the ledger's items"))
    }

    /// The topic's ARN.
    pub(super) async fn topic(&self) -> Result<String, Error> {
        let made = self.sns.create_topic().name(self.named("runs")).send().await.map_err(failed("make the topic"))?;
        made.topic_arn.ok_or_else(|| Error::unexpected("make the topic", "the answer has no ARN"))
    }

    pub(super) async fn document(&self) -> Result<(), Error> {
        let request = self.ssm.create_document().name(self.named("run-shard")).document_type(DocumentType::Command);
        let request = request.document_format(DocumentFormat::Json).content(self.document_content().to_string());
        request.send().await.map(drop).map_err(failed("make the SSM document"))
    }

    /// Each parameter has a pattern, for its value becomes a word of a shell script.
    fn document_content(&self) -> serde_json::Value {
        let parameter =
            |about: &str, pattern: &str| json!({"type": "String", "description": about, "allowedPattern": pattern});
        json!({
            "schemaVersion": "2.2",
            "description": "Runs one attempt at a shard of a QAOps run.",
            "parameters": {
                "run": parameter("Run's id", "^[A-Za-z0-9_-]{1,80}$"),
                "shard": parameter("Shard's id", "^[0-9]{4,}(r[0-9]+)?$"),
                "attempt": parameter("Attempt, from 1", "^[0-9]{1,3}$"),
                "seconds": parameter("Seconds after which SSM ends the command", "^[0-9]{1,6}$"),
            },
            "mainSteps": [
                {
                    "action": "aws:runShellScript",
                    "name": STEPS[0],
                    "precondition": {"StringEquals": ["platformType", "Linux"]},
                    "inputs": {"timeoutSeconds": "{{ seconds }}", "runCommand": self.blueprint.command},
                },
                {
                    "action": "aws:runPowerShellScript",
                    "name": STEPS[1],
                    "precondition": {"StringEquals": ["platformType", "Windows"]},
                    "inputs": {"timeoutSeconds": "{{ seconds }}", "runCommand": ["exit 1"]},
                },
            ],
        })
    }

    /// Makes the launch template; the setting that tells `launch` how to use it.
    pub(super) async fn fleet(&self) -> Result<String, Error> {
        let metadata = LaunchTemplateInstanceMetadataOptionsRequest::builder()
            .http_tokens(LaunchTemplateHttpTokensState::Required);
        let tag = Tag::builder().key(DEPLOYMENT_TAG).value(&self.blueprint.name).build();
        let tags = LaunchTemplateTagSpecificationRequest::builder().resource_type(ResourceType::Instance).tags(tag);
        let profile = LaunchTemplateIamInstanceProfileSpecificationRequest::builder().arn(self.profile()).build();
        let data = RequestLaunchTemplateData::builder()
            .iam_instance_profile(profile)
            .image_id(format!("resolve:ssm:{}", self.image().await?))
            .instance_initiated_shutdown_behavior(ShutdownBehavior::Terminate)
            .metadata_options(metadata.http_put_response_hop_limit(1).build())
            .tag_specifications(tags.build())
            .user_data(base64(self.blueprint.user_data.as_bytes()))
            .build();
        let request =
            self.ec2.create_launch_template().launch_template_name(self.named("linux")).launch_template_data(data);
        let made = request.send().await.map_err(failed("make the launch template"))?;
        let template = made.launch_template.and_then(|template| template.launch_template_id);
        let template = template.ok_or_else(|| Error::unexpected("make the launch template", "the answer has no id"))?;
        let volume = RootVolume { device: "/dev/xvda".to_owned(), gib: 32, most_gib: 100 };
        let platform = Platform {
            template,
            types: self.blueprint.types.clone(),
            subnets: self.subnets().await?,
            spot: false,
            volume: Some(volume),
        };
        Ok(json!({"linux": platform}).to_string())
    }

    /// The parameter that names the image, as the images' own promotion writes it.
    async fn image(&self) -> Result<String, Error> {
        let name = format!("/{}/images/linux/stable", self.blueprint.name);
        let request = self.ssm.put_parameter().name(&name).value(&self.blueprint.image).r#type(ParameterType::String);
        request.send().await.map_err(failed("name the image of the environments"))?;
        Ok(name)
    }

    /// Says where the parts of the deployment are, as `infra/terraform/deployment.tf` does.
    pub(super) async fn parameter(&self, made: &Deployment, fleet: &str) -> Result<(), Error> {
        let what = "say where the parts of the deployment are";
        let odd = |error| Error::unexpected(what, error);
        let fleet: BTreeMap<String, Platform> = serde_json::from_str(fleet).map_err(odd)?;
        let roles = self.blueprint.functions.keys().map(|step| (step.as_str(), step.as_str()));
        let roles = roles.chain([("instance", "instance"), ("state-machine", "run")]);
        let vpcs = self.ec2.describe_vpcs().send().await.map_err(failed("list the VPCs"))?.vpcs.unwrap_or_default();
        let image = |platform: &str| format!("/{}/images/{platform}/stable", self.blueprint.name);
        let told = deployment::Deployment {
            name: self.blueprint.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            account: self.blueprint.account.clone(),
            region: self.blueprint.region.clone(),
            state_machine: made.machine.clone(),
            bucket: made.bucket.clone(),
            ledger: made.table.clone(),
            topics: [("runs".to_owned(), made.topic.clone())].into(),
            schedule_group: None,
            roles: roles.map(|(role, name)| (role.to_owned(), self.named(name))).collect(),
            network: Network {
                vpc: vpcs.into_iter().find_map(|vpc| vpc.vpc_id).unwrap_or_default(),
                endpoints: Vec::new(),
            },
            most_environments: 10,
            platforms: fleet
                .into_iter()
                .map(|(name, launch)| (name.clone(), LaunchablePlatform { image: image(&name), launch }))
                .collect(),
        };
        let value = serde_json::to_string(&told).map_err(odd)?;
        let request = self.ssm.put_parameter().name(deployment::parameter(&self.blueprint.name)).value(value);
        request.r#type(ParameterType::String).send().await.map(drop).map_err(failed(what))
    }

    /// ARN of the instances' profile.
    fn profile(&self) -> String {
        format!("arn:aws:iam::{}:instance-profile/{}", self.blueprint.account, self.named("instance"))
    }

    async fn subnets(&self) -> Result<Vec<String>, Error> {
        let answer = self.ec2.describe_subnets().send().await.map_err(failed("list the subnets"))?;
        Ok(answer.subnets.unwrap_or_default().into_iter().filter_map(|subnet| subnet.subnet_id).collect())
    }
}

/// RFC 4648, as EC2 wants user data.
fn base64(bytes: &[u8]) -> String {
    aws_smithy_types::base64::encode(bytes)
}
