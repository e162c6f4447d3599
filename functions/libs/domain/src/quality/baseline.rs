//! The baseline: the last accepted run that a run is compared with.

mod figures;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::ids::RunId;

pub use self::figures::BaselineFigures;

/// Label that names a run's branch.
pub const BRANCH: &str = "branch";
/// Label that names a run's commit.
pub const COMMIT: &str = "commit";
/// Branch of a run without the label; git lets no branch be called so.
pub const NO_BRANCH: &str = "-";
/// Default branch of a package that names none.
pub const DEFAULT_BRANCH: &str = "main";

/// The baseline of a run, fixed in its plan so that the run is judged against the same one whenever it is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedBaseline {
    /// Id of the accepted run.
    pub run: RunId,
    /// Branch whose last accepted run it is.
    pub branch: String,
}

/// The branch that a run with these labels belongs to.
pub fn branch_of(labels: &BTreeMap<String, String>) -> &str {
    labels.get(BRANCH).map(String::as_str).filter(|branch| !branch.is_empty()).unwrap_or(NO_BRANCH)
}

/// Branches whose last accepted run a run may be compared with, the best first: its own, then the default branch.
pub fn branches<'a>(labels: &'a BTreeMap<String, String>, default_branch: &'a str) -> Vec<&'a str> {
    let mut branches = vec![branch_of(labels)];
    branches.extend((branches[0] != default_branch).then_some(default_branch));
    branches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_branch_comes_before_the_default_branch_and_each_once() {
        let of = |branch: &str| BTreeMap::from([(BRANCH.to_owned(), branch.to_owned())]);
        assert_eq!(branches(&of("fix"), "main"), ["fix", "main"]);
        assert_eq!(branches(&of("main"), "main"), ["main"]);
        assert_eq!(branches(&of(""), "trunk"), [NO_BRANCH, "trunk"]);
        assert_eq!(branches(&BTreeMap::new(), "main"), [NO_BRANCH, "main"]);
    }
}
