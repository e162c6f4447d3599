//! Which failed tests run once more.

use crate::classes::{Class, classify};
use crate::outcome::Status;
use crate::shard::rerun_id;
use crate::summary::Summary;

/// So often tests run again that failed by their environment, whether the package asks for reruns or not.
const OF_OUR_OWN: u32 = 1;

/// Tests that run once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Id of the shard that runs them.
    pub shard: String,
    /// Their long names.
    pub tests: Vec<String>,
}

/// The tests of `shard` that run once more: as long as the package's `rerun_failed` reaches every one that failed,
/// and else those that failed by their environment, for that says nothing of the product. None where there is none.
pub fn wanted(shard: &str, summary: &Summary, rerun_failed: u32) -> Option<Wanted> {
    let asked = rerun_id(shard, rerun_failed);
    let every = asked.is_some();
    let shard = asked.or_else(|| rerun_id(shard, OF_OUR_OWN))?;
    let mut tests = Vec::new();
    summary.root.each_test(&mut |name, _, test| {
        if test.status == Status::Failed && (every || classify(&test.message) == Class::Environment) {
            tests.push(name.to_owned());
        }
    });
    (!tests.is_empty()).then_some(Wanted { shard, tests })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let test = |name: &str, message: &str| serde_json::json!({"name": name, "status": "failed", "message": message, "seconds": 1.0});
        let tests = [test("Product", "1 != 2"), test("Disk", "OSError: [Errno 28] No space left on device: 'a.png'")];
        serde_json::from_value(serde_json::json!({
            "shard": "0001", "attempt": 1, "environment": "i-1", "exit": {"exit": "failed", "tests": 2},
            "complete": true, "output": "", "reported": [], "robot_seconds": 1.0,
            "root": {"name": "S", "seconds": 1.0, "suites": [], "tests": tests},
        }))
        .unwrap()
    }

    #[test]
    fn every_failed_test_runs_again_as_often_as_the_package_asks() {
        let both = ["S.Product".to_owned(), "S.Disk".to_owned()].to_vec();
        assert_eq!(wanted("0001", &summary(), 2), Some(Wanted { shard: "0001r1".into(), tests: both.clone() }));
        assert_eq!(wanted("0001r1", &summary(), 2), Some(Wanted { shard: "0001r2".into(), tests: both }));
    }

    #[test]
    fn a_test_that_its_environment_failed_runs_again_once_unasked() {
        let disk = ["S.Disk".to_owned()].to_vec();
        assert_eq!(wanted("0001", &summary(), 0), Some(Wanted { shard: "0001r1".into(), tests: disk }));
        assert_eq!(wanted("0001r1", &summary(), 0), None);
        assert_eq!(wanted("0001r1", &summary(), 1), None);
    }
}
