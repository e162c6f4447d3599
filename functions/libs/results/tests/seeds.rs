//! The inputs that fuzzing starts from are what their folders say, so that it starts behind the first check.
#![expect(clippy::expect_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use results::{reports, robot};

fn seeds(folder: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fuzz/seeds").join(folder);
    let entries = std::fs::read_dir(folder).expect("the target has seeds");
    let paths = entries.map(|entry| entry.expect("the folder is readable").path());
    let seeds: Vec<_> = paths.map(|path| (path.clone(), std::fs::read(path).expect("the seed is readable"))).collect();
    assert!(!seeds.is_empty(), "the target has seeds");
    seeds
}

#[test]
fn every_seed_of_a_report_is_of_its_format() {
    let words = [
        "clover",
        "cobertura",
        "cyclonedx",
        "grype",
        "jacoco",
        "jmeter",
        "junit",
        "k6",
        "lcov",
        "locust",
        "sarif",
        "trivy",
    ];
    for word in words {
        for (path, seed) in seeds(word) {
            let format = reports::read(seed.as_slice()).map(|found| found.format.word());
            assert!(matches!(format, Ok(format) if format == word), "{}: {format:?}", path.display());
        }
    }
}

#[test]
fn every_seed_of_a_result_is_whole() {
    for (path, seed) in seeds("robot") {
        let output = robot::read(seed.as_slice()).expect("the seed is read");
        assert!(output.complete && output.root.counts().total() == 1, "{}", path.display());
    }
}
