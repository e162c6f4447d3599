//! CycloneDX: packages, analyses, ratings, and both ways of writing them.

use domain::quality::reports::{Finding, Risk};
use serde_json::{Value, json};

use crate::{SEVERITIES, read, strange};

const PURL: &str = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0";

fn bill(vulnerabilities: Value) -> String {
    let components = json!([
        { "bom-ref": "a", "name": "log4j-core", "version": "2.14.0", "purl": PURL },
        { "bom-ref": "b", "group": "@babel", "name": "core", "version": "7.0.0",
          "components": [{ "bom-ref": "c", "group": "org.x", "name": "inner" }] },
    ]);
    let own = json!({ "component": { "bom-ref": "app", "name": "shop", "version": "1" } });
    json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": own, "components": components,
        "vulnerabilities": vulnerabilities })
    .to_string()
}

fn findings(vulnerability: Value) -> Vec<Finding> {
    read(&bill(json!([vulnerability]))).expect("the bill is read").1
}

fn packages(affects: Value) -> Vec<(String, String)> {
    let found = findings(json!({ "id": "CVE-1", "affects": affects }));
    found.into_iter().map(|finding| (finding.package, finding.version)).collect()
}

fn pair(name: &str, version: &str) -> (String, String) {
    (name.to_owned(), version.to_owned())
}

#[test]
fn a_vulnerability_is_a_finding_in_each_package_that_it_affects() {
    let all = packages(json!([{ "ref": "a" }, { "ref": "b" }, { "ref": "c" }, { "ref": "app" }]));
    let wanted = [
        ("@babel/core", "7.0.0"),
        ("org.apache.logging.log4j:log4j-core", "2.14.0"),
        ("org.x:inner", ""),
        ("shop", "1"),
    ];
    assert_eq!(all, wanted.map(|(name, version)| pair(name, version)));
    assert_eq!(packages(json!(null)), [pair("", "")], "a vulnerability of nothing in particular counts");
    assert_eq!(packages(json!([{ "ref": "a" }, { "ref": "a" }])).len(), 1);
}

#[test]
fn references_lead_into_other_bills_and_to_package_urls() {
    let linked =
        json!([{ "ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Anpm%2F%40babel%2Fcore%407.0.0" }]);
    assert_eq!(packages(linked), [pair("@babel/core", "7.0.0")]);
    assert_eq!(packages(json!([{ "ref": "pkg:deb/debian/xz@5.6.0?arch=amd64" }])), [pair("xz", "5.6.0")]);
    assert_eq!(packages(json!([{ "ref": "nowhere" }])), [pair("nowhere", "")]);
    let versions = json!([{ "version": "9", "status": "affected" }, { "version": "10", "status": "unaffected" }]);
    assert_eq!(packages(json!([{ "ref": "nowhere", "versions": versions }])), [pair("nowhere", "9")]);
}

#[test]
fn what_an_analysis_has_cleared_does_not_count() {
    let of = |state: &str| findings(json!({ "id": "CVE-1", "analysis": { "state": state } })).len();
    let cleared = ["resolved", "resolved_with_pedigree", "false_positive", "not_affected"];
    assert_eq!(cleared.map(of), [0; 4]);
    assert_eq!(["exploitable", "in_triage", ""].map(of), [1; 3]);
}

#[test]
fn a_package_of_which_no_version_is_affected_does_not_count() {
    let versions = |statuses: [&str; 2]| statuses.map(|status| json!({ "version": status, "status": status }));
    let affects = |statuses| json!([{ "ref": "a", "versions": versions(statuses) }, { "ref": "b" }]);
    assert_eq!(packages(affects(["unaffected", "unaffected"])).len(), 1);
    assert_eq!(packages(affects(["unaffected", "unknown"])).len(), 2);
}

#[test]
fn the_worst_rating_holds_and_a_score_stands_in_for_a_word() {
    let of = |ratings: Value| findings(json!({ "id": "CVE-1", "ratings": ratings }))[0].severity;
    assert_eq!(of(json!([{ "severity": "low" }, { "severity": "High" }, { "severity": "unknown" }])), Risk::High);
    assert_eq!(of(json!([{ "score": 9.8, "method": "CVSSv31" }])), Risk::Critical);
    assert_eq!(
        of(json!([{ "score": 9.8, "severity": "medium", "method": "CVSSv3" }])),
        Risk::Medium,
        "its word comes first"
    );
    assert_eq!(of(json!([{ "score": 9.8, "method": "OWASP" }])), Risk::Unknown, "that is no CVSS");
    assert_eq!([of(json!([])), of(json!(null))], [Risk::Unknown; 2]);
    assert_eq!([of(json!([{ "severity": "info" }])), of(json!([{ "severity": "none" }]))], [Risk::Low; 2]);
}

#[test]
fn a_way_out_makes_a_finding_fixable() {
    let of = |more: Value| {
        let mut vulnerability = json!({ "id": "CVE-1" });
        vulnerability
            .as_object_mut()
            .expect("it is an object")
            .extend(more.as_object().expect("it is an object").clone());
        findings(vulnerability)[0].fixable
    };
    assert!(of(json!({ "recommendation": "Upgrade xz to version 5.6.2" })));
    assert!(of(json!({ "analysis": { "state": "exploitable", "response": ["update"] } })));
    assert!(of(
        json!({ "affects": [{ "ref": "a", "versions": [{ "version": "1" }, { "version": "2", "status": "unaffected" }] }] })
    ));
    assert!(!of(json!({ "recommendation": "Do not expose it" })));
    assert!(!of(json!({ "analysis": { "state": "exploitable", "response": ["will_not_fix"] } })));
}

#[test]
fn other_names_epss_and_kev_are_kept() {
    let vulnerability = json!({
        "id": "SNYK-JAVA-1", "references": [{ "id": "CVE-2021-44228" }, { "id": "GHSA-a" }],
        "ratings": [{ "source": { "name": "EPSS" }, "score": 0.97, "severity": "critical", "method": "other" }, { "severity": "high" }],
        "properties": [{ "name": "tool:epss-score", "value": "0.5" }, { "name": "tool:cisa_kev", "value": "true" }],
    });
    let found = findings(vulnerability).remove(0);
    assert_eq!(
        (found.id.as_str(), found.aliases),
        ("CVE-2021-44228", vec!["GHSA-a".to_owned(), "SNYK-JAVA-1".to_owned()])
    );
    assert_eq!((found.severity, found.epss, found.kev), (Risk::High, Some(0.97), true));
}

#[test]
fn a_bill_without_vulnerabilities_has_no_findings() {
    assert_eq!(read(&bill(json!(null))).expect("the bill is read").1, []);
    assert_eq!(read("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>").expect("the bill is read").1, []);
}

/// The same vulnerability in both ways of writing.
const XML: &str = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <components>
    <component type="library" bom-ref="a"><name>log4j-core</name><version>2.14.0</version>
      <purl>pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0</purl>
      <properties><property name="epss">0.9</property></properties></component>
  </components>
  <vulnerabilities>
    <vulnerability bom-ref="v">
      <id>GHSA-jfh8-c2jp-5v3q</id>
      <references><reference><id>CVE-2021-44228</id><source><name>NVD</name></source></reference></references>
      <ratings>
        <rating><source><name>NVD</name></source><score>10.0</score><severity>critical</severity><method>CVSSv3</method></rating>
        <rating><source><name>EPSS</name></source><score>0.97</score><method>other</method></rating>
      </ratings>
      <description>JNDI &amp; more</description>
      <recommendation>Upgrade to 2.17.1</recommendation>
      <tools><components><component><name>scanner</name><version>7</version></component></components></tools>
      <analysis><state>STATE</state><responses><response>update</response></responses></analysis>
      <affects><target><ref>a</ref>
        <versions><version><version>2.14.0</version><status>affected</status></version></versions></target></affects>
      <properties><property name="tool:kev">true</property></properties>
    </vulnerability>
  </vulnerabilities>
</bom>"#;

#[test]
fn xml_says_what_json_says() {
    let vulnerability = json!({
        "id": "GHSA-jfh8-c2jp-5v3q", "references": [{ "id": "CVE-2021-44228" }],
        "ratings": [{ "score": 10.0, "severity": "critical", "method": "CVSSv3" },
            { "source": { "name": "EPSS" }, "score": 0.97, "method": "other" }],
        "description": "JNDI & more", "recommendation": "Upgrade to 2.17.1", "affects": [{ "ref": "a" }],
        "properties": [{ "name": "tool:kev", "value": "true" }],
    });
    let (_, found) = read(&XML.replace("STATE", "exploitable")).expect("the bill is read");
    assert_eq!(found, findings(vulnerability));
    assert_eq!(found[0].package, "org.apache.logging.log4j:log4j-core");
    assert_eq!((found[0].epss, found[0].kev, found[0].fixable), (Some(0.97), true, true));
    assert_eq!(read(&XML.replace("STATE", "not_affected")).expect("the bill is read").1, []);
}

#[test]
fn the_extension_of_older_bills_says_which_component_is_affected() {
    let within = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
      <components><component><name>xz</name><version>5.6.0</version><v:vulnerabilities><v:vulnerability ref="urn:uuid:1">
        <v:id>CVE-2024-3094</v:id><v:ratings><v:rating><v:score><v:base>10.0</v:base></v:score></v:rating></v:ratings>
        <v:recommendations><v:recommendation>Update</v:recommendation></v:recommendations>
      </v:vulnerability></v:vulnerabilities></component></components></bom>"#;
    let beside = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.2" xmlns:v="http://cyclonedx.org/schema/ext/vulnerability/1.0">
      <components><component bom-ref="c"><name>xz</name><version>5.6.0</version></component></components>
      <v:vulnerabilities><v:vulnerability ref="c"><v:id>CVE-2024-3094</v:id>
        <v:ratings><v:rating><v:severity>Critical</v:severity></v:rating></v:ratings>
        <v:recommendations><v:recommendation>Update</v:recommendation></v:recommendations>
      </v:vulnerability></v:vulnerabilities></bom>"#;
    let [first, second] = [within, beside].map(|text| read(text).expect("the bill is read").1);
    assert_eq!(first, second);
    assert_eq!(first[0].identity(), ("CVE-2024-3094", "xz", "5.6.0", ""));
    assert_eq!((first[0].severity, first[0].fixable), (Risk::Critical, true));
}

#[test]
fn a_value_that_cannot_be_read_costs_its_label_and_the_vulnerability_counts() {
    let (count, unknown, remarks) = strange(&bill(json!([{ "id": "CVE-1" }, { "description": "nameless" }])));
    assert_eq!(
        (count, unknown.len(), remarks),
        (Some(2.0), 0, vec!["vulnerabilities[1]: a finding without its id".to_owned()])
    );
    let known = json!({ "id": "CVE-1", "ratings": [{ "severity": "low" }] });
    for (rating, remark) in [
        (json!({ "severity": "bad" }), r#"severity="bad" is not a severity that is known"#),
        (json!({ "severity": 7 }), r#"severity="7" is not a severity that is known"#),
        (json!({ "score": "NaN" }), r#"score="NaN" is not a CVSS score"#),
        (json!({ "score": 11, "method": "CVSSv31" }), r#"score="11" is not a CVSS score"#),
        (json!({ "score": -1 }), r#"score="-1" is not a CVSS score"#),
        (json!([]), "a rating that is not an object"),
    ] {
        let report = bill(json!([known, { "id": "CVE-2", "ratings": [rating] }]));
        let (count, unknown, remarks) = strange(&report);
        assert_eq!((count, unknown), (Some(2.0), SEVERITIES.map(str::to_owned).to_vec()), "{rating}");
        assert_eq!(remarks, [format!("vulnerabilities[1]: {remark}")]);
        // Python writes it without quotes.
        if rating == json!({ "score": "NaN" }) {
            assert_eq!(strange(&report.replace("\"NaN\"", "NaN")).2, remarks);
        }
    }
    for fine in [
        json!([{ "severity": "high", "score": "NaN" }]),
        json!([{ "score": "9,8" }]),
        json!([{ "score": 42, "method": "OWASP" }]),
        json!([{ "severity": "bad" }, { "severity": "critical" }]),
    ] {
        let (count, unknown, remarks) = strange(&bill(json!([{ "id": "CVE-1", "ratings": fine }])));
        assert_eq!((count, unknown.len(), remarks.len()), (Some(1.0), 0, 0), "{fine}");
    }
    let (count, unknown, remarks) = strange(&bill(json!([known, "CVE-2"])));
    assert_eq!((count, unknown.len()), (None, 6));
    assert_eq!(remarks, ["vulnerabilities[1]: an entry that is not an object"]);
    let (_, unknown, remarks) = strange(&XML.replace("STATE", "exploitable").replace("10.0", "ten"));
    assert_eq!((unknown.len(), remarks.len()), (0, 0), "another rating says critical");
}

#[test]
fn a_strange_value_in_xml_is_told_with_its_line() {
    let of = |inner: &str| {
        strange(&format!("<bom><vulnerabilities>\n<vulnerability>{inner}</vulnerability></vulnerabilities></bom>"))
    };
    let (count, unknown, remarks) = of("<id>CVE-1</id><ratings><rating><score>ten</score></rating></ratings>");
    assert_eq!((count, unknown.len()), (Some(1.0), 5));
    assert_eq!(remarks, [r#"line 2: score="NaN" is not a CVSS score"#]);
    let (count, _, remarks) = of("<id> </id>");
    assert_eq!((count, remarks), (Some(1.0), vec!["line 2: a finding without its id".to_owned()]));
}
