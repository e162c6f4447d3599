//! Wires the step `sweep` to AWS and Lambda.

use runtime::{Fatal, Settings};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Fatal> {
    let settings = Settings::of_process();
    let cloud = aws::Cloud::connect().await;
    let step = sweep::Sweep {
        answers: aws::Answers { ledger: cloud.ledger(settings.text("QAOPS_TABLE")?), executions: cloud.executions() },
        commands: cloud.commands(settings.text("QAOPS_DOCUMENT")?),
        executions: cloud.executions(),
        fleet: cloud.fleet(),
        ledger: cloud.ledger(settings.text("QAOPS_TABLE")?),
        topic: cloud.topic(settings.text("QAOPS_TOPIC")?),
        machine: settings.text("QAOPS_STATE_MACHINE")?,
        deployment: settings.text("QAOPS_DEPLOYMENT")?,
    };
    runtime::serve("Sweep", |input| step.run(input, runtime::now())).await
}
