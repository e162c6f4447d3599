//! Reports that want to break the reader: each gives an error that says where, or is read; nothing panics.

use std::io::{BufReader, Read};

use domain::quality::reports::Report;
use proptest::prelude::*;
use results::reports::{Error, Limits};
use serde_json::{Value, json};

use crate::{read, refused};

/// A whole report of each format, small enough to be mistreated.
fn seeds() -> Vec<String> {
    let grype = json!({ "matches": [{
        "vulnerability": { "id": "GHSA-a", "severity": "High", "fix": { "versions": ["2"], "state": "fixed" },
            "epss": [{ "epss": 0.5 }], "knownExploited": [{}] },
        "relatedVulnerabilities": [{ "id": "CVE-1" }],
        "artifact": { "name": "xz", "version": "1", "purl": "pkg:deb/debian/xz@1" },
    }] });
    let trivy = json!({ "SchemaVersion": 2, "Results": [{ "Vulnerabilities": [{
        "VulnerabilityID": "CVE-1", "VendorIDs": ["GHSA-a"], "PkgName": "xz", "InstalledVersion": "1",
        "PkgIdentifier": { "PURL": "pkg:deb/debian/xz@1" }, "Severity": "HIGH", "Status": "fixed", "FixedVersion": "2",
    }] }] });
    let sarif = json!({ "version": "2.1.0", "runs": [{
        "tool": { "driver": { "name": "Trivy", "rules": [{ "id": "R", "properties": { "security-severity": "7.5" } }] } },
        "invocations": [{ "executionSuccessful": true, "ruleConfigurationOverrides": [
            { "descriptor": { "id": "R" }, "configuration": { "level": "error" } }] }],
        "results": [{ "ruleId": "R", "ruleIndex": 0, "kind": "fail", "level": "error", "message": { "text": "Package: a" },
            "locations": [{ "physicalLocation": { "artifactLocation": { "uri": "a", "index": 0 }, "region": { "startLine": 1 } } }],
            "partialFingerprints": { "primaryLocationLineHash": "1:1" }, "suppressions": [{ "kind": "inSource" }],
            "fixes": [{}], "provenance": { "invocationIndex": 0 }, "baselineState": "new" }],
    }] });
    let bill = json!({ "bomFormat": "CycloneDX", "components": [{ "bom-ref": "a", "name": "xz", "components": [] }],
        "vulnerabilities": [{ "id": "CVE-1", "references": [{ "id": "GHSA-a" }],
            "ratings": [{ "source": { "name": "NVD" }, "score": 9.8, "severity": "high", "method": "CVSSv3" }],
            "analysis": { "state": "exploitable", "response": ["update"] }, "recommendation": "Upgrade",
            "affects": [{ "ref": "a", "versions": [{ "version": "1", "status": "affected" }] }],
            "properties": [{ "name": "kev", "value": "true" }] }] });
    let xml = "<bom><components><component bom-ref='a'><name>xz</name></component></components><vulnerabilities>\
        <vulnerability><id>CVE-1</id><ratings><rating><source><name>NVD</name></source><score>9</score><severity>high\
        </severity></rating></ratings><affects><target><ref>a</ref><versions><version><version>1</version></version>\
        </versions></target></affects></vulnerability></vulnerabilities></bom>";
    let mut seeds: Vec<String> = [grype, trivy, sarif, bill].iter().map(Value::to_string).collect();
    seeds.push(xml.to_owned());
    seeds
}

/// Every value of a report in turn, replaced by each of some that do not belong there.
fn twisted(report: &Value) -> Vec<Value> {
    let strangers = [json!(null), json!(true), json!(-1), json!(1e300), json!("7"), json!([]), json!([[]]), json!({})];
    let mut all = strangers.to_vec();
    match report {
        Value::Object(map) => {
            for (key, value) in map {
                all.extend(twisted(value).into_iter().map(|value| {
                    let mut other = map.clone();
                    other.insert(key.clone(), value);
                    Value::Object(other)
                }));
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                all.extend(twisted(value).into_iter().map(|value| {
                    let mut other = list.clone();
                    other[at] = value;
                    Value::Array(other)
                }));
            }
        }
        _ => {}
    }
    all
}

#[test]
fn every_seed_has_one_finding_or_a_suppressed_one() {
    let counts: Vec<usize> = seeds().iter().map(|seed| read(seed).expect("the seed is read").1.len()).collect();
    assert_eq!(counts, [1, 1, 0, 1, 1]);
}

#[test]
fn a_value_of_the_wrong_kind_is_read_or_refused_with_its_place() {
    let (mut readable, mut refusals) = (0, 0);
    for seed in seeds().iter().filter_map(|seed| serde_json::from_str(seed).ok()) {
        for report in twisted(&seed) {
            match results::reports::read(report.to_string().as_bytes()) {
                Ok(found) => {
                    readable += 1;
                    // A report has no findings only where what was replaced is around all of them, or cleared already.
                    let none = found.remarks.is_empty() && found.report == Report::Vulnerabilities(vec![]);
                    let text = report.to_string();
                    let empty = |empty| {
                        text == empty || text.contains(&format!("\":{empty}")) || text.contains(&format!("[{empty}]"))
                    };
                    let around = ["null", "[]", "{}"].into_iter().any(empty);
                    assert!(!none || around || text.contains("suppressions"), "{text}");
                }
                Err(Error::Format(_) | Error::Robot) => {}
                Err(error @ Error::Refused { .. }) => {
                    refusals += 1;
                    assert!(error.to_string().contains(": "), "{error}");
                }
                Err(error) => panic!("{error} for {report}"),
            }
        }
    }
    // Only what is a list of findings, or of what has them, refuses the whole report.
    assert!(readable > 800 && refusals > 30, "{readable} read and {refusals} refused");
}

/// Gives `head`, then `filling` without end.
struct Endless {
    head: Vec<u8>,
    filling: u8,
}

impl Read for Endless {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        if self.head.is_empty() {
            buf.fill(self.filling);
            return Ok(buf.len());
        }
        let length = buf.len().min(self.head.len());
        buf[..length].copy_from_slice(&self.head[..length]);
        self.head.drain(..length);
        Ok(length)
    }
}

#[test]
fn a_text_without_end_is_refused_at_the_limit() {
    let limits = Limits { held: 1 << 20, event: 1 << 20, streamed: 4 << 20, ..Limits::default() };
    let heads = [
        "{\"matches\": [{\"vulnerability\": {\"id\": \"",
        "{\"runs\": [",
        "{\"SchemaVersion\": 2, \"x\": \"",
        "{\"bomFormat\": \"CycloneDX",
        "<bom><vulnerabilities><vulnerability><id>",
        "<bom ",
    ];
    for head in heads {
        let input = BufReader::new(Endless { head: head.as_bytes().to_vec(), filling: b'x' });
        let told = results::reports::read_within(input, &limits).map(drop).expect_err("it has no end").to_string();
        assert!(told.contains("too long") || told.contains("longer than"), "{head}: {told}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    for head in [
        "{\"matches\": ",
        "{\"runs\": ",
        "{\"SchemaVersion\": 2, \"Results\": ",
        "{\"bomFormat\": \"CycloneDX\", \"components\": ",
    ] {
        let told = refused(&format!("{head}{}}}", deep("[", "]")));
        assert!(told.contains("in one another"), "{told}");
    }
    let components = deep("{\"components\":[", "]}");
    assert!(
        refused(&format!("{{\"bomFormat\": \"CycloneDX\", \"components\": [{components}]}}"))
            .contains("in one another")
    );
    assert!(refused(&format!("<bom>{}</bom>", deep("<component>", "</component>"))).contains("in one another"));
}

#[test]
fn a_bomb_of_entities_is_refused() {
    let mut bomb = "<!DOCTYPE bom [<!ENTITY a \"aaaaaaaaaa\">".to_owned();
    for (name, before) in ('b'..='k').zip('a'..='j') {
        bomb.push_str(&format!("<!ENTITY {name} \"{}\">", format!("&{before};").repeat(10)));
    }
    let told = refused(&format!(
        "{bomb}]><bom><vulnerabilities><vulnerability><id>&k;</id></vulnerability></vulnerabilities></bom>"
    ));
    assert!(told.contains("without end"), "{told}");
}

#[test]
fn a_report_that_breaks_off_is_refused_wherever_it_does() {
    for seed in seeds() {
        for end in (1..seed.len()).filter(|end| seed.is_char_boundary(*end)) {
            assert!(read(&seed[..end]).is_err(), "{}", &seed[..end]);
        }
    }
}

proptest! {
    #[test]
    fn changed_bytes_never_panic(seed in 0..5_usize, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = seeds()[seed].clone().into_bytes();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = results::reports::read(bytes.as_slice());
    }

    #[test]
    fn any_text_of_a_package_url_or_a_message_is_read(text in ".{0,60}") {
        let artifact = json!({ "name": "xz", "purl": text });
        let report = json!({ "matches": [{ "vulnerability": { "id": "CVE-1", "description": text }, "artifact": artifact }] });
        prop_assert_eq!(read(&report.to_string()).map(|(_, found)| found.len()).ok(), Some(1));
        let result = json!({ "ruleId": text, "message": { "text": text } });
        let log = json!({ "version": "2.1.0", "runs": [{ "tool": { "driver": { "name": "Grype" } }, "results": [result] }] });
        prop_assert_eq!(read(&log.to_string()).map(|(_, found)| found.len()).ok(), Some(1));
    }
}
