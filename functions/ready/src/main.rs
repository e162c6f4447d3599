//! Wires the step `ready` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = ready::Ready { fleet: cloud.fleet(), ledger: cloud.ledger(settings.text("QAOPS_TABLE")?) };
    runtime::serve("Ready", |input| step.run(input, runtime::now())).await
}
