//! Every scanner's report of the corpus has the figures of its index, or those that a rule of ours makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use domain::quality::reports::{Finding, Risk};

use crate::read;

/// Findings by severity, from critical to unknown.
type Tally = [usize; 5];

const RISKS: [Risk; 5] = [Risk::Critical, Risk::High, Risk::Medium, Risk::Low, Risk::Unknown];

/// Files of which something does not count for us that counts for the index, with what is left and why.
const OURS: [(&str, Tally, &str); 16] = [
    ("cyclonedx__issue_8022.json", [0, 0, 0, 0, 0], "its analysis says not_affected"),
    ("cyclonedx__issue_9277.json", [0, 5, 7, 2, 0], "three of the ten affect several packages"),
    ("cyclonedx__no-severity.json", [1, 0, 0, 0, 0], "its CVSS score is 10"),
    ("cyclonedx__valid-vulnerability-1.4.xml", [0, 0, 0, 0, 0], "its analysis says not_affected"),
    ("anchore_grype__same_cve_different_paths.json", [1, 0, 0, 0, 0], "the index counts paths, and one unique"),
    ("sarif__SuppressionTestCurrent.sarif", [0, 0, 1, 0, 0], "three of four are suppressed"),
    ("sarif__appendix_k.sarif", [0, 0, 0, 0, 0], "it is suppressed"),
    ("sarif__bash-report-subset-same-hash-code-same-unique-id.sarif", [0, 0, 0, 2, 0], "two stand there twice"),
    ("sarif__bash-report.sarif", [0, 0, 0, 12, 0], "fifteen repeat rule, place and message of another"),
    ("sarif__flawfinder.sarif", [0, 2, 1, 50, 0], "one is of kind pass"),
    ("sarif__issue_10191.json", [34, 1, 42, 0, 0], "its scores are words, which the index refuses and we read"),
    ("sarif__suppression_test.sarif", [0, 0, 2, 0, 0], "three of five are suppressed"),
    ("trivy__all_statuses.json", [0, 0, 0, 7, 0], "the vendor says not_affected of one"),
    ("trivy__kubernetes.json", [0, 0, 1, 4, 0], "two resources have the same packages"),
    ("trivy__kubernetes_fabricated_internal_duplicates.json", [0, 0, 1, 3, 0], "two resources share packages"),
    ("trivy__kubernetes_fabricated_internal_duplicates_subset.json", [0, 0, 1, 1, 0], "two resources share packages"),
];

/// A line of the index.
struct Entry {
    format: String,
    file: PathBuf,
    expected: String,
}

fn corpus() -> Option<Vec<Entry>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus");
    let corpus = std::env::var_os("QAOPS_CORPUS").map_or(beside, PathBuf::from).join("reports");
    let Ok(index) = std::fs::read_to_string(corpus.join("index.tsv")) else {
        eprintln!("skipped: no corpus");
        return None;
    };
    let entry = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let (format, expected) = (cells[0].to_owned(), cells[6].to_owned());
        Entry { format, file: corpus.join(cells[1]), expected }
    };
    let entries = index.lines().skip(1).map(entry);
    Some(entries.filter(|entry| ["sarif", "trivy", "grype", "cyclonedx"].contains(&entry.format.as_str())).collect())
}

fn tally<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Tally {
    let mut tally = Tally::default();
    for finding in findings {
        tally[RISKS.iter().position(|risk| *risk == finding.severity).expect("every severity is listed")] += 1;
    }
    tally
}

/// The figures in the first braces behind `label`: `{'low': 3}`.
fn figures(expected: &str, label: &str) -> Option<Tally> {
    let (_, behind) = expected.split_once(label)?;
    let (inside, _) = behind.split_once('{')?.1.split_once('}')?;
    let mut tally = Tally::default();
    for pair in inside.split(", ").filter(|pair| !pair.is_empty()) {
        let (word, number) = pair.split_once(": ").expect("a figure has a word");
        let risk = match word.trim_matches('\'') {
            "error" => Risk::High,
            "warning" => Risk::Medium,
            "note" => Risk::Low,
            "None" | "absent" => Risk::Unknown,
            word => Risk::of_word(word).unwrap_or_else(|| panic!("{word} is a severity")),
        };
        tally[RISKS.iter().position(|listed| *listed == risk).expect("every severity is listed")] +=
            number.parse::<usize>().expect("a figure is a number");
    }
    Some(tally)
}

/// What the index says: of SARIF the scores where there are any, else the levels.
fn expected(entry: &Entry) -> Tally {
    let by = |label: &str| figures(&entry.expected, label);
    let told = match entry.format.as_str() {
        "sarif" => by("bands").filter(|bands| bands.iter().sum::<usize>() > 0).or_else(|| by("by level")),
        "trivy" => by("vulns="),
        "grype" => by("matches="),
        _ => by("by worst rating"),
    };
    told.unwrap_or_default()
}

#[test]
fn every_report_has_the_figures_of_the_index() {
    let Some(index) = corpus() else { return };
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for entry in &index {
        let text = std::fs::read_to_string(&entry.file).expect("the file is readable");
        let name = entry.file.file_name().and_then(|name| name.to_str()).expect("the file has a name");
        let ours = OURS.iter().find(|(file, ..)| name.ends_with(file));
        used.extend(ours.map(|(file, ..)| *file));
        let wanted = ours.map_or_else(|| expected(entry), |(_, tally, _)| *tally);
        match read(&text) {
            Ok((format, findings)) if format.word() == entry.format => {
                let found = tally(&findings);
                if found != wanted {
                    wrong.push(format!("{}: {found:?}, not {wanted:?} ({})", name, entry.expected));
                }
            }
            other => wrong.push(format!("{}: {other:?}", name)),
        }
    }
    println!("{} reports, {} with figures of our own", index.len(), used.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(used.len(), OURS.len(), "every exception is about a file");
}

#[test]
fn a_bill_has_the_worst_ratings_of_the_index_by_vulnerability() {
    let Some(index) = corpus() else { return };
    let is_bill = |entry: &&Entry| entry.file.to_string_lossy().ends_with("cyclonedx__issue_9277.json");
    let entry = index.iter().find(is_bill).expect("the bill is in the index");
    let (_, findings) = read(&std::fs::read_to_string(&entry.file).expect("the file is readable")).expect("it is read");
    let by_id: BTreeMap<&str, &Finding> = findings.iter().map(|finding| (finding.id.as_str(), finding)).collect();
    assert_eq!(tally(by_id.into_values()), expected(entry));
}
