//! Whether the loss of an attempt is final: another attempt on another instance would meet it again.
//!
//! Every attempt of a run has the same package, options and secrets' names. What these alone decide is the same on every
//! instance, so a second instance only costs time and money, and the reason is told sooner without it. Whatever an
//! instance, a network or a service may have had a part in is never final here: it is tried again.

use crate::results::manifest::Exit;

/// Errors of the runner that follow from the package and the plan alone.
const FINAL: [&str; 6] = [
    // The package is the same bytes everywhere: the plan pins it.
    "Runner.PackageRefused",
    // The file, or pip by what it says of the file and not of the network.
    "Runner.RequirementsRefused",
    // A command that no instance of this image has.
    "Runner.HookMissing",
    // An argument that does not fit into Robot Framework's argument file.
    "Runner.ArgumentRefused",
    // A parameter that nobody stored, or whose value is too short to be masked.
    "Runner.SecretMissing",
    "Runner.SecretRefused",
];

/// Why no other attempt at a shard can succeed after one that ended so, as a whole sentence; none where one may.
pub fn final_reason(exit: &Exit) -> Option<String> {
    match exit {
        Exit::BadData { why } if why.is_empty() => {
            Some("Robot Framework refused the test data or an option (252); console.txt says why.".to_owned())
        }
        Exit::BadData { why } => Some(format!("Robot Framework refused the test data or an option (252): {why}")),
        Exit::Help => {
            Some("Robot Framework only printed its help or version (251), for an option asked for it.".to_owned())
        }
        Exit::NotStarted { error, cause } if FINAL.contains(&error.as_str()) => Some(format!("{error}: {cause}")),
        Exit::NotStarted { .. }
        | Exit::Passed
        | Exit::Failed { .. }
        | Exit::Interrupted
        | Exit::Internal { .. }
        | Exit::Crashed { .. }
        | Exit::DeadlinePassed
        | Exit::InstanceReclaimed
        | Exit::DiskFull => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not_started(error: &str) -> Exit {
        Exit::NotStarted { error: error.to_owned(), cause: "the cause".to_owned() }
    }

    #[test]
    fn what_package_and_plan_decide_is_final() {
        let told: Vec<String> = [
            Exit::from_code(252),
            Exit::BadData { why: "Suite 'A' has tests but suite 'B' has tasks.".to_owned() },
            Exit::Help,
            not_started("Runner.RequirementsRefused"),
        ]
        .iter()
        .filter_map(final_reason)
        .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        Robot Framework refused the test data or an option (252); console.txt says why.
        Robot Framework refused the test data or an option (252): Suite 'A' has tests but suite 'B' has tasks.
        Robot Framework only printed its help or version (251), for an option asked for it.
        Runner.RequirementsRefused: the cause
        ");
        assert!(FINAL.iter().all(|error| final_reason(&not_started(error)).is_some()));
    }

    #[test]
    fn what_an_instance_had_a_part_in_is_not() {
        let exits = [0, 1, 250, 253, 255, 137, -9].map(Exit::from_code);
        let more = [Exit::DeadlinePassed, Exit::InstanceReclaimed, Exit::DiskFull];
        let errors = [
            "Runner.RequirementsFailed",
            "Runner.PackageUnavailable",
            "Runner.PackageChanged",
            "Runner.DiskFailed",
            "Runner.HookFailed",
            "Runner.Unhealthy",
            "Runner.DesktopAbsent",
            "Runner.CommandMissing",
            "Runner.SecretsUnavailable",
            "Runner.NotYetKnown",
        ];
        for exit in exits.into_iter().chain(more).chain(errors.map(not_started)) {
            assert_eq!(final_reason(&exit), None, "{exit:?}");
        }
    }
}
