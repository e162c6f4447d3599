//! The metadata service of the instance that this process runs on.

use std::time::{Duration, SystemTime};

use aws_config::imds::client::Client;
use aws_config::imds::client::error::ImdsError;
use serde::Deserialize;

use crate::Error;

/// Where AWS says that a Spot instance goes away. While nothing is said, there is no such thing.
const SPOT: &str = "/latest/meta-data/spot/instance-action";

/// IMDSv2, at the standard endpoint or at that of `AWS_EC2_METADATA_SERVICE_ENDPOINT`.
#[derive(Clone, Debug)]
pub struct Metadata {
    client: Client,
}

#[derive(Deserialize)]
struct Action {
    time: jiff::Timestamp,
}

impl Default for Metadata {
    fn default() -> Self {
        Self::new()
    }
}

impl Metadata {
    /// A client; nothing is sent yet.
    pub fn new() -> Self {
        let second = Duration::from_secs(1);
        let client = Client::builder().connect_timeout(second).read_timeout(second).max_attempts(1);
        Self { client: client.build() }
    }

    /// When AWS takes this Spot instance back; none as long as it has not said so.
    pub async fn spot_end(&self) -> Result<Option<SystemTime>, Error> {
        let what = "ask the metadata service for a Spot notice";
        let text = match self.client.get(SPOT).await {
            Ok(text) => text,
            Err(ImdsError::ErrorResponse(answer)) if answer.response().status().as_u16() == 404 => return Ok(None),
            Err(error) => return Err(Error::unexpected(what, error)),
        };
        let action: Action = serde_json::from_str(text.as_ref()).map_err(|error| Error::unexpected(what, error))?;
        Ok(Some(action.time.into()))
    }
}
