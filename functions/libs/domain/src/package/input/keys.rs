//! Every key of the run's input, as the parser knows it and as the reference explains it.

use crate::base::forms;
use crate::base::table::{Key, Table, Takes, Without};
use crate::package::manifest::{ENVIRONMENTS, RERUNS, TIMEOUT};

/// The whole input.
pub static ALL: Table = Table {
    keys: &[
        Key {
            name: "suite",
            takes: Takes::Text(&forms::SUITE),
            without: Without::Required,
            example: r#""checkout""#,
            about: "The suite's name. It must be that of the package, where the package has one.",
        },
        Key {
            name: "package",
            takes: Takes::Text(&forms::S3_URL),
            without: Without::Words("the newest `suites/<suite>.zip` in the bucket of artifacts"),
            example: r#""s3://ci-artifacts/checkout/42.zip""#,
            about: "The zip with the suite. Another bucket must be among `source_bucket_arns` of the deployment.",
        },
        Key {
            name: "environments",
            takes: Takes::Whole(*ENVIRONMENTS.start(), *ENVIRONMENTS.end()),
            without: Without::Words("as the package says"),
            example: "8",
            about: "How many instances run the suite side by side.",
        },
        Key {
            name: "target",
            takes: Takes::Duration(*TIMEOUT.start(), *TIMEOUT.end()),
            without: Without::Words("as the package says"),
            example: r#""10m""#,
            about: "How soon the run shall be over.",
        },
        Key {
            name: "timeout",
            takes: Takes::Duration(*TIMEOUT.start(), *TIMEOUT.end()),
            without: Without::Words("as the package says"),
            example: r#""30m""#,
            about: "How long the run may take.",
        },
        Key {
            name: "rerun_failed",
            takes: Takes::Whole(*RERUNS.start(), *RERUNS.end()),
            without: Without::Words("as the package says"),
            example: "1",
            about: "How often failed tests run again.",
        },
        Key {
            name: "include",
            takes: Takes::List(&forms::TAG),
            without: Without::Words("as the package says"),
            example: r#"["smoke"]"#,
            about: "Only tests with one of these tags run, in place of `robot.include` of the package.",
        },
        Key {
            name: "exclude",
            takes: Takes::List(&forms::TAG),
            without: Without::Words("as the package says"),
            example: r#"["wip"]"#,
            about: "Tests with one of these tags do not run, in place of `robot.exclude` of the package.",
        },
        Key {
            name: "variables",
            takes: Takes::Map(&forms::VARIABLE, &Takes::TextOrWhole(&forms::VARIABLE_VALUE)),
            without: Without::Words("as the package says"),
            example: r#"{ BASE_URL = "https://pr-17.example" }"#,
            about: "Variables of Robot Framework. Each takes the place of the package's variable of that name. A secret of the \
                    package cannot be set here.",
        },
        Key {
            name: "reports",
            takes: Takes::Table(&REPORTS),
            without: Without::Words("none"),
            example: r#"{ coverage = "s3://ci-artifacts/checkout/42/coverage.xml" }"#,
            about: "Reports from elsewhere, such as the build. Each takes the place of the package's report of that kind.",
        },
        Key {
            name: "labels",
            takes: Takes::Map(&forms::LABEL, &Takes::TextOrWhole(&forms::LABEL_VALUE)),
            without: Without::Words("none"),
            example: r#"{ branch = "main", commit = "0a1b2c3", trigger = "schedule" }"#,
            about: "What the run is about, at most 50. QAOps reads `branch` (its history and baseline are compared), `commit` \
                    (a test that passed and failed on one commit is flaky) and `trigger` (a suite with `schedule` is \
                    reported when it is stale).",
        },
    ],
    apart: &["environments", "target"],
    elsewhere: &[
        ("gates", "gates stand in the package's qaops.toml"),
        ("platform", "the platform stands in the package's qaops.toml"),
        ("hooks", "hooks stand in the package's qaops.toml"),
        ("secrets", "secrets stand in the package's qaops.toml"),
        ("robot", "include, exclude and variables stand at the top of the input"),
    ],
    ..Table::EMPTY
};

/// `reports`.
pub static REPORTS: Table = Table {
    keys: &[
        Key {
            name: "coverage",
            takes: Takes::Text(&forms::S3_URL),
            without: Without::Words("as the package says"),
            example: r#""s3://ci-artifacts/checkout/42/coverage.xml""#,
            about: "Cobertura, JaCoCo, LCOV or Clover.",
        },
        Key {
            name: "junit",
            takes: Takes::Text(&forms::S3_URL),
            without: Without::Words("as the package says"),
            example: r#""s3://ci-artifacts/checkout/42/junit.xml""#,
            about: "Unit tests: JUnit, xUnit.net, NUnit, TestNG or TRX.",
        },
        Key {
            name: "performance",
            takes: Takes::Text(&forms::S3_URL),
            without: Without::Words("as the package says"),
            example: r#""s3://ci-artifacts/checkout/42/k6.json""#,
            about: "A load test: k6, JMeter or Locust.",
        },
        Key {
            name: "vulnerabilities",
            takes: Takes::Text(&forms::S3_URL),
            without: Without::Words("as the package says"),
            example: r#""s3://ci-artifacts/checkout/42/trivy.json""#,
            about: "A scan: SARIF, Trivy, Grype or CycloneDX.",
        },
    ],
    ..Table::EMPTY
};
