//! Wires the step `notify` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = notify::Notify {
        artifacts: cloud.artifacts(settings.text("QAOPS_BUCKET")?),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
        topic: cloud.topic(settings.text("QAOPS_TOPIC")?),
        links: notify::LinkSettings::new(&settings)?,
    };
    runtime::serve("Notify", |input| step.run(input, runtime::now())).await
}
