//! Attempts that tests look at.

use domain::results::manifest::{Exit, HookEffects};
use domain::results::outcome::{Status, Suite, Test};
use domain::results::summary::Summary;

pub(super) fn test(name: &str, status: Status) -> Test {
    Test {
        name: name.into(),
        status,
        message: String::new(),
        tags: Vec::new(),
        start: None,
        seconds: 1.0,
        line: None,
        written: None,
        body: None,
        pictures: Vec::new(),
    }
}

/// The first attempt at a shard, with the tests in `S.B`.
pub(super) fn summary(shard: &str, tests: Vec<Test>) -> Summary {
    let inner = Suite { name: "B".into(), tests, ..Suite::default() };
    let first = Suite { name: "A".into(), ..Suite::default() };
    Summary {
        shard: shard.into(),
        attempt: 1,
        environment: "i-1".into(),
        exit: Exit::Passed,
        complete: true,
        problem: None,
        output: String::new(),
        reported: Vec::new(),
        reports: Default::default(),
        halt: None,
        halted_at: None,
        not_run: Vec::new(),
        errors: Vec::new(),
        rpa: false,
        left_out: Vec::new(),
        hooks: HookEffects::default(),
        robot_seconds: 1.0,
        uploaded: 0,
        root: Suite { name: "S".into(), suites: vec![first, inner], ..Suite::default() },
    }
}
