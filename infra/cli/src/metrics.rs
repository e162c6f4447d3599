//! `qaops metrics FILE…`: the metrics that gates can name, of each result file and report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use domain::quality::metrics::written;
use results::{Description, describe};

use crate::show::style::{BAD, BOLD, DIM, DOUBT, paint, plain};

/// How files are described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON line a file, for machines.
    Json,
    /// A list for each file, for who writes gates.
    List,
}

/// Writes one description a file, each as soon as the file is read; true if every file was read.
pub fn metrics(files: &[PathBuf], form: Form, out: &mut impl Write) -> io::Result<bool> {
    let mut all_read = true;
    for path in files {
        let description = of(path);
        all_read &= !matches!(description, Description::Refused { .. });
        match form {
            Form::Json => serde_json::to_writer(&mut *out, &description)?,
            Form::List => out.write_all(list(&description).as_bytes())?,
        }
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(all_read)
}

fn of(path: &Path) -> Description {
    let name = path.to_string_lossy();
    match File::open(path) {
        Ok(file) => describe(&name, BufReader::with_capacity(1 << 16, file)),
        Err(error) => Description::refused(&name, &error),
    }
}

fn list(description: &Description) -> String {
    match description {
        Description::Refused { file, error } => {
            format!("{}\n  {}\n", paint(BOLD, plain(file)), paint(BAD, plain(error)))
        }
        Description::Report { file, format, metrics, unknown, remarks } => {
            block(file, format.word(), "", metrics, unknown) + &listed(remarks)
        }
        Description::Tests { file, format, complete, metrics, .. } => {
            let remark = if *complete { "" } else { "the file breaks off" };
            block(file, format, remark, metrics, &BTreeSet::new())
        }
    }
}

/// A heading and a line for each metric, with the figures one below the other.
fn block(
    file: &str,
    format: &str,
    remark: &str,
    metrics: &BTreeMap<String, f64>,
    unknown: &BTreeSet<String>,
) -> String {
    let mut text = format!("{} {}", paint(BOLD, plain(file)), paint(DIM, format));
    if !remark.is_empty() {
        let _ = write!(text, " {}", paint(DOUBT, remark));
    }
    text.push('\n');
    if metrics.is_empty() && unknown.is_empty() {
        let _ = writeln!(text, "  {}", paint(DOUBT, "there is no figure in it"));
    }
    let figures = metrics.iter().map(|(name, figure)| (name, written(name, *figure)));
    let unknown = unknown.iter().map(|name| (name, paint(DOUBT, "not known")));
    let lines: BTreeMap<&String, String> = figures.chain(unknown).collect();
    let width = lines.keys().map(|name| name.len()).max().unwrap_or(0);
    for (name, figure) in lines {
        let _ = writeln!(text, "  {name:width$}  {figure}");
    }
    text
}

/// Remarks that are listed for a file.
const MOST_REMARKS: usize = 20;

/// What is strange about values in a file.
fn listed(remarks: &[String]) -> String {
    let mut text = String::new();
    for remark in remarks.iter().take(MOST_REMARKS) {
        let _ = writeln!(text, "  {}", paint(DOUBT, plain(remark)));
    }
    if remarks.len() > MOST_REMARKS {
        let more = format!("and {} more remarks", remarks.len() - MOST_REMARKS);
        let _ = writeln!(text, "  {}", paint(DOUBT, more));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(form: Form) -> (bool, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let output =
            r#"<robot generator="Robot 7"><suite name="S"><test name="a"><status status="FAIL"/></test></suite>"#;
        std::fs::write(path("output.xml"), output).unwrap();
        std::fs::write(path("lcov.info"), "SF:a.c\nDA:1,1\nDA:2,0\nDA:3,1\nend_of_record\n").unwrap();
        std::fs::write(path("k6.json"), r#"{"metrics": {"http_req_duration": {"avg": 1234.5678}, "vus": {}}}"#)
            .unwrap();
        std::fs::write(path("empty.xml"), "<coverage/>").unwrap();
        std::fs::write(path("photo.xml"), "\u{fffd}PNG").unwrap();
        let strange = "<testcase name='a' time='NaN'/>\n".repeat(2);
        std::fs::write(path("junit.xml"), format!("<testsuite>{strange}</testsuite>")).unwrap();
        let mut out = Vec::new();
        let files =
            ["output.xml", "lcov.info", "k6.json", "empty.xml", "junit.xml", "photo.xml", "missing.xml", "."].map(path);
        let all_read = metrics(&files, form, &mut out).unwrap();
        (all_read, String::from_utf8(out).unwrap().replace(&*folder.path().to_string_lossy(), "…"))
    }

    #[test]
    fn each_file_is_one_line_and_one_that_cannot_be_read_is_told() {
        let (all_read, told) = told(Form::Json);
        assert!(!all_read);
        insta::assert_snapshot!(told, @r#"
        {"file":"…/output.xml","format":"robot","tests":1,"passed":0,"failed":1,"skipped":0,"complete":false,"metrics":{"tests.duration":0.0,"tests.failed":1.0,"tests.pass_rate":0.0,"tests.passed":0.0,"tests.skipped":0.0,"tests.total":1.0}}
        {"file":"…/lcov.info","format":"lcov","metrics":{"coverage.line":66.66666666666667}}
        {"file":"…/k6.json","format":"k6","metrics":{"performance.http_req_duration.avg":1.2345678}}
        {"file":"…/empty.xml","format":"cobertura","metrics":{},"remarks":["the whole report: it names no source file, so it says nothing of coverage"]}
        {"file":"…/junit.xml","format":"junit","metrics":{"tests{source=junit}.failed":0.0,"tests{source=junit}.flaky":0.0,"tests{source=junit}.pass_rate":100.0,"tests{source=junit}.passed":2.0,"tests{source=junit}.skipped":0.0,"tests{source=junit}.total":2.0},"unknown":["tests{source=junit}.duration"],"remarks":["line 1: time=\"NaN\" is not a duration","line 2: time=\"NaN\" is not a duration"]}
        {"file":"…/photo.xml","error":"its format is none of those that are read: a text that begins with '�PNG'"}
        {"file":"…/missing.xml","error":"No such file or directory (os error 2)"}
        {"file":"…/.","error":"failed to read the file: Is a directory (os error 21)"}
        "#);
    }

    #[test]
    fn a_person_sees_each_figure_as_a_gate_writes_it() {
        let told = anstream::adapter::strip_str(&told(Form::List).1).to_string();
        insta::assert_snapshot!(told, @r#"
        …/output.xml robot the file breaks off
          tests.duration   0s
          tests.failed     1
          tests.pass_rate  0%
          tests.passed     0
          tests.skipped    0
          tests.total      1

        …/lcov.info lcov
          coverage.line  66.667%

        …/k6.json k6
          performance.http_req_duration.avg  1.235s

        …/empty.xml cobertura
          there is no figure in it
          the whole report: it names no source file, so it says nothing of coverage

        …/junit.xml junit
          tests{source=junit}.duration   not known
          tests{source=junit}.failed     0
          tests{source=junit}.flaky      0
          tests{source=junit}.pass_rate  100%
          tests{source=junit}.passed     2
          tests{source=junit}.skipped    0
          tests{source=junit}.total      2
          line 1: time="NaN" is not a duration
          line 2: time="NaN" is not a duration

        …/photo.xml
          its format is none of those that are read: a text that begins with '�PNG'

        …/missing.xml
          No such file or directory (os error 2)

        …/.
          failed to read the file: Is a directory (os error 21)
        "#);
    }

    #[test]
    fn of_many_remarks_the_first_are_listed_and_the_others_counted() {
        let remarks: Vec<String> = (1..=22).map(|line| format!("line {line}: hits")).collect();
        let told = anstream::adapter::strip_str(&listed(&remarks)).to_string();
        assert_eq!(told.lines().count(), 21);
        assert!(told.ends_with("line 20: hits\n  and 2 more remarks\n"), "{told}");
        assert_eq!(listed(&[]), "");
    }

    #[test]
    fn only_readable_files_are_all_read() {
        let mut out = Vec::new();
        assert!(metrics(&[], Form::Json, &mut out).unwrap());
        assert!(out.is_empty());
    }
}
