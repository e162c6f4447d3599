//! The functions, and the state machine that calls them.

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Architecture, Environment, EphemeralStorage, FunctionCode, Runtime};
use aws_sdk_sfn::types::StateMachineType;
use tokio::task::JoinSet;

use super::Maker;
use crate::Error;
use crate::error::failed;

/// What a step's function may take, as in `infra/terraform/functions.tf`.
struct Size {
    /// Less than those of the task that calls it.
    seconds: i32,
    memory_mib: i32,
    storage_mib: i32,
}

fn size(step: &str) -> Size {
    let usual = Size { seconds: 60, memory_mib: 256, storage_mib: 512 };
    match step {
        "collect" => Size { seconds: 840, memory_mib: 1024, ..usual },
        "evaluate" => Size { seconds: 840, memory_mib: 1024, storage_mib: 4096 },
        "record" | "sweep" => Size { seconds: 240, ..usual },
        _ => usual,
    }
}

impl Maker<'_> {
    /// Makes every function with the same settings, all at the same time.
    pub(super) async fn functions(&self, settings: &BTreeMap<String, String>) -> Result<(), Error> {
        let mut making = JoinSet::new();
        for (step, zip) in &self.blueprint.functions {
            let what = format!("make the function {step}");
            let storage = EphemeralStorage::builder().size(size(step).storage_mib).build();
            let storage = storage.map_err(|error| Error::unexpected(&what, error))?;
            let request = self.function(step, zip, settings).ephemeral_storage(storage);
            making.spawn(async move { request.send().await.map(drop).map_err(failed(what)) });
        }
        while let Some(made) = making.join_next().await {
            made.map_err(|error| Error::unexpected("make the functions", error))??;
        }
        Ok(())
    }

    fn function(&self, step: &str, zip: &[u8], settings: &BTreeMap<String, String>) -> CreateFunctionFluentBuilder {
        let size = size(step);
        let variables = settings.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        self.lambda
            .create_function()
            .function_name(self.named(step))
            .runtime(Runtime::Providedal2023)
            .architectures(Architecture::X8664)
            .handler("bootstrap")
            .role(self.role(step))
            .code(FunctionCode::builder().zip_file(Blob::new(zip)).build())
            .timeout(size.seconds)
            .memory_size(size.memory_mib)
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
