//! Wires the step `plan` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = plan::Plan {
        artifacts: cloud.artifacts(settings.text("QAOPS_BUCKET")?),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
        mandatory: settings.text(domain::quality::gates::SETTING).unwrap_or_default(),
        prices: settings.text(domain::package::prices::SETTING).unwrap_or_default(),
    };
    runtime::serve("Plan", |input| step.run(input, runtime::now())).await
}
