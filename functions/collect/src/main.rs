//! Wires the step `collect` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = collect::Collect {
        artifacts: cloud.artifacts(settings.text("QAOPS_BUCKET")?),
        summaries: cloud.summaries(settings.text("QAOPS_BUCKET")?),
        fleet: cloud.fleet(),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
        role: settings.text("QAOPS_ROLE_ID")?,
    };
    runtime::serve("Collect", |input| step.run(input, runtime::now())).await
}
