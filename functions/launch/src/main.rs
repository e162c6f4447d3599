//! Wires the step `launch` to AWS and Lambda.

use std::collections::BTreeMap;

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = launch::Launch {
        artifacts: cloud.artifacts(settings.text("QAOPS_BUCKET")?),
        fleet: cloud.fleet(),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
        platforms: settings.json("QAOPS_FLEET")?,
        boot_seconds: settings.json_or("QAOPS_BOOT_SECONDS", BTreeMap::new())?,
    };
    runtime::serve("Launch", |input| step.run(input, runtime::now())).await
}
