//! What a report shows of a run. Times are text or seconds from the start of the run; durations are in seconds.

use std::collections::BTreeMap;

pub use domain::quality::history::Outcome;
pub use domain::quality::reports::{Finding, Series};
use domain::results::errors::GroupedError;
use domain::results::outcome::Status;

/// What a report shows. What is not known is empty, and its part of the report is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Name of the suite.
    pub suite: String,
    /// The run's id.
    pub run: String,
    /// `passed`, `failed` or `inconclusive`.
    pub verdict: String,
    /// Why, in whole sentences; empty for a run that passed.
    pub reasons: Vec<String>,
    /// What else a reader must know, in whole sentences, such as a result that could not be merged.
    pub notes: Vec<String>,
    /// When the run started, with its time zone.
    pub started: String,
    /// From the request to the verdict.
    pub seconds: f64,
    /// Labels of the run, such as branch and commit.
    pub labels: Vec<(String, String)>,
    /// The run that relative gates and `new` compare with; none if there is no accepted run.
    pub baseline: Option<String>,
    /// Tests that passed, those that passed in a rerun included.
    pub passed: u64,
    /// Tests that failed in their last attempt.
    pub failed: u64,
    /// Tests that were skipped.
    pub skipped: u64,
    /// Tests that passed in a rerun only.
    pub flaky: u64,
    /// Gates in the order of the package, those of the platform first.
    pub gates: Vec<Gate>,
    /// Earlier runs of the suite and branch, oldest first and without this one; the last 30 are shown.
    pub history: Vec<PastRun>,
    /// What Robot Framework reports as an error beside the tests, such as an import that failed.
    pub errors: Vec<GroupedError>,
    /// Tests that failed, worst first or in the order of the run.
    pub failures: Vec<FailedTest>,
    /// Bytes of the tests' pictures by their paths, for a page that is read where nothing lies beside it. One that is
    /// not here is shown from its path.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// Tests that passed and failed on the same commit and image.
    pub flaky_tests: Vec<FlakyTest>,
    /// Tests whose failures do not count, with who answers for them.
    pub quarantined: Vec<QuarantinedTest>,
    /// Every test of the run in its final state, in the order of the run.
    pub tests: Vec<Test>,
    /// Shards in the order of the plan.
    pub shards: Vec<Shard>,
    /// Environments in the order of their launch.
    pub environments: Vec<Environment>,
    /// Work without a result.
    pub lost: Vec<Lost>,
    /// Coverage by package, that of all code first.
    pub coverage: Vec<Coverage>,
    /// Whether a report of vulnerabilities could be read, be it one without any.
    pub scanned: bool,
    /// Vulnerabilities and broken rules, and whether the baseline did not have them.
    pub findings: Vec<(Finding, bool)>,
    /// Series of load tests by name.
    pub performance: Vec<(String, Series)>,
    /// What the run cost in US dollars.
    pub cost: Option<f64>,
    /// Other files of the run: what they are, and their paths from the report.
    pub files: Vec<(String, String)>,
}

/// A gate and what came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gate {
    /// As the package says it.
    pub gate: String,
    /// `error`, `warn` or `stop`.
    pub severity: String,
    /// Whether the platform's owner demands it of every run.
    pub mandatory: bool,
    /// The metric's figure with its unit; empty if there is none.
    pub value: String,
    /// The metric's figure in `unit`.
    pub value_number: Option<f64>,
    /// `==`, `!=`, `<`, `<=`, `>` or `>=`; empty if there is nothing to compare.
    pub operator: String,
    /// What the figure is compared with, a relative limit worked out.
    pub limit_number: Option<f64>,
    /// `%`, `s`, `$`, `B` for bytes, or empty for counts and bare numbers.
    pub unit: String,
    /// Ids and figures of earlier runs, oldest first; the last 30 are shown.
    pub trend: Vec<(String, f64)>,
    /// Whether it held; none if nobody can tell.
    pub ok: Option<bool>,
    /// A whole sentence.
    pub why: String,
}

/// An earlier run of the same suite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastRun {
    /// The run's id.
    pub run: String,
    /// When it started, with its time zone.
    pub started: String,
    /// `passed`, `failed` or `inconclusive`.
    pub verdict: String,
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// From the request to the verdict.
    pub seconds: f64,
}

/// A test that failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FailedTest {
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// Robot Framework's message.
    pub message: String,
    /// `product`, `test` or `environment`; empty if nobody can tell.
    pub class: String,
    /// Whether it is in quarantine, so that its failure does not count.
    pub quarantined: bool,
    /// Tags.
    pub tags: Vec<String>,
    /// Attempts it took; 0 if nobody counted.
    pub attempts: u64,
    /// Id of the run since which it has failed without a break; this run's own if it is new.
    pub first_failed_run: Option<String>,
    /// Duration of the last attempt.
    pub seconds: f64,
    /// Paths of pictures of the moment, from the report.
    pub screenshots: Vec<String>,
    /// Path of the log it is in, from the report, with the test's id behind `#` where it is known.
    pub log: Option<String>,
}

/// A test that passed and failed on the same commit and image.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlakyTest {
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// Attempts it took in this run.
    pub attempts: u64,
    /// The message of the attempt that failed.
    pub message: String,
    /// Its outcomes in earlier runs of its file, oldest first, where history has them.
    pub outcomes: Vec<Outcome>,
}

/// A test whose failures do not count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuarantinedTest {
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// How it ended; none if it did not run.
    pub status: Option<Status>,
    /// Who answers for it.
    pub owner: String,
    /// Why it is in quarantine.
    pub reason: String,
    /// The last day on which its failures do not count.
    pub until: String,
    /// Whether that day is past, so that they count again.
    pub expired: bool,
}

/// A test in its final state.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Names of all suites and the test, joined by dots.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// Whether it passed in a rerun only.
    pub flaky: bool,
    /// Duration of the last attempt.
    pub seconds: f64,
    /// Name of the shard that ran it last, as in [`Shard::name`].
    pub shard: String,
    /// Its id in the shard's log, such as `s1-s2-t3`; empty if nobody can tell.
    pub id: String,
}

/// A part of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shard {
    /// Its number, or a name such as `3 rerun`.
    pub name: String,
    /// Suite files, as paths in the package.
    pub files: Vec<String>,
    /// `done`, `lost` or another word for what became of it.
    pub state: String,
    /// Id of the environment that had it last; empty if none had.
    pub environment: String,
    /// Attempts it took.
    pub attempts: u64,
    /// Seconds from the start of the run to that of its last attempt.
    pub began: Option<f64>,
    /// Duration of the last attempt.
    pub seconds: f64,
    /// Attempts that were lost, in order.
    pub losses: Vec<LostAttempt>,
    /// Tests that passed, failed and were skipped in it.
    pub tests: [u64; 3],
    /// Path of its log, from the report.
    pub log: Option<String>,
}

/// An attempt at a shard that was lost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LostAttempt {
    /// Id of the environment that had it; empty if none had.
    pub environment: String,
    /// Seconds from the start of the run to that of the attempt.
    pub began: Option<f64>,
    /// Seconds from the start of the run to the loss.
    pub ended: Option<f64>,
    /// Why, as a whole sentence.
    pub why: String,
}

/// A machine of the run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Environment {
    /// Id of the instance.
    pub id: String,
    /// What it was: type and market, such as `c7i.large, spot`.
    pub kind: String,
    /// Seconds from the start of the run to its launch.
    pub launched: f64,
    /// Seconds from its launch until it was ready.
    pub boot: Option<f64>,
    /// Seconds from its launch to its end.
    pub seconds: f64,
    /// How it ended.
    pub end: String,
    /// Whether it ended before its work did.
    pub lost: bool,
    /// What it cost in US dollars.
    pub cost: Option<f64>,
}

/// Work without a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lost {
    /// A shard or a file.
    pub what: String,
    /// Why, in a whole sentence.
    pub why: String,
}

/// Coverage of a package, or of all code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Name as the report has it; empty for all code.
    pub package: String,
    /// Share of lines in percent.
    pub lines: Option<f64>,
    /// Share of branches in percent.
    pub branches: Option<f64>,
    /// Lines that no test reached.
    pub missed: Option<u64>,
    /// Whether a value about its lines or branches could not be read, so that the shares are of what can be read.
    pub unread: bool,
}
