//! Making a deployment: the resources that the functions work with.
//!
//! `infra/local` sets up the local cloud by this. On AWS itself the Terraform module does it.

mod functions;
mod resources;
mod rules;
mod signature;

use std::collections::BTreeMap;

use aws_sdk_ec2::Client as Ec2;
use aws_sdk_eventbridge::Client as EventBridge;
use aws_sdk_lambda::Client as Lambda;
use aws_sdk_s3::Client as S3;
use aws_sdk_sfn::Client as StepFunctions;
use aws_sdk_sns::Client as Sns;
use aws_sdk_ssm::Client as Ssm;

use crate::{Cloud, Error};

pub use signature::Unsigned;

/// What a deployment is made of.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Prefix of all names.
    pub name: String,
    /// Region of the ARNs.
    pub region: String,
    /// Account of the ARNs.
    pub account: String,
    /// Unique id of the role of the instances.
    pub role_id: String,
    /// Zip files of the functions by step; each holds a `bootstrap`.
    pub functions: BTreeMap<String, Vec<u8>>,
    /// The state machine's definition with its placeholders.
    pub definition: String,
    /// Seconds by placeholder: `ready_seconds`, `capacity_seconds`, `rerun_seconds`.
    pub seconds: BTreeMap<String, u32>,
    /// Lines of the shell script that starts the runner; `{{ run }}`, `{{ shard }}`, `{{ attempt }}` are filled by SSM.
    pub command: Vec<String>,
    /// Image of the environments.
    pub image: String,
    /// Instance types of the environments, the preferred first.
    pub types: Vec<String>,
    /// Script that an instance runs when it starts.
    pub user_data: String,
    /// How often the sweep runs, as EventBridge writes it: `rate(1 minute)`.
    pub sweep: String,
    /// Further settings of the functions by name.
    pub settings: BTreeMap<String, String>,
    /// Whether events are told to the functions.
    pub events: bool,
}

/// Where a deployment's resources are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Bucket of artifacts.
    pub bucket: String,
    /// Ledger's table.
    pub table: String,
    /// Topic's ARN.
    pub topic: String,
    /// State machine's ARN.
    pub machine: String,
    /// SSM document's name.
    pub document: String,
}

/// Clients of the services that a deployment is made with.
struct Maker<'a> {
    blueprint: &'a Blueprint,
    ec2: Ec2,
    events: EventBridge,
    lambda: Lambda,
    s3: S3,
    sns: Sns,
    ssm: Ssm,
    steps: StepFunctions,
    dynamo: aws_sdk_dynamodb::Client,
}

impl Cloud {
    /// Makes a deployment. What is there already under the same names is an error.
    pub async fn provision(&self, blueprint: &Blueprint) -> Result<Deployment, Error> {
        let maker = Maker {
            blueprint,
            ec2: Ec2::new(&self.config),
            events: EventBridge::new(&self.config),
            lambda: Lambda::new(&self.config),
            s3: S3::new(&self.config),
            sns: Sns::new(&self.config),
            ssm: Ssm::new(&self.config),
            steps: StepFunctions::new(&self.config),
            dynamo: aws_sdk_dynamodb::Client::new(&self.config),
        };
        maker.make().await
    }
}

impl Maker<'_> {
    async fn make(&self) -> Result<Deployment, Error> {
        let (topic, fleet, (), (), ()) =
            tokio::try_join!(self.topic(), self.fleet(), self.bucket(), self.table(), self.document())?;
        let deployment = Deployment {
            bucket: self.named("artifacts"),
            table: self.named("ledger"),
            topic,
            machine: self.arn("states", "stateMachine:", "run"),
            document: self.named("run-shard"),
        };
        let settings = self.settings(&deployment, &fleet);
        tokio::try_join!(self.functions(&settings), self.machine(), self.parameter(&deployment, &fleet))?;
        self.rules(&deployment.machine).await?;
        Ok(deployment)
    }

    /// A resource's name.
    fn named(&self, what: &str) -> String {
        format!("{}-{what}", self.blueprint.name)
    }

    /// A resource's ARN; `kind` ends with the separator that the service writes before the name.
    fn arn(&self, service: &str, kind: &str, what: &str) -> String {
        let Blueprint { region, account, .. } = self.blueprint;
        format!("arn:aws:{service}:{region}:{account}:{kind}{}", self.named(what))
    }

    /// A role's ARN.
    fn role(&self, what: &str) -> String {
        format!("arn:aws:iam::{}:role/{}", self.blueprint.account, self.named(what))
    }

    /// Settings of every function.
    fn settings(&self, deployment: &Deployment, fleet: &str) -> BTreeMap<String, String> {
        let settings = [
            ("QAOPS_BUCKET", deployment.bucket.as_str()),
            ("QAOPS_DEPLOYMENT", &self.blueprint.name),
            ("QAOPS_DOCUMENT", &deployment.document),
            ("QAOPS_FLEET", fleet),
            ("QAOPS_ROLE_ID", &self.blueprint.role_id),
            ("QAOPS_STATE_MACHINE", &deployment.machine),
            ("QAOPS_TABLE", &deployment.table),
            ("QAOPS_TOPIC", &deployment.topic),
        ];
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        settings.chain(self.blueprint.settings.clone()).collect()
    }
}
