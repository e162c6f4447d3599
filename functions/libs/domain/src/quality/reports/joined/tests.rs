use proptest::prelude::*;

use super::super::{Finding, Report, Risk};
use super::{findings, joined};

fn finding(id: &str, package: &str, aliases: &[&str]) -> Finding {
    Finding {
        id: id.to_owned(),
        package: package.to_owned(),
        version: "1.0".to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        ..Finding::default()
    }
}

fn ids(entries: &[Finding]) -> Vec<(&str, &str)> {
    entries.iter().map(|entry| (entry.id.as_str(), entry.package.as_str())).collect()
}

#[test]
fn one_finding_in_several_reports_is_one_with_the_worst_of_each() {
    let first = Finding { severity: Risk::Unknown, epss: Some(0.2), kev: true, ..finding("CVE-1", "xz", &[]) };
    let second = Finding { severity: Risk::Low, epss: Some(0.1), title: "a".into(), ..finding("CVE-1", "xz", &[]) };
    let third = Finding { severity: Risk::High, fixable: true, title: "b".into(), ..finding("CVE-1", "xz", &[]) };
    let reports = [first, second, third].map(|finding| Report::Vulnerabilities(vec![finding]));
    let whole = Finding {
        severity: Risk::High,
        fixable: true,
        title: "a".into(),
        epss: Some(0.2),
        kev: true,
        ..finding("CVE-1", "xz", &[])
    };
    assert_eq!(findings(&reports), [whole]);
}

#[test]
fn versions_packages_and_places_keep_findings_apart() {
    let base = finding("CVE-1", "xz", &[]);
    let version = Finding { version: "2.0".into(), ..base.clone() };
    let package = Finding { package: "zlib".into(), ..base.clone() };
    let place = Finding { place: "12:1".into(), ..base.clone() };
    assert_eq!(joined([base.clone(), version, package, place, base]).len(), 4);
}

#[test]
fn an_alias_joins_what_two_scanners_name_differently() {
    let entries = [finding("GHSA-a", "xz", &["CVE-1"]), finding("CVE-1", "xz", &[]), finding("GHSA-a", "xz", &[])];
    let whole = joined(entries);
    assert_eq!(ids(&whole), [("CVE-1", "xz")]);
    assert_eq!(whole[0].aliases, ["GHSA-a"]);
}

#[test]
fn an_alias_that_another_report_names_holds_for_every_package() {
    let entries = [finding("GHSA-a", "xz", &[]), finding("CVE-1", "zlib", &["GHSA-a"])];
    assert_eq!(ids(&joined(entries)), [("CVE-1", "xz"), ("CVE-1", "zlib")]);
}

#[test]
fn an_advisory_on_two_vulnerabilities_is_neither() {
    let both = [finding("ALAS-7", "xz", &["CVE-1", "CVE-2"]), finding("CVE-1", "xz", &[]), finding("CVE-2", "xz", &[])];
    assert_eq!(ids(&joined(both)), [("ALAS-7", "xz"), ("CVE-1", "xz"), ("CVE-2", "xz")]);
    let disputed =
        [finding("CVE-1", "xz", &["GHSA-a"]), finding("CVE-2", "xz", &["GHSA-a"]), finding("GHSA-a", "xz", &[])];
    assert_eq!(ids(&joined(disputed)), [("CVE-1", "xz"), ("CVE-2", "xz"), ("GHSA-a", "xz")]);
}

#[test]
fn reports_of_other_kinds_have_no_findings() {
    assert_eq!(findings(&[Report::Tests(Vec::new()), Report::Performance(Default::default())]), []);
}

#[test]
fn scores_and_words_have_the_bands_of_cvss() {
    let bands = [(0.0, None), (0.1, Some(Risk::Low)), (3.9, Some(Risk::Low)), (4.0, Some(Risk::Medium))];
    let upper = [(7.0, Some(Risk::High)), (9.0, Some(Risk::Critical)), (10.0, Some(Risk::Critical)), (10.1, None)];
    for (score, risk) in bands.into_iter().chain(upper).chain([(-1.0, None), (f64::NAN, None)]) {
        assert_eq!(Risk::of_score(score), risk, "{score}");
    }
    for risk in [Risk::Critical, Risk::High, Risk::Medium, Risk::Low, Risk::Unknown] {
        assert_eq!(Risk::of_word(&risk.word().to_uppercase()), Some(risk));
    }
    assert_eq!(Risk::of_word("Negligible"), Some(Risk::Low));
    assert_eq!(Risk::of_word("terrible"), None);
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let name = prop::sample::select(vec!["CVE-1", "CVE-2", "GHSA-a", "GHSA-b", "SNYK-1"]);
    let risk = prop::sample::select(vec![Risk::Critical, Risk::High, Risk::Medium, Risk::Low, Risk::Unknown]);
    let rest = (prop::sample::select(vec!["", "xz"]), any::<bool>(), any::<bool>(), prop::option::of(0.0..1.0));
    (name.clone(), prop::collection::vec(name, 0..3), risk, rest).prop_map(
        |(id, aliases, severity, (package, fixable, kev, epss))| Finding {
            severity,
            fixable,
            kev,
            epss,
            ..finding(id, package, &aliases)
        },
    )
}

proptest! {
    #[test]
    fn joining_again_changes_nothing(entries in prop::collection::vec(any_finding(), 0..8)) {
        let once = joined(entries);
        prop_assert_eq!(joined(once.clone()), once);
    }

    #[test]
    fn the_order_of_reports_does_not_matter(entries in prop::collection::vec(any_finding(), 0..8)) {
        let mut turned = entries.clone();
        turned.reverse();
        prop_assert_eq!(joined(turned), joined(entries));
    }

    #[test]
    fn no_cve_and_no_worse_severity_is_lost(entries in prop::collection::vec(any_finding(), 0..8)) {
        let whole = joined(entries.clone());
        prop_assert!(whole.len() <= entries.len());
        for entry in entries {
            let held = whole.iter().any(|found| {
                (found.id == entry.id || !entry.id.starts_with("CVE-") && found.aliases.contains(&entry.id)) && found.package == entry.package
                    && found.severity <= entry.severity && found.fixable >= entry.fixable && found.kev >= entry.kev
            });
            prop_assert!(held, "{entry:?} is lost");
        }
    }
}
