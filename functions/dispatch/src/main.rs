//! Wires the step `dispatch` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = dispatch::Dispatch {
        answers: aws::Answers { ledger: cloud.ledger(settings.text("QAOPS_TABLE")?), executions: cloud.executions() },
        artifacts: cloud.artifacts(settings.text("QAOPS_BUCKET")?),
        commands: cloud.commands(settings.text("QAOPS_DOCUMENT")?),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
    };
    runtime::serve("Dispatch", |input| step.run(input, runtime::now())).await
}
