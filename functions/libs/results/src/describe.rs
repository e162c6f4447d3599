//! One line about a result file, whatever its format.

use std::io::BufRead;

use serde::Serialize;

use crate::robot;

/// What is in a result file, or why nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Description {
    /// A file with test results.
    Tests {
        /// Name of the file as it was given.
        file: String,
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
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        Description::Refused { file: file.to_owned(), error: text }
    }
}

/// Describes the file called `file`. Its format is told by its content, never by its name.
pub fn describe(file: &str, input: impl BufRead) -> Description {
    match robot::read(input) {
        Err(error) => Description::refused(file, &error),
        Ok(output) => {
            let counts = output.root.counts();
            Description::Tests {
                file: file.to_owned(),
                tests: counts.total(),
                passed: counts.passed,
                failed: counts.failed,
                skipped: counts.skipped,
                complete: output.complete,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(content: &[u8]) -> String {
        serde_json::to_string(&describe("output.xml", content)).expect("a description is JSON")
    }

    #[test]
    fn a_result_is_one_line_of_counts() {
        let whole = br#"<robot generator="Robot 7"><suite name="S"><test name="a"><status status="PASS"/></test>
            <test name="b"><status status="SKIP"/></test></suite></robot>"#;
        insta::assert_snapshot!(line(whole), @r#"{"file":"output.xml","tests":2,"passed":1,"failed":0,"skipped":1,"complete":true}"#);
        insta::assert_snapshot!(line(&whole[..100]), @r#"{"file":"output.xml","tests":1,"passed":1,"failed":0,"skipped":0,"complete":false}"#);
    }

    #[test]
    fn a_file_of_another_kind_is_one_line_with_the_reason() {
        insta::assert_snapshot!(line(b""), @r#"{"file":"output.xml","error":"line 1, byte 0: there is no result in it"}"#);
        insta::assert_snapshot!(line(b"<robot><foo/></robot>"), @r#"{"file":"output.xml","error":"line 1, byte 7: Incompatible child element 'foo' for 'robot'"}"#);
    }
}
