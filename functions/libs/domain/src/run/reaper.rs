//! What the sweep ends.

use crate::base::time::Time;
use crate::run::fleet::{Instance, InstanceState};

/// Seconds beyond its deadline after which an instance is overdue.
pub const OVERDUE_SECONDS: i64 = 300;
/// Seconds after its launch before which an instance of an unknown run is left alone, for its run may be starting.
pub const YOUNG_SECONDS: i64 = 120;
/// Seconds beyond its deadline after which an execution is stuck.
pub const STUCK_SECONDS: i64 = 900;

/// Where the execution of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// Still going.
    Live,
    /// Ended, however it did.
    Over,
    /// Step Functions does not know it, or not yet.
    Unknown,
}

/// Whether the sweep ends an instance: one that no live run owns, or one that outlived its deadline. `execution` is
/// the state of the run's execution.
pub fn ends_instance(instance: &Instance, execution: Execution, now: Time) -> bool {
    if instance.state == InstanceState::Ending {
        return false;
    }
    let overdue = instance.deadline.is_some_and(|deadline| now > deadline + OVERDUE_SECONDS);
    let orphan = match execution {
        Execution::Live => false,
        Execution::Over => true,
        Execution::Unknown => now > instance.launched + YOUNG_SECONDS,
    };
    overdue || orphan
}

/// Whether the sweep stops an execution that should have ended by itself.
pub fn stops_execution(deadline: Time, now: Time) -> bool {
    now > deadline + STUCK_SECONDS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn instance(state: InstanceState, launched: Time, deadline: Option<Time>) -> Instance {
        Instance { id: "i-1".into(), run: "r".into(), state, launched, deadline }
    }

    proptest! {
        #[test]
        fn the_sweep_never_ends_an_instance_of_a_live_run_within_its_deadline(
            launched in 0..2_000i64, deadline in 0..4_000i64, now in 0..4_000i64,
        ) {
            let instance = instance(InstanceState::Running, launched.into(), Some(deadline.into()));
            prop_assert!(now > deadline || !ends_instance(&instance, Execution::Live, now.into()));
        }

        #[test]
        fn the_sweep_ends_every_orphan_in_the_end(launched in 0..2_000i64, deadline in proptest::option::of(0..4_000i64)) {
            let instance = instance(InstanceState::Pending, launched.into(), deadline.map(Time::from));
            prop_assert!(ends_instance(&instance, Execution::Unknown, (launched + YOUNG_SECONDS + 1).into()));
        }
    }
}
