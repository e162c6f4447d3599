//! `qaops up`: a local cloud to use with the ordinary AWS tools.

use local::cloud::LocalCloud;

/// What to do with the local cloud, for a person.
pub(crate) fn instructions(cloud: &LocalCloud) -> String {
    let (endpoint, region, deployment) = (cloud.endpoint(), cloud.region(), &cloud.deployment);
    let machine = &deployment.machine;
    format!(
        "The local cloud is up at {endpoint}. Ctrl-C ends it and leaves nothing behind.

  State machine  {machine}
  Artifacts      s3://{bucket}
  Ledger         {table}
  Topic          {topic}

In another terminal:

  export AWS_ENDPOINT_URL={endpoint} AWS_REGION={region} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
  (cd tests/suites/calculator && zip -qr - .) | aws s3 cp - s3://{bucket}/suites/calculator.zip
  aws stepfunctions start-execution --state-machine-arn {machine} --name first \\
      --input '{{\"suite\": \"calculator\", \"environments\": 3}}'
  aws stepfunctions describe-execution --execution-arn {execution}:first
  aws s3 cp s3://{bucket}/runs/first/report.html .
",
        bucket = deployment.bucket,
        table = deployment.table,
        topic = deployment.topic,
        execution = machine.replacen(":stateMachine:", ":execution:", 1),
    )
}
