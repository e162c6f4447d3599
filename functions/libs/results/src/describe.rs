//! One line about a result file or a report, whatever its format.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Cursor, Read};

use domain::base::text::with_causes;
use domain::quality::metrics::{Metrics, RunFacts};
use domain::quality::reports::{Kind, Reading, ReportState};
use domain::results::records::TestRecord;
use serde::Serialize;

use crate::reports::{self, Format, Found};
use crate::robot::{self, Output};

/// Bytes that tell a result of Robot Framework from a report.
const HEAD: u64 = 64 << 10;

/// What is in a file, or why nobody can tell.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Description {
    /// A result of Robot Framework.
    Tests {
        /// Name of the file as it was given.
        file: String,
        /// `robot`.
        format: &'static str,
        /// All tests.
        tests: u64,
        /// Tests that passed.
        passed: u64,
        /// Tests that failed.
        failed: u64,
        /// Tests that were skipped.
        skipped: u64,
        /// Whether the file was whole; if not, the counts are of what was before it breaks off.
        complete: bool,
        /// Figures by the names that gates have for them; shares in percent, times in seconds.
        metrics: BTreeMap<String, f64>,
    },
    /// A report of another tool.
    Report {
        /// Name of the file as it was given.
        file: String,
        /// Its format.
        format: Format,
        /// Figures by the names that gates have for them; shares in percent, times in seconds.
        metrics: BTreeMap<String, f64>,
        /// Metrics whose figures are not known because of a value that cannot be read.
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        unknown: BTreeSet<String>,
        /// What is strange about values in it, each with its place.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        remarks: Vec<String>,
    },
    /// A file that could not be read.
    Refused {
        /// Name of the file as it was given.
        file: String,
        /// Why, with line and byte if it is about the content.
        error: String,
    },
}

impl Description {
    /// A file that could not be read, with the causes of the error in one line.
    pub fn refused(file: &str, error: &dyn std::error::Error) -> Self {
        Description::Refused { file: file.to_owned(), error: with_causes(error) }
    }
}

/// Describes the file called `file`. Its format is told by its content, never by its name.
pub fn describe(file: &str, mut input: impl BufRead) -> Description {
    let mut head = Vec::new();
    if let Err(error) = input.by_ref().take(HEAD).read_to_end(&mut head) {
        return Description::refused(file, &reports::Error::Read(error));
    }
    let is_robot = reports::is_robot(&head);
    let input = Cursor::new(head).chain(input);
    if is_robot {
        let output = robot::read(input);
        output.map_or_else(|error| Description::refused(file, &error), |output| of_output(file, &output))
    } else {
        let found = reports::read(input);
        found.map_or_else(|error| Description::refused(file, &error), |found| of_report(file, found))
    }
}

fn of_output(file: &str, output: &Output) -> Description {
    let found = output.root.found().into_iter();
    let tests: Vec<TestRecord> = found.map(|found| TestRecord::of(found.id, found.test)).collect();
    let figures = Metrics::from_run(&tests, RunFacts::default()).figures();
    // Whether a test is flaky or in quarantine shows in a run, not in a file.
    let told = |name: &str| name.starts_with("tests.") && !name.ends_with("flaky") && !name.ends_with("quarantined");
    let counts = output.root.counts();
    Description::Tests {
        file: file.to_owned(),
        format: "robot",
        tests: counts.total(),
        passed: counts.passed,
        failed: counts.failed,
        skipped: counts.skipped,
        complete: output.complete,
        metrics: figures.into_iter().filter(|(name, _)| told(name)).collect(),
    }
}

fn of_report(file: &str, found: Found) -> Description {
    let Found { format, report, remarks } = found;
    let kind = report.kind();
    let family = match kind {
        Kind::Junit => "tests{source=junit}",
        Kind::Coverage | Kind::Performance | Kind::Vulnerabilities => kind.word(),
    };
    let told = remarks.iter().map(|remark| remark.told.clone()).collect();
    let state = ReportState { kind, name: file.to_owned(), state: Reading::Read(report), remarks, shard: None };
    let metrics = Metrics::from_run(&[], RunFacts::default()).with_reports(&[state]);
    let figures = metrics.figures().into_iter().filter(|(name, _)| name.starts_with(family)).collect();
    let unknown = metrics.unknown().into_iter().filter(|name| name.starts_with(family)).collect();
    Description::Report { file: file.to_owned(), format, metrics: figures, unknown, remarks: told }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(content: &[u8]) -> String {
        serde_json::to_string(&describe("output.xml", content)).expect("a description is JSON")
    }

    #[test]
    fn a_result_is_one_line_of_counts() {
        let whole =
            br#"<robot generator="Robot 7"><suite name="S"><test name="a"><status status="PASS" elapsed="1.5"/></test>
            <test name="b"><status status="SKIP"/></test></suite></robot>"#;
        insta::assert_snapshot!(line(whole), @r#"{"file":"output.xml","format":"robot","tests":2,"passed":1,"failed":0,"skipped":1,"complete":true,"metrics":{"tests.duration":1.5,"tests.failed":0.0,"tests.pass_rate":100.0,"tests.passed":1.0,"tests.skipped":1.0,"tests.total":2.0}}"#);
        insta::assert_snapshot!(line(&whole[..115]), @r#"{"file":"output.xml","format":"robot","tests":1,"passed":1,"failed":0,"skipped":0,"complete":false,"metrics":{"tests.duration":1.5,"tests.failed":0.0,"tests.pass_rate":100.0,"tests.passed":1.0,"tests.skipped":0.0,"tests.total":1.0}}"#);
        insta::assert_snapshot!(line(br#"{"generator": "Robot 7", "suite": {"name": "S", "#), @r#"{"file":"output.xml","format":"robot","tests":0,"passed":0,"failed":0,"skipped":0,"complete":false,"metrics":{"tests.duration":0.0,"tests.failed":0.0,"tests.passed":0.0,"tests.skipped":0.0,"tests.total":0.0}}"#);
    }

    #[test]
    fn a_report_is_one_line_of_the_metrics_that_gates_can_name() {
        let coverage = "SF:a.c\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nend_of_record\n";
        insta::assert_snapshot!(line(coverage.as_bytes()), @r#"{"file":"output.xml","format":"lcov","metrics":{"coverage.line":25.0}}"#);
        let load = r#"{"metrics": {"http_req_duration{a:b}": {"avg": 20, "p(95)": 50}}}"#;
        insta::assert_snapshot!(line(load.as_bytes()), @r#"{"file":"output.xml","format":"k6","metrics":{"performance.http_req_duration_a_b_.avg":0.02,"performance.http_req_duration_a_b_.p95":0.05}}"#);
        let units = "<testsuite><testcase name='a' time='2'/></testsuite>";
        insta::assert_snapshot!(line(units.as_bytes()), @r#"{"file":"output.xml","format":"junit","metrics":{"tests{source=junit}.duration":2.0,"tests{source=junit}.failed":0.0,"tests{source=junit}.flaky":0.0,"tests{source=junit}.pass_rate":100.0,"tests{source=junit}.passed":1.0,"tests{source=junit}.skipped":0.0,"tests{source=junit}.total":1.0}}"#);
    }

    #[test]
    fn a_file_of_another_kind_is_one_line_with_the_reason() {
        insta::assert_snapshot!(line(b""), @r#"{"file":"output.xml","error":"the file is empty"}"#);
        insta::assert_snapshot!(line(b"<robot><foo/></robot>"), @r#"{"file":"output.xml","error":"line 1, byte 7: Incompatible child element 'foo' for 'robot'"}"#);
        insta::assert_snapshot!(line(b"<html/>"), @r#"{"file":"output.xml","error":"its format is none of those that are read: XML with the root element 'html'"}"#);
    }
}
