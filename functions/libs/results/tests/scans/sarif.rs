//! SARIF: what counts, how bad it is, and what is one finding.

use domain::quality::reports::{Finding, Risk};
use serde_json::{Value, json};

use crate::{SEVERITIES, read, refused, strange};

/// A log of one run with these rules and results.
fn log(rules: Value, results: Value) -> String {
    let tool = json!({ "driver": { "name": "scanner", "rules": rules } });
    json!({ "version": "2.1.0", "runs": [{ "tool": tool, "results": results }] }).to_string()
}

fn findings(text: &str) -> Vec<Finding> {
    read(text).expect("the log is read").1
}

/// The severity of the one finding of a result.
fn severity(rules: Value, result: Value) -> Risk {
    let found = findings(&log(rules, json!([result])));
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].severity
}

/// How many of these results count.
fn counted(results: Value) -> usize {
    findings(&log(json!([]), results)).len()
}

fn at(line: u64) -> Value {
    json!([{ "physicalLocation": { "artifactLocation": { "uri": "a.c" }, "region": { "startLine": line } } }])
}

#[test]
fn a_result_has_the_severity_that_github_would_show() {
    let rules = |score: Value| json!([{ "id": "R", "properties": { "security-severity": score } }]);
    let of = |score: Value| severity(rules(score), json!({ "ruleId": "R", "level": "note" }));
    let bands = [("9.0", Risk::Critical), ("8.9", Risk::High), ("7.0", Risk::High), ("6.9", Risk::Medium)];
    for (score, risk) in bands.into_iter().chain([("4.0", Risk::Medium), ("3.9", Risk::Low), ("0.1", Risk::Low)]) {
        assert_eq!(of(json!(score)), risk, "{score}");
    }
    assert_eq!(of(json!(9.8)), Risk::Critical, "a number is read like its text");
    assert_eq!([of(json!("HIGH")), of(json!("critical"))], [Risk::High, Risk::Critical], "words mean what they say");
    assert_eq!(
        [of(json!("0.0")), of(json!("11")), of(json!(""))],
        [Risk::Low; 3],
        "the level counts where it is no score"
    );
    let own = json!({ "ruleId": "R", "properties": { "security-severity": "9.9" } });
    assert_eq!(severity(rules(json!("1.0")), own), Risk::Critical, "the result's own comes first");
}

#[test]
fn a_level_is_found_as_the_standard_has_it() {
    let of = |result: Value| severity(json!([{ "id": "R", "defaultConfiguration": { "level": "error" } }]), result);
    assert_eq!(of(json!({ "ruleId": "R", "level": "note" })), Risk::Low);
    assert_eq!(of(json!({ "ruleId": "R" })), Risk::High, "the rule's default");
    assert_eq!(of(json!({ "ruleIndex": 0 })), Risk::High, "the rule by its index");
    assert_eq!(of(json!({ "rule": { "index": 0 } })), Risk::High);
    assert_eq!(of(json!({ "ruleId": "R/sub" })), Risk::High, "a part of the rule");
    assert_eq!(of(json!({ "ruleId": "other" })), Risk::Medium, "warning where nothing says it");
    assert_eq!(of(json!({ "ruleId": "R", "level": "none" })), Risk::Unknown);
    assert_eq!(
        of(json!({ "ruleId": "R", "kind": "review", "level": "error" })),
        Risk::Unknown,
        "only failures have levels"
    );
}

#[test]
fn a_rule_is_the_one_of_the_id_where_index_and_id_disagree() {
    let rules = json!([{ "id": "R", "defaultConfiguration": { "level": "error" } }, { "id": "Q" }]);
    assert_eq!(severity(rules.clone(), json!({ "ruleId": "R", "ruleIndex": 1 })), Risk::High);
    assert_eq!(severity(rules.clone(), json!({ "ruleId": "S", "ruleIndex": 0 })), Risk::High, "no rule has that id");
    assert_eq!(severity(rules, json!({ "ruleId": "R/1", "ruleIndex": 0 })), Risk::High);
}

#[test]
fn the_configuration_of_an_invocation_changes_levels() {
    let over = |descriptor: Value| {
        let invocation = json!({
            "executionSuccessful": true,
            "ruleConfigurationOverrides": [{ "descriptor": descriptor, "configuration": { "level": "error" } }],
        });
        let tool = json!({
            "driver": { "name": "scanner", "rules": [{ "id": "D" }] },
            "extensions": [{ "name": "more", "rules": [{ "id": "E" }] }],
        });
        let rule = json!({ "id": "E", "index": 0, "toolComponent": { "index": 0 } });
        let result = json!({ "rule": rule, "provenance": { "invocationIndex": 0 } });
        let run = json!({ "tool": tool, "invocations": [invocation], "results": [result] });
        findings(&json!({ "version": "2.1.0", "runs": [run] }).to_string())[0].severity
    };
    assert_eq!(over(json!({ "id": "E" })), Risk::High);
    assert_eq!(over(json!({ "index": 0, "toolComponent": { "index": 0 } })), Risk::High);
    assert_eq!(over(json!({ "index": 0 })), Risk::Medium, "that is the driver's rule");
}

#[test]
fn suppressed_results_do_not_count_until_the_suppression_is_in_doubt() {
    let with = |suppressions: Value| counted(json!([{ "ruleId": "R", "suppressions": suppressions }]));
    assert_eq!(with(json!([{ "kind": "inSource" }])), 0);
    assert_eq!(with(json!([{ "kind": "external", "status": "accepted" }])), 0);
    for doubt in ["rejected", "underReview"] {
        assert_eq!(with(json!([{ "kind": "external", "status": doubt }])), 1);
        assert_eq!(with(json!([{ "kind": "inSource" }, { "kind": "external", "status": doubt }])), 1);
        assert_eq!(with(json!([{ "kind": "external", "state": doubt }])), 1, "as drafts wrote it");
    }
    assert_eq!([with(json!([])), with(json!(null))], [1, 1]);
}

#[test]
fn what_is_fine_or_gone_does_not_count() {
    for kind in ["pass", "notApplicable", "informational"] {
        assert_eq!(counted(json!([{ "ruleId": "R", "kind": kind }])), 0, "{kind}");
    }
    for kind in ["fail", "open", "review"] {
        assert_eq!(counted(json!([{ "ruleId": "R", "kind": kind }])), 1, "{kind}");
    }
    let states =
        ["new", "unchanged", "updated", "absent"].map(|state| json!([{ "ruleId": "R", "baselineState": state }]));
    assert_eq!(states.map(counted), [1, 1, 1, 0]);
}

#[test]
fn a_result_in_many_places_is_one_and_a_rule_broken_twice_is_two() {
    let many = json!([{ "ruleId": "R", "locations": [at(1)[0], at(2)[0]] }]);
    assert_eq!(counted(many), 1);
    assert_eq!(counted(json!([{ "ruleId": "R", "locations": at(1) }, { "ruleId": "R", "locations": at(2) }])), 2);
    let twice = json!({ "ruleId": "R", "locations": at(1), "message": { "text": "a" } });
    assert_eq!(counted(json!([twice, twice])), 1);
    let other = json!({ "ruleId": "R", "locations": at(1), "message": { "text": "b" } });
    assert_eq!(counted(json!([twice, other, twice])), 2, "two messages at one place are two findings");
    let told = |argument: &str| json!({ "ruleId": "R", "message": { "id": "default", "arguments": [argument] } });
    assert_eq!(counted(json!([told("a"), told("b"), told("a")])), 2);
    let nowhere = json!([{ "physicalLocation": { "region": { "startLine": -1, "startColumn": 0 } } }]);
    assert_eq!(counted(json!([{ "ruleId": "R", "locations": nowhere }])), 1);
}

#[test]
fn a_finding_whose_line_moves_stays_the_same() {
    let of = |line: u64| {
        let prints = json!({ "primaryLocationLineHash": "39fa2ee980eb94b0:1" });
        let result = json!({ "ruleId": "R", "locations": at(line), "partialFingerprints": prints });
        findings(&log(json!([]), json!([result]))).remove(0)
    };
    assert_eq!(of(1).identity(), of(7).identity());
    assert_eq!(of(1).identity(), ("R", "a.c", "", "39fa2ee980eb94b0:1"));
}

#[test]
fn one_fingerprint_for_all_does_not_make_them_one() {
    let of = |line: u64| json!({ "ruleId": "R", "locations": at(line), "fingerprints": { "matchBasedId/v1": "requires login" } });
    assert_eq!(counted(json!([of(1), of(2)])), 2);
}

#[test]
fn the_file_is_found_wherever_it_stands() {
    let of = |result: Value| {
        let artifacts = json!([{ "location": { "uri": "listed.c" } }]);
        let run = json!({ "tool": { "driver": { "name": "t" } }, "artifacts": artifacts, "results": [result] });
        findings(&json!({ "version": "2.1.0", "runs": [run] }).to_string())[0].package.clone()
    };
    assert_eq!(of(json!({ "locations": at(1) })), "a.c");
    assert_eq!(
        of(json!({ "locations": [{ "physicalLocation": { "artifactLocation": { "index": 0 } } }] })),
        "listed.c"
    );
    assert_eq!(of(json!({ "locations": [{ "logicalLocations": [{ "fullyQualifiedName": "A::b" }] }] })), "A::b");
    assert_eq!(of(json!({ "analysisTarget": { "uri": "b.c" } })), "b.c");
    assert_eq!(of(json!({ "ruleId": "R" })), "");
}

#[test]
fn a_proposed_change_makes_a_finding_fixable_and_the_message_is_its_title() {
    let result = json!({ "ruleId": "R", "message": { "text": "bad\nvery" }, "fixes": [{ "artifactChanges": [] }] });
    let found = findings(&log(json!([]), json!([result])));
    assert_eq!((found[0].fixable, found[0].title.as_str()), (true, "bad"));
}

#[test]
fn scanners_of_packages_tell_what_they_found_in_which_package() {
    let told = "Package: musl\nInstalled Version: 1.1.22-r3\nVulnerability CVE-2020-28928\nSeverity: MEDIUM\n\
        Fixed Version: 1.1.22-r4\nLink: [CVE-2020-28928](https://avd.aquasec.com/nvd/cve-2020-28928)";
    let trivy = json!({ "driver": { "name": "Trivy" } });
    let result = |line: u64| json!({ "ruleId": "CVE-2020-28928", "message": { "text": told }, "locations": at(line) });
    let by_trivy = json!({ "tool": trivy, "results": [result(1), result(2)] });
    let help =
        "Vulnerability CVE-2020-28928\nSeverity: medium\nPackage: musl\nVersion: 1.1.22-r3\nFix Version: \nType: apk";
    let rules = json!([{ "id": "CVE-2020-28928-musl", "help": { "text": help } }]);
    let grype = json!({ "driver": { "name": "Grype", "rules": rules } });
    let by_grype =
        json!({ "tool": grype, "results": [{ "ruleId": "CVE-2020-28928-musl", "message": { "text": "x" } }] });
    let found = findings(&json!({ "version": "2.1.0", "runs": [by_trivy, by_grype] }).to_string());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].identity(), ("CVE-2020-28928", "musl", "1.1.22-r3", ""));
    assert!(found[0].fixable);
}

#[test]
fn a_log_that_says_nothing_of_the_scan_is_refused() {
    let refusals = [
        (json!({ "version": "2.0.0", "runs": [] }), "version: invalid version of SARIF '2.0.0'"),
        (json!({ "version": "1.0.0", "runs": [{ "results": {} }] }), "version: invalid version of SARIF '1.0.0'"),
        (json!({ "runs": [] }), "version: invalid version of SARIF ''"),
        (
            json!({ "version": "2.1.0", "runs": [{ "invocations": [{ "executionSuccessful": false }] }] }),
            "runs[0]: the tool failed and gave no results",
        ),
        (
            json!({ "version": "2.1.0", "runs": [{ "externalPropertyFileReferences": { "results": [{}] } }] }),
            "runs[0]: a run with its results in other files is not supported",
        ),
    ];
    for (log, told) in refusals {
        assert_eq!(refused(&log.to_string()), told);
    }
    assert_eq!(counted(json!(null)), 0, "some writers leave an empty list out");
}

#[test]
fn a_value_that_cannot_be_read_costs_the_severity_and_the_result_counts() {
    let rules = json!([{ "id": "A", "defaultConfiguration": { "level": "error" } }, 7, { "id": "C", "defaultConfiguration": "error" }]);
    let of = |result: Value| {
        let run = json!({ "tool": { "driver": { "name": "t", "rules": rules } }, "results": [{ "ruleId": "R", "level": "note" }, result] });
        strange(&json!({ "version": "2.1.0", "runs": [run] }).to_string())
    };
    for (result, remark) in [
        (json!({ "ruleId": "R2", "level": "bad" }), r#"level="bad" is not a level"#),
        (json!({ "ruleId": "R2", "level": 3 }), r#"level="3" is not a level"#),
        (json!({ "ruleId": "R2", "level": "error", "kind": "Fail" }), r#"kind="Fail" is not a kind of result"#),
        (
            json!({ "ruleId": "R2", "properties": { "security-severity": "n/a" } }),
            r#"security-severity="n/a" is not a score"#,
        ),
        (
            json!({ "ruleId": "R2", "properties": { "security-severity": "NaN" } }),
            r#"security-severity="NaN" is not a score"#,
        ),
        (
            json!({ "ruleId": "R2", "properties": { "security-severity": {} } }),
            r#"security-severity="{…}" is not a score"#,
        ),
        (json!({ "ruleIndex": 1 }), "the rule that it breaks cannot be told"),
        (json!({ "ruleIndex": "first" }), "the rule that it breaks cannot be told"),
        (json!({ "ruleId": "C" }), "the configuration of its rule is not an object"),
    ] {
        let (count, unknown, remarks) = of(result.clone());
        assert_eq!((count, unknown), (Some(2.0), SEVERITIES.map(str::to_owned).to_vec()), "{result}");
        assert_eq!(remarks, [format!("runs[0].results[1]: {remark}")], "{result}");
    }
    for fine in [
        json!({ "ruleIndex": "0" }),
        json!({ "ruleId": "R2", "properties": { "security-severity": "9,8" } }),
        json!({ "ruleId": "R2", "level": "error", "locations": "here", "fixes": 3, "message": "x", "partialFingerprints": [] }),
        json!({ "ruleId": "R2", "level": "error", "suppressions": [{ "status": "granted" }] }),
        json!({ "ruleId": "R2", "level": "error", "suppressions": "all" }),
        json!({ "ruleId": "R2", "level": "error", "baselineState": "gone" }),
    ] {
        let (count, unknown, remarks) = of(fine.clone());
        assert_eq!((count, unknown.len(), remarks.len()), (Some(2.0), 0, 0), "{fine}");
    }
    let (count, unknown, remarks) = of(json!(null));
    assert_eq!((count, unknown.len()), (None, 6));
    assert_eq!(remarks, ["runs[0].results[1]: an entry that is not an object"]);
    assert!(refused(r#"{"version": "2.1.0", "runs": [{"results": "none"}]}"#).contains("expected a list"));
}
