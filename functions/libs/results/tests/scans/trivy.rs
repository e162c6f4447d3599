//! Trivy: its forms, its statuses and what it counts apart.

use domain::quality::reports::{Finding, Risk};
use serde_json::{Value, json};

use crate::{read, refused, strange};

fn findings(report: &Value) -> Vec<Finding> {
    read(&report.to_string()).expect("the report is read").1
}

fn vulnerability(id: &str) -> Value {
    json!({ "VulnerabilityID": id, "PkgName": "xz", "InstalledVersion": "5.6.0", "Severity": "CRITICAL" })
}

fn target(vulnerabilities: Value) -> Value {
    json!({ "Target": "image", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": vulnerabilities })
}

fn report(vulnerabilities: Value) -> Value {
    json!({ "SchemaVersion": 2, "ArtifactName": "image", "Results": [target(vulnerabilities)] })
}

#[test]
fn every_form_of_the_report_has_the_same_findings() {
    let one = || json!([vulnerability("CVE-2024-3094")]);
    let resource = || json!({ "Kind": "Pod", "Name": "shop", "Results": [target(one())] });
    let forms = [
        report(one()),
        json!([target(one())]),
        json!({ "ClusterName": "c", "Resources": [resource()] }),
        json!({ "ClusterName": "c", "Findings": [resource()] }),
        json!({ "ClusterName": "c", "Vulnerabilities": [resource()], "Misconfigurations": [resource()] }),
    ];
    let first = findings(&forms[0]);
    assert_eq!(first[0].identity(), ("CVE-2024-3094", "xz", "5.6.0", ""));
    assert_eq!(first[0].severity, Risk::Critical);
    for form in &forms {
        assert_eq!(findings(form), first, "{form}");
    }
}

#[test]
fn nothing_found_is_written_in_many_ways() {
    let target = json!({ "Target": "image" });
    for none in [json!(null), report(json!(null)), report(json!([])), json!({ "SchemaVersion": 2 }), json!([target])] {
        assert_eq!(findings(&none), []);
    }
}

#[test]
fn only_not_affected_is_no_finding_and_fixed_can_be_fixed() {
    let of = |status: &str| {
        let mut entry = vulnerability("CVE-1");
        entry["Status"] = json!(status);
        findings(&report(json!([entry]))).first().map(|finding| finding.fixable)
    };
    assert_eq!(of("not_affected"), None);
    assert_eq!(of("fixed"), Some(true));
    for status in ["unknown", "affected", "under_investigation", "will_not_fix", "fix_deferred", "end_of_life"] {
        assert_eq!(of(status), Some(false), "{status}");
    }
    let mut fixed = vulnerability("CVE-1");
    fixed["FixedVersion"] = json!("5.6.2");
    assert!(findings(&report(json!([fixed])))[0].fixable);
}

#[test]
fn what_was_cleared_and_what_is_no_vulnerability_does_not_count() {
    let mut whole = report(json!([vulnerability("CVE-1")]));
    let misconfiguration = json!({ "ID": "DS002", "Severity": "HIGH", "Status": "FAIL" });
    let cleared = json!({ "Type": "vulnerability", "Status": "not_affected", "Finding": vulnerability("CVE-2") });
    whole["Results"][0]["Misconfigurations"] = json!([misconfiguration]);
    whole["Results"][0]["Secrets"] = json!([{ "RuleID": "aws-secret-access-key", "Severity": "CRITICAL" }]);
    whole["Results"][0]["ExperimentalModifiedFindings"] = json!([cleared]);
    assert_eq!(findings(&whole).len(), 1);
}

#[test]
fn a_package_is_named_by_its_url_and_the_vendor_s_advisory_is_an_alias() {
    let mut entry = vulnerability("CVE-2021-44228");
    entry["PkgName"] = json!("log4j-core");
    entry["PkgIdentifier"] = json!({ "PURL": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0" });
    entry["VendorIDs"] = json!(["GHSA-jfh8-c2jp-5v3q", "RHSA-2021:5130"]);
    let found = findings(&report(json!([entry])));
    assert_eq!(found[0].package, "org.apache.logging.log4j:log4j-core");
    assert_eq!(found[0].aliases, ["GHSA-jfh8-c2jp-5v3q"]);
}

#[test]
fn a_value_that_cannot_be_read_costs_its_label_and_the_finding_counts() {
    let of = |key: &str, value: Value| {
        let mut entry = vulnerability("CVE-2");
        entry[key] = value;
        strange(&report(json!([vulnerability("CVE-1"), entry])).to_string())
    };
    let path = "Results[0].Vulnerabilities[1]";
    for (key, value, unknown, remark) in [
        ("VulnerabilityID", json!(null), 0, "a finding without its id"),
        ("PkgName", json!(""), 0, "a finding without its package"),
        ("Severity", json!("SEVERE"), 5, r#"Severity="SEVERE" is not a severity that is known"#),
        ("Severity", json!(9.8), 5, r#"Severity="9.8" is not a severity that is known"#),
        ("Severity", json!(["HIGH"]), 5, r#"Severity="[…]" is not a severity that is known"#),
    ] {
        let (count, unknowns, remarks) = of(key, value);
        assert_eq!((count, unknowns.len(), remarks), (Some(2.0), unknown, vec![format!("{path}: {remark}")]), "{key}");
    }
    for (key, value) in [
        ("InstalledVersion", json!(5)),
        ("PkgIdentifier", json!("x")),
        ("VendorIDs", json!("x")),
        ("Title", json!({})),
        ("Severity", json!(null)),
    ] {
        assert_eq!(of(key, value).2.len(), 0, "{key}");
    }
    let (count, unknown, remarks) = strange(&report(json!([vulnerability("CVE-1"), "CVE-2"])).to_string());
    assert_eq!((count, unknown.len(), remarks), (None, 6, vec![format!("{path}: an entry that is not an object")]));
    assert!(refused(&report(json!({})).to_string()).contains("expected a list"));
}

#[test]
fn a_scan_for_other_things_says_nothing_of_vulnerabilities() {
    let scan = |class: &str| json!({"SchemaVersion": 2, "Results": [{"Target": "x", "Class": class}]}).to_string();
    for class in ["secret", "config", "license", "license-file"] {
        let (count, unknown, _) = strange(&scan(class));
        assert!(count.is_none() && !unknown.is_empty(), "{class}: {count:?}");
    }
    assert_eq!(strange(&scan("os-pkgs")).0, Some(0.0));
}

#[test]
fn a_resource_that_could_not_be_scanned_refuses_the_report() {
    let resource = json!({ "Kind": "Pod", "Name": "shop", "Error": "failed to pull\nthe image" });
    let told = refused(&json!({ "ClusterName": "c", "Resources": [resource] }).to_string());
    assert_eq!(told, "Resources[0]: Trivy failed to scan Pod shop: failed to pull");
}
