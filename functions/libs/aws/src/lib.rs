//! AWS in the words of QAOps: fleet, commands, ledger, artifacts, executions, parameters, topic.
//!
//! This is the only crate that names `aws_sdk_*`. Its types are those of `domain`, and its errors say what was
//! attempted and whether it is worth another try.

#[cfg(feature = "account")]
pub mod account;
mod answers;
mod artifacts;
mod commands;
mod error;
mod executions;
mod fleet;
mod ledger;
mod metadata;
mod parameters;
mod patience;
#[cfg(feature = "provision")]
pub mod provision;
mod topic;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

pub use answers::{Answers, SHARD_LOST};
pub use artifacts::{Artifacts, ObjectVersion, Reader, ShardSummaries, Summaries};
pub use commands::{Command, CommandOrder, CommandState, Commands};
pub use error::{Error, Kind};
pub use executions::{Execution, ExecutionStatus, Executions, HistoryState, TokenAnswer};
pub use fleet::{Fleet, LaunchOrder, Launched};
pub use ledger::{Ledger, Pulled};
pub use metadata::Metadata;
pub use parameters::Parameters;
pub use topic::Topic;

/// Connections to AWS by the credentials, region and endpoint of the process's environment.
#[derive(Clone, Debug)]
pub struct Cloud {
    config: SdkConfig,
}

impl Cloud {
    /// Reads the process's AWS settings. Nothing is sent yet.
    pub async fn connect() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(4))
            .operation_attempt_timeout(Duration::from_secs(20))
            .build();
        let config = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(timeouts)
            .load()
            .await;
        Self { config }
    }

    /// Connects to a local cloud at `endpoint`, whatever the process's AWS settings are and whatever proxy it has: no proxy
    /// knows this machine's own addresses.
    #[cfg(feature = "provision")]
    pub async fn connect_to(endpoint: &str, region: &str) -> Self {
        let credentials = aws_sdk_s3::config::Credentials::new("local", "local", None, None, "local");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(aws_config::Region::new(region.to_owned()))
            .credentials_provider(credentials)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .load()
            .await;
        Self { config }
    }

    /// The bucket of artifacts.
    pub fn artifacts(&self, bucket: String) -> Artifacts {
        Artifacts::new(aws_sdk_s3::Client::new(&self.config), bucket)
    }

    /// The summaries of a run's attempts in the bucket of artifacts.
    pub fn summaries(&self, bucket: String) -> Summaries {
        Summaries::new(self.artifacts(bucket))
    }

    /// SSM Run Command with the deployment's document.
    pub fn commands(&self, document: String) -> Commands {
        Commands::new(aws_sdk_ssm::Client::new(&self.config), document)
    }

    /// Step Functions.
    pub fn executions(&self) -> Executions {
        Executions::new(aws_sdk_sfn::Client::new(&self.config))
    }

    /// EC2 instances and what SSM knows of them.
    pub fn fleet(&self) -> Fleet {
        Fleet::new(aws_sdk_ec2::Client::new(&self.config), aws_sdk_ssm::Client::new(&self.config))
    }

    /// The ledger's table.
    pub fn ledger(&self, table: String) -> Ledger {
        Ledger::new(aws_sdk_dynamodb::Client::new(&self.config), table)
    }

    /// SSM parameters.
    pub fn parameters(&self) -> Parameters {
        Parameters::new(aws_sdk_ssm::Client::new(&self.config))
    }

    /// The topic that everyone listens to.
    pub fn topic(&self, arn: String) -> Topic {
        Topic::new(aws_sdk_sns::Client::new(&self.config), arn)
    }
}
