//! The topic that everyone listens to.

use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;
use domain::notify::message::Message;

use crate::Error;
use crate::error::failed;

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

    /// Publishes a message, to each protocol in its form.
    pub async fn publish(&self, message: &Message) -> Result<(), Error> {
        let what = "publish the message";
        let forms = serde_json::to_string(&message.forms()).map_err(|error| Error::unexpected(what, error))?;
        let mut request = self.client.publish().topic_arn(&self.arn).subject(&message.subject);
        request = request.message(forms).message_structure("json");
        for (name, text) in &message.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(text).build();
            request = request.message_attributes(name, value.map_err(|error| Error::unexpected(what, error))?);
        }
        request.send().await.map(drop).map_err(failed(what))
    }
}
