//! Reports that look good because nothing was measured: what they would be about is not known.

use crate::told;

/// A SARIF log with this run.
fn sarif(run: &str) -> String {
    format!(r#"{{"version": "2.1.0", "runs": [{run}]}}"#)
}

#[test]
fn a_scan_that_did_not_take_place_found_not_nothing() {
    let tool = r#""tool": {"driver": {"name": "t"}}"#;
    let result = r#"{"ruleId": "r", "message": {"text": "m"}}"#;
    let broken_off = r#""invocations": [{"executionSuccessful": false}]"#;
    for (log, known) in [
        (sarif(&format!("{{{tool}, \"results\": []}}")), true),
        (sarif(&format!("{{{tool}}}")), false),
        (sarif(&format!("{{{tool}, \"results\": null}}")), false),
        (sarif(&format!("{{{tool}, \"results\": [], {broken_off}}}")), false),
        (sarif(&format!("{{{tool}, \"results\": [{result}], {broken_off}}}")), false),
        (sarif(""), false),
    ] {
        let report = told(&log);
        assert_eq!(report.unknown().is_empty(), known, "{log}: {:?} {:?}", report.unknown, report.remarks);
    }
}

#[test]
fn a_report_without_a_list_of_findings_is_no_scan() {
    let bill = |more: &str| format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []{more}}}"#);
    let xml = |inner: &str| format!(r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5">{inner}</bom>"#);
    for (text, known) in [
        (bill(r#", "vulnerabilities": []"#), true),
        (bill(""), false),
        (bill(r#", "vulnerabilities": null"#), false),
        (r#"{"matches": [], "descriptor": {"name": "grype"}}"#.to_owned(), true),
        (r#"{"matches": null, "descriptor": {"name": "grype"}}"#.to_owned(), false),
        (xml("<components/><vulnerabilities/>"), true),
        (xml("<components/>"), false),
        (r#"{"SchemaVersion": 2, "ArtifactName": "x", "Results": []}"#.to_owned(), true),
        (r#"{"SchemaVersion": 2, "ArtifactName": "x", "Results": null}"#.to_owned(), false),
        (r#"{"SchemaVersion": 2, "ArtifactName": "x"}"#.to_owned(), false),
        ("null".to_owned(), false),
    ] {
        let report = told(&text);
        assert_eq!(report.unknown().is_empty(), known, "{text}: {:?}", report.remarks);
    }
}

#[test]
fn a_status_that_no_tool_is_known_to_write_leaves_the_outcome_unknown() {
    let case = |about: &str| format!(r#"<testsuite><testcase name="a" time="1" {about}</testsuite>"#);
    for (about, failed, unknown) in [
        (r#"status="run" result="completed"/>"#, Some(0.0), false),
        (r#"status="PASSED"/>"#, Some(0.0), false),
        (r#"status="FAILED"/>"#, Some(1.0), false),
        (r#"status="timedOut"/>"#, Some(1.0), false),
        (r#"status="broken"/>"#, Some(1.0), false),
        (r#"status="ambiguous"/>"#, None, true),
        (r#"status="ambiguous"><skipped/></testcase>"#, Some(0.0), false),
        (r#"status="ambiguous"><failure/></testcase>"#, Some(1.0), false),
        (r#"><rerunFailure/></testcase>"#, None, true),
        (r#"><rerunError/><failure/></testcase>"#, Some(1.0), false),
        (r#"><flakyFailure/></testcase>"#, Some(0.0), false),
    ] {
        let report = told(case(about));
        assert_eq!((report.figure("failed"), !report.unknown().is_empty()), (failed, unknown), "{about}");
    }
}

#[test]
fn a_share_of_nothing_is_not_all_of_it() {
    let lines = r#"<packages><package name=""><classes><class filename="a.py"><lines><line number="1" hits="1"/>
        </lines></class></classes></package></packages>"#;
    let of = |about: &str, inner: &str| told(format!("<coverage {about}>{inner}</coverage>"));
    let without = of(r#"line-rate="1" branch-rate="1""#, lines);
    assert_eq!((without.figure("line"), without.figure("branch")), (Some(100.0), None));
    let empty = of(r#"line-rate="1" branch-rate="1""#, "<packages/>");
    assert_eq!((empty.figure("line"), empty.figure("branch")), (None, None));
    let counted = of(r#"line-rate="1" branch-rate="1" lines-valid="0""#, "<packages/>");
    assert_eq!((counted.figure("line"), counted.figure("branch")), (None, None));
    let stated = of(r#"line-rate="1" lines-covered="4" lines-valid="4""#, "<packages/>");
    assert_eq!(stated.figure("line"), Some(100.0));
}

#[test]
fn requests_that_were_not_made_took_no_time() {
    let head = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Max Response Time";
    let report = told(format!("{head}\nGET,/,0,0,0,0,0\n,Aggregated,0,0,0,0,0\n"));
    assert_eq!(
        (report.figure("total.count"), report.figure("total.avg"), report.figure("total.max")),
        (Some(0.0), None, None)
    );
}
