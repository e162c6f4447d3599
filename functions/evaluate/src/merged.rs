//! The results of the whole run: `output.xml` and `junit.xml`.
//!
//! Both are made on disk, where the outputs, which are read twice, and what is made of them must have room: twice the
//! size of all outputs. Memory grows with the tests only.

use std::error::Error as Cause;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use aws::Artifacts;
use domain::base::ids::RunId;
use domain::evaluation::input::EvaluationInput;
use domain::results::outcome::Suite;
use domain::results::records::{Decided, TestRecord};
use domain::results::summary::Summary;
use domain::run::keys;
use results::junit;
use results::robot::{Attempts, MergeError, write_counted};

use crate::Error;

/// Names of the results.
const OUTPUT: &str = "output.xml";
const JUNIT: &str = "junit.xml";

/// What was written.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Names of the files beside the verdict.
    pub(crate) files: Vec<&'static str>,
    /// Outputs that are not in them, each with why in a whole sentence.
    pub(crate) left_out: Vec<String>,
}

/// Writes the results of a run beside its verdict, which say of each test what the verdict says. An output that is
/// missing or refused does not take the others with it; if every one is, nothing is written.
pub(crate) async fn write(artifacts: &Artifacts, run: &RunId, input: &EvaluationInput) -> Result<Written, Error> {
    let folder = tempfile::tempdir().map_err(|error| failed(OUTPUT, error))?;
    let Decided { records, of } = input.decided();
    let (mut parts, mut left_out) = (Vec::new(), Vec::new());
    for (number, (summary, of)) in input.summaries().zip(of).enumerate() {
        let path = folder.path().join(format!("{number}.xml"));
        if !summary.complete && of.is_empty() {
            continue;
        }
        match artifacts.fetch(&summary.output, &path).await? {
            true => parts.push(Part { name: name(summary), path, root: summary.root.clone(), of }),
            false => left_out.push(sentence(&name(summary), "it is missing")),
        }
    }
    let not_run = input.end().map(|end| end.halt.message());
    let place = folder.path().to_owned();
    let merged = tokio::task::spawn_blocking(move || merge(&parts, records, not_run, &place)).await;
    let merged = merged.map_err(|error| failed(OUTPUT, error))??;
    left_out.extend(merged.left_out);
    for file in &merged.files {
        artifacts.write_file(&keys::result(run, file), &folder.path().join(file)).await?;
    }
    Ok(Written { files: merged.files, left_out })
}

/// The output of an attempt.
struct Part {
    name: String,
    path: PathBuf,
    /// What of it counts.
    root: Suite,
    /// For each of these tests the record that it is an outcome of.
    of: Vec<Option<usize>>,
}

fn name(summary: &Summary) -> String {
    format!("{}-{}", summary.shard, summary.attempt)
}

/// Merges outputs into both results in `folder`.
fn merge(
    parts: &[Part],
    records: Vec<TestRecord>,
    not_run: Option<&'static str>,
    folder: &Path,
) -> Result<Written, Error> {
    let mut out = create(folder, OUTPUT)?;
    let open = |number: usize| File::open(&parts[number].path).map(BufReader::new);
    let decided = Decided { records, of: parts.iter().map(|part| part.of.clone()).collect() };
    let roots = parts.iter().map(|part| &part.root).collect();
    let merged = write_counted(&Attempts { roots, decided: &decided, not_run }, open, &mut out);
    let merged = merged.map_err(|error| failed(OUTPUT, error))?;
    let left_out: Vec<String> = merged.left_out.iter().map(|error| refused(error, parts)).collect();
    if left_out.len() == parts.len() {
        return Ok(Written { files: Vec::new(), left_out });
    }
    close(out).map_err(|error| failed(OUTPUT, error))?;
    let mut out = create(folder, JUNIT)?;
    junit::write(&merged.root, &mut out).and_then(|()| close(out)).map_err(|error| failed(JUNIT, error))?;
    Ok(Written { files: vec![OUTPUT, JUNIT], left_out })
}

fn create(folder: &Path, name: &'static str) -> Result<BufWriter<File>, Error> {
    File::create(folder.join(name)).map(BufWriter::new).map_err(|error| failed(name, error))
}

fn close(mut out: BufWriter<File>) -> io::Result<()> {
    out.flush()
}

fn refused(error: &MergeError, parts: &[Part]) -> String {
    let name = error.input().and_then(|input| parts.get(input)).map_or("", |part| &part.name);
    let why = match error {
        MergeError::Other { .. } => "it is not the one that was counted".to_owned(),
        MergeError::Form { .. } => "only plain XML without a document type can be merged".to_owned(),
        _ => error.source().map_or_else(|| error.to_string(), ToString::to_string),
    };
    sentence(name, &why)
}

fn sentence(name: &str, why: &str) -> String {
    format!("The output of {name} is not in {OUTPUT} and {JUNIT}: {why}.")
}

fn failed(name: &'static str, source: impl Into<Box<dyn Cause + Send + Sync>>) -> Error {
    Error::Results { name, source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::results::records::decide;

    fn part(folder: &Path, name: &str, text: &str) -> Part {
        let path = folder.join(format!("{name}.xml"));
        std::fs::write(&path, text).unwrap();
        let root = results::robot::read(text.as_bytes()).map(|output| output.root).unwrap_or_default();
        Part { name: name.to_owned(), path, root, of: Vec::new() }
    }

    fn merged(mut parts: Vec<Part>, folder: &Path) -> Written {
        let decided = decide(parts.iter().map(|part| &part.root), []);
        parts.iter_mut().zip(decided.of).for_each(|(part, of)| part.of = of);
        merge(&parts, decided.records, None, folder).unwrap()
    }

    fn output(test: &str) -> String {
        format!(
            r#"<robot generator="Robot 7"><suite name="S" source="/s"><suite name="{test}" source="/s/{test}.robot"><test name="{test}"><status status="PASS" elapsed="1"/></test></suite></suite></robot>"#
        )
    }

    #[test]
    fn a_refused_output_does_not_take_the_others_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        let entities = format!("<!DOCTYPE robot [<!ENTITY x 'y'>]>{}", output("c"));
        let parts = vec![
            part(place, "0001-1", &output("a")),
            part(place, "0002-1", "<robot><wrong/></robot>"),
            part(place, "0003-2", &entities),
            part(place, "0004-1", &output("b")),
        ];
        let written = merged(parts, place);
        assert_eq!(written.files, [OUTPUT, JUNIT]);
        assert_eq!(
            written.left_out,
            [
                "The output of 0002-1 is not in output.xml and junit.xml: line 1, byte 7: Incompatible child element 'wrong' for 'robot'.",
                "The output of 0003-2 is not in output.xml and junit.xml: only plain XML without a document type can be merged.",
            ]
        );
        let text = |name| std::fs::read_to_string(place.join(name)).unwrap();
        assert_eq!(text(OUTPUT).matches("<test ").count(), 2);
        assert_eq!(text(JUNIT).matches("<testcase ").count(), 2);
    }

    #[test]
    fn nothing_is_written_of_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(merged(Vec::new(), folder.path()).files.is_empty());
        let written = merged(vec![part(folder.path(), "0001-1", "")], folder.path());
        assert!(written.files.is_empty());
        assert_eq!(written.left_out.len(), 1);
    }
}
