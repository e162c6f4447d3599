//! Where a message sends its readers.

use crate::base::ids::RunId;
use crate::run::keys;

/// Addresses of a run's results.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The report, where there is one.
    pub report: Option<Report>,
    /// The results in the S3 console, for those who may sign in.
    pub console: Option<String>,
    /// The run in the Step Functions console.
    pub execution: Option<String>,
    /// `s3://` address of the results.
    pub results: String,
}

/// An address of the report for a browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The address.
    pub address: String,
    /// It works for so many seconds at most; none where it does not end.
    pub seconds: Option<u64>,
}

impl Links {
    /// The addresses of the run `run`, whose results lie in `bucket`, by the ARN of the state machine; without a
    /// report. An ARN that is none has no consoles.
    pub fn new(machine: &str, bucket: &str, run: &RunId) -> Self {
        let folder = keys::result(run, "");
        let results = format!("s3://{bucket}/{folder}");
        let parts: Vec<&str> = machine.split(':').collect();
        let &["arn", partition, "states", region, account, "stateMachine", name] = parts.as_slice() else {
            return Self { results, ..Self::default() };
        };
        let console = format!("https://{region}.{}", console(partition));
        let execution = format!("arn:{partition}:states:{region}:{account}:execution:{name}:{run}");
        Self {
            report: None,
            console: Some(format!("{console}/s3/buckets/{bucket}?region={region}&prefix={folder}")),
            execution: Some(format!("{console}/states/home?region={region}#/v2/executions/details/{execution}")),
            results,
        }
    }
}

fn console(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_consoles_are_those_of_the_state_machines_region() {
        let links = Links::new("arn:aws:states:eu-west-1:123456789012:stateMachine:qaops-run", "bucket", &"r1".into());
        insta::assert_snapshot!(format!("{links:#?}"), @r#"
        Links {
            report: None,
            console: Some(
                "https://eu-west-1.console.aws.amazon.com/s3/buckets/bucket?region=eu-west-1&prefix=runs/r1/",
            ),
            execution: Some(
                "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:123456789012:execution:qaops-run:r1",
            ),
            results: "s3://bucket/runs/r1/",
        }
        "#);
        let links = Links::new("arn:aws-cn:states:cn-north-1:1:stateMachine:m", "b", &"r1".into());
        assert!(links.console.unwrap().starts_with("https://cn-north-1.console.amazonaws.cn/s3/"));
        assert_eq!(Links::new("m", "b", &"r1".into()), Links { results: "s3://b/runs/r1/".into(), ..Links::default() });
    }
}
