//! SSM parameters: the only place where secrets lie.

use std::collections::BTreeMap;

use aws_sdk_ssm::Client;

use crate::Error;
use crate::error::failed;

/// Most names that SSM takes in one request.
const NAMES_A_REQUEST: usize = 10;

/// SSM's parameter store.
#[derive(Clone, Debug)]
pub struct Parameters {
    client: Client,
}

impl Parameters {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Decrypted values by name. A name that SSM does not know is missing in the answer.
    pub async fn values(&self, names: &[String]) -> Result<BTreeMap<String, String>, Error> {
        let mut values = BTreeMap::new();
        for names in names.chunks(NAMES_A_REQUEST) {
            let request = self.client.get_parameters().set_names(Some(names.to_vec())).with_decryption(true);
            let answer = request.send().await.map_err(failed(format!("read the parameters {}", names.join(", "))))?;
            let found = answer.parameters.unwrap_or_default();
            values.extend(found.into_iter().filter_map(|parameter| Some((parameter.name?, parameter.value?))));
        }
        Ok(values)
    }

    /// Stores a value, encrypted, in place of an earlier one.
    pub async fn store(&self, name: &str, value: &str) -> Result<(), Error> {
        let request = self.client.put_parameter().name(name).value(value).overwrite(true);
        let request = request.r#type(aws_sdk_ssm::types::ParameterType::SecureString);
        request.send().await.map(drop).map_err(failed(format!("store the parameter {name}")))
    }
}
