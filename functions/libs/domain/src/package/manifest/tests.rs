use super::*;
use crate::package::input::Request;
use crate::package::settings::{Settings, settings};

const DESIGN: &str = r#"
suite = "checkout"
platform = "linux"            # linux | windows | android
environments = 4              # or: target = "10m", and QAOps chooses
timeout = "45m"
rerun_failed = 1

[robot]
include = ["regression"]
variables = { BASE_URL = "https://staging.example" }
secrets = { PASSWORD = "/qaops/checkout/password" }   # a parameter's name, never its value

[hooks]
before = "python demoapp/server.py &"

[environment]
health = { url = "http://127.0.0.1:8000/", within = "30s" }

[reports]
coverage = "reports/coverage.xml"
vulnerabilities = "reports/trivy.json"
performance = "reports/k6.json"

[gates]
error = ["tests.failed == 0", "tests{tag=critical}.pass_rate == 100%", "coverage.line >= 80%",
         "vulnerabilities{severity=critical} == 0", "performance.http_req_duration.p95 < 500ms"]
warn  = ["tests.flaky <= 3", "run.cost <= $2", "coverage.line >= baseline - 0.5%"]
stop  = ["tests{tag=critical}.failed > 0"]
"#;

fn refusal(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

fn refusals(texts: &[&str]) -> String {
    texts.iter().map(|text| refusal(text)).collect::<Vec<_>>().join("\n")
}

fn request(json: serde_json::Value) -> Request {
    Request::parse(&json).unwrap()
}

#[test]
fn the_file_of_the_design_is_read_whole() {
    let config = Config::parse(DESIGN).unwrap();
    let mut effective = settings(&request(serde_json::json!({"suite": "checkout"})), &config).unwrap();
    let gates = std::mem::take(&mut effective.gates);
    let gates: Vec<String> = gates.iter().map(|gate| format!("{:?}: {}", gate.severity, gate.text)).collect();
    insta::assert_snapshot!(gates.join("\n"), @r"
    Error: tests.failed == 0
    Error: tests{tag=critical}.pass_rate == 100%
    Error: coverage.line >= 80%
    Error: vulnerabilities{severity=critical} == 0
    Error: performance.http_req_duration.p95 < 500ms
    Warn: tests.flaky <= 3
    Warn: run.cost <= $2
    Warn: coverage.line >= baseline - 0.5%
    Stop: tests{tag=critical}.failed > 0
    ");
    insta::assert_json_snapshot!(effective, @r#"
    {
      "suite": "checkout",
      "platform": "linux",
      "size": {
        "environments": 4
      },
      "timeout_seconds": 2700,
      "rerun_failed": 1,
      "default_branch": "main",
      "stale_after_seconds": 93600,
      "needs": [],
      "environment": {
        "health": {
          "url": "http://127.0.0.1:8000/",
          "seconds": 30
        }
      },
      "robot": {
        "include": [
          "regression"
        ],
        "exclude": [],
        "variables": {
          "BASE_URL": "https://staging.example"
        },
        "secrets": {
          "PASSWORD": "/qaops/checkout/password"
        },
        "arguments": []
      },
      "hooks": {
        "before": "python demoapp/server.py &",
        "after": null
      },
      "reports": {
        "coverage": "reports/coverage.xml",
        "performance": "reports/k6.json",
        "vulnerabilities": "reports/trivy.json"
      },
      "given_reports": {},
      "labels": {},
      "gates": []
    }
    "#);
}

#[test]
fn an_empty_file_takes_every_default() {
    let config = Config::parse("\u{feff}").unwrap();
    assert_eq!(config, Config::default());
    let effective = settings(&request(serde_json::json!({"suite": "a"})), &config).unwrap();
    let gates: Vec<&str> = effective.gates.iter().map(|gate| gate.text.as_str()).collect();
    assert_eq!(gates, ["tests.failed == 0", "tests.total > 0"]);
    assert_eq!(effective.size, Size::Environments(1));
    assert_eq!((effective.timeout_seconds, effective.rerun_failed), (3600, 0));
    assert_eq!((effective.platform, effective.default_branch.as_str()), (Platform::Linux, "main"));
}

#[test]
fn a_suite_says_how_long_it_may_have_no_verdict() {
    let stale_after = |text: &str| {
        let config = Config::parse(text).unwrap();
        settings(&request(serde_json::json!({"suite": "a"})), &config).unwrap().stale_after_seconds
    };
    assert_eq!((stale_after(""), stale_after("stale_after = \"170h\"")), (26 * 3600, 170 * 3600));
    insta::assert_snapshot!(refusal("stale_after = \"30m\""), @r#"qaops.toml: stale_after: expected a duration from 1h to 2160h, such as "45m", found "30m""#);
}

#[test]
fn programs_that_a_suite_needs_are_bare_names() {
    let config = Config::parse("needs = [\"chromium\", \"chromedriver\", \"python3.11\", \"x_y-z\"]").unwrap();
    let settings = settings(&request(serde_json::json!({"suite": "a"})), &config).unwrap();
    assert_eq!(settings.needs, ["chromium", "chromedriver", "python3.11", "x_y-z"]);
    let names = ["", " ", "../x", "/usr/bin/x", "a b", "-rf", ".x", "a\\\\b", "x;y", "$(x)", "é", &"x".repeat(65)];
    for name in names {
        let message = refusal(&format!("needs = [\"git\", \"{name}\"]"));
        assert!(message.starts_with("qaops.toml: needs[1]: "), "{message}");
        assert!(message.contains("is no name of a program"), "{message}");
    }
    insta::assert_snapshot!(refusals(&["needs = [\"usr/bin/git\"]", "needs = [\"git\", \"git\"]"]), @r#"
    qaops.toml: needs[0]: "usr/bin/git" is no name of a program, write its name only, such as "chromium": 1 to 64 letters, digits, "_", "." or "-"
    qaops.toml: needs[1]: "git" is named twice, keep one of them
    "#);
}

#[test]
fn the_request_wins_over_the_package() {
    let config = Config::parse(DESIGN).unwrap();
    let request = request(serde_json::json!({
        "suite": "checkout", "target": "10m", "timeout": "20m", "rerun_failed": 0, "include": ["smoke"], "exclude": [],
        "variables": {"base url": "http://localhost", "BROWSER": "firefox"},
        "reports": {"coverage": "s3://bucket/coverage.xml"}
    }));
    let effective = settings(&request, &config).unwrap();
    assert_eq!(effective.size, Size::TargetSeconds(600));
    assert_eq!((effective.timeout_seconds, effective.rerun_failed), (1200, 0));
    assert_eq!((effective.robot.include, effective.robot.exclude), (vec!["smoke".to_owned()], vec![]));
    let variables: Vec<(&str, &str)> =
        effective.robot.variables.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(variables, [("BROWSER", "firefox"), ("base url", "http://localhost")]);
    assert_eq!(effective.reports.keys().collect::<Vec<_>>(), ["performance", "vulnerabilities"]);
    assert_eq!(effective.given_reports["coverage"].key, "coverage.xml");
}

#[test]
fn another_suite_and_a_secret_as_a_variable_are_refused() {
    let config = Config::parse(DESIGN).unwrap();
    let problem = |json| settings(&request(json), &config).unwrap_err();
    insta::assert_snapshot!(problem(serde_json::json!({"suite": "shop"})), @r#"qaops.toml: suite: the input asks for suite "shop" but the package is "checkout", name the same suite in both"#);
    insta::assert_snapshot!(problem(serde_json::json!({"suite": "checkout", "variables": {"Password": "x"}})), @"input: variables.Password: this variable is a secret of the package, leave it out");
}

#[test]
fn an_error_gate_on_a_report_that_nobody_brings_is_refused() {
    let of = |severity: &str, gate: &str| Config::parse(&format!("[gates]\n{severity} = [\"{gate}\"]\n")).unwrap();
    let ask = |config: &Config, json| {
        settings(&request(json), config).unwrap().check_reports().map_err(|problem| problem.to_string())
    };
    let alone = || serde_json::json!({"suite": "a"});
    let coverage = of("error", "coverage.line >= 80%");
    insta::assert_snapshot!(ask(&coverage, alone()).unwrap_err(), @r#"qaops.toml: gates: "coverage.line >= 80%" is about a coverage report, and neither [reports] nor the input names one, name it as coverage = "<path below the package's root>" in [reports], or make the gate a warning"#);
    let given = serde_json::json!({"suite": "a", "reports": {"coverage": "s3://bucket/coverage.xml"}});
    assert_eq!(ask(&coverage, given), Ok(()));
    assert_eq!(ask(&of("warn", "coverage.line >= 80%"), alone()), Ok(()));
    assert!(ask(&of("error", "tests{source=junit}.failed == 0"), alone()).is_err());
    assert_eq!(ask(&of("error", "tests.failed == 0"), alone()), Ok(()));
}

#[test]
fn settings_survive_the_way_through_a_plan() {
    let config = Config::parse(DESIGN).unwrap();
    let settings = settings(&request(serde_json::json!({"suite": "checkout"})), &config).unwrap();
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
}

#[test]
fn what_is_no_toml_is_refused_with_line_and_column() {
    insta::assert_snapshot!(refusals(&[
        "suite = \"checkout\nenvironments = 4",
        "suite = \"checkout\"\nenvironments == 4\n",
        "suite = \"checkout\"\nsuite = \"shop\"\n",
        "[robot]\ninclude = [\"a\", \"b\"\n[hooks]",
        "ümlaut = 1",
    ]), @r#"
    qaops.toml: line 1, column 18: invalid basic string, expected `"`
      suite = "checkout
                       ^
    qaops.toml: line 2, column 15: extra `=`, expected nothing
      environments == 4
                    ^
    qaops.toml: line 2, column 1: duplicate key
      suite = "shop"
      ^
    qaops.toml: line 3, column 1: missing comma between array elements, expected `,`
      [hooks]
      ^
    qaops.toml: line 1, column 1: invalid unquoted key, expected letters, numbers, `-`, `_`
      ümlaut = 1
      ^
    "#);
}

#[test]
fn unknown_keys_are_answered_with_the_ones_that_may_be_meant() {
    insta::assert_snapshot!(refusals(&[
        "enviroments = 4",
        "include = [\"smoke\"]",
        "[robot]\nvariable = { A = \"x\" }",
        "[hooks]\nbefor = \"x\"",
        "[environment]\nhealth = { seconds = 3 }",
        "[gates]\nerrors = []",
        "[quarantines]\n",
        "[reports]\nunits = \"x.xml\"",
    ]), @r#"
    qaops.toml: unknown key "enviroments", did you mean "environments"
    qaops.toml: unknown key "include", write it below [robot]
    qaops.toml: robot: unknown key "variable", did you mean "variables"
    qaops.toml: hooks: unknown key "befor", did you mean "before"
    qaops.toml: environment.health: unknown key "seconds", write within = "30s"
    qaops.toml: gates: unknown key "errors", did you mean "error"
    qaops.toml: unknown key "quarantines", did you mean "quarantine"
    qaops.toml: reports: unknown key "units", did you mean "junit"
    "#);
}

#[test]
fn wrong_values_are_named_by_place() {
    insta::assert_snapshot!(refusals(&[
        "suite = \"../x\"",
        "platform = \"macos\"",
        "environments = 0",
        "environments = 10_000",
        "environments = 99999999999999999999",
        "environments = 4.5",
        "environments = 3\ntarget = \"10m\"",
        "timeout = 45",
        "timeout = \"5s\"",
        "timeout = 2026-01-01",
        "rerun_failed = 9",
        "default_branch = \"\"",
        "needs = \"chromium\"",
        "needs = [\"chromium\", 2]",
        "robot = 1",
        "[robot]\ninclude = [\"a\", \"\"]",
        "[robot]\nvariables = { VERSION = 1.10 }",
        "[robot]\nvariables = { \"a:b\" = \"x\" }",
        "[robot]\nsecrets = { PASSWORD = \"hunter2!\" }",
        "[robot]\nsecrets = { PASSWORD = \"/a\" }\nvariables = { password = \"x\" }",
        "[hooks]\nbefore = \" \"",
        "[reports]\ncoverage = \"../coverage.xml\"",
        "[reports]\ncoverage = \"/tmp/coverage.xml\"",
        "[reports]\njunit = \"target/surefire-reports/*.xml\"",
        "[reports]\ncoverage = \"${OUTPUT DIR}/coverage.xml\"",
        "[gates]\nerror = \"tests.failed == 0\"",
    ]), @r#"
    qaops.toml: suite: "../x" is no name for a suite, write 1 to 64 letters, digits, "-", "_" or ".", with a letter or digit first
    qaops.toml: platform: expected "linux", "windows" or "android", found "macos"
    qaops.toml: environments: expected a whole number from 1 to 500, found 0
    qaops.toml: environments: expected a whole number from 1 to 500, found 10000
    qaops.toml: environments: expected a whole number from 1 to 500, found 100000000000000000000
    qaops.toml: environments: expected a whole number from 1 to 500, found 4.5
    qaops.toml: target: environments and target exclude each other, keep one of them
    qaops.toml: timeout: expected a duration from 10s to 24h, such as "45m", found 45
    qaops.toml: timeout: expected a duration from 10s to 24h, such as "45m", found "5s"
    qaops.toml: timeout: expected a duration from 10s to 24h, such as "45m", found the time 2026-01-01
    qaops.toml: rerun_failed: expected a whole number from 0 to 5, found 9
    qaops.toml: default_branch: a branch is one line of 1 to 256 characters, name it as git does
    qaops.toml: needs: expected a list, found "chromium"
    qaops.toml: needs[1]: expected text, found 2
    qaops.toml: robot: expected a table, found 1
    qaops.toml: robot.include[1]: the tag "" is no tag for Robot Framework, which ignores it, name a tag or leave it out
    qaops.toml: robot.variables.VERSION: expected text or a whole number, found 1.1, write it in quotes, as the tests shall see it
    qaops.toml: robot.variables."a:b": "a:b" is no variable's name for Robot Framework, write letters, digits and "_", with a letter first
    qaops.toml: robot.secrets.PASSWORD: this is no name of an SSM parameter, write the name only, such as "/qaops/checkout/password"; its value stays in SSM
    qaops.toml: robot: "password" is a variable and a secret, keep one of them
    qaops.toml: hooks.before: the command is empty, leave the key out
    qaops.toml: reports.coverage: "../coverage.xml" leads out of its folder, write a path below the package's root
    qaops.toml: reports.coverage: "/tmp/coverage.xml" is an absolute path, write a path below the package's root
    qaops.toml: reports.junit: "target/surefire-reports/*.xml" is a pattern, and a report is one file, let the hook after the tests write one report of all
    qaops.toml: reports.coverage: "${OUTPUT DIR}/coverage.xml" has a variable, and nothing gives it a value here, write a path below the package's root
    qaops.toml: gates.error: expected a list, found "tests.failed == 0"
    "#);
}

#[test]
fn the_first_problem_in_the_text_is_the_one_that_is_told() {
    insta::assert_snapshot!(refusal("timeout = 1\nenvironments = 0\nplatform = 3"), @r#"qaops.toml: timeout: expected a duration from 10s to 24h, such as "45m", found 1"#);
}

#[test]
fn a_gate_that_does_not_parse_is_named_by_its_index() {
    let text = r#"
        [gates]
        error = ["tests.failed == 0", "tests.total > 0", "coverage.lines >= 80%"]
    "#;
    insta::assert_snapshot!(refusal(text), @r#"
    qaops.toml: gates.error[2]: unknown metric "coverage.lines", did you mean "coverage.line"
      coverage.lines >= 80%
      ^
    "#);
}

proptest::proptest! {
    /// Any text is read or refused, and the refusal names the file.
    #[test]
    fn any_text_is_read_or_refused(text in "(suite|robot|gates|\\[|\\]|=|\"|\\.|,|\\{|\\}|[a-z0-9 \n#'-]){0,40}") {
        if let Err(problem) = Config::parse(&text) {
            proptest::prop_assert!(problem.to_string().starts_with("qaops.toml: "));
        }
    }
}

#[test]
fn a_desktop_has_both_sides_and_a_platform_that_has_one() {
    let config = Config::parse("desktop = { width = 1280, height = 720 }").unwrap();
    assert_eq!(config.desktop, Some(Desktop::new(1280, 720)));
    let request = request(serde_json::json!({ "suite": "a" }));
    assert_eq!(settings(&request, &config).unwrap().desktop, config.desktop);
    insta::assert_snapshot!(refusals(&[
        "desktop = { width = 1280 }",
        "desktop = { width = 100, height = 720 }",
        "desktop = { width = 1280, hight = 720 }",
        "platform = \"android\"\n[desktop]\nwidth = 1280\nheight = 720",
        "desktop = { width = 1280, height = 720, video = true }",
        "desktop = { width = 1280, height = 720, video = \"on\" }",
        "desktop = { width = 1280, height = 720, screenshots = \"failed\" }",
        "desktop = { width = 1280, height = 720, screenshot = true }",
    ]), @r#"
    qaops.toml: desktop: height is missing, write { width = 1920, height = 1080 }, for example
    qaops.toml: desktop.width: expected a whole number from 480 to 7680, found 100
    qaops.toml: desktop: unknown key "hight", did you mean "height"
    qaops.toml: desktop: the platform android has no desktop, leave it out, or take linux or windows
    qaops.toml: desktop.video: expected "failed", "always" or "never", found true
    qaops.toml: desktop.video: expected "failed", "always" or "never", found "on"
    qaops.toml: desktop.screenshots: expected true or false, found "failed"
    qaops.toml: desktop: unknown key "screenshot", write screenshots = true
    "#);
}

#[test]
fn what_is_kept_of_a_desktop_is_what_is_asked_for() {
    let kept = |text: &str| {
        let desktop = Config::parse(&format!("desktop = {{ width = 1280, height = 720{text} }}")).unwrap().desktop;
        let json = serde_json::to_value(desktop).unwrap();
        assert_eq!(serde_json::from_value::<Option<Desktop>>(json.clone()).unwrap(), desktop);
        json
    };
    assert_eq!(kept(", video = \"never\", screenshots = false"), serde_json::json!({ "width": 1280, "height": 720 }));
    let all = serde_json::json!({ "width": 1280, "height": 720, "video": "failed", "screenshots": true });
    assert_eq!(kept(", video = \"failed\", screenshots = true"), all);
    assert_eq!(kept(", video = \"always\"")["video"], "always");
}

#[test]
fn more_gates_than_anyone_reads_are_refused() {
    let text = |count: usize| format!("[gates]\nwarn = [{}]", "\"tests.failed == 0\", ".repeat(count));
    assert_eq!(Config::parse(&text(200)).unwrap().gates.len(), 200);
    insta::assert_snapshot!(Config::parse(&text(201)).unwrap_err(), @"qaops.toml: gates: 201 gates are too many, keep at most 200, or join some with patterns in their labels");
}
