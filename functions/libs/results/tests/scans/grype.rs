//! Grype: severities, fixes, aliases, EPSS and KEV.

use domain::quality::reports::{Finding, Risk};
use serde_json::{Value, json};

use crate::{read, refused, strange};

fn findings(matches: Value) -> Vec<Finding> {
    read(&json!({ "matches": matches, "descriptor": { "name": "grype" } }).to_string()).expect("the report is read").1
}

fn found(vulnerability: Value, related: Value) -> Finding {
    let artifact = json!({ "name": "log4j-core", "version": "2.14.0", "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0" });
    let entry = json!({ "vulnerability": vulnerability, "relatedVulnerabilities": related, "artifact": artifact });
    findings(json!([entry])).remove(0)
}

#[test]
fn a_match_is_a_finding_in_a_package_named_by_its_url() {
    let finding =
        found(json!({ "id": "CVE-2021-44228", "severity": "Critical", "description": "JNDI\nmore" }), json!([]));
    assert_eq!(finding.identity(), ("CVE-2021-44228", "org.apache.logging.log4j:log4j-core", "2.14.0", ""));
    assert_eq!((finding.severity, finding.title.as_str(), finding.fixable), (Risk::Critical, "JNDI", false));
}

#[test]
fn words_of_grype_are_severities() {
    let of = |word: Value| found(json!({ "id": "CVE-1", "severity": word }), json!([])).severity;
    let words = [json!("High"), json!("Medium"), json!("Low"), json!("Negligible"), json!("Unknown"), json!(null)];
    assert_eq!(words.map(of), [Risk::High, Risk::Medium, Risk::Low, Risk::Low, Risk::Unknown, Risk::Unknown]);
}

#[test]
fn the_severity_of_the_database_that_matched_holds() {
    let related = json!([{ "id": "CVE-1", "severity": "Critical" }]);
    assert_eq!(found(json!({ "id": "CVE-1", "severity": "Low" }), related).severity, Risk::Low);
}

#[test]
fn a_fix_is_known_by_its_state_or_its_version() {
    let of = |vulnerability: Value| found(vulnerability, json!([])).fixable;
    assert!(of(json!({ "id": "CVE-1", "fix": { "state": "fixed", "versions": ["2"] } })));
    assert!(of(json!({ "id": "CVE-1", "fix": { "state": "", "versions": ["2"] } })));
    assert!(of(json!({ "id": "CVE-1", "fixedInVersion": "2" })), "as early versions wrote it");
    for state in ["not-fixed", "wont-fix", "unknown"] {
        assert!(!of(json!({ "id": "CVE-1", "fix": { "state": state, "versions": [] } })), "{state}");
    }
    assert!(!of(json!({ "id": "CVE-1", "fix": { "state": "unknown", "versions": null }, "fixedInVersion": "" })));
}

#[test]
fn the_same_vulnerability_under_two_names_is_one() {
    let finding = found(json!({ "id": "GHSA-jfh8-c2jp-5v3q" }), json!([{ "id": "CVE-2021-44228" }]));
    assert_eq!(
        (finding.id.as_str(), finding.aliases.as_slice()),
        ("CVE-2021-44228", &["GHSA-jfh8-c2jp-5v3q".to_owned()][..])
    );
    let other = found(json!({ "id": "CVE-1" }), json!([{ "id": "CVE-2", "knownExploited": [{}] }]));
    assert_eq!((other.aliases.len(), other.kev), (0, false), "another CVE is another vulnerability");
}

#[test]
fn epss_and_kev_are_kept_wherever_they_stand() {
    let epss = |value: Value| json!([{ "cve": "CVE-1", "epss": value, "percentile": 0.9, "date": "2025-01-01" }]);
    let own =
        found(json!({ "id": "CVE-1", "epss": epss(json!(0.25)), "knownExploited": [{ "cve": "CVE-1" }] }), json!([]));
    assert_eq!((own.epss, own.kev), (Some(0.25), true));
    let related = json!([{ "id": "CVE-1", "epss": epss(json!(0.5)), "knownExploited": [{ "cve": "CVE-1" }] }]);
    let by_alias = found(json!({ "id": "GHSA-a", "epss": epss(json!(0.25)) }), related);
    assert_eq!((by_alias.epss, by_alias.kev), (Some(0.5), true));
    let none = found(json!({ "id": "CVE-1", "epss": epss(json!(7)), "knownExploited": [] }), json!([]));
    assert_eq!((none.epss, none.kev), (None, false), "7 is no probability");
}

#[test]
fn ignored_matches_do_not_count() {
    let entry = json!({ "vulnerability": { "id": "CVE-1" }, "artifact": { "name": "xz" } });
    let report = json!({ "matches": null, "ignoredMatches": [entry] });
    assert_eq!(read(&report.to_string()).expect("the report is read").1, []);
}

#[test]
fn a_value_that_cannot_be_read_costs_its_label_and_the_match_counts() {
    let whole = json!({ "vulnerability": { "id": "CVE-1", "severity": "Low" }, "artifact": { "name": "xz" } });
    for (entry, labels, remarks) in [
        (json!({ "vulnerability": {}, "artifact": { "name": "xz" } }), "id", &["a finding without its id"][..]),
        (json!({ "vulnerability": { "id": "CVE-2" }, "artifact": {} }), "package", &["a finding without its package"]),
        (json!({ "vulnerability": { "id": "CVE-2" } }), "package", &["a finding without its package"]),
        (
            json!({ "vulnerability": "CVE-2", "artifact": { "name": "xz" } }),
            "severity id fixable",
            &[
                "a finding without its id",
                r#"severity="nothing" is not a severity that is known"#,
                "a fix that is not an object",
            ],
        ),
        (
            json!({ "vulnerability": { "id": "CVE-2", "severity": "Splendid" }, "artifact": { "name": "xz" } }),
            "severity",
            &[r#"severity="Splendid" is not a severity that is known"#],
        ),
        (
            json!({ "vulnerability": { "id": "CVE-2", "fix": "soon" }, "artifact": { "name": "xz" } }),
            "fixable",
            &["a fix that is not an object"],
        ),
    ] {
        let (count, unknown, told) = strange(&json!({ "matches": [whole, entry] }).to_string());
        assert_eq!((count, unknown.is_empty()), (Some(2.0), !labels.contains("severity")), "{entry}");
        assert_eq!(told, remarks.iter().map(|remark| format!("matches[1]: {remark}")).collect::<Vec<_>>());
    }
    for fine in [json!([{ "epss": "0.5" }]), json!([{ "epss": "NaN" }]), json!("?"), json!([7])] {
        let entry = json!({ "vulnerability": { "id": "CVE-2", "epss": fine }, "artifact": { "name": "xz" } });
        assert_eq!(strange(&json!({ "matches": [whole, entry] }).to_string()).2.len(), 0, "{fine}");
    }
    let (count, unknown, told) = strange(&json!({ "matches": [whole, 7] }).to_string());
    assert_eq!((count, unknown.len()), (None, 6));
    assert_eq!(told, ["matches[1]: an entry that is not an object"]);
    assert!(refused(&json!({ "matches": {} }).to_string()).contains("expected a list"));
}
