//! Wires the step `terminate` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = terminate::Terminate { fleet: cloud.fleet(), ledger: cloud.ledger(settings.text("QAOPS_TABLE")?) };
    runtime::serve("Terminate", |input| step.run(input, runtime::now())).await
}
