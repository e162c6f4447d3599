//! Wires the step `resume` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = resume::Resume {
        answers: aws::Answers { ledger: cloud.ledger(settings.text("QAOPS_TABLE")?), executions: cloud.executions() },
        commands: cloud.commands(settings.text("QAOPS_DOCUMENT")?),
        fleet: cloud.fleet(),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
    };
    runtime::serve("Resume", |input| step.run(input, runtime::now())).await
}
