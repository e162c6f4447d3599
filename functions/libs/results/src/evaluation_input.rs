//! The files that a run is judged by, read and checked.
//!
//! The step `evaluate` and a person with a run's folder read them the same way, so they come to the same verdict.

use std::io::{self, BufRead, BufReader, Read};

use domain::evaluation::evidence::{Evidence, ReportFile};
use domain::evaluation::input::EvaluationInput;
use domain::package::plan::Plan;
use domain::quality::reports::{Part, Reading, Remark, Report, ReportState, Unknown};
use domain::results::summary::Summary;
use serde::de::DeserializeOwned;

use crate::digest::{Summing, drain};
use crate::reports;

/// Where the evidence lies below a run's prefix, and the plan.
pub const EVIDENCE: &str = "evidence.json";
/// Where the plan lies below a run's prefix.
pub const PLAN: &str = "plan.json";

/// Why a run cannot be judged from its files.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// A file is not the one that the evidence names.
    #[error("{0} has changed since the run was judged")]
    Changed(String),
    /// A file could not be read to its end.
    #[error("failed to read {path}")]
    Read {
        /// Its path.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("failed to understand {path}")]
    Content {
        /// Its path.
        path: String,
        /// Why.
        source: serde_json::Error,
    },
}

/// Reads the files of a run; `open` gives one by its path below the run's prefix.
pub fn read<R: Read>(open: impl Fn(&str) -> io::Result<R>) -> Result<EvaluationInput, Error> {
    let files = Files { open };
    let evidence: Evidence = files.json(EVIDENCE, None)?;
    let plan: Plan = files.json(PLAN, evidence.inputs.get(PLAN))?;
    let summaries = |paths: &[String]| -> Result<Vec<Summary>, Error> {
        paths.iter().map(|path| files.json(path, evidence.inputs.get(path))).collect()
    };
    let (firsts, reruns) = (summaries(&evidence.firsts)?, summaries(&evidence.reruns)?);
    let partials = summaries(&evidence.partials)?;
    let mut reports: Vec<ReportState> =
        evidence.reports.iter().map(|report| files.report(report, &evidence)).collect::<Result<_, _>>()?;
    reports.iter_mut().for_each(|report| relocate(report, &plan));
    Ok(EvaluationInput { plan, firsts, reruns, partials, reports, evidence })
}

struct Files<F> {
    open: F,
}

impl<R: Read, F: Fn(&str) -> io::Result<R>> Files<F> {
    /// A file's content, checked against the digest that it had when the run was judged first.
    fn json<T: DeserializeOwned>(&self, path: &str, sha256: Option<&String>) -> Result<T, Error> {
        let mut bytes = Vec::new();
        self.read(path, sha256, |input| input.read_to_end(&mut bytes).map(drop))?;
        serde_json::from_slice(&bytes).map_err(|source| Error::Content { path: path.to_owned(), source })
    }

    /// What a report tells. One that cannot be read is told by the gates that need it, and harms nothing else.
    fn report(&self, file: &ReportFile, evidence: &Evidence) -> Result<ReportState, Error> {
        let (state, remarks) = match &file.path {
            None => (file.unavailable.clone().map_or(Reading::Missing, Reading::Unavailable), Vec::new()),
            Some(path) => self.read(path, evidence.inputs.get(path), |input| Ok(reading(input)))?,
        };
        Ok(ReportState { kind: file.kind, name: file.origin.clone(), state, remarks, shard: file.shard.clone() })
    }

    /// Has `reader` read a file, and then the rest of it, for its digest covers every byte.
    fn read<T>(
        &self,
        path: &str,
        sha256: Option<&String>,
        reader: impl FnOnce(&mut BufReader<Summing<R>>) -> io::Result<T>,
    ) -> Result<T, Error> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => Error::Missing(path.to_owned()),
            _ => Error::Read { path: path.to_owned(), source },
        };
        let mut input = BufReader::new(Summing::new((self.open)(path).map_err(failed)?));
        let read = reader(&mut input).map_err(failed)?;
        drain(&mut input).map_err(failed)?;
        if sha256.is_some_and(|known| *known != input.into_inner().digest().sha256) {
            return Err(Error::Changed(path.to_owned()));
        }
        Ok(read)
    }
}

fn reading(input: &mut impl BufRead) -> (Reading, Vec<Remark>) {
    match reports::read(input) {
        Ok(found) => (Reading::Read(found.report), found.remarks),
        Err(error) => (Reading::Refused(error.to_string()), Vec::new()),
    }
}

/// Makes absolute paths of source files relative to the package. Each attempt unpacks it into a folder of its own, and the
/// coverage of one file by two shards is that of one file.
fn relocate(state: &mut ReportState, plan: &Plan) {
    let shorten = |path: &mut String| {
        if let Some(below) = below_package(path, &plan.run, &plan.work.suite) {
            *path = below.to_owned();
        }
    };
    if let Reading::Read(Report::Coverage(coverage)) = &mut state.state {
        coverage.files.iter_mut().for_each(|file| shorten(&mut file.file));
    }
    for remark in &mut state.remarks {
        if let Some(Unknown::Lines(Part::File { file, .. }) | Unknown::Branches(Part::File { file, .. })) =
            &mut remark.unknown
        {
            shorten(file);
        }
    }
}

/// What follows `…/<run>/<attempt>/package/<suite>/`, where the runner unpacks a package.
fn below_package<'a>(path: &'a str, run: &str, suite: &str) -> Option<&'a str> {
    let (_, below) = path.split_once(&format!("/{run}/"))?;
    let (_, below) = below.split_once('/')?;
    below.strip_prefix(&format!("package/{suite}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_in_a_package_of_any_attempt_are_one() {
        let below = |path| below_package(path, "nightly-1", "shop");
        assert_eq!(below("/data/nightly-1/0001-1/package/shop/src/a.c"), Some("src/a.c"));
        assert_eq!(below("C:/data/nightly-1/0002r1-3/package/shop/src/a.c"), Some("src/a.c"));
        for other in
            ["src/a.c", "/usr/include/stdio.h", "/opt/nightly-1/0001-1/out/a.c", "/opt/other/0001-1/package/shop/a.c"]
        {
            assert_eq!(below(other), None, "{other}");
        }
    }
}
