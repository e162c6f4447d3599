//! Every key of `qaops.toml`, as the parser knows it and as the reference explains it.

use super::{ENVIRONMENTS, PIXELS, RERUNS, STALE_AFTER, TIMEOUT};
use crate::base::forms;
use crate::base::table::{Key, Table, Takes, Without};
use crate::package::environment;
use crate::quality::{gates, quarantine};

/// The whole file.
pub static ALL: Table = Table {
    keys: &[
        Key {
            name: "suite",
            takes: Takes::Text(&forms::SUITE),
            without: Without::Words("the run's input names it; `qaops run` takes the folder's name"),
            example: r#""checkout""#,
            about: "The suite's name. Where the input names another suite, the run is refused.",
        },
        Key {
            name: "platform",
            takes: Takes::Word(&["linux", "windows", "android"]),
            without: Without::Value(r#""linux""#),
            example: r#""windows""#,
            about: "The image that the tests need: Linux with browsers, Windows with a desktop, or Linux with Android \
                    emulators. The deployment must have this platform.",
        },
        Key {
            name: "environments",
            takes: Takes::Whole(*ENVIRONMENTS.start(), *ENVIRONMENTS.end()),
            without: Without::Value("1"),
            example: "4",
            about: "How many instances run the suite side by side. Never more than the suite has files.",
        },
        Key {
            name: "target",
            takes: Takes::Duration(*TIMEOUT.start(), *TIMEOUT.end()),
            without: Without::Words("`environments` holds"),
            example: r#""10m""#,
            about: "How soon the run shall be over. QAOps chooses the number of instances from the durations of earlier \
                    runs.",
        },
        Key {
            name: "timeout",
            takes: Takes::Duration(*TIMEOUT.start(), *TIMEOUT.end()),
            without: Without::Value(r#""1h""#),
            example: r#""45m""#,
            about: "How long the run may take. What has not run by then makes the verdict inconclusive.",
        },
        Key {
            name: "rerun_failed",
            takes: Takes::Whole(*RERUNS.start(), *RERUNS.end()),
            without: Without::Value("0"),
            example: "1",
            about: "How often failed tests run again, in another environment where there is one. A test that passes \
                    then counts as passed and as flaky.",
        },
        Key {
            name: "default_branch",
            takes: Takes::Text(&forms::BRANCH),
            without: Without::Value(r#""main""#),
            example: r#""trunk""#,
            about: "The branch whose last accepted run is the baseline of a branch that has none.",
        },
        Key {
            name: "stale_after",
            takes: Takes::Duration(*STALE_AFTER.start(), *STALE_AFTER.end()),
            without: Without::Value(r#""26h""#),
            example: r#""170h""#,
            about: "How long a scheduled suite may be without a verdict until it is stale and people are told.",
        },
        Key {
            name: "needs",
            takes: Takes::List(&forms::PROGRAM),
            without: Without::Value("[]"),
            example: r#"["chromium", "chromedriver"]"#,
            about: "Programs that must be on the search path. `qaops run` and `qaops check` say before the run which are \
                    missing on this machine.",
        },
        Key {
            name: "desktop",
            takes: Takes::Table(&DESKTOP),
            without: Without::Words("no desktop"),
            example: "{ width = 1920, height = 1080 }",
            about: "The desktop that the tests need. It is tried out before the first test. The platform `android` has none.",
        },
        Key {
            name: "environment",
            takes: Takes::Table(&environment::KEYS),
            without: Without::Words("as the deployment has it"),
            example: r#"{ packages = ["libpq5"] }"#,
            about: "What the suite needs of an instance.",
        },
        Key {
            name: "robot",
            takes: Takes::Table(&ROBOT),
            without: Without::Words("`robot` runs every test"),
            example: r#"{ include = ["regression"] }"#,
            about: "What `robot` is given.",
        },
        Key {
            name: "hooks",
            takes: Takes::Table(&HOOKS),
            without: Without::Words("none"),
            example: r#"{ before = "python app/server.py &" }"#,
            about: "Commands around `robot`, in the package's root.",
        },
        Key {
            name: "reports",
            takes: Takes::Table(&REPORTS),
            without: Without::Words("none"),
            example: r#"{ coverage = "reports/coverage.xml" }"#,
            about: "Reports of other tools that tests or hooks write on the instances.",
        },
        Key {
            name: "gates",
            takes: Takes::Table(&gates::KEYS),
            without: Without::Value(r#"{ error = ["tests.failed == 0", "tests.total > 0"] }"#),
            example: r#"{ error = ["tests.failed == 0"], warn = ["tests.flaky <= 3"] }"#,
            about: "The conditions of the verdict, at most 200.",
        },
        Key {
            name: "quarantine",
            takes: Takes::Map(&forms::TESTS, &Takes::Table(&quarantine::KEYS)),
            without: Without::Words("none"),
            example: r#"{ "Shop.Cart.*" = { owner = "shop team", reason = "cart is rewritten", until = 2026-12-31 } }"#,
            about: "Tests that may fail for a while, by a pattern of their long names.",
        },
    ],
    apart: &["environments", "target"],
    elsewhere: &[
        ("include", "write it below [robot]"),
        ("exclude", "write it below [robot]"),
        ("variables", "write it below [robot]"),
        ("secrets", "write it below [robot]"),
        ("package", "the package is named in the run's input"),
    ],
    ..Table::EMPTY
};

/// `desktop`.
pub static DESKTOP: Table = Table {
    keys: &[
        Key {
            name: "width",
            takes: Takes::Whole(*PIXELS.start(), *PIXELS.end()),
            without: Without::Required,
            example: "1920",
            about: "Pixels from left to right.",
        },
        Key {
            name: "height",
            takes: Takes::Whole(*PIXELS.start(), *PIXELS.end()),
            without: Without::Required,
            example: "1080",
            about: "Pixels from top to bottom.",
        },
        Key {
            name: "video",
            takes: Takes::Word(&["never", "failed", "always"]),
            without: Without::Value(r#""never""#),
            example: r#""failed""#,
            about: "Which attempts keep a video. `failed`: attempts in which not every test passed.",
        },
        Key {
            name: "screenshots",
            takes: Takes::Truth,
            without: Without::Value("false"),
            example: "true",
            about: "Whether a picture of the desktop is kept of each failed test.",
        },
    ],
    elsewhere: &[("screenshot", "write screenshots = true")],
    ..Table::EMPTY
};

/// `[robot]`.
pub static ROBOT: Table = Table {
    keys: &[
        Key {
            name: "include",
            takes: Takes::List(&forms::TAG),
            without: Without::Words("every test"),
            example: r#"["regression", "smokeANDfast"]"#,
            about: "Only tests with one of these tags run. The input's `include` takes its place.",
        },
        Key {
            name: "exclude",
            takes: Takes::List(&forms::TAG),
            without: Without::Words("no test"),
            example: r#"["wip"]"#,
            about: "Tests with one of these tags do not run. The input's `exclude` takes its place.",
        },
        Key {
            name: "variables",
            takes: Takes::Map(&forms::VARIABLE, &Takes::TextOrWhole(&forms::VARIABLE_VALUE)),
            without: Without::Words("none"),
            example: r#"{ BASE_URL = "https://staging.example", RETRIES = 3 }"#,
            about: "Variables of Robot Framework. Every value is text for the tests. The input's variables come first, name by name.",
        },
        Key {
            name: "secrets",
            takes: Takes::Map(&forms::VARIABLE, &Takes::Text(&forms::PARAMETER)),
            without: Without::Words("none"),
            example: r#"{ PASSWORD = "/qaops/checkout/password" }"#,
            about: "Variables whose values lie in the SSM Parameter Store. The file has the parameter's name, never the \
                value. The value is masked in everything that is uploaded.",
        },
        Key {
            name: "folder",
            takes: Takes::Text(&forms::PATH),
            without: Without::Words("the package's root"),
            example: r#""tests""#,
            about: "`robot` starts in this folder of the package and runs its suites only, as `cd tests; robot .` does.",
        },
        Key {
            name: "arguments",
            takes: Takes::List(&forms::ARGUMENT),
            without: Without::Words("none"),
            example: r#"["--loglevel", "DEBUG", "--listener=lib/Progress.py"]"#,
            about: "Further options of `robot`, as lines of an argument file. Options that QAOps sets, and those that change \
                which tests run, are refused. The message says what to do instead.",
        },
    ],
    ..Table::EMPTY
};

/// `[hooks]`.
pub static HOOKS: Table = Table {
    keys: &[
        Key {
            name: "before",
            takes: Takes::Text(&forms::COMMAND),
            without: Without::Words("none"),
            example: r#""python app/server.py &""#,
            about: "Runs before `robot`. Processes that it leaves in the background live until the attempt ends. If it does not \
                end with 0, no test runs, and the shard is tried elsewhere.",
        },
        Key {
            name: "after",
            takes: Takes::Text(&forms::COMMAND),
            without: Without::Words("none"),
            example: r#""coverage xml -o reports/coverage.xml""#,
            about: "Runs after `robot`, whatever the result of the tests is.",
        },
    ],
    ..Table::EMPTY
};

/// `[reports]`.
pub static REPORTS: Table = Table {
    keys: &[
        Key {
            name: "coverage",
            takes: Takes::Text(&forms::PATH),
            without: Without::Words("none"),
            example: r#""reports/coverage.xml""#,
            about: "Cobertura, JaCoCo, LCOV or Clover.",
        },
        Key {
            name: "junit",
            takes: Takes::Text(&forms::PATH),
            without: Without::Words("none"),
            example: r#""reports/junit.xml""#,
            about: "Unit tests: JUnit, xUnit.net, NUnit, TestNG or TRX.",
        },
        Key {
            name: "performance",
            takes: Takes::Text(&forms::PATH),
            without: Without::Words("none"),
            example: r#""reports/k6.json""#,
            about: "A load test: k6, JMeter or Locust.",
        },
        Key {
            name: "vulnerabilities",
            takes: Takes::Text(&forms::PATH),
            without: Without::Words("none"),
            example: r#""reports/trivy.json""#,
            about: "A scan: SARIF, Trivy, Grype or CycloneDX.",
        },
    ],
    ..Table::EMPTY
};
