//! What a small report may take in memory, which a function has little of. Linux tells a process its peak.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test may panic")]

use results::reports::{self, Limits};

/// MiB that a report within the limits may take, its own bytes with it.
const MOST: u64 = 512;

/// The most that this process has held so far, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the process has a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the status has the peak");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("the peak is a number");
    kib / 1024
}

/// A report of as many entries as the limits let through, less what stands around them.
fn crowded(head: &str, entry: &str, objects: usize, tail: &str) -> String {
    let many = Limits::default().objects / objects - 10;
    format!("{head}{}{entry}{tail}", format!("{entry},").repeat(many - 1))
}

#[test]
fn reports_of_many_small_entries_stay_small() {
    let reports = [
        crowded("{\"version\":\"2.1.0\",\"runs\":[{\"results\":[", "{}", 1, "]}]}"),
        crowded("{\"version\":\"2.1.0\",\"runs\":[{\"results\":[", "{\"message\":{}}", 2, "]}]}"),
        crowded("{\"bomFormat\":\"CycloneDX\",\"components\":[", "{}", 1, "]}"),
        crowded("{\"bomFormat\":\"CycloneDX\",\"vulnerabilities\":[{\"id\":\"a\",\"ratings\":[", "{}", 1, "]}]}"),
        crowded("{\"bomFormat\":\"CycloneDX\",\"vulnerabilities\":[", "{\"id\":\"a\"}", 1, "]}"),
        crowded(
            "{\"SchemaVersion\":2,\"Results\":[{\"Vulnerabilities\":[",
            "{\"VulnerabilityID\":\"a\",\"PkgName\":\"b\"}",
            1,
            "]}]}",
        ),
        crowded("{\"matches\":[", "{\"vulnerability\":{\"id\":\"a\"},\"artifact\":{\"name\":\"b\"}}", 3, "]}"),
        crowded(
            "{\"matches\":[{\"relatedVulnerabilities\":[",
            "{}",
            1,
            "],\"vulnerability\":{\"id\":\"a\"},\"artifact\":{\"name\":\"b\"}}]}",
        ),
    ];
    for report in reports {
        reports::read(report.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", &report[..80]));
        assert!(peak() < MOST, "{} MiB after {}", peak(), &report[..80]);
        println!("{} MiB after {}", peak(), &report[..60]);
    }
}
