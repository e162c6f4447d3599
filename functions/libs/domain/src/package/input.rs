//! The run's input, as the scheduler, a pipeline or a person gives it.

pub mod keys;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::ids::RunId;
use crate::base::problem::{Problem, quoted};
use crate::base::tree::Node;
use crate::base::validate::{self, S3Url};
use crate::package::manifest::{self, Size};

/// What a run is asked to do. Whatever is none here is as the package's `qaops.toml` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Suite's name.
    pub suite: String,
    /// The suite package; none is the newest `suites/<suite>.zip` of the artifacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<S3Url>,
    /// How many environments, or how soon the run shall be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Seconds that the run may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u64>,
    /// How often failed tests are run again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rerun_failed: Option<u32>,
    /// Tag patterns of the tests to run; they replace the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub include: Option<Vec<String>>,
    /// Tag patterns of the tests to leave out; they replace the package's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// Variables by name; each replaces the package's of that name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// Reports from elsewhere by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reports: BTreeMap<String, S3Url>,
    /// What the run is about, such as `branch` and `commit`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// A key that Step Functions' own documentation tells to pass along when one execution starts another.
const STARTED_BY: &str = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

/// Refuses the name of an execution that cannot be a run's id: 1 to 80 letters, digits, `-` and `_` of ASCII.
///
/// Step Functions takes more (`a.b`, `Läufe`), but the id is also a folder on the instance, a part of S3 keys and IAM
/// patterns, and a parameter of the SSM document, whose `allowedPattern` is this.
pub fn check_run(run: &RunId) -> Result<(), Problem> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=80).contains(&run.len()) && run.chars().all(is_plain) {
        return Ok(());
    }
    let what = format!("{} cannot be the id of a run", quoted(run));
    let help = "start the execution under a name of 1 to 80 letters, digits, \"-\" and \"_\", or without a name";
    Err(Problem::new("execution name", what, help))
}

impl Request {
    /// Reads the input of an execution. The problem names the place: `input: environments: expected …`.
    pub fn parse(input: &Value) -> Result<Self, Problem> {
        let mut input = input.clone();
        if let Value::Object(map) = &mut input {
            map.remove(STARTED_BY);
        }
        let node = Node::from_json("input", &input);
        let fields = node.known(&keys::ALL)?;
        let mut request = Self::empty();
        for (key, node) in &fields {
            request.read(key, node)?;
        }
        request.size = manifest::size(&fields)?;
        if request.suite.is_empty() {
            return Err(node.problem("no suite is named", "add \"suite\": \"<its name>\""));
        }
        Ok(request)
    }

    fn read(&mut self, key: &str, node: &Node) -> Result<(), Problem> {
        match key {
            "suite" => self.suite = validate::suite(node)?,
            "package" => self.package = Some(validate::s3_url(node)?),
            "timeout" => self.timeout_seconds = Some(validate::duration(node, manifest::TIMEOUT)?),
            "rerun_failed" => self.rerun_failed = Some(node.whole(manifest::RERUNS)?),
            "include" => self.include = Some(validate::tags(node)?),
            "exclude" => self.exclude = Some(validate::tags(node)?),
            "variables" => self.variables = validate::variables(node, validate::variable_value)?,
            "reports" => self.reports = manifest::reports(node, &keys::REPORTS, validate::s3_url)?,
            "labels" => self.labels = validate::labels(node)?,
            _ => {}
        }
        Ok(())
    }

    fn empty() -> Self {
        Self {
            suite: String::new(),
            package: None,
            size: None,
            timeout_seconds: None,
            rerun_failed: None,
            include: None,
            exclude: None,
            variables: BTreeMap::new(),
            reports: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(input: Value) -> String {
        Request::parse(&input).unwrap_err().to_string()
    }

    #[test]
    fn the_input_of_the_design_is_read_whole() {
        let request = Request::parse(&json!({
            "suite": "checkout", "package": "s3://bucket/key.zip", "environments": 4, "include": ["critical"],
            "variables": {"BASE_URL": "https://staging.example"}, "reports": {"coverage": "s3://bucket/coverage.xml"},
            "labels": {"branch": "main", "commit": "0a1b2c"}
        }));
        insta::assert_json_snapshot!(request.unwrap(), @r#"
        {
          "suite": "checkout",
          "package": "s3://bucket/key.zip",
          "size": {
            "environments": 4
          },
          "include": [
            "critical"
          ],
          "variables": {
            "BASE_URL": "https://staging.example"
          },
          "reports": {
            "coverage": "s3://bucket/coverage.xml"
          },
          "labels": {
            "branch": "main",
            "commit": "0a1b2c"
          }
        }
        "#);
    }

    #[test]
    fn a_name_of_an_execution_that_cannot_be_a_run_is_refused() {
        for name in ["a", "nightly-2026_1", &"x".repeat(80), "12345678-1234-1234-1234-123456789abc_abc"] {
            assert!(check_run(&name.into()).is_ok(), "{name}");
        }
        for name in ["", "a.b", "a+b", "(a)", "l\u{e4}ufe", "a b", "..", &"x".repeat(81)] {
            assert!(check_run(&name.into()).is_err(), "{name}");
        }
        insta::assert_snapshot!(check_run(&"a.b".into()).unwrap_err(), @r#"execution name: "a.b" cannot be the id of a run, start the execution under a name of 1 to 80 letters, digits, "-" and "_", or without a name"#);
    }

    #[test]
    fn only_the_suite_is_required_and_null_is_as_left_out() {
        let request = Request::parse(&json!({"suite": "checkout", "package": null, "labels": null})).unwrap();
        assert_eq!(request, Request { suite: "checkout".to_owned(), ..Request::empty() });
        insta::assert_snapshot!(refused(json!({})), @r#"input: no suite is named, add "suite": "<its name>""#);
        insta::assert_snapshot!(refused(json!([])), @"input: expected a table, found a list");
    }

    #[test]
    fn a_key_of_step_functions_is_let_through() {
        let arn = "arn:aws:states:eu-west-1:123456789012:execution:m:e";
        assert!(Request::parse(&json!({"suite": "checkout", STARTED_BY: arn})).is_ok());
    }

    #[test]
    fn an_unknown_key_is_answered_with_the_one_that_may_be_meant() {
        insta::assert_snapshot!(refused(json!({"suite": "a", "enviroments": 3})),
            @r#"input: unknown key "enviroments", did you mean "environments""#);
        insta::assert_snapshot!(refused(json!({"suite": "a", "gates": {}})),
            @r#"input: unknown key "gates", gates stand in the package's qaops.toml"#);
    }

    #[test]
    fn zero_and_ten_thousand_environments_are_refused() {
        for (environments, found) in [(json!(0), "0"), (json!(10_000), "10000"), (json!("four"), "\"four\"")] {
            let message = refused(json!({"suite": "a", "environments": environments}));
            assert_eq!(message, format!("input: environments: expected a whole number from 1 to 500, found {found}"));
        }
        assert!(Request::parse(&json!({"suite": "a", "environments": 500})).is_ok());
    }

    #[test]
    fn environments_and_target_exclude_each_other() {
        insta::assert_snapshot!(refused(json!({"suite": "a", "environments": 3, "target": "10m"})),
            @"input: target: environments and target exclude each other, keep one of them");
    }

    #[test]
    fn wrong_types_are_named_by_place() {
        let cases = [
            json!({"suite": 7}),
            json!({"suite": "a", "package": "https://bucket/key"}),
            json!({"suite": "a", "timeout": 45}),
            json!({"suite": "a", "timeout": "forever"}),
            json!({"suite": "a", "include": "smoke"}),
            json!({"suite": "a", "include": ["smoke", 3]}),
            json!({"suite": "a", "variables": {"RATIO": 1.5}}),
            json!({"suite": "a", "variables": {"HEADLESS": true}}),
            json!({"suite": "a", "reports": {"coverage": "coverage.xml"}}),
            json!({"suite": "a", "reports": {"covrage": "s3://bucket/coverage.xml"}}),
            json!({"suite": "a", "labels": {"two words": "x"}}),
            json!({"suite": "a", "rerun_failed": -1}),
        ];
        let messages: Vec<String> = cases.into_iter().map(refused).collect();
        insta::assert_snapshot!(messages.join("\n"), @r#"
        input: suite: expected text, found 7
        input: package: expected s3://bucket/key, found "https://bucket/key"
        input: timeout: expected a duration from 10s to 24h, such as "45m", found 45
        input: timeout: expected a duration from 10s to 24h, such as "45m", found "forever"
        input: include: expected a list, found "smoke"
        input: include[1]: expected text, found 3
        input: variables.RATIO: expected text or a whole number, found 1.5, write it in quotes, as the tests shall see it
        input: variables.HEADLESS: expected text or a whole number, found true, write it in quotes, as the tests compare it: "True" or "true"
        input: reports.coverage: expected s3://bucket/key, found "coverage.xml"
        input: reports: unknown key "covrage", did you mean "coverage"
        input: labels."two words": "two words" is no key for a label, write 1 to 128 letters, digits, "_", "-", ".", "/" or ":"
        input: rerun_failed: expected a whole number from 0 to 5, found -1
        "#);
    }

    #[test]
    fn suite_names_that_could_leave_their_folder_are_refused() {
        for name in ["", ".", "..", "../x", "a/b", "a\\b", "a b", "-x", ".x", "a..b", "a.", "ü", &"x".repeat(65)] {
            assert!(refused(json!({"suite": name})).starts_with("input: suite: "), "{name}");
        }
        for name in ["a", "checkout", "Check-out_2.1", &"x".repeat(64)] {
            assert!(Request::parse(&json!({"suite": name})).is_ok(), "{name}");
        }
    }

    #[test]
    fn tags_that_robot_ignores_or_that_break_its_argument_file_are_refused() {
        for tag in ["", " ", "_", "NONE", "none", "a\nb", "a\u{85}b", "a\u{2028}b", "a\tb", "AND x", "x OR", "x NOT"] {
            let message = refused(json!({"suite": "a", "include": ["smoke", tag]}));
            assert!(message.starts_with("input: include[1]: the tag "), "{message}");
        }
        for tag in ["-Alpha", "argumentfile", "Argument-File", "argumentfile=x", "--Smoke-Test"] {
            let message = refused(json!({"suite": "a", "exclude": [tag]}));
            assert!(message.starts_with("input: exclude[0]: Robot Framework "), "{message}");
        }
        for tag in [
            "-slow",
            "--smoke",
            "[z-a]",
            "A",
            "smoke",
            "two words",
            "id-*",
            "smoke AND fast",
            "NOT slow",
            "owner:jane",
            "häufig",
            "ANDROID",
        ] {
            assert!(Request::parse(&json!({"suite": "a", "include": [tag]})).is_ok(), "{tag}");
        }
    }

    #[test]
    fn variable_names_and_values_are_those_that_robot_takes() {
        let names = ["", "1", "${URL}", "a:b", "a=b", "a\nb", "{x}", " x", "x ", "a,b", "é{"];
        for name in names {
            let message = refused(json!({"suite": "a", "variables": {name: "x"}}));
            assert!(message.contains("is no variable's name"), "{name}: {message}");
        }
        insta::assert_snapshot!(refused(json!({"suite": "a", "variables": {"${URL}": "x"}})), @r#"input: variables."${URL}": "${URL}" is no variable's name for Robot Framework, write URL without its braces"#);
        insta::assert_snapshot!(refused(json!({"suite": "a", "variables": {"BASE_URL": 1, "base url": 2}})), @r#"input: variables."base url": "BASE_URL" and "base url" are one variable for Robot Framework, keep one of them"#);
        insta::assert_snapshot!(refused(json!({"suite": "a", "variables": {"X": "a\nb"}})), @"input: variables.X: a value cannot have line breaks or control characters, put it into a variable file of the package and name that in robot.arguments");
        let request = Request::parse(&json!({"suite": "a", "variables": {"RETRIES": 3, "Äpfel": "=:x"}})).unwrap();
        assert_eq!(request.variables["RETRIES"], "3");
    }
}
