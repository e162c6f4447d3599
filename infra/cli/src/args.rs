//! What the `qaops` command is told, and the request that it makes of it.

use std::ffi::OsString;
use std::path::PathBuf;

use anstyle::Style;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use domain::base::problem::Problem;
use domain::package::input::Request;
use domain::package::manifest::Config;
use domain::package::settings::{Settings, settings};
use serde_json::{Value, json};

use crate::secrets::Secret;

/// Exit status for a bad input and for an error of ours, usage errors of the command line included.
pub const BAD_INPUT: u8 = 3;

const VERDICTS: &str = "  0  passed: everything was reported and every error gate holds
  1  failed: an error gate does not hold
  2  inconclusive: work was lost, or a gate has no value, so nobody can tell
  3  bad input, or an error of ours";

const EXAMPLES: &str = "  qaops                                    run the example suites
  qaops check tests/login                  is this package fit to run?
  qaops run tests/login --environments 3   run it in three environments
  qaops metrics coverage.xml               which metrics can a gate name?";

const RUN_EXAMPLES: &str = "  qaops run tests/suites/calculator
  qaops run checkout.zip --environments 8 --timeout 30m
  qaops run tests/login --include smoke --exclude 'slow OR flaky'
  qaops run tests/login --variable BASE_URL=https://staging.example
  qaops run tests/login --json --out results | jq .verdict";

const CHECK_EXAMPLES: &str = "  qaops check tests/suites/calculator
  qaops check checkout.zip";

const CHECK_STATUSES: &str = "  0  the package can be run
  3  it cannot, or it cannot be read; one message says where and why";

const DOCTOR_EXAMPLES: &str = "  qaops doctor --on qaops
  AWS_PROFILE=qa AWS_REGION=eu-north-1 qaops doctor --on nightly --json > doctor.json
  qaops doctor --on qaops --live           and make two small runs
  qaops doctor --on local --live           try it on the local cloud";

const DOCTOR_STATUSES: &str = "  0  runs work; warnings are no reason for another status
  1  runs will fail: the lines with a cross say why
  2  nobody can tell: a check failed, most often because a permission is missing
  3  bad input, or an error of ours";

const UP_EXAMPLES: &str = "  qaops up";

const UP_STATUSES: &str = "  0  it ran until Ctrl-C
  3  it could not start, or did not end well";

const JUDGE_EXAMPLES: &str = "  qaops judge .qaops/runs/login-20260101-120000-00001
  aws s3 sync s3://$BUCKET/runs/$RUN $RUN && qaops judge $RUN | cmp - $RUN/verdict.json";

const METRICS_EXAMPLES: &str = "  qaops metrics results/output.xml
  qaops metrics coverage.xml trivy.json k6.json
  qaops metrics */output.xml | jq -s 'map(.failed) | add'
  qaops metrics coverage.xml | jq '.metrics[\"coverage.line\"]'";

const METRICS_STATUSES: &str = "  0  every file was read
  3  at least one was not; its line has an \"error\"";

/// What stands below the options in a help text, its headings like those of the rest.
fn after(examples: &str, statuses: &str) -> String {
    let heading = Style::new().bold().underline();
    format!("{heading}Examples:{heading:#}\n{examples}\n\n{heading}Exit status:{heading:#}\n{statuses}")
}

/// Runs Robot Framework suites in environments that live only for the run, and judges them by quality gates.
///
/// Without a command, the example suites run in the local cloud: the real state machine, the real functions and the
/// real Robot Framework on this machine, without an account. It is set up by itself on first use.
#[derive(Debug, Parser)]
#[command(name = "qaops", version, max_term_width = 100, after_help = after(EXAMPLES, VERDICTS))]
pub struct Arguments {
    /// What to do; none runs the examples.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run a folder or zip of suites in the local cloud
    #[command(after_help = after(RUN_EXAMPLES, VERDICTS))]
    Run(RunFlags),
    /// Check a package and its gates without running a test
    ///
    /// Says which files of a folder are packed, and which are left out: caches, version control, results of Robot
    /// Framework, and what a .qaopsignore names, with the syntax of a .gitignore. If robot is installed, it makes a
    /// dry run of an unpacked copy with the package's own options. No test and no hook runs. Libraries, listeners and
    /// variable files are imported, so their code at import runs. It ends after a minute.
    #[command(after_help = after(CHECK_EXAMPLES, CHECK_STATUSES))]
    Check {
        /// Folder or zip with .robot files and, in most cases, a qaops.toml
        path: PathBuf,
    },
    /// Keep the local cloud running, to use it with the ordinary AWS tools
    ///
    /// Prints the endpoint, the state machine's ARN and commands to start with. Ctrl-C ends it and leaves nothing
    /// behind.
    #[command(after_help = after(UP_EXAMPLES, UP_STATUSES))]
    Up,
    /// Check whether an account has and allows what a deployment's runs need
    ///
    /// Checks region and credentials, the deployment's parameter, quotas, AWS's own roles, images, launches (with
    /// DryRun), endpoints, subscriptions and schedules. It also asks IAM's simulator what the deployment's roles may
    /// do. It changes nothing, launches nothing and costs nothing, unless you ask for --live. Credentials and region
    /// are those of the AWS command line.
    #[command(after_help = after(DOCTOR_EXAMPLES, DOCTOR_STATUSES))]
    Doctor {
        /// Name of the deployment; local means the local cloud
        #[arg(long, value_name = "NAME")]
        on: String,
        /// Also start two small runs, stop one of them, and tell how long each stage took: it costs a few cents
        #[arg(long)]
        live: bool,
        /// Print one JSON object, and nothing else, on standard output
        #[arg(long)]
        json: bool,
    },
    /// Judge a run again from its folder
    ///
    /// Reads evidence.json and the files that it names below the folder. The results of `qaops run` and the artifacts
    /// of a run have all of these files. It prints the verdict as in verdict.json: the same bytes, unless a file was
    /// changed.
    #[command(after_help = after(JUDGE_EXAMPLES, VERDICTS))]
    Judge {
        /// Folder of the run
        #[arg(value_name = "RUN_DIR")]
        folder: PathBuf,
    },
    /// Print the metrics of result files and reports, by the names that gates have for them
    ///
    /// In a terminal it prints a list, with each figure as a gate writes it. Otherwise it prints one JSON line for
    /// each file: {"file","format","metrics"}, where shares are in percent and times in seconds. For a Robot
    /// Framework output also {"tests","passed","failed","skipped","complete"}, where "complete" is false if the file
    /// breaks off. A report with strange values has "remarks", which say which values at which lines, and "unknown",
    /// the metrics that are not known because of them. For a file that cannot be read: {"file","error"}. The format
    /// is told by the content, never by the name.
    #[command(after_help = after(METRICS_EXAMPLES, METRICS_STATUSES))]
    Metrics {
        /// Robot Framework, Cobertura, JaCoCo, LCOV, Clover, SARIF, Trivy, Grype, CycloneDX, k6, JMeter, Locust, JUnit,
        /// xUnit.net, NUnit, TestNG or TRX
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// Flags of `qaops run`.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFlags {
    /// Folder or zip with .robot files and, in most cases, a qaops.toml
    pub path: PathBuf,
    /// How many environments run the suites side by side, from 1 to 500
    #[arg(long, short = 'n', value_name = "N")]
    pub environments: Option<u32>,
    /// Run only tests with this tag or pattern, in place of the package's own; may be repeated
    #[arg(long, short, value_name = "TAG")]
    pub include: Vec<String>,
    /// Leave out tests with this tag or pattern, in place of the package's own; may be repeated
    #[arg(long, short, value_name = "TAG")]
    pub exclude: Vec<String>,
    /// Set a variable of Robot Framework; may be repeated
    #[arg(long, short, value_name = "K=V", value_parser = variable)]
    pub variable: Vec<(String, String)>,
    /// Give a secret of the package a value, from the environment variable NAME or the one after the =; may be repeated
    #[arg(long, value_name = "NAME[=ENV]", value_parser = Secret::read)]
    pub secret: Vec<Secret>,
    /// End the run after this time, such as 90s, 30m or 1h30m
    #[arg(long, value_name = "TIME")]
    pub timeout: Option<String>,
    /// Folder for output.xml, junit.xml, verdict.json, report.html and the logs; by default a new one in the
    /// project's .qaops/runs
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON object at the end, and nothing else, on standard output
    #[arg(long)]
    pub json: bool,
    /// Keep the local cloud running after the run, to look into it, until Ctrl-C
    #[arg(long)]
    pub keep: bool,
}

/// Reads the command line, the program's name first. The error prints itself, help and version included.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(arguments)
}

/// Exit status after [`read`] gave an error: 0 for help and version that were asked for, else [`BAD_INPUT`].
pub fn status(error: &clap::Error) -> u8 {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
        _ => BAD_INPUT,
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("write NAME=value".to_owned()),
    }
}

impl RunFlags {
    /// The input of the execution, with what was given only: `{"suite", "environments", "include", …}`. Of a variable
    /// that was given twice the last value holds, as it does for `robot`.
    pub fn request(&self, suite: &str) -> Value {
        let mut request = json!({ "suite": suite });
        if let Some(environments) = self.environments {
            request["environments"] = json!(environments);
        }
        for (key, tags) in [("include", &self.include), ("exclude", &self.exclude)] {
            if !tags.is_empty() {
                request[key] = json!(tags);
            }
        }
        for (name, value) in &self.variable {
            request["variables"][name] = json!(value);
        }
        if let Some(timeout) = &self.timeout {
            request["timeout"] = json!(timeout);
        }
        request
    }

    /// All settings of the run, so that a bad flag is told before anything starts; a problem names the flag.
    pub fn settings(&self, suite: &str, config: &Config) -> Result<Settings, Problem> {
        let request = Request::parse(&self.request(suite)).map_err(of_flag)?;
        settings(&request, config).map_err(of_flag)
    }
}

/// The problem with the flag for its place: `input: include[1]` is the second `--include`.
fn of_flag(problem: Problem) -> Problem {
    let Some(key) = problem.place.strip_prefix("input: ") else { return problem };
    let place = match key.split_once('.') {
        Some(("variables", name)) => format!("--variable {name}"),
        _ => format!("--{}", key.split('[').next().unwrap_or(key)),
    };
    Problem { place, ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<Arguments, clap::Error> {
        read(std::iter::once("qaops").chain(text.split_whitespace()).map(OsString::from))
    }

    fn run(text: &str) -> RunFlags {
        match line(text).unwrap().command {
            Some(Command::Run(flags)) => flags,
            other => panic!("{other:?} is no run"),
        }
    }

    fn problem(text: &str) -> String {
        run(text).settings("shop", &Config::default()).unwrap_err().to_string()
    }

    #[test]
    fn no_argument_means_the_examples() {
        assert_eq!(line("").unwrap().command, None);
    }

    #[test]
    fn every_flag_reaches_the_request() {
        let flags = run("run tests --environments 3 --include smoke --include a* --exclude slow \
            --variable URL=http://x?a=b --variable EMPTY= --timeout 30m --out results --json --keep");
        insta::assert_json_snapshot!(flags.request("shop"), @r#"
        {
          "environments": 3,
          "exclude": [
            "slow"
          ],
          "include": [
            "smoke",
            "a*"
          ],
          "suite": "shop",
          "timeout": "30m",
          "variables": {
            "EMPTY": "",
            "URL": "http://x?a=b"
          }
        }
        "#);
        assert_eq!((flags.path, flags.out), (PathBuf::from("tests"), Some(PathBuf::from("results"))));
        assert!(flags.json && flags.keep);
    }

    #[test]
    fn what_was_not_given_is_left_to_the_package() {
        assert_eq!(run("run .").request("shop"), json!({"suite": "shop"}));
    }

    #[test]
    fn the_request_of_any_flags_is_one_that_plan_reads() {
        let flags = run("run . -n 500 -i smoke -e NOTslow -v A=1 -v A=2 --timeout 1h30m");
        let settings = flags.settings("shop", &Config::default()).unwrap();
        assert_eq!((settings.timeout_seconds, settings.robot.variables["A"].as_str()), (5400, "2"));
    }

    #[test]
    fn a_bad_flag_is_told_by_its_name() {
        let lines = [
            "run . --environments 0",
            "run . --timeout forever",
            "run . --include smoke --include none",
            "run . --exclude _",
            "run . --variable ${URL}=x",
            "run . --variable BASE_URL=1 --variable base_url=2",
        ];
        insta::assert_snapshot!(lines.map(problem).join("\n"), @r#"
        --environments: expected a whole number from 1 to 500, found 0
        --timeout: expected a duration from 10s to 24h, such as "45m", found "forever"
        --include: the tag "none" is no tag for Robot Framework, which ignores it, name a tag or leave it out
        --exclude: the tag "_" is no tag for Robot Framework, which ignores it, name a tag or leave it out
        --variable "${URL}": "${URL}" is no variable's name for Robot Framework, write URL without its braces
        --variable base_url: "BASE_URL" and "base_url" are one variable for Robot Framework, keep one of them
        "#);
    }

    #[test]
    fn a_variable_that_is_a_secret_of_the_package_is_told_by_its_flag() {
        let config = Config::parse("[robot]\nsecrets = { PASSWORD = \"/shop/password\" }").unwrap();
        let problem = run("run . --variable password=x").settings("shop", &config).unwrap_err();
        insta::assert_snapshot!(problem, @"--variable password: this variable is a secret of the package, leave it out");
    }

    #[test]
    fn usage_errors_are_bad_input_and_help_is_none() {
        let refused =
            ["run", "frun", "run . --environments four", "run . --variable X", "metrics", "check", "up now", "--x"];
        for text in refused {
            assert_eq!(status(&line(text).unwrap_err()), BAD_INPUT, "{text}");
        }
        for text in ["--help", "-h", "help", "help run", "run --help", "--version"] {
            assert_eq!(status(&line(text).unwrap_err()), 0, "{text}");
        }
    }

    #[test]
    fn every_help_tells_its_exit_statuses() {
        for text in
            ["--help", "run --help", "judge --help", "check --help", "up --help", "metrics --help", "doctor --help"]
        {
            let help = line(text).unwrap_err().to_string();
            assert!(help.contains("Exit status:\n  0  "), "{help}");
            assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        }
    }
}
