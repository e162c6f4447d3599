//! One result from the results of the parts of a run.
//!
//! Parts are of two kinds, and the same rules fit both. A *shard* ran some files of the run: what it has and
//! the others do not is put where one plain run would have it, without a word. A *rerun* ran tests again: by
//! the rules of `rebot --merge` its tests replace those of the same name where they stand, with Robot
//! Framework's own message about both outcomes, except that a skipped test replaces nothing.
//!
//! Suites are the same if they have the same name and lie at the same path under the root; the root itself
//! may lie elsewhere in each part. Which test an outcome is of is decided as for the verdict (`domain::results::records`):
//! tests of one name are taken one by one, in the order of their file, where `rebot --merge` puts all outcomes of the
//! rerun on the first, and a rerun with fewer of them changes none. Failures of suite teardowns
//! reach tests when a part is read, so they stay with the tests of their part. A suite that several parts
//! have lasts as long as its children together, where `rebot --merge` adds its setup and teardown; it starts with the
//! first of them. Its documentation, setup and teardown are those of the first part, or the first where they failed.

mod counted;
mod message;
mod part;
mod statistics;
mod tree;
mod write;

use domain::results::outcome::Suite;

pub use counted::Attempts;
pub use write::{MergeError, Merged, write_counted, write_merged};

/// Merges trees: those of the shards in any order, then those of reruns in the order of attempts.
///
/// Trees whose roots have different names are no parts of one run; they stand side by side below a new root,
/// as plain `rebot` puts them. No trees give an empty suite.
pub fn merge_suites(outputs: Vec<Suite>) -> Suite {
    let parts = outputs.into_iter().enumerate();
    let parts = parts.map(|(input, root)| part::Part { root, input, ..part::Part::default() }).collect::<Vec<_>>();
    let counted = counted::Counted::of(&parts);
    tree::merge(parts, &counted, false).into_suite()
}
