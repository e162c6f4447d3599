//! Every file of the corpus gives the figures of its index. Where an index has those of several readers, the test
//! takes the one whose rule the reader's documentation names.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use domain::quality::reports::{Coverage, Report, Series, Share};
use domain::results::outcome::Status;
use results::reports::{self, Format};

/// A line of the index.
struct Entry {
    file: PathBuf,
    expected: String,
    how: String,
}

/// The entries of a format; empty, with a word of it, where there is no corpus.
fn entries(format: &str) -> Vec<Entry> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus");
    let corpus = std::env::var_os("QAOPS_CORPUS").map_or(beside, PathBuf::from).join("reports");
    let Ok(index) = std::fs::read_to_string(corpus.join("index.tsv")) else {
        eprintln!("skipped: no corpus");
        return Vec::new();
    };
    let head: Vec<&str> = index.lines().next().expect("the index has a header").split('\t').collect();
    let column = |name: &str| head.iter().position(|cell| *cell == name).expect("the column is there");
    let [kind, file, expected, how] = ["format", "file", "expected", "how"].map(column);
    let rows = index.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let entry = |row: Vec<&str>| Entry {
        file: corpus.join(row[file]),
        expected: row[expected].to_owned(),
        how: row[how].to_owned(),
    };
    let found: Vec<Entry> = rows.filter(|row| row[kind] == format).map(entry).collect();
    assert!(!found.is_empty(), "the index has no {format}");
    found
}

fn read(entry: &Entry, format: Format) -> Report {
    let input = BufReader::new(File::open(&entry.file).expect("the file is there"));
    let found = reports::read(input).unwrap_or_else(|error| panic!("{}: {error}", entry.file.display()));
    assert_eq!(found.format, format, "{}", entry.file.display());
    found.report
}

/// The two numbers of `<name><a>/<b>`.
fn pair(text: &str, name: &str) -> Option<Share> {
    let (_, rest) = text.split_once(name)?;
    let (covered, rest) = rest.split_once('/')?;
    let all: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(Share { covered: covered.parse().ok()?, all: all.parse().ok()? })
}

/// The number behind a name.
fn number(text: &str, name: &str) -> Option<f64> {
    let (_, rest) = text.split_once(name)?;
    rest.split(|c: char| !(c.is_ascii_digit() || c == '.')).next()?.parse().ok()
}

fn coverage(report: Report) -> Coverage {
    let Report::Coverage(coverage) = report else { panic!("no coverage: {report:?}") };
    coverage
}

fn sum(coverage: &Coverage, of: impl Fn(&domain::quality::reports::FileCoverage) -> Share) -> Share {
    let add = |a: Share, b: Share| Share { covered: a.covered + b.covered, all: a.all + b.all };
    coverage.files.iter().map(of).fold(Share::default(), add)
}

#[test]
fn lines_of_cobertura_count_once_for_each_file_and_number() {
    for entry in entries("cobertura") {
        let coverage = coverage(read(&entry, Format::Cobertura));
        let lines = sum(&coverage, |file| file.lines);
        assert_eq!(Some(lines), pair(&entry.expected, "unique(file,line) "), "{}", entry.file.display());
        let stated = number(&entry.expected, "line-rate=").map(|rate| rate * 100.0);
        let near = coverage.stated_line.zip(stated).is_none_or(|(ours, theirs)| (ours - theirs).abs() < 1e-9);
        assert!(near, "{}", entry.file.display());
        assert!(lines.all > 0 || coverage.stated_line == stated, "{}", entry.file.display());
    }
}

#[test]
fn lines_and_branches_of_jacoco_are_those_of_its_own_counters() {
    for entry in entries("jacoco") {
        let coverage = coverage(read(&entry, Format::Jacoco));
        let name = entry.file.display();
        assert_eq!(Some(sum(&coverage, |file| file.lines)), pair(&entry.expected, "LINE "), "{name}");
        let branches = pair(&entry.expected, "BRANCH ").unwrap_or_default();
        assert_eq!(sum(&coverage, |file| file.branches), branches, "{name}");
        let percent = |share: Share| (share.all > 0).then(|| share.covered as f64 * 100.0 / share.all as f64);
        assert_eq!(coverage.stated_branch, percent(branches), "{name}");
    }
}

#[test]
fn lines_of_lcov_are_those_of_its_own_summary() {
    for entry in entries("lcov") {
        let lines = sum(&coverage(read(&entry, Format::Lcov)), |file| file.lines);
        let summary = entry.how.replace(" of ", "/");
        assert_eq!(Some(lines), pair(&summary, "% ("), "{}: {}", entry.file.display(), entry.how);
    }
}

fn series(report: &Report, name: &str) -> Series {
    let Report::Performance(all) = report else { panic!("no load test: {report:?}") };
    *all.get(name).expect("there is such a series")
}

fn near(ours: Option<f64>, theirs: Option<f64>) -> bool {
    ours.zip(theirs).is_some_and(|(ours, theirs)| (ours - theirs).abs() < 5e-6)
}

#[test]
fn samples_of_jmeter_give_the_figures_of_the_index() {
    for entry in entries("jmeter") {
        let total = series(&read(&entry, Format::Jmeter), "total");
        let told = |name: &str| number(&entry.expected, name);
        if entry.how == "csv without header" {
            assert_eq!(total.count, told("lines="));
            continue;
        }
        assert_eq!(total.count, told("samples="), "{}", entry.file.display());
        let rate = total.error_rate.map(|share| (share * 100.0).round() / 1e4);
        assert_eq!(rate, told("error_rate="), "{}", entry.file.display());
        assert!(near(total.avg, told("avg=").map(|ms| ms / 1000.0)), "{}", entry.file.display());
        assert_eq!(total.p95, told("p95(nearest-rank)=").map(|ms| ms / 1000.0), "{}", entry.file.display());
        assert_eq!(total.max, told("max=").map(|ms| ms / 1000.0), "{}", entry.file.display());
    }
}

#[test]
fn figures_of_locust_are_those_of_its_last_row() {
    for entry in entries("locust") {
        let total = series(&read(&entry, Format::Locust), "total");
        let told = |name: &str| number(&entry.expected, name);
        assert_eq!(total.count, told("requests="));
        assert_eq!(total.error_rate.map(|share| (share * 100.0).round() / 1e4), told(" rate="));
        assert_eq!(total.p95, told("p95=").map(|ms| ms / 1000.0));
        assert_eq!(total.p50, told("median=").map(|ms| ms / 1000.0));
    }
}

#[test]
fn cases_of_junit_are_counted_one_by_one() {
    for entry in entries("junit") {
        let Report::Tests(cases) = read(&entry, Format::Junit) else { panic!("no tests") };
        let counted = entry.expected.split('}').next().expect("there is a first part");
        let told = |name: &str| number(counted, &format!("'{name}': ")).unwrap_or_default() as usize;
        let of = |status: Status| cases.iter().filter(|case| case.status == status).count();
        let name = entry.file.display();
        assert_eq!(cases.len(), told("tests"), "{name}");
        assert_eq!(of(Status::Passed), told("pass"), "{name}");
        assert_eq!(of(Status::Failed), told("failure") + told("error"), "{name}");
        assert_eq!(of(Status::Skipped), told("skipped"), "{name}");
    }
}
