//! What a run tells of each suite file.

use std::collections::BTreeMap;

use super::{FileRun, Outcomes, by_file};
use crate::results::outcome::Suite;
use crate::results::records;
use crate::results::summary::Summary;
use crate::run::status::Environment;

/// What a run tells of one suite file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileOfRun {
    /// Path below the package's root.
    pub path: String,
    /// Run, seconds, commit and image.
    pub run: FileRun,
    /// Outcomes of its tests.
    pub outcomes: Outcomes,
}

/// What the run `run` tells of each suite file that it reports, by path. Of `run` itself
/// only seconds and image are not taken.
///
/// `firsts` are the summaries of the shards that are done, `reruns` those of the shards of reruns. Seconds and image
/// are those of the first: a rerun holds a part of the file only.
pub fn files_of_run<'a>(
    run: &FileRun,
    firsts: impl Iterator<Item = &'a Summary> + Clone,
    reruns: impl Iterator<Item = &'a Summary>,
    environments: &[Environment],
) -> Vec<FileOfRun> {
    let mut outcomes = by_file(&records::records(firsts.clone(), reruns));
    let mut runs: BTreeMap<&str, FileRun> = BTreeMap::new();
    for summary in firsts {
        let environment = environments.iter().find(|environment| environment.id == summary.environment);
        let image = environment.and_then(|environment| environment.image.clone());
        each_file(&summary.root, &mut |path, seconds| {
            runs.insert(path, FileRun { seconds, image: image.clone(), ..run.clone() });
        });
    }
    let files = runs.into_iter();
    files
        .map(|(path, run)| {
            let outcomes = outcomes.remove(path).unwrap_or_default();
            FileOfRun { path: path.to_owned(), run, outcomes }
        })
        .collect()
}

fn each_file<'a>(suite: &'a Suite, visit: &mut impl FnMut(&'a str, f64)) {
    for below in &suite.suites {
        each_file(below, visit);
    }
    if let (true, Some(source)) = (suite.suites.is_empty(), &suite.source) {
        visit(source, suite.seconds);
    }
}
