//! The results that are merged.

use domain::results::outcome::Suite;

use crate::robot::place::Place;

/// A result to be merged.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub(super) root: Suite,
    pub(super) place: Place,
    pub(super) input: usize,
}

/// A path with slashes between folders, and none at its end.
pub(super) fn slashes(path: &str) -> String {
    path.replace('\\', "/").trim_end_matches('/').to_owned()
}

/// What is left of a path below the root's own.
pub(super) fn below(top: Option<&str>, source: Option<&str>) -> Option<String> {
    let source = slashes(source?);
    let rest = source.strip_prefix(top?)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
}
