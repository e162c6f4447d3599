//! The topic that everyone listens to.

use std::collections::BTreeMap;

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::Error;
use crate::error::failed;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Subject of a mail: ASCII, at most 100 characters.
    pub subject: String,
    /// Body by protocol (`default`, `email`, `https`, …).
    pub bodies: BTreeMap<String, String>,
    /// Attributes that subscriptions filter by.
    pub attributes: BTreeMap<String, String>,
}

/// An SNS topic.
#[derive(Clone, Debug)]
pub struct Topic {
    client: Client,
    arn: String,
}

impl Topic {
    pub(crate) fn new(client: Client, arn: String) -> Self {
        Self { client, arn }
    }

    /// Publishes a message.
    pub async fn publish(&self, message: Message) -> Result<(), Error> {
        let what = "publish the message";
        let bodies = serde_json::to_string(&message.bodies).map_err(|error| Error::odd(what, error))?;
        let mut request = self.client.publish().topic_arn(&self.arn).subject(message.subject);
        request = request.message(bodies).message_structure("json");
        for (name, text) in message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(text).build();
            request = request.message_attributes(name, value.map_err(|error| Error::odd(what, error))?);
        }
        request.send().await.map(drop).map_err(failed(what))
    }
}
