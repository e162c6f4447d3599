//! Events that may end an attempt.

use serde_json::Value;

use crate::base::ids::InstanceId;
use crate::base::text::is_unseen;
use crate::run::shard::Outcome;

/// What an event of EventBridge tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A command on an instance came to its end.
    CommandEnded {
        /// Command's id.
        command: String,
        /// Instance's id.
        instance: InstanceId,
        /// SSM's status, such as `Success`.
        status: String,
    },
    /// An instance stops or terminates.
    InstanceEnding {
        /// Instance's id.
        instance: InstanceId,
        /// EC2's state.
        state: String,
    },
    /// A Spot instance will be taken back in two minutes.
    SpotNotice {
        /// Instance's id.
        instance: InstanceId,
    },
}

/// Statuses of a command that may still change.
const OPEN: [&str; 4] = ["Pending", "InProgress", "Delayed", "Cancelling"];

/// Statuses of a command that never ran, because its instance could not be reached.
const UNDELIVERED: [&str; 4] = ["Undeliverable", "DeliveryTimedOut", "Terminated", "InvalidPlatform"];

/// Reads an event's source and detail; none when it is none of ours or tells of no end.
pub fn read(source: &str, detail: &Value) -> Option<Signal> {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).map(str::to_owned);
    let instance = InstanceId::from(text("instance-id")?);
    match (source, text("command-id"), text("status"), text("state"), text("instance-action")) {
        ("aws.ssm", Some(command), Some(status), ..) if !OPEN.contains(&status.as_str()) => {
            Some(Signal::CommandEnded { command, instance, status })
        }
        ("aws.ec2", _, _, Some(state), _) if !matches!(state.as_str(), "pending" | "running") => {
            Some(Signal::InstanceEnding { instance, state })
        }
        ("aws.ec2", _, _, None, Some(_)) => Some(Signal::SpotNotice { instance }),
        _ => None,
    }
}

/// Most characters of a command's errors that are kept.
const MOST_SAID: usize = 500;

/// The last characters of a text, on one line, without those that nobody sees.
fn end_of(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let from = line.char_indices().rev().nth(MOST_SAID - 1).map_or(0, |(at, _)| at);
    line[from..].chars().filter(|c| !is_unseen(*c) && !c.is_control()).collect()
}

/// How an attempt ended whose command ended with `status` and wrote `errors`. SSM writes statuses with and without spaces.
pub fn outcome(status: String, errors: &str) -> Outcome {
    if UNDELIVERED.contains(&status.replace(' ', "").as_str()) {
        return Outcome::InstanceLost { reason: format!("The command could not be delivered: {status}.") };
    }
    Outcome::Ended { status, said: end_of(errors) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_end_is_a_signal() {
        let command = |status: &str| read("aws.ssm", &json!({"command-id": "c", "instance-id": "i", "status": status}));
        assert_eq!(command("InProgress"), None);
        let ended = Signal::CommandEnded { command: "c".into(), instance: "i".into(), status: "Success".into() };
        assert_eq!(command("Success"), Some(ended));
        assert_eq!(read("aws.ec2", &json!({"instance-id": "i", "state": "running"})), None);
        let ending = Signal::InstanceEnding { instance: "i".into(), state: "shutting-down".into() };
        assert_eq!(read("aws.ec2", &json!({"instance-id": "i", "state": "shutting-down"})), Some(ending));
        let notice = Signal::SpotNotice { instance: "i".into() };
        assert_eq!(read("aws.ec2", &json!({"instance-id": "i", "instance-action": "terminate"})), Some(notice));
        assert_eq!(read("aws.s3", &json!({})), None);
    }

    #[test]
    fn the_end_of_a_commands_errors_is_kept() {
        let said = |errors: &str| match outcome("Failed".to_owned(), errors) {
            Outcome::Ended { said, .. } => said,
            lost => panic!("{lost:?}"),
        };
        assert_eq!(said("sh: 1: qaops-runner:\n\u{1b}not found\n"), "sh: 1: qaops-runner: not found");
        assert_eq!(said(&"é".repeat(600)).chars().count(), MOST_SAID);
        assert_eq!(said(""), "");
    }
}
