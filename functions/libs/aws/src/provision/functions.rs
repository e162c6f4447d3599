//! The functions, and the state machine that calls them.

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Architecture, Environment, FunctionCode, Runtime};
use aws_sdk_sfn::types::StateMachineType;
use tokio::task::JoinSet;

use super::Maker;
use crate::Error;
use crate::error::failed;

/// Seconds and MiB that a step's function has, as in `infra/terraform/functions.tf`. The seconds are less than those of
/// the task that calls it.
fn size(step: &str) -> (i32, i32) {
    match step {
        "collect" | "evaluate" => (840, 1024),
        "record" | "sweep" => (240, 256),
        _ => (60, 256),
    }
}

impl Maker<'_> {
    /// Makes every function with the same settings, all at the same time.
    pub(super) async fn functions(&self, settings: &BTreeMap<String, String>) -> Result<(), Error> {
        let mut making = JoinSet::new();
        for (step, zip) in &self.blueprint.functions {
            let request = self.function(step, zip, settings);
            let what = format!("make the function {step}");
            making.spawn(async move { request.send().await.map(drop).map_err(failed(what)) });
        }
        while let Some(made) = making.join_next().await {
            made.map_err(|error| Error::odd("make the functions", error))??;
        }
        Ok(())
    }

    fn function(&self, step: &str, zip: &[u8], settings: &BTreeMap<String, String>) -> CreateFunctionFluentBuilder {
        let (seconds, memory) = size(step);
        let variables = settings.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        self.lambda
            .create_function()
            .function_name(self.named(step))
            .runtime(Runtime::Providedal2023)
            .architectures(Architecture::X8664)
            .handler("bootstrap")
            .role(self.role(step))
            .code(FunctionCode::builder().zip_file(Blob::new(zip)).build())
            .timeout(seconds)
            .memory_size(memory)
            .environment(Environment::builder().set_variables(Some(variables)).build())
    }

    /// Makes the state machine from the file that Terraform uses too.
    pub(super) async fn machine(&self) -> Result<(), Error> {
        let request = self.steps.create_state_machine().name(self.named("run")).r#type(StateMachineType::Standard);
        let request = request.role_arn(self.role("run")).definition(self.definition());
        request.send().await.map(drop).map_err(failed("make the state machine"))
    }

    fn definition(&self) -> String {
        let mut definition = self.blueprint.definition.clone();
        for step in self.blueprint.functions.keys() {
            definition = definition.replace(&format!("${{{step}}}"), &self.arn("lambda", "function:", step));
        }
        for (name, seconds) in &self.blueprint.seconds {
            definition = definition.replace(&format!("${{{name}}}"), &seconds.to_string());
        }
        definition
    }
}
