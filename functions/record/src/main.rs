//! Wires the step `record` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = record::Record {
        artifacts: cloud.artifacts(settings.text("QAOPS_BUCKET")?),
        summaries: cloud.summaries(settings.text("QAOPS_BUCKET")?),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
    };
    runtime::serve("Record", |input| step.run(input, runtime::now())).await
}
